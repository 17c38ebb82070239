/* In a file of its own, so that a test can have another clock and keep this, or the other way. */
#include <errno.h>
#include <time.h>

#include "base/clock.h"

void chatur_pause_us(int64_t pause_us)
{
    struct timespec left = {.tv_sec = pause_us / 1000000, .tv_nsec = pause_us % 1000000 * 1000};
    while (pause_us > 0 && nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}
