/* Times: telling when and for how long from other things, and the preposition they want. */
#ifndef CHATUR_GENERATE_OFFLINE_TIMES_H
#define CHATUR_GENERATE_OFFLINE_TIMES_H

#include <stdbool.h>

#include "generate/offline_text.h"

/* “Friday at 3 pm”, “5 June”, “two days”, “next week”: nothing but time. */
bool chatur_wording_is_time(const struct chatur_wording *wording);

/* Is token `index` a number that can only be a time or a date: 10am, 3:30, 12/06/2025, 9-5? */
bool chatur_wording_is_clock(const struct chatur_wording *wording, size_t index);

/* “30th”: a number that counts in order. */
bool chatur_wording_is_ordinal(const struct chatur_wording *wording, size_t index);

/* What such a phrase needs before it: "on ", "at ", "in ", "for ", "from ", or "". */
const char *chatur_wording_time_preposition(const struct chatur_wording *wording);

/* “by next week”, “from Monday to Friday”: opens with a preposition and says when. */
bool chatur_wording_is_when(const struct chatur_wording *wording);

/* “3 years at Acme”, “over 5 years of experience”. */
bool chatur_wording_is_span(const struct chatur_wording *wording);

#endif
