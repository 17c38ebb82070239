/* libjwt makes the tokens. What it made is verified before anybody gets it: short of memory, the
 * library may write half a header or claim, and signs it all the same; and what we would refuse is
 * not issued either. */
#include <errno.h>
#include <jwt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "auth/jwt.h"

static int sign(jwt_t *jwt, const char *key, const struct chatur_claims *claims)
{
    int failed = jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key, (int)strlen(key));
    failed = failed != 0 ? failed : jwt_add_grant(jwt, "email", claims->email);
    failed = failed != 0 ? failed : jwt_add_grant(jwt, "uid", claims->uid);
    failed = failed != 0 ? failed : jwt_add_grant_int(jwt, "iat", (long)claims->issued_s);
    return failed != 0 ? failed : jwt_add_grant_int(jwt, "exp", (long)claims->expires_s);
}

static bool is_right(const char *key, const char *token, const struct chatur_claims *claims,
                     struct chatur_arena *arena)
{
    struct chatur_claims read = {.uid = "", .email = ""};
    return chatur_jwt_verify(key, token, claims->issued_s, arena, &read, NULL) == CHATUR_OK &&
           strcmp(read.uid, claims->uid) == 0 && strcmp(read.email, claims->email) == 0 &&
           read.issued_s == claims->issued_s && read.expires_s == claims->expires_s;
}

enum chatur_outcome chatur_jwt_issue(const char *key, const char *uid, const char *email,
                                     int64_t now_s, struct chatur_arena *arena, const char **token,
                                     struct chatur_error *error)
{
    if (!chatur_jwt_key_is_usable(key)) {
        return chatur_fail(error, CHATUR_INTERNAL, "the token key is empty or too short");
    }
    struct chatur_claims claims = {uid, email, now_s, now_s + CHATUR_JWT_LIFETIME_S};
    enum chatur_outcome outcome = CHATUR_OK;
    char *encoded = NULL;
    jwt_t *jwt = NULL;
    int failed = jwt_new(&jwt);
    failed = failed != 0 ? failed : sign(jwt, key, &claims);
    if (failed == 0) {
        encoded = jwt_encode_str(jwt);
    }
    if (encoded == NULL) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "libjwt could not make a token: error %d",
                              failed != 0 ? failed : errno);
    } else if (!is_right(key, encoded, &claims, arena)) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "a token of these claims would be refused");
    } else {
        *token = chatur_arena_strdup(arena, encoded);
        outcome = *token == NULL ? chatur_no_memory(error) : CHATUR_OK;
    }
    free(encoded);
    jwt_free(jwt);
    return outcome;
}
