/* Points: the user's keywords, taken apart and told from one another. */
#ifndef CHATUR_GENERATE_OFFLINE_POINTS_H
#define CHATUR_GENERATE_OFFLINE_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "generate/offline_phrases.h"

struct chatur_point {
    enum chatur_point_kind kind;
    bool foreign;                          /* in another language: joined by commas alone */
    const char *text;                      /* as it stands in the middle of a sentence */
    const char *articles[CHATUR_ARTICLES]; /* what goes before it, with its space, or "" */
};

struct chatur_points {
    struct chatur_point *items; /* in the user's order, each once */
    size_t count;
};

/* Reads keywords: a list by commas, semicolons, lines or bullets, whole sentences, `key: value`
 * pairs, or any mixture. What is the same as `subject` is left out. False: out of memory. */
bool chatur_points_read(struct chatur_points *points, const char *keywords, const char *subject,
                        const struct chatur_words *words, struct chatur_arena *arena);

#endif
