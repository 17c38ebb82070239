/* Private to base/json.c: from scanned text to json-c's tree. */
#ifndef CHATUR_BASE_JSON_BUILD_H
#define CHATUR_BASE_JSON_BUILD_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Builds the tree of a text that chatur_json_check passed, at most INT_MAX bytes. Keys live in the
 * arena, so the tree must be put before the arena is reset. A null is a NULL, as json-c has it.
 * False: out of memory, and there is no tree. */
bool chatur_json_build(const char *bytes, size_t length, struct chatur_arena *arena,
                       struct json_object **tree);

#endif
