/* Auth: both stages of knowing the caller. Signing in: an identity provider verifies, the store
 * finds or makes the user, we issue a JWT. Every other request: the JWT, then its user as the cache
 * or else the store knows them, so that a deleted or suspended user is refused at the very next
 * request (account.h tells the cache). */
#ifndef CHATUR_AUTH_AUTH_H
#define CHATUR_AUTH_AUTH_H

#include "auth/identity.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/outcome.h"
#include "cache/cache.h"
#include "store/store.h"

struct chatur_auth;

/* All three are borrowed for the auth's life. CHATUR_OK, CHATUR_BAD_REQUEST (a setting
 * is missing or too weak; error->detail names it), CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_auth_new(const struct chatur_config *config, struct chatur_store *store,
                struct chatur_cache *cache, struct chatur_auth **auth, struct chatur_error *error);
void chatur_auth_free(struct chatur_auth *auth);

/* Signs in and issues a JWT, in the arena. `fcm_token` may be NULL.
 * CHATUR_UNAUTHENTICATED: no provider for the login method, the provider said no, or the verified
 * address is not credentials->email. CHATUR_FORBIDDEN: suspended. CHATUR_CONFLICT: the address
 * belongs to another account. CHATUR_TOO_MANY: this user signed in too often (RATE_LOGIN).
 * CHATUR_UNAVAILABLE, CHATUR_INTERNAL. `*allowance` is what limited the call so far (limit 0:
 * nothing); the user's own limit is added to it (chatur_allowance_tighten). */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_auth_sign_in(struct chatur_auth *auth, const struct chatur_credentials *credentials,
                    const char *fcm_token, struct chatur_arena *arena, const char **token,
                    struct chatur_allowance *allowance, struct chatur_error *error);

/* Who sends `Authorization: Bearer <JWT>` (the header's value; NULL when absent). Fills `*user`
 * but for the picture and the coins, which are "" and 0: ask the store for those.
 * CHATUR_UNAUTHENTICATED: no or bad token, the user is gone, or the token is older than the account
 * (an earlier one of the same uid was erased). CHATUR_FORBIDDEN: suspended. CHATUR_UNAVAILABLE,
 * CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_auth_session(struct chatur_auth *auth, const char *authorization, struct chatur_arena *arena,
                    struct chatur_user *user, struct chatur_error *error);

#endif
