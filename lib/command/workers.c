/* Workers: a slot holds a process or the time at which to start one. A replacement is a second
 * process in the same slot, on the same socket; until it is ready the first one is not touched, so
 * neither a broken binary nor a broken setting can take an endpoint away. */
#include "command/workers.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/sockets.h"

#define FIRST_PAUSE_US   (200 * INT64_C(1000))
#define LONGEST_PAUSE_US (25 * INT64_C(1000000))
#define LASTED_US        (10 * INT64_C(1000000))

/* A worker that is not ready by then never will be: without a limit, a hanging one would hold up
 * the start, or a roll and every later one, for ever. */
#define START_LIMIT_US (60 * INT64_C(1000000))

/* A client waits so long for a worker that is to be started. Without a limit it would wait out a
 * pause that grows to LONGEST_PAUSE_US, and then the next one, until NGINX has enough. */
#define WORTH_WAITING_US (1 * INT64_C(1000000))

static void leave(struct chatur_workers *workers, struct chatur_process *process)
{
    chatur_process_ask_to_end(process, workers->patience_s);
    process->next = *workers->leaving;
    *workers->leaving = process;
}

static struct chatur_process *start(struct chatur_workers *workers)
{
    struct chatur_process *process = NULL;
    struct chatur_error error = {0};
    if (chatur_process_start(workers->launch, workers->name, workers->binary, workers->listener,
                             &process, &error) != CHATUR_OK) {
        chatur_log(CHATUR_ERROR, "%s: cannot start a worker: %s", workers->name, error.detail);
        return NULL;
    }
    chatur_log(CHATUR_DEBUG, "%s: started worker %ld", workers->name, (long)process->pid);
    return process;
}

static int64_t pause_after(unsigned failures)
{
    int64_t pause = FIRST_PAUSE_US;
    while (failures-- > 0 && pause < LONGEST_PAUSE_US) {
        pause *= 2;
    }
    return pause < LONGEST_PAUSE_US ? pause : LONGEST_PAUSE_US;
}

/* Sets the time of the next try; returns how far off it is. */
static int64_t postpone(struct chatur_slot *slot)
{
    int64_t pause = pause_after(slot->failures);
    slot->failures++;
    slot->restart_at_us = chatur_monotonic_us() + pause;
    return pause;
}

static void fill(struct chatur_workers *workers, struct chatur_slot *slot)
{
    slot->current = start(workers);
    if (slot->current == NULL) {
        (void)postpone(slot);
    }
}

