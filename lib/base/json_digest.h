/* JSON digest: one number for what a JSON text says, however it was written down. */
#ifndef CHATUR_BASE_JSON_DIGEST_H
#define CHATUR_BASE_JSON_DIGEST_H

#include <json-c/json_object.h>

#include "base/outcome.h"

#define CHATUR_DIGEST_LENGTH 64

/* SHA-256, in lower-case hex, of the value with the keys of its objects sorted and without white
 * space. Equal for texts that differ in the order of keys, white space or escapes only; different,
 * for all anybody can do, when they say different things (1 and 1.0 are different things). Takes
 * what chatur_json_parse_object gives: no deeper than CHATUR_JSON_MAX_DEPTH.
 * CHATUR_OK, CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_json_digest(struct json_object *value,
                                                         char digest[CHATUR_DIGEST_LENGTH + 1],
                                                         struct chatur_error *error);

#endif
