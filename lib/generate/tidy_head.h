/* Head (private to tidy_line.c): what stands before an email: labels, chatter, and the refusal to
 * write one. */
#ifndef CHATUR_GENERATE_TIDY_HEAD_H
#define CHATUR_GENERATE_TIDY_HEAD_H

#include "generate/tidy_line.h"
#include "generate/tidy_plain.h"

/* As chatur_line_read, of a line with which the email would begin. */
enum chatur_verdict chatur_head_read(const struct chatur_line *line,
                                     struct chatur_reading *reading);

/* Is the line a subject ("Subject: …")? */
enum chatur_answer chatur_head_is_subject(const struct chatur_plain *plain, bool whole);

/* Of the beginning of a text, all of it when `whole`: does it greet? */
enum chatur_answer chatur_head_greets(const char *text, size_t length, bool whole);

/* Does a model think aloud in it? */
enum chatur_answer chatur_head_muses(const char *text, size_t length);

/* Does it begin as chatter does? */
enum chatur_chatter chatur_head_chatter(const char *text, size_t length);

#endif
