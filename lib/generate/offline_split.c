/* Lines first, then sentences, then semicolons, then commas: each only when the one before did not
 * settle it. A comma does not part what belongs together: numbers, brackets, quotations, dates. */
#include "generate/offline_split.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "generate/offline_text.h"

/* A stretch longer than this without a comma is taken apart, into sentences of so many words. */
#define LONG_STRETCH_BYTES 240
#define MIN_SENTENCE_WORDS 12

struct split {
    struct chatur_pieces *pieces;
    size_t capacity;
    const struct chatur_words *words;
    struct chatur_arena *arena;
    bool several_lines;
};

struct span {
    const char *text;
    size_t length;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool starts(struct span span, const char *mark)
{
    size_t length = strlen(mark);
    return span.length >= length && memcmp(span.text, mark, length) == 0;
}

static struct span skip(struct span span, size_t bytes)
{
    return (struct span){span.text + bytes, span.length - bytes};
}

/* --- pieces ----------------------------------------------------------------------------------- */

/* “- item”, “• item”, “2. item”, “(b) item”. `number`: the only one that counts it; 0: any does. */
static struct span without_bullet(struct span span, size_t number)
{
    static const char *const bullets[] = {"- ",      "* ",      "+ ",      "\u2022", "\u2013 ",
                                          "\u2014 ", "\u00b7",  "\u25aa",  "\u25cf", "\u25e6",
                                          "\u2023",  "\u2713",  "\u2714",  "[ ] ",   "[x] ",
                                          "> ",      "-\u00a0", "\u2043 ", "\u2219"};
    for (size_t i = 0; i < sizeof(bullets) / sizeof(bullets[0]); i++) {
        if (starts(span, bullets[i]) && span.length > strlen(bullets[i])) {
            return skip(span, strlen(bullets[i]));
        }
    }
    size_t open = span.length > 0 && span.text[0] == '(';
    if (number > 0 && (size_t)strtoul(span.text + open, NULL, 10) != number &&
        is_digit(span.text[open])) {
        return span; /* “5. Semester” */
    }
    size_t end = open;
    while (end < span.length && end < open + 2 && is_digit(span.text[end])) {
        end++;
    }
    if (end == open && open + 1 < span.length && is_letter(span.text[open]) &&
        span.text[open + 1] == ')') {
        end++; /* a) */
    }
    bool marked = end > open && end + 2 < span.length && span.text[end + 1] == ' ' &&
                  (span.text[end] == ')' || (span.text[end] == '.' && open == 0));
    return marked ? skip(span, end + 2) : span;
}

static struct span trimmed(struct span span)
{
    while (span.length > 0 && strchr(" ,;", span.text[0]) != NULL) {
        span = skip(span, 1);
    }
    while (span.length > 0 && strchr(" ,;", span.text[span.length - 1]) != NULL) {
        span.length--;
    }
    return span;
}

/* Is there anything but punctuation in it? */
static bool says_something(struct span span)
{
    for (size_t i = 0; i < span.length; i++) {
        unsigned char byte = (unsigned char)span.text[i];
        if (is_letter(span.text[i]) || is_digit(span.text[i]) || byte >= 0x80 ||
            strchr("{}%$#@&", byte) != NULL) {
            return true;
        }
    }
    return false;
}

static bool add(struct split *split, struct span span, bool sentence)
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
static size_t separator(struct span span)
{
    static const char *const marks[] = {"\uff0c", "\u3001", "\u060c", "\u2022", " | ", " / ", ","};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (starts(span, marks[i])) {
            return strlen(marks[i]);
        }
    }
    return 0;
}

static size_t semicolon(struct span span)
{
    static const char *const marks[] = {";", "\uff1b", "\u061b"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (starts(span, marks[i])) {
            return strlen(marks[i]);
        }
    }
    return 0;
}

static uint64_t last_word_kinds(const struct split *split, struct span span)
{
    size_t start = span.length;
    while (start > 0 && span.text[start - 1] != ' ') {
        start--;
    }
    return chatur_words_kinds(split->words, span.text + start, span.length - start);
}

/* “Friday, 5 June”, “June 5, 2025”: the comma at `comma` is inside a date. */
static bool inside_date(const struct split *split, struct span span, size_t comma)
{
    struct span before = trimmed((struct span){span.text, comma});
    struct span after = trimmed(skip(span, comma + 1));
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
               (is_digit(after.text[0]) &&
                (chatur_words_kinds(split->words, after.text + second, stop - second) &
                 CHATUR_WORD_MONTH) != 0);
    }
    bool year = end == 4 && (after.text[0] == '1' || after.text[0] == '2') &&
                is_digit(after.text[1]) && is_digit(after.text[2]) && is_digit(after.text[3]);
    return year && is_digit(before.text[before.length - 1]);
}

