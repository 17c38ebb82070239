/* Process: fork and exec rather than posix_spawn, for the one thing that this cannot do: tie the
 * worker's life to ours (PR_SET_PDEATHSIG), so that a killed supervisor leaves no workers behind
 * that would answer on sockets nobody looks after. */
#include "command/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define WORKER_READY_FD 3

/* The shell's codes. */
#define EXIT_CANNOT_RUN 126

static bool is_left_out(const char *variable)
{
    static const char *const names[] = {
        "READY_FD=", "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES="};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(variable, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

char **chatur_launch_environment(void)
{
    static char ready[] = "READY_FD=3"; /* WORKER_READY_FD */
    /* Each thread keeps memory that it freed for itself: with hundreds of threads that wait for a
     * model, seven pieces of each size, which is malloc's own measure, are a fifth of all there is.
     * Only the environment of a new process can say so. */
    static char fewer_kept[] = "GLIBC_TUNABLES=glibc.malloc.tcache_count=2";
    bool tuned = false;
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    char **copy = calloc(count + 3, sizeof(char *));
    if (copy == NULL) {
        return NULL;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_left_out(environ[i])) {
            copy[kept++] = environ[i];
        }
        tuned = tuned || strncmp(environ[i], "GLIBC_TUNABLES=", 15) == 0;
    }
    if (!tuned) {
        copy[kept++] = fewer_kept;
    }
    copy[kept] = ready;
    return copy;
}

/* Undoes what we did to signals for ourselves; dispositions first, so that none strikes between. */
static void reset_signals(void)
{
    const struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++) {
        /* Fails for KILL, STOP and libc's own, which nobody can have changed. */
        (void)sigaction(number, &plain, NULL);
    }
    (void)sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* Moves a descriptor to a fixed number, where it stays open across exec. */
static bool place(int fd, int number)
{
    if (fd == number) {
        return fcntl(fd, F_SETFD, 0) == 0;
    }
    return dup2(fd, number) == number;
}

/* In the child. */
static _Noreturn void become_worker(const struct chatur_launch *launch, const char *name,
                                    const char *binary, int listener, int ready_fd, pid_t parent)
{
    char *arguments[] = {NULL, NULL};

    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) {
        _exit(EXIT_CANNOT_RUN); /* the parent died before it could have been noticed */
    }
    /* A group of its own: Ctrl-C in a terminal is for the supervisor, which then ends its workers
     * one by one and with patience. */
    (void)setpgid(0, 0);
    reset_signals();
    arguments[0] = strdup(binary);
    if (arguments[0] == NULL || !place(listener, STDIN_FILENO) ||
        !place(launch->null_fd, STDOUT_FILENO) || !place(ready_fd, WORKER_READY_FD)) {
        chatur_log(CHATUR_ERROR, "%s: cannot prepare a worker: %s", name, strerrordesc_np(errno));
        _exit(EXIT_CANNOT_RUN);
    }
    /* Ours are close-on-exec already; this is for what we inherited. */
    (void)close_range(WORKER_READY_FD + 1, ~0U, 0);
    (void)execve(binary, arguments, launch->environment);
    chatur_log(CHATUR_ERROR, "%s: cannot run %s: %s", name, binary, strerrordesc_np(errno));
    _exit(EXIT_CANNOT_RUN);
}

static struct chatur_process *new_process(const char *name)
{
    size_t bytes = strlen(name) + 1;
    struct chatur_process *process = calloc(1, sizeof(*process) + bytes);
    if (process != NULL) {
        memcpy(process->name, name, bytes);
        process->ready_fd = -1;
    }
    return process;
}

enum chatur_outcome chatur_process_start(const struct chatur_launch *launch, const char *name,
                                         const char *binary, int listener,
                                         struct chatur_process **process,
                                         struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_INTERNAL;
    int ends[2] = {-1, -1};
    pid_t parent = getpid();

    *process = NULL;
    struct chatur_process *made = new_process(name);
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    struct epoll_event event = {.events = EPOLLIN};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0 ||
        epoll_ctl(launch->epoll_fd, EPOLL_CTL_ADD, ends[0], &event) != 0) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "no pipe: %s", strerrordesc_np(errno));
        goto failed;
    }
    made->pid = fork();
    if (made->pid == 0) {
        become_worker(launch, name, binary, listener, ends[1], parent);
    }
    if (made->pid < 0) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "no process: %s", strerrordesc_np(errno));
        goto failed;
    }
    (void)close(ends[1]);
    made->ready_fd = ends[0];
    made->started_us = chatur_monotonic_us();
    *process = made;
    return CHATUR_OK;

failed:
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            (void)close(ends[i]);
        }
    }
    free(made);
    return outcome;
}

static void stop_listening(struct chatur_process *process)
{
    if (process->ready_fd >= 0) {
        (void)close(process->ready_fd);
        process->ready_fd = -1;
    }
}

bool chatur_process_heard_ready(struct chatur_process *process)
{
    char bytes[16];
    if (process->ready_fd < 0) {
        return false;
    }
    ssize_t length = read(process->ready_fd, bytes, sizeof(bytes));
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    bool heard = length > 0 && memchr(bytes, '\n', (size_t)length) != NULL;
    if (heard || length <= 0) {
        stop_listening(process);
    }
    process->ready = process->ready || heard;
    return heard;
}

void chatur_process_ask_to_end(struct chatur_process *process, int64_t patience_s)
{
    (void)kill(process->pid, SIGTERM);
    process->kill_at_us = chatur_monotonic_us() + patience_s * 1000000;
    stop_listening(process);
}

void chatur_process_hurry(struct chatur_process *process, const char *lateness)
{
    if (process->kill_at_us == 0 || chatur_monotonic_us() < process->kill_at_us) {
        return;
    }
    chatur_log(CHATUR_WARNING, "%s: worker %ld %s: killing it", process->name, (long)process->pid,
               lateness);
    (void)kill(process->pid, SIGKILL);
    process->kill_at_us = INT64_MAX;
    stop_listening(process);
}

void chatur_process_free(struct chatur_process *process)
{
    if (process != NULL) {
        stop_listening(process);
        free(process);
    }
}

void chatur_process_describe_end(int status, char *text, size_t capacity)
{
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        (void)snprintf(text, capacity, "was killed by signal %d (%s)", WTERMSIG(status),
                       name != NULL ? name : "?");
    } else {
        (void)snprintf(text, capacity, "exited with code %d", WEXITSTATUS(status));
    }
}
