/* Private to the scanner: the keys of the objects still open, as slices of the input on one stack,
 * and the escapes they may hold. */
#ifndef CHATUR_BASE_JSON_KEY_H
#define CHATUR_BASE_JSON_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHATUR_JSON_FIRST_KEYS                                                                     \
    32 /* as many as an ordinary request has, so that it needs no malloc */

/* What is between a key's quotes. `length` is of these bytes, `unescaped_length` of what they say:
 * equal exactly when there is no escape, because every escape is longer than its UTF-8. */
struct chatur_json_key {
    const char *bytes;
    size_t length;
    size_t unescaped_length;
};

struct chatur_json_keys {
    struct chatur_json_key *all; /* `first_ones` until there are more */
    size_t count;
    size_t capacity;
    struct chatur_json_key first_ones[CHATUR_JSON_FIRST_KEYS];
};

/* The stack points into itself: not to be copied. */
void chatur_json_keys_init(struct chatur_json_keys *keys);
void chatur_json_keys_free(struct chatur_json_keys *keys);

/* False: out of memory. */
bool chatur_json_keys_push(struct chatur_json_keys *keys, const struct chatur_json_key *key);

/* Takes keys off until `count` are left. Those taken must all be of one object: returns the bytes
 * of the earliest that says the same as one before it, or NULL when all differ. */
const char *chatur_json_keys_pop(struct chatur_json_keys *keys, size_t count);

/* Reads the escape whose backslash is at `at`, both halves of a surrogate pair together. Returns
 * its length, or 0 when JSON has no such escape. `*code_point` is a surrogate for half a pair. */
size_t chatur_json_read_escape(const char *at, const char *end, uint32_t *code_point);

#endif
