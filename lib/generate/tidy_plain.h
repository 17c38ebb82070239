/* Plain (private to tidy): the words of a line, to look for phrases in: small letters, straight
 * apostrophes, no emphasis. Whether a text begins with a phrase is answered three ways: no, yes,
 * and "not from this much of it". */
#ifndef CHATUR_GENERATE_TIDY_PLAIN_H
#define CHATUR_GENERATE_TIDY_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "generate/tidy_line.h"

enum chatur_answer { CHATUR_NO, CHATUR_MAYBE, CHATUR_YES };

struct chatur_plain {
    char text[CHATUR_LINE_MAX_BYTES + 1];
    size_t from[CHATUR_LINE_MAX_BYTES + 1]; /* offset in the line of each byte, and of the end */
    size_t length;
};

/* Of a line, or of the beginning of a longer one. */
void chatur_plain_make(struct chatur_plain *plain, const char *text, size_t length);

/* Does `text` begin with one of the phrases, as whole words? The longest one's length in `*length`.
 * `whole`: nothing comes after the text. */
enum chatur_answer chatur_begins_any(const char *text, const char *const *phrases, bool whole,
                                     size_t *length);

/* Is one of them anywhere in it? */
bool chatur_has_any(const char *text, const char *const *phrases);

#endif
