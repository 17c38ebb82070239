/* Grammar: what is true of a phrase, whichever part of the brief it comes from. */
#ifndef CHATUR_GENERATE_OFFLINE_GRAMMAR_H
#define CHATUR_GENERATE_OFFLINE_GRAMMAR_H

#include <stdbool.h>

#include "generate/offline_text.h"

/* Is token `index` a finite verb of somebody else's doing: “Asha covers my work”, not “book
 * covers”? */
bool chatur_wording_is_third(const struct chatur_wording *wording, size_t index);

/* Are the tokens before `end` somebody or something that a clause can be about? */
bool chatur_wording_is_subject(const struct chatur_wording *wording, size_t end);

/* Is token `index` a verb that needs nobody's help: “truck broke down”, “item never arrived”? */
bool chatur_wording_is_finite(const struct chatur_wording *wording, size_t index);

/* “can we meet tomorrow”, “when can you come” */
bool chatur_wording_is_asking(const struct chatur_wording *wording);

/* “my laptop is broken”: a subject and a finite verb. */
bool chatur_wording_is_clause(const struct chatur_wording *wording);

/* “submit my thesis”, but not “request for leave”. */
bool chatur_wording_is_action(const struct chatur_wording *wording);

/* “pick the movie”: what stands before an article is no noun. */
bool chatur_wording_takes_object(const struct chatur_wording *wording);

/* “worked at Acme”, “built the site”, but not “built environment”. */
bool chatur_wording_is_deed(const struct chatur_wording *wording);

/* “paid by card”, “sent on 3 May”: done, but it does not say by whom. */
bool chatur_wording_is_past(const struct chatur_wording *wording);

/* “available from June”, but not “available rooms”. */
bool chatur_wording_is_trait(const struct chatur_wording *wording);

/* “lunch included”, “flight booked for Monday”. */
bool chatur_wording_is_clipped(const struct chatur_wording *wording);

/* “new laptop”, “order 4711”, “Spring Boot”: nothing speaks against its being a noun with what
 * belongs to it, so that it can stand where a noun can. */
bool chatur_wording_is_noun_phrase(const struct chatur_wording *wording);

#endif
