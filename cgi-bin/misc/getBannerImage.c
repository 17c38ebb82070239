/* The banner, base64; the string "NULL" when the operator has none. */
#include <openssl/evp.h>

#include "chatur.h"

/* The app decodes it in memory, on a phone. */
#define MAX_BANNER_BYTES ((size_t)1 << 20)

static enum chatur_outcome encode(struct chatur_request *request, const char *bytes, size_t length,
                                  const char **text)
{
    unsigned char *base64 = chatur_arena_alloc(request->arena, (length + 2) / 3 * 4 + 1);
    if (base64 == NULL) {
        return chatur_no_memory(&request->error);
    }
    (void)EVP_EncodeBlock(base64, (const unsigned char *)bytes, (int)length);
    *text = (const char *)base64;
    return CHATUR_OK;
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    const char *text = "NULL";
    char *bytes = NULL;
    size_t length = 0;
    const char *path = chatur_arena_printf(request->arena, "%s/etc/htdocs/banner.png",
                                           chatur_app_config(request->app)->home_dir);
    if (path == NULL) {
        return chatur_no_memory(&request->error);
    }
    enum chatur_outcome outcome =
        chatur_file_read(path, MAX_BANNER_BYTES, request->arena, &bytes, &length, &request->error);
    if (outcome == CHATUR_OK) {
        outcome = encode(request, bytes, length, &text);
    } else if (outcome == CHATUR_NOT_FOUND) {
        outcome = CHATUR_OK;
    } else {
        outcome = CHATUR_INTERNAL;
    }
    if (outcome == CHATUR_OK) {
        struct chatur_buffer *json = chatur_response_element(response);
        chatur_json_open(json);
        chatur_json_put_string(json, "imageData", text);
        chatur_json_close(json);
    }
    return outcome;
}

int main(void)
{
    return chatur_serve(&(struct chatur_endpoint){.handle = handle});
}
