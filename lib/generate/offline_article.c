/* Articles. A phrase gets one only where its noun is known to want it: “the laptop”, but “leave”
 * and “Python”; where the lists do not know, none reads better than a wrong one. */
#include "generate/offline_article.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "generate/offline_grammar.h"

/* “quotation sent last week”: what is said of the noun before it. */
static bool is_said_of(const struct chatur_wording *wording, size_t index)
{
    const uint64_t after = CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    return chatur_wording_is(wording, index, CHATUR_WORD_PAST_MAYBE | CHATUR_WORD_PREDICATE) &&
           !chatur_wording_is(wording, index, CHATUR_WORD_COUNT) &&
           chatur_wording_is(wording, index - 1, CHATUR_WORD_COUNT) &&
           chatur_wording_is(wording, index + 1, after);
}

size_t chatur_wording_head(const struct chatur_wording *wording, size_t from)
{
    size_t last = from;
    for (size_t i = from + 1; i < wording->count; i++) {
        const struct chatur_token *token = &wording->tokens[i];
        bool verb = chatur_wording_is_finite(wording, i) || is_said_of(wording, i);
        if (verb || wording->tokens[i - 1].closed || wording->text[token->start - 1] == '(' ||
            token->dash || token->number || chatur_wording_is_third(wording, i) ||
            (token->kinds & (CHATUR_WORD_PREPOSITION | CHATUR_WORD_AUXILIARY | CHATUR_WORD_TIME |
                             CHATUR_WORD_WEEKDAY | CHATUR_WORD_PRONOUN)) != 0) {
            /* “Monday meeting” goes on, “meeting Monday” does not. */
            bool goes_on = (token->kinds & (CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY)) != 0 &&
                           chatur_wording_is(wording, i + 1, CHATUR_WORD_COUNT) &&
                           !chatur_wording_is(wording, i - 1, CHATUR_WORD_COUNT);
            if (!goes_on) {
                break;
            }
        }
        last = i;
    }
    return last;
}

bool chatur_wording_is_relative(const struct chatur_wording *wording, size_t index)
{
    static const char *const relatives[] = {
        "aunt",   "boss",   "brother", "cousin",      "child",       "dad",     "daughter",
        "father", "friend", "mother",  "grandfather", "grandmother", "husband", "mom",
        "mum",    "sister", "son",     "uncle",       "wife"};
    const struct chatur_token *token = &wording->tokens[index];
    for (size_t i = 0; i < sizeof(relatives) / sizeof(relatives[0]); i++) {
        size_t length = strlen(relatives[i]);
        const char *mark = wording->text + token->start + length;
        bool ends = length == token->length ||
                    (length < token->length && (*mark == '\'' || (unsigned char)*mark == 0xe2));
        if (ends && index < wording->count &&
            strncasecmp(wording->text + token->start, relatives[i], length) == 0) {
            return true;
        }
    }
    return false;
}

/* “brother's wedding”: whose brother is plain. */
static bool opens_with_relative(const struct chatur_wording *wording)
{
    return chatur_wording_is_relative(wording, 0) &&
           (chatur_wording_is(wording, 0, CHATUR_WORD_POSSESSIVE) ||
            (chatur_wording_head(wording, 0) == 0 && !chatur_wording_equals(wording, 1, "and")));
}

/* “next week”, “tomorrow's”, but not “late delivery” or “morning shift”. */
static bool opens_with_time(const struct chatur_wording *wording)
{
    static const char *const when[] = {"asap",    "every",     "immediately", "last",
                                       "next",    "now",       "today",       "tomorrow",
                                       "tonight", "yesterday", "soon"};
    if (chatur_wording_equals(wording, 1, "day") || chatur_wording_equals(wording, 1, "date")) {
        return false; /* “last day of school” is a day */
    }
    for (size_t i = 0; i < sizeof(when) / sizeof(when[0]) && wording->count > 1; i++) {
        if (chatur_wording_equals(wording, 0, when[i])) {
            return true;
        }
    }
    return false;
}

/* “missing our meeting”, but not “missing parcel”. */
static bool opens_with_gerund(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    return first->length > 4 &&
           memcmp(wording->text + first->start + first->length - 3, "ing", 3) == 0 &&
           chatur_wording_is(wording, 1, CHATUR_WORD_DETERMINER);
}

/* Nothing of ours may stand before these: “my”, “two”, “Anna's”, “#4”, “next”, “(”. */
static bool opens_by_itself(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    const uint64_t openers = CHATUR_WORD_DETERMINER | CHATUR_WORD_NUMBER | CHATUR_WORD_PRONOUN |
                             CHATUR_WORD_PREPOSITION | CHATUR_WORD_QUESTION |
                             CHATUR_WORD_AUXILIARY | CHATUR_WORD_POSSESSIVE;
    bool letter = chatur_is_letter(wording->text[0]);
    for (size_t i = 0; i < wording->count; i++) {
        if ((wording->tokens[i].kinds & CHATUR_WORD_POSSESSIVE) != 0) {
            return true; /* “new manager's desk” takes one, “Uncle Ravi's house” does not */
        }
    }
    return !letter || first->number || chatur_wording_equals(wording, 0, "ms") ||
           (first->kinds & openers) != 0 || opens_with_time(wording) || opens_with_gerund(wording);
}

