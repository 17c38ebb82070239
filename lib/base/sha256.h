/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), by OpenSSL's code for the one. */
#ifndef CHATUR_BASE_SHA256_H
#define CHATUR_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>

#define CHATUR_SHA256_BYTES 32

void chatur_sha256(const void *bytes, size_t length, unsigned char hash[CHATUR_SHA256_BYTES]);

void chatur_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                        unsigned char mac[CHATUR_SHA256_BYTES]);

/* Whether the two are the same, in a time that tells nothing about where they differ. */
bool chatur_sha256_equal(const unsigned char one[CHATUR_SHA256_BYTES],
                         const unsigned char other[CHATUR_SHA256_BYTES]);

#endif
