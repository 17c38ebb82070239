/* Marks (private to tidy_line.c): lines that begin with one: code fences, rules, headings,
 * delimiters, lines of placeholders. */
#ifndef CHATUR_GENERATE_TIDY_MARKS_H
#define CHATUR_GENERATE_TIDY_MARKS_H

#include "generate/tidy_line.h"

/* Names of the tags around what a model thinks; NULL-terminated. */
extern const char *const chatur_thought_tags[];

/* As chatur_line_read, of a line that is not empty. */
enum chatur_verdict chatur_marks_read(const struct chatur_line *line,
                                      struct chatur_reading *reading);

/* The same for a quotation mark around the whole email, with which it would begin. */
enum chatur_verdict chatur_marks_read_quote(const struct chatur_line *line,
                                            struct chatur_reading *reading);

#endif
