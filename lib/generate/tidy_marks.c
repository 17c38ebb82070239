/* Marks are looked at as they stand, before anything is read into the words. */
#include "generate/tidy_marks.h"

#include <string.h>

#include "generate/tidy_placeholder.h"

const char *const chatur_thought_tags[] = {"think",    "thinking",  "thought",
                                           "thoughts", "reasoning", NULL};

enum answer { NO, MAYBE, YES };

static enum chatur_verdict cut(struct chatur_reading *reading, size_t bytes)
{
    reading->cut = bytes;
    return CHATUR_VERDICT_CUT;
}

static size_t run_of(const struct chatur_line *line, char mark)
{
    size_t run = 0;
    while (run < line->length && line->text[run] == mark) {
        run++;
    }
    return run;
}

static bool is_blank_from(const struct chatur_line *line, size_t at)
{
    while (at < line->length && (line->text[at] == ' ' || line->text[at] == '\t')) {
        at++;
    }
    return at == line->length;
}

/* ``` alone, with a language, or with text behind it. */
static enum chatur_verdict read_fence(const struct chatur_line *line,
                                      struct chatur_reading *reading)
{
    static const size_t longest_language = 20;
    size_t run = run_of(line, '`');
    if (run == line->length && !line->whole) {
        return CHATUR_VERDICT_OPEN;
    }
    if (run < 3) {
        return CHATUR_VERDICT_KEEP;
    }
    bool spaced = memchr(line->text, ' ', line->length) != NULL && !is_blank_from(line, run);
    bool text = spaced || line->length - run > longest_language;
    if (!text && !line->whole) {
        return CHATUR_VERDICT_OPEN;
    }
    reading->fence = true;
    return text ? cut(reading, run) : CHATUR_VERDICT_DROP;
}

static bool is_one_of(const char *name, size_t length, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strlen(*names) == length && memcmp(*names, name, length) == 0) {
            return true;
        }
    }
    return false;
}

/* <think>, which some models begin with, and a line of a tag around the email. */
static enum chatur_verdict read_tag(const struct chatur_line *line, struct chatur_reading *reading)
{
    static const char *const around[] = {"email",  "body",     "message", "draft",
                                         "answer", "response", NULL};
    static const size_t longest = 12; /* "</reasoning>" */
    const char *end = memchr(line->text, '>', line->length);
    if (end == NULL || line->length > longest + 1) {
        return end != NULL || line->whole || line->length > longest ? CHATUR_VERDICT_KEEP
                                                                    : CHATUR_VERDICT_OPEN;
    }
    size_t size = (size_t)(end - line->text) + 1;
    if (line->head && is_one_of(line->text + 1, size - 2, chatur_thought_tags)) {
        reading->thought = true;
        return cut(reading, size);
    }
    const char *name = line->text + (line->length > 1 && line->text[1] == '/' ? 2 : 1);
    if (name > end || !is_one_of(name, (size_t)(end - name), around) ||
        !is_blank_from(line, size)) {
        return CHATUR_VERDICT_KEEP;
    }
    reading->rule = true;
    return line->whole ? CHATUR_VERDICT_DROP : CHATUR_VERDICT_OPEN;
}

/* One of our delimiters: before the email its line is only a label; after it, what the model goes
 * on with is another email. */
static enum chatur_verdict read_delimiter(const struct chatur_line *line,
                                          struct chatur_reading *reading)
{
    size_t run = run_of(line, '<');
    if (run < 3 && run == line->length) {
        return line->whole ? CHATUR_VERDICT_KEEP : CHATUR_VERDICT_OPEN;
    }
    if (run < 3) {
        return run == 1 ? read_tag(line, reading) : CHATUR_VERDICT_KEEP;
    }
    if (!line->head) {
        return line->lead && line->chatter != CHATUR_CHATTER_NONE ? CHATUR_VERDICT_BEGIN
                                                                  : CHATUR_VERDICT_END;
    }
    for (size_t i = run; i + 2 < line->length; i++) {
        if (memcmp(line->text + i, ">>>", 3) == 0) {
            return cut(reading, i + 3);
        }
    }
    return line->whole ? CHATUR_VERDICT_DROP : CHATUR_VERDICT_OPEN;
}