/* Does the comma at `at` join what belongs together: 1,000, https://a/b,c, a date? */
static bool joins(const struct split *split, struct span span, size_t at)
{
    bool number = at > 0 && at + 3 < span.length && is_digit(span.text[at - 1]) &&
                  is_digit(span.text[at + 1]) && is_digit(span.text[at + 2]) &&
                  is_digit(span.text[at + 3]);
    size_t word = at;
    while (word > 0 && span.text[word - 1] != ' ') {
        word--;
    }
    bool address = at + 1 < span.length && span.text[at + 1] != ' ' &&
                   memmem(span.text + word, at - word, "://", 3) != NULL;
    return number || address || inside_date(split, span, at);
}

static bool split_by(struct split *split, struct span span, size_t (*separator_at)(struct span))
{
    size_t start = 0;
    int brackets = 0;
    bool quoted = false;
    for (size_t i = 0; i < span.length;) {
        char c = span.text[i];
        size_t bytes = separator_at(skip(span, i));
        brackets += c == '(' || c == '[';
        brackets -= (c == ')' || c == ']') && brackets > 0;
        if (c == '"') { /* one without a partner is only a mark */
            quoted = !quoted && memchr(span.text + i + 1, c, span.length - i - 1) != NULL;
        }
        bool inside =
            (brackets > 0 && memchr(span.text + i, ')', span.length - i) != NULL) || quoted ||
            (c == ',' &&
             joins(split, (struct span){span.text + start, span.length - start}, i - start));
        if (bytes == 0 || inside) {
            i++;
            continue;
        }
        if (!add(split,
                 without_bullet(trimmed((struct span){span.text + start, i - start}),
                                split->pieces->count + 1),
                 false)) {
            return false;
        }
        i += bytes;
        start = i;
    }
    return add(split, without_bullet(trimmed(skip(span, start)), split->pieces->count + 1), false);
}

static size_t count_of(struct span span, size_t (*separator_at)(struct span))
{
    size_t count = 0;
    for (size_t i = 0; i < span.length; i++) {
        count += separator_at(skip(span, i)) > 0;
    }
    return count;
}

/* --- sentences and lines ---------------------------------------------------------------------- */

/* Would this stand as a sentence: is there a verb, or somebody speaking? */
static bool reads_as_sentence(const struct split *split, struct span span)
{
    size_t words = 0;
    bool verb = false;
    for (size_t start = 0; start < span.length;) {
        const char *space = memchr(span.text + start, ' ', span.length - start);
        size_t end = space != NULL ? (size_t)(space - span.text) : span.length;
        uint64_t kinds = chatur_words_kinds(split->words, span.text + start, end - start);
        verb = verb || (kinds & (CHATUR_WORD_PRONOUN | CHATUR_WORD_AUXILIARY)) != 0 ||
               (start == 0 && (kinds & (CHATUR_WORD_OPENER | CHATUR_WORD_ASK)) != 0);
        words++;
        start = end + 1;
    }
    return verb && words >= 3;
}

/* “so sorry, was travelling, dinner this weekend?”: short pieces, whatever closes the last one. */
static bool reads_as_list(struct span span)
{
    size_t commas = count_of(span, separator);
    size_t spaces = 0;
    for (size_t i = 0; i < span.length; i++) {
        spaces += span.text[i] == ' ';
    }
    return commas >= 2 && (spaces + 1) <= (commas + 1) * 4;
}

/* “Skills: C, Java”: one key at the front, and its value has the commas. */
static bool is_one_pair(struct span span)
{
    const char *colon = memchr(span.text, ':', span.length);
    if (colon == NULL || colon[1] != ' ') {
        return false;
    }
    size_t at = (size_t)(colon - span.text);
    return memchr(span.text, ',', at) == NULL && at <= 30 &&
           memmem(colon + 1, span.length - at - 1, ": ", 2) == NULL;
}

/* Where a stretch without any punctuation can be told in two sentences: “… and we leave at 6”,
 * “… then we check in”. 0: nowhere. `*joint` gets the bytes of an “and”, which goes. */
