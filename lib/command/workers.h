/* Workers: the processes of one endpoint, kept at a number. One that dies comes back after a pause
 * that doubles from 0.2 s to 25 s and is short again once a worker lasted 10 s. Rolling replaces
 * them one by one, each only once its replacement is ready. When none of them is up and the next
 * try is some time off, clients are turned away at once instead of waiting for it. */
#ifndef CHATUR_COMMAND_WORKERS_H
#define CHATUR_COMMAND_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "command/process.h"

struct chatur_slot {
    struct chatur_process *current;     /* NULL: dead, and back at restart_at_us */
    struct chatur_process *replacement; /* NULL unless this slot is being rolled */
    int64_t restart_at_us;
    unsigned failures; /* deaths in a row */
};

struct chatur_workers {
    const struct chatur_launch *launch; /* borrowed, as are the strings */
    const char *name;
    const char *binary;
    int listener;

    struct chatur_slot *slots;
    size_t count;
    size_t wanted; /* what count becomes when a roll succeeds */

    bool rolling;
    bool roll_failed; /* the last roll: what ran before it still does */
    size_t roll_slot;
    bool down; /* clients are being turned away */

    struct chatur_process **leaving; /* borrowed: where processes go that were asked to end */
    int64_t patience_s;              /* how long they may take */
};

/* What a reaped process was to these workers. */
enum chatur_reaped {
    CHATUR_REAPED_OTHER, /* none of theirs */
    CHATUR_REAPED_WORKER,
    CHATUR_REAPED_REFUSED /* it exited, by itself, before it was ever ready */
};

/* Starts `count` of them; one that cannot be started is tried again later, like one that died.
 * False: out of memory. */
CHATUR_MUST_CHECK bool chatur_workers_start(struct chatur_workers *workers, size_t count);

/* Begins to replace every worker; afterwards there are `wanted`. */
void chatur_workers_roll(struct chatur_workers *workers, size_t wanted);

/* Tells them that a process ended. */
enum chatur_reaped chatur_workers_reaped(struct chatur_workers *workers, pid_t pid, int status);

/* Does what is due: hears who is ready, restarts, gives up on who is not ready in time, turns
 * clients away. */
void chatur_workers_tend(struct chatur_workers *workers);

/* Is every worker up and ready? */
bool chatur_workers_ready(const struct chatur_workers *workers);

/* Asks all of them to end, now on `leaving`, and frees the slots. */
void chatur_workers_end(struct chatur_workers *workers);

#endif
