/* The subjects, objects and articles that notes leave out: only where both neighbours are known. */
#include <string.h>

#include "base/ascii.h"
#include "generate/offline_article.h"
#include "generate/offline_grammar.h"
#include "generate/offline_restoring.h"

/* The wording from token `from` on, for what looks at the front of one. */
static struct chatur_wording tail(const struct chatur_wording *wording, size_t from)
{
    struct chatur_wording rest = *wording;
    rest.tokens += from;
    rest.count -= from;
    return rest;
}

const char *chatur_restoring_article(const struct chatur_restoring *restoring, size_t index,
                                     enum chatur_article article)
{
    const struct chatur_wording *wording = &restoring->wording;
    size_t start = wording->tokens[index].start;
    struct chatur_wording rest = {0};
    char *text = chatur_arena_strdup(restoring->arena, wording->text + start);
    size_t count = wording->count - index + 1;
    rest.tokens = chatur_arena_alloc(restoring->arena, count * sizeof(rest.tokens[0]));
    if (text == NULL || rest.tokens == NULL) {
        return "";
    }
    rest.text = text;
    rest.length = wording->length - start;
    rest.count = wording->count - index;
    for (size_t i = 0; i < rest.count; i++) {
        rest.tokens[i] = wording->tokens[index + i];
        rest.tokens[i].start -= start;
    }
    return chatur_wording_article(&rest, article);
}

/* “own tools”: I have my own. “never got it”: I did not; “never done it”: I have not. */
static void restore_start(struct chatur_restoring *restoring)
{
    static const char *const participles[] = {"been", "done",    "had",    "seen",  "worked",
                                              "used", "dreamed", "wanted", "loved", NULL};
    const struct chatur_wording *wording = &restoring->wording;
    bool ever =
        chatur_wording_equals(wording, 0, "never") || chatur_wording_equals(wording, 0, "always");
    if (wording->count < 2) {
        return;
    }
    if (chatur_wording_equals(wording, 0, "own") && !wording->tokens[0].closed) {
        restoring->before[0] = "have my ";
    } else if (chatur_wording_is(wording, 0, CHATUR_WORD_AUXILIARY) &&
               chatur_wording_equals(wording, 1, "happen")) {
        restoring->before[0] = "it "; /* “won't happen again” */
    } else if (ever && chatur_wording_is_one_of(wording, 1, participles)) {
        restoring->before[0] = "have ";
    } else if (chatur_wording_equals(wording, 0, "stuck") ||
               (chatur_wording_equals(wording, 0, "laid") &&
                chatur_wording_equals(wording, 1, "off"))) {
        restoring->before[0] = "was ";
    }
}

/* “mother in hospital” */
static void restore_relative(struct chatur_restoring *restoring)
{
    const struct chatur_wording *wording = &restoring->wording;
    if (wording->count == 3 && chatur_wording_is_relative(wording, 0) &&
        chatur_wording_is(wording, 1, CHATUR_WORD_PLACE)) {
        restoring->before[0] = "my ";
        restoring->before[1] = "is ";
    }
}

/* The verb a piece opens with, after “I”, “will” and the like; the count: it opens with none. */
static size_t opening_verb(const struct chatur_wording *wording)
{
    static const char *const skipped[] = {"i", "to", "please", "still", "also", "i'll", "we", NULL};
    static const char *const more[] = {"arrange", "attach", "buying", "getting", "managed", "had",
                                       "owned",   "bought", "will",   "ordered", NULL};
    const uint64_t verbs =
        CHATUR_WORD_VERB | CHATUR_WORD_MAYBE_VERB | CHATUR_WORD_CLAUSE | CHATUR_WORD_ASK;
    size_t at = 0;
    while (at + 1 < wording->count && (chatur_wording_is_one_of(wording, at, skipped) ||
                                       chatur_wording_equals(wording, at, "will") ||
                                       chatur_wording_equals(wording, at, "can") ||
                                       chatur_wording_equals(wording, at, "could"))) {
        at++;
    }
    bool helped = at > 0 && !chatur_wording_equals(wording, at - 1, "i");
    bool plain = chatur_wording_is(wording, at, CHATUR_WORD_VERB | CHATUR_WORD_CLAUSE) ||
                 chatur_wording_equals(wording, at, "have") ||
                 (chatur_wording_is(wording, at, CHATUR_WORD_ASK) &&
                  !chatur_wording_is(wording, at, CHATUR_WORD_COUNT));
    bool verb = plain || (helped && chatur_wording_is(wording, at, verbs)) ||
                chatur_wording_is_one_of(wording, at, more);
    return verb ? at : wording->count;
}

