#include "generate/offline_times.h"

#include <string.h>

#include "base/ascii.h"

#define CALENDAR (CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY | CHATUR_WORD_MONTH | CHATUR_WORD_UNIT)

bool chatur_wording_is_clock(const struct chatur_wording *wording, size_t index)
{
    if (index >= wording->count || !wording->tokens[index].number) {
        return false;
    }
    const struct chatur_token *token = &wording->tokens[index];
    const char *text = wording->text + token->start;
    size_t digits = 0;
    while (digits < token->length && chatur_is_digit(text[digits])) {
        digits++;
    }
    if (digits == token->length || digits == 0) {
        return false;
    }
    size_t rest = token->length - digits;
    bool half =
        (rest == 2 || (rest > 3 && text[digits + 2] == '-' && chatur_is_digit(text[digits + 3]))) &&
        (text[digits] == 'a' || text[digits] == 'p' || text[digits] == 'A' ||
         text[digits] == 'P') &&
        (text[digits + 1] == 'm' || text[digits + 1] == 'M');
    return half ||
           (rest >= 2 && strchr(":/.-", text[digits]) != NULL &&
            chatur_is_digit(text[digits + 1]) && digits <= 4 && !(text[digits] == '.' && rest < 3));
}

bool chatur_wording_is_ordinal(const struct chatur_wording *wording, size_t index)
{
    if (index >= wording->count || !wording->tokens[index].number) {
        return false;
    }
    const struct chatur_token *token = &wording->tokens[index];
    const char *end = wording->text + token->start + token->length - 2;
    return token->length >= 3 && token->length <= 4 &&
           (memcmp(end, "th", 2) == 0 || memcmp(end, "st", 2) == 0 || memcmp(end, "nd", 2) == 0 ||
            memcmp(end, "rd", 2) == 0);
}

static bool is_month_number(const struct chatur_wording *wording, size_t index)
{
    return chatur_wording_is(wording, index + 1, CHATUR_WORD_MONTH) ||
           (index > 0 && chatur_wording_is(wording, index - 1, CHATUR_WORD_MONTH));
}

/* “5%”, “50$”: a number that counts no hours. */
static bool is_share(const struct chatur_wording *wording, size_t index)
{
    const struct chatur_token *token = &wording->tokens[index];
    return strchr("%$", wording->text[token->start + token->length - 1]) != NULL;
}

/* Does token `index` itself speak of time? */
static bool says_time(const struct chatur_wording *wording, size_t index)
{
    if (chatur_wording_is(wording, index, CALENDAR) || chatur_wording_is_clock(wording, index)) {
        return true;
    }
    bool number = index < wording->count && (wording->tokens[index].number ||
                                             chatur_wording_is(wording, index, CHATUR_WORD_NUMBER));
    if (chatur_wording_is_ordinal(wording, index) &&
        chatur_wording_is(wording, index + 1, CHATUR_WORD_UNIT)) {
        return false; /* “3rd year” */
    }
    bool ends = index + 1 >= wording->count ||
                chatur_wording_is(wording, index + 1, CHATUR_WORD_PREPOSITION);
    if (ends && index < wording->count && chatur_wording_is_ordinal(wording, index)) {
        return true; /* “31st at 5” */
    }
    return number && (is_month_number(wording, index) ||
                      chatur_wording_is(wording, index + 1, CHATUR_WORD_UNIT | CHATUR_WORD_TIME));
}

/* “9 to 6” */
static bool is_hours(const struct chatur_wording *wording)
{
    return wording->count == 3 && wording->tokens[0].number && wording->tokens[0].length <= 2 &&
           chatur_wording_equals(wording, 1, "to") && wording->tokens[2].number &&
           wording->tokens[2].length <= 2;
}

bool chatur_wording_is_time(const struct chatur_wording *wording)
{
    bool says = is_hours(wording);
    for (size_t i = 0; i < wording->count; i++) {
        const struct chatur_token *token = &wording->tokens[i];
        bool filler =
            token->dash || (token->number && !is_share(wording, i)) ||
            (chatur_wording_equals(wording, i, "a") &&
             chatur_wording_is(wording, i + 1, CHATUR_WORD_UNIT)) ||
            chatur_wording_equals(wording, i, "any") ||
            (i > 0 && (token->kinds & (CHATUR_WORD_PREPOSITION | CHATUR_WORD_NUMBER)) != 0) ||
            chatur_wording_equals(wording, i, "this") || chatur_wording_equals(wording, i, "the");
        bool time = says_time(wording, i);
        if (!time && !filler) {
            return false;
        }
        says = says || time;
    }
    const uint64_t vague = CHATUR_WORD_TIME;
    return says && !(wording->count == 1 && (chatur_wording_equals(wording, 0, "next") ||
                                             chatur_wording_equals(wording, 0, "last") ||
                                             chatur_wording_equals(wording, 0, "every") ||
                                             chatur_wording_equals(wording, 0, "sharp") ||
                                             chatur_wording_equals(wording, 0, "early") ||
                                             chatur_wording_equals(wording, 0, "late") ||
                                             (chatur_wording_is(wording, 0, CHATUR_WORD_UNIT) &&
                                              !chatur_wording_is(wording, 0, vague))));
}

static bool has_word(const struct chatur_wording *wording, const char *word)
{
    for (size_t i = 1; i < wording->count; i++) {
        if (chatur_wording_equals(wording, i, word)) {
            return true;
        }
    }
    return false;
}

