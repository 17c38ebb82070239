/* How a binary finds out what it was started as. The socket on standard input is asked whether it
 * listens, which no file, pipe or connection does; environment variables alone could be left over
 * from a parent. Configuration comes after that: in CGI its faults are answered, not only logged.
 */
#include "serve/serve.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "serve/cgi.h"
#include "serve/fastcgi.h"
#include "serve/params.h"

#define SYSTEMD_FIRST_FD 3 /* sd_listen_fds(3) */

enum mode { FASTCGI, CGI, MISUSED };

static const char *environment(const char *name)
{
    return FCGX_GetParam(name, environ);
}

/* A number from the environment, or -1. */
static int environment_number(const char *name)
{
    const char *text = environment(name);
    uint64_t number = 0;
    bool valid = text != NULL && chatur_params_number(text, &number) && number <= INT32_MAX;
    return valid ? (int)number : -1;
}

/* A database opened as descriptor 1 would get the answer written into it. */
static void occupy_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) {
            _exit(EXIT_FAILURE);
        }
    }
}

static bool is_listening(int fd)
{
    int listening = 0;
    socklen_t length = sizeof(listening);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

static enum mode detect_mode(int *listen_fd)
{
    if (is_listening(STDIN_FILENO)) {
        *listen_fd = STDIN_FILENO;
        return FASTCGI;
    }
    if (environment_number("LISTEN_PID") == getpid() && environment_number("LISTEN_FDS") >= 1 &&
        is_listening(SYSTEMD_FIRST_FD)) {
        *listen_fd = SYSTEMD_FIRST_FD;
        return FASTCGI;
    }
    return environment("REQUEST_METHOD") != NULL ? CGI : MISUSED;
}

static int explain_usage(void)
{
    (void)fprintf(stderr,
                  "usage: REQUEST_METHOD=POST HTTP_AUTHORIZATION='Bearer TOKEN' %s < body.json "
                  "(or with a listening FastCGI socket as standard input)\n",
                  program_invocation_name);
    return 2;
}

/* Where to say that we are ready; -1 for nowhere. Nobody after us shall read the variable. */
static int take_ready_fd(void)
{
    if (environment("READY_FD") == NULL) {
        return -1;
    }
    int fd = environment_number("READY_FD");
    (void)unsetenv("READY_FD"); /* NOLINT(concurrency-mt-unsafe): no threads yet */
    if (fd <= STDERR_FILENO || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        chatur_log(CHATUR_WARNING, "READY_FD is not an open descriptor above 2; ignored");
        return -1;
    }
    return fd;
}

static enum chatur_log_level log_level(const struct chatur_config *config)
{
    static const char *const names[] = {
        [CHATUR_DEBUG] = "debug",
        [CHATUR_INFO] = "info",
        [CHATUR_WARNING] = "warning",
        [CHATUR_ERROR] = "error",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(config->log_level, names[i]) == 0) {
            return (enum chatur_log_level)i;
        }
    }
    return CHATUR_INFO;
}

/* Everything that can be found wrong before the first request: the settings, and those that
 * sessions need, also for an endpoint without them: a service is configured or it is not. */
static enum chatur_outcome start(enum mode mode, struct chatur_config **config,
                                 struct chatur_app **app, struct chatur_error *error)
{
    struct chatur_auth *auth = NULL;
    enum chatur_outcome outcome = chatur_config_load(config, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    (*config)->one_shot = mode == CGI;
    chatur_log_start(program_invocation_short_name, log_level(*config));
    *app = chatur_app_new(*config);
    if (*app == NULL) {
        return chatur_no_memory(error);
    }
    return chatur_app_auth(*app, &auth, error);
}

static int run(enum mode mode, const struct chatur_endpoint *endpoint,
               const struct chatur_config *config, struct chatur_app *app, int listen_fd)
{
    if (mode == CGI) {
        if (!chatur_cgi_run(endpoint, config, app)) {
            chatur_cgi_apologise();
            return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
    }
    struct chatur_error error = {0};
    if (endpoint->prepare != NULL && endpoint->prepare(app, &error) != CHATUR_OK) {
        chatur_log(CHATUR_ERROR, "not ready yet: %s", error.detail);
    }
    return chatur_fastcgi_run(endpoint, config, app, listen_fd, take_ready_fd());
}

int chatur_serve(const struct chatur_endpoint *endpoint)
{
    struct chatur_config *config = NULL;
    struct chatur_app *app = NULL;
    struct chatur_error error = {0};
    int listen_fd = -1;

    occupy_standard_descriptors();
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL); /* a client that left is an error code, not a death */
    enum mode mode = detect_mode(&listen_fd);
    if (mode == MISUSED) {
        return explain_usage();
    }

    chatur_log_start(program_invocation_short_name, CHATUR_INFO);
    int code = EXIT_FAILURE;
    enum chatur_outcome outcome = start(mode, &config, &app, &error);
    if (outcome == CHATUR_OK) {
        code = run(mode, endpoint, config, app, listen_fd);
    } else {
        chatur_log(CHATUR_ERROR, "cannot start: %s",
                   error.detail[0] != '\0' ? error.detail : chatur_outcome_message(outcome));
        if (mode == CGI) {
            chatur_cgi_apologise();
        }
    }
    chatur_app_free(app);
    chatur_config_free(config);
    return code;
}
