/* Spelling: what people type in a hurry, as it is written in an email. */
#ifndef CHATUR_GENERATE_OFFLINE_SPELLING_H
#define CHATUR_GENERATE_OFFLINE_SPELLING_H

#include "base/arena.h"

/* A copy of `clean` (chatur_text_clean) with “pls”, “dont” and “sql” written out as “please”,
 * “don't” and “SQL”, and one mark for several (“!!!”). Addresses and everything else stay as they
 * are. NULL: out of memory. */
char *chatur_text_spelled(struct chatur_arena *arena, const char *clean);

#endif
