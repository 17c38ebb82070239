/* Vocabulary (private to offline_words.c): the words themselves, by kind. */
#ifndef CHATUR_GENERATE_OFFLINE_VOCABULARY_H
#define CHATUR_GENERATE_OFFLINE_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

struct chatur_word_group {
    uint64_t kind;     /* 0: nothing but common */
    const char *words; /* separated by one space */
};

extern const struct chatur_word_group chatur_vocabulary[];
extern const size_t chatur_vocabulary_groups;

#endif
