/* Marks inside a line first, then white space, then the email itself. */
#include "generate/tidy_inside.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

#define FIRST_BYTES   2048 /* most emails fit */
#define MAX_RUN       32   /* of the same mark; more of them are decoration */
#define MAX_SPACES    8    /* in a row, or before a line */
#define OLD_DELIMITER 4    /* && and ## in a row, that many */
#define IS_SPACE(c)   ((c) == ' ' || (c) == '\t' || (c) == '\n')

/* --- the email -------------------------------------------------------------------------------- */

static bool make_room(struct chatur_tidy_text *text, size_t bytes)
{
    if (bytes > text->max_bytes) {
        text->unusable = "too long";
        return false;
    }
    if (bytes < text->capacity) {
        return true;
    }
    size_t capacity = text->capacity > 0 ? text->capacity * 2 : FIRST_BYTES;
    char *out = chatur_arena_alloc(text->arena, capacity);
    if (out == NULL) {
        text->failed = true;
        return false;
    }
    if (text->length > 0) {
        memcpy(out, text->out, text->length);
    }
    text->out = out;
    text->capacity = capacity;
    return true;
}

/* The email ended before it. */
static void drop_repetition(struct chatur_tidy_text *text)
{
    text->length = chatur_again_settled(&text->again, text->out, text->length);
    text->out[text->length] = '\0';
    text->repeated = true;
    text->ended = true;
}

static void write(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    if (text->failed || text->repeated || text->unusable != NULL ||
        !make_room(text, text->length + size)) {
        return;
    }
    memcpy(text->out + text->length, sequence, size);
    text->length += size;
    text->out[text->length] = '\0';
    if (sequence[0] == '\n') {
        text->line_start = text->length;
    }
    chatur_repeat_put(&text->repeat, sequence, size);
    if (chatur_repeat_circles(&text->repeat)) {
        text->unusable = "repeats itself";
    }
    if (chatur_again_put(&text->again, text->out, text->length, size, text->signed_off)) {
        drop_repetition(text);
    }
}

/* --- white space ------------------------------------------------------------------------------ */

static void write_spaces(struct chatur_tidy_text *text)
{
    for (size_t i = 0; i < text->spaces && i < MAX_SPACES; i++) {
        write(text, " ", 1);
    }
    text->spaces = 0;
}

/* White space is written when something comes after it: none is at either end of the email or
 * before a line's end, and there is never more than one blank line. */
static void space_out(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    if (sequence[0] == '\n') {
        text->breaks++;
        text->spaces = 0;
        return;
    }
    if (IS_SPACE(sequence[0])) {
        text->spaces++;
        return;
    }
    if (text->length == 0) {
        text->breaks = 0;
        text->spaces = 0;
    }
    for (size_t i = 0; i < text->breaks && i < 2; i++) {
        write(text, "\n", 1);
    }
    text->breaks = 0;
    write_spaces(text);
    write(text, sequence, size);
}

static void space_out_all(struct chatur_tidy_text *text, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t size = chatur_utf8_sequence(bytes + at, length - at);
        space_out(text, bytes + at, size);
        at += size;
    }
}

/* --- inside lines ----------------------------------------------------------------------------- */

static bool hold(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    memcpy(text->held + text->held_length, sequence, size);
    text->held_length += size;
    return true;
}

static void let_go(struct chatur_tidy_text *text)
{
    size_t length = text->held_length;
    text->held_length = 0;
    space_out_all(text, text->held, length);
}

/* **bold** loses its marks, ** between spaces does not; old delimiters go. */
static void settle_run(struct chatur_tidy_text *text, bool before_space)
{
    bool after_space = text->spaces > 0 || text->breaks > 0 || text->length == 0;
    bool drops = text->held[0] == '*' ? (text->held_length == 2 || text->held_length == 3) &&
                                            !(after_space && before_space)
                                      : text->held_length >= OLD_DELIMITER;
    if (drops) {
        text->held_length = 0;
    } else {
        let_go(text);
    }
}

