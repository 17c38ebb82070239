/* Writing JSON objects straight into a buffer: flat objects are all the wire has, so no tree is
 * built. A failure latches in the buffer (buffer.h); check it once, at the end. Keys are ours and
 * plain; values are escaped. */
#ifndef CHATUR_BASE_JSON_WRITE_H
#define CHATUR_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

void chatur_json_open(struct chatur_buffer *buffer); /* { */
void chatur_json_close(struct chatur_buffer *buffer);

/* Between open and close. A NULL `value` is written as "": the clients crash on a null. */
void chatur_json_put_string(struct chatur_buffer *buffer, const char *key, const char *value);
void chatur_json_put_text(struct chatur_buffer *buffer, const char *key, const char *bytes,
                          size_t length);
void chatur_json_put_integer(struct chatur_buffer *buffer, const char *key, int64_t value);
void chatur_json_put_boolean(struct chatur_buffer *buffer, const char *key, bool value);

#endif
