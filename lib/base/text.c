/* Text: UTF-8 by the table of RFC 3629, section 4, and the few questions about strings that the
 * edge asks. Everything here goes by bytes and never by the locale. */
#include "base/text.h"

#include <string.h>

#include "base/ascii.h"

#define MAX_ADDRESS_BYTES    254 /* RFC 5321's 256 for a path, less its angle brackets */
#define MAX_LOCAL_PART_BYTES 64
#define MAX_LABEL_BYTES      63 /* RFC 1035: a longer label is in no DNS */

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0U) == 0x80U;
}

size_t chatur_utf8_sequence(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    if (length == 0) {
        return 0;
    }
    if (at[0] < 0x80) {
        return 1;
    }
    if (at[0] < 0xC2 || at[0] > 0xF4) {
        return 0;
    }
    size_t size = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (length < size) {
        return 0;
    }
    /* Only the second byte tells overlong forms, surrogates and what is past U+10FFFF. */
    unsigned char lowest = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < lowest || at[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < size; i++) {
        if (!is_continuation(at[i])) {
            return 0;
        }
    }
    return size;
}

uint32_t chatur_utf8_code_point(const char *sequence, size_t size)
{
    static const unsigned char lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *at = (const unsigned char *)sequence;
    uint32_t value = at[0] & lead_mask[size];
    for (size_t i = 1; i < size; i++) {
        value = value << 6U | (at[i] & 0x3FU);
    }
    return value;
}

ssize_t chatur_utf8_count(const char *bytes, size_t length)
{
    ssize_t count = 0;
    for (size_t at = 0; at < length; count++) {
        size_t size = chatur_utf8_sequence(bytes + at, length - at);
        if (size == 0) {
            return -1;
        }
        at += size;
    }
    return count;
}

/* The control character or none that the sequence of `size` bytes is. */
static bool is_control(const char *sequence, size_t size)
{
    if (size == 0) {
        return false;
    }
    uint32_t value = chatur_utf8_code_point(sequence, size);
    return value < 0x20 || (value >= 0x7F && value <= 0x9F) || value == 0x2028 || value == 0x2029 ||
           (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

bool chatur_has_control(const char *string)
{
    size_t length = strlen(string);
    for (size_t at = 0; at < length;) {
        size_t size = chatur_utf8_sequence(string + at, length - at);
        if (is_control(string + at, size)) {
            return true;
        }
        at += size > 0 ? size : 1; /* what is not UTF-8 controls nothing */
    }
    return false;
}

static bool is_space(const char *sequence, size_t size)
{
    if (size == 0) {
        return false;
    }
    uint32_t value = chatur_utf8_code_point(sequence, size);
    return value == ' ' || (value >= '\t' && value <= '\r') || value == 0x00A0 ||
           (value >= 0x2000 && value <= 0x200B) || value == 0x2028 || value == 0x2029 ||
           value == 0x202F || value == 0x205F || value == 0x3000 || value == 0xFEFF;
}

/* Looks like a space and is none: fillers of Hangul, the Braille cell without dots. */
static bool is_filler(const char *sequence, size_t size)
{
    if (size == 0) {
        return false;
    }
    uint32_t value = chatur_utf8_code_point(sequence, size);
    return value == 0x115F || value == 0x1160 || value == 0x2800 || value == 0x3164 ||
           value == 0xFFA0;
}

/* Has an effect on what is beside it, and no looks of its own. */
static bool is_invisible(const char *sequence, size_t size)
{
    uint32_t value = chatur_utf8_code_point(sequence, size);
    return value == 0x00AD || value == 0x034F || value == 0x180E ||
           (value >= 0x200C && value <= 0x200F) || value == 0x2060;
}

bool chatur_is_blank(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t size = chatur_utf8_sequence(bytes + at, length - at);
        if (size == 0 || !(is_space(bytes + at, size) || is_filler(bytes + at, size) ||
                           is_invisible(bytes + at, size))) {
            return false;
        }
        at += size;
    }
    return true;
}

/* Bytes of the valid sequence that ends where `bytes` do, or 0. */
static size_t last_sequence(const char *bytes, size_t length)
{
    for (size_t size = 1; size <= 4 && size <= length; size++) {
        if (!is_continuation((unsigned char)bytes[length - size])) {
            return chatur_utf8_sequence(bytes + length - size, size) == size ? size : 0;
        }
    }
    return 0;
}

void chatur_trim(const char **string, size_t *length)
{
    size_t size = chatur_utf8_sequence(*string, *length);
    while (is_space(*string, size)) {
        *string += size;
        *length -= size;
        size = chatur_utf8_sequence(*string, *length);
    }
    size = last_sequence(*string, *length);
    while (is_space(*string + *length - size, size)) {
        *length -= size;
        size = last_sequence(*string, *length);
    }
}

static bool is_letter_or_digit(char byte)
{
    return chatur_is_letter(byte) || chatur_is_digit(byte);
}

/* Bytes of the character that a part of an address may begin with here, or 0. Outside ASCII
 * (RFC 6531) that is any character but controls, white space and fillers. */
static size_t address_character(const char *bytes, size_t length, const char *ascii_marks)
{
    size_t size = chatur_utf8_sequence(bytes, length);
    if (size == 1) {
        bool fits =
            is_letter_or_digit(*bytes) || (*bytes != '\0' && strchr(ascii_marks, *bytes) != NULL);
        return fits ? 1 : 0;
    }
    bool unfit = is_control(bytes, size) || is_space(bytes, size) || is_filler(bytes, size);
    return unfit ? 0 : size;
}

/* One or more parts separated by dots, each of `ascii_marks`, letters, digits and non-ASCII.
 * Returns how many, or 0 when one is empty, too long or has another character. */
static size_t count_dotted_parts(const char *bytes, size_t length, const char *ascii_marks,
                                 size_t max_part_bytes)
{
    size_t parts = 1;
    size_t part_bytes = 0;
    for (size_t at = 0; at < length;) {
        if (bytes[at] == '.') {
            if (part_bytes == 0) {
                return 0;
            }
            parts++;
            part_bytes = 0;
            at++;
            continue;
        }
        size_t size = address_character(bytes + at, length - at, ascii_marks);
        part_bytes += size;
        if (size == 0 || part_bytes > max_part_bytes) {
            return 0;
        }
        at += size;
    }
    return part_bytes == 0 ? 0 : parts;
}

static bool is_local_part(const char *bytes, size_t length)
{
    return length <= MAX_LOCAL_PART_BYTES &&
           count_dotted_parts(bytes, length, "!#$%&'*+-/=?^_`{|}~", MAX_LOCAL_PART_BYTES) > 0;
}

static bool is_domain(const char *bytes, size_t length)
{
    if (count_dotted_parts(bytes, length, "-", MAX_LABEL_BYTES) < 2) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        bool first = i == 0 || bytes[i - 1] == '.';
        bool last = i + 1 == length || bytes[i + 1] == '.';
        if (bytes[i] == '-' && (first || last)) {
            return false;
        }
    }
    return true;
}

