/* Endpoints: the set that a supervisor runs, made to agree with what a scan found. */
#ifndef CHATUR_COMMAND_ENDPOINTS_H
#define CHATUR_COMMAND_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command/scan.h"
#include "command/sockets.h"
#include "command/workers.h"

struct chatur_endpoint {
    char *path;
    char *binary;
    struct chatur_workers workers;
    bool fresh; /* added when the last findings were applied */
};

struct chatur_endpoints {
    const char *folder; /* the binaries'; borrowed, as are the next two */
    const struct chatur_sockets *sockets;
    const struct chatur_launch *launch;

    struct chatur_endpoint **items;
    size_t count;
    struct chatur_findings known;   /* the last scan that was applied */
    struct chatur_process *leaving; /* asked to end, not yet reaped */

    size_t worker_count; /* per endpoint */
    int64_t patience_s;  /* how long a worker may take to end */
};

/* Ends what is not among `findings` any more, then starts what is new and makes the second names.
 * Takes the findings over. Does all it can; CHATUR_OK, or the first thing that it could not do. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_endpoints_apply(struct chatur_endpoints *endpoints,
                                                             struct chatur_findings *findings,
                                                             struct chatur_error *error);

/* Begins to replace the workers of every endpoint that is not fresh. */
void chatur_endpoints_roll(struct chatur_endpoints *endpoints);
bool chatur_endpoints_rolling(const struct chatur_endpoints *endpoints);

/* How many kept their old workers at the last roll. */
size_t chatur_endpoints_unrolled(const struct chatur_endpoints *endpoints);

/* Tells the owner of the process that it ended. A worker that exited by itself before it was ever
 * ready makes `*refused` its endpoint's path; otherwise that is left alone. */
void chatur_endpoints_reaped(struct chatur_endpoints *endpoints, pid_t pid, int status,
                             const char **refused);

/* Does what is due. */
void chatur_endpoints_tend(struct chatur_endpoints *endpoints);
bool chatur_endpoints_ready(const struct chatur_endpoints *endpoints);

/* Removes every socket and asks every worker to end; they are on `leaving` then. */
void chatur_endpoints_end(struct chatur_endpoints *endpoints);

/* Frees what is left of an ended set. */
void chatur_endpoints_free(struct chatur_endpoints *endpoints);

#endif
