/* Verifying a token: its form and its algorithm (the guard), its signature, and only then what it
 * says. */
#include "auth/jwt.h"

#include <json-c/json_object.h>
#include <string.h>

#include "auth/jwt_guard.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/text.h"

#define ALGORITHM "HS256"

/* The longest mail address (RFC 5321), and longer than any provider's uid. */
#define MAX_CLAIM_BYTES 254

/* The last second of the year 9999. What is later is a mistake of units or an attack, and would
 * overflow what is later reckoned with it. */
#define MAX_TIME_S 253402300799

bool chatur_jwt_key_is_usable(const char *key)
{
    return strlen(key) >= CHATUR_JWT_MIN_KEY_BYTES;
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

static enum chatur_outcome check_signature(const char *key, const char *token,
                                           const struct chatur_jwt_segment *signature,
                                           struct chatur_error *error)
{
    unsigned char mac[CHATUR_SHA256_BYTES];
    size_t signed_length = (size_t)(strrchr(token, '.') - token);
    chatur_hmac_sha256(key, strlen(key), token, signed_length, mac);
    if (signature->length != sizeof(mac) ||
        !chatur_sha256_equal(mac, (const unsigned char *)signature->bytes)) {
        return chatur_jwt_refuse(error, "the signature is not ours");
    }
    return CHATUR_OK;
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
    if (!chatur_jwt_key_is_usable(key)) {
        return chatur_fail(error, CHATUR_INTERNAL, "the token key is empty or too short");
    }
    enum chatur_outcome outcome = chatur_jwt_guard(token, ALGORITHM, arena, &segments, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = check_signature(key, token, &segments.signature, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = chatur_json_parse_object(segments.payload.bytes, segments.payload.length, arena,
                                       &payload, NULL);
    if (outcome == CHATUR_INTERNAL) {
        return chatur_no_memory(error);
    }
    if (outcome != CHATUR_OK) {
        return chatur_jwt_refuse(error, "the payload is not a strict JSON object");
    }
    return read_claims(payload, now_s, claims, error);
}
