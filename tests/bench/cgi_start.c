/* How long a CGI takes from exec to its first byte: runs `cgi_start RUNS PROGRAM BODY-FILE`
 * with the environment it was given and prints the median and the slowest in milliseconds. An
 * answer other than 200 ends it. */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* Microseconds to the first byte on standard output, or -1. */
static int64_t run_once(char *program, const char *body)
{
    int ends[2];
    char *arguments[] = {program, NULL};
    static const char wanted[] = "Status: 200 ";
    char head[sizeof(wanted)] = "";
    size_t have = 0;
    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, body, O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);

    int64_t start = chatur_monotonic_us();
    int spawned = posix_spawn(&child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    ssize_t got = spawned == 0 ? read(ends[0], head, 1) : -1;
    int64_t elapsed = chatur_monotonic_us() - start;

    char rest[4096];
    while (got > 0) {
        have += (size_t)got;
        got = have < strlen(wanted) ? read(ends[0], head + have, strlen(wanted) - have)
                                    : read(ends[0], rest, sizeof(rest));
    }
    (void)close(ends[0]);
    if (spawned != 0 || waitpid(child, NULL, 0) != child || strcmp(head, wanted) != 0) {
        return -1;
    }
    return elapsed;
}

static int compare(const void *left, const void *right)
{
    int64_t difference = *(const int64_t *)left - *(const int64_t *)right;
    return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv)
{
    long runs = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    if (runs < 1 || runs > 100000) {
        (void)fprintf(stderr, "usage: %s RUNS PROGRAM BODY-FILE\n", argv[0]);
        return 2;
    }
    int64_t *times = calloc((size_t)runs, sizeof(*times));
    if (times == NULL) {
        return 1;
    }
    for (long i = 0; i < runs; i++) {
        times[i] = run_once(argv[2], argv[3]);
        if (times[i] < 0) {
            (void)fprintf(stderr, "%s did not answer with 200\n", argv[2]);
            free(times);
            return 1;
        }
    }
    qsort(times, (size_t)runs, sizeof(*times), compare);
    long middle = runs / 2;
    (void)printf("%.2f %.2f\n", (double)times[middle] / 1000, (double)times[runs - 1] / 1000);
    free(times);
    return 0;
}
