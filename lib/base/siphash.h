/* SipHash-2-4 (Aumasson, Bernstein, 2012): a short keyed hash. Who does not know the key can
 * neither aim at a value nor go back from one to what was hashed. */
#ifndef CHATUR_BASE_SIPHASH_H
#define CHATUR_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define CHATUR_SIPHASH_KEY_BYTES 16

uint64_t chatur_siphash(const unsigned char key[CHATUR_SIPHASH_KEY_BYTES], const void *bytes,
                        size_t length);

#endif
