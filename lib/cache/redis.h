/* Redis: the backend for several machines. Private to cache. */
#ifndef CHATUR_CACHE_REDIS_H
#define CHATUR_CACHE_REDIS_H

#include "cache/cache.h"

/* Of config->redis_url. Connects at first use. As chatur_cache_new. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_redis_new(const struct chatur_config *config,
                                                       struct chatur_cache **cache,
                                                       struct chatur_error *error);

#endif
