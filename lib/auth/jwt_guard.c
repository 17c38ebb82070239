/* Cheapest check first, and each one stands on those before it: length, then the alphabet and the
 * dots, then the header's JSON, then what it says. */
#include "auth/jwt_guard.h"

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "auth/jwt.h"
#include "base/json.h"
#include "base/text.h"

enum { SEGMENTS = 3 };

enum chatur_outcome chatur_jwt_refuse(struct chatur_error *error, const char *reason)
{
    (void)chatur_fail(error, CHATUR_UNAUTHENTICATED, "token refused: %s", reason);
    return chatur_refuse(error, CHATUR_UNAUTHENTICATED, "The token is not valid");
}

/* The value of a base64url digit (RFC 4648, section 5), or -1. */
static int digit_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z') {
        return digit - 'A';
    }
    if (digit >= 'a' && digit <= 'z') {
        return digit - 'a' + 26;
    }
    if (digit >= '0' && digit <= '9') {
        return digit - '0' + 52;
    }
    if (digit == '-') {
        return 62;
    }
    return digit == '_' ? 63 : -1;
}

/* Decodes `length` digits into `bytes`, which holds 3/4 of them. False when one is no digit, when
 * the length fits no number of bytes, or when bits that encode nothing are set: several texts would
 * then decode to the same bytes. */
static bool decode(const char *text, size_t length, char *bytes, size_t *decoded)
{
    uint32_t pending = 0;
    unsigned pending_bits = 0;
    size_t used = 0;
    if (length == 0 || length % 4 == 1) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        int value = digit_value(text[i]);
        if (value < 0) {
            return false;
        }
        pending = pending << 6 | (uint32_t)value;
        pending_bits += 6;
        if (pending_bits >= 8) {
            pending_bits -= 8;
            bytes[used++] = (char)(unsigned char)(pending >> pending_bits);
            pending &= (1U << pending_bits) - 1;
        }
    }
    *decoded = used;
    return pending == 0;
}

static enum chatur_outcome split(const char *token, size_t length, struct chatur_arena *arena,
                                 struct chatur_jwt_segment segments[SEGMENTS],
                                 struct chatur_error *error)
{
    const char *next = token;
    const char *end = token + length;
    for (size_t i = 0; i < SEGMENTS; i++) {
        const char *dot = memchr(next, '.', (size_t)(end - next));
        bool last = i == SEGMENTS - 1;
        if (last != (dot == NULL)) {
            return chatur_jwt_refuse(error, "not three segments");
        }
        size_t digits = (size_t)((last ? end : dot) - next);
        char *bytes = chatur_arena_alloc(arena, digits / 4 * 3 + 3);
        if (bytes == NULL) {
            return chatur_no_memory(error);
        }
        if (!decode(next, digits, bytes, &segments[i].length)) {
            return chatur_jwt_refuse(error, "a segment is not strict base64url");
        }
        segments[i].bytes = bytes;
        next += digits + 1;
    }
    return CHATUR_OK;
}

static bool is_string(struct json_object *value)
{
    return json_object_is_type(value, json_type_string);
}

static enum chatur_outcome check_header(const struct chatur_jwt_segment *segment,
                                        const char *algorithm, struct chatur_arena *arena,
                                        struct chatur_error *error)
{
    struct json_object *header = NULL;
    struct json_object *value = NULL;
    enum chatur_outcome outcome =
        chatur_json_parse_object(segment->bytes, segment->length, arena, &header, NULL);
    if (outcome == CHATUR_INTERNAL) {
        return chatur_no_memory(error);
    }
    if (outcome != CHATUR_OK) {
        return chatur_jwt_refuse(error, "the header is not a strict JSON object");
    }
    if (!json_object_object_get_ex(header, "alg", &value) || !is_string(value) ||
        strcmp(json_object_get_string(value), algorithm) != 0) {
        return chatur_jwt_refuse(error, "another algorithm than ours");
    }
    if (json_object_object_get_ex(header, "typ", &value) &&
        !(is_string(value) && chatur_equals_ignoring_case(json_object_get_string(value), "JWT"))) {
        return chatur_jwt_refuse(error, "another type than JWT");
    }
    if (json_object_object_get_ex(header, "crit", NULL)) {
        return chatur_jwt_refuse(error, "it needs an extension"); /* we understand none */
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_jwt_guard(const char *token, const char *algorithm,
                                     struct chatur_arena *arena,
                                     struct chatur_jwt_segments *segments,
                                     struct chatur_error *error)
{
    struct chatur_jwt_segment parts[SEGMENTS] = {{0}};
    size_t length = strnlen(token, CHATUR_JWT_MAX_BYTES + 1);
    if (length > CHATUR_JWT_MAX_BYTES) {
        return chatur_jwt_refuse(error, "too long");
    }
    enum chatur_outcome outcome = split(token, length, arena, parts, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    outcome = check_header(&parts[0], algorithm, arena, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    *segments = (struct chatur_jwt_segments){parts[0], parts[1], parts[2]};
    return CHATUR_OK;
}
