/* Two stages. A JWT proves that we signed somebody in; the store says what they are today, or the
 * cache, which never says anything that the store would not. Both are asked at every request, so
 * that erasing or suspending a user needs no list of revoked tokens. */
#include "auth/auth_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "auth/jwt.h"
#include "auth/snapshot.h"
#include "base/clock.h"
#include "base/text.h"

/* In the order they are asked whether a login method is theirs. */
static chatur_identity_provider_constructor *const constructors[] = {
    chatur_dev_provider_new,
};
_Static_assert(sizeof(constructors) / sizeof(constructors[0]) == CHATUR_IDENTITY_PROVIDERS, "");

static enum chatur_outcome check_key(const char *key, struct chatur_error *error)
{
    if (key[0] == '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "JWT_KEY is not set: sessions are signed with it; give it at least %d "
                           "random bytes",
                           CHATUR_JWT_MIN_KEY_BYTES);
    }
    if (!chatur_jwt_key_is_usable(key)) {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "JWT_KEY is too short to sign sessions with: it needs at least %d bytes",
                           CHATUR_JWT_MIN_KEY_BYTES);
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_auth_new(const struct chatur_config *config, struct chatur_store *store,
                                    struct chatur_cache *cache, struct chatur_auth **auth,
                                    struct chatur_error *error)
{
    *auth = NULL;
    enum chatur_outcome outcome = check_key(config->jwt_key, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_auth *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    made->config = config;
    made->store = store;
    made->cache = cache;
    for (size_t i = 0; i < CHATUR_IDENTITY_PROVIDERS && outcome == CHATUR_OK; i++) {
        outcome = constructors[i](config, &made->providers[i], error);
    }
    if (outcome != CHATUR_OK) {
        chatur_auth_free(made);
        return outcome;
    }
    *auth = made;
    return CHATUR_OK;
}

void chatur_auth_free(struct chatur_auth *auth)
{
    if (auth == NULL) {
        return;
    }
    for (size_t i = 0; i < CHATUR_IDENTITY_PROVIDERS; i++) {
        if (auth->providers[i] != NULL) {
            auth->providers[i]->ops->free(auth->providers[i]);
        }
    }
    free(auth);
}

enum chatur_outcome chatur_auth_refuse_suspended(struct chatur_error *error)
{
    return chatur_refuse(error, CHATUR_FORBIDDEN, "This account is suspended");
}

/* The token of `Bearer <token>` (RFC 6750, section 2.1; the scheme's case does not matter, RFC
 * 9110, section 11.1), or NULL. What trails it is left on, and no token survives that. */
static const char *bearer_token(const char *authorization)
{
    static const char scheme[] = "Bearer";
    const size_t length = sizeof(scheme) - 1;
    if (authorization == NULL || strncasecmp(authorization, scheme, length) != 0 ||
        authorization[length] != ' ') {
        return NULL;
    }
    const char *token = authorization + length;
    token += strspn(token, " ");
    return token[0] != '\0' ? token : NULL;
}

/* As the cache knows them, or else the store, which the cache is then told of. */
static enum chatur_outcome find(struct chatur_auth *auth, const char *uid,
                                struct chatur_arena *arena, struct chatur_user *user,
                                struct chatur_error *error)
{
    struct chatur_cache_value value;
    struct chatur_cache_fill fill;
    if (chatur_cache_get(auth->cache, uid, &value, &fill)) {
        return chatur_snapshot_read(&value, arena, user) ? CHATUR_OK : chatur_no_memory(error);
    }
    enum chatur_outcome outcome = chatur_store_user_find(auth->store, uid, arena, user, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (chatur_snapshot_write(user, &value)) {
        chatur_cache_put(auth->cache, uid, &value, &fill);
    }
    user->picture = "";
    user->available_coins = 0;
    user->used_coins = 0;
    user->generated_count = 0;
    return CHATUR_OK;
}

enum chatur_outcome chatur_auth_session(struct chatur_auth *auth, const char *authorization,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error)
{
    struct chatur_claims claims = {0};
    struct chatur_user found = {0};
    const char *token = bearer_token(authorization);
    if (token == NULL) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "Sign in first: send an Authorization: Bearer token");
    }
    enum chatur_outcome outcome =
        chatur_jwt_verify(auth->config->jwt_key, token, chatur_now_s(), arena, &claims, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = find(auth, claims.uid, arena, &found, error);
    if (outcome != CHATUR_OK && outcome != CHATUR_NOT_FOUND) {
        return outcome;
    }
    /* A uid that was erased and signed in anew is another account: the old tokens stay out. */
    if (outcome == CHATUR_NOT_FOUND || claims.issued_s + CHATUR_JWT_LEEWAY_S < found.created_s) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "This account no longer exists, please sign in again");
    }
    if (found.suspended) {
        return chatur_auth_refuse_suspended(error);
    }
    *user = found;
    return CHATUR_OK;
}
