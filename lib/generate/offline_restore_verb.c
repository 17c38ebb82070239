/* Clauses without their verb. A headline's “exam postponed” is told from a noun by its last words:
 * what was done (postponed), how it is (free, late), what goes on (coming). */
#include <string.h>

#include "generate/offline_article.h"
#include "generate/offline_grammar.h"
#include "generate/offline_restoring.h"

/* What is done once, and so has been done: postponed, sent, paid. */
static bool is_event(const struct chatur_wording *wording, size_t index)
{
    static const char *const events[] = {
        "approved",  "arranged",  "booked",   "canceled",    "cancelled", "changed",  "charged",
        "collected", "completed", "delayed",  "delivered",   "extended",  "fixed",    "issued",
        "lost",      "moved",     "ordered",  "paid",        "postponed", "received", "refunded",
        "renewed",   "repaired",  "replaced", "rescheduled", "resolved",  "sent",     "signed",
        "stolen",    "submitted", NULL};
    return chatur_wording_is_one_of(wording, index, events);
}

static bool is_told_when(const struct chatur_wording *wording, size_t from)
{
    for (size_t i = from; i < wording->count; i++) {
        if (chatur_wording_equals(wording, i, "yesterday") ||
            chatur_wording_equals(wording, i, "last") || chatur_wording_equals(wording, i, "ago")) {
            return true;
        }
    }
    return false;
}

/* Does a clause end here or go on with when, where and how? */
static bool ends_or_goes_on(const struct chatur_wording *wording, size_t index)
{
    static const char *const others[] = {"to",  "twice", "once", "again", "already",
                                         "yet", "back",  "down", "off",   "out",
                                         "up",  "now",   "on",   "too",   NULL};
    return index >= wording->count || wording->tokens[index].number ||
           chatur_wording_is(wording, index,
                             CHATUR_WORD_PREPOSITION | CHATUR_RESTORING_CALENDAR |
                                 CHATUR_WORD_NUMBER) ||
           chatur_wording_is_one_of(wording, index, others);
}

bool chatur_restoring_is_plural(const struct chatur_wording *wording, size_t end)
{
    bool plural = chatur_wording_is(wording, end - 1, CHATUR_WORD_PLURAL) ||
                  chatur_wording_equals(wording, 0, "all") ||
                  chatur_wording_equals(wording, 0, "both");
    const struct chatur_token *last = &wording->tokens[end - 1];
    const char *ending = wording->text + last->start + last->length;
    plural = plural ||
             (last->length > 3 && ending[-1] == 's' && ending[-2] != 's' && ending[-2] != 'u' &&
              ending[-2] != 'i' && (last->kinds & CHATUR_WORD_PROPER) == 0);
    for (size_t i = 0; i + 1 < end; i++) {
        plural = plural || (chatur_wording_equals(wording, i, "and") && i > 0);
    }
    return plural || (chatur_wording_is(wording, 0, CHATUR_WORD_NUMBER) &&
                      !chatur_wording_equals(wording, 0, "one"));
}

/* The verb that the predicate at `index` lacks, with its space; NULL: it lacks none. */
static const char *missing_verb(const struct chatur_wording *wording, size_t index)
{
    static const char *const states[] = {"ok", "okay", "working", NULL};
    bool denied = chatur_wording_equals(wording, index, "not");
    size_t word = index + denied;
    bool plural = chatur_restoring_is_plural(wording, index);
    bool too =
        chatur_wording_equals(wording, word, "too") || chatur_wording_equals(wording, word, "very");
    if (!ends_or_goes_on(wording, word + 1 + too) ||
        wording->text[wording->tokens[word].start - 1] != ' ') {
        return NULL; /* “manager (remote)” */
    }
    if (is_event(wording, word)) {
        return is_told_when(wording, word + 1) ? plural ? "were " : "was "
               : plural                        ? "have "
                                               : "has ";
    }
    bool alone = chatur_wording_is(wording, index, CHATUR_WORD_COUNT | CHATUR_WORD_PLURAL);
    const struct chatur_token *token = &wording->tokens[word];
    bool doing = word < wording->count && (token->kinds & CHATUR_WORD_KNOWN) == 0 &&
                 token->length > 5 &&
                 memcmp(wording->text + token->start + token->length - 3, "ing", 3) == 0 &&
                 chatur_wording_is(wording, index - 1, CHATUR_WORD_COUNT | CHATUR_WORD_PLURAL);
    bool degree = too && word + 2 == wording->count;
    bool quality = chatur_wording_is(wording, word, CHATUR_WORD_QUALITY) &&
                   chatur_wording_is(wording, index - 1, CHATUR_WORD_COUNT | CHATUR_WORD_PLURAL);
    bool state = chatur_wording_is(wording, word, CHATUR_WORD_PREDICATE | CHATUR_WORD_DOING) ||
                 doing || degree || quality || chatur_wording_is_one_of(wording, word, states);
    return state && (denied || !alone) ? plural ? "are " : "is " : NULL;
}

static const char *article_of_subject(const struct chatur_restoring *restoring)
{
    static const char *const own[] = {"cv", "resume", "portfolio", "wife", "husband", NULL};
    if (chatur_wording_is_one_of(&restoring->wording, 0, own)) {
        return "my ";
    }
    return chatur_restoring_article(restoring, 0, CHATUR_THE);
}

size_t chatur_restoring_since(const struct chatur_wording *wording)
{
    for (size_t i = 0; i + 1 < wording->count; i++) {
        if (chatur_wording_equals(wording, i, "since") &&
            (wording->tokens[i + 1].number ||
             chatur_wording_is(wording, i + 1, CHATUR_WORD_NUMBER)) &&
            chatur_wording_is(wording, i + 2, CHATUR_WORD_UNIT)) {
            return i + 1;
        }
    }
    return 0;
}

/* Puts the verb before the predicate at `index`, around its “not”. */
static void put_verb(struct chatur_restoring *restoring, size_t index, const char *verb)
{
    const struct chatur_wording *wording = &restoring->wording;
    bool denied = chatur_wording_equals(wording, index, "not");
    bool plural = chatur_restoring_is_plural(wording, index);
    bool perfect = verb[0] == 'h' || (verb[0] != 'w' && chatur_restoring_since(wording) > 0);
    if (!perfect) {
        restoring->before[index] = verb;
    } else if (denied) {
        restoring->before[index] = plural ? "have " : "has ";
        restoring->before[index + 1] = "been ";
    } else {
        restoring->before[index] = plural ? "have been " : "has been ";
    }
}

bool chatur_restore_verb(struct chatur_restoring *restoring, bool names)
{
    const struct chatur_wording *wording = &restoring->wording;
    for (size_t i = 1; i < wording->count; i++) {
        if (chatur_wording_is(wording, i, CHATUR_WORD_AUXILIARY)) {
            return false;
        }
        if (!chatur_wording_is_subject(wording, i)) {
            continue;
        }
        if (chatur_wording_is_finite(wording, i)) {
            restoring->before[0] = article_of_subject(restoring);
            return true;
        }
        const char *verb = missing_verb(wording, i);
        bool seeker = names && chatur_wording_is(wording, i, CHATUR_WORD_DOING) &&
                      chatur_wording_is(wording, i - 1, CHATUR_WORD_ROLE);
        if (verb == NULL || seeker ||
            (names && chatur_wording_is(wording, i - 1, CHATUR_WORD_DOCUMENT) &&
             is_event(wording, i))) {
            continue;
        }
        restoring->before[0] = article_of_subject(restoring);
        put_verb(restoring, i, verb);
        return true;
    }
    return false;
}
