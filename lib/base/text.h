/* Text: what the edge needs to know about a string. All lengths in bytes unless named otherwise. */
#ifndef CHATUR_BASE_TEXT_H
#define CHATUR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Code points in valid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF),
 * or -1 when it is not valid. */
ssize_t chatur_utf8_count(const char *bytes, size_t length);

/* Bytes of the valid UTF-8 sequence that `bytes` starts with (1 to 4), or 0 when it is invalid or
 * cut short by `length`. */
size_t chatur_utf8_sequence(const char *bytes, size_t length);

/* The code point of a valid sequence of `size` bytes. */
uint32_t chatur_utf8_code_point(const char *sequence, size_t size);

/* True when the string has a character that controls the text around it: C0, DEL, C1 (U+0080 to
 * U+009F), the line and paragraph separators U+2028 and U+2029, or a direction that is forced or
 * shut off (U+202A to U+202E, U+2066 to U+2069), by which a text can be made to look like another.
 * Joiners and direction marks are not: Persian, Hindi, Hebrew and emoji are written with them. */
bool chatur_has_control(const char *string);

/* Narrows [*string, *length) past the white space at both ends: ASCII space, tab, CR, LF, VT, FF
 * and U+00A0, U+2000–U+200B, U+2028, U+2029, U+202F, U+205F, U+3000, U+FEFF. */
void chatur_trim(const char **string, size_t *length);

/* True when nothing of the valid UTF-8 would be seen: white space, fillers that look like it
 * (U+115F, U+1160, U+2800, U+3164, U+FFA0), and what is invisible by itself (soft hyphen, joiners,
 * direction marks, U+034F, U+180E, U+2060). Nothing at all is blank. */
bool chatur_is_blank(const char *bytes, size_t length);

/* True when the string looks like one mail address: local@domain as RFC 5321 section 4.1.2 has it,
 * dot-atom local part, no quoted strings, no address literals, at least two labels in the domain,
 * at most 254 bytes, local part at most 64, label at most 63. Both sides may have UTF-8 (RFC 6531),
 * but no white space, no fillers and no control characters. */
bool chatur_is_address(const char *string);

/* The same for a list separated by commas, with optional spaces around each; false when empty or
 * when one is empty. The limits are for each. */
bool chatur_is_address_list(const char *string);

/* True for a language tag of BCP 47 (RFC 5646) made of a language of 2 or 3 letters and, at will, a
 * script and a region: de, pt-BR, zh-Hant, sr-Latn-RS, es-419. No variants, extensions or private
 * use: they would have room for words. */
bool chatur_is_language_tag(const char *string);

/* ASCII-only, locale-free, case-insensitive comparison of whole strings. */
bool chatur_equals_ignoring_case(const char *left, const char *right);

#endif
