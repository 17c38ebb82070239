/* A real redis-server of the test's own: on a free port of loopback, with its files in a folder of
 * its own. All of these fail the test when they cannot do what they say. */
#ifndef TESTS_UNIT_REDIS_SERVER_H
#define TESTS_UNIT_REDIS_SERVER_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <sys/types.h>

struct redis_server {
    pid_t pid; /* 0: it is not running */
    int port;
    bool tls; /* set before the start */
    char folder[64];
};

/* Starts it and waits until it answers. Again after a stop: on the same port, and empty. With
 * `tls`: a certificate for localhost and not for 127.0.0.1, by an authority in FOLDER/ca.crt. */
void redis_server_start(struct redis_server *server);

/* At once, as a crash would. */
void redis_server_stop(struct redis_server *server);
void redis_server_remove(struct redis_server *server); /* and its folder */

void redis_server_freeze(const struct redis_server *server);
void redis_server_thaw(const struct redis_server *server);

/* Sends a command on a connection of its own (not to a server with TLS). The integer of the reply,
 * or 0. */
long long redis_server_do(const struct redis_server *server, const char *format, ...);

/* Runs a line of shell. */
void run_shell(const char *line);

/* A port that was free a moment ago. */
int free_port(void);

#endif
