/* Words are only ever put between the user's own, and only where the lists leave no doubt about
 * both neighbours: a note that stays a note reads better than a sentence that is none. */
#include "generate/offline_restore.h"

#include <string.h>

#include "base/buffer.h"
#include "generate/offline_article.h"
#include "generate/offline_grammar.h"
#include "generate/offline_times.h"

struct restoring {
    struct chatur_wording wording;
    const char **before; /* what to put before each token; NULL: nothing */
    bool asks;           /* “can we meet”: its question mark is missing */
    size_t since;        /* the token after a “since” that means “for”; 0: none */
    struct chatur_arena *arena;
};

#define NOUNS                                                                                      \
    (CHATUR_WORD_COUNT | CHATUR_WORD_DOCUMENT | CHATUR_WORD_ROLE | CHATUR_WORD_OPENING |           \
     CHATUR_WORD_EVENT | CHATUR_WORD_PERSON | CHATUR_WORD_WANTED)
#define CALENDAR (CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY)

/* The wording from token `from` on, for what looks at the front of one. */
static struct chatur_wording tail(const struct chatur_wording *wording, size_t from)
{
    struct chatur_wording rest = *wording;
    rest.tokens += from;
    rest.count -= from;
    return rest;
}

static const char *article_at(const struct restoring *restoring, size_t index,
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

/* --- clauses without their verb --------------------------------------------------------------- */

/* What is done once, and so has been done: postponed, sent, paid. */
static bool is_event(const struct chatur_wording *wording, size_t index)
{
    static const char *const events[] = {
        "approved", "arranged",  "booked",    "canceled", "cancelled", "changed",
        "charged",  "collected", "completed", "delayed",  "delivered", "extended",
        "fixed",    "issued",    "lost",      "moved",    "paid",      "postponed",
        "received", "refunded",  "renewed",   "repaired", "replaced",  "rescheduled",
        "resolved", "sent",      "signed",    "stolen",   "submitted", NULL};
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
                                         "yet", "now",   "on",   "too",   NULL};
    return index >= wording->count || wording->tokens[index].number ||
           chatur_wording_is(wording, index,
                             CHATUR_WORD_PREPOSITION | CALENDAR | CHATUR_WORD_NUMBER) ||
           chatur_wording_is_one_of(wording, index, others);
}

static bool is_plural(const struct chatur_wording *wording, size_t end)
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
    bool plural = is_plural(wording, index);
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

static const char *article_of_subject(const struct restoring *restoring)
{
    static const char *const own[] = {"cv", "resume", "portfolio", "wife", "husband", NULL};
    if (chatur_wording_is_one_of(&restoring->wording, 0, own)) {
        return "my ";
    }
    return article_at(restoring, 0, CHATUR_THE);
}

/* “not working since 3 days”: what follows the “since”, or 0. */
static size_t find_since(const struct chatur_wording *wording)
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
static void put_verb(struct restoring *restoring, size_t index, const char *verb)
{
    const struct chatur_wording *wording = &restoring->wording;
    bool denied = chatur_wording_equals(wording, index, "not");
    bool plural = is_plural(wording, index);
    bool perfect = verb[0] == 'h' || (verb[0] != 'w' && find_since(wording) > 0);
    if (!perfect) {
        restoring->before[index] = verb;
    } else if (denied) {
        restoring->before[index] = plural ? "have " : "has ";
        restoring->before[index + 1] = "been ";
    } else {
        restoring->before[index] = plural ? "have been " : "has been ";
    }
}

/* “exam postponed” → “the exam has been postponed”. */
static bool restore_verb(struct restoring *restoring, bool names)
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

/* “mother in hospital” */
static void restore_relative(struct restoring *restoring)
{
    const struct chatur_wording *wording = &restoring->wording;
    if (wording->count == 3 && chatur_wording_is_relative(wording, 0) &&
        chatur_wording_is(wording, 1, CHATUR_WORD_PLACE)) {
        restoring->before[0] = "my ";
        restoring->before[1] = "is ";
    }
}

/* “own tools”: I have my own. “never got it”: I did not; “never done it”: I have not. */
static void restore_start(struct restoring *restoring)
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

