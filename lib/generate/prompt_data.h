/* Data (private to prompt.c): a user's words as they stand in a prompt. */
#ifndef CHATUR_GENERATE_PROMPT_DATA_H
#define CHATUR_GENERATE_PROMPT_DATA_H

#include "base/buffer.h"

/* Puts in clean text (chatur_text_clean), with `line_break` for each line's end. What a model or
 * its server would take for more than text is broken by a space. */
void chatur_prompt_put_data(struct chatur_buffer *buffer, const char *text, const char *line_break);

#endif
