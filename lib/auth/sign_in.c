/* Signing in: a provider says who it is, the store finds or makes the user, and we make a token. */
#include "auth/auth_private.h"
#include "auth/jwt.h"
#include "base/clock.h"
#include "base/text.h"

static enum chatur_outcome identify(struct chatur_auth *auth,
                                    const struct chatur_credentials *credentials,
                                    struct chatur_arena *arena, struct chatur_identity *identity,
                                    struct chatur_error *error)
{
    for (size_t i = 0; i < CHATUR_IDENTITY_PROVIDERS; i++) {
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
        return chatur_auth_refuse_suspended(error);
    }
    chatur_cache_refresh(auth->cache, identity.uid); /* the name may be another one now */
    return chatur_jwt_issue(auth->config->jwt_key, identity.uid, identity.email, chatur_now_s(),
                            arena, token, error);
}
