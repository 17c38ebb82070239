/* Fuzzing what a model's server may send: the same bytes, whole and cut into pieces of the sizes
 * that the first byte says, must be the same events and the same verdict; and each event, read as
 * an answer, is either a failure or a chunk whose text is whole UTF-8 that json-c's own parser
 * finds as well. Anything else aborts. */
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "generate/openai_wire.h"
#include "generate/sse.h"

#define MAX_EVENT_BYTES 512
#define ARENA_BYTES     (1 << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool condition)
{
    if (!condition) {
        abort();
    }
}

struct reading {
    struct chatur_buffer events; /* each with its length before it */
    struct chatur_arena *arena;  /* NULL: events are not read as answers */
};

static void read_as_answer(struct chatur_arena *arena, const char *data, size_t length)
{
    struct chatur_wire_chunk chunk;
    unsigned wanted = 0;
    if (chatur_wire_read(data, length, arena, &chunk) == CHATUR_NO_FAILURE) {
        insist(chatur_utf8_count(chunk.text, chunk.length) >= 0);
        insist(strlen(chunk.text) == chunk.length);
        insist(chunk.prompt_tokens >= 0 && chunk.completion_tokens >= 0);
        insist(chunk.length == 0 || chunk.is_word);
        struct json_object *tree = json_tokener_parse(data);
        insist(tree != NULL);
        (void)json_object_put(tree);
    }
    insist(chatur_wire_classify(400, data, length, 0x3f, arena, &wanted) != CHATUR_NO_FAILURE);
    insist(wanted <= 0x3f);
    chatur_arena_reset(arena);
}

static bool take(void *context, const char *data, size_t length)
{
    struct reading *reading = context;
    chatur_buffer_append(&reading->events, (const char *)&length, sizeof(length));
    chatur_buffer_append(&reading->events, data, length);
    if (reading->arena != NULL && length > 0) {
        read_as_answer(reading->arena, data, length);
    }
    return length != 3;
}

static enum chatur_sse_state read_in_pieces(struct reading *reading, const char *bytes,
                                            size_t length, size_t piece)
{
    struct chatur_sse sse;
    chatur_sse_init(&sse, MAX_EVENT_BYTES, take, reading);
    while (length > 0) {
        size_t now = length < piece ? length : piece;
        (void)chatur_sse_feed(&sse, bytes, now);
        bytes += now;
        length -= now;
    }
    enum chatur_sse_state state = chatur_sse_end(&sse);
    chatur_sse_free(&sse);
    return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *bytes = (const char *)data + 1;
    struct reading whole = {.arena = chatur_arena_new(ARENA_BYTES)};
    struct reading cut = {0};
    insist(whole.arena != NULL);
    enum chatur_sse_state state = read_in_pieces(&whole, bytes, size - 1, size);
    insist(state != CHATUR_SSE_NO_MEMORY);
    insist(read_in_pieces(&cut, bytes, size - 1, data[0] % 16 + 1) == state);
    insist(whole.events.length == cut.events.length);
    insist(whole.events.length == 0 ||
           memcmp(whole.events.data, cut.events.data, whole.events.length) == 0);
    chatur_buffer_free(&whole.events);
    chatur_buffer_free(&cut.events);
    chatur_arena_free(whole.arena);
    return 0;
}
