/* Rules of single values that take more than a line to say. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"

#define DIGITS "0123456789"

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
                               "most 86400 seconds, and at most 1000 a second";
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

/* Past `host` or `[address]`, or NULL. */
static const char *skip_host(const char *at)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct in6_addr ignored;
    size_t length = at[0] == '[' ? strcspn(at + 1, "]") : strcspn(at, ":/");
    if (at[0] != '[') {
        return is_host_name(at, length) ? at + length : NULL;
    }
    if (length >= sizeof(address) || at[1 + length] != ']') {
        return NULL;
    }
    memcpy(address, at + 1, length);
    return inet_pton(AF_INET6, address, &ignored) == 1 ? at + length + 2 : NULL;
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

const char *chatur_setting_check_redis_url(const char *value)
{
    static const char rule[] = "must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] or rediss://…, "
                               "with odd characters in USER and PASSWORD written %XX";
    bool known = strncmp(value, "redis://", 8) == 0 || strncmp(value, "rediss://", 9) == 0;
    const char *at = known ? skip_user(strstr(value, "://") + 3) : NULL;
    at = at != NULL ? skip_host(at) : NULL;
    at = at != NULL ? skip_number(at, ':', 1, 65535) : NULL;
    if (at != NULL && strcmp(at, "/") != 0) {
        at = skip_number(at, '/', 0, 99999);
    } else if (at != NULL) {
        at++;
    }
    return at != NULL && *at == '\0' ? NULL : rule;
}
