/* Limit (private to serve): how often a client address, and a user, may call an endpoint. */
#ifndef CHATUR_SERVE_LIMIT_H
#define CHATUR_SERVE_LIMIT_H

#include <stdbool.h>

#include "base/config.h"
#include "cache/cache.h"
#include "serve/serve.h"

/* Many people share an address: an office, a school, a mobile network. */
#define CHATUR_LIMIT_ADDRESS_FACTOR 10

#define CHATUR_LIMIT_ADDRESS_SIZE 40

/* The address as what a limit is kept by: an IPv4 address whole, of an IPv6 address the 64 bits
 * that stand for a customer and not for a device. False for what is no client's: this machine's own
 * addresses, which a proxy in front may have, and what is no address. */
bool chatur_limit_address(const char *address, char name[CHATUR_LIMIT_ADDRESS_SIZE]);

/* Counts this request. `remote_addr` may be ""; `uid` is NULL when nobody is known. Fills
 * `*allowance` with the tighter of the two limits; limit 0: there is none. CHATUR_OK;
 * CHATUR_TOO_MANY with error->retry_after_s; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_limit_check(struct chatur_app *app, enum chatur_limit limit, const char *remote_addr,
                   const char *uid, struct chatur_allowance *allowance, struct chatur_error *error);

#endif
