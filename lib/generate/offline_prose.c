#include "generate/offline_prose.h"

#include <string.h>

#include "base/ascii.h"

/* Words that keep their small first letter even at the start: iPhone, https://…, me@example.org. */
static bool keeps_small(const char *text)
{
    size_t length = strcspn(text, " ");
    for (size_t i = 1; i < length; i++) {
        if (chatur_is_upper(text[i]) || strchr("@/_", text[i]) != NULL ||
            (text[i] == '.' && i + 1 < length)) {
            return true;
        }
    }
    return false;
}

/* Is what was written so far closed by . ! ? or …, perhaps inside a quotation or bracket? */
static bool is_closed(const struct chatur_buffer *buffer)
{
    const char *data = buffer->data;
    size_t length = buffer->length;
    static const char *const wraps[] = {"\"", ")", "]", "'", "\u201d", "\u2019"};
    for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
        size_t bytes = strlen(wraps[i]);
        if (length > bytes && memcmp(data + length - bytes, wraps[i], bytes) == 0) {
            length -= bytes;
            break;
        }
    }
    size_t symbols = length;
    while (symbols > 4 && ((unsigned char)data[symbols - 4] == 0xf0 || data[symbols - 1] == ' ')) {
        symbols -= data[symbols - 1] == ' ' ? 1 : 4; /* “Free pizza! 🍕” */
    }
    length = symbols > 0 && strchr(".!?", data[symbols - 1]) != NULL ? symbols : length;
    if (length >= 3 && memcmp(data + length - 3, "\u2026", 3) == 0) {
        return true;
    }
    return length > 0 && strchr(".!?", data[length - 1]) != NULL;
}

/* A full stop, question mark or comma where what was written last closes as well. */
static bool repeats_the_end(const struct chatur_buffer *buffer, const char *text)
{
    if (buffer->length == 0) {
        return false;
    }
    if (text[0] == ',') {
        return buffer->data[buffer->length - 1] == ',';
    }
    return (text[0] == '.' || text[0] == '?') && (text[1] == '\0' || text[1] == ' ') &&
           is_closed(buffer);
}

void chatur_prose_put(struct chatur_prose *prose, const char *text)
{
    struct chatur_buffer *buffer = &prose->buffer;
    if (text[0] == '\0') {
        return;
    }
    if (repeats_the_end(buffer, text)) {
        text++;
    }
    if (prose->capital && text[0] != '\0') {
        prose->capital = false;
        /* Latin-1's letters, two bytes each in UTF-8, differ from their capitals by one bit. */
        bool accented = (unsigned char)text[0] == 0xc3 && (unsigned char)text[1] >= 0xa0 &&
                        (unsigned char)text[1] != 0xb7 && (unsigned char)text[1] != 0xbf;
        if (chatur_is_lower(text[0]) && !keeps_small(text)) {
            char first = (char)(text[0] - 'a' + 'A');
            chatur_buffer_append(buffer, &first, 1);
            text++;
        } else if (accented) {
            char first[2] = {text[0], (char)(text[1] & ~0x20)};
            chatur_buffer_append(buffer, first, sizeof(first));
            text += sizeof(first);
        }
    }
    chatur_buffer_puts(buffer, text);
}

void chatur_prose_sentence(struct chatur_prose *prose)
{
    if (prose->gap) {
        chatur_buffer_puts(&prose->buffer, " ");
    }
    prose->gap = true;
    prose->capital = true;
}

static void break_with(struct chatur_prose *prose, const char *ends)
{
    const struct chatur_buffer *buffer = &prose->buffer;
    size_t bytes = strlen(ends);
    bool broken =
        buffer->length >= bytes && memcmp(buffer->data + buffer->length - bytes, ends, bytes) == 0;
    if (buffer->length > 0 && !broken) {
        chatur_buffer_puts(&prose->buffer, ends);
    }
    prose->gap = false;
    prose->capital = false;
}

void chatur_prose_line(struct chatur_prose *prose)
{
    break_with(prose, "\n");
}

void chatur_prose_paragraph(struct chatur_prose *prose)
{
    break_with(prose, "\n\n");
}

void chatur_prose_stop(struct chatur_prose *prose)
{
    if (!is_closed(&prose->buffer)) {
        chatur_buffer_puts(&prose->buffer, ".");
    }
}
