/* The rules of single settings: what a value may look like, and the sentence for one that does not.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/routes.h"
#include "base/settings.h"
#include "base/text.h"

#define DIGITS "0123456789"

/* Only ASCII counts here, whatever the locale. */
static bool is_host_character(char character)
{
    return isascii(character) && (isalnum(character) || character == '-' || character == '.');
}

/* Past `mark` and a number in its bounds; `at` itself when there is no mark; NULL when it is no
 * such number. */
static const char *skip_number(const char *at, char mark, long min, long max)
{
    if (*at != mark) {
        return at;
    }
    size_t digits = strspn(at + 1, DIGITS);
    long number = strtol(at + 1, NULL, 10);
    bool valid = digits > 0 && digits <= 5 && number >= min && number <= max;
    return valid ? at + 1 + digits : NULL;
}

/* Past the `[address]` that `at` starts with, or NULL. */
static const char *skip_bracketed(const char *at)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr ignored;
    size_t length = strcspn(at + 1, "]");
    if (length >= sizeof(address) || at[1 + length] != ']') {
        return NULL;
    }
    memcpy(address, at + 1, length);
    return inet_pton(AF_INET6, address, &ignored) == 1 ? at + length + 2 : NULL;
}

/* Past the `host` or `[address]` that `at` starts with, or NULL. */
static const char *skip_host(const char *at)
{
    const char *end = at;
    if (*at == '[') {
        return skip_bracketed(at);
    }
    while (is_host_character(*end)) {
        end++;
    }
    return end > at ? end : NULL;
}

/* Past the `scheme://host[:port]` that `url` starts with, or NULL. */
static const char *skip_origin(const char *url)
{
    const char *at = url;
    while (is_host_character(*at) || *at == '+') {
        at++;
    }
    if (at == url || strncmp(at, "://", 3) != 0) {
        return NULL;
    }
    at = skip_host(at + 3);
    return at != NULL ? skip_number(at, ':', 1, 65535) : NULL;
}

const char *chatur_setting_check_listen(const char *value)
{
    unsigned char address[sizeof(struct in6_addr)];
    bool valid =
        inet_pton(AF_INET, value, address) == 1 || inet_pton(AF_INET6, value, address) == 1;
    return valid ? NULL : "must be an IPv4 or IPv6 address, such as 127.0.0.1 or ::1";
}

/* True for http:// or https://, a host, and at most a port and a plain path. */
static bool is_web_url(const char *value)
{
    bool web = strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0;
    const char *path = web ? skip_origin(value) : NULL;
    if (path == NULL || (*path != '\0' && *path != '/')) {
        return false;
    }
    for (; *path != '\0'; path++) {
        if (!is_host_character(*path) && strchr("/_~%+@:,=&", *path) == NULL) {
            return false;
        }
    }
    return true;
}

const char *chatur_setting_check_public_url(const char *value)
{
    return is_web_url(value)
               ? NULL
               : "must be a URL such as https://mail.example.com: http:// or https://, a host, and "
                 "at most a port and a plain path";
}

const char *chatur_setting_check_base_url(const char *value)
{
    return is_web_url(value)
               ? NULL
               : "must be a URL such as https://models.example.com/v1: http:// or https://, a "
                 "host, and at most a port and a plain path";
}

/* It goes into a header as it is. */
const char *chatur_setting_check_api_key(const char *value)
{
    for (; *value != '\0'; value++) {
        if (!isascii(*value) || !isgraph(*value)) {
            return "must be ASCII characters without spaces";
        }
    }
    return NULL;
}

const char *chatur_setting_check_generators(const char *value)
{
    struct chatur_routes routes;
    return chatur_routes_parse(value, &routes);
}

const char *chatur_setting_check_cors_origin(const char *value)
{
    if (strcmp(value, "*") == 0) {
        return NULL;
    }
    for (const char *at = value;; at++) {
        at += strspn(at, " \t");
        at = skip_origin(at);
        if (at != NULL) {
            at += strspn(at, " \t");
        }
        if (at == NULL || (*at != '\0' && *at != ',')) {
            return "must be *, or one or more origins separated by commas, each "
                   "scheme://host[:port] without a path";
        }
        if (*at == '\0') {
            return NULL;
        }
    }
}

