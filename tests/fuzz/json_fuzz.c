/* Fuzzing the JSON scanner against json-c, an independent reader of the same bytes:
 * - what the scanner takes, json-c takes too, to the last byte, and has as many members in its tree
 *   as the text has colons outside of strings: no duplicate key came through;
 * - what the tree prints, the scanner takes again;
 * - what the scanner calls a repeated key is one: the tree, where json-c makes one, has fewer
 * members;
 * - a body that is an object is read exactly when the scanner takes it.
 * Anything else aborts. */
#include <json-c/json_object_iterator.h>
#include <json-c/json_tokener.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define ARENA_BYTES (1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* In an array, because json-c cannot tell by itself that a number at the top is over. */
static struct json_object *parse_wrapped(const char *bytes, size_t length)
{
    struct json_tokener *tokener = json_tokener_new_ex(CHATUR_JSON_MAX_DEPTH + 2);
    char *wrapped = malloc(length + 2);
    insist(tokener != NULL && wrapped != NULL);
    wrapped[0] = '[';
    memcpy(wrapped + 1, bytes, length);
    wrapped[length + 1] = ']';
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *tree = json_tokener_parse_ex(tokener, wrapped, (int)length + 2);
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        json_tokener_get_parse_end(tokener) != length + 2) {
        (void)json_object_put(tree);
        tree = NULL;
    }
    free(wrapped);
    json_tokener_free(tokener);
    return tree;
}

static size_t count_colons(const char *bytes, size_t length)
{
    size_t colons = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        if (in_string && bytes[i] == '\\') {
            i++;
        } else if (bytes[i] == '"') {
            in_string = !in_string;
        } else if (!in_string && bytes[i] == ':') {
            colons++;
        }
    }
    return colons;
}

static size_t count_members(struct json_object *tree)
{
    size_t members = 0;
    if (json_object_is_type(tree, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(tree); i++) {
            members += count_members(json_object_array_get_idx(tree, i));
        }
    } else if (json_object_is_type(tree, json_type_object)) {
        struct json_object_iterator at = json_object_iter_begin(tree);
        struct json_object_iterator end = json_object_iter_end(tree);
        for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
            members += 1 + count_members(json_object_iter_peek_value(&at));
        }
    }
    return members;
}

static void check_accepted(const char *bytes, size_t length, struct json_object *tree)
{
    insist(tree != NULL && json_object_array_length(tree) == 1);
    insist(count_members(tree) == count_colons(bytes, length));
    size_t printed_length = 0;
    const char *printed = json_object_to_json_string_length(
        json_object_array_get_idx(tree, 0), JSON_C_TO_STRING_PLAIN, &printed_length);
    insist(printed != NULL);
    insist(chatur_json_check(printed, printed_length, NULL) == CHATUR_OK);
}

static void check_body(const char *bytes, size_t length, bool accepted, struct json_object *tree)
{
    struct chatur_arena *arena = chatur_arena_new(ARENA_BYTES);
    insist(arena != NULL);
    struct json_object *body = NULL;
    enum chatur_outcome outcome = chatur_json_parse_object(bytes, length, arena, &body, NULL);
    insist((outcome == CHATUR_OK) == (body != NULL));
    bool blank = true;
    for (size_t i = 0; i < length; i++) {
        blank = blank && bytes[i] != '\0' && strchr(" \t\r\n", bytes[i]) != NULL;
    }
    bool is_object =
        accepted && json_object_is_type(json_object_array_get_idx(tree, 0), json_type_object);
    insist(outcome == (blank || is_object ? CHATUR_OK : CHATUR_BAD_REQUEST));
    insist(!is_object || json_object_equal(json_object_array_get_idx(tree, 0), body));
    chatur_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_json_check(bytes, size, &error);
    struct json_object *tree = parse_wrapped(bytes, size);
    insist(outcome == CHATUR_OK || outcome == CHATUR_BAD_REQUEST);
    if (outcome == CHATUR_OK) {
        check_accepted(bytes, size, tree);
    } else if (tree != NULL && strstr(error.message, "a key that its object has already") != NULL) {
        insist(count_members(tree) < count_colons(bytes, size));
    }
    check_body(bytes, size, outcome == CHATUR_OK, tree);
    (void)json_object_put(tree);
    return 0;
}
