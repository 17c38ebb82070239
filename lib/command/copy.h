/* Copying a whole database into another one. */
#ifndef CHATUR_COMMAND_COPY_H
#define CHATUR_COMMAND_COPY_H

#include "store/store.h"

/* Copies users, emails and feedback with their ids, then compares both sides, and prints what it
 * did. Every reservation in `source` is put right first, as after a crash. Nothing in `target` is
 * overwritten: what is there and the same is passed over, so a copy that was interrupted is
 * repeated. What cannot be copied, or is there and differs, is named on stderr and left out; the
 * rest is copied all the same.
 *
 * CHATUR_CONFLICT: something was named. CHATUR_UNAVAILABLE: a database went away in the middle. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_command_copy(struct chatur_store *source,
                                                          struct chatur_store *target,
                                                          struct chatur_error *error);

#endif
