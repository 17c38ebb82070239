/* The offline provider: composes an email from a template's own phrases and the user's subject and
 * keywords, with no network and no key, in well under a millisecond. The same brief and seed give
 * the same text. */
#ifndef CHATUR_GENERATE_OFFLINE_H
#define CHATUR_GENERATE_OFFLINE_H

#include "generate/generator.h"
#include "generate/template.h"

CHATUR_MUST_CHECK enum chatur_outcome
chatur_offline_provider_new(const struct chatur_config *config, struct chatur_provider **provider,
                            struct chatur_error *error);

#endif
