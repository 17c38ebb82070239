/* Writes the value down in the one form that all its forms share, and hashes that. The form is
 * close to RFC 8785's, but for numbers, which keep the type that the parser gave them. */
#include "base/json_digest.h"

#include <json-c/json_object_iterator.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/id.h"
#include "base/sha256.h"

struct member {
    const char *key;
    struct json_object *value;
};

static bool put_value(struct chatur_buffer *buffer, struct json_object *value);

static int compare(const void *left, const void *right)
{
    return strcmp(((const struct member *)left)->key, ((const struct member *)right)->key);
}

static bool put_object(struct chatur_buffer *buffer, struct json_object *object)
{
    size_t count = (size_t)json_object_object_length(object);
    struct member *members = calloc(count + 1, sizeof(*members));
    if (members == NULL) {
        return false;
    }
    struct json_object_iterator at = json_object_iter_begin(object);
    for (size_t i = 0; i < count; i++, json_object_iter_next(&at)) {
        members[i] =
            (struct member){json_object_iter_peek_name(&at), json_object_iter_peek_value(&at)};
    }
    qsort(members, count, sizeof(*members), compare);
    bool put = true;
    chatur_buffer_puts(buffer, "{");
    for (size_t i = 0; i < count && put; i++) {
        chatur_buffer_puts(buffer, i == 0 ? "" : ",");
        chatur_buffer_json_string(buffer, members[i].key);
        chatur_buffer_puts(buffer, ":");
        put = put_value(buffer, members[i].value);
    }
    chatur_buffer_puts(buffer, "}");
    free(members);
    return put;
}

static bool put_array(struct chatur_buffer *buffer, struct json_object *array)
{
    size_t count = json_object_array_length(array);
    bool put = true;
    chatur_buffer_puts(buffer, "[");
    for (size_t i = 0; i < count && put; i++) {
        chatur_buffer_puts(buffer, i == 0 ? "" : ",");
        put = put_value(buffer, json_object_array_get_idx(array, i));
    }
    chatur_buffer_puts(buffer, "]");
    return put;
}

/* False: out of memory; so it is when the buffer failed. */
static bool put_value(struct chatur_buffer *buffer, struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_object:
        return put_object(buffer, value);
    case json_type_array:
        return put_array(buffer, value);
    case json_type_string:
        chatur_buffer_json_text(buffer, json_object_get_string(value),
                                (size_t)json_object_get_string_len(value));
        break;
    case json_type_boolean:
        chatur_buffer_puts(buffer, json_object_get_boolean(value) ? "true" : "false");
        break;
    case json_type_int:
        chatur_buffer_printf(buffer, "%lld", (long long)json_object_get_int64(value));
        break;
    case json_type_double:
        chatur_buffer_printf(buffer, "%#.17g", json_object_get_double(value));
        break;
    case json_type_null:
        chatur_buffer_puts(buffer, "null");
        break;
    }
    return true;
}

enum chatur_outcome chatur_json_digest(struct json_object *value,
                                       char digest[CHATUR_DIGEST_LENGTH + 1],
                                       struct chatur_error *error)
{
    unsigned char hash[CHATUR_SHA256_BYTES];
    struct chatur_buffer buffer = {0};
    bool done = put_value(&buffer, value) && !buffer.failed;
    if (done) {
        chatur_sha256(buffer.data, buffer.length, hash);
    }
    chatur_buffer_free(&buffer);
    if (!done) {
        return chatur_no_memory(error);
    }
    chatur_hex(hash, sizeof(hash), digest);
    return CHATUR_OK;
}
