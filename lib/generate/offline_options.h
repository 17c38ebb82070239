/* Options (private to the offline provider): what of a brief's options phrases can honour, and what
 * has to be said of the rest. */
#ifndef CHATUR_GENERATE_OFFLINE_OPTIONS_H
#define CHATUR_GENERATE_OFFLINE_OPTIONS_H

#include "generate/generator.h"
#include "generate/offline_phrases.h"

/* The phrases to write with: the template's, with those of the tone in their place: the template's
 * own where it has some, else common ones. `*toned` is where they go when that takes a copy. No
 * openers: the tone has none. */
const struct chatur_offline_phrases *chatur_offline_tone(const struct chatur_brief *brief,
                                                         struct chatur_offline_phrases *toned);

/* As chatur_generator_notice. */
const char *chatur_offline_notice(const char *language, const char *instructions);

#endif
