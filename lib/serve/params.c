#include "serve/params.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"

bool chatur_params_number(const char *text, uint64_t *number)
{
    *number = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        bool fits = *number <= (UINT64_MAX - digit) / 10;
        *number = fits ? *number * 10 + digit : UINT64_MAX;
    }
    return true;
}

bool chatur_params_is_clean(const char *value, size_t max_bytes)
{
    size_t length = strnlen(value, max_bytes + 1);
    if (length > max_bytes) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)value[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_alphanumeric(char byte)
{
    return chatur_is_digit(byte) || chatur_is_letter(byte);
}

/* How many letters, digits and `marks` the value is made of; SIZE_MAX: it has others, or is longer
 * than `max`. */
static size_t count_plain(const char *value, const char *marks, size_t max)
{
    size_t length = 0;
    for (; value[length] != '\0'; length++) {
        bool allowed = is_alphanumeric(value[length]) || strchr(marks, value[length]) != NULL;
        if (!allowed || length == max) {
            return SIZE_MAX;
        }
    }
    return length;
}

bool chatur_params_is_request_id(const char *value)
{
    size_t length = count_plain(value, "._-", CHATUR_REQUEST_ID_MAX);
    return length > 0 && length != SIZE_MAX;
}

bool chatur_params_is_path(const char *value)
{
    size_t length = count_plain(value, "._-/", CHATUR_ENDPOINT_MAX);
    return value[0] == '/' && length > 1 && length != SIZE_MAX;
}

/* --- Content-Type (RFC 9110, section 8.3.1) -------------------------------------------------- */

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

static size_t token_length(const char *text)
{
    size_t length = 0;
    while (is_alphanumeric(text[length]) ||
           (text[length] != '\0' && strchr("!#$%&'*+-.^_`|~", text[length]) != NULL)) {
        length++;
    }
    return length;
}

static bool matches(const char *text, size_t length, const char *expected)
{
    return length == strlen(expected) && strncasecmp(text, expected, length) == 0;
}

/* The length of a quoted string with both quotes; 0 when it does not end. */
static size_t quoted_length(const char *text)
{
    size_t length = 1;
    while (text[length] != '"') {
        if (text[length] == '\\') {
            length++;
        }
        if (text[length] == '\0') {
            return 0;
        }
        length++;
    }
    return length + 1;
}

/* Reads one `name=value` and moves past it. False when it is malformed or another charset. */
static bool take_parameter(const char **text)
{
    size_t name_length = token_length(*text);
    const char *value = *text + name_length;
    if (name_length == 0 || *value != '=') {
        return false;
    }
    value++;
    bool quoted = *value == '"';
    size_t value_length = quoted ? quoted_length(value) : token_length(value);
    if (value_length == 0) {
        return false;
    }
    bool is_charset = matches(*text, name_length, "charset");
    *text = value + value_length;
    return !is_charset || matches(value, value_length, quoted ? "\"utf-8\"" : "utf-8");
}

bool chatur_params_is_json(const char *content_type)
{
    static const char json[] = "application/json";
    if (strncasecmp(content_type, json, sizeof(json) - 1) != 0) {
        return false;
    }
    const char *rest = skip_space(content_type + sizeof(json) - 1);
    while (*rest == ';') {
        rest = skip_space(rest + 1);
        if (*rest != ';' && *rest != '\0' && !take_parameter(&rest)) {
            return false;
        }
        rest = skip_space(rest);
    }
    return *rest == '\0';
}

/* --- Accept (RFC 9110, section 12.5.1) ------------------------------------------------------- */

/* A weight in thousandths; -1: malformed. */
static int read_weight(const char *text, size_t length)
{
    int weight = *text == '1' ? 1000 : 0;
    if (length == 0 || length > 5 || (*text != '0' && *text != '1') ||
        (length > 1 && text[1] != '.')) {
        return -1;
    }
    int unit = 100;
    for (size_t i = 2; i < length; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        weight += (text[i] - '0') * unit;
    }
    return weight <= 1000 ? weight : -1;
}

/* Reads the parameters of one media range. Its weight; -1: one of them is malformed. */
static int take_weight(const char **text)
{
    int weight = 1000;
    const char *at = skip_space(*text);
    while (*at == ';') {
        at = skip_space(at + 1);
        size_t name_length = token_length(at);
        if (name_length == 0 || at[name_length] != '=') {
            return -1;
        }
        const char *value = at + name_length + 1;
        size_t value_length = *value == '"' ? quoted_length(value) : token_length(value);
        if (value_length == 0) {
            return -1;
        }
        if (matches(at, name_length, "q")) {
            weight = read_weight(value, value_length);
            if (weight < 0) {
                return -1;
            }
        }
        at = skip_space(value + value_length);
    }
    *text = at;
    return *at == ',' || *at == '\0' ? weight : -1;
}

bool chatur_params_accepts_events(const char *accept)
{
    int events = 0;
    int json = 0;
    while (*accept != '\0') {
        const char *name = skip_space(accept);
        size_t length = strcspn(name, ",; \t");
        const char *rest = name + length;
        int weight = take_weight(&rest);
        if (weight > events && matches(name, length, "text/event-stream")) {
            events = weight;
        }
        if (weight > json && matches(name, length, "application/json")) {
            json = weight;
        }
        accept = rest + strcspn(rest, ",");
        accept += *accept == ',';
    }
    return events > 0 && events >= json;
}

/* --- addresses ------------------------------------------------------------------------------- */

bool chatur_params_is_loopback(const char *address)
{
    struct in_addr four;
    struct in6_addr six;
    if (strncmp(address, "unix:", 5) == 0) {
        return true;
    }
    if (inet_pton(AF_INET, address, &four) == 1) {
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (inet_pton(AF_INET6, address, &six) != 1) {
        return false;
    }
    return IN6_IS_ADDR_LOOPBACK(&six) ||
           (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == IN_LOOPBACKNET);
}
