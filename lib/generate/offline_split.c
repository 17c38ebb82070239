/* Lines first, then sentences, then semicolons, then commas: each only when the one before did not
 * settle it. A comma does not part what belongs together: numbers, brackets, quotations, dates. */
#include "generate/offline_split.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "generate/offline_sentences.h"
#include "generate/offline_text.h"

/* A stretch longer than this without a comma is told in several sentences. */
#define LONG_STRETCH_BYTES 240

struct split {
    struct chatur_pieces *pieces;
    size_t capacity;
    const struct chatur_words *words;
    struct chatur_arena *arena;
    bool several_lines;
};

/* --- pieces ----------------------------------------------------------------------------------- */

/* “- item”, “• item”, “2. item”, “(b) item”. `number`: the only one that counts it; 0: any does. */
static struct chatur_span without_bullet(struct chatur_span span, size_t number)
{
    static const char *const bullets[] = {"- ",      "* ",      "+ ",      "\u2022", "\u2013 ",
                                          "\u2014 ", "\u00b7",  "\u25aa",  "\u25cf", "\u25e6",
                                          "\u2023",  "\u2713",  "\u2714",  "[ ] ",   "[x] ",
                                          "> ",      "-\u00a0", "\u2043 ", "\u2219"};
    for (size_t i = 0; i < sizeof(bullets) / sizeof(bullets[0]); i++) {
        if (chatur_span_starts(span, bullets[i]) && span.length > strlen(bullets[i])) {
            return chatur_span_skip(span, strlen(bullets[i]));
        }
    }
    size_t open = span.length > 0 && span.text[0] == '(';
    if (number > 0 && (size_t)strtoul(span.text + open, NULL, 10) != number &&
        chatur_is_digit(span.text[open])) {
        return span; /* “5. Semester” */
    }
    size_t end = open;
    while (end < span.length && end < open + 2 && chatur_is_digit(span.text[end])) {
        end++;
    }
    if (end == open && open + 1 < span.length && chatur_is_letter(span.text[open]) &&
        span.text[open + 1] == ')') {
        end++; /* a) */
    }
    bool marked = end > open && end + 2 < span.length && span.text[end + 1] == ' ' &&
                  (span.text[end] == ')' || (span.text[end] == '.' && open == 0));
    return marked ? chatur_span_skip(span, end + 2) : span;
}

static struct chatur_span trimmed(struct chatur_span span)
{
    while (span.length > 0 && strchr(" ,;", span.text[0]) != NULL) {
        span = chatur_span_skip(span, 1);
    }
    while (span.length > 0 && strchr(" ,;", span.text[span.length - 1]) != NULL) {
        span.length--;
    }
    return span;
}

/* Is there anything but punctuation in it? */
static bool says_something(struct chatur_span span)
{
    for (size_t i = 0; i < span.length; i++) {
        unsigned char byte = (unsigned char)span.text[i];
        if (chatur_is_letter(span.text[i]) || chatur_is_digit(span.text[i]) || byte >= 0x80 ||
            strchr("{}%$#@&", byte) != NULL) {
            return true;
        }
    }
    return false;
}

static bool add(struct split *split, struct chatur_span span, bool sentence)
{
    span = trimmed(span);
    if (!says_something(span)) {
        return true;
    }
    struct chatur_pieces *pieces = split->pieces;
    if (pieces->count == split->capacity) {
        size_t capacity = split->capacity > 0 ? split->capacity * 2 : 16;
        struct chatur_piece *items = chatur_arena_alloc(split->arena, capacity * sizeof(*items));
        if (items == NULL) {
            return false;
        }
        if (pieces->count > 0) {
            memcpy(items, pieces->items, pieces->count * sizeof(*items));
        }
        pieces->items = items;
        split->capacity = capacity;
    }
    pieces->items[pieces->count++] = (struct chatur_piece){span.text, span.length, sentence};
    return true;
}

/* --- commas ----------------------------------------------------------------------------------- */

/* The bytes of a separator at the front of the span, or 0. */
static size_t separator(struct chatur_span span)
{
    static const char *const marks[] = {"\uff0c", "\u3001", "\u060c", "\u2022", " | ", " / ", ","};
    if (span.length == 0 || chatur_is_letter(span.text[0]) || chatur_is_digit(span.text[0])) {
        return 0; /* nearly always: this is asked at every byte */
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (chatur_span_starts(span, marks[i])) {
            return strlen(marks[i]);
        }
    }
    return 0;
}

