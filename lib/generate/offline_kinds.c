/* A ladder of tests, the surest first. */
#include "generate/offline_kinds.h"

#include <string.h>

#include "generate/offline_article.h"
#include "generate/offline_grammar.h"
#include "generate/offline_times.h"

/* A fragment longer than this is no item of a list: it is noted on its own. */
#define MAX_LIST_WORDS 9

static bool opens_with_helper(const struct chatur_wording *wording)
{
    static const char *const helpers[] = {
        "can",   "cannot", "can't",  "could", "couldn't", "wouldn't", "shouldn't", "will",
        "won't", "must",   "should", "did",   "didn't",   "do",       "don't",     NULL};
    if (chatur_wording_is_one_of(wording, 0, helpers)) {
        return true;
    }
    return chatur_wording_is(wording, 0, CHATUR_WORD_CLAUSE);
}

static bool opens_with_joint(const struct chatur_wording *wording)
{
    static const char *const joints[] = {
        "if", "but", "or",  "that", "which", "who",   "while", "than",      "and",    "so",
        "is", "are", "has", "were", "does",  "needs", "else",  "otherwise", "unless", NULL};
    if (chatur_wording_is_one_of(wording, 0, joints)) {
        return true;
    }
    return chatur_wording_is(wording, 0, CHATUR_WORD_QUESTION);
}

static bool is_quality(const struct chatur_wording *wording)
{
    static const char *const degrees[] = {"very",   "so",  "really", "quite",    "fully",
                                          "highly", "not", "still",  "terribly", "already"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof(degrees) / sizeof(degrees[0]); i++) {
        if (chatur_wording_equals(wording, 0, degrees[i]) && wording->count > 1) {
            at = 1;
        }
    }
    const uint64_t after = CHATUR_WORD_PREPOSITION | CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    bool from_day =
        chatur_wording_equals(wording, at, "effective") && wording->tokens[at + 1].number;
    return chatur_wording_is(wording, at, CHATUR_WORD_QUALITY) &&
           (wording->count == at + 1 || from_day || chatur_wording_is(wording, at + 1, after));
}

/* “quick learner”, “certified accountant”: what a person is, and takes an article. */
static bool is_person(const struct chatur_wording *wording)
{
    const struct chatur_token *head = &wording->tokens[chatur_wording_head(wording, 0)];
    if ((head->kinds & CHATUR_WORD_PLURAL) != 0) {
        return false;
    }
    return (head->kinds & CHATUR_WORD_PERSON) != 0 ||
           ((head->kinds & CHATUR_WORD_ROLE) != 0 && wording->count > 1 &&
            chatur_wording_is(wording, 0, CHATUR_WORD_TRAIT));
}

static bool is_ask(const struct chatur_wording *wording)
{
    return chatur_wording_is(wording, 0, CHATUR_WORD_ASK) && chatur_wording_is_action(wording);
}

/* “final year”, “3rd semester”: somebody is in it. */
static bool is_stage(const struct chatur_wording *wording)
{
    static const char *const orders[] = {"first", "second", "third", "fourth", "final", NULL};
    bool order = chatur_wording_is_ordinal(wording, 0);
    order = order || chatur_wording_is_one_of(wording, 0, orders);
    return order && wording->count == 2 &&
           (chatur_wording_equals(wording, 1, "year") ||
            chatur_wording_equals(wording, 1, "semester"));
}

/* “part time”, “mornings only”: when somebody is available. */
static bool is_availability(const struct chatur_wording *wording)
{
    bool part =
        chatur_wording_equals(wording, 0, "part") || chatur_wording_equals(wording, 0, "full");
    const uint64_t times = CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY | CHATUR_WORD_COUNT;
    char last = wording->text[wording->tokens[0].start + wording->tokens[0].length - 1];
    return wording->count == 2 && ((part && chatur_wording_equals(wording, 1, "time")) ||
                                   (last == 's' && chatur_wording_equals(wording, 1, "only") &&
                                    (chatur_wording_is(wording, 0, times) ||
                                     chatur_wording_equals(wording, 0, "mornings") ||
                                     chatur_wording_equals(wording, 0, "evenings"))));
}

