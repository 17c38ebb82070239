/* JSON at the edge. json-c holds the tree, but its parser is not for outside bytes: it forgives too
 * much (NaN, single quotes, raw control characters, duplicate keys, overlong UTF-8, keys cut at
 * \u0000), and when memory runs out it drops text unnoticed or crashes. So a strict scanner reads
 * the text, and the tree is built from what passed it. */
#ifndef CHATUR_BASE_JSON_H
#define CHATUR_BASE_JSON_H

#include <json-c/json_object.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/outcome.h"

/* Each level costs stack: without a limit, a body of brackets alone would end the process. */
#define CHATUR_JSON_MAX_DEPTH 16

/* Checks that `bytes` are exactly one JSON text by RFC 8259 and within our limits: valid UTF-8, no
 * NUL character (raw or \u0000), no lone surrogate escapes, no duplicate key in an object, nesting
 * of at most CHATUR_JSON_MAX_DEPTH, integers within int64, other numbers finite. Time is n log n in
 * `length` at worst. CHATUR_OK, CHATUR_BAD_REQUEST with the byte offset in the public message,
 * CHATUR_INTERNAL (out of memory: more keys than an ordinary body has need some). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_json_check(const char *bytes, size_t length,
                                                        struct chatur_error *error);

/* Parses a request's body: the check above, then an object at the top; an empty body, or one of
 * white space, reads as {}. `*object` belongs to the arena: never put it. Its keys are in
 * the arena, the rest is json-c's own, outside of the arena's cap: the body's limit bounds it.
 * CHATUR_OK, CHATUR_BAD_REQUEST, CHATUR_INTERNAL (out of memory); `*object` is NULL unless OK. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_json_parse_object(const char *bytes, size_t length,
                                                               struct chatur_arena *arena,
                                                               struct json_object **object,
                                                               struct chatur_error *error);

#endif
