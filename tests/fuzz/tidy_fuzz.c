/* Fuzzing the tidying of what models write. The first byte picks the stops and the names and seeds
 * the cuts; the rest is fed whole, in random pieces and byte by byte. Aborts when
 * - the cuts change the outcome or the text;
 * - the sink got something else than the text, or something that is not UTF-8;
 * - an email has white space at an end, more than one blank line, a control character, or a stop.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "generate/tidy.h"

#define ARENA_BYTES (1UL << 18)
#define MAX_BYTES   2000
#define MAX_INPUT   20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct chatur_prompt prompts[] = {
    {.stops = {"<<<END"}, .stop_count = 1, .sender = "Ann Lee", .recipient = "Jane Doe"},
    {.stops = {"<<<", "\nSubject:", "\nKeywords:"}, .stop_count = 3, .sender = "", .recipient = ""},
    {.stops = {"\n\n\n", "ab", "abc", "\xE2\x82\xAC"}, .stop_count = 4, .sender = "A"},
    {.stop_count = 0},
};
#define PROMPTS (sizeof(prompts) / sizeof(prompts[0]))

static void insist(bool condition)
{
    if (!condition) {
        abort();
    }
}

struct catcher {
    struct chatur_sink sink; /* first: handed out as a struct chatur_sink * */
    char text[MAX_BYTES + 1];
    size_t length;
};

static void catch_piece(struct chatur_sink *sink, const char *text, size_t length)
{
    struct catcher *catcher = (struct catcher *)sink;
    insist(length > 0 && chatur_utf8_count(text, length) > 0);
    insist(catcher->length + length < sizeof(catcher->text));
    memcpy(catcher->text + catcher->length, text, length);
    catcher->length += length;
    catcher->text[catcher->length] = '\0';
}

struct result {
    enum chatur_outcome outcome;
    char text[MAX_BYTES + 1];
};

/* Feeds it in pieces of up to `most` bytes, of sizes that `seed` picks (0: whole). */
static void tidy_up(const struct chatur_prompt *prompt, const char *bytes, size_t length,
                    size_t most, unsigned seed, struct result *result)
{
    struct catcher catcher = {.sink.put = catch_piece};
    struct chatur_arena *arena = chatur_arena_new(ARENA_BYTES);
    struct chatur_tidy *tidy = chatur_tidy_new(prompt, MAX_BYTES, &catcher.sink, arena);
    const char *text = NULL;
    insist(tidy != NULL);
    for (size_t at = 0; at < length;) {
        seed = seed * 1103515245U + 12345U;
        size_t piece = most == 0 ? length : 1 + (seed >> 16) % most;
        piece = piece < length - at ? piece : length - at;
        if (!chatur_tidy_feed(tidy, bytes + at, piece)) {
            break;
        }
        at += piece;
    }
    result->outcome = chatur_tidy_finish(tidy, &text, NULL);
    insist(result->outcome == CHATUR_OK || result->outcome == CHATUR_BAD_ANSWER);
    insist(chatur_tidy_has_put(tidy) == (catcher.length > 0));
    result->text[0] = '\0';
    if (result->outcome == CHATUR_OK) {
        insist(strlen(text) <= MAX_BYTES && strcmp(text, catcher.text) == 0);
        memcpy(result->text, text, strlen(text) + 1);
    }
    chatur_arena_free(arena);
}

static void check_email(const char *text)
{
    size_t length = strlen(text);
    insist(length > 0 && chatur_utf8_count(text, length) > 0);
    insist(strchr(" \t\n", text[0]) == NULL && strchr(" \t\n", text[length - 1]) == NULL);
    insist(strstr(text, "\n\n\n") == NULL && strstr(text, " \n") == NULL);
    insist(strstr(text, "<|") == NULL && strstr(text, "</s>") == NULL);
    for (const char *at = text; *at != '\0'; at++) {
        insist(*at == '\n' || ((unsigned char)*at >= ' ' && *at != '\x7F'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > MAX_INPUT) {
        return 0;
    }
    static struct result whole;
    static struct result cut;
    const struct chatur_prompt *prompt = &prompts[data[0] % PROMPTS];
    const char *bytes = (const char *)data + 1;
    tidy_up(prompt, bytes, size - 1, 0, 0, &whole);
    for (size_t most = 1; most <= 16; most *= 4) {
        tidy_up(prompt, bytes, size - 1, most, data[0], &cut);
        insist(cut.outcome == whole.outcome && strcmp(cut.text, whole.text) == 0);
    }
    if (whole.outcome == CHATUR_OK) {
        check_email(whole.text);
    }
    return 0;
}
