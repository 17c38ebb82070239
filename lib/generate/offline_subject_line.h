/* Subject line: the user's subject without what is not about anything. */
#ifndef CHATUR_GENERATE_OFFLINE_SUBJECT_LINE_H
#define CHATUR_GENERATE_OFFLINE_SUBJECT_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* The rest of `text` after “Re:”, “Fwd:” and the like; after “I want to ”. */
const char *chatur_line_without_marks(const char *text);
const char *chatur_line_without_wish(const char *text);

/* The length without the punctuation at its end; `*closing` gets its '!' or '?', or '\0'. */
size_t chatur_line_without_closing(const char *text, size_t length, char *closing);

/* Is it a greeting and nothing else? */
bool chatur_line_is_greeting(const char *clean);

#endif
