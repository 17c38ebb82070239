/* A proxy in front of a server on loopback that can be told to misbehave, in a process of its own.
 */
#ifndef TESTS_UNIT_PROXY_H
#define TESTS_UNIT_PROXY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum proxy_mode {
    PROXY_PASSES,
    PROXY_DRIPS,   /* a byte of the answer in every 50 ms */
    PROXY_MUTE,    /* takes requests, and never answers */
    PROXY_CUTS,    /* passes half of an answer and closes the connection */
    PROXY_LAGS,    /* every answer is held back for 200 ms */
    PROXY_BABBLES, /* answers what is no protocol */
    PROXY_LOADS,   /* answers as a Redis that was just started does */
    PROXY_LOCKED,  /* and as one that wants a password now */
    PROXY_LIES     /* answers what is no answer to anything that was asked */
};

struct proxy {
    pid_t pid;
    int port;
    _Atomic(int) *mode; /* of all connections, at once */
};

/* Asked about each piece of a request, in the proxy's process, before it is passed on: false: it is
 * lost. May wait. NULL: all are passed on. Set it before proxy_start. */
extern bool (*proxy_lets_pass)(const char *bytes, size_t length);

void proxy_start(struct proxy *proxy, int server_port);
void proxy_stop(struct proxy *proxy);

#endif
