#include "base/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FIRST_CAPACITY 512

/* Makes room for `more` bytes and a NUL; latches the failure. */
static bool reserve(struct chatur_buffer *buffer, size_t more)
{
    size_t max = buffer->max_bytes > 0 ? buffer->max_bytes : SIZE_MAX / 2;
    if (buffer->failed || more > max || buffer->length > max - more) {
        buffer->failed = true;
        return false;
    }
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity) {
        return true;
    }
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_CAPACITY;
    while (capacity < needed) {
        capacity *= 2;
    }
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void chatur_buffer_append(struct chatur_buffer *buffer, const char *bytes, size_t length)
{
    if (!reserve(buffer, length)) {
        return;
    }
    if (length > 0) {
        memcpy(buffer->data + buffer->length, bytes, length);
    }
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void chatur_buffer_puts(struct chatur_buffer *buffer, const char *string)
{
    chatur_buffer_append(buffer, string, strlen(string));
}

void chatur_buffer_printf(struct chatur_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        buffer->failed = true;
    } else if (reserve(buffer, (size_t)length)) {
        (void)vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

/* The two-character escape of a character that has one, or NULL. */
static const char *short_escape(unsigned char character)
{
    switch (character) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* How many bytes at the start need no escape and no check: printable ASCII but `"` and `\\`. Nearly
 * all text is, so it is copied in runs. */
static size_t plain_run(const char *bytes, size_t length)
{
    size_t run = 0;
    for (; run < length; run++) {
        unsigned char next = (unsigned char)bytes[run];
        if (next < 0x20 || next >= 0x7f || next == '"' || next == '\\') {
            break;
        }
    }
    return run;
}

/* Appends the character that stopped a run, escaped. Returns how many of the bytes it was. */
static size_t append_special(struct chatur_buffer *buffer, const char *bytes, size_t length)
{
    unsigned char first = (unsigned char)*bytes;
    const char *escape = short_escape(first);
    if (escape != NULL) {
        chatur_buffer_append(buffer, escape, 2);
        return 1;
    }
    if (first < 0x20 || first == 0x7f) {
        chatur_buffer_printf(buffer, "\\u%04x", first);
        return 1;
    }
    size_t size = chatur_utf8_sequence(bytes, length);
    if (size == 0) {
        chatur_buffer_puts(buffer, "\xef\xbf\xbd");
        return 1;
    }
    chatur_buffer_append(buffer, bytes, size);
    return size;
}

void chatur_buffer_json_text(struct chatur_buffer *buffer, const char *bytes, size_t length)
{
    chatur_buffer_append(buffer, "\"", 1);
    while (length > 0) {
        size_t done = plain_run(bytes, length);
        chatur_buffer_append(buffer, bytes, done);
        if (done < length) {
            done += append_special(buffer, bytes + done, length - done);
        }
        bytes += done;
        length -= done;
    }
    chatur_buffer_append(buffer, "\"", 1);
}

void chatur_buffer_json_string(struct chatur_buffer *buffer, const char *string)
{
    chatur_buffer_json_text(buffer, string, strlen(string));
}

void chatur_buffer_clear(struct chatur_buffer *buffer, size_t keep_bytes)
{
    if (buffer->capacity > keep_bytes) {
        free(buffer->data);
        buffer->data = NULL;
        buffer->capacity = 0;
    } else if (buffer->data != NULL) {
        buffer->data[0] = '\0';
    }
    buffer->length = 0;
    buffer->failed = false;
}

void chatur_buffer_free(struct chatur_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct chatur_buffer){.max_bytes = buffer->max_bytes};
}
