/* Prompt: a brief as a language model is asked it. One template, two renderings: messages for chat
 * models, and for base models such as OPT a text of examples that the answer continues. The user's
 * words go in as delimited data and never as instructions; what would imitate our own delimiters is
 * refused before (chatur_prompt_check). */
#ifndef CHATUR_GENERATE_PROMPT_H
#define CHATUR_GENERATE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/outcome.h"
#include "generate/generator.h"

/* Opens every delimiter of ours, and is nothing that an email has in it. */
#define CHATUR_PROMPT_DELIMITER "<<<"

/* What ends an answer, for `stop` of the API and for our own cut. The API takes 4 at most. */
#define CHATUR_MAX_STOPS 4

struct chatur_prompt {
    const char *system; /* chat: the instructions; completion: "" */
    const char *user;   /* chat: the user's message; completion: the whole text to continue */
    const char *stops[CHATUR_MAX_STOPS];
    size_t stop_count;

    /* Who signs and who is greeted, as the text says; "": not known. What a model leaves to fill in
     * for them is filled in (tidy.h). */
    const char *sender;
    const char *recipient;
};

/* Is a delimiter in it, ours or an older service's, or what passes for one? */
bool chatur_prompt_has_delimiter(const char *text);

/* May these words go into a prompt? CHATUR_BAD_REQUEST, naming the field: one of our delimiters is
 * in them. Every provider is asked only briefs that passed. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_prompt_check(const struct chatur_brief *brief,
                                                          struct chatur_error *error);

/* Renders for a chat model. CHATUR_OK, CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome chatur_prompt_chat(const struct chatur_brief *brief,
                                                         struct chatur_arena *arena,
                                                         struct chatur_prompt *prompt,
                                                         struct chatur_error *error);

/* Renders for a base model with room for `max_tokens` of its tokens (counted on the safe side, 0:
 * no limit): examples are left out, last first, before any of the user's text is.
 * CHATUR_OK; CHATUR_BAD_ANSWER: even without examples it does not fit; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_prompt_completion(const struct chatur_brief *brief,
                                                               size_t max_tokens,
                                                               struct chatur_arena *arena,
                                                               struct chatur_prompt *prompt,
                                                               struct chatur_error *error);

#endif
