/* JWT: the tokens this service issues and accepts: HS256 (RFC 7519, RFC 7515) with claims email,
 * uid, iat, exp. libjwt signs and verifies, but only sees a token that passed our guard:
 * unguarded, 1.10 writes out of bounds on empty segments, takes stack by the token's length,
 * accepts whatever algorithm the token names, and checks no claim. */
#ifndef CHATUR_AUTH_JWT_H
#define CHATUR_AUTH_JWT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/outcome.h"

#define CHATUR_JWT_MAX_BYTES     4096
#define CHATUR_JWT_MIN_KEY_BYTES 32 /* RFC 7518, section 3.2: at least the hash's size */
#define CHATUR_JWT_LIFETIME_S    ((int64_t)30 * 24 * 3600) /* the published app's sessions */
#define CHATUR_JWT_LEEWAY_S      60                        /* clocks of several machines differ */

struct chatur_claims {
    const char *uid;
    const char *email;
    int64_t issued_s;
    int64_t expires_s;
};

/* `*token` is in the arena. CHATUR_OK or CHATUR_INTERNAL (also for a key under the minimum). */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_jwt_issue(const char *key, const char *uid, const char *email, int64_t now_s,
                 struct chatur_arena *arena, const char **token, struct chatur_error *error);

/* Checks form, algorithm, signature, then the claims: uid and email non-empty strings, iat and exp
 * integers, iat not in the future, exp not past. CHATUR_OK; CHATUR_UNAUTHENTICATED with a public
 * message that tells "expired" from "invalid" and nothing more; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_jwt_verify(const char *key, const char *token,
                                                        int64_t now_s, struct chatur_arena *arena,
                                                        struct chatur_claims *claims,
                                                        struct chatur_error *error);

#endif
