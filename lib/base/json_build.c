/* The tree, by recursive descent over text that the scanner passed: nothing is left to refuse, so
 * the only failure is to run out of memory.
 *
 * json-c's own parser does not notice that: it leaves texts and members out, as if they had not
 * been sent, or ends the process. The functions it offers to build a tree with do say so. */
#include "base/json_build.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_key.h"

struct builder {
    const char *at;
    const char *end;
    struct chatur_arena *arena;
};

/* What is between a string's quotes. */
struct slice {
    const char *bytes;
    size_t length;
    bool escaped; /* has at least one escape */
};

static bool build_value(struct builder *builder, struct json_object **value);

static bool take(struct builder *builder, char byte)
{
    if (builder->at == builder->end || *builder->at != byte) {
        return false;
    }
    builder->at++;
    return true;
}

static void skip_space(struct builder *builder)
{
    while (take(builder, ' ') || take(builder, '\n') || take(builder, '\r') ||
           take(builder, '\t')) {
    }
}

/* --- strings ---------------------------------------------------------------------------------- */

static size_t encode_utf8(uint32_t code_point, char *to)
{
    unsigned char bytes[4];
    size_t size = 0;
    if (code_point < 0x80) {
        bytes[size++] = (unsigned char)code_point;
    } else if (code_point < 0x800) {
        bytes[size++] = (unsigned char)(0xC0 | code_point >> 6U);
    } else if (code_point < 0x10000) {
        bytes[size++] = (unsigned char)(0xE0 | code_point >> 12U);
        bytes[size++] = (unsigned char)(0x80 | (code_point >> 6U & 0x3F));
    } else {
        bytes[size++] = (unsigned char)(0xF0 | code_point >> 18U);
        bytes[size++] = (unsigned char)(0x80 | (code_point >> 12U & 0x3F));
        bytes[size++] = (unsigned char)(0x80 | (code_point >> 6U & 0x3F));
    }
    if (code_point >= 0x80) {
        bytes[size++] = (unsigned char)(0x80 | (code_point & 0x3F));
    }
    memcpy(to, bytes, size);
    return size;
}

/* From the opening quote past the closing one. */
static struct slice take_string(struct builder *builder)
{
    builder->at++;
    struct slice slice = {.bytes = builder->at};
    while (*builder->at != '"') {
        if (*builder->at == '\\') {
            slice.escaped = true;
            builder->at++;
        }
        builder->at++;
    }
    slice.length = (size_t)(builder->at - slice.bytes);
    builder->at++;
    return slice;
}

/* The text in the arena, NUL-terminated. No escape is shorter than what it says. NULL: out of
 * memory. */
static char *unescape(const struct builder *builder, const struct slice *slice, size_t *length)
{
    char *text = chatur_arena_alloc(builder->arena, slice->length + 1);
    char *to = text;
    const char *end = slice->bytes + slice->length;
    for (const char *from = slice->bytes; text != NULL && from < end;) {
        uint32_t code_point = 0;
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        from += chatur_json_read_escape(from, end, &code_point);
        to += encode_utf8(code_point, to);
    }
    *length = (size_t)(to - text);
    return text;
}

static bool build_string(struct builder *builder, struct json_object **value)
{
    struct slice slice = take_string(builder);
    const char *text = slice.bytes;
    size_t length = slice.length;
    if (slice.escaped) {
        text = unescape(builder, &slice, &length);
        if (text == NULL) {
            return false;
        }
    }
    *value = json_object_new_string_len(text, (int)length);
    return *value != NULL;
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* Counts down from zero, because the least int64 has no positive one. */
static int64_t read_integer(const char *digits, size_t length)
{
    bool negative = *digits == '-';
    int64_t number = 0;
    for (size_t i = negative ? 1 : 0; i < length; i++) {
        number = number * 10 - (digits[i] - '0');
    }
    return negative ? number : -number;
}

static bool build_number(struct builder *builder, struct json_object **value)
{
    const char *start = builder->at;
    bool integer = true;
    for (; builder->at < builder->end && strchr("+-.0123456789eE", *builder->at) != NULL;
         builder->at++) {
        integer = integer && strchr(".eE", *builder->at) == NULL;
    }
    size_t length = (size_t)(builder->at - start);
    if (integer) {
        *value = json_object_new_int64(read_integer(start, length));
    } else {
        const char *copy = chatur_arena_strndup(builder->arena, start, length);
        *value = copy != NULL ? json_object_new_double_s(strtod(copy, NULL), copy) : NULL;
    }
    return *value != NULL;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool build_member(struct builder *builder, struct json_object *object)
{
    struct json_object *value = NULL;
    struct slice slice = take_string(builder);
    size_t length = 0;
    const char *key = unescape(builder, &slice, &length);
    skip_space(builder);
    builder->at++; /* the colon */
    if (key == NULL || !build_value(builder, &value)) {
        return false;
    }
    if (json_object_object_add_ex(object, key, value,
                                  JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT) !=
        0) {
        (void)json_object_put(value);
        return false;
    }
    return true;
}

static bool build_element(struct builder *builder, struct json_object *array)
{
    struct json_object *value = NULL;
    if (!build_value(builder, &value)) {
        return false;
    }
    if (json_object_array_add(array, value) != 0) {
        (void)json_object_put(value);
        return false;
    }
    return true;
}

/* What is between the braces or brackets, and the closing one. */
static bool build_items(struct builder *builder, char closing, struct json_object *container,
                        bool (*build_item)(struct builder *, struct json_object *))
{
    builder->at++;
    skip_space(builder);
    while (!take(builder, closing)) {
        if (!build_item(builder, container)) {
            return false;
        }
        skip_space(builder);
        (void)take(builder, ',');
        skip_space(builder);
    }
    return true;
}

static bool build_container(struct builder *builder, struct json_object **value)
{
    bool is_object = *builder->at == '{';
    struct json_object *container = is_object ? json_object_new_object() : json_object_new_array();
    if (container == NULL) {
        return false;
    }
    if (!build_items(builder, is_object ? '}' : ']', container,
                     is_object ? build_member : build_element)) {
        (void)json_object_put(container);
        return false;
    }
    *value = container;
    return true;
}

static bool build_value(struct builder *builder, struct json_object **value)
{
    skip_space(builder);
    switch (*builder->at) {
    case '{':
    case '[':
        return build_container(builder, value);
    case '"':
        return build_string(builder, value);
    case 't':
        builder->at += strlen("true");
        *value = json_object_new_boolean(1);
        return *value != NULL;
    case 'f':
        builder->at += strlen("false");
        *value = json_object_new_boolean(0);
        return *value != NULL;
    case 'n':
        builder->at += strlen("null");
        *value = NULL;
        return true;
    default:
        return build_number(builder, value);
    }
}

bool chatur_json_build(const char *bytes, size_t length, struct chatur_arena *arena,
                       struct json_object **tree)
{
    struct builder builder = {.at = bytes, .end = bytes + length, .arena = arena};
    *tree = NULL;
    return build_value(&builder, tree);
}
