/* JWT: the tokens this service issues and accepts: HS256 (RFC 7519, RFC 7515) with claims email,
 * uid, iat, exp. libjwt makes them. It does not verify them: 1.10 writes out of bounds on empty
 * segments, takes stack by the token's length, parses the payload before it knows who wrote it,
 * accepts whatever algorithm the token names, and checks no claim; and every request of every
 * endpoint verifies one, at fifteen times the price. */
#ifndef CHATUR_AUTH_JWT_H
#define CHATUR_AUTH_JWT_H

#include <stdbool.h>
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

bool chatur_jwt_key_is_usable(const char *key);

/* `*token` is in the arena. CHATUR_OK or CHATUR_INTERNAL (also for a key under the minimum, and for
 * claims that verifying would refuse). */
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