static size_t next_sentence(const struct split *split, struct span span, size_t *joint)
{
    size_t words = 0;
    for (size_t i = 0; i + 6 < span.length; i++) {
        if (span.text[i] != ' ') {
            continue;
        }
        words++;
        *joint = starts(skip(span, i), " and ") ? strlen(" and") : 0;
        bool then = starts(skip(span, i + *joint), " then ");
        if (words < MIN_SENTENCE_WORDS || (*joint == 0 && !then)) {
            continue;
        }
        struct span next = skip(span, i + *joint + (then ? strlen(" then ") : 1));
        const char *space = memchr(next.text, ' ', next.length);
        size_t length = space != NULL ? (size_t)(space - next.text) : next.length;
        if ((chatur_words_kinds(split->words, next.text, length) & CHATUR_WORD_PRONOUN) != 0 ||
            starts(next, "please ") || starts(next, "if ")) {
            return i;
        }
    }
    return 0;
}

/* Tells a stretch that nobody can read in one breath in several sentences. */
static bool split_run_on(struct split *split, struct span span)
{
    size_t joint = 0;
    for (size_t at = 0; (at = next_sentence(split, span, &joint)) > 0;) {
        if (!add(split, (struct span){span.text, at}, true)) {
            return false;
        }
        span = trimmed(skip(span, at + joint));
    }
    return add(split, span, true);
}

/* A stretch without a full stop inside. */
static bool split_stretch(struct split *split, struct span span, bool stopped)
{
    span = trimmed(span);
    if (span.length == 0) {
        return true;
    }
    if (span.length > LONG_STRETCH_BYTES && count_of(span, separator) == 0 &&
        reads_as_sentence(split, span)) {
        return split_run_on(split, span);
    }
    if (stopped && reads_as_sentence(split, span) && !reads_as_list(span)) {
        return add(split, span, true);
    }
    if (count_of(span, semicolon) > 0) {
        return split_by(split, span, semicolon);
    }
    size_t commas = count_of(span, separator);
    if (is_one_pair(span) || commas == 0 ||
        (split->several_lines && commas == 1 && span.length > 30)) {
        return add(split, span, false);
    }
    return split_by(split, span, separator);
}

/* Is the full stop at `at` that of “Dr.”, “e.g.” or an initial? */
static bool abbreviates(struct span span, size_t at)
{
    static const char *const titles[] = {"Dr", "Mr", "Mrs", "Ms", "Prof", "St", "No", "vs"};
    size_t start = at;
    while (start > 0 && strchr(" .(", span.text[start - 1]) == NULL) {
        start--;
    }
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (strlen(titles[i]) == at - start &&
            memcmp(span.text + start, titles[i], at - start) == 0) {
            return true;
        }
    }
    bool number = at > start && at - start <= 2 && at + 2 < span.length;
    for (size_t i = start; i < at; i++) {
        number = number && is_digit(span.text[i]);
    }
    bool numbered = at + 2 < span.length && is_digit(span.text[at + 2]) && at - start == 2 &&
                    strncasecmp(span.text + start, "no", 2) == 0; /* “ticket no. 4” */
    return number || numbered || (at - start == 1 && is_letter(span.text[start]));
}

/* The index just past a full stop that ends a sentence, or the length. */
static size_t sentence_end(struct span span, bool *stopped)
{
    for (size_t i = 0; i < span.length; i++) {
        char c = span.text[i];
        if (c != '.' && c != '!' && c != '?') {
            continue;
        }
        while (i + 1 < span.length && strchr(".!?)\"", span.text[i + 1]) != NULL) {
            i++;
        }
        bool last = i + 1 == span.length;
        bool capital = i + 2 < span.length && span.text[i + 1] == ' ' &&
                       !(span.text[i + 2] >= 'a' && span.text[i + 2] <= 'z');
        if (last || (capital && !(c == '.' && abbreviates(span, i)))) {
            *stopped = true;
            return i + 1;
        }
    }
    *stopped = false;
    return span.length;
}

static bool split_line(struct split *split, struct span line)
{
    line = without_bullet(trimmed(line), 0);
    while (line.length > 0) {
        bool stopped = false;
        size_t end = sentence_end(line, &stopped);
        if (!split_stretch(split, (struct span){line.text, end}, stopped)) {
            return false;
        }
        line = trimmed(skip(line, end));
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
        if (!split_line(&split, (struct span){text, length})) {
            return false;
        }
        text += length + (text[length] == '\n');
    }
    return true;
}
