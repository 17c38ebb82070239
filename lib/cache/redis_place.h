/* Redis place (private to cache's Redis backend): the URL taken apart. */
#ifndef CHATUR_CACHE_REDIS_PLACE_H
#define CHATUR_CACHE_REDIS_PLACE_H

#include "cache/redis_resolver.h"
#include "cache/tls_driver.h"

struct redis_place {
    char *host; /* without brackets */
    char *port;
    char *user;                      /* NULL: the default user */
    char *password;                  /* NULL: none is asked for */
    char *database;                  /* NULL: 0 */
    SSL_CTX *tls;                    /* NULL: plain */
    struct redis_resolver *resolver; /* of host and port */
};

#endif
