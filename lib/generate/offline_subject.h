/* Subject: what kind of phrase the user's subject is, so that a sentence can be built around it. */
#ifndef CHATUR_GENERATE_OFFLINE_SUBJECT_H
#define CHATUR_GENERATE_OFFLINE_SUBJECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "generate/offline_phrases.h"

struct chatur_topic {
    enum chatur_form form;
    const char *text;                      /* as it stands in the middle of a sentence */
    const char *articles[CHATUR_ARTICLES]; /* what goes before it, with its space, or "" */
};

/* False: out of memory. */
bool chatur_topic_read(struct chatur_topic *topic, const char *subject,
                       const struct chatur_words *words, struct chatur_arena *arena);

/* What is true of a phrase whichever part of the brief it comes from. */

/* “my laptop is broken”: a subject and a finite verb. */
bool chatur_wording_is_clause(const struct chatur_wording *wording);

/* “submit my thesis”, but not “request for leave”. */
bool chatur_wording_is_action(const struct chatur_wording *wording);

/* “worked at Acme”, “built the site”, but not “built environment”. */
bool chatur_wording_is_deed(const struct chatur_wording *wording);

/* “paid by card”, “sent on 3 May”: done, but it does not say by whom. */
bool chatur_wording_is_past(const struct chatur_wording *wording);

/* “available from June”, but not “available rooms”. */
bool chatur_wording_is_trait(const struct chatur_wording *wording);

/* “lunch included”, “flight booked for Monday”. */
bool chatur_wording_is_clipped(const struct chatur_wording *wording);

#endif
