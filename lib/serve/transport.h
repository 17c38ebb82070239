/* Transport (private to serve): how a request's bytes come in and its answer's bytes go out; one
 * for FastCGI, one for CGI. The pipeline knows nothing else of either.
 *
 * `write` and `flush` come in as many turns as a response likes, so a handler that streams needs no
 * other transport, only a way to get at this one. */
#ifndef CHATUR_SERVE_TRANSPORT_H
#define CHATUR_SERVE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct chatur_transport;

struct chatur_transport_ops {
    /* A CGI parameter (RFC 3875, section 4.1), or NULL. Lives as long as the request. */
    const char *(*param)(struct chatur_transport *transport, const char *name);

    /* Reads up to `size` bytes of the body. How many; 0 at its end; -1 when the client is gone or
     * too slow. */
    ssize_t (*read)(struct chatur_transport *transport, char *bytes, size_t size);

    /* Appends to the answer. False: the client is gone or too slow, and nothing more can be sent.
     */
    bool (*write)(struct chatur_transport *transport, const char *bytes, size_t length);

    /* Sends what was written so far; `last` also ends the answer. False as for write. */
    bool (*flush)(struct chatur_transport *transport, bool last);
};

struct chatur_transport {
    const struct chatur_transport_ops *ops;
    bool local; /* the web server reached us over loopback, a unix socket, or as our parent */
};

#endif
