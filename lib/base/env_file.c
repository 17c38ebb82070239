/* One pass over the text. Terminating NULs are written over what was already read (a quote, a line
 * end), and an unescaped value is never longer than its source, so it is written where it stood. */
#include "base/env_file.h"

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"

static enum chatur_outcome bad_line(const struct chatur_env_reader *reader, unsigned line,
                                    const char *reason, struct chatur_error *error)
{
    return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:%u: %s", reader->path, line, reason);
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static bool is_name_character(char character)
{
    return chatur_is_letter(character) || chatur_is_digit(character) || character == '_';
}

static bool is_control(char character)
{
    unsigned char byte = (unsigned char)character;
    return (byte < 0x20 && character != '\t') || byte == 0x7f;
}

static void skip_blanks(struct chatur_env_reader *reader)
{
    while (reader->next < reader->end && is_blank(*reader->next)) {
        reader->next++;
    }
}

static char *line_end(const struct chatur_env_reader *reader)
{
    char *end = memchr(reader->next, '\n', (size_t)(reader->end - reader->next));
    return end != NULL ? end : reader->end;
}

static void skip_line(struct chatur_env_reader *reader)
{
    reader->next = line_end(reader);
    if (reader->next < reader->end) {
        reader->next++;
        reader->line++;
    }
}

/* Past empty lines and comments. False at the end of the text. */
static bool skip_to_entry(struct chatur_env_reader *reader)
{
    while (reader->next < reader->end) {
        skip_blanks(reader);
        char *end = line_end(reader);
        bool empty = reader->next == end || (end - reader->next == 1 && *reader->next == '\r');
        if (!empty && *reader->next != '#') {
            return true;
        }
        skip_line(reader);
    }
    return false;
}

static char *read_name(struct chatur_env_reader *reader, char **end)
{
    char *name = reader->next;
    while (reader->next < reader->end && is_name_character(*reader->next)) {
        reader->next++;
    }
    *end = reader->next;
    skip_blanks(reader);
    return name;
}

static enum chatur_outcome read_unquoted(struct chatur_env_reader *reader,
                                         struct chatur_env_entry *entry, struct chatur_error *error)
{
    char *value = reader->next;
    char *end = line_end(reader);
    char *stop = end;
    if (stop > value && stop[-1] == '\r') {
        stop--;
    }
    /* value[-1] is there: at least the equals sign. */
    for (char *at = value; at < stop; at++) {
        if (*at == '#' && is_blank(at[-1])) {
            stop = at;
        } else if (*at == '#') {
            return bad_line(reader, entry->line, "a value with a # in it needs quotes", error);
        } else if (is_control(*at)) {
            return bad_line(reader, entry->line, "a control character", error);
        }
    }
    while (stop > value && is_blank(stop[-1])) {
        stop--;
    }
    skip_line(reader);
    *stop = '\0';
    entry->value = value;
    return CHATUR_OK;
}

/* One character of a quoted value: the one to keep, having moved past its source. */
static char take_quoted(struct chatur_env_reader *reader, char quote)
{
    char character = *reader->next++;
    if (character == '\n') {
        reader->line++;
    }
    if (reader->next >= reader->end) {
        return character;
    }
    if (character == '\r' && *reader->next == '\n') {
        reader->line++;
        return *reader->next++;
    }
    if (quote == '"' && character == '\\') {
        switch (*reader->next) {
        case 'n':
            reader->next++;
            return '\n';
        case '"':
        case '\\':
            return *reader->next++;
        default:
            break;
        }
    }
    return character;
}

static enum chatur_outcome read_quoted(struct chatur_env_reader *reader,
                                       struct chatur_env_entry *entry, struct chatur_error *error)
{
    char quote = *reader->next++;
    char *value = reader->next;
    char *stop = value;
    while (reader->next < reader->end && *reader->next != quote) {
        if (*reader->next == '\0') {
            return bad_line(reader, reader->line, "a NUL character", error);
        }
        *stop++ = take_quoted(reader, quote);
    }
    if (reader->next >= reader->end) {
        return bad_line(reader, entry->line, "the quote is never closed", error);
    }
    reader->next++;
    skip_blanks(reader);
    char *end = line_end(reader);
    bool clean = reader->next == end || *reader->next == '#' ||
                 (end - reader->next == 1 && *reader->next == '\r');
    if (!clean) {
        return bad_line(reader, reader->line, "text after the closing quote", error);
    }
    skip_line(reader);
    *stop = '\0';
    entry->value = value;
    return CHATUR_OK;
}

void chatur_env_reader_start(struct chatur_env_reader *reader, char *text, size_t length,
                             const char *path)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    *reader =
        (struct chatur_env_reader){.next = text, .end = text + length, .line = 1, .path = path};
    if (strncmp(text, byte_order_mark, 3) == 0) {
        reader->next += 3;
    }
}

enum chatur_outcome chatur_env_reader_next(struct chatur_env_reader *reader,
                                           struct chatur_env_entry *entry,
                                           struct chatur_error *error)
{
    if (!skip_to_entry(reader)) {
        return CHATUR_EMPTY;
    }
    entry->line = reader->line;
    char *name_end;
    char *name = read_name(reader, &name_end);
    if (name_end - name == 6 && memcmp(name, "export", 6) == 0 && is_blank(*name_end)) {
        char *after_end;
        char *after = read_name(reader, &after_end);
        if (after_end > after) {
            name = after;
            name_end = after_end;
        }
    }
    bool named = name_end > name && !chatur_is_digit(*name);
    if (!named || reader->next >= reader->end || *reader->next != '=') {
        return bad_line(reader, entry->line, "expected NAME=value", error);
    }
    reader->next++;
    skip_blanks(reader);
    bool quoted = reader->next < reader->end && (*reader->next == '"' || *reader->next == '\'');
    enum chatur_outcome outcome =
        quoted ? read_quoted(reader, entry, error) : read_unquoted(reader, entry, error);
    if (outcome == CHATUR_OK) {
        *name_end = '\0';
        entry->name = name;
    }
    return outcome;
}
