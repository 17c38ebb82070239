/* Two stages. A JWT proves that we signed somebody in; the store says what they are today, or the
 * cache, which never says anything that the store would not. Both are asked at every request, so
 * that erasing or suspending a user needs no list of revoked tokens. */
#include "auth/auth.h"

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
enum { PROVIDERS = sizeof(constructors) / sizeof(constructors[0]) };

struct chatur_auth {
    const struct chatur_config *config;
    struct chatur_store *store;
    struct chatur_cache *cache;
    struct chatur_identity_provider *providers[PROVIDERS]; /* NULL: not switched on */
};

static enum chatur_outcome check_key(const char *key, struct chatur_error *error)
{
    if (key[0] == '\0') {
        return chatur_fail(error, CHATUR_BAD_REQUEST,
                           "JWT_KEY is not set: sessions are signed with it; give it at least %d "
                           "random bytes",
                           CHATUR_JWT_MIN_KEY_BYTES);
    }
    if (strlen(key) < CHATUR_JWT_MIN_KEY_BYTES) {
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
    for (size_t i = 0; i < PROVIDERS && outcome == CHATUR_OK; i++) {
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
    for (size_t i = 0; i < PROVIDERS; i++) {
        if (auth->providers[i] != NULL) {
            auth->providers[i]->ops->free(auth->providers[i]);
        }
    }
    free(auth);
}

static enum chatur_outcome refuse_suspended(struct chatur_error *error)
{
    return chatur_refuse(error, CHATUR_FORBIDDEN, "This account is suspended");
}

static enum chatur_outcome identify(struct chatur_auth *auth,
                                    const struct chatur_credentials *credentials,
                                    struct chatur_arena *arena, struct chatur_identity *identity,
                                    struct chatur_error *error)
{
    for (size_t i = 0; i < PROVIDERS; i++) {
        struct chatur_identity_provider *provider = auth->providers[i];
        if (provider != NULL && provider->ops->accepts(provider, credentials->login_method)) {
            return provider->ops->verify(provider, credentials, arena, identity, error);
        }
    }
    return chatur_refuse(error, CHATUR_UNAUTHENTICATED, "This loginMethod is not available here");
}

/* Of the user who proved to be it, so that nobody can use up somebody else's. */
static enum chatur_outcome limit_sign_in(struct chatur_auth *auth, const char *uid,
                                         struct chatur_arena *arena,
                                         struct chatur_allowance *allowance,
                                         struct chatur_error *error)
{
    struct chatur_allowance found = {0};
    const struct chatur_rate *rate = &auth->config->rate_login;
    if (rate->count == 0) {
        return CHATUR_OK;
    }
    const char *key = chatur_arena_printf(arena, "login user %s", uid);
    if (key == NULL) {
        return chatur_no_memory(error);
    }
    chatur_cache_take(auth->cache, key, rate, chatur_now_ms(), &found);
    chatur_allowance_tighten(allowance, &found);
    if (!found.allowed && error != NULL) {
        error->retry_after_s = (unsigned)found.retry_after_s;
    }
    return found.allowed ? CHATUR_OK : CHATUR_TOO_MANY;
}

enum chatur_outcome chatur_auth_sign_in(struct chatur_auth *auth,
                                        const struct chatur_credentials *credentials,
                                        const char *fcm_token, struct chatur_arena *arena,
                                        const char **token, struct chatur_allowance *allowance,
                                        struct chatur_error *error)
{
    struct chatur_identity identity = {0};
    enum chatur_outcome outcome = identify(auth, credentials, arena, &identity, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (!chatur_equals_ignoring_case(identity.email, credentials->email)) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "The idToken does not belong to this email");
    }
    outcome = limit_sign_in(auth, identity.uid, arena, allowance, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_profile profile = {
        .uid = identity.uid,
        .email = identity.email,
        .name = identity.name,
        .picture = identity.picture,
        .login_method = credentials->login_method,
        .fcm_token = fcm_token != NULL ? fcm_token : "",
    };
    struct chatur_user user = {0};
    outcome = chatur_store_user_sign_in(auth->store, &profile, auth->config->new_user_coins,
                                        chatur_now_ms(), arena, &user, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (user.suspended) {
        return refuse_suspended(error);
    }
    chatur_cache_refresh(auth->cache, identity.uid); /* the name may be another one now */
    return chatur_jwt_issue(auth->config->jwt_key, identity.uid, identity.email, chatur_now_s(),
                            arena, token, error);
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
        return refuse_suspended(error);
    }
    *user = found;
    return CHATUR_OK;
}
