/* A hash index over the vocabulary, built once per provider; plurals, third persons and possessives
 * are found by their form. */
#include "generate/offline_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "generate/offline_vocabulary.h"

/* Longer ones are not in the lists; looking would only cost. */
#define MAX_WORD_BYTES 24

/* Kept at most three quarters full, so that a search always ends, and soon. */
#define SLOTS ((size_t)4096)

struct entry {
    const char *text; /* not NUL-terminated; NULL: free */
    size_t length;
    uint64_t kinds;
};

struct chatur_words {
    size_t count;
    struct entry entries[SLOTS];
};

/* FNV-1a: short words, no adversary (the lists are ours; a lookup that collides only takes longer
 * by a comparison). */
static size_t slot_of(const char *word, size_t length)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)word[i]) * 16777619U;
    }
    return hash % SLOTS;
}

/* The word's entry, or the free one where it would go. */
static size_t place_of(const struct chatur_words *words, const char *word, size_t length)
{
    size_t slot = slot_of(word, length);
    while (words->entries[slot].text != NULL &&
           (words->entries[slot].length != length ||
            memcmp(words->entries[slot].text, word, length) != 0)) {
        slot = (slot + 1) % SLOTS;
    }
    return slot;
}

static bool add(struct chatur_words *words, const char *word, size_t length, uint64_t kind)
{
    struct entry *entry = &words->entries[place_of(words, word, length)];
    if (entry->text == NULL) {
        if (words->count >= SLOTS / 4 * 3) {
            return false;
        }
        words->count++;
    }
    *entry = (struct entry){.text = word, .length = length, .kinds = entry->kinds | kind};
    return true;
}

static bool add_group(struct chatur_words *words, const struct chatur_word_group *group)
{
    bool added = true;
    for (const char *word = group->words; *word != '\0' && added;) {
        size_t length = strcspn(word, " ");
        added = add(words, word, length, group->kind | CHATUR_WORD_KNOWN);
        word += length;
        word += strspn(word, " ");
    }
    return added;
}

struct chatur_words *chatur_words_new(void)
{
    struct chatur_words *words = calloc(1, sizeof(*words));
    bool added = words != NULL;
    for (size_t i = 0; i < chatur_vocabulary_groups && added; i++) {
        added = add_group(words, &chatur_vocabulary[i]);
    }
    if (!added) {
        free(words);
        words = NULL;
    }
    return words;
}

void chatur_words_free(struct chatur_words *words)
{
    free(words);
}

static uint64_t kinds_of(const struct chatur_words *words, const char *word, size_t length)
{
    return words->entries[place_of(words, word, length)].kinds;
}

static bool ends_with(const char *word, size_t length, const char *end)
{
    size_t end_length = strlen(end);
    return length > end_length && memcmp(word + length - end_length, end, end_length) == 0;
}

/* What a noun keeps in the plural. */
static uint64_t plural_kinds(const struct chatur_words *words, const char *word, size_t length)
{
    const uint64_t nouns = CHATUR_WORD_COUNT | CHATUR_WORD_DOCUMENT | CHATUR_WORD_OWN |
                           CHATUR_WORD_ROLE | CHATUR_WORD_PERSON | CHATUR_WORD_OPENING |
                           CHATUR_WORD_EVENT | CHATUR_WORD_WANTED | CHATUR_WORD_WEEKDAY;
    if (length < 3 || word[length - 1] != 's' || word[length - 2] == 's') {
        return 0;
    }
    uint64_t kinds = kinds_of(words, word, length - 1);
    if ((kinds & nouns) == 0 && ends_with(word, length, "es")) {
        kinds = kinds_of(words, word, length - 2);
    }
    if ((kinds & nouns) == 0 && ends_with(word, length, "ies")) {
        char singular[MAX_WORD_BYTES + 1];
        memcpy(singular, word, length - 3);
        singular[length - 3] = 'y';
        kinds = kinds_of(words, singular, length - 2);
    }
    kinds &= nouns | CHATUR_WORD_PROPER;
    return (kinds & nouns) != 0 ? kinds | CHATUR_WORD_PLURAL | CHATUR_WORD_KNOWN : 0;
}

/* “replaces”, “relies”: of a verb in the lists. */
static uint64_t third_person_kind(const struct chatur_words *words, const char *word, size_t length)
{
    const uint64_t verbs = CHATUR_WORD_VERB | CHATUR_WORD_MAYBE_VERB | CHATUR_WORD_ASK;
    if (length < 4 || word[length - 1] != 's' || word[length - 2] == 's') {
        return 0;
    }
    uint64_t kinds = kinds_of(words, word, length - 1);
    if ((kinds & verbs) == 0 && ends_with(word, length, "es")) {
        kinds = kinds_of(words, word, length - 2);
    }
    if ((kinds & verbs) == 0 && ends_with(word, length, "ies")) {
        char stem[MAX_WORD_BYTES + 1];
        memcpy(stem, word, length - 3);
        stem[length - 3] = 'y';
        kinds = kinds_of(words, stem, length - 2);
    }
    return (kinds & verbs) != 0 ? CHATUR_WORD_THIRD | CHATUR_WORD_KNOWN : 0;
}

/* The length without a final 's, or ' after an s; the whole length when there is none. */
static size_t without_possessive(const char *word, size_t length)
{
    if (ends_with(word, length, "'s")) {
        return length - 2;
    }
    if (ends_with(word, length, "\u2019s")) {
        return length - strlen("\u2019s");
    }
    return ends_with(word, length, "s'") ? length - 1 : length;
}

uint64_t chatur_words_kinds(const struct chatur_words *words, const char *word, size_t length)
{
    char lower[MAX_WORD_BYTES + 1];
    uint64_t known = 0;
    if (length == 0 || length > MAX_WORD_BYTES) {
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        lower[i] = chatur_to_lower(word[i]);
    }
    known = kinds_of(words, lower, length) | plural_kinds(words, lower, length) |
            third_person_kind(words, lower, length);
    if (known != 0) {
        return known; /* also “it's”, which is no possessive */
    }
    size_t stem = without_possessive(lower, length);
    if (stem < length) {
        known = kinds_of(words, lower, stem) & (CHATUR_WORD_PROPER | CHATUR_WORD_KNOWN);
        return known | CHATUR_WORD_POSSESSIVE;
    }
    return 0;
}
