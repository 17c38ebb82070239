/* Clock: the times the product uses, each with its unit in its name. */
#ifndef CHATUR_BASE_CLOCK_H
#define CHATUR_BASE_CLOCK_H

#include <stdint.h>

int64_t chatur_now_s(void);        /* Unix time, seconds: what is stored and sent */
int64_t chatur_now_ms(void);       /* Unix time, milliseconds: what deadlines in a store use */
int64_t chatur_monotonic_us(void); /* never steps back: what durations are measured with */

/* Lets the calling thread sleep. Not at all when it is 0 or less. */
void chatur_pause_us(int64_t pause_us);

#endif
