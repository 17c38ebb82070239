#include "token_maker.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *made)
{
    if (made == NULL) {
        abort();
    }
    return made;
}

char *token_base64url(const void *bytes, size_t length)
{
    char *text = must(malloc(length / 3 * 4 + 5));
    int digits = EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    text[digits] = '\0';
    for (char *digit = text; *digit != '\0'; digit++) {
        if (*digit == '+') {
            *digit = '-';
        } else if (*digit == '/') {
            *digit = '_';
        } else if (*digit == '=') {
            *digit = '\0';
        }
    }
    return text;
}

char *token_make(const char *header, const void *payload, size_t payload_length, const char *key,
                 const char *digest)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_length = 0;
    char *head = token_base64url(header, strlen(header));
    char *body = token_base64url(payload, payload_length);
    size_t size = strlen(head) + strlen(body) + (size_t)4 * EVP_MAX_MD_SIZE;
    char *token = must(malloc(size));
    int signed_length = snprintf(token, size, "%s.%s", head, body);
    (void)must(HMAC(EVP_get_digestbyname(digest), key, (int)strlen(key), (unsigned char *)token,
                    (size_t)signed_length, hash, &hash_length));
    char *signature = token_base64url(hash, hash_length);
    (void)snprintf(token + signed_length, size - (size_t)signed_length, ".%s", signature);
    free(head);
    free(body);
    free(signature);
    return token;
}
