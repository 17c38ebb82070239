/* Prose: sentences and paragraphs going into a buffer, with the capitals and the punctuation that
 * the joints between our phrases and the user's words need. */
#ifndef CHATUR_GENERATE_OFFLINE_PROSE_H
#define CHATUR_GENERATE_OFFLINE_PROSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct chatur_prose {
    struct chatur_buffer buffer;
    bool capital; /* the next letter opens a sentence */
    bool gap;     /* the next sentence is not the first of its paragraph */
};

/* Starts a sentence in the running paragraph. */
void chatur_prose_sentence(struct chatur_prose *prose);

/* Goes to a new line; to a new paragraph. Neither does anything at the very start, nor
 * when it was just done. */
void chatur_prose_line(struct chatur_prose *prose);
void chatur_prose_paragraph(struct chatur_prose *prose);

/* Adds text. A full stop after a closing mark is left out, and so is a comma after a comma. */
void chatur_prose_put(struct chatur_prose *prose, const char *text);

/* Closes the sentence with a full stop, unless it is closed. */
void chatur_prose_stop(struct chatur_prose *prose);

#endif
