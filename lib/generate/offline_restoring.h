/* Restoring (private to offline_restore*.c): a piece of text while words are put back into it. */
#ifndef CHATUR_GENERATE_OFFLINE_RESTORING_H
#define CHATUR_GENERATE_OFFLINE_RESTORING_H

#include "generate/offline_text.h"

#define CHATUR_RESTORING_NOUNS                                                                     \
    (CHATUR_WORD_COUNT | CHATUR_WORD_DOCUMENT | CHATUR_WORD_ROLE | CHATUR_WORD_OPENING |           \
     CHATUR_WORD_EVENT | CHATUR_WORD_PERSON | CHATUR_WORD_WANTED)
#define CHATUR_RESTORING_CALENDAR (CHATUR_WORD_TIME | CHATUR_WORD_WEEKDAY)

struct chatur_restoring {
    struct chatur_wording wording;
    const char **before; /* what to put before each token; NULL: nothing */
    bool asks;           /* “can we meet”: its question mark is missing */
    size_t since;        /* the token after a “since” that means “for”; 0: none */
    struct chatur_arena *arena;
};

/* The article that the phrase from token `index` on wants. */
const char *chatur_restoring_article(const struct chatur_restoring *restoring, size_t index,
                                     enum chatur_article article);

/* Are the tokens before `end` several? */
bool chatur_restoring_is_plural(const struct chatur_wording *wording, size_t end);

/* “not working since 3 days”: what follows the “since”, or 0. */
size_t chatur_restoring_since(const struct chatur_wording *wording);

/* “exam postponed” → “the exam has been postponed”. False: it is no clause without its verb. */
bool chatur_restore_verb(struct chatur_restoring *restoring, bool names);

/* Who does it and to what, where only the verb is there: “own tools”, “need for visa”. */
void chatur_restore_parts(struct chatur_restoring *restoring);

/* Articles that a noun cannot do without: “for assignment”, “on same day”. */
void chatur_restore_articles(struct chatur_restoring *restoring);

#endif
