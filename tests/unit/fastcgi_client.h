/* A FastCGI client for the tests, small enough to be wrong on purpose: it builds a request record
 * by record, so that a test can leave any of them out, cut one short or lie in it. */
#ifndef CHATUR_TESTS_FASTCGI_CLIENT_H
#define CHATUR_TESTS_FASTCGI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* --- building; everything appends to `wire` --------------------------------------------------- */

/* One record as it stands, with the content length given, also when there are fewer bytes. */
void fastcgi_record(struct chatur_buffer *wire, unsigned char type, const char *content,
                    size_t length);
void fastcgi_begin(struct chatur_buffer *wire, unsigned role, unsigned flags);

/* A name-value pair for a params record, its lengths in four bytes each, as claimed. */
void fastcgi_pair_claiming(struct chatur_buffer *params, const char *name, const char *value,
                           uint32_t name_length, uint32_t value_length);
void fastcgi_pair(struct chatur_buffer *params, const char *name, const char *value);

/* A whole POST with a body; `query` tells the endpoint under test what to do. */
void fastcgi_post(struct chatur_buffer *wire, const char *query, const char *body);

/* --- talking ---------------------------------------------------------------------------------- */

/* Connects to the unix socket; fails the test when it cannot. */
int fastcgi_connect(const char *socket_path);

/* Sends what it can; false when the peer closed. Clears `wire`. */
bool fastcgi_send(int fd, struct chatur_buffer *wire);

struct fastcgi_answer {
    struct chatur_buffer output; /* what came as standard output */
    int status;                  /* of its Status line; 0: none */
    bool ended;                  /* the end of the request was said */
    bool closed;                 /* the connection was closed within the time */
};

/* Reads until the peer closes, for at most `timeout_ms`. Free with chatur_buffer_free(&output). */
struct fastcgi_answer fastcgi_receive(int fd, int timeout_ms);

/* Connects, posts, receives, closes; the answer's status, and its body compared when given. */
int fastcgi_exchange(const char *socket_path, const char *query, const char *body,
                     const char *expected_part);

#endif