static size_t semicolon(struct chatur_span span)
{
    static const char *const marks[] = {";", "\uff1b", "\u061b"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (chatur_span_starts(span, marks[i])) {
            return strlen(marks[i]);
        }
    }
    return 0;
}

static uint64_t last_word_kinds(const struct split *split, struct chatur_span span)
{
    size_t start = span.length;
    while (start > 0 && span.text[start - 1] != ' ') {
        start--;
    }
    return chatur_words_kinds(split->words, span.text + start, span.length - start);
}

/* “Friday, 5 June”, “June 5, 2025”: the comma at `comma` is inside a date. */
static bool inside_date(const struct split *split, struct chatur_span span, size_t comma)
{
    struct chatur_span before = trimmed((struct chatur_span){span.text, comma});
    struct chatur_span after = trimmed(chatur_span_skip(span, comma + 1));
    if (before.length == 0 || after.length == 0) {
        return false;
    }
    size_t end = 0;
    while (end < after.length && strchr(" ,", after.text[end]) == NULL) {
        end++;
    }
    uint64_t next = chatur_words_kinds(split->words, after.text, end);
    if ((last_word_kinds(split, before) & CHATUR_WORD_WEEKDAY) != 0) {
        const char *space = memchr(after.text, ' ', after.length);
        size_t second = space != NULL ? (size_t)(space - after.text) + 1 : after.length;
        size_t stop = second;
        while (stop < after.length && strchr(" ,", after.text[stop]) == NULL) {
            stop++;
        }
        return (next & CHATUR_WORD_MONTH) != 0 ||
               (chatur_is_digit(after.text[0]) &&
                (chatur_words_kinds(split->words, after.text + second, stop - second) &
                 CHATUR_WORD_MONTH) != 0);
    }
    bool year = end == 4 && (after.text[0] == '1' || after.text[0] == '2') &&
                chatur_is_digit(after.text[1]) && chatur_is_digit(after.text[2]) &&
                chatur_is_digit(after.text[3]);
    return year && chatur_is_digit(before.text[before.length - 1]);
}

/* Does the comma at `at` join what belongs together: 1,000, https://a/b,c, a date? */
static bool joins(const struct split *split, struct chatur_span span, size_t at)
{
    bool number = at > 0 && at + 3 < span.length && chatur_is_digit(span.text[at - 1]) &&
                  chatur_is_digit(span.text[at + 1]) && chatur_is_digit(span.text[at + 2]) &&
                  chatur_is_digit(span.text[at + 3]);
    size_t word = at;
    while (word > 0 && span.text[word - 1] != ' ') {
        word--;
    }
    bool address = at + 1 < span.length && span.text[at + 1] != ' ' &&
                   memmem(span.text + word, at - word, "://", 3) != NULL;
    return number || address || inside_date(split, span, at);
}

static bool split_by(struct split *split, struct chatur_span span,
                     size_t (*separator_at)(struct chatur_span))
{
    size_t start = 0;
    int brackets = 0;
    bool quoted = false;
    for (size_t i = 0; i < span.length;) {
        char c = span.text[i];
        size_t bytes = separator_at(chatur_span_skip(span, i));
        brackets += c == '(' || c == '[';
        brackets -= (c == ')' || c == ']') && brackets > 0;
        if (c == '"') { /* one without a partner is only a mark */
            quoted = !quoted && memchr(span.text + i + 1, c, span.length - i - 1) != NULL;
        }
        bool inside =
            (brackets > 0 && memchr(span.text + i, ')', span.length - i) != NULL) || quoted ||
            (c == ',' &&
             joins(split, (struct chatur_span){span.text + start, span.length - start}, i - start));
        if (bytes == 0 || inside) {
            i++;
            continue;
        }
        if (!add(split,
                 without_bullet(trimmed((struct chatur_span){span.text + start, i - start}),
                                split->pieces->count + 1),
                 false)) {
            return false;
        }
        i += bytes;
        start = i;
    }
    return add(split,
               without_bullet(trimmed(chatur_span_skip(span, start)), split->pieces->count + 1),
               false);
}

