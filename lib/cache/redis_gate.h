/* Redis gate (private to cache): who is away is not asked again for a second, and then by one.
 * Without it every request would wait for a dead server, and all threads at once. */
#ifndef CHATUR_CACHE_REDIS_GATE_H
#define CHATUR_CACHE_REDIS_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define REDIS_GATE_CLOSED_US 1000000
#define REDIS_GATE_SLOW_US   150000

struct redis_gate {
    _Atomic(int64_t) closed_until_us; /* 0: open */
    _Atomic(int64_t) slow_since_us;   /* when a slow answer came, and no quick one after it; or 0 */
};

/* May Redis be asked? When the gate was closed for long enough, only one is told yes. Who is has to
 * report how it went. */
bool redis_gate_pass(struct redis_gate *gate);

/* Closes it; `reason` goes to the log when it was open. */
void redis_gate_fail(struct redis_gate *gate, const char *reason);

/* Opens it. */
void redis_gate_succeed(struct redis_gate *gate);

/* An answer has come to what was sent at `sent_us`: the same, but for a server that keeps being
 * slow. One slow answer may be a hiccup, and all that were waited for at that time share it; when
 * what was sent after it is slow as well, the gate closes. Without it a request that asks four
 * times would wait four times. */
void redis_gate_answered(struct redis_gate *gate, int64_t sent_us);

#endif