/* Headings keep their text; #1 is none; four and more are an old delimiter wherever they stand. */
static enum chatur_verdict read_hashes(const struct chatur_line *line,
                                       struct chatur_reading *reading)
{
    size_t run = run_of(line, '#');
    if (run == line->length) {
        return !line->whole ? CHATUR_VERDICT_OPEN
               : run > 1    ? CHATUR_VERDICT_DROP
                            : CHATUR_VERDICT_KEEP;
    }
    return run >= 4 || line->text[run] == ' ' ? cut(reading, run) : CHATUR_VERDICT_KEEP;
}

/* A line of nothing but one mark. */
static enum answer is_rule(const struct chatur_line *line)
{
    if (line->length == 0 || strchr("-=*_~", line->text[0]) == NULL) {
        return NO;
    }
    size_t run = run_of(line, line->text[0]);
    if (!is_blank_from(line, run)) {
        return NO;
    }
    return !line->whole ? MAYBE : run >= 3 ? YES : NO;
}

/* A quotation mark around everything is not the email's; one that is closed on its line is. */
enum chatur_verdict chatur_marks_read_quote(const struct chatur_line *line,
                                            struct chatur_reading *reading)
{
    size_t size = line->text[0] == '"' ? 1 : 3;
    if (size == 3 && (line->length < 3 || memcmp(line->text, "\xE2\x80\x9C", 3) != 0)) {
        return CHATUR_VERDICT_KEEP;
    }
    for (size_t i = size; i < line->length; i++) {
        if (line->text[i] == '"' ||
            (i + 2 < line->length && memcmp(line->text + i, "\xE2\x80\x9D", 3) == 0)) {
            return i == 1 && line->text[0] == '"' && line->length == 2 && !line->whole
                       ? CHATUR_VERDICT_OPEN /* """ perhaps */
                       : CHATUR_VERDICT_KEEP;
        }
    }
    if (!line->whole) {
        return CHATUR_VERDICT_OPEN;
    }
    reading->quote = true;
    return cut(reading, size);
}

/* Three quotation marks, as of a string in a program. */
static enum answer is_triple_quote(const struct chatur_line *line)
{
    size_t run =
        line->length > 0 && strchr("\"'", line->text[0]) != NULL ? run_of(line, line->text[0]) : 0;
    if (run == 0 || run > 3) {
        return NO;
    }
    return run == 3 ? YES : run == line->length && !line->whole ? MAYBE : NO;
}

/* A line of placeholders and nothing else, which nobody can fill in. */
static enum chatur_verdict read_bracket(const struct chatur_line *line)
{
    size_t at = 0;
    bool all = line->length > 0;
    while (at < line->length) {
        if (line->text[at] == '[') {
            const char *end = memchr(line->text + at, ']', line->length - at);
            if (end == NULL) {
                return line->whole || line->length - at > CHATUR_PLACEHOLDER_MAX_BYTES
                           ? CHATUR_VERDICT_KEEP
                           : CHATUR_VERDICT_OPEN;
            }
            size_t length = (size_t)(end - line->text) - at - 1;
            enum chatur_blank blank = chatur_placeholder_of(line->text + at + 1, length);
            /* Names have a value, but not at the top: that is a letterhead. */
            all =
                all && (blank == CHATUR_BLANK_OTHER || (line->head && blank != CHATUR_BLANK_NONE));
            at += length + 2;
        } else if (strchr(" \t,.;|/-", line->text[at]) != NULL) {
            at++;
        } else {
            return CHATUR_VERDICT_KEEP;
        }
        if (!all) {
            return CHATUR_VERDICT_KEEP;
        }
    }
    return line->whole ? CHATUR_VERDICT_DROP : CHATUR_VERDICT_OPEN;
}

enum chatur_verdict chatur_marks_read(const struct chatur_line *line,
                                      struct chatur_reading *reading)
{
    switch (line->text[0]) {
    case '`':
        return read_fence(line, reading);
    case '<':
        return read_delimiter(line, reading);
    case '#':
        return read_hashes(line, reading);
    case '[':
        return read_bracket(line);
    case '&': {
        size_t run = run_of(line, '&');
        return run >= 4                              ? CHATUR_VERDICT_DROP
               : run == line->length && !line->whole ? CHATUR_VERDICT_OPEN
                                                     : CHATUR_VERDICT_KEEP;
    }
    default:
        break;
    }
    enum answer rule = is_rule(line);
    enum answer triple = is_triple_quote(line);
    if (rule == MAYBE || triple == MAYBE) {
        return CHATUR_VERDICT_OPEN;
    }
    if (triple == YES) {
        return cut(reading, 3);
    }
    reading->rule = rule == YES;
    return rule == YES ? CHATUR_VERDICT_DROP : CHATUR_VERDICT_KEEP;
}
