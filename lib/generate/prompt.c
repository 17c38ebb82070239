/* TEMPORARY: the thinnest prompts that make a model write, until the real ones are here. */
#include "generate/prompt.h"

enum chatur_outcome chatur_prompt_check(const struct chatur_brief *brief,
                                        struct chatur_error *error)
{
    (void)brief;
    (void)error;
    return CHATUR_OK;
}

enum chatur_outcome chatur_prompt_chat(const struct chatur_brief *brief, struct chatur_arena *arena,
                                       struct chatur_prompt *prompt, struct chatur_error *error)
{
    *prompt = (struct chatur_prompt){
        .system = brief->template->instructions,
        .user = chatur_arena_printf(arena, "Subject: %s\nKeywords: %s\n", brief->subject,
                                    brief->keywords),
    };
    return prompt->user != NULL ? CHATUR_OK : chatur_no_memory(error);
}

enum chatur_outcome chatur_prompt_completion(const struct chatur_brief *brief, size_t max_tokens,
                                             struct chatur_arena *arena,
                                             struct chatur_prompt *prompt,
                                             struct chatur_error *error)
{
    *prompt = (struct chatur_prompt){
        .system = "",
        .user = chatur_arena_printf(arena, "%s\n\nSubject: %s\nKeywords: %s\nEmail:\n",
                                    brief->template->instructions, brief->subject, brief->keywords),
        .stops = {"=====", "\nSubject:"},
        .stop_count = 2,
    };
    if (prompt->user == NULL) {
        return chatur_no_memory(error);
    }
    size_t length = 0;
    while (prompt->user[length] != '\0') {
        length++;
    }
    return max_tokens > 0 && length / 2 > max_tokens ? CHATUR_BAD_ANSWER : CHATUR_OK;
}