const char *chatur_setting_check_db_uri(const char *value)
{
    size_t scheme = strcspn(value, ":/");
    if (scheme == 0 || value[scheme] != ':') {
        return "must start with a scheme, such as sqlite:";
    }
    if (strcmp(value, "sqlite::memory:") == 0) {
        return "cannot be in memory: every process would have a database of its own";
    }
    return NULL;
}

/* A limit that a day does not renew is a ban. Times are counted in milliseconds, and an address
 * gets ten times a user's rate. */
#define RATE_MAX_COUNT    1000000L
#define RATE_MAX_PERIOD_S 86400L
#define RATE_MAX_PER_S    100L

struct chatur_rate chatur_setting_rate(const char *value)
{
    char *slash = NULL;
    struct chatur_rate rate = {.count = strtoll(value, &slash, 10)};
    if (*slash == '/') {
        rate.period_s = strtoll(slash + 1, NULL, 10);
    }
    return rate;
}

const char *chatur_setting_check_rate(const char *value)
{
    static const char rule[] = "must be 0, or COUNT/SECONDS such as 120/60: at most 1000000 in at "
                               "most 86400 seconds, and at most 100 a second";
    if (strcmp(value, "0") == 0) {
        return NULL;
    }
    size_t count = strspn(value, DIGITS);
    const char *period = value + count + 1;
    if (count == 0 || count > 7 || value[count] != '/') {
        return rule;
    }
    size_t digits = strspn(period, DIGITS);
    if (digits == 0 || digits > 5 || period[digits] != '\0') {
        return rule;
    }
    struct chatur_rate rate = chatur_setting_rate(value);
    bool valid = rate.count >= 1 && rate.count <= RATE_MAX_COUNT && rate.period_s >= 1 &&
                 rate.period_s <= RATE_MAX_PERIOD_S && rate.count <= rate.period_s * RATE_MAX_PER_S;
    return valid ? NULL : rule;
}

static bool is_host_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!isascii(name[i]) || (!isalnum(name[i]) && strchr("-._", name[i]) == NULL)) {
            return false;
        }
    }
    return length > 0 && length <= 253;
}

const char *chatur_setting_check_host(const char *value)
{
    struct in6_addr ignored;
    bool valid = is_host_name(value, strlen(value)) || inet_pton(AF_INET6, value, &ignored) == 1;
    return valid ? NULL : "must be an address or a host's name";
}

/* Past the user and password that end in an @, or NULL when something in them is not escaped. */
static const char *skip_user(const char *at)
{
    const char *end = strrchr(at, '@');
    if (end == NULL) {
        return at;
    }
    for (; at < end; at++) {
        bool escape = at[0] == '%' && isxdigit((unsigned char)at[1]) &&
                      isxdigit((unsigned char)at[2]) && strncmp(at, "%00", 3) != 0;
        bool plain = isascii(*at) && (isalnum(*at) || strchr("-._~:!$&'()*+,;=", *at) != NULL);
        if (!escape && !plain) {
            return NULL;
        }
    }
    return end + 1;
}

/* As skip_host, for the wider names that machines have among themselves. */
static const char *skip_host_name(const char *at)
{
    size_t length = strcspn(at, ":/");
    if (at[0] == '[') {
        return skip_bracketed(at);
    }
    return is_host_name(at, length) ? at + length : NULL;
}

const char *chatur_setting_check_redis_url(const char *value)
{
    static const char rule[] = "must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] or rediss://…, "
                               "with odd characters in USER and PASSWORD written %XX";
    bool known = strncmp(value, "redis://", 8) == 0 || strncmp(value, "rediss://", 9) == 0;
    const char *at = known ? skip_user(strstr(value, "://") + 3) : NULL;
    at = at != NULL ? skip_host_name(at) : NULL;
    at = at != NULL ? skip_number(at, ':', 1, 65535) : NULL;
    if (at != NULL && strcmp(at, "/") != 0) {
        at = skip_number(at, '/', 0, 99999);
    } else if (at != NULL) {
        at++;
    }
    return at != NULL && *at == '\0' ? NULL : rule;
}
