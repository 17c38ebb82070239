/* chatur supervise: the foreground process of a whole service. It binds every endpoint's socket
 * once, keeps workers on them, and is fit to be a container's PID 1.
 *
 *     TERM INT QUIT   finish the requests in flight, remove the sockets, exit 0
 *     HUP             read the settings and the folder again, replace every worker by a new one
 *     CHLD            a worker ended, or an orphan that we inherited as PID 1
 *
 * One thread, one loop: signals are blocked and read from a signalfd, workers say that they are
 * ready over pipes, and an epoll descriptor waits for both. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/command.h"
#include "command/endpoints.h"
#include "command/fit.h"
#include "command/scan.h"
#include "command/sockets.h"

/* How often the loop looks at its clocks while something is pending. A quiet service does not wake
 * up at all. */
#define TICK_MS 50

/* A killed process that the kernel still has not ended by then (a dead network disk) does not keep
 * us. */
#define LAST_PATIENCE_S 5

/* A worker cuts its last requests off by itself at STOP_TIMEOUT_S, and can say so in the log; the
 * kill a little later is for one that cannot. */
#define GRACE_S 1

struct supervisor {
    const char *folder;
    struct chatur_sockets sockets;
    struct chatur_launch launch;
    struct chatur_endpoints endpoints;
    int signal_fd;
    int ready_fd; /* who started us wants to know; -1: nobody does */

    bool started; /* every worker was ready once */
    bool reload_wanted;
    bool reloading;
    bool stopping;
    int64_t stop_by_us;
    int exit_code;
};

static void stop(struct supervisor *supervisor, int exit_code)
{
    if (supervisor->stopping) {
        return;
    }
    supervisor->stopping = true;
    supervisor->exit_code = exit_code;
    supervisor->stop_by_us =
        chatur_monotonic_us() + (supervisor->endpoints.patience_s + LAST_PATIENCE_S) * 1000000;
    chatur_log(CHATUR_INFO, "stopping");
    chatur_endpoints_end(&supervisor->endpoints);
}

static void read_signals(struct supervisor *supervisor)
{
    struct signalfd_siginfo signal_info;
    while (read(supervisor->signal_fd, &signal_info, sizeof(signal_info)) ==
           (ssize_t)sizeof(signal_info)) {
        switch (signal_info.ssi_signo) {
        case SIGHUP:
            supervisor->reload_wanted = true;
            break;
        case SIGTERM:
        case SIGINT:
        case SIGQUIT:
            stop(supervisor, CHATUR_EXIT_OK);
            break;
        default: /* SIGCHLD: every round reaps */
            break;
        }
    }
}

static void reap(struct supervisor *supervisor)
{
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        const char *refused = NULL;
        chatur_endpoints_reaped(&supervisor->endpoints, pid, status, &refused);
        /* The first start is when a person looks: better a clear end than a loop. Later on the
         * service is in use, and one endpoint's trouble is its own. */
        if (refused != NULL && !supervisor->started && !supervisor->stopping) {
            chatur_log(CHATUR_ERROR, "cannot start: a worker of %s exited before it was ready",
                       refused);
            stop(supervisor, CHATUR_EXIT_FAILED);
        }
    }
}

static void notice_ready(struct supervisor *supervisor)
{
    if (supervisor->started || supervisor->stopping ||
        !chatur_endpoints_ready(&supervisor->endpoints)) {
        return;
    }
    supervisor->started = true;
    chatur_log(CHATUR_INFO, "ready");
    if (supervisor->ready_fd >= 0) {
        ssize_t written = write(supervisor->ready_fd, "\n", 1);
        (void)written; /* who asked is gone: nobody to tell */
        (void)close(supervisor->ready_fd);
        supervisor->ready_fd = -1;
    }
}

static void take_over_settings(struct supervisor *supervisor, const struct chatur_config *config)
{
    supervisor->endpoints.worker_count = config->workers > 0 ? (size_t)config->workers : 1;
    supervisor->endpoints.patience_s = config->stop_timeout_s + GRACE_S;
}

static void warn(const struct chatur_config *config)
{
    const char *warning = chatur_fit_warning(config);
    if (warning[0] != '\0') {
        chatur_log(CHATUR_WARNING, "%s", warning);
    }
}

