/* Restore: puts back the small words that notes and headlines leave out. */
#ifndef CHATUR_GENERATE_OFFLINE_RESTORE_H
#define CHATUR_GENERATE_OFFLINE_RESTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "generate/offline_words.h"

/* A copy of `text`, one piece of the user's, with the small words that it plainly lacks: “the”
 * exam “is” postponed, need “a” certificate, on Saturday “at” 4 pm. Every word of the user's stays,
 * in its place. `names`: the piece names what the email is about; a noun with something said of it
 * (quotation sent last week) then stays one. NULL: out of memory. */
char *chatur_text_restored(struct chatur_arena *arena, const char *text, bool names,
                           const struct chatur_words *words);

#endif
