/* Deadline: until when the request that a thread is at may wait for the database. Whoever serves a
 * request sets it, whoever waits asks for it; they are rooms apart, and every call between them
 * would have to carry it. */
#ifndef CHATUR_BASE_DEADLINE_H
#define CHATUR_BASE_DEADLINE_H

#include <stdint.h>

/* The calling thread has so long from now on; 0: there is no deadline, as at first. */
void chatur_deadline_set(int64_t timeout_ms);

/* The same time once more, from now on: after something that has a limit of its own. */
void chatur_deadline_renew(void);

/* What is left of it: INT64_MAX when there is none, 0 or less when it has passed. */
int64_t chatur_deadline_left_us(void);

#endif