/* True when `folder` is STATE_DIR/run as the settings have it now. */
static bool is_still_ours(const char *folder, const struct chatur_config *config)
{
    size_t length = strlen(config->state_dir);
    return strncmp(folder, config->state_dir, length) == 0 && strcmp(folder + length, "/run") == 0;
}

/* Reads settings and folder; changes nothing unless both are good. */
static void reload(struct supervisor *supervisor)
{
    struct chatur_findings findings = {0};
    struct chatur_config *config = NULL;
    struct chatur_error error = {0};

    supervisor->reload_wanted = false;
    enum chatur_outcome outcome = chatur_config_load(&config, &error);
    if (outcome == CHATUR_OK && !is_still_ours(supervisor->sockets.folder, config)) {
        outcome = chatur_fail(&error, CHATUR_BAD_REQUEST, "another STATE_DIR needs a restart");
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_scan(supervisor->folder, &findings, &error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_fit_to_start(config, &findings, &error);
    }
    if (outcome != CHATUR_OK) {
        chatur_log(CHATUR_ERROR, "not reloaded: %s", chatur_command_reason(outcome, &error));
        chatur_findings_free(&findings);
        chatur_config_free(config);
        return;
    }
    warn(config);
    take_over_settings(supervisor, config);
    chatur_config_free(config);
    chatur_log(CHATUR_INFO, "reloading");
    outcome = chatur_endpoints_apply(&supervisor->endpoints, &findings, &error);
    if (outcome != CHATUR_OK) {
        chatur_log(CHATUR_ERROR, "not everything is new: %s",
                   chatur_command_reason(outcome, &error));
    }
    chatur_endpoints_roll(&supervisor->endpoints);
    supervisor->reloading = true;
}

static void notice_reloaded(struct supervisor *supervisor)
{
    if (!supervisor->reloading || supervisor->stopping ||
        chatur_endpoints_rolling(&supervisor->endpoints)) {
        return;
    }
    supervisor->reloading = false;
    size_t unrolled = chatur_endpoints_unrolled(&supervisor->endpoints);
    if (unrolled == 0) {
        chatur_log(CHATUR_INFO, "reloaded");
    } else {
        chatur_log(CHATUR_ERROR, "reloaded in part: %zu of %zu endpoints keep their old workers",
                   unrolled, supervisor->endpoints.count);
    }
}

static bool is_quiet(const struct supervisor *supervisor)
{
    return supervisor->started && !supervisor->reloading && !supervisor->reload_wanted &&
           !supervisor->stopping && supervisor->endpoints.leaving == NULL &&
           chatur_endpoints_ready(&supervisor->endpoints);
}

static bool is_over(const struct supervisor *supervisor)
{
    return supervisor->stopping && (supervisor->endpoints.leaving == NULL ||
                                    chatur_monotonic_us() >= supervisor->stop_by_us);
}

static void loop(struct supervisor *supervisor)
{
    while (!is_over(supervisor)) {
        struct epoll_event events[8]; /* what woke us does not matter: everything is looked at */
        (void)epoll_wait(supervisor->launch.epoll_fd, events, 8,
                         is_quiet(supervisor) ? -1 : TICK_MS);
        read_signals(supervisor);
        reap(supervisor);
        chatur_endpoints_tend(&supervisor->endpoints);
        notice_ready(supervisor);
        notice_reloaded(supervisor);
        if (supervisor->reload_wanted && supervisor->started && !supervisor->reloading &&
            !supervisor->stopping) {
            reload(supervisor);
        }
    }
}

/* Makes the descriptors and the environment; signals are ours from here on. */
static enum chatur_outcome prepare(struct supervisor *supervisor, struct chatur_error *error)
{
    sigset_t ours;
    (void)sigemptyset(&ours);
    static const int numbers[] = {SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGCHLD};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)sigaddset(&ours, numbers[i]);
    }
    /* An inherited "ignore" would have the kernel reap our workers for us. */
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGCHLD, &by_default, NULL);
    (void)sigaction(SIGPIPE, &ignored, NULL); /* a log that nobody reads must not end the service */
    (void)pthread_sigmask(SIG_SETMASK, &ours, NULL);

    supervisor->signal_fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    supervisor->launch.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    supervisor->launch.null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    supervisor->launch.environment = chatur_launch_environment();
    struct epoll_event event = {.events = EPOLLIN};
    if (supervisor->launch.environment == NULL) {
        return chatur_no_memory(error);
    }
    if (supervisor->signal_fd < 0 || supervisor->launch.epoll_fd < 0 ||
        supervisor->launch.null_fd < 0 ||
        epoll_ctl(supervisor->launch.epoll_fd, EPOLL_CTL_ADD, supervisor->signal_fd, &event) != 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot prepare: %s", strerrordesc_np(errno));
    }
    return CHATUR_OK;
}

