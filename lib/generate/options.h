/* Options: what a user may ask for beyond the template, and the words for it. */
#ifndef CHATUR_GENERATE_OPTIONS_H
#define CHATUR_GENERATE_OPTIONS_H

#include <stdbool.h>

/* NULL-terminated, for fields of the kind CHATUR_ONE_OF. */
extern const char *const chatur_tones[];   /* "formal", "neutral", "friendly", … */
extern const char *const chatur_lengths[]; /* "short", "medium", "long" */

/* A language model's instruction for it; "" for NULL and for what is not of the list. */
const char *chatur_tone_instruction(const char *tone);
const char *chatur_length_instruction(const char *length);

/* The English name of a tag's language ("German" for "de-AT"), or NULL when we know none. */
const char *chatur_language_name(const char *tag);

/* Is this English in any of its kinds? */
bool chatur_language_is_english(const char *tag);

#endif