static bool is_address(const char *bytes, size_t length)
{
    const char *sign = length == 0 ? NULL : memchr(bytes, '@', length);
    if (sign == NULL || length > MAX_ADDRESS_BYTES) {
        return false;
    }
    size_t local_length = (size_t)(sign - bytes);
    return is_local_part(bytes, local_length) && is_domain(sign + 1, length - local_length - 1);
}

bool chatur_is_address(const char *string)
{
    return is_address(string, strlen(string));
}

bool chatur_is_address_list(const char *string)
{
    const char *at = string;
    for (;;) {
        at += strspn(at, " ");
        size_t length = strcspn(at, ",");
        const char *comma = at + length;
        while (length > 0 && at[length - 1] == ' ') {
            length--;
        }
        if (!is_address(at, length)) {
            return false;
        }
        if (*comma == '\0') {
            return true;
        }
        at = comma + 1;
    }
}

static size_t count_letters(const char *string)
{
    size_t count = 0;
    while (is_letter_or_digit(string[count]) && (string[count] < '0' || string[count] > '9')) {
        count++;
    }
    return count;
}

bool chatur_is_language_tag(const char *string)
{
    size_t language = count_letters(string);
    if (language < 2 || language > 3) {
        return false;
    }
    string += language;
    if (*string == '-' && count_letters(string + 1) == 4) {
        string += 5;
    }
    if (*string == '-') {
        string++;
        size_t letters = count_letters(string);
        size_t digits = strspn(string, "0123456789");
        if (letters != 2 && digits != 3) {
            return false;
        }
        string += letters + digits;
    }
    return *string == '\0';
}

bool chatur_equals_ignoring_case(const char *left, const char *right)
{
    for (; *left != '\0' && chatur_to_lower(*left) == chatur_to_lower(*right); left++, right++) {
    }
    return chatur_to_lower(*left) == chatur_to_lower(*right);
}
