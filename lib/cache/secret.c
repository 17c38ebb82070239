#include "cache/secret.h"

#include <string.h>

#include "base/sha256.h"

_Static_assert(CHATUR_SHA256_BYTES >= CHATUR_SIPHASH_KEY_BYTES, "");

void chatur_cache_secret(const struct chatur_config *config, const void *purpose, size_t length,
                         unsigned char key[CHATUR_SIPHASH_KEY_BYTES])
{
    unsigned char mac[CHATUR_SHA256_BYTES];
    chatur_hmac_sha256(config->jwt_key, strlen(config->jwt_key), purpose, length, mac);
    memcpy(key, mac, CHATUR_SIPHASH_KEY_BYTES);
}
