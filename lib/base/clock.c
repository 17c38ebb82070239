#include "base/clock.h"

#include <time.h>

/* clock_gettime cannot fail for these clocks on Linux. */
static struct timespec read_clock(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return now;
}

int64_t chatur_now_s(void)
{
    return read_clock(CLOCK_REALTIME).tv_sec;
}

int64_t chatur_now_ms(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t chatur_monotonic_us(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
