#include "base/deadline.h"

#include "base/clock.h"

static _Thread_local int64_t length_ms;
static _Thread_local int64_t end_us;

void chatur_deadline_set(int64_t timeout_ms)
{
    length_ms = timeout_ms;
    chatur_deadline_renew();
}

void chatur_deadline_renew(void)
{
    end_us = chatur_monotonic_us() + length_ms * 1000;
}

int64_t chatur_deadline_left_us(void)
{
    return length_ms == 0 ? INT64_MAX : end_us - chatur_monotonic_us();
}
