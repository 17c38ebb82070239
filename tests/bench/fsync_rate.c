/* How often a second this disk makes an append of a 4 KiB page durable: `fsync_rate FILE
 * MILLISECONDS`. The yardstick for a store that acknowledges nothing before it is on the disk. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

int main(int argc, char **argv)
{
    static const char page[4096];
    long limit_ms = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    int file = limit_ms > 0 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (file < 0) {
        (void)fprintf(stderr, "usage: %s FILE MILLISECONDS\n", argv[0]);
        return 2;
    }
    int64_t start = chatur_monotonic_us();
    int64_t elapsed = 0;
    long count = 0;
    while (elapsed < limit_ms * 1000) {
        if (write(file, page, sizeof(page)) != (ssize_t)sizeof(page) || fdatasync(file) != 0) {
            perror(argv[1]);
            return 1;
        }
        count++;
        elapsed = chatur_monotonic_us() - start;
    }
    (void)close(file);
    (void)unlink(argv[1]);
    (void)printf("%.0f\n", (double)count * 1e6 / (double)elapsed);
    return 0;
}
