/* ASCII: what a byte is, and nothing of other alphabets; unlike ctype.h's, whatever the locale, and
 * for every char. */
#ifndef CHATUR_BASE_ASCII_H
#define CHATUR_BASE_ASCII_H

#include <stdbool.h>

static inline bool chatur_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool chatur_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool chatur_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool chatur_is_letter(char c)
{
    return chatur_is_upper(c) || chatur_is_lower(c);
}

static inline char chatur_to_lower(char c)
{
    return (char)(chatur_is_upper(c) ? c - 'A' + 'a' : c);
}

static inline char chatur_to_upper(char c)
{
    return (char)(chatur_is_lower(c) ? c - 'a' + 'A' : c);
}

#endif
