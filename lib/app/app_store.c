#include "app/parts.h"

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    struct chatur_store *store = NULL;
    enum chatur_outcome outcome = chatur_store_new(chatur_app_config(app), &store, error);
    *part = store;
    return outcome;
}

static void free_store(void *part)
{
    chatur_store_free(part);
}

enum chatur_outcome chatur_app_store(struct chatur_app *app, struct chatur_store **store,
                                     struct chatur_error *error)
{
    void *part = NULL;
    enum chatur_outcome outcome =
        chatur_app_part(app, CHATUR_PART_STORE, make, free_store, &part, error);
    *store = part;
    return outcome;
}
