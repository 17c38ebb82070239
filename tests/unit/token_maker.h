/* Tokens made without libjwt, so that the tests do not ask the library about itself, and so that
 * they can have every fault. */
#ifndef CHATUR_TESTS_TOKEN_MAKER_H
#define CHATUR_TESTS_TOKEN_MAKER_H

#include <stddef.h>

#define TOKEN_KEY    "a-key-of-thirty-two-bytes-or-so!"
#define TOKEN_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

/* base64url without padding, NUL-terminated; the caller frees. */
char *token_base64url(const void *bytes, size_t length);

/* header.payload.signature with the HMAC of `digest` ("SHA256", "SHA512"); the caller frees. */
char *token_make(const char *header, const void *payload, size_t payload_length, const char *key,
                 const char *digest);

#endif
