#include "app/parts.h"

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    struct chatur_store *store = NULL;
    struct chatur_cache *cache = NULL;
    struct chatur_auth *auth = NULL;
    enum chatur_outcome outcome = chatur_app_store(app, &store, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_app_cache(app, &cache, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_auth_new(chatur_app_config(app), store, cache, &auth, error);
    }
    *part = auth;
    return outcome;
}

static void free_auth(void *part)
{
    chatur_auth_free(part);
}

enum chatur_outcome chatur_app_auth(struct chatur_app *app, struct chatur_auth **auth,
                                    struct chatur_error *error)
{
    void *part = NULL;
    enum chatur_outcome outcome =
        chatur_app_part(app, CHATUR_PART_AUTH, make, free_auth, &part, error);
    *auth = part;
    return outcome;
}
