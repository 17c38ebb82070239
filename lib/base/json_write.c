#include "base/json_write.h"

#include <inttypes.h>

void chatur_json_open(struct chatur_buffer *buffer)
{
    chatur_buffer_append(buffer, "{", 1);
}

void chatur_json_close(struct chatur_buffer *buffer)
{
    chatur_buffer_append(buffer, "}", 1);
}

static void put_key(struct chatur_buffer *buffer, const char *key)
{
    bool first = buffer->length > 0 && buffer->data[buffer->length - 1] == '{';
    chatur_buffer_puts(buffer, first ? "\"" : ",\"");
    chatur_buffer_puts(buffer, key);
    chatur_buffer_append(buffer, "\":", 2);
}

void chatur_json_put_string(struct chatur_buffer *buffer, const char *key, const char *value)
{
    put_key(buffer, key);
    chatur_buffer_json_string(buffer, value != NULL ? value : "");
}

void chatur_json_put_text(struct chatur_buffer *buffer, const char *key, const char *bytes,
                          size_t length)
{
    put_key(buffer, key);
    chatur_buffer_json_text(buffer, bytes, length);
}

void chatur_json_put_integer(struct chatur_buffer *buffer, const char *key, int64_t value)
{
    put_key(buffer, key);
    chatur_buffer_printf(buffer, "%" PRId64, value);
}

void chatur_json_put_boolean(struct chatur_buffer *buffer, const char *key, bool value)
{
    put_key(buffer, key);
    chatur_buffer_puts(buffer, value ? "true" : "false");
}
