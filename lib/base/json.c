/* The two steps: the scanner refuses, then the builder makes the tree. */
#include "base/json.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/json_build.h"

static void put_object(void *object)
{
    (void)json_object_put(object);
}

static bool is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\0' || strchr(" \t\r\n", bytes[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static enum chatur_outcome read_tree(const char *bytes, size_t length, struct chatur_arena *arena,
                                     struct json_object **tree, struct chatur_error *error)
{
    if (is_blank(bytes, length)) {
        *tree = json_object_new_object();
        return *tree == NULL ? chatur_no_memory(error) : CHATUR_OK;
    }
    if (length > INT_MAX) {
        return chatur_refuse(error, CHATUR_BAD_REQUEST, "The JSON is too long");
    }
    enum chatur_outcome outcome = chatur_json_check(bytes, length, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (bytes[strspn(bytes, " \t\r\n")] != '{') {
        return chatur_refuse(error, CHATUR_BAD_REQUEST, "The body must be a JSON object");
    }
    return chatur_json_build(bytes, length, arena, tree) ? CHATUR_OK : chatur_no_memory(error);
}

enum chatur_outcome chatur_json_parse_object(const char *bytes, size_t length,
                                             struct chatur_arena *arena,
                                             struct json_object **object,
                                             struct chatur_error *error)
{
    struct json_object *tree = NULL;
    *object = NULL;
    enum chatur_outcome outcome = read_tree(bytes, length, arena, &tree, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (!chatur_arena_defer(arena, put_object, tree)) {
        return chatur_no_memory(error); /* the tree was put at once */
    }
    *object = tree;
    return CHATUR_OK;
}