/* “finishing today”, “painting the house” */
static bool is_doing_now(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    const uint64_t nouns = CHATUR_WORD_COUNT | CHATUR_WORD_EVENT | CHATUR_WORD_PREPOSITION;
    bool object =
        chatur_wording_equals(wording, 1, "the") || chatur_wording_equals(wording, 1, "my");
    return wording->count > 1 && first->length > 5 && (first->kinds & nouns) == 0 &&
           memcmp(wording->text + first->start + first->length - 3, "ing", 3) == 0 &&
           (object || chatur_wording_is(wording, 1, CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY));
}

static enum chatur_point_kind kind_by_preposition(const struct chatur_wording *wording)
{
    if (chatur_wording_is_when(wording)) {
        return CHATUR_TIMES;
    }
    return chatur_wording_is(wording, 0, CHATUR_WORD_PLACE) ? CHATUR_PLACES : CHATUR_QUALITIES;
}

/* “my place”, “our garden” */
static bool is_place(const struct chatur_wording *wording)
{
    static const char *const places[] = {"place",  "house",  "home", "flat",
                                         "office", "garden", NULL};
    bool place = false;
    place = place || chatur_wording_is_one_of(wording, wording->count - 1, places);
    bool owned = wording->count == 3 && chatur_wording_is(wording, 1, CHATUR_WORD_POSSESSIVE);
    return place && (wording->count == 2 || owned) &&
           (chatur_wording_equals(wording, 0, "my") || chatur_wording_equals(wording, 0, "our"));
}

/* “joins the design team”: somebody does, it does not say who. */
static bool opens_with_third(const struct chatur_wording *wording)
{
    return wording->count > 1 && chatur_wording_is(wording, 0, CHATUR_WORD_THIRD) &&
           !chatur_wording_is(wording, 0, CHATUR_WORD_PLURAL);
}

/* “free after 4 pm” is who writes; “free of charge” is not. */
static bool is_free_then(const struct chatur_wording *wording)
{
    static const char *const joints[] = {"after", "at", "before", "from", "on", "until", NULL};
    bool then = chatur_wording_is(wording, 1, CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY) ||
                chatur_wording_equals(wording, 1, "this");
    then = then || chatur_wording_is_one_of(wording, 1, joints);
    return then && chatur_wording_equals(wording, 0, "free");
}

/* “whenever you have time”, “when you are free” */
static bool opens_with_whenever(const struct chatur_wording *wording)
{
    return wording->count > 2 &&
           (chatur_wording_equals(wording, 0, "whenever") ||
            chatur_wording_equals(wording, 0, "when")) &&
           chatur_wording_is(wording, 1, CHATUR_WORD_PRONOUN);
}

/* “needed by Friday”: it is. */
static bool is_needed(const struct chatur_wording *wording)
{
    return (chatur_wording_equals(wording, 0, "needed") ||
            chatur_wording_equals(wording, 0, "wanted")) &&
           chatur_wording_is(wording, 1, CHATUR_WORD_PREPOSITION);
}

/* “don't share passwords”, but not “don't have a degree”. */
static bool is_forbidding(const struct chatur_wording *wording)
{
    bool two = chatur_wording_equals(wording, 0, "do") && chatur_wording_equals(wording, 1, "not");
    size_t verb = two ? 2 : 1;
    return (two || chatur_wording_equals(wording, 0, "don't")) &&
           !chatur_wording_is(wording, verb, CHATUR_WORD_CLAUSE) &&
           !chatur_wording_equals(wording, verb, "have");
}

/* “carried the sofa”, but not “enjoyed the evening”: who is thanked may have done it. */
static bool is_favour(const struct chatur_wording *wording)
{
    static const char *const mine[] = {"applied", "enjoyed", "felt",   "forgot",  "found",  "got",
                                       "had",     "joined",  "knew",   "learned", "learnt", "loved",
                                       "made",    "met",     "passed", "thought", "won",    NULL};
    bool ever =
        chatur_wording_equals(wording, 0, "never") || chatur_wording_equals(wording, 0, "always");
    return !chatur_wording_is_one_of(wording, ever, mine) &&
           chatur_wording_is(wording, ever, CHATUR_WORD_PAST | CHATUR_WORD_PAST_MAYBE);
}

