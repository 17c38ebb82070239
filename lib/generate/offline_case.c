/* Capitals. A word that the lists know, or that is plainly formed like a common one, loses a
 * headline's capital; one that is not known may be a name and keeps it. What somebody typed with
 * capitals inside (iPhone, GmbH, PDFs) is always left alone. */
#include <string.h>

#include "base/ascii.h"
#include "generate/offline_text.h"

static const char *const common_endings[] = {
    "tion", "sion", "ment", "ness",  "ship", "ology",  "ability", "ibility", "able",  "ible",
    "ful",  "less", "ical", "ously", "ally", "tional", "izing",   "ising",   "ating", "ility",
};

static bool formed_like_common(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof(common_endings) / sizeof(common_endings[0]); i++) {
        size_t ending = strlen(common_endings[i]);
        bool same = length >= ending + 3;
        for (size_t j = 0; same && j < ending; j++) {
            same = chatur_to_lower(word[length - ending + j]) == common_endings[i][j];
        }
        if (same) {
            return true;
        }
    }
    return false;
}

/* Are all parts of a hyphenated word common? */
static bool parts_common(const char *word, size_t length, const struct chatur_words *words)
{
    const char *hyphen = memchr(word, '-', length);
    if (hyphen == NULL) {
        return false;
    }
    for (size_t start = 0; start < length;) {
        const char *end = memchr(word + start, '-', length - start);
        size_t part = end != NULL ? (size_t)(end - word) - start : length - start;
        uint64_t kinds = chatur_words_kinds(words, word + start, part);
        if ((kinds & CHATUR_WORD_KNOWN) == 0 || (kinds & CHATUR_WORD_PROPER) != 0) {
            return false;
        }
        start += part + 1;
    }
    return true;
}

static bool is_common(const struct chatur_wording *wording, size_t index,
                      const struct chatur_words *words)
{
    const struct chatur_token *token = &wording->tokens[index];
    const char *word = wording->text + token->start;
    if ((token->kinds & CHATUR_WORD_PROPER) != 0) {
        return false;
    }
    if (index == 0 && wording->count > 1 && token->length > 5 &&
        memcmp(word + token->length - 3, "ing", 3) == 0 &&
        chatur_is_lower(wording->text[wording->tokens[1].start])) {
        return true; /* “Finding a job” */
    }
    return (token->kinds & CHATUR_WORD_KNOWN) != 0 || formed_like_common(word, token->length) ||
           parts_common(word, token->length, words);
}

static void lower(struct chatur_wording *wording, size_t index)
{
    const struct chatur_token *token = &wording->tokens[index];
    for (size_t i = token->start; i < token->start + token->length; i++) {
        wording->text[i] = chatur_to_lower(wording->text[i]);
    }
}

static void capitalise(struct chatur_wording *wording, size_t index)
{
    char *first = &wording->text[wording->tokens[index].start];
    *first = chatur_to_upper(*first);
}

static bool has_letter(const struct chatur_wording *wording, size_t index)
{
    char first = wording->text[wording->tokens[index].start];
    return chatur_is_letter(first);
}

/* A capital after the first letter: an acronym or a name that knows its own spelling. */
static bool spelled_on_purpose(const struct chatur_wording *wording, size_t index)
{
    const struct chatur_token *token = &wording->tokens[index];
    const char *hyphen = memchr(wording->text + token->start, '-', token->length);
    size_t end = hyphen != NULL && chatur_is_lower(hyphen[-1])
                     ? (size_t)(hyphen - wording->text) /* Follow-Up is only a headline */
                     : token->start + token->length;
    for (size_t i = token->start + 1; i < end; i++) {
        if (chatur_is_upper(wording->text[i])) {
            return true;
        }
    }
    return token->length == 1 && wording->text[token->start] != 'A';
}

static bool capital_unknown(const struct chatur_wording *wording, size_t index,
                            const struct chatur_words *words)
{
    return index < wording->count && chatur_is_upper(wording->text[wording->tokens[index].start]) &&
           !is_common(wording, index, words);
}

/* “New” before “York”, “Park” after “Hyde”. */
static bool part_of_name(const struct chatur_wording *wording, size_t index,
                         const struct chatur_words *words)
{
    return chatur_wording_is(wording, index, CHATUR_WORD_NAMELIKE) &&
           (capital_unknown(wording, index + 1, words) ||
            (index > 0 && capital_unknown(wording, index - 1, words)));
}

/* “May” inside a headline is the month; “Frontend Developer position” is somebody's title. */
static bool names_something(const struct chatur_wording *wording, size_t index, bool headline)
{
    if (index > 0) {
        return chatur_wording_is(wording, index, CHATUR_WORD_MONTH);
    }
    return !headline && wording->count > 1 &&
           chatur_is_upper(wording->text[wording->tokens[1].start]) &&
           chatur_is_lower(wording->text[wording->tokens[1].start + 1]) &&
           chatur_wording_is(wording, 1, CHATUR_WORD_ROLE);
}

