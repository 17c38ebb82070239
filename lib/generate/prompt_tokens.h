/* Tokens (private to prompt.c): how many a text has for a model with GPT-2's byte-level BPE (OPT),
 * estimated without its vocabulary and on the safe side. */
#ifndef CHATUR_GENERATE_PROMPT_TOKENS_H
#define CHATUR_GENERATE_PROMPT_TOKENS_H

#include <stddef.h>

/* Of a template: prose that somebody chose. */
size_t chatur_tokens_of_ours(const char *text);

/* Of a user: names, codes, abbreviations, any language. */
size_t chatur_tokens_of_users(const char *text);

#endif