enum chatur_point_kind chatur_point_kind_of(const struct chatur_wording *wording)
{
    bool several = wording->count > 1;
    if (chatur_wording_is_asking(wording)) {
        return CHATUR_SENTENCES;
    }
    if (is_stage(wording) || is_availability(wording)) {
        return CHATUR_TRAITS;
    }
    if (wording->count == 1 && chatur_wording_is(wording, 0, CHATUR_WORD_CITY)) {
        return CHATUR_PLACES;
    }
    if (chatur_wording_is_span(wording)) {
        return CHATUR_SPANS;
    }
    if (chatur_wording_is_time(wording)) {
        return CHATUR_TIMES;
    }
    if (opens_with_whenever(wording) ||
        (chatur_wording_equals(wording, 0, "starting") && chatur_wording_is_when(wording))) {
        return CHATUR_TIMES;
    }
    if (several && opens_with_helper(wording)) {
        return is_needed(wording)       ? CHATUR_QUALITIES
               : is_forbidding(wording) ? CHATUR_SENTENCES
                                        : CHATUR_DEEDS;
    }
    if (several && chatur_wording_equals(wording, 0, "no") &&
        chatur_wording_equals(wording, 1, "one")) {
        return CHATUR_SENTENCES;
    }
    if (several && !chatur_wording_is_trait(wording) &&
        (opens_with_joint(wording) || chatur_wording_equals(wording, 0, "no"))) {
        return CHATUR_NOTES;
    }
    if (chatur_wording_is(wording, 0, CHATUR_WORD_OPENER) && !chatur_wording_is_trait(wording) &&
        several) {
        return CHATUR_SENTENCES;
    }
    if (chatur_wording_is_deed(wording)) {
        return is_favour(wording) ? CHATUR_FAVOURS : CHATUR_DEEDS;
    }
    if (chatur_wording_is_clause(wording)) {
        return CHATUR_SENTENCES;
    }
    if (is_ask(wording)) {
        return CHATUR_ASKS;
    }
    if (is_place(wording)) {
        return CHATUR_PLACES;
    }
    if (chatur_wording_is_past(wording) || opens_with_third(wording)) {
        return CHATUR_NOTES;
    }
    if (is_free_then(wording)) {
        return CHATUR_TRAITS;
    }
    if (chatur_wording_is_trait(wording) || is_person(wording) || is_doing_now(wording) ||
        (several && chatur_wording_is(wording, 0, CHATUR_WORD_DOING) &&
         !chatur_wording_is(wording, 1, CHATUR_WORD_COUNT))) {
        return CHATUR_TRAITS;
    }
    if (several && chatur_wording_is_action(wording)) {
        return CHATUR_WISHES;
    }
    if (is_quality(wording)) {
        return CHATUR_QUALITIES;
    }
    if (several && chatur_wording_is(wording, 0, CHATUR_WORD_PREPOSITION)) {
        return kind_by_preposition(wording);
    }
    if (chatur_wording_is_clipped(wording) || wording->count > MAX_LIST_WORDS) {
        return CHATUR_NOTES;
    }
    return chatur_wording_is_noun_phrase(wording) ? CHATUR_THINGS : CHATUR_NOTES;
}

const char *chatur_point_lead(const struct chatur_wording *wording, enum chatur_point_kind kind)
{
    if (kind == CHATUR_TIMES && !chatur_wording_is(wording, 0, CHATUR_WORD_PREPOSITION)) {
        return chatur_wording_time_preposition(wording);
    }
    if (kind == CHATUR_PLACES && chatur_wording_is(wording, 0, CHATUR_WORD_CITY)) {
        return "in ";
    }
    if (kind == CHATUR_TRAITS && is_stage(wording)) {
        return "in my ";
    }
    if (kind == CHATUR_TRAITS && is_availability(wording)) {
        return "available ";
    }
    if (kind == CHATUR_TRAITS && chatur_wording_is_ordinal(wording, 0)) {
        return "a "; /* 2nd year student */
    }
    if (kind == CHATUR_SENTENCES && is_forbidding(wording)) {
        return "please ";
    }
    if (kind == CHATUR_PLACES && is_place(wording)) {
        return "at ";
    }
    if (kind == CHATUR_TRAITS && is_person(wording) && !chatur_wording_is_trait(wording)) {
        return chatur_wording_article(wording, CHATUR_A);
    }
    const uint64_t front = CHATUR_WORD_PRONOUN | CHATUR_WORD_OPENER | CHATUR_WORD_AUXILIARY;
    if (kind == CHATUR_SENTENCES && !chatur_wording_is(wording, 0, front)) {
        return chatur_wording_article(wording, CHATUR_THE);
    }
    return "";
}