static bool has_dash(const struct chatur_wording *wording)
{
    for (size_t i = 0; i < wording->count; i++) {
        if (wording->tokens[i].dash) {
            return true;
        }
    }
    return strstr(wording->text, "\u2013") != NULL;
}

static const char *preposition_of_number(const struct chatur_wording *wording)
{
    const char *text = wording->text;
    if (chatur_wording_is_ordinal(wording, 0) &&
        !chatur_wording_is(wording, 1, CHATUR_WORD_MONTH)) {
        return "on the ";
    }
    if (chatur_wording_is(wording, 1, CHATUR_WORD_UNIT)) {
        return "for ";
    }
    bool month = strchr(text, '/') != NULL;
    for (size_t i = 1; i < wording->count; i++) {
        month = month || chatur_wording_is(wording, i, CHATUR_WORD_MONTH);
    }
    if (month) {
        return "on ";
    }
    const char *hyphen = strchr(text, '-');
    if (hyphen != NULL) {
        return strchr(hyphen + 1, '-') != NULL ? "on " : ""; /* a date; 9-5 stands alone */
    }
    return "at ";
}

const char *chatur_wording_time_preposition(const struct chatur_wording *wording)
{
    static const struct {
        const char *word;
        const char *preposition;
    } words[] = {{"noon", "at "},       {"midnight", "at "},    {"midday", "at "},
                 {"night", "at "},      {"lunchtime", "at "},   {"weekend", "at the "},
                 {"weekends", "at "},   {"morning", "in the "}, {"afternoon", "in the "},
                 {"evening", "in the "}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (chatur_wording_equals(wording, 0, words[i].word)) {
            return words[i].preposition;
        }
    }
    if (has_word(wording, "to") && !has_word(wording, "from") &&
        !chatur_wording_is(wording, 0, CHATUR_WORD_TIME)) {
        return "from ";
    }
    if (has_dash(wording) ||
        chatur_wording_is(wording, 0, CHATUR_WORD_TIME | CHATUR_WORD_DETERMINER)) {
        return "";
    }
    if (chatur_wording_is(wording, 0, CHATUR_WORD_WEEKDAY)) {
        return "on ";
    }
    if (chatur_wording_is(wording, 0, CHATUR_WORD_MONTH)) {
        bool day = wording->count > 1 && wording->tokens[1].number &&
                   wording->tokens[1].length <= 4 &&
                   !(wording->tokens[1].length == 4 &&
                     chatur_is_digit(wording->text[wording->tokens[1].start + 2]));
        return day ? "on " : "in ";
    }
    if (wording->tokens[0].number) {
        return preposition_of_number(wording);
    }
    return chatur_wording_is(wording, 0, CHATUR_WORD_NUMBER) ? "for " : "";
}

bool chatur_wording_is_when(const struct chatur_wording *wording)
{
    if (chatur_wording_equals(wording, 0, "as")) {
        return chatur_wording_equals(wording, 1, "soon") ||
               chatur_wording_equals(wording, 1, "early");
    }
    bool starting = chatur_wording_equals(wording, 0, "starting");
    if ((!chatur_wording_is(wording, 0, CHATUR_WORD_PREPOSITION) && !starting) ||
        chatur_wording_equals(wording, 0, "with") || chatur_wording_equals(wording, 0, "because") ||
        chatur_wording_equals(wording, 0, "about") || chatur_wording_equals(wording, 0, "due")) {
        return false;
    }
    for (size_t i = 1; i < wording->count && i <= 3; i++) {
        bool day_name = chatur_wording_is(wording, i + 1, CHATUR_WORD_COUNT) &&
                        !chatur_wording_is(wording, i + 1, CALENDAR);
        if (says_time(wording, i) && !day_name) {
            return true;
        }
    }
    return chatur_wording_equals(wording, 0, "at") && wording->count == 2 &&
           wording->tokens[1].number;
}

bool chatur_wording_is_span(const struct chatur_wording *wording)
{
    size_t at = 0;
    while (at < 2 && (chatur_wording_is(wording, at, CHATUR_WORD_PREPOSITION) ||
                      chatur_wording_equals(wording, at, "more") ||
                      chatur_wording_equals(wording, at, "nearly") ||
                      chatur_wording_equals(wording, at, "almost"))) {
        at++; /* over 5 years, more than two years */
    }
    bool number = at < wording->count && (wording->tokens[at].number ||
                                          chatur_wording_is(wording, at, CHATUR_WORD_NUMBER));
    if (!number || chatur_wording_is_ordinal(wording, at) ||
        !chatur_wording_is(wording, at + 1, CHATUR_WORD_UNIT)) {
        return false;
    }
    char unit = wording->text[wording->tokens[at + 1].start];
    bool long_unit = unit == 'y' || unit == 'Y' ||
                     (unit == 'm' && wording->text[wording->tokens[at + 1].start + 1] == 'o');
    if (at > 0 && wording->count == at + 2) {
        return false; /* “for 5 years” */
    }
    for (size_t i = at + 2; i < wording->count; i++) {
        if (chatur_wording_is(wording, i, CHATUR_WORD_SPAN)) {
            return true;
        }
    }
    static const char *const joints[] = {"at", "in", "of", "as", "with"};
    for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++) {
        if (chatur_wording_equals(wording, at + 2, joints[i])) {
            return long_unit && !chatur_wording_equals(wording, 0, "for");
        }
    }
    return (unit == 'y' || unit == 'Y') && wording->count == at + 2;
}
