/* Sockets: STATE_DIR/run, where NGINX finds every endpoint by its path: `email/generateEmail` is
 * answered at run/email/generateEmail.sock, a second name at a symbolic link to it. The folder is
 * one supervisor's at a time, kept by run/lock. */
#ifndef CHATUR_COMMAND_SOCKETS_H
#define CHATUR_COMMAND_SOCKETS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "base/outcome.h"

struct chatur_sockets {
    char *folder; /* STATE_DIR/run */
    gid_t group;  /* (gid_t)-1: the process's own */
    bool ours;    /* the folder was made, or is kept, by supervisors: set its mode too */
    int lock;     /* -1: not held */
};

/* What chatur_sockets_open and chatur_sockets_listen would find wrong with the settings; nothing is
 * made. Each: CHATUR_OK, CHATUR_BAD_REQUEST, CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_sockets_check_group(const struct chatur_config *config,
                                                                 struct chatur_error *error);
CHATUR_MUST_CHECK enum chatur_outcome chatur_sockets_check_path(const struct chatur_config *config,
                                                                const char *path,
                                                                struct chatur_error *error);

/* Makes the folder where it is missing, takes the lock, and clears away what a killed supervisor
 * left. CHATUR_OK; CHATUR_CONFLICT: another one holds the lock (`already running (pid N)`), and
 * nothing was touched; CHATUR_BAD_REQUEST: no such SOCKET_GROUP; CHATUR_INTERNAL.
 * Call chatur_sockets_close in every case. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_sockets_open(struct chatur_sockets *sockets,
                                                          const struct chatur_config *config,
                                                          struct chatur_error *error);

/* Gives the lock up and removes the folder when it is empty. */
void chatur_sockets_close(struct chatur_sockets *sockets);

/* Listens at the endpoint's path: mode 0660, the group set, close-on-exec, blocking. A socket or
 * link that is there already is replaced: we hold the lock. CHATUR_OK; CHATUR_BAD_REQUEST: the path
 * is too long for a socket; CHATUR_INTERNAL. `*listener` is -1 unless OK. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_sockets_listen(const struct chatur_sockets *sockets,
                                                            const char *path, int *listener,
                                                            struct chatur_error *error);

/* Closes every connection that waits at the listener, which NGINX answers as "try again". Not while
 * a process runs that may take one: the listener does not block meanwhile. */
void chatur_sockets_turn_away(int listener);

/* Makes the second name `path` lead to `target`'s socket, replacing what link there was. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_sockets_link(const struct chatur_sockets *sockets,
                                                          const char *path, const char *target,
                                                          struct chatur_error *error);

/* Removes the socket or link of this path, and the folders that are empty then. */
void chatur_sockets_remove(const struct chatur_sockets *sockets, const char *path);

#endif
