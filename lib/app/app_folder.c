#include <stdio.h>
#include <stdlib.h>

#include "app/parts.h"

enum chatur_outcome chatur_app_folder(struct chatur_app *app, const char *name,
                                      const struct chatur_folder_kind *kind, void **part,
                                      struct chatur_error *error)
{
    const struct chatur_folder_view *view = NULL;
    const struct chatur_config *config = chatur_app_config(app);
    char *path = NULL;
    char *copies = NULL;
    struct chatur_folder *folder = NULL;
    if (asprintf(&path, "%s/%s", config->home_dir, name) < 0) {
        path = NULL;
    } else if (asprintf(&copies, "%s/last-good/%s", config->state_dir, name) < 0) {
        copies = NULL;
    } else {
        folder = chatur_folder_new(path, kind);
    }
    bool ready = folder != NULL && chatur_folder_keep_copies(folder, copies);
    free(path);
    free(copies);
    if (!ready) {
        chatur_folder_free(folder);
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
