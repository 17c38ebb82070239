/* Text: the user's words as the offline provider handles them: cleaned, cut into tokens and
 * given the capitals a sentence wants. */
#ifndef CHATUR_GENERATE_OFFLINE_TEXT_H
#define CHATUR_GENERATE_OFFLINE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "generate/offline_words.h"

/* One word between spaces, without the punctuation around it. */
struct chatur_token {
    size_t start; /* byte offset in the text */
    size_t length;
    uint64_t kinds;
    bool number; /* starts with a digit or # */
    bool dash;   /* a dash between spaces: what follows is another thought */
    bool closed; /* punctuation follows: a phrase ends here */
};

/* A piece of the user's text, on one line. */
struct chatur_wording {
    char *text;
    size_t length;
    struct chatur_token *tokens; /* at least one zeroed token more than `count` */
    size_t count;
    bool shouted; /* it comes from a text all in capitals, whatever it has itself */
};

enum chatur_article { CHATUR_BARE, CHATUR_THE, CHATUR_A, CHATUR_MY, CHATUR_ARTICLES };

/* A copy with single spaces, without control and direction characters, and without spaces at its
 * ends. Line breaks become spaces, or one '\n' each when `keep_lines`. Bytes that are not UTF-8 are
 * dropped. NULL: out of memory. */
char *chatur_text_clean(struct chatur_arena *arena, const char *text, bool keep_lines);

/* False for punctuation alone: nothing a sentence could carry. */
bool chatur_text_has_words(const char *clean);

/* Is all of it in capitals, and more than an acronym or two? */
bool chatur_text_is_shouted(const char *clean);

/* Is it plainly in another language: mostly in another script, or with small words of one? */
bool chatur_text_is_foreign(const char *clean);

/* Cuts `text` (kept, and changed by chatur_wording_case) into tokens. False: out of memory. */
bool chatur_wording_read(struct chatur_wording *wording, char *text, size_t length,
                         const struct chatur_words *words, struct chatur_arena *arena);

/* Makes the capitals those of the middle of a sentence: headline and all-capitals styles become
 * plain, names and acronyms keep theirs. */
void chatur_wording_case(struct chatur_wording *wording, const struct chatur_words *words);

/* The same for a headline that is a name or a role: only its small words lose their capitals. */
void chatur_wording_case_small(struct chatur_wording *wording);

/* Only gives days, months, languages and “I” the capital that people leave out. */
void chatur_wording_case_names(struct chatur_wording *wording);

/* True for a headline: every word but the small ones has a capital. */
bool chatur_wording_is_headline(const struct chatur_wording *wording);

/* Has token `index` one of these kinds? False past the end. */
bool chatur_wording_is(const struct chatur_wording *wording, size_t index, uint64_t kinds);

/* Is token `index` this word, in any case? */
bool chatur_wording_equals(const struct chatur_wording *wording, size_t index, const char *word);

/* Is token `index` one of these words, in any case? The list ends with NULL. */
bool chatur_wording_is_one_of(const struct chatur_wording *wording, size_t index,
                              const char *const *list);

#endif
