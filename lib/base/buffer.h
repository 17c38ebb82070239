/* Buffer: bytes that grow. An append that fails (out of memory, or over `max_bytes`) latches
 * `failed` and every later append does nothing, so a writer checks once, at the end. */
#ifndef CHATUR_BASE_BUFFER_H
#define CHATUR_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outcome.h"

struct chatur_buffer {
    char *data;       /* NUL-terminated whenever length > 0; NULL before the first append */
    size_t length;    /* bytes used, without the NUL */
    size_t capacity;  /* bytes allocated */
    size_t max_bytes; /* limit for length; 0: none */
    bool failed;
};

void chatur_buffer_append(struct chatur_buffer *buffer, const char *bytes, size_t length);
void chatur_buffer_puts(struct chatur_buffer *buffer, const char *string);
void chatur_buffer_printf(struct chatur_buffer *buffer, const char *format, ...)
    CHATUR_PRINTF(2, 3);

/* Appends `string` as a JSON string with its quotes (RFC 8259, section 7): quotes, backslashes and
 * control characters escaped; bytes that are not UTF-8 replaced by U+FFFD. */
void chatur_buffer_json_string(struct chatur_buffer *buffer, const char *string);

/* The same for `length` bytes, whatever comes after them. */
void chatur_buffer_json_text(struct chatur_buffer *buffer, const char *bytes, size_t length);

/* Empties it, keeping its memory unless that grew past `keep_bytes`. Clears `failed`. */
void chatur_buffer_clear(struct chatur_buffer *buffer, size_t keep_bytes);
void chatur_buffer_free(struct chatur_buffer *buffer);

#endif
