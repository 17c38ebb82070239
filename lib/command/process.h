/* Process: one worker, from fork to its end. A worker is an endpoint's binary with the listening
 * socket as fd 0; it gets READY_FD=3 in its environment and writes a newline there once it accepts
 * requests. */
#ifndef CHATUR_COMMAND_PROCESS_H
#define CHATUR_COMMAND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/outcome.h"

/* What all workers share. Every descriptor is close-on-exec. */
struct chatur_launch {
    char **environment; /* chatur_launch_environment */
    int null_fd;        /* /dev/null, for a worker's stdout */
    int epoll_fd;       /* wakes up when a worker says that it is ready */
};

struct chatur_process {
    struct chatur_process *next; /* the keeper's; see workers.h */
    pid_t pid;
    int ready_fd; /* -1: nothing more to hear */
    bool ready;
    int64_t started_us; /* chatur_monotonic_us */
    int64_t kill_at_us; /* when asking is over; 0: no limit; INT64_MAX: killed */
    char name[];        /* the endpoint's, for the log */
};

/* A copy of this process's environment that says READY_FD=3 and nothing of the sockets that were
 * passed to us, and has malloc keep less for each thread unless it was tuned already. NULL: out of
 * memory. Free with free(3); the strings are the environment's own. */
char **chatur_launch_environment(void);

/* Forks and runs `binary`. The worker gets SIGTERM if we die. `*process` is NULL unless OK.
 * CHATUR_OK, also when the binary then turns out not to be runnable (the worker says so in the log
 * and exits with 126); CHATUR_INTERNAL: no memory, no process. */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_process_start(const struct chatur_launch *launch, const char *name, const char *binary,
                     int listener, struct chatur_process **process, struct chatur_error *error);

/* Listens on ready_fd, without waiting. True once: at the call that hears it. */
bool chatur_process_heard_ready(struct chatur_process *process);

/* Asks it to finish (SIGTERM), and has chatur_process_hurry kill it `patience_s` from now. */
void chatur_process_ask_to_end(struct chatur_process *process, int64_t patience_s);

/* Kills it (SIGKILL) when kill_at_us is past, and says in the log what it was late for: `lateness`
 * completes "worker 1 …". */
void chatur_process_hurry(struct chatur_process *process, const char *lateness);

/* Forgets it, which must have been reaped or be of no concern any more. NULL is fine. */
void chatur_process_free(struct chatur_process *process);

/* "exited with code 1", "was killed by signal 11 (SEGV)" */
void chatur_process_describe_end(int status, char *text, size_t capacity);

#endif
