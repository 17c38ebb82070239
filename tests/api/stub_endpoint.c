/* An endpoint for the supervisor's test: it does on demand what a real one must not do. What
 * happens at the start is asked for by files in STUB_DIR, so that it can be changed between two
 * starts; what happens in a request, by its query string. One request at a time.
 *
 *     STUB_DIR/refuse    exit with code 1 before being ready, as for a bad setting
 *     STUB_DIR/delay     be ready only after so many milliseconds
 *     STUB_DIR/version   its text is part of every answer
 *     crash              abort in the middle of a request
 *     slow=MS            answer after so many milliseconds, whatever signals come
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first line of a file; what `text` was when there is none. */
static void read_line(const char *folder, const char *name, char *text, int capacity)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(text, capacity, file) != NULL) {
            text[strcspn(text, "\n")] = '\0';
        }
        (void)fclose(file);
    }
}

static void answer(FCGX_Request *request, const char *version)
{
    char text[256];
    const char *query = FCGX_GetParam("QUERY_STRING", request->envp);
    if (query != NULL && strcmp(query, "crash") == 0) {
        abort();
    }
    if (query != NULL && strncmp(query, "slow=", 5) == 0) {
        (void)poll(NULL, 0, (int)strtol(query + 5, NULL, 10));
    }
    (void)snprintf(text, sizeof(text), "Content-Type: text/plain\r\n\r\npid %ld version %s end\n",
                   (long)getpid(), version);
    (void)FCGX_PutS(text, request->out);
    FCGX_Finish_r(request);
}

/* One thread, so what clang-tidy calls unsafe with several is not.
 * NOLINTBEGIN(concurrency-mt-unsafe) */
int main(void)
{
    char path[4096];
    char version[64] = "none";
    char delay[16] = "0";
    const char *folder = getenv("STUB_DIR");
    const char *ready = getenv("READY_FD");
    if (folder == NULL) {
        return 1;
    }
    read_line(folder, "version", version, sizeof(version));
    read_line(folder, "delay", delay, sizeof(delay));
    (void)poll(NULL, 0, (int)strtol(delay, NULL, 10));
    (void)snprintf(path, sizeof(path), "%s/refuse", folder);
    if (access(path, F_OK) == 0) {
        return 1;
    }

    sigset_t stops;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &stops, NULL);
    int stop_fd = signalfd(-1, &stops, SFD_CLOEXEC);
    /* A sibling may be quicker between poll and accept. */
    (void)fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    FCGX_Init();
    FCGX_Request request;
    (void)FCGX_InitRequest(&request, -1, 0);

    if (ready != NULL && write((int)strtol(ready, NULL, 10), "\n", 1) == 1) {
        (void)close((int)strtol(ready, NULL, 10));
    }
    for (;;) {
        struct pollfd waits[] = {{.fd = stop_fd, .events = POLLIN},
                                 {.fd = STDIN_FILENO, .events = POLLIN}};
        (void)poll(waits, 2, -1);
        if (waits[0].revents != 0) {
            return 0;
        }
        int connection = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC);
        if (connection >= 0) {
            request.ipcFd = connection;
            request.keepConnection =
                1; /* or the connection would be closed, and another accepted */
            if (FCGX_Accept_r(&request) == 0) {
                request.keepConnection = 0;
                answer(&request, version);
            } else {
                (void)FCGX_InitRequest(&request, -1, 0);
            }
        }
    }
}
/* NOLINTEND(concurrency-mt-unsafe) */
