/* Kinds: what a keyword turns out to be. */
#ifndef CHATUR_GENERATE_OFFLINE_KINDS_H
#define CHATUR_GENERATE_OFFLINE_KINDS_H

#include "generate/offline_phrases.h"
#include "generate/offline_text.h"

enum chatur_point_kind chatur_point_kind_of(const struct chatur_wording *wording);

/* What goes before the text whatever the sentence, with its space: “on ” before “Friday”. */
const char *chatur_point_lead(const struct chatur_wording *wording, enum chatur_point_kind kind);

#endif
