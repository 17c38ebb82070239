/* Words: what the offline provider knows of English: a few thousand common words and what each can
 * do in a headline. A word may be of several kinds. Enough to tell “request for leave” from
 * “request a refund”, a proper name from a word that only opens a headline, “a laptop” from
 * “leave”. */
#ifndef CHATUR_GENERATE_OFFLINE_WORDS_H
#define CHATUR_GENERATE_OFFLINE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

#define CHATUR_WORD_PROPER                                                                         \
    (UINT64_C(1) << 0) /* names of days, months, languages and places: always with a capital */
#define CHATUR_WORD_DETERMINER                                                                     \
    (UINT64_C(1) << 1) /* a noun phrase that opens with one needs no article of ours */
#define CHATUR_WORD_NUMBER (UINT64_C(1) << 2) /* numbers in words */
#define CHATUR_WORD_PREPOSITION                                                                    \
    (UINT64_C(1) << 3) /* ends a noun phrase: its head is the word before */
#define CHATUR_WORD_PLACE     (UINT64_C(1) << 4)  /* prepositions that say where */
#define CHATUR_WORD_PRONOUN   (UINT64_C(1) << 5)  /* opens a clause */
#define CHATUR_WORD_AUXILIARY (UINT64_C(1) << 6)  /* a finite verb: the text is a clause */
#define CHATUR_WORD_QUESTION  (UINT64_C(1) << 7)  /* question words */
#define CHATUR_WORD_OPENER    (UINT64_C(1) << 8)  /* opens a sentence that stands on its own */
#define CHATUR_WORD_LABEL     (UINT64_C(1) << 9)  /* what people put before a colon */
#define CHATUR_WORD_VERB      (UINT64_C(1) << 10) /* opens an action (“submit my thesis”) */
#define CHATUR_WORD_MAYBE_VERB                                                                     \
    (UINT64_C(1) << 11) /* does so before a determiner (“book a room”, not “book review”) */
#define CHATUR_WORD_ASK                                                                            \
    (UINT64_C(1) << 12) /* of these verbs, those asked of the reader (“send the invoice”) */
#define CHATUR_WORD_CLAUSE                                                                         \
    (UINT64_C(1) << 13) /* opens a clause whose “I” was left out (“need two days off”) */
#define CHATUR_WORD_PAST (UINT64_C(1) << 14) /* opens a deed (“led a team”) */
#define CHATUR_WORD_PAST_MAYBE                                                                     \
    (UINT64_C(1)                                                                                   \
     << 15) /* does so before a determiner (“built the site”, not “built environment”) */
#define CHATUR_WORD_DOING     (UINT64_C(1) << 16) /* “I am …ing” */
#define CHATUR_WORD_TRAIT     (UINT64_C(1) << 17) /* “I am …” */
#define CHATUR_WORD_PERSON    (UINT64_C(1) << 18) /* “I am a …”, of people only */
#define CHATUR_WORD_QUALITY   (UINT64_C(1) << 19) /* “this is …” */
#define CHATUR_WORD_PREDICATE (UINT64_C(1) << 20) /* closes a clipped clause (“lunch included”) */
#define CHATUR_WORD_COUNT     (UINT64_C(1) << 21) /* nouns that want an article in the singular */
#define CHATUR_WORD_DOCUMENT  (UINT64_C(1) << 22) /* what a message can be */
#define CHATUR_WORD_OWN       (UINT64_C(1) << 23) /* of these, those that want “my” rather than “a” */
#define CHATUR_WORD_ROLE      (UINT64_C(1) << 24) /* what a person can be hired as */
#define CHATUR_WORD_OPENING   (UINT64_C(1) << 25) /* what a person can apply for */
#define CHATUR_WORD_EVENT     (UINT64_C(1) << 26) /* what a person can be invited to */
#define CHATUR_WORD_WANTED    (UINT64_C(1) << 27) /* what a person can ask for */
#define CHATUR_WORD_TIME      (UINT64_C(1) << 28) /* says when */
#define CHATUR_WORD_WEEKDAY   (UINT64_C(1) << 29) /* days of the week */
#define CHATUR_WORD_MONTH     (UINT64_C(1) << 30) /* months */
#define CHATUR_WORD_UNIT      (UINT64_C(1) << 31) /* lengths of time */
#define CHATUR_WORD_NAMELIKE  (UINT64_C(1) << 32) /* part of a name when beside one (“New York”) */
#define CHATUR_WORD_KEY       (UINT64_C(1) << 33) /* keys that read well as “the … is” */
#define CHATUR_WORD_SPAN                                                                           \
    (UINT64_C(1) << 34) /* makes a length of time an achievement (“5 years of experience”) */
#define CHATUR_WORD_ACRONYM (UINT64_C(1) << 35) /* stays in capitals when typed so */
#define CHATUR_WORD_THIRD   (UINT64_C(1) << 36) /* “covers”: a verb as somebody else does it */

#define CHATUR_WORD_CITY (UINT64_C(1) << 37) /* cities and countries: one is in them */

/* Not of the lists, but of the word as it stands. */
#define CHATUR_WORD_KNOWN      (UINT64_C(1) << 60)
#define CHATUR_WORD_PLURAL     (UINT64_C(1) << 61)
#define CHATUR_WORD_POSSESSIVE (UINT64_C(1) << 62)

struct chatur_words;

/* Builds the index, once per provider. NULL: out of memory. */
struct chatur_words *chatur_words_new(void);
void chatur_words_free(struct chatur_words *words);

/* The kinds of a word, in any case, singular or plural, with or without a possessive; 0 when it is
 * not known. */
uint64_t chatur_words_kinds(const struct chatur_words *words, const char *word, size_t length);

#endif