static bool is_small(const struct chatur_wording *wording, size_t index)
{
    const uint64_t small = CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER | CHATUR_WORD_AUXILIARY;
    return chatur_wording_is(wording, index, small) || !has_letter(wording, index) ||
           chatur_wording_equals(wording, index, "been");
}

bool chatur_wording_is_headline(const struct chatur_wording *wording)
{
    size_t capitals = 0;
    for (size_t i = 0; i < wording->count; i++) {
        bool capital = chatur_is_upper(wording->text[wording->tokens[i].start]);
        if (!capital && !is_small(wording, i)) {
            return false;
        }
        capitals += capital;
    }
    return capitals >= 2;
}

static bool is_shouted(const struct chatur_wording *wording, const struct chatur_words *words)
{
    size_t long_words = 0;
    if (wording->shouted) {
        return true;
    }
    for (size_t i = 0; i < wording->length; i++) {
        if (chatur_is_lower(wording->text[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < wording->count; i++) {
        long_words += has_letter(wording, i) && wording->tokens[i].length >= 4 &&
                      is_common(wording, i, words);
    }
    return long_words > 0;
}

/* In capitals throughout: common words get small, long unknown ones are names. */
static void calm(struct chatur_wording *wording, size_t index, const struct chatur_words *words)
{
    const struct chatur_token *token = &wording->tokens[index];
    bool stays = chatur_wording_is(wording, index, CHATUR_WORD_ACRONYM) &&
                 !chatur_wording_is(wording, index + 1, CHATUR_WORD_AUXILIARY);
    bool alone = token->length == 1 && wording->text[token->start] != 'A';
    if (stays || alone) {
        return;
    }
    if (is_common(wording, index, words)) {
        lower(wording, index);
    } else if (token->length > (wording->shouted ? 3U : 4U) ||
               (token->kinds & CHATUR_WORD_PROPER) != 0) {
        lower(wording, index);
        capitalise(wording, index);
    }
}

/* “may” and “march” are months beside a number, or after “until” and the like. */
static bool is_month_name(const struct chatur_wording *wording, size_t index)
{
    static const char *const joints[] = {"from", "in", "since", "until", "till", "by", "of"};
    if (!chatur_wording_is(wording, index, CHATUR_WORD_MONTH)) {
        return false;
    }
    bool beside = (index > 0 && wording->tokens[index - 1].number) ||
                  (index + 1 < wording->count && wording->tokens[index + 1].number) ||
                  wording->count == 1 ||
                  (chatur_wording_equals(wording, index + 1, "and") &&
                   chatur_wording_is(wording, index + 2, CHATUR_WORD_MONTH));
    for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]) && index > 0; i++) {
        beside = beside || chatur_wording_equals(wording, index - 1, joints[i]);
    }
    return beside;
}

void chatur_wording_case_names(struct chatur_wording *wording)
{
    for (size_t i = 0; i < wording->count; i++) {
        const char *word = wording->text + wording->tokens[i].start;
        bool alone = chatur_wording_equals(wording, i, "i") && !wording->tokens[i].closed;
        bool contracted = wording->tokens[i].length > 2 && word[0] == 'i' && word[1] == '\'';
        if (chatur_wording_is(wording, i, CHATUR_WORD_PROPER) || alone || contracted ||
            is_month_name(wording, i)) {
            capitalise(wording, i);
        }
    }
}

void chatur_wording_case(struct chatur_wording *wording, const struct chatur_words *words)
{
    bool shouted = is_shouted(wording, words);
    bool headline = !shouted && chatur_wording_is_headline(wording);
    bool quoted = false;
    for (size_t i = 0; i < wording->count; i++) {
        const struct chatur_token *token = &wording->tokens[i];
        size_t end = i + 1 < wording->count ? wording->tokens[i + 1].start : wording->length;
        bool opens = token->start > 0 && wording->text[token->start - 1] == '"';
        bool closes = memchr(wording->text + token->start, '"', end - token->start) != NULL;
        quoted = quoted || opens;
        if (!quoted && has_letter(wording, i)) {
            bool may = (i == 0 || headline) && !spelled_on_purpose(wording, i) &&
                       !part_of_name(wording, i, words) && !names_something(wording, i, headline);
            if (shouted) {
                calm(wording, i, words);
            } else if (may && is_common(wording, i, words)) {
                lower(wording, i);
            }
        }
        quoted = quoted && !closes;
    }
    chatur_wording_case_names(wording);
}

void chatur_wording_case_small(struct chatur_wording *wording)
{
    for (size_t i = 0; i < wording->count; i++) {
        if (i > 0 &&
            chatur_wording_is(wording, i, CHATUR_WORD_PREPOSITION | CHATUR_WORD_DETERMINER) &&
            !spelled_on_purpose(wording, i)) {
            lower(wording, i);
        }
    }
    chatur_wording_case_names(wording);
}
