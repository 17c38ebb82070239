/* Three stations, each handing single characters to the next: whole lines, marks inside a line,
 * white space. Since no station sees more than one character at a time, none can tell how the text
 * was cut into pieces. */
#include "generate/tidy_text.h"

#include <string.h>

#include "base/text.h"

#define FIRST_BYTES   2048 /* most emails fit */
#define MAX_RUN       32   /* of the same mark; more of them are decoration */
#define MAX_SPACES    8    /* in a row, or before a line */
#define OLD_DELIMITER 4    /* && and ## in a row, that many */
#define IS_SPACE(c)   ((c) == ' ' || (c) == '\t' || (c) == '\n')

bool chatur_tidy_text_is_open(const struct chatur_tidy_text *text)
{
    return !text->ended && !text->failed && text->unusable == NULL;
}

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

static void write(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    if (text->failed || text->unusable != NULL || !make_room(text, text->length + size)) {
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
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word[i]) {
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

static void look_inside(struct chatur_tidy_text *text, const char *sequence, size_t size)
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

/* --- lines ------------------------------------------------------------------------------------ */

/* A fence closes what a fence opened. */
static void see_fence(struct chatur_tidy_text *text)
{
    if (!text->begun) {
        text->fenced = true;
    } else if (text->fenced) {
        text->ended = true;
    }
}

static void pass_line(struct chatur_tidy_text *text)
{
    text->state = CHATUR_LINE_PASSING;
    text->begun = true;
    for (size_t at = 0; at < text->line_length;) {
        size_t size = chatur_utf8_sequence(text->line + at, text->line_length - at);
        look_inside(text, text->line + at, size);
        at += size;
    }
}

static void skip_line(struct chatur_tidy_text *text)
{
    text->state = CHATUR_LINE_SKIPPING;
    text->spaces = 0;
}

/* Takes the beginning away, and the white space after it. */
static void cut_line(struct chatur_tidy_text *text, size_t bytes)
{
    while (bytes < text->line_length && IS_SPACE(text->line[bytes])) {
        bytes++;
    }
    text->line_length -= bytes;
    memmove(text->line, text->line + bytes, text->line_length);
}

static void judge_line(struct chatur_tidy_text *text, bool whole)
{
    while (text->state == CHATUR_LINE_DECIDING) {
        const struct chatur_line line = {.text = text->line,
                                         .length = text->line_length,
                                         .whole = whole,
                                         .head = !text->begun,
                                         .signed_off = text->signed_off && text->paragraph};
        struct chatur_reading reading;
        switch (chatur_line_read(&line, &reading)) {
        case CHATUR_VERDICT_OPEN:
            return;
        case CHATUR_VERDICT_KEEP:
            pass_line(text);
            break;
        case CHATUR_VERDICT_CUT:
            cut_line(text, reading.cut);
            text->quoted = text->quoted || reading.quote;
            text->thinking = reading.thought ? 1 : 0;
            if (text->line_length == 0) {
                text->state = whole ? CHATUR_LINE_SKIPPING : CHATUR_LINE_START;
            }
            break;
        case CHATUR_VERDICT_DROP:
            skip_line(text);
            break;
        case CHATUR_VERDICT_END:
            text->ended = true;
            skip_line(text);
            break;
        case CHATUR_VERDICT_REFUSAL:
            text->declines = true;
            text->unusable = "the model declines";
            skip_line(text);
            break;
        }
        if (reading.fence) {
            see_fence(text);
        }
    }
}

static void end_line(struct chatur_tidy_text *text)
{
    judge_line(text, true);
    bool blank = text->state == CHATUR_LINE_START;
    bool passed = text->state == CHATUR_LINE_PASSING;
    if (passed || (blank && text->begun)) {
        look_inside(text, "\n", 1);
    }
    if (passed && text->length > 0) {
        text->signed_off =
            text->signed_off ||
            chatur_line_is_sign_off(text->out + text->line_start, text->length - text->line_start);
    }
    text->paragraph = !passed;
    text->state = CHATUR_LINE_START;
    text->line_length = 0;
}

/* Thoughts are nobody's business; the email begins where they end. */
static void think_on(struct chatur_tidy_text *text, char c)
{
    static const char end[] = "</think>";
    size_t seen = text->thinking - 1;
    seen = c == end[seen] ? seen + 1 : c == end[0] ? 1 : 0;
    text->thinking = seen == sizeof(end) - 1 ? 0 : seen + 1;
}

void chatur_tidy_text_put(struct chatur_tidy_text *text, const char *sequence, size_t size)
{
    if (!chatur_tidy_text_is_open(text)) {
        return;
    }
    if (text->thinking > 0) {
        think_on(text, sequence[0]);
        return;
    }
    if (sequence[0] == '\n') {
        end_line(text);
        return;
    }
    if (text->state == CHATUR_LINE_START && !IS_SPACE(sequence[0])) {
        text->state = CHATUR_LINE_DECIDING;
    }
    switch (text->state) {
    case CHATUR_LINE_START:
    case CHATUR_LINE_PASSING:
        look_inside(text, sequence, size);
        break;
    case CHATUR_LINE_DECIDING:
        memcpy(text->line + text->line_length, sequence, size);
        text->line_length += size;
        judge_line(text, text->line_length >= CHATUR_LINE_MAX_BYTES);
        break;
    case CHATUR_LINE_SKIPPING:
        break;
    }
}

void chatur_tidy_text_end(struct chatur_tidy_text *text)
{
    if (text->failed || text->unusable != NULL) {
        return;
    }
    judge_line(text, true);
    if (text->held_length == 0) {
        return;
    }
    if (strchr("*&#", text->held[0]) != NULL) {
        settle_run(text, true);
    } else if (text->held[0] == '[') {
        let_go(text);
    }
    text->held_length = 0; /* a quotation mark: it was the last */
}
