/* Subject: what kind of phrase the user's subject is, so that a sentence can be built around it. */
#ifndef CHATUR_GENERATE_OFFLINE_SUBJECT_H
#define CHATUR_GENERATE_OFFLINE_SUBJECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "generate/offline_phrases.h"

struct chatur_topic {
    enum chatur_form form;
    enum chatur_form general;              /* of which `form` may be a special case */
    const char *text;                      /* as it stands in the middle of a sentence */
    const char *articles[CHATUR_ARTICLES]; /* what goes before it, with its space, or "" */
};

/* False: out of memory. */
bool chatur_topic_read(struct chatur_topic *topic, const char *subject,
                       const struct chatur_words *words, struct chatur_arena *arena);

#endif
