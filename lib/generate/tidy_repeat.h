/* Repetition (private to tidy.c): notices when a text goes round in circles, as small models do
 * until their token limit. */
#ifndef CHATUR_GENERATE_TIDY_REPEAT_H
#define CHATUR_GENERATE_TIDY_REPEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words kept to compare with: the longest circle that is noticed. */
#define CHATUR_REPEAT_WORDS 64

/* Sentences kept to compare with. */
#define CHATUR_REPEAT_SENTENCES 32

/* Zero-initialised. */
struct chatur_repeat {
    uint32_t words[CHATUR_REPEAT_WORDS];
    uint32_t same[CHATUR_REPEAT_WORDS + 1]; /* words in a row equal to the one so many before */
    size_t word_count;

    struct {
        uint32_t hash;
        uint32_t times;
    } sentences[CHATUR_REPEAT_SENTENCES];
    size_t sentence_count;
    uint32_t sentence;     /* hash of the running one */
    size_t sentence_words; /* in it so far */

    uint32_t word; /* hash of the running word; 0: between words */
    size_t word_bytes;
    bool circling;
};

/* Takes the next character, a valid UTF-8 sequence of `size` bytes. */
void chatur_repeat_put(struct chatur_repeat *repeat, const char *sequence, size_t size);

/* Does it go round in circles? Once true, always true. */
bool chatur_repeat_circles(const struct chatur_repeat *repeat);

/* The words so far; in scripts without spaces, the characters. */
size_t chatur_repeat_words(const struct chatur_repeat *repeat);

/* Is the character of a script that puts no spaces between words? */
bool chatur_is_word_by_itself(const char *sequence, size_t size);

#endif
