/* Articles: the noun a phrase is about, and what stands before it. */
#ifndef CHATUR_GENERATE_OFFLINE_ARTICLE_H
#define CHATUR_GENERATE_OFFLINE_ARTICLE_H

#include "generate/offline_text.h"

/* The index of the noun that the phrase from token `from` on is about. */
size_t chatur_wording_head(const struct chatur_wording *wording, size_t from);

/* What to put before the phrase, with its space: "the ", "an ", "my ", or "". */
const char *chatur_wording_article(const struct chatur_wording *wording,
                                   enum chatur_article article);

/* Is token `index` one of the family, or “boss”: whose is plain? Also with a possessive. */
bool chatur_wording_is_relative(const struct chatur_wording *wording, size_t index);

#endif