static size_t count_of(struct chatur_span span, size_t (*separator_at)(struct chatur_span))
{
    size_t count = 0;
    for (size_t i = 0; i < span.length; i++) {
        count += separator_at(chatur_span_skip(span, i)) > 0;
    }
    return count;
}

/* --- sentences and lines ---------------------------------------------------------------------- */

/* “so sorry, was travelling, dinner this weekend?”: short pieces, whatever closes the last one. */
static bool reads_as_list(struct chatur_span span)
{
    size_t commas = count_of(span, separator);
    size_t spaces = 0;
    for (size_t i = 0; i < span.length; i++) {
        spaces += span.text[i] == ' ';
    }
    return commas >= 2 && (spaces + 1) <= (commas + 1) * 4;
}

/* “Skills: C, Java”: one key at the front, and its value has the commas. */
static bool is_one_pair(struct chatur_span span, const struct chatur_words *words)
{
    const char *colon = memchr(span.text, ':', span.length);
    if (colon == NULL || colon[1] != ' ') {
        return false;
    }
    size_t at = (size_t)(colon - span.text);
    const char *comma = memchr(colon, ',', span.length - at);
    const uint64_t others =
        CHATUR_WORD_ASK | CHATUR_WORD_AUXILIARY | CHATUR_WORD_PRONOUN | CHATUR_WORD_WEEKDAY;
    for (const char *next = comma; next != NULL;
         next = memchr(next, ',', span.length - (size_t)(next - span.text))) {
        next += strspn(next, ", ");
        if ((chatur_words_kinds(words, next, strcspn(next, " ,")) & others) != 0) {
            return false; /* “topic: Dune, bring snacks” */
        }
    }
    return memchr(span.text, ',', at) == NULL && at <= 30 &&
           memmem(colon + 1, span.length - at - 1, ": ", 2) == NULL;
}

/* Tells a stretch that nobody can read in one breath in several sentences. */
static bool split_run_on(struct split *split, struct chatur_span span)
{
    size_t joint = 0;
    for (size_t at = 0; (at = chatur_next_sentence(span, split->words, &joint)) > 0;) {
        if (!add(split, (struct chatur_span){span.text, at}, true)) {
            return false;
        }
        span = trimmed(chatur_span_skip(span, at + joint));
    }
    return add(split, span, true);
}

/* A stretch without a full stop inside. */
static bool split_stretch(struct split *split, struct chatur_span span, bool stopped)
{
    span = trimmed(span);
    if (span.length == 0) {
        return true;
    }
    if (span.length > LONG_STRETCH_BYTES && count_of(span, separator) == 0 &&
        chatur_reads_as_sentence(span, split->words)) {
        return split_run_on(split, span);
    }
    if (stopped && chatur_reads_as_sentence(span, split->words) && !reads_as_list(span)) {
        return add(split, span, true);
    }
    if (count_of(span, semicolon) > 0) {
        return split_by(split, span, semicolon);
    }
    size_t commas = count_of(span, separator);
    if (is_one_pair(span, split->words) || commas == 0 ||
        (split->several_lines && commas == 1 && span.length > 30)) {
        return add(split, span, false);
    }
    return split_by(split, span, separator);
}

static bool split_line(struct split *split, struct chatur_span line)
{
    line = without_bullet(trimmed(line), 0);
    while (line.length > 0) {
        bool stopped = false;
        size_t end = chatur_sentence_end(line, &stopped);
        if (!split_stretch(split, (struct chatur_span){line.text, end}, stopped)) {
            return false;
        }
        line = trimmed(chatur_span_skip(line, end));
    }
    return true;
}

bool chatur_split(struct chatur_pieces *pieces, const char *text, const struct chatur_words *words,
                  struct chatur_arena *arena)
{
    struct split split = {.pieces = pieces, .words = words, .arena = arena};
    *pieces = (struct chatur_pieces){0};
    split.several_lines = strchr(text, '\n') != NULL;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        if (!split_line(&split, (struct chatur_span){text, length})) {
            return false;
        }
        text += length + (text[length] == '\n');
    }
    return true;
}