static enum chatur_outcome start(struct supervisor *supervisor, const struct chatur_config *config,
                                 struct chatur_error *error)
{
    struct chatur_findings findings = {0};
    enum chatur_outcome outcome = prepare(supervisor, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_scan(supervisor->folder, &findings, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_fit_to_start(config, &findings, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_sockets_open(&supervisor->sockets, config, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_endpoints_apply(&supervisor->endpoints, &findings, error);
    }
    chatur_findings_free(&findings);
    return outcome;
}

static int supervise(const char *folder, int ready_fd, const struct chatur_config *config)
{
    struct supervisor supervisor = {
        .folder = folder, .ready_fd = ready_fd, .signal_fd = -1, .sockets = {.lock = -1}};
    supervisor.launch.epoll_fd = -1;
    supervisor.launch.null_fd = -1;
    supervisor.endpoints.folder = folder;
    supervisor.endpoints.sockets = &supervisor.sockets;
    supervisor.endpoints.launch = &supervisor.launch;
    take_over_settings(&supervisor, config);

    struct chatur_error error = {0};
    enum chatur_outcome outcome = start(&supervisor, config, &error);
    if (outcome != CHATUR_OK) {
        chatur_log(CHATUR_ERROR, "cannot start: %s", chatur_command_reason(outcome, &error));
        stop(&supervisor, CHATUR_EXIT_FAILED);
    } else {
        chatur_log(CHATUR_INFO, "started %zu endpoints of %s with %zu workers each",
                   supervisor.endpoints.count, folder, supervisor.endpoints.worker_count);
    }
    loop(&supervisor);

    chatur_endpoints_free(&supervisor.endpoints);
    chatur_sockets_close(&supervisor.sockets);
    free(supervisor.launch.environment);
    if (supervisor.exit_code == CHATUR_EXIT_OK) {
        chatur_log(CHATUR_INFO, "stopped");
    }
    return supervisor.exit_code;
}

/* Descriptors 0 to 2 must be taken before any other is made: a listening socket that became fd 2
 * would get our log. */
static bool fill_standard_descriptors(void)
{
    int fd = 0;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    return fd >= 0 && close(fd) == 0;
}

/* The descriptor in READY_FD, close-on-exec now; -1 when there is none that is open. */
static int find_ready_fd(void)
{
    const char *text = getenv("READY_FD"); /* NOLINT(concurrency-mt-unsafe): one thread */
    char *rest = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return -1;
    }
    long number = strtol(text, &rest, 10);
    if (*rest != '\0' || number <= STDERR_FILENO || number > INT_MAX) {
        return -1;
    }
    return fcntl((int)number, F_SETFD, FD_CLOEXEC) == 0 ? (int)number : -1;
}

static enum chatur_log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return (enum chatur_log_level)i;
        }
    }
    return CHATUR_INFO;
}

int chatur_command_supervise(int argc, char **argv)
{
    if (argc != 1 && !(argc == 3 && strcmp(argv[1], "--cgi-bin") == 0)) {
        return chatur_command_usage(argv[0]);
    }
    int ready_fd = find_ready_fd();
    if (!fill_standard_descriptors()) {
        return CHATUR_EXIT_FAILED;
    }
    struct chatur_config *config = chatur_command_config_load();
    if (config == NULL) {
        return CHATUR_EXIT_FAILED;
    }
    chatur_log_start("chatur", level_of(config->log_level));
    const char *unused = chatur_config_unused(config);
    if (unused[0] != '\0') {
        chatur_log(CHATUR_WARNING, "set, but read by nothing here: %s", unused);
    }
    warn(config);
    int code = CHATUR_EXIT_FAILED;
    char *folder = argc == 3 ? strdup(argv[2]) : chatur_scan_default_folder();
    if (folder != NULL) {
        code = supervise(folder, ready_fd, config);
    } else {
        chatur_log(CHATUR_ERROR, "cannot start: no folder of endpoints: pass --cgi-bin");
    }
    free(folder);
    chatur_config_free(config);
    return code;
}