/* Makes `count` the number of slots, starting and ending workers. */
static bool resize(struct chatur_workers *workers, size_t count)
{
    while (workers->count > count) {
        struct chatur_slot *slot = &workers->slots[--workers->count];
        if (slot->current != NULL) {
            leave(workers, slot->current);
        }
    }
    struct chatur_slot *slots = reallocarray(workers->slots, count, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    workers->slots = slots;
    while (workers->count < count) {
        struct chatur_slot *slot = &workers->slots[workers->count++];
        *slot = (struct chatur_slot){0};
        fill(workers, slot);
    }
    return true;
}

bool chatur_workers_start(struct chatur_workers *workers, size_t count)
{
    workers->wanted = count;
    return resize(workers, count);
}

static void fail_roll(struct chatur_workers *workers)
{
    chatur_log(CHATUR_ERROR, "%s: a new worker did not become ready: the old ones stay",
               workers->name);
    workers->rolling = false;
    workers->roll_failed = true;
}

/* Starts the next replacement, or ends the roll when every slot has had its own. */
static void roll_on(struct chatur_workers *workers)
{
    if (workers->roll_slot < workers->count) {
        struct chatur_slot *slot = &workers->slots[workers->roll_slot];
        slot->replacement = start(workers);
        if (slot->replacement == NULL) {
            fail_roll(workers);
        }
        return;
    }
    workers->rolling = false;
    if (!resize(workers, workers->wanted)) {
        chatur_log(CHATUR_ERROR, "%s: still %zu workers: out of memory", workers->name,
                   workers->count);
    }
}

void chatur_workers_roll(struct chatur_workers *workers, size_t wanted)
{
    workers->wanted = wanted;
    workers->rolling = true;
    workers->roll_failed = false;
    workers->roll_slot = 0;
    roll_on(workers);
}

static void promote(struct chatur_workers *workers, struct chatur_slot *slot)
{
    if (slot->current != NULL) {
        leave(workers, slot->current);
    }
    *slot = (struct chatur_slot){.current = slot->replacement};
    workers->roll_slot++;
    roll_on(workers);
}

static void lose_current(struct chatur_workers *workers, struct chatur_slot *slot, const char *end)
{
    struct chatur_process *process = slot->current;
    if (chatur_monotonic_us() - process->started_us >= LASTED_US) {
        slot->failures = 0;
    }
    int64_t pause_us = postpone(slot);
    chatur_log(CHATUR_ERROR, "%s: worker %ld %s%s; the next one starts in %.1f s", workers->name,
               (long)process->pid, end, process->ready ? "" : " before it was ready",
               (double)pause_us / 1e6);
    chatur_process_free(process);
    slot->current = NULL;
}

static void lose_replacement(struct chatur_workers *workers, struct chatur_slot *slot,
                             const char *end)
{
    chatur_log(CHATUR_ERROR, "%s: worker %ld %s before it was ready", workers->name,
               (long)slot->replacement->pid, end);
    chatur_process_free(slot->replacement);
    slot->replacement = NULL;
    fail_roll(workers);
}

enum chatur_reaped chatur_workers_reaped(struct chatur_workers *workers, pid_t pid, int status)
{
    char end[64];
    chatur_process_describe_end(status, end, sizeof(end));
    for (size_t i = 0; i < workers->count; i++) {
        struct chatur_slot *slot = &workers->slots[i];
        if (slot->current != NULL && slot->current->pid == pid) {
            bool refused = !slot->current->ready && WIFEXITED(status);
            lose_current(workers, slot, end);
            return refused ? CHATUR_REAPED_REFUSED : CHATUR_REAPED_WORKER;
        }
        if (slot->replacement != NULL && slot->replacement->pid == pid) {
            lose_replacement(workers, slot, end);
            return CHATUR_REAPED_WORKER;
        }
    }
    return CHATUR_REAPED_OTHER;
}

/* Has one that takes too long to become ready killed; the reaping does the rest. */
static void limit_start(struct chatur_process *process)
{
    if (!process->ready && process->kill_at_us == 0) {
        process->kill_at_us = process->started_us + START_LIMIT_US;
    }
    if (process->ready) {
        process->kill_at_us = 0;
    }
    chatur_process_hurry(process, "did not become ready in time");
}

/* Is there no process that could take a client on, and none due soon? Only we start one, so until
 * then none comes between. */
static bool is_down(const struct chatur_workers *workers)
{
    int64_t soon_us = chatur_monotonic_us() + WORTH_WAITING_US;
    for (size_t i = 0; i < workers->count; i++) {
        const struct chatur_slot *slot = &workers->slots[i];
        if (slot->current != NULL || slot->replacement != NULL || slot->restart_at_us <= soon_us) {
            return false;
        }
    }
    return workers->count > 0;
}

static bool is_any_ready(const struct chatur_workers *workers)
{
    for (size_t i = 0; i < workers->count; i++) {
        if (workers->slots[i].current != NULL && workers->slots[i].current->ready) {
            return true;
        }
    }
    return false;
}

static void spare_clients_the_wait(struct chatur_workers *workers)
{
    if (is_down(workers)) {
        if (!workers->down) {
            chatur_log(CHATUR_ERROR, "%s: no worker stays up: turning clients away", workers->name);
        }
        workers->down = true;
        chatur_sockets_turn_away(workers->listener);
    } else if (workers->down && is_any_ready(workers)) {
        workers->down = false;
        chatur_log(CHATUR_INFO, "%s: serving again", workers->name);
    }
}

void chatur_workers_tend(struct chatur_workers *workers)
{
    for (size_t i = 0; i < workers->count; i++) {
        struct chatur_slot *slot = &workers->slots[i];
        if (slot->current != NULL) {
            (void)chatur_process_heard_ready(slot->current);
            limit_start(slot->current);
        } else if (chatur_monotonic_us() >= slot->restart_at_us) {
            fill(workers, slot);
        }
        if (slot->replacement != NULL) {
            if (chatur_process_heard_ready(slot->replacement)) {
                promote(workers, slot); /* may move the slots */
            } else {
                limit_start(slot->replacement);
            }
        }
    }
    spare_clients_the_wait(workers);
}

bool chatur_workers_ready(const struct chatur_workers *workers)
{
    for (size_t i = 0; i < workers->count; i++) {
        if (workers->slots[i].current == NULL || !workers->slots[i].current->ready) {
            return false;
        }
    }
    return true;
}

void chatur_workers_end(struct chatur_workers *workers)
{
    for (size_t i = 0; i < workers->count; i++) {
        struct chatur_slot *slot = &workers->slots[i];
        if (slot->current != NULL) {
            leave(workers, slot->current);
        }
        if (slot->replacement != NULL) {
            leave(workers, slot->replacement);
        }
    }
    free(workers->slots);
    workers->slots = NULL;
    workers->count = 0;
    workers->rolling = false;
}
