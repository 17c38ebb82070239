#include "generate/sse.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

void chatur_sse_init(struct chatur_sse *sse, size_t max_event_bytes, chatur_sse_taker *take,
                     void *context)
{
    *sse = (struct chatur_sse){
        .line = {.max_bytes = max_event_bytes},
        .data = {.max_bytes = max_event_bytes},
        .max_event_bytes = max_event_bytes,
        .take = take,
        .context = context,
    };
}

void chatur_sse_free(struct chatur_sse *sse)
{
    chatur_buffer_free(&sse->line);
    chatur_buffer_free(&sse->data);
}

/* What made the append fail. */
static void append(struct chatur_sse *sse, struct chatur_buffer *buffer, const char *bytes,
                   size_t length)
{
    if (length == 0) {
        return;
    }
    bool too_long = length > sse->max_event_bytes - buffer->length;
    chatur_buffer_append(buffer, bytes, length);
    if (buffer->failed) {
        sse->state = too_long ? CHATUR_SSE_TOO_LONG : CHATUR_SSE_NO_MEMORY;
    }
}

static void end_event(struct chatur_sse *sse)
{
    if (!sse->has_data) {
        return;
    }
    sse->has_data = false;
    if (!sse->take(sse->context, sse->data.length > 0 ? sse->data.data : "", sse->data.length)) {
        sse->state = CHATUR_SSE_ENOUGH;
    }
    chatur_buffer_clear(&sse->data, sse->max_event_bytes);
}

static void take_line(struct chatur_sse *sse, const char *line, size_t length)
{
    static const char name[] = "data";
    const size_t name_length = sizeof(name) - 1;
    if (length == 0) {
        end_event(sse);
        return;
    }
    if (length < name_length || memcmp(line, name, name_length) != 0 ||
        (length > name_length && line[name_length] != ':')) {
        return; /* a comment, or another field */
    }
    line += name_length;
    length -= name_length;
    if (length > 0) { /* the colon, and one space after it */
        size_t skipped = length > 1 && line[1] == ' ' ? 2 : 1;
        line += skipped;
        length -= skipped;
    }
    if (sse->has_data) {
        append(sse, &sse->data, "\n", 1);
    }
    sse->has_data = true;
    append(sse, &sse->data, line, length);
}

static void end_line(struct chatur_sse *sse)
{
    const char *line = sse->line.length > 0 ? sse->line.data : "";
    size_t length = sse->line.length;
    const size_t mark = sizeof(byte_order_mark) - 1;
    if (!sse->begun && length >= mark && memcmp(line, byte_order_mark, mark) == 0) {
        line += mark;
        length -= mark;
    }
    sse->begun = true;
    take_line(sse, line, length);
    chatur_buffer_clear(&sse->line, sse->max_event_bytes);
}

static size_t length_of_line(const char *bytes, size_t length)
{
    size_t end = 0;
    while (end < length && bytes[end] != '\n' && bytes[end] != '\r') {
        end++;
    }
    return end;
}

enum chatur_sse_state chatur_sse_feed(struct chatur_sse *sse, const char *bytes, size_t length)
{
    while (sse->state == CHATUR_SSE_MORE && length > 0) {
        if (sse->after_cr && *bytes == '\n') {
            sse->after_cr = false;
            bytes++;
            length--;
            continue;
        }
        sse->after_cr = false;
        size_t end = length_of_line(bytes, length);
        append(sse, &sse->line, bytes, end);
        if (end < length && sse->state == CHATUR_SSE_MORE) {
            sse->after_cr = bytes[end] == '\r';
            end++;
            end_line(sse);
        }
        bytes += end;
        length -= end;
    }
    return sse->state;
}

enum chatur_sse_state chatur_sse_end(struct chatur_sse *sse)
{
    if (sse->state == CHATUR_SSE_MORE && sse->line.length > 0) {
        end_line(sse);
    }
    if (sse->state == CHATUR_SSE_MORE) {
        end_event(sse);
    }
    return sse->state;
}
