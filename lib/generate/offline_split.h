/* Split: takes a user's keywords apart into pieces. */
#ifndef CHATUR_GENERATE_OFFLINE_SPLIT_H
#define CHATUR_GENERATE_OFFLINE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "generate/offline_words.h"

struct chatur_piece {
    const char *text; /* trimmed, without its bullet and the punctuation that parted it */
    size_t length;
    bool sentence; /* came as a whole sentence, with its own full stop */
};

struct chatur_pieces {
    struct chatur_piece *items;
    size_t count;
};

/* `text` is clean (chatur_text_clean, lines kept), and outlives the pieces, which point into it or
 * into the arena. False: out of memory. */
bool chatur_split(struct chatur_pieces *pieces, const char *text, const struct chatur_words *words,
                  struct chatur_arena *arena);

#endif