/* The last line's last word, when nothing but spaces came after it. */
static bool last_word_is(const struct chatur_tidy_text *text, const char *word)
{
    size_t length = strlen(word);
    size_t line = text->length - text->line_start;
    if (text->breaks > 0 || line < length) {
        return false;
    }
    const char *end = text->out + text->length - length;
    for (size_t i = 0; i < length; i++) {
        char c = end[i];
        if (chatur_to_lower(c) != word[i]) {
            return false;
        }
    }
    return line == length || end[-1] == ' ';
}

static bool greets(const struct chatur_tidy_text *text)
{
    static const char *const words[] = {"hello", "hi", "hey", "morning", "afternoon", "evening"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (last_word_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

/* What goes in the place of a blank; NULL: the blank itself. */
static const char *fill(struct chatur_tidy_text *text)
{
    bool dear = last_word_is(text, "dear");
    bool hello = greets(text);
    enum chatur_blank blank = chatur_placeholder_of(text->held + 1, text->held_length - 2);
    if (blank == CHATUR_BLANK_NAME) {
        blank = dear || hello ? CHATUR_BLANK_RECIPIENT : CHATUR_BLANK_SENDER;
    }
    if (blank == CHATUR_BLANK_SENDER) {
        bool alone = text->breaks > 0 || text->length == 0;
        return text->sender[0] != '\0' || alone ? text->sender : NULL;
    }
    if (blank != CHATUR_BLANK_RECIPIENT) {
        return NULL;
    }
    if (text->recipient[0] != '\0') {
        return text->recipient;
    }
    if (hello) {
        text->spaces = 0; /* "Hello," */
        return "";
    }
    return dear ? "Sir or Madam" : NULL;
}

static void settle_blank(struct chatur_tidy_text *text)
{
    const char *filling = fill(text);
    if (filling == NULL) {
        let_go(text);
        return;
    }
    text->held_length = 0;
    space_out_all(text, filling, strlen(filling));
}

static bool is_quote(const char *sequence, size_t size)
{
    return sequence[0] == '"' || (size == 3 && memcmp(sequence, "\xE2\x80\x9D", 3) == 0);
}

/* Goes on with what is held. False: it was settled, and the character is still to be looked at. */
static bool hold_on(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    switch (text->held[0]) {
    case '*':
    case '&':
    case '#':
        if (sequence[0] == text->held[0] && text->held_length < MAX_RUN) {
            return hold(text, sequence, size);
        }
        settle_run(text, IS_SPACE(sequence[0]));
        return false;
    case '[':
        if (sequence[0] == '\n' || sequence[0] == '[' ||
            text->held_length > CHATUR_PLACEHOLDER_MAX_BYTES) {
            let_go(text);
            return false;
        }
        hold(text, sequence, size);
        if (sequence[0] == ']') {
            settle_blank(text);
        }
        return true;
    default: /* a quotation mark, the last one if nothing but white space follows */
        if (IS_SPACE(sequence[0]) && text->held_length <= CHATUR_PLACEHOLDER_MAX_BYTES) {
            return hold(text, sequence, size);
        }
        let_go(text);
        return false;
    }
}

void chatur_tidy_inside_put(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    if (text->held_length > 0 && hold_on(text, sequence, size)) {
        return;
    }
    bool holds = strchr("*&#[", sequence[0]) != NULL || (text->quoted && is_quote(sequence, size));
    if (holds) {
        (void)hold(text, sequence, size);
    } else {
        space_out(text, sequence, size);
    }
}

void chatur_tidy_inside_end(struct chatur_tidy_text *text)
{
    if (text->held_length > 0 && strchr("*&#", text->held[0]) != NULL) {
        settle_run(text, true);
    } else if (text->held_length > 0 && text->held[0] == '[') {
        let_go(text);
    }
    text->held_length = 0; /* a quotation mark: it was the last */
    if (!text->repeated && text->length > 0 &&
        chatur_again_at_end(&text->again, text->out, text->length, text->signed_off)) {
        drop_repetition(text);
    }
}