/* --- articles and pronouns -------------------------------------------------------------------- */

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

static void restore_object(struct restoring *restoring)
{
    static const char *const indefinite[] = {"arrange", "bought", "buy",    "find",  "get",
                                             "had",     "have",   "need",   "owned", "managed",
                                             "prefer",  "want",   "needed", NULL};
    static const char *const plain[] = {"be", "become", "know", "travel", "work", "study",
                                        "go", "come",   "stay", "live",   NULL};
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
        chatur_wording_is(wording, noun + 2, NOUNS)) {
        restoring->before[noun] = "a "; /* “want 2 year term” */
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
    bool noun_follows = chatur_wording_is(&rest, head, NOUNS) ||
                        (head > 0 && chatur_wording_equals(&rest, head, "one"));
    if (noun_follows && !rest.tokens[0].number) {
        restoring->before[noun] = article_at(restoring, noun, wants ? CHATUR_A : CHATUR_THE);
    }
}

/* “field trip”, “school event”: nothing said before it, and a noun that wants an article. */
static bool is_modified_noun(const struct chatur_wording *wording, size_t index)
{
    const uint64_t others = CHATUR_WORD_DETERMINER | CHATUR_WORD_NUMBER | CHATUR_WORD_PREPOSITION |
                            CHATUR_WORD_PROPER | CHATUR_WORD_POSSESSIVE | CHATUR_WORD_DOING |
                            CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY;
    char first = wording->text[wording->tokens[index].start];
    return first >= 'a' && first <= 'z' && !wording->tokens[index].closed &&
           !chatur_wording_is(wording, index, others) &&
           chatur_wording_is(wording, index + 1, CHATUR_WORD_COUNT) &&
           !chatur_wording_is(wording, index + 1, CHATUR_WORD_PLURAL);
}

/* “for assignment”, “with principal”: nouns that after a preposition cannot stand bare. */
static void restore_articles(struct restoring *restoring)
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
        bool ends = i + 1 == wording->count || wording->tokens[i].closed ||
                    chatur_wording_is(wording, i + 1, CHATUR_WORD_PREPOSITION | CALENDAR);
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

/* --- times ------------------------------------------------------------------------------------ */

/* Are these two the ends of a span of hours: “11pm to 3am”, “8 to 12”? */
static bool is_span_of_hours(const struct chatur_wording *wording, size_t index)
{
    return wording->tokens[index].number && chatur_wording_equals(wording, index + 1, "to") &&
           index + 2 < wording->count && wording->tokens[index + 2].number;
}

/* “saturday 4pm” → “Saturday at 4pm”; “starts 1 June” → “starts on 1 June”; “before 30th” →
 * “before the 30th”. */
static void restore_times(struct restoring *restoring)
{
    static const char *const joints[] = {"after", "before", "by",    "from", "on",
                                         "since", "till",   "until", "to",   NULL};
    const uint64_t days = CALENDAR | CHATUR_WORD_MONTH;
    const struct chatur_wording *wording = &restoring->wording;
    for (size_t i = 1; i < wording->count; i++) {
        bool day = chatur_wording_is(wording, i - 1, days) && !wording->tokens[i - 1].closed;
        bool bare =
            i + 1 == wording->count || chatur_wording_is(wording, i + 1, CHATUR_WORD_PREPOSITION);
        bool dated =
            wording->tokens[i].number && chatur_wording_is(wording, i + 1, CHATUR_WORD_MONTH);
        bool counted =
            wording->tokens[i].number && chatur_wording_is(wording, i + 1, CHATUR_WORD_UNIT);
        if (day && is_span_of_hours(wording, i) &&
            !chatur_wording_is(wording, i + 3, CHATUR_WORD_MONTH)) {
            restoring->before[i] = "from ";
        } else if (day && chatur_wording_is_clock(wording, i)) {
            restoring->before[i] = "at ";
        } else if (dated && chatur_wording_is(wording, i - 1, CHATUR_WORD_THIRD)) {
            restoring->before[i] = "on ";
        } else if (counted && chatur_wording_equals(wording, i - 1, "here")) {
            restoring->before[i] = "for ";
        } else if (bare && chatur_wording_is_ordinal(wording, i) &&
                   chatur_wording_is_one_of(wording, i - 1, joints)) {
            restoring->before[i] = "the ";
        }
    }
    if (wording->count > 2 && wording->tokens[1].number &&
        (chatur_wording_equals(wording, 0, "last") || chatur_wording_equals(wording, 0, "next")) &&
        chatur_wording_is(wording, 2, CHATUR_WORD_UNIT)) {
        restoring->before[0] = "for the "; /* “last 3 months” */
    }
    restoring->since = find_since(wording);
}

