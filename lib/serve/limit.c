/* The address first: who is over its limit has not used up anything of the user's. */
#include "serve/limit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "serve/params.h"

/* The longest user id that a provider gives is 128 bytes. */
#define KEY_BYTES 256

bool chatur_limit_address(const char *address, char name[CHATUR_LIMIT_ADDRESS_SIZE])
{
    struct in_addr four;
    struct in6_addr six;
    if (chatur_params_is_loopback(address)) {
        return false;
    }
    if (inet_pton(AF_INET, address, &four) == 1) {
        chatur_hex(&four, sizeof(four), name);
        return true;
    }
    if (inet_pton(AF_INET6, address, &six) != 1) {
        return false;
    }
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        chatur_hex(&six.s6_addr[12], 4, name);
    } else {
        chatur_hex(&six, 8, name);
    }
    return true;
}

static const char *name_of(enum chatur_limit limit)
{
    return limit == CHATUR_LIMIT_LOGIN ? "login" : "generate";
}

static struct chatur_rate rate_of(const struct chatur_config *config, enum chatur_limit limit)
{
    switch (limit) {
    case CHATUR_LIMIT_GENERATE:
        return config->rate_generate;
    case CHATUR_LIMIT_LOGIN:
        return config->rate_login;
    case CHATUR_NO_LIMIT:
        break;
    }
    return (struct chatur_rate){0};
}

/* One limit more. */
static enum chatur_outcome take(struct chatur_cache *cache, const char *key,
                                const struct chatur_rate *rate, struct chatur_allowance *allowance,
                                struct chatur_error *error)
{
    struct chatur_allowance found = {0};
    chatur_cache_take(cache, key, rate, chatur_now_ms(), &found);
    chatur_allowance_tighten(allowance, &found);
    if (!found.allowed) {
        error->retry_after_s = (unsigned)found.retry_after_s;
        return CHATUR_TOO_MANY;
    }
    return CHATUR_OK;
}

enum chatur_outcome chatur_limit_check(struct chatur_app *app, enum chatur_limit limit,
                                       const char *remote_addr, const char *uid,
                                       struct chatur_allowance *allowance,
                                       struct chatur_error *error)
{
    char key[KEY_BYTES];
    char address[CHATUR_LIMIT_ADDRESS_SIZE];
    struct chatur_cache *cache = NULL;
    struct chatur_rate rate = rate_of(chatur_app_config(app), limit);
    *allowance = (struct chatur_allowance){0};
    if (rate.count == 0) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = chatur_app_cache(app, &cache, error);
    if (outcome != CHATUR_OK) {
        return CHATUR_INTERNAL;
    }
    if (chatur_limit_address(remote_addr, address)) {
        struct chatur_rate shared = {rate.count * CHATUR_LIMIT_ADDRESS_FACTOR, rate.period_s};
        (void)snprintf(key, sizeof(key), "%s address %s", name_of(limit), address);
        outcome = take(cache, key, &shared, allowance, error);
    }
    if (outcome == CHATUR_OK && uid != NULL) {
        (void)snprintf(key, sizeof(key), "%s user %s", name_of(limit), uid);
        outcome = take(cache, key, &rate, allowance, error);
    }
    return outcome;
}
