/* A byte-level BPE never makes more tokens than there are bytes, and for everything but small ASCII
 * letters we count that bound. Spaces are free: one belongs to the word after it. Small letters
 * make words, of which GPT-2 has most English ones whole: against its own vocabulary, 3 letters a
 * token count 1.18 to 1.27 times the tokens of our templates, and 2 letters 1.02 (romanised Hindi)
 * to 1.7 times those of names, Finnish, German and codes. Only letters without any sense are
 * undercounted (random ones by a sixth): the server then says no, and nothing worse. */
#include "generate/prompt_tokens.h"

#include "base/ascii.h"

#define LETTERS_OF_OURS  3
#define LETTERS_OF_USERS 2

static size_t count(const char *text, size_t letters_per_token)
{
    size_t letters = 0;
    size_t others = 0;
    size_t spaces = 0; /* in a row: only the last is free */
    for (; *text != '\0'; text++) {
        spaces = *text == ' ' ? spaces + 1 : 0;
        if (chatur_is_lower(*text)) {
            letters++;
        } else if (*text != ' ' || spaces > 1) {
            others++;
        }
    }
    return others + (letters + letters_per_token - 1) / letters_per_token;
}

size_t chatur_tokens_of_ours(const char *text)
{
    return count(text, LETTERS_OF_OURS);
}

size_t chatur_tokens_of_users(const char *text)
{
    return count(text, LETTERS_OF_USERS);
}