static void restore_object(struct chatur_restoring *restoring)
{
    static const char *const indefinite[] = {"arrange", "bought", "buy",    "find",  "get",
                                             "had",     "have",   "need",   "owned", "managed",
                                             "prefer",  "want",   "needed", NULL};
    static const char *const plain[] = {"be",    "become", "would", "know", "travel", "work",
                                        "study", "go",     "come",  "stay", "live",   NULL};
    const struct chatur_wording *wording = &restoring->wording;
    size_t verb = opening_verb(wording);
    size_t noun = verb + 1;
    if (noun >= wording->count || wording->tokens[verb].closed ||
        chatur_wording_is_one_of(wording, verb, plain)) {
        return;
    }
    bool wants = chatur_wording_is_one_of(wording, verb, indefinite);
    if (wording->tokens[noun].number && chatur_wording_is(wording, noun + 1, CHATUR_WORD_UNIT) &&
        !chatur_wording_is(wording, noun + 1, CHATUR_WORD_PLURAL) &&
        chatur_wording_is(wording, noun + 2, CHATUR_RESTORING_NOUNS)) {
        restoring->before[noun] = "a "; /* “want 2 year term” */
        return;
    }
    if (chatur_wording_equals(wording, noun, "own")) {
        restoring->before[noun] = "my ";
        return;
    }
    if (chatur_wording_is(wording, noun, CHATUR_WORD_PREPOSITION)) {
        static const char *const lacking[] = {"bought", "need", "ordered", "want", NULL};
        static const char *const sending[] = {"send", "forward", "resend", NULL};
        bool to = chatur_wording_equals(wording, noun, "to");
        if (chatur_wording_is_one_of(wording, verb, to ? sending : lacking)) {
            restoring->before[noun] = "it "; /* “need for visa”, “send to Ravi” */
        }
        return;
    }
    static const char *const got[] = {"bought", "ordered", NULL};
    if (wording->tokens[noun].number && chatur_wording_is(wording, noun + 1, CHATUR_WORD_UNIT) &&
        chatur_wording_is_one_of(wording, verb, got)) {
        restoring->before[noun] = "it "; /* “ordered 2 weeks ago” */
        return;
    }
    struct chatur_wording rest = tail(wording, noun);
    size_t head = chatur_wording_head(&rest, 0);
    bool noun_follows = chatur_wording_is(&rest, head, CHATUR_RESTORING_NOUNS) ||
                        (head > 0 && chatur_wording_equals(&rest, head, "one"));
    if (noun_follows && !rest.tokens[0].number) {
        restoring->before[noun] =
            chatur_restoring_article(restoring, noun, wants ? CHATUR_A : CHATUR_THE);
    }
}

/* “field trip”, “school event”: nothing said before it, and a noun that wants an article. */
static bool is_modified_noun(const struct chatur_wording *wording, size_t index)
{
    const uint64_t others = CHATUR_WORD_DETERMINER | CHATUR_WORD_NUMBER | CHATUR_WORD_PREPOSITION |
                            CHATUR_WORD_PROPER | CHATUR_WORD_POSSESSIVE | CHATUR_WORD_DOING |
                            CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    char first = wording->text[wording->tokens[index].start];
    return chatur_is_lower(first) && !wording->tokens[index].closed &&
           !chatur_wording_is(wording, index, others) &&
           chatur_wording_is(wording, index + 1, CHATUR_WORD_COUNT) &&
           !chatur_wording_is(wording, index + 1, CHATUR_WORD_PLURAL);
}

void chatur_restore_articles(struct chatur_restoring *restoring)
{
    static const char *const nouns[] = {
        "assignment", "bathroom",  "degree",        "exam",    "passport",  "kitchen",
        "audit",      "building",  "client",        "company", "counter",   "delay",
        "door",       "event",     "inconvenience", "gate",    "interview", "job",
        "manager",    "meeting",   "office",        "pantry",  "park",      "party",
        "position",   "principal", "project",       "role",    "team",      "trip",
        "trouble",    "visa",      "wedding",       "window",  "weekend",   NULL};
    static const char *const places[] = {"branch", "campus", "office", "station", "store", NULL};
    static const char *const purposes[] = {"for", "near", "behind", "with", NULL};
    static const char *const thanks[] = {"thank", "thanks", "grateful", NULL};
    static const char *const given[] = {"help", "support", "time", "understanding", NULL};
    static const char *const joints[] = {"about", "at", "behind", "for", "from", "in",
                                         "near",  "of", "with",   "to",  "on",   NULL};
    const struct chatur_wording *wording = &restoring->wording;
    if (chatur_wording_equals(wording, 0, "whole") || chatur_wording_equals(wording, 0, "same")) {
        restoring->before[0] = "the ";
    }
    for (size_t i = 1; i < wording->count; i++) {
        bool same = chatur_wording_equals(wording, i, "same") &&
                    !chatur_wording_is(wording, i - 1, CHATUR_WORD_DETERMINER);
        bool place = chatur_wording_is_one_of(wording, i + 1, places) &&
                     chatur_wording_is(wording, i, CHATUR_WORD_PROPER);
        bool ends =
            i + 1 == wording->count || wording->tokens[i].closed ||
            chatur_wording_is(wording, i + 1, CHATUR_WORD_PREPOSITION | CHATUR_RESTORING_CALENDAR);
        bool bare =
            restoring->before[i] == NULL && chatur_wording_is_one_of(wording, i - 1, joints);
        if (ends && bare && chatur_wording_is_one_of(wording, i, nouns)) {
            restoring->before[i] = "the ";
        }
        bool compound = i + 2 == wording->count && is_modified_noun(wording, i) &&
                        chatur_wording_is_one_of(wording, i - 1, purposes);
        bool short_notice = chatur_wording_equals(wording, i, "short") &&
                            chatur_wording_equals(wording, i + 1, "notice");
        if (bare && (compound || short_notice || same || place)) {
            restoring->before[i] = "the ";
        }
        if (bare && chatur_wording_equals(wording, i, "current") &&
            chatur_wording_is_one_of(wording, i + 1, nouns)) {
            restoring->before[i] = "my ";
        }
        if (ends && bare && i == 2 && chatur_wording_is_one_of(wording, 0, thanks) &&
            chatur_wording_is_one_of(wording, 2, given)) {
            restoring->before[i] = "your ";
        }
        if (chatur_wording_equals(wording, i, "experience") &&
            chatur_wording_is(wording, i - 1, CHATUR_WORD_UNIT)) {
            restoring->before[i] = "of ";
        }
    }
}

void chatur_restore_parts(struct chatur_restoring *restoring)
{
    restore_relative(restoring);
    restore_start(restoring);
    restore_object(restoring);
}
