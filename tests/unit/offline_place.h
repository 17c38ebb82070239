/* The offline generator as its tests use it: with the project's own templates, in the state below.
 * To be included by one file of a test program, which first defines ARENA_BYTES: what the texts
 * between two resets of the arena may take. */
#ifndef TESTS_UNIT_OFFLINE_PLACE_H
#define TESTS_UNIT_OFFLINE_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generate/generator.h"

static struct chatur_folder *folder;
static const struct chatur_folder_view *view;
static struct chatur_generator *generator;
static struct chatur_arena *arena; /* of the drafts; each test resets it as it likes */

static int set_up(void **state)
{
    static const struct chatur_config config = {.generators = "offline"};
    (void)state;
    arena = chatur_arena_new(ARENA_BYTES);
    folder = chatur_folder_new("templates", &chatur_template_kind);
    return arena != NULL && folder != NULL &&
                   chatur_folder_acquire(folder, &view, NULL) == CHATUR_OK &&
                   chatur_generator_new(&config, &generator, NULL) == CHATUR_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    chatur_generator_free(generator);
    chatur_folder_release(view);
    chatur_folder_free(folder);
    chatur_arena_free(arena);
    return 0;
}

/* The text lives until the next call. */
static inline const char *offline_write(const struct chatur_brief *brief)
{
    struct chatur_draft draft = {0};
    struct chatur_error error = {0};
    chatur_arena_reset(arena);
    if (chatur_generator_write(generator, brief, NULL, arena, &draft, &error) != CHATUR_OK) {
        fail_msg("\"%s\": %s", brief->subject, error.detail);
    }
    assert_string_equal(draft.by.provider, "offline");
    assert_true(draft.by.model[0] != '\0');
    return draft.text;
}

static inline struct chatur_brief offline_brief(const char *id, const char *subject,
                                                const char *keywords, uint64_t seed)
{
    return (struct chatur_brief){.template = chatur_template_find(view, id),
                                 .subject = subject,
                                 .keywords = keywords,
                                 .to = "jane.doe@example.com",
                                 .sender_name = "Asha Rao",
                                 .sender_email = "asha.rao@example.com",
                                 .seed = seed};
}

#endif
