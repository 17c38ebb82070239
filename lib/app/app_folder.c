#include <stdio.h>
#include <stdlib.h>

#include "app/parts.h"

enum chatur_outcome chatur_app_folder(struct chatur_app *app, const char *name,
                                      const struct chatur_folder_kind *kind, void **part,
                                      struct chatur_error *error)
{
    const struct chatur_folder_view *view = NULL;
    char *path = NULL;
    if (asprintf(&path, "%s/%s", chatur_app_config(app)->home_dir, name) < 0) {
        return chatur_no_memory(error);
    }
    struct chatur_folder *folder = chatur_folder_new(path, kind);
    free(path);
    if (folder == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = chatur_folder_acquire(folder, &view, error);
    if (outcome != CHATUR_OK) {
        chatur_folder_free(folder);
        return outcome;
    }
    chatur_folder_release(view);
    *part = folder;
    return CHATUR_OK;
}

void chatur_app_free_folder(void *part)
{
    chatur_folder_free(part);
}
