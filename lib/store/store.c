/* The front of every backend: picks one by the scheme of the database's URI, and stops the calls
 * that no backend should have to defend against, so that a caller's bug reads the same on all. */
#include "store/store.h"

#include <string.h>

#include "store/mongo.h"
#include "store/sqlite.h"

struct backend {
    const char *scheme;
    enum chatur_outcome (*make)(const struct chatur_config *config, struct chatur_store **store,
                                struct chatur_error *error);
};

static const struct backend backends[] = {
    {"sqlite:", chatur_sqlite_store_new},
    {"mongodb:", chatur_mongo_store_new},
    {"mongodb+srv:", chatur_mongo_store_new},
};

enum chatur_outcome chatur_store_new(const struct chatur_config *config,
                                     struct chatur_store **store, struct chatur_error *error)
{
    *store = NULL;
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
        const struct backend *backend = &backends[i];
        if (strncmp(config->db_uri, backend->scheme, strlen(backend->scheme)) == 0) {
            return backend->make(config, store, error);
        }
    }
    /* Not even a part of the value: a URI may carry a password. */
    return chatur_fail(error, CHATUR_BAD_REQUEST,
                       "DB_URI: no database of this build has its scheme");
}

void chatur_store_free(struct chatur_store *store)
{
    if (store != NULL) {
        store->ops->free(store);
    }
}

enum chatur_outcome chatur_store_ping(struct chatur_store *store, struct chatur_error *error)
{
    return store->ops->ping(store, error);
}

enum chatur_outcome chatur_store_user_sign_in(struct chatur_store *store,
                                              const struct chatur_profile *profile,
                                              int64_t new_user_coins, int64_t now_ms,
                                              struct chatur_arena *arena, struct chatur_user *user,
                                              struct chatur_error *error)
{
    if (profile->uid[0] == '\0' || profile->email[0] == '\0' || new_user_coins < 0) {
        return chatur_fail(error, CHATUR_INTERNAL,
                           "sign-in without a uid, without an address, or with a debt");
    }
    return store->ops->user_sign_in(store, profile, new_user_coins, now_ms, arena, user, error);
}

enum chatur_outcome chatur_store_user_find(struct chatur_store *store, const char *uid,
                                           struct chatur_arena *arena, struct chatur_user *user,
                                           struct chatur_error *error)
{
    return store->ops->user_find(store, uid, arena, user, error);
}

enum chatur_outcome chatur_store_user_suspend(struct chatur_store *store, const char *uid,
                                              bool suspended, struct chatur_error *error)
{
    return store->ops->user_suspend(store, uid, suspended, error);
}

enum chatur_outcome chatur_store_user_erase(struct chatur_store *store, const char *uid,
                                            struct chatur_error *error)
{
    return store->ops->user_erase(store, uid, error);
}

/* A negative price would mint coins. */
static enum chatur_outcome check_purchase(const char *email_id, int64_t coins,
                                          struct chatur_error *error)
{
    if (coins <= 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "a price must be positive, not %lld",
                           (long long)coins);
    }
    if (!chatur_id_valid(email_id)) {
        return chatur_fail(error, CHATUR_INTERNAL, "an email's id must be 24 hex digits");
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_store_coins_reserve(struct chatur_store *store, const char *uid,
                                               const char *email_id, int64_t coins, int64_t now_ms,
                                               int64_t deadline_ms, struct chatur_error *error)
{
    enum chatur_outcome outcome = check_purchase(email_id, coins, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    return store->ops->coins_reserve(store, uid, email_id, coins, now_ms, deadline_ms, error);
}

enum chatur_outcome chatur_store_coins_release(struct chatur_store *store, const char *uid,
                                               const char *email_id, struct chatur_error *error)
{
    return store->ops->coins_release(store, uid, email_id, error);
}

enum chatur_outcome chatur_store_coins_reclaim(struct chatur_store *store, const char *uid,
                                               int64_t now_ms, struct chatur_error *error)
{
    return store->ops->coins_reclaim(store, uid, now_ms, error);
}

enum chatur_outcome chatur_store_email_deliver(struct chatur_store *store,
                                               const struct chatur_email *email,
                                               struct chatur_error *error)
{
    enum chatur_outcome outcome = check_purchase(email->id, email->coins, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    return store->ops->email_deliver(store, email, error);
}

enum chatur_outcome chatur_email_copy(const struct chatur_email *email, struct chatur_arena *arena,
                                      struct chatur_email *copy, struct chatur_error *error)
{
    *copy = *email;
    const char **const strings[] = {
        &copy->uid,
        &copy->prompt_id,
        &copy->subject,
        &copy->keywords,
        &copy->to,
        &copy->text,
        &copy->by.provider,
        &copy->by.model,
        &copy->fingerprint,
        &copy->by.finish_reason,
        &copy->by.template_version,
    };
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        *strings[i] = chatur_arena_strdup(arena, *strings[i]);
        if (*strings[i] == NULL) {
            return chatur_no_memory(error);
        }
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_store_email_find(struct chatur_store *store, const char *uid,
                                            const char *id, struct chatur_arena *arena,
                                            struct chatur_email *email, struct chatur_error *error)
{
    return store->ops->email_find(store, uid, id, arena, email, error);
}

enum chatur_outcome chatur_store_email_each(struct chatur_store *store, const char *uid,
                                            const struct chatur_page *page,
                                            chatur_email_visitor *visit, void *context,
                                            struct chatur_error *error)
{
    if (page->before != NULL && !chatur_id_valid(page->before)) {
        return CHATUR_NOT_FOUND;
    }
    return store->ops->email_each(store, uid, page, visit, context, error);
}

enum chatur_outcome chatur_store_email_delete(struct chatur_store *store, const char *uid,
                                              const char *id, struct chatur_error *error)
{
    if (!chatur_id_valid(id)) {
        return CHATUR_NOT_FOUND;
    }
    return store->ops->email_delete(store, uid, id, error);
}

enum chatur_outcome chatur_store_feedback_add(struct chatur_store *store,
                                              const struct chatur_feedback *feedback,
                                              int64_t now_ms, struct chatur_error *error)
{
    return store->ops->feedback_add(store, feedback, now_ms, error);
}
