/* Pairs: `key: value` among the keywords, which stand on lines of their own. */
#ifndef CHATUR_GENERATE_OFFLINE_PAIRS_H
#define CHATUR_GENERATE_OFFLINE_PAIRS_H

#include <stddef.h>

#include "generate/offline_words.h"

/* The length of the key of `key: value`, `key = value`, `date - value` or `deadline 5 June`, or 0
 * when `text` is no pair; `*value` gets the value's offset. */
size_t chatur_pair_key(const char *text, const struct chatur_words *words, size_t *value);

#endif
