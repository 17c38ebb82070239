/* Redis link (private to cache): one connection, plain or TLS, and the place it leads to.
 *
 * hiredis speaks the protocol; the bytes go through a socket of our own that never blocks. hiredis
 * 0.14 has no TLS, and its timeouts are per system call, so that a server that answers a byte at a
 * time would hold a request for as long as it likes. Here every wait ends at one deadline. */
#ifndef CHATUR_CACHE_REDIS_LINK_H
#define CHATUR_CACHE_REDIS_LINK_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/outcome.h"

/* Where Redis is. */
struct redis_place;

/* CHATUR_BAD_REQUEST: the URL or the certificate file cannot be used; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome redis_place_new(const struct chatur_config *config,
                                                      struct redis_place **place,
                                                      struct chatur_error *error);
void redis_place_free(struct redis_place *place);

/* Not thread-safe: one thread at a time. */
struct redis_link;

/* Connects, and says who we are and which database. Waits until `deadline_us` (monotonic) at most.
 * NULL: CHATUR_UNAVAILABLE, in error->detail why. */
struct redis_link *redis_link_open(const struct redis_place *place, int64_t deadline_us,
                                   struct chatur_error *error);
void redis_link_close(struct redis_link *link);

int redis_link_fd(const struct redis_link *link);

/* Sends a command (made by redisFormatCommand). False: the link is of no use any more. */
bool redis_link_send(struct redis_link *link, const char *command, size_t length,
                     int64_t deadline_us);

/* Waits for the next reply, which is the caller's to free. NULL: the link is of no use any more;
 * *lost (may be NULL) says whether the server had closed it. */
redisReply *redis_link_receive(struct redis_link *link, int64_t deadline_us, bool *lost);

/* A reply that is here already; *bytes grows by what was read. NULL: there is none; the link is of
 * no use any more when *broken. */
redisReply *redis_link_poll(struct redis_link *link, size_t *bytes, bool *broken);

/* Sends and receives. NULL on an error reply too; *refused (may be NULL) says that it was one. */
redisReply *redis_link_ask(struct redis_link *link, int64_t deadline_us, bool *refused,
                           struct chatur_error *error, const char *format, ...);

#endif
