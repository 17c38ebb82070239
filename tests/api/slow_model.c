/* A generator that takes its time, in place of libchatur's: linked with the real generateEmail it
 * shows when a word that a model has written reaches the client, and what a crash in the middle of
 * writing does. It writes the words below, each once there is a file of its number in
 * STATE_DIR/model (1, 2, 3), and fails when a file `fail` is there by then. Where at its start
 * there is a file `pace`, it does not wait for those, but so many milliseconds before each word. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "generate/generator.h"

#define MOST_MS 10000
#define WAIT_MS 5

static const char *const words[] = {"Dear \xc3\x84nn,\n\n", "the \"first\"", " and the last.\n"};

struct chatur_generator {
    const char *folder; /* STATE_DIR */
    int pace_ms;        /* 0: it waits for files */
};

static struct chatur_generator generator_itself;

static FILE *open_file(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/model/%s", folder, name);
    return fopen(path, "re");
}

static bool is_there(const char *folder, const char *name)
{
    FILE *file = open_file(folder, name);
    return file != NULL && fclose(file) == 0;
}

enum chatur_outcome chatur_generator_new(const struct chatur_config *config,
                                         struct chatur_generator **generator,
                                         struct chatur_error *error)
{
    (void)error;
    char pace[16] = "0";
    FILE *file = open_file(config->state_dir, "pace");
    if (file != NULL) {
        if (fgets(pace, sizeof(pace), file) == NULL) {
            pace[0] = '\0';
        }
        (void)fclose(file);
    }
    generator_itself.folder = config->state_dir;
    generator_itself.pace_ms = (int)strtol(pace, NULL, 10);
    *generator = &generator_itself;
    return CHATUR_OK;
}

void chatur_generator_free(struct chatur_generator *generator)
{
    (void)generator;
}

void chatur_generator_share(struct chatur_generator *generator, struct chatur_outages *outages)
{
    (void)generator;
    (void)outages;
}

const char *chatur_generator_notice(const struct chatur_attribution *by, const char *language,
                                    const char *instructions)
{
    (void)by;
    (void)language;
    (void)instructions;
    return NULL;
}

int64_t chatur_generator_max_ms(const struct chatur_generator *generator)
{
    return generator->pace_ms > 0 ? 1000 : MOST_MS;
}

/* False: it waited in vain, or is to fail. */
static bool await_turn(const struct chatur_generator *generator, const char *number, int *waited_ms)
{
    if (generator->pace_ms > 0) {
        (void)poll(NULL, 0, generator->pace_ms);
        return true;
    }
    for (; !is_there(generator->folder, number) && *waited_ms < MOST_MS; *waited_ms += WAIT_MS) {
        (void)poll(NULL, 0, WAIT_MS);
    }
    return *waited_ms < MOST_MS && !is_there(generator->folder, "fail");
}

enum chatur_outcome chatur_generator_write(struct chatur_generator *generator,
                                           const struct chatur_brief *brief,
                                           struct chatur_sink *sink, struct chatur_arena *arena,
                                           struct chatur_draft *draft, struct chatur_error *error)
{
    char text[200] = "";
    int waited_ms = 0;
    for (int i = 0; i < 3; i++) {
        const char number[] = {(char)('1' + i), '\0'};
        if (!await_turn(generator, number, &waited_ms)) {
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
