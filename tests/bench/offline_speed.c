/* How long the offline generator takes over its slowest email, in microseconds of processor time:
 * `offline_speed` prints that of all templates and a few briefs, the longest that an endpoint lets
 * through among them, each written often and the quickest time of it taken. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "generate/generator.h"

#define TIMES 50

static int64_t processor_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The quickest of many: what else the machine does is not the generator's. Negative: it failed. */
static int64_t quickest_ns(struct chatur_generator *generator, struct chatur_brief brief,
                           struct chatur_arena *arena)
{
    int64_t quickest = INT64_MAX;
    for (brief.seed = 0; brief.seed < TIMES; brief.seed++) {
        struct chatur_draft draft = {0};
        chatur_arena_reset(arena);
        int64_t start = processor_ns();
        if (chatur_generator_write(generator, &brief, NULL, arena, &draft, NULL) != CHATUR_OK) {
            return -1;
        }
        int64_t taken = processor_ns() - start;
        quickest = taken < quickest ? taken : quickest;
    }
    return quickest;
}

static void fill(char *text, size_t size, const char *piece)
{
    size_t length = strlen(piece);
    size_t used = 0;
    for (; used + length < size; used += length) {
        memcpy(text + used, piece, length);
    }
    text[used] = '\0';
}

int main(void)
{
    static const char *const pieces[] = {"k, ", "word ", "exam postponed, ", "need for visa. "};
    static const struct chatur_config config = {.generators = "offline"};
    struct chatur_arena *arena = chatur_arena_new((size_t)1 << 24);
    struct chatur_folder *folder = chatur_folder_new("templates", &chatur_template_kind);
    const struct chatur_folder_view *view = NULL;
    struct chatur_generator *generator = NULL;
    int64_t slowest = 0;
    chatur_log_start("offline_speed", CHATUR_WARNING);
    bool written = arena != NULL && folder != NULL &&
                   chatur_folder_acquire(folder, &view, NULL) == CHATUR_OK &&
                   chatur_generator_new(&config, &generator, NULL) == CHATUR_OK;
    for (size_t i = 0; written && i < view->count; i++) {
        for (size_t piece = 0; piece < sizeof(pieces) / sizeof(pieces[0]); piece++) {
            char subject[201];
            char keywords[1001];
            fill(subject, sizeof(subject), pieces[piece]);
            fill(keywords, sizeof(keywords), pieces[piece]);
            struct chatur_brief brief = {.template = view->items[i],
                                         .subject = subject,
                                         .keywords = keywords,
                                         .to = "jane.doe@example.com",
                                         .sender_name = "Ann Lee",
                                         .sender_email = "ann@example.org"};
            int64_t taken = quickest_ns(generator, brief, arena);
            written = written && taken >= 0;
            slowest = taken > slowest ? taken : slowest;
        }
    }
    chatur_generator_free(generator);
    if (view != NULL) {
        chatur_folder_release(view);
    }
    chatur_folder_free(folder);
    chatur_arena_free(arena);
    (void)printf("%lld\n", (long long)(slowest / 1000));
    return written ? 0 : 1;
}