/* --- questions -------------------------------------------------------------------------------- */

/* “Any openings?” */
static void restore_question(struct restoring *restoring, bool names)
{
    const struct chatur_wording *wording = &restoring->wording;
    restoring->asks = !names && wording->count > 2 &&
                      chatur_wording_is(wording, 0, CHATUR_WORD_AUXILIARY) &&
                      chatur_wording_is(wording, 1, CHATUR_WORD_PRONOUN) &&
                      wording->text[wording->length - 1] != '?';
    if (wording->count < 2 || wording->text[wording->length - 1] != '?' ||
        !chatur_wording_equals(wording, 0, "any")) {
        return;
    }
    restoring->before[0] = is_plural(wording, wording->count) ? "are there " : "is there ";
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A capital that only opened the piece goes when something is put before it. */
static void lower_first(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    char *letter = &wording->text[first->start];
    bool small_rest = first->length > 1 && letter[1] >= 'a' && letter[1] <= 'z';
    if (*letter >= 'A' && *letter <= 'Z' && small_rest && (first->kinds & CHATUR_WORD_KNOWN) != 0 &&
        (first->kinds & CHATUR_WORD_PROPER) == 0) {
        *letter = (char)(*letter - 'A' + 'a');
    }
}

static char *write_out(const struct restoring *restoring)
{
    const struct chatur_wording *wording = &restoring->wording;
    struct chatur_buffer buffer = {0};
    size_t written = 0;
    for (size_t i = 0; i < wording->count; i++) {
        const char *put = restoring->before[i];
        if (i + 1 == restoring->since) {
            size_t since = wording->tokens[i].start;
            chatur_buffer_append(&buffer, wording->text + written, since - written);
            chatur_buffer_puts(&buffer, "for");
            written = since + wording->tokens[i].length;
        }
        if (put == NULL || put[0] == '\0') {
            continue;
        }
        size_t start = wording->tokens[i].start;
        while (start > written && wording->text[start - 1] != ' ') {
            start--; /* before its quotation mark */
        }
        chatur_buffer_append(&buffer, wording->text + written, start - written);
        chatur_buffer_puts(&buffer, put);
        written = start;
    }
    chatur_buffer_puts(&buffer, wording->text + written);
    chatur_buffer_puts(&buffer, restoring->asks ? "?" : "");
    char *text = buffer.failed || buffer.length == 0
                     ? NULL
                     : chatur_arena_strndup(restoring->arena, buffer.data, buffer.length);
    chatur_buffer_free(&buffer);
    return text;
}

char *chatur_text_restored(struct chatur_arena *arena, const char *text, bool names,
                           const struct chatur_words *words)
{
    struct restoring restoring = {.arena = arena};
    size_t length = strlen(text);
    char *copy = chatur_arena_strndup(arena, text, length);
    if (copy == NULL || length == 0 ||
        !chatur_wording_read(&restoring.wording, copy, length, words, arena)) {
        return copy;
    }
    restoring.before =
        chatur_arena_alloc(arena, (restoring.wording.count + 1) * sizeof(restoring.before[0]));
    if (restoring.before == NULL) {
        return NULL;
    }
    if (!restore_verb(&restoring, names)) {
        restore_relative(&restoring);
        restore_start(&restoring);
        restore_object(&restoring);
    }
    restore_articles(&restoring);
    restore_times(&restoring);
    restore_question(&restoring, names);
    if (restoring.before[0] != NULL && restoring.before[0][0] != '\0') {
        lower_first(&restoring.wording);
    }
    return write_out(&restoring);
}
