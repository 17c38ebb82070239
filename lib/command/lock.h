/* Lock: one supervisor per folder. Held by flock(2), so it ends with the process, however that
 * ends; the file has the holder's pid for people. */
#ifndef CHATUR_COMMAND_LOCK_H
#define CHATUR_COMMAND_LOCK_H

#include <stdbool.h>

#include "base/outcome.h"

/* Takes folder/lock without waiting. `*kept` tells whether the folder is a supervisor's to look
 * after: it has a lock from before, or has nothing at all. The descriptor is close-on-exec.
 * CHATUR_OK; CHATUR_CONFLICT: `already running (pid N)`; CHATUR_INTERNAL. `*lock` is -1 unless OK.
 */
CHATUR_MUST_CHECK enum chatur_outcome chatur_lock_take(const char *folder, int *lock, bool *kept,
                                                       struct chatur_error *error);

/* Keeps supervisors out of a folder for a while, where there is a lock: `*lock` is to be closed, or
 * -1 when the folder has none. CHATUR_OK; CHATUR_CONFLICT: `already running (pid N)`;
 * CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_lock_borrow(const char *folder, int *lock,
                                                         struct chatur_error *error);

/* Removes the file, then lets go. */
void chatur_lock_give_up(const char *folder, int lock);

#endif
