/* Secret (private to cache): the key that keys are hashed with. */
#ifndef CHATUR_CACHE_SECRET_H
#define CHATUR_CACHE_SECRET_H

#include <stddef.h>

#include "base/config.h"
#include "base/siphash.h"

/* A key of its own for `purpose` (any bytes), made of JWT_KEY: every machine of a service has the
 * same, and nobody else. */
void chatur_cache_secret(const struct chatur_config *config, const void *purpose, size_t length,
                         unsigned char key[CHATUR_SIPHASH_KEY_BYTES]);

#endif
