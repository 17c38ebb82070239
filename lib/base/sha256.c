/* The functions of OpenSSL 1.1, on purpose: those of 3.0 run the same code, but only after they
 * have loaded a configuration, providers and what these link to. That is 2 MiB in every worker, a
 * millisecond in every CGI request and most of the time that it takes to verify a token. */
#define OPENSSL_API_COMPAT 0x10100000L

#include "base/sha256.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(CHATUR_SHA256_BYTES == SHA256_DIGEST_LENGTH, "");

/* None of the functions below can fail: they return an int for the engines of old. */

static void hash_two(const void *first, size_t first_length, const void *second,
                     size_t second_length, unsigned char hash[CHATUR_SHA256_BYTES])
{
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, first, first_length);
    (void)SHA256_Update(&context, second, second_length);
    (void)SHA256_Final(hash, &context);
    OPENSSL_cleanse(&context, sizeof(context));
}

void chatur_sha256(const void *bytes, size_t length, unsigned char hash[CHATUR_SHA256_BYTES])
{
    hash_two(bytes, length, "", 0, hash);
}

void chatur_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                        unsigned char mac[CHATUR_SHA256_BYTES])
{
    unsigned char inner[SHA256_CBLOCK] = {0};
    unsigned char outer[SHA256_CBLOCK];
    if (key_length > sizeof(inner)) {
        chatur_sha256(key, key_length, inner);
    } else {
        memcpy(inner, key, key_length);
    }
    for (size_t i = 0; i < sizeof(inner); i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    hash_two(inner, sizeof(inner), bytes, length, mac);
    hash_two(outer, sizeof(outer), mac, CHATUR_SHA256_BYTES, mac);
    OPENSSL_cleanse(inner, sizeof(inner));
    OPENSSL_cleanse(outer, sizeof(outer));
}

bool chatur_sha256_equal(const unsigned char one[CHATUR_SHA256_BYTES],
                         const unsigned char other[CHATUR_SHA256_BYTES])
{
    return CRYPTO_memcmp(one, other, CHATUR_SHA256_BYTES) == 0;
}
