/* The strict scanner: one pass over the bytes by recursive descent, no deeper than
 * CHATUR_JSON_MAX_DEPTH, building nothing. All it keeps is the keys of the objects still open. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/json_key.h"
#include "base/text.h"

struct scanner {
    const char *bytes;
    size_t length;
    size_t at;
    unsigned depth;
    const char *problem; /* what is wrong; NULL with a failure: out of memory */
    size_t problem_at;
    struct chatur_json_keys keys;
};

static bool scan_value(struct scanner *scanner);

static bool refuse(struct scanner *scanner, size_t at, const char *problem)
{
    scanner->problem = problem;
    scanner->problem_at = at;
    return false;
}

/* The byte here, or -1 at the end. */
static int peek(const struct scanner *scanner)
{
    return scanner->at < scanner->length ? (unsigned char)scanner->bytes[scanner->at] : -1;
}

static bool refuse_here(struct scanner *scanner, const char *expected)
{
    return refuse(scanner, scanner->at, peek(scanner) < 0 ? "it ends too early" : expected);
}

static bool take(struct scanner *scanner, char byte)
{
    if (peek(scanner) != byte) {
        return false;
    }
    scanner->at++;
    return true;
}

static void skip_space(struct scanner *scanner)
{
    while (take(scanner, ' ') || take(scanner, '\n') || take(scanner, '\r') ||
           take(scanner, '\t')) {
    }
}

/* --- strings ---------------------------------------------------------------------------------- */

