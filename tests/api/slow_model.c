/* A generator that writes when it is told to, in place of libchatur's: linked with the real
 * generateEmail it shows when a word that a model has written reaches the client. It writes the
 * words below, each once there is a file of its number in STATE_DIR/model (1, 2, 3), and fails when
 * a file `fail` is there by then. Whatever happens, it ends within ten seconds. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "generate/generator.h"

#define MOST_WAITS 2000
#define WAIT_MS    5

static const char *const words[] = {"Dear \xc3\x84nn,\n\n", "the \"first\"", " and the last.\n"};

struct chatur_generator {
    const char *folder; /* STATE_DIR */
};

static struct chatur_generator generator_itself;

enum chatur_outcome chatur_generator_new(const struct chatur_config *config,
                                         struct chatur_generator **generator,
                                         struct chatur_error *error)
{
    (void)error;
    generator_itself.folder = config->state_dir;
    *generator = &generator_itself;
    return CHATUR_OK;
}

void chatur_generator_free(struct chatur_generator *generator)
{
    (void)generator;
}

int64_t chatur_generator_max_ms(const struct chatur_generator *generator)
{
    (void)generator;
    return (int64_t)MOST_WAITS * WAIT_MS;
}

static bool is_there(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/model/%s", folder, name);
    return access(path, F_OK) == 0;
}

enum chatur_outcome chatur_generator_write(struct chatur_generator *generator,
                                           const struct chatur_brief *brief,
                                           struct chatur_sink *sink, struct chatur_arena *arena,
                                           struct chatur_draft *draft, struct chatur_error *error)
{
    char text[200] = "";
    int waits = 0;
    for (int i = 0; i < 3; i++) {
        char number[] = {(char)('1' + i), '\0'};
        for (; !is_there(generator->folder, number) && waits < MOST_WAITS; waits++) {
            (void)poll(NULL, 0, WAIT_MS);
        }
        if (waits == MOST_WAITS || is_there(generator->folder, "fail")) {
            return chatur_fail(error, CHATUR_BAD_ANSWER, "the test wants it");
        }
        (void)strncat(text, words[i], sizeof(text) - strlen(text) - 1);
        if (sink != NULL) {
            sink->put(sink, words[i], strlen(words[i]));
        }
    }
    *draft = (struct chatur_draft){
        .text = chatur_arena_strdup(arena, text),
        .by = {.provider = "slow",
               .model = "slow-1",
               .finish_reason = "stop",
               .template_version = brief->template->version,
               .attempts = 1},
    };
    return draft->text == NULL ? chatur_no_memory(error) : CHATUR_OK;
}
