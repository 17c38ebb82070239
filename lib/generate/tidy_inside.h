/* Inside (private to tidy_text.c): what is known to be of the email goes into it: marks inside
 * lines are taken away, blanks filled in, white space normalised, repetition watched. */
#ifndef CHATUR_GENERATE_TIDY_INSIDE_H
#define CHATUR_GENERATE_TIDY_INSIDE_H

#include <stddef.h>

#include "generate/tidy_text.h"

/* Takes the next character of the email. */
void chatur_tidy_inside_put(struct chatur_tidy_text *text, const char *sequence, size_t size);

/* Decides about what is held back: nothing comes any more. */
void chatur_tidy_inside_end(struct chatur_tidy_text *text);

#endif
