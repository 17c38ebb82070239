/* Sentences: telling them apart in the user's text. */
#ifndef CHATUR_GENERATE_OFFLINE_SENTENCES_H
#define CHATUR_GENERATE_OFFLINE_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "generate/offline_words.h"

/* A part of the text. */
struct chatur_span {
    const char *text;
    size_t length;
};

bool chatur_span_starts(struct chatur_span span, const char *mark);
struct chatur_span chatur_span_skip(struct chatur_span span, size_t bytes);

/* Would this stand as a sentence: is there a verb, or somebody speaking? */
bool chatur_reads_as_sentence(struct chatur_span span, const struct chatur_words *words);

/* Where a stretch without any punctuation can be told in two sentences: “… and we leave at 6”,
 * “… then we check in”. 0: nowhere. `*joint` gets the bytes of an “and”, which goes. */
size_t chatur_next_sentence(struct chatur_span span, const struct chatur_words *words,
                            size_t *joint);

/* The index just past a full stop that ends a sentence, or the length; `*stopped`: was there one?
 */
size_t chatur_sentence_end(struct chatur_span span, bool *stopped);

#endif
