/* TEMPORARY: only cuts at the stops and refuses what is empty or too long, until the real one is
 * here. */
#include "generate/tidy.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

struct chatur_tidy {
    const struct chatur_prompt *prompt;
    struct chatur_sink *sink;
    struct chatur_arena *arena;
    size_t max_bytes;
    struct chatur_buffer text;
    size_t put; /* of `text`, into the sink */
    bool ended;
    bool too_long;
};

static void free_text(void *buffer)
{
    chatur_buffer_free(buffer);
}

struct chatur_tidy *chatur_tidy_new(const struct chatur_prompt *prompt, size_t max_bytes,
                                    struct chatur_sink *sink, struct chatur_arena *arena)
{
    struct chatur_tidy *tidy = chatur_arena_alloc(arena, sizeof(*tidy));
    if (tidy == NULL || !chatur_arena_defer(arena, free_text, &tidy->text)) {
        return NULL;
    }
    tidy->prompt = prompt;
    tidy->max_bytes = max_bytes;
    tidy->sink = sink;
    tidy->arena = arena;
    return tidy;
}

static void put_until(struct chatur_tidy *tidy, size_t end)
{
    while (end > tidy->put && chatur_utf8_count(tidy->text.data + tidy->put, end - tidy->put) < 0) {
        end--;
    }
    if (tidy->sink != NULL && end > tidy->put) {
        tidy->sink->put(tidy->sink, tidy->text.data + tidy->put, end - tidy->put);
        tidy->put = end;
    }
}

bool chatur_tidy_feed(struct chatur_tidy *tidy, const char *bytes, size_t length)
{
    size_t held = 0;
    chatur_buffer_append(&tidy->text, bytes, length);
    tidy->too_long = tidy->text.length > tidy->max_bytes;
    for (size_t i = 0; i < tidy->prompt->stop_count && tidy->text.length > 0; i++) {
        char *stop = strstr(tidy->text.data, tidy->prompt->stops[i]);
        if (stop != NULL) {
            tidy->text.length = (size_t)(stop - tidy->text.data);
            *stop = '\0';
            tidy->ended = true;
        }
        size_t size = strlen(tidy->prompt->stops[i]);
        held = size > held ? size : held;
    }
    if (!tidy->ended && tidy->text.length > held) {
        put_until(tidy, tidy->text.length - held);
    }
    return !tidy->ended && !tidy->too_long && !tidy->text.failed;
}

bool chatur_tidy_has_put(const struct chatur_tidy *tidy)
{
    return tidy->put > 0;
}

enum chatur_outcome chatur_tidy_finish(struct chatur_tidy *tidy, const char **text,
                                       struct chatur_error *error)
{
    const char *start = tidy->text.length > 0 ? tidy->text.data : "";
    size_t length = tidy->text.length;
    chatur_trim(&start, &length);
    if (tidy->too_long || length == 0 || chatur_utf8_count(start, length) < 0) {
        return chatur_fail(error, CHATUR_BAD_ANSWER, "the text is %s",
                           tidy->too_long ? "too long" : "empty, or not text");
    }
    put_until(tidy, tidy->text.length);
    *text = chatur_arena_strndup(tidy->arena, start, length);
    return *text != NULL ? CHATUR_OK : chatur_no_memory(error);
}
