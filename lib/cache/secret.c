#include "cache/secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

bool chatur_cache_secret(const struct chatur_config *config, const void *purpose, size_t length,
                         unsigned char key[CHATUR_SIPHASH_KEY_BYTES])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned mac_length = 0;
    if (HMAC(EVP_sha256(), config->jwt_key, (int)strlen(config->jwt_key), purpose, length, mac,
             &mac_length) == NULL ||
        mac_length < CHATUR_SIPHASH_KEY_BYTES) {
        return false;
    }
    memcpy(key, mac, CHATUR_SIPHASH_KEY_BYTES);
    return true;
}
