/* Fuzzes what reads the values of request headers, each of them with the whole input. What they
 * find in a value must hold. */
#include <json-c/json_object.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail/idempotency.h"
#include "serve/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void read_key(const char *value)
{
    const struct chatur_idempotency *idempotency = NULL;
    struct chatur_error error = {0};
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    struct json_object *request = json_object_new_object();
    if (arena != NULL && request != NULL) {
        enum chatur_outcome outcome =
            chatur_idempotency_read(value, request, arena, &idempotency, &error);
        expect(outcome == CHATUR_OK || outcome == CHATUR_BAD_REQUEST);
        if (outcome == CHATUR_OK) {
            size_t length = strlen(idempotency->key);
            expect(length >= 1 && length <= CHATUR_IDEMPOTENCY_KEY_MAX && length <= strlen(value));
            for (size_t i = 0; i < length; i++) {
                expect(idempotency->key[i] > 0x20 && idempotency->key[i] < 0x7f);
            }
        }
    }
    (void)json_object_put(request);
    chatur_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t number = 0;
    char *value = malloc(size + 1);
    if (value == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(value, data, size);
    }
    value[size] = '\0';
    expect(!chatur_params_accepts_events(value) || strcasestr(value, "text/event-stream") != NULL);
    expect(!chatur_params_is_json(value) || strncasecmp(value, "application/json", 16) == 0);
    expect(!chatur_params_is_request_id(value) || chatur_params_is_clean(value, 64));
    expect(!chatur_params_number(value, &number) || value[0] != '\0');
    (void)chatur_params_is_loopback(value);
    read_key(value);
    free(value);
    return 0;
}
