#include "app/parts.h"

static enum chatur_outcome make(struct chatur_app *app, void **part, struct chatur_error *error)
{
    struct chatur_cache *cache = NULL;
    enum chatur_outcome outcome = chatur_cache_new(chatur_app_config(app), &cache, error);
    *part = cache;
    return outcome;
}

static void free_cache(void *part)
{
    chatur_cache_free(part);
}

enum chatur_outcome chatur_app_cache(struct chatur_app *app, struct chatur_cache **cache,
                                     struct chatur_error *error)
{
    void *part = NULL;
    enum chatur_outcome outcome =
        chatur_app_part(app, CHATUR_PART_CACHE, make, free_cache, &part, error);
    *cache = part;
    return outcome;
}
