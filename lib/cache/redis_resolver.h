/* Redis resolver (private to cache): the addresses of a host, by a deadline.
 *
 * getaddrinfo has no time limit: with a resolver that does not answer it takes half a minute, and
 * nothing can interrupt it. So a name is looked up by a thread of its own, one at a time; callers
 * wait for it as long as they can afford to, and then do with what was last known. An address is no
 * name: it is never looked up, and there is no thread. Thread-safe. */
#ifndef CHATUR_CACHE_REDIS_RESOLVER_H
#define CHATUR_CACHE_REDIS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/outcome.h"

/* A host has more only for the sake of a balance that one client does not need. */
#define REDIS_ADDRESSES_MAX 8

/* How long a lookup is waited for by who knows addresses already: time must be left to connect. */
#define REDIS_RESOLVER_PATIENCE_US 150000

struct redis_addresses {
    size_t count;
    socklen_t lengths[REDIS_ADDRESSES_MAX];
    struct sockaddr_storage at[REDIS_ADDRESSES_MAX];
};

struct redis_resolver;

/* Looks nothing up yet. `host` (a name, or an address without brackets) and `port` (a number) are
 * copied. NULL: out of memory. */
struct redis_resolver *redis_resolver_new(const char *host, const char *port);

/* Waits for nothing: a lookup that is still running ends by itself and takes the rest with it. */
void redis_resolver_free(struct redis_resolver *resolver);

/* What the name stands for now, or did when it was last answered, if the answer to this question
 * does not come in time or is a failure (but for "there is no such name": then nothing is known any
 * more). Waits until `deadline_us` (monotonic) at most. False: no address is known, in
 * error->detail why. */
CHATUR_MUST_CHECK bool redis_resolver_find(struct redis_resolver *resolver, int64_t deadline_us,
                                           struct redis_addresses *addresses,
                                           struct chatur_error *error);

#endif
