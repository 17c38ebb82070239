/* Keys are compared by what they say after unescaping. A closed object's keys are sorted and equal
 * neighbours are duplicates: n log n whatever the keys are, where a hash table would need a secret
 * seed to promise as much. */
#include "base/json_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool read_hex(const char *at, const char *end, uint32_t *unit)
{
    if (end - at < 4) {
        return false;
    }
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        char digit = at[i];
        uint32_t value = 0;
        if (digit >= '0' && digit <= '9') {
            value = (uint32_t)(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = (uint32_t)(digit - 'a' + 10);
        } else if (digit >= 'A' && digit <= 'F') {
            value = (uint32_t)(digit - 'A' + 10);
        } else {
            return false;
        }
        *unit = *unit << 4U | value;
    }
    return true;
}

static bool is_high_surrogate(uint32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(uint32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

size_t chatur_json_read_escape(const char *at, const char *end, uint32_t *code_point)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (end - at < 2) {
        return 0;
    }
    if (at[1] != 'u') {
        const char *letter = memchr(letters, at[1], sizeof(letters) - 1);
        if (letter == NULL) {
            return 0;
        }
        *code_point = (uint32_t)meanings[letter - letters];
        return 2;
    }
    if (!read_hex(at + 2, end, code_point)) {
        return 0;
    }
    uint32_t low = 0;
    if (is_high_surrogate(*code_point) && end - at >= 12 && at[6] == '\\' && at[7] == 'u' &&
        read_hex(at + 8, end, &low) && is_low_surrogate(low)) {
        *code_point = 0x10000 + ((*code_point - 0xD800) << 10U) + (low - 0xDC00);
        return 12;
    }
    return 6;
}

/* Reads the next code point of a key that was scanned and so is valid. */
static uint32_t next_code_point(const char **at, const char *end)
{
    uint32_t value = 0;
    size_t size = 0;
    if (**at == '\\') {
        size = chatur_json_read_escape(*at, end, &value);
    } else {
        size = chatur_utf8_sequence(*at, (size_t)(end - *at));
        value = chatur_utf8_code_point(*at, size);
    }
    *at += size;
    return value;
}

/* A total order of what keys say. The slower walk agrees with memcmp, because UTF-8 sorts as its
 * code points do. */
static int compare_keys(const struct chatur_json_key *left, const struct chatur_json_key *right)
{
    if (left->unescaped_length != right->unescaped_length) {
        return left->unescaped_length < right->unescaped_length ? -1 : 1;
    }
    if (left->length == left->unescaped_length && right->length == right->unescaped_length) {
        return memcmp(left->bytes, right->bytes, left->length);
    }
    const char *left_at = left->bytes;
    const char *right_at = right->bytes;
    const char *left_end = left->bytes + left->length;
    const char *right_end = right->bytes + right->length;
    while (left_at < left_end && right_at < right_end) {
        uint32_t left_value = next_code_point(&left_at, left_end);
        uint32_t right_value = next_code_point(&right_at, right_end);
        if (left_value != right_value) {
            return left_value < right_value ? -1 : 1;
        }
    }
    return 0;
}

/* Equal keys in the order they came. */
static int compare_for_sort(const void *left_key, const void *right_key)
{
    const struct chatur_json_key *left = left_key;
    const struct chatur_json_key *right = right_key;
    int order = compare_keys(left, right);
    if (order != 0) {
        return order;
    }
    return left->bytes < right->bytes ? -1 : left->bytes > right->bytes;
}

void chatur_json_keys_init(struct chatur_json_keys *keys)
{
    keys->all = keys->first_ones;
    keys->count = 0;
    keys->capacity = CHATUR_JSON_FIRST_KEYS;
}

void chatur_json_keys_free(struct chatur_json_keys *keys)
{
    if (keys->all != keys->first_ones) {
        free(keys->all);
    }
    chatur_json_keys_init(keys);
}

static bool grow(struct chatur_json_keys *keys)
{
    bool own = keys->all != keys->first_ones;
    size_t capacity = keys->capacity * 2;
    struct chatur_json_key *all = reallocarray(own ? keys->all : NULL, capacity, sizeof(*all));
    if (all == NULL) {
        return false;
    }
    if (!own) {
        memcpy(all, keys->first_ones, sizeof(keys->first_ones));
    }
    keys->all = all;
    keys->capacity = capacity;
    return true;
}

bool chatur_json_keys_push(struct chatur_json_keys *keys, const struct chatur_json_key *key)
{
    if (keys->count == keys->capacity && !grow(keys)) {
        return false;
    }
    keys->all[keys->count++] = *key;
    return true;
}

const char *chatur_json_keys_pop(struct chatur_json_keys *keys, size_t count)
{
    struct chatur_json_key *popped = keys->all + count;
    size_t popped_count = keys->count - count;
    const char *repeated = NULL;
    qsort(popped, popped_count, sizeof(*popped), compare_for_sort);
    for (size_t i = 1; i < popped_count; i++) {
        if (compare_keys(&popped[i - 1], &popped[i]) == 0 &&
            (repeated == NULL || popped[i].bytes < repeated)) {
            repeated = popped[i].bytes;
        }
    }
    keys->count = count;
    return repeated;
}