static size_t utf8_size(uint32_t code_point)
{
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

static bool scan_escape(struct scanner *scanner, size_t *unescaped_length)
{
    uint32_t code_point = 0;
    size_t size = chatur_json_read_escape(scanner->bytes + scanner->at,
                                          scanner->bytes + scanner->length, &code_point);
    if (size == 0) {
        return refuse(scanner, scanner->at, "an escape that JSON does not have");
    }
    if (code_point == 0) {
        return refuse(scanner, scanner->at, "a NUL character");
    }
    if (code_point >= 0xD800 && code_point <= 0xDFFF) {
        return refuse(scanner, scanner->at, "half of a surrogate pair");
    }
    scanner->at += size;
    *unescaped_length += utf8_size(code_point);
    return true;
}

/* Scans from the opening quote past the closing one; `*string` is what is between. */
static bool scan_string(struct scanner *scanner, struct chatur_json_key *string)
{
    scanner->at++;
    string->bytes = scanner->bytes + scanner->at;
    string->unescaped_length = 0;
    for (;;) {
        int byte = peek(scanner);
        if (byte < 0) {
            return refuse_here(scanner, "a closing quote is expected");
        }
        if (byte == '"') {
            string->length = (size_t)(scanner->bytes + scanner->at - string->bytes);
            scanner->at++;
            return true;
        }
        if (byte == '\\') {
            if (!scan_escape(scanner, &string->unescaped_length)) {
                return false;
            }
            continue;
        }
        if (byte < 0x20) {
            return refuse_here(scanner, "a control character that is not escaped");
        }
        size_t size =
            chatur_utf8_sequence(scanner->bytes + scanner->at, scanner->length - scanner->at);
        if (size == 0) {
            return refuse_here(scanner, "text that is not UTF-8");
        }
        scanner->at += size;
        string->unescaped_length += size;
    }
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static bool scan_digits(struct scanner *scanner)
{
    size_t start = scanner->at;
    while (is_digit(peek(scanner))) {
        scanner->at++;
    }
    return scanner->at > start || refuse_here(scanner, "a digit is expected");
}

static bool fits_int64(const char *digits, size_t count, bool negative)
{
    const char *most = negative ? "9223372036854775808" : "9223372036854775807";
    return count < 19 || (count == 19 && memcmp(digits, most, 19) <= 0);
}

/* True when the mantissa (digits, at most one point) times ten to the exponent is a finite double.
 * The text decides, to 17 digits, as many as tell doubles apart: strtod would need a terminated
 * copy and obey the locale. */
static bool is_finite(const char *mantissa, size_t length, int64_t exponent)
{
    static const char most[] = "17976931348623157"; /* times 1e292 */
    const char *point = memchr(mantissa, '.', length);
    size_t point_at = point == NULL ? length : (size_t)(point - mantissa);
    size_t at = 0;
    while (at < length && (mantissa[at] == '0' || mantissa[at] == '.')) {
        at++;
    }
    if (at == length) {
        return true;
    }
    int64_t power = exponent + (int64_t)point_at - (int64_t)at - (at < point_at ? 1 : 0);
    if (power != 308) {
        return power < 308;
    }
    for (size_t i = 0; i < sizeof(most) - 1 && at < length; at++) {
        if (mantissa[at] == '.') {
            continue;
        }
        if (mantissa[at] != most[i]) {
            return mantissa[at] < most[i];
        }
        i++;
    }
    return true;
}

static bool scan_exponent(struct scanner *scanner, int64_t *exponent)
{
    bool negative = take(scanner, '-');
    if (!negative) {
        (void)take(scanner, '+');
    }
    size_t start = scanner->at;
    if (!scan_digits(scanner)) {
        return false;
    }
    for (size_t i = start; i < scanner->at; i++) {
        /* An exponent past this is out of all range already; adding on would overflow. */
        if (*exponent < INT64_MAX / 100) {
            *exponent = *exponent * 10 + (scanner->bytes[i] - '0');
        }
    }
    if (negative) {
        *exponent = -*exponent;
    }
    return true;
}

static bool scan_number(struct scanner *scanner)
{
    size_t start = scanner->at;
    bool negative = take(scanner, '-');
    size_t mantissa_at = scanner->at;
    if (!take(scanner, '0') && !scan_digits(scanner)) {
        return false;
    }
    bool integer = true;
    if (take(scanner, '.')) {
        integer = false;
        if (!scan_digits(scanner)) {
            return false;
        }
    }
    size_t mantissa_length = scanner->at - mantissa_at;
    int64_t exponent = 0;
    if (take(scanner, 'e') || take(scanner, 'E')) {
        integer = false;
        if (!scan_exponent(scanner, &exponent)) {
            return false;
        }
    }
    const char *mantissa = scanner->bytes + mantissa_at;
    if (integer && !fits_int64(mantissa, mantissa_length, negative)) {
        return refuse(scanner, start, "an integer that 64 bits do not hold");
    }
    if (!integer && !is_finite(mantissa, mantissa_length, exponent)) {
        return refuse(scanner, start, "a number that is too large");
    }
    return true;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool scan_literal(struct scanner *scanner, const char *literal)
{
    for (; *literal != '\0'; literal++) {
        if (!take(scanner, *literal)) {
            return refuse_here(scanner, "a value is expected");
        }
    }
    return true;
}

static bool scan_member(struct scanner *scanner)
{
    struct chatur_json_key key;
    if (peek(scanner) != '"') {
        return refuse_here(scanner, "a key in double quotes is expected");
    }
    if (!scan_string(scanner, &key) || !chatur_json_keys_push(&scanner->keys, &key)) {
        return false;
    }
    skip_space(scanner);
    if (!take(scanner, ':')) {
        return refuse_here(scanner, "a colon is expected");
    }
    return scan_value(scanner);
}

/* Closes an object that began when the stack had `first_key` keys. */
static bool check_keys(struct scanner *scanner, size_t first_key)
{
    const char *repeated = chatur_json_keys_pop(&scanner->keys, first_key);
    if (repeated == NULL) {
        return true;
    }
    size_t quote_at = (size_t)(repeated - scanner->bytes) - 1;
    return refuse(scanner, quote_at, "a key that its object has already");
}

static bool scan_object(struct scanner *scanner)
{
    size_t first_key = scanner->keys.count;
    skip_space(scanner);
    if (take(scanner, '}')) {
        return true;
    }
    for (;;) {
        skip_space(scanner);
        if (!scan_member(scanner)) {
            return false;
        }
        skip_space(scanner);
        if (take(scanner, '}')) {
            return check_keys(scanner, first_key);
        }
        if (!take(scanner, ',')) {
            return refuse_here(scanner, "a comma or a closing brace is expected");
        }
    }
}

static bool scan_array(struct scanner *scanner)
{
    skip_space(scanner);
    if (take(scanner, ']')) {
        return true;
    }
    for (;;) {
        if (!scan_value(scanner)) {
            return false;
        }
        skip_space(scanner);
        if (take(scanner, ']')) {
            return true;
        }
        if (!take(scanner, ',')) {
            return refuse_here(scanner, "a comma or a closing bracket is expected");
        }
    }
}

static bool scan_container(struct scanner *scanner)
{
    if (scanner->depth == CHATUR_JSON_MAX_DEPTH) {
        return refuse_here(scanner, "it is nested too deeply");
    }
    scanner->depth++;
    bool valid =
        take(scanner, '{') ? scan_object(scanner) : take(scanner, '[') && scan_array(scanner);
    scanner->depth--;
    return valid;
}

static bool scan_value(struct scanner *scanner)
{
    struct chatur_json_key string;
    skip_space(scanner);
    switch (peek(scanner)) {
    case '{':
    case '[':
        return scan_container(scanner);
    case '"':
        return scan_string(scanner, &string);
    case 't':
        return scan_literal(scanner, "true");
    case 'f':
        return scan_literal(scanner, "false");
    case 'n':
        return scan_literal(scanner, "null");
    case '-':
        return scan_number(scanner);
    default:
        return is_digit(peek(scanner)) ? scan_number(scanner)
                                       : refuse_here(scanner, "a value is expected");
    }
}

enum chatur_outcome chatur_json_check(const char *bytes, size_t length, struct chatur_error *error)
{
    struct scanner scanner;
    scanner.bytes = bytes;
    scanner.length = length;
    scanner.at = 0;
    scanner.depth = 0;
    scanner.problem = NULL;
    scanner.problem_at = 0;
    chatur_json_keys_init(&scanner.keys);
    bool valid = scan_value(&scanner);
    skip_space(&scanner);
    if (valid && scanner.at < length) {
        valid = refuse_here(&scanner, "nothing more is expected");
    }
    chatur_json_keys_free(&scanner.keys);
    if (valid) {
        return CHATUR_OK;
    }
    if (scanner.problem == NULL) {
        return chatur_no_memory(error);
    }
    return chatur_refuse(error, CHATUR_BAD_REQUEST, "Not acceptable as JSON at byte %zu: %s",
                         scanner.problem_at, scanner.problem);
}
