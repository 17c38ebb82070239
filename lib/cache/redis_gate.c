#include "cache/redis_gate.h"

#include "base/clock.h"
#include "base/log.h"

bool redis_gate_pass(struct redis_gate *gate)
{
    int64_t closed_until_us = atomic_load_explicit(&gate->closed_until_us, memory_order_relaxed);
    if (closed_until_us == 0) {
        return true;
    }
    int64_t now_us = chatur_monotonic_us();
    return now_us >= closed_until_us &&
           atomic_compare_exchange_strong(&gate->closed_until_us, &closed_until_us,
                                          now_us + REDIS_GATE_CLOSED_US);
}

void redis_gate_fail(struct redis_gate *gate, const char *reason)
{
    int64_t until_us = chatur_monotonic_us() + REDIS_GATE_CLOSED_US;
    if (atomic_exchange(&gate->closed_until_us, until_us) == 0) {
        chatur_log(CHATUR_WARNING,
                   "Redis is away (%s): sessions are looked up in the store, and limits hold for "
                   "this machine alone",
                   reason);
    }
}

void redis_gate_succeed(struct redis_gate *gate)
{
    if (atomic_load_explicit(&gate->closed_until_us, memory_order_relaxed) != 0 &&
        atomic_exchange(&gate->closed_until_us, 0) != 0) {
        chatur_log(CHATUR_INFO, "Redis is back");
    }
}

void redis_gate_answered(struct redis_gate *gate, int64_t sent_us)
{
    const int64_t now_us = chatur_monotonic_us();
    const int64_t slow_since_us = atomic_load(&gate->slow_since_us);
    if (now_us - sent_us <= REDIS_GATE_SLOW_US) {
        atomic_store(&gate->slow_since_us, 0);
        redis_gate_succeed(gate);
    } else if (slow_since_us == 0) {
        atomic_store(&gate->slow_since_us, now_us);
        redis_gate_succeed(gate);
    } else if (sent_us >= slow_since_us) {
        redis_gate_fail(gate, "it is slow");
    }
}
