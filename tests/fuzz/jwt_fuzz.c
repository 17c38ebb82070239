/* Fuzzes token verification three ways: the input as a token, as the payload of a token that is
 * signed well (so that the claims' reader is reached), and as the header of one. An input that
 * verifies must keep what the header promises of the claims. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/jwt.h"

#define KEY   "a-key-of-thirty-two-bytes-or-so!"
#define NOW_S 1700000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void verify(const char *token)
{
    struct chatur_claims claims = {0};
    struct chatur_error error = {0};
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    if (arena == NULL) {
        return;
    }
    enum chatur_outcome outcome = chatur_jwt_verify(KEY, token, NOW_S, arena, &claims, &error);
    bool kept =
        outcome == CHATUR_OK
            ? claims.uid[0] != '\0' && claims.email[0] != '\0' && claims.issued_s >= 0 &&
                  claims.issued_s <= NOW_S + CHATUR_JWT_LEEWAY_S &&
                  claims.expires_s > NOW_S - CHATUR_JWT_LEEWAY_S
            : outcome == CHATUR_UNAUTHENTICATED && claims.uid == NULL && error.message[0] != '\0';
    if (!kept) {
        abort();
    }
    chatur_arena_free(arena);
}

static char *put_base64url(char *end, const void *bytes, size_t length)
{
    int digits = EVP_EncodeBlock((unsigned char *)end, bytes, (int)length);
    while (digits > 0 && end[digits - 1] == '=') {
        digits--;
    }
    for (int i = 0; i < digits; i++) {
        if (end[i] == '+') {
            end[i] = '-';
        } else if (end[i] == '/') {
            end[i] = '_';
        }
    }
    end[digits] = '\0';
    return end + digits;
}

static void verify_signed(const void *header, size_t header_length, const void *payload,
                          size_t payload_length)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_length = 0;
    char *token = malloc((header_length + payload_length) / 3 * 4 + 256);
    if (token == NULL) {
        return;
    }
    char *end = put_base64url(token, header, header_length);
    *end++ = '.';
    end = put_base64url(end, payload, payload_length);
    if (HMAC(EVP_sha256(), KEY, sizeof(KEY) - 1, (unsigned char *)token, (size_t)(end - token),
             hash, &hash_length) != NULL) {
        *end++ = '.';
        (void)put_base64url(end, hash, hash_length);
        verify(token);
    }
    free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    static const char payload[] = "{\"email\":\"j@x.org\",\"uid\":\"u\",\"iat\":1700000000,"
                                  "\"exp\":1702592000}";
    char *token = malloc(size + 1);
    if (token == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(token, data, size);
    }
    token[size] = '\0';
    verify(token);
    free(token);
    verify_signed(header, sizeof(header) - 1, data, size);
    verify_signed(data, size, payload, sizeof(payload) - 1);
    return 0;
}
