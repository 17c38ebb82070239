/* Signs (private to prompt_check.c): characters by what they look like to a reader, or to a model
 * that reads as one. */
#ifndef CHATUR_GENERATE_PROMPT_SIGNS_H
#define CHATUR_GENERATE_PROMPT_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

enum chatur_sign_kind {
    CHATUR_NO_SIGN,
    CHATUR_OPENING, /* looks like < */
    CHATUR_CLOSING, /* looks like > */
    CHATUR_AMPERSAND,
    CHATUR_NUMBER,
};

/* Writings in which a sign stands beside others of them and means nothing but a quotation. */
#define CHATUR_WESTERN 1U
#define CHATUR_EASTERN 2U

struct chatur_sign {
    enum chatur_sign_kind kind;
    unsigned weight; /* so many < or > does it look like */
    unsigned writings;
};

struct chatur_sign chatur_sign_of(uint32_t point);

/* Does it leave two signs side by side: a space within a line, what has no width, what is written
 * over or under the character before? */
bool chatur_is_between_signs(uint32_t point);

#endif
