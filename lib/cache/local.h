/* Local: the embedded backend, for one machine. Private to cache. */
#ifndef CHATUR_CACHE_LOCAL_H
#define CHATUR_CACHE_LOCAL_H

#include "cache/cache.h"

/* Opens its file at first use. As chatur_cache_new. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_local_new(const struct chatur_config *config,
                                                       struct chatur_cache **cache,
                                                       struct chatur_error *error);

#endif
