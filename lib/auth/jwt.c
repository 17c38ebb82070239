/* libjwt signs and verifies. Before it, the guard; after it, the algorithm it says it used, and
 * only then the claims, which we read ourselves: the library's readers take an `exp` of another
 * type than integer for 0 and check none of them. */
#include "auth/jwt.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <jwt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "auth/jwt_guard.h"
#include "base/json.h"
#include "base/text.h"

#define ALGORITHM "HS256"

/* The longest mail address (RFC 5321), and longer than any provider's uid. A longer one would come
 * from a bug, and could make a token that we refuse ourselves. */
#define MAX_CLAIM_BYTES 254

/* The last second of the year 9999. What is later is a mistake of units or an attack, and would
 * overflow what is later reckoned with it. */
#define MAX_TIME_S 253402300799

/* The key's length as the library takes it, 0 when the key may not be used. */
static int usable_key_length(const char *key)
{
    size_t length = strlen(key);
    return length < CHATUR_JWT_MIN_KEY_BYTES || length > INT_MAX ? 0 : (int)length;
}

static bool is_claim_text(const char *text, size_t length)
{
    return length > 0 && length <= MAX_CLAIM_BYTES && strlen(text) == length &&
           chatur_utf8_count(text, length) >= 0 && !chatur_has_control(text);
}

static bool is_time(int64_t time_s)
{
    return time_s >= 0 && time_s <= MAX_TIME_S;
}

static int sign(jwt_t *jwt, const char *key, int key_length, const struct chatur_claims *claims)
{
    int failed = jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key, key_length);
    failed = failed != 0 ? failed : jwt_add_grant(jwt, "email", claims->email);
    failed = failed != 0 ? failed : jwt_add_grant(jwt, "uid", claims->uid);
    failed = failed != 0 ? failed : jwt_add_grant_int(jwt, "iat", (long)claims->issued_s);
    return failed != 0 ? failed : jwt_add_grant_int(jwt, "exp", (long)claims->expires_s);
}

/* Short of memory, the library may write half a header or claim, and signs it all the same. */
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
    int key_length = usable_key_length(key);
    if (key_length == 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "the token key is empty or too short");
    }
    /* What verify would refuse is not issued either. */
    if (!is_claim_text(uid, strlen(uid)) || !is_claim_text(email, strlen(email)) ||
        !is_time(now_s) || !is_time(now_s + CHATUR_JWT_LIFETIME_S)) {
        return chatur_fail(error, CHATUR_INTERNAL, "the claims of a token to issue are not valid");
    }

    struct chatur_claims claims = {uid, email, now_s, now_s + CHATUR_JWT_LIFETIME_S};
    enum chatur_outcome outcome = CHATUR_OK;
    char *encoded = NULL;
    jwt_t *jwt = NULL;
    int failed = jwt_new(&jwt);
    failed = failed != 0 ? failed : sign(jwt, key, key_length, &claims);
    if (failed == 0) {
        encoded = jwt_encode_str(jwt);
    }
    if (encoded == NULL) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "libjwt could not make a token: error %d",
                              failed != 0 ? failed : errno);
    } else if (!is_right(key, encoded, &claims, arena)) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "libjwt made a token that is not right");
    } else {
        *token = chatur_arena_strdup(arena, encoded);
        outcome = *token == NULL ? chatur_no_memory(error) : CHATUR_OK;
    }
    free(encoded);
    jwt_free(jwt);
    return outcome;
}

static enum chatur_outcome check_signature(const char *key, int key_length, const char *token,
                                           struct chatur_error *error)
{
    jwt_t *jwt = NULL;
    /* The library says EINVAL for most allocations that fail, or takes a header it found no memory
     * for as one without an algorithm. Nobody is to be signed out for that: malloc left a note. */
    errno = 0;
    int failed = jwt_decode(&jwt, token, (const unsigned char *)key, key_length);
    bool ours = failed == 0 && jwt_get_alg(jwt) == JWT_ALG_HS256;
    bool no_memory = !ours && (failed == ENOMEM || errno == ENOMEM);
    jwt_free(jwt);
    if (no_memory) {
        return chatur_no_memory(error);
    }
    if (failed != 0) {
        return chatur_jwt_refuse(error, "the signature is not ours");
    }
    return ours ? CHATUR_OK : chatur_jwt_refuse(error, "it was verified by another algorithm");
}

static bool read_text(struct json_object *payload, const char *name, const char **text)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(payload, name, &value) ||
        !json_object_is_type(value, json_type_string)) {
        return false;
    }
    *text = json_object_get_string(value);
    return is_claim_text(*text, (size_t)json_object_get_string_len(value));
}

static bool read_time(struct json_object *payload, const char *name, int64_t *time_s)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(payload, name, &value) ||
        !json_object_is_type(value, json_type_int)) {
        return false;
    }
    *time_s = json_object_get_int64(value);
    return is_time(*time_s);
}

static enum chatur_outcome read_claims(struct json_object *payload, int64_t now_s,
                                       struct chatur_claims *claims, struct chatur_error *error)
{
    struct chatur_claims read = {0};
    int64_t not_before_s = 0;
    if (!read_text(payload, "uid", &read.uid) || !read_text(payload, "email", &read.email) ||
        !read_time(payload, "iat", &read.issued_s) || !read_time(payload, "exp", &read.expires_s)) {
        return chatur_jwt_refuse(error, "a claim is missing or not valid");
    }
    if (json_object_object_get_ex(payload, "nbf", NULL) &&
        !read_time(payload, "nbf", &not_before_s)) {
        return chatur_jwt_refuse(error, "a claim is missing or not valid");
    }
    if (read.issued_s > now_s + CHATUR_JWT_LEEWAY_S || not_before_s > now_s + CHATUR_JWT_LEEWAY_S) {
        return chatur_jwt_refuse(error, "it is from the future");
    }
    if (read.expires_s <= now_s - CHATUR_JWT_LEEWAY_S) {
        return chatur_refuse(error, CHATUR_UNAUTHENTICATED,
                             "Your session has expired, please sign in again");
    }
    *claims = read;
    return CHATUR_OK;
}

enum chatur_outcome chatur_jwt_verify(const char *key, const char *token, int64_t now_s,
                                      struct chatur_arena *arena, struct chatur_claims *claims,
                                      struct chatur_error *error)
{
    struct chatur_jwt_segments segments;
    struct json_object *payload = NULL;
    int key_length = usable_key_length(key);
    if (key_length == 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "the token key is empty or too short");
    }
    enum chatur_outcome outcome = chatur_jwt_guard(token, ALGORITHM, arena, &segments, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = check_signature(key, key_length, token, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = chatur_json_parse_object(segments.payload.bytes, segments.payload.length, arena,
                                       &payload, NULL);
    if (outcome == CHATUR_INTERNAL) {
        return chatur_no_memory(error);
    }
    if (outcome != CHATUR_OK) {
        return chatur_jwt_refuse(error, "the payload is not an object");
    }
    return read_claims(payload, now_s, claims, error);
}
