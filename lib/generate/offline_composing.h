/* Composing (private to the offline provider): an email while it is written. */
#ifndef CHATUR_GENERATE_OFFLINE_COMPOSING_H
#define CHATUR_GENERATE_OFFLINE_COMPOSING_H

#include "generate/offline_people.h"
#include "generate/offline_phrases.h"
#include "generate/offline_points.h"
#include "generate/offline_prose.h"
#include "generate/offline_subject.h"

/* What is written depends on how long it shall be. */
enum chatur_extent { CHATUR_EXTENT_ANY, CHATUR_EXTENT_SHORT, CHATUR_EXTENT_LONG };

struct chatur_composing {
    struct chatur_prose prose;
    const struct chatur_offline_phrases *phrases;
    struct chatur_offline_phrases toned;
    enum chatur_extent extent;
    struct chatur_topic topic;
    struct chatur_points points;
    struct chatur_reader reader;
    const char *signature;
    uint64_t state; /* of the dice */
};

/* The next throw of the dice: which phrase, and whether. */
uint64_t chatur_composing_roll(struct chatur_composing *composing);

/* The phrase number `first` of several, or the next that does not open like one already used. */
const struct chatur_phrase *chatur_composing_fresh(const struct chatur_composing *composing,
                                                   const struct chatur_phrases *phrases,
                                                   uint64_t first);

/* Writes a phrase as the next sentence, with `points` in its list. */
void chatur_composing_phrase(struct chatur_composing *composing, const struct chatur_phrase *phrase,
                             const struct chatur_point *const *points, size_t count);

/* Writes one of `phrases`, which have no list. */
void chatur_composing_pick(struct chatur_composing *composing,
                           const struct chatur_phrases *phrases);

/* Writes the paragraphs that carry the points. False: out of memory. */
bool chatur_composing_points(struct chatur_composing *composing, struct chatur_arena *arena);

#endif
