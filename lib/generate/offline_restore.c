/* Words are only ever put between the user's own, and only where the lists leave no doubt about
 * both neighbours: a note that stays a note reads better than a sentence that is none. */
#include "generate/offline_restore.h"

#include <string.h>

#include "base/ascii.h"
#include "base/buffer.h"
#include "generate/offline_grammar.h"
#include "generate/offline_restoring.h"
#include "generate/offline_times.h"

/* --- times ------------------------------------------------------------------------------------ */

/* Are these two the ends of a span of hours: “11pm to 3am”, “8 to 12”? */
static bool is_span_of_hours(const struct chatur_wording *wording, size_t index)
{
    return wording->tokens[index].number && chatur_wording_equals(wording, index + 1, "to") &&
           index + 2 < wording->count && wording->tokens[index + 2].number;
}

/* “saturday 4pm” → “Saturday at 4pm”; “starts 1 June” → “starts on 1 June”; “before 30th” →
 * “before the 30th”. */
static void restore_times(struct chatur_restoring *restoring)
{
    static const char *const joints[] = {"after", "before", "by",    "from", "on",
                                         "since", "till",   "until", "to",   NULL};
    const uint64_t days = CHATUR_RESTORING_CALENDAR | CHATUR_WORD_MONTH;
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
    restoring->since = chatur_restoring_since(wording);
}

/* --- questions -------------------------------------------------------------------------------- */

/* “Any openings?” */
static void restore_question(struct chatur_restoring *restoring, bool names)
{
    const struct chatur_wording *wording = &restoring->wording;
    restoring->asks =
        !names && chatur_wording_is_asking(wording) && wording->text[wording->length - 1] != '?';
    if (wording->count < 2 || wording->text[wording->length - 1] != '?' ||
        !chatur_wording_equals(wording, 0, "any")) {
        return;
    }
    restoring->before[0] =
        chatur_restoring_is_plural(wording, wording->count) ? "are there " : "is there ";
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A capital that only opened the piece goes when something is put before it. */
static void lower_first(const struct chatur_wording *wording)
{
    const struct chatur_token *first = &wording->tokens[0];
    char *letter = &wording->text[first->start];
    bool small_rest = first->length > 1 && chatur_is_lower(letter[1]);
    if (chatur_is_upper(*letter) && small_rest && (first->kinds & CHATUR_WORD_KNOWN) != 0 &&
        (first->kinds & CHATUR_WORD_PROPER) == 0) {
        *letter = (char)(*letter - 'A' + 'a');
    }
}

static char *write_out(const struct chatur_restoring *restoring)
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
    struct chatur_restoring restoring = {.arena = arena};
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
    if (!chatur_restore_verb(&restoring, names)) {
        chatur_restore_parts(&restoring);
    }
    chatur_restore_articles(&restoring);
    restore_times(&restoring);
    restore_question(&restoring, names);
    if (restoring.before[0] != NULL && restoring.before[0][0] != '\0') {
        lower_first(&restoring.wording);
    }
    return write_out(&restoring);
}