static bool starts_with(const char *text, const char *start)
{
    for (size_t i = 0; start[i] != '\0'; i++) {
        if (chatur_to_lower(text[i]) != start[i]) {
            return false;
        }
    }
    return true;
}

/* By the sound of what follows. */
static const char *a_or_an(const char *text)
{
    static const char *const silent_h[] = {"hour", "honest", "honour", "honor", "heir"};
    static const char *const like_you[] = {"uni", "use", "usu", "util", "eu", "one", "once", "ut"};
    static const char *const eights[] = {"8", "11 ", "11t", "18"};
    for (size_t i = 0; i < sizeof(silent_h) / sizeof(silent_h[0]); i++) {
        if (starts_with(text, silent_h[i])) {
            return "an ";
        }
    }
    for (size_t i = 0; i < sizeof(eights) / sizeof(eights[0]); i++) {
        if (starts_with(text, eights[i])) {
            return "an ";
        }
    }
    if (chatur_is_upper(text[0]) && (chatur_is_upper(text[1]) || chatur_is_digit(text[1]))) {
        return strchr("AEFHILMNORSX", text[0]) != NULL ? "an " : "a "; /* spelled: an MBA, a USB */
    }
    if (starts_with(text, "unin") || starts_with(text, "unim")) {
        return "an ";
    }
    for (size_t i = 0; i < sizeof(like_you) / sizeof(like_you[0]); i++) {
        if (starts_with(text, like_you[i])) {
            return "a ";
        }
    }
    return text[0] != '\0' && strchr("aeiouAEIOU", text[0]) != NULL ? "an " : "a ";
}

/* “1 year internship”: a length of time that says what kind of thing it is. */
static bool first_is_span(const struct chatur_wording *wording)
{
    return wording->count == 3 && wording->tokens[0].number &&
           chatur_wording_is(wording, 1, CHATUR_WORD_UNIT) &&
           !chatur_wording_is(wording, 1, CHATUR_WORD_PLURAL) &&
           chatur_wording_is(wording, 2, CHATUR_WORD_COUNT) &&
           !chatur_wording_is(wording, 2, CHATUR_WORD_PLURAL);
}

const char *chatur_wording_article(const struct chatur_wording *wording,
                                   enum chatur_article article)
{
    if (article == CHATUR_BARE || wording->count == 0) {
        return "";
    }
    if (opens_with_relative(wording)) {
        return "my ";
    }
    if (article == CHATUR_THE &&
        (chatur_wording_equals(wording, 1, "with") ||
         chatur_wording_equals(wording, 1, "during")) &&
        (chatur_wording_equals(wording, 0, "help") ||
         chatur_wording_equals(wording, 0, "support"))) {
        return "your "; /* help with moving */
    }
    if (article == CHATUR_A && chatur_wording_equals(wording, 0, "half") &&
        chatur_wording_equals(wording, 1, "day")) {
        return "a ";
    }
    if (first_is_span(wording)) {
        return article == CHATUR_A ? a_or_an(wording->text) : "the ";
    }
    if (opens_by_itself(wording)) {
        return "";
    }
    size_t index = chatur_wording_head(wording, 0);
    const struct chatur_token *head = &wording->tokens[index];
    if (index > 0 && (head->kinds & CHATUR_WORD_NAMELIKE) != 0 &&
        chatur_is_upper(wording->text[head->start])) {
        return ""; /* Independence Day */
    }
    const uint64_t nouns = CHATUR_WORD_COUNT | CHATUR_WORD_DOCUMENT | CHATUR_WORD_ROLE |
                           CHATUR_WORD_OPENING | CHATUR_WORD_EVENT | CHATUR_WORD_PERSON;
    bool plural = (head->kinds & CHATUR_WORD_PLURAL) != 0;
    bool numbered = index + 1 < wording->count && wording->tokens[index + 1].number &&
                    !chatur_wording_is(wording, index + 2, CHATUR_WORD_TIME | CHATUR_WORD_MONTH);
    bool pronoun = index > 0 && chatur_wording_equals(wording, index, "one"); /* “old one” */
    if (((head->kinds & nouns) == 0 && !pronoun) || numbered) {
        return "";
    }
    switch (article) {
    case CHATUR_MY:
        return "my ";
    case CHATUR_THE:
        return plural ? "" : "the ";
    case CHATUR_A:
        return plural ? "" : a_or_an(wording->text);
    case CHATUR_BARE:
    case CHATUR_ARTICLES:
        break;
    }
    return "";
}
