/* libfcgi speaks the protocol; accepting is ours, because its accept has no timeouts, dies of a
 * full descriptor table and cannot be told to stop. One thread at a time, the leader, polls the
 * listening socket and the stop event: with all of them polling, each connection would wake the
 * whole herd. Once it has a connection, the thread that has been idle for the shortest time leads:
 * its stack is in the processor's cache and its connections to other servers are still open, while
 * in turns each of hundreds of threads would come to hold some. The threads that the load never
 * needs cost next to nothing.
 *
 * Workers run with all signals blocked (libfcgi takes an interrupted write for a dead client). The
 * first thread waits for the signal to stop, raises the event, which wakes the leader, who wakes
 * the next, and joins them all; each leaves when its request is done. */
#include "serve/fastcgi.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/fastcgi_request.h"
#include "serve/params.h"
#include "serve/pipeline.h"

/* Deep enough for every handler; at the default of 8 MiB, hundreds of threads would not fit where
 * address space is limited. */
#define STACK_BYTES (256UL << 10)

/* From this size on an allocation is the system's own. */
#define MMAP_BYTES (128 << 10)

/* How long to leave a full descriptor table alone, and how often to say so. */
#define ACCEPT_PAUSE_MS     50
#define COMPLAINT_PERIOD_US 10000000

/* How long libfcgi waits for the peer to close after the answer (its own default pins the thread
 * for two seconds), and for the first bytes after an accept. */
#define LINGER_MS "50"

struct server {
    const struct chatur_endpoint *endpoint;
    const struct chatur_config *config;
    struct chatur_app *app;
    int listen_fd;
    int stop_fd;           /* an eventfd; readable for good once we stop */
    bool local;            /* the listening socket is a unix one, or bound to loopback */
    atomic_bool broken;    /* the listening socket cannot be accepted from any more */
    int64_t complained_us; /* the leader's: when accepting last failed for lack of descriptors */

    pthread_mutex_t lock; /* of what follows */
    bool has_leader;
    struct worker *idle; /* the last one first */
};

struct worker {
    struct server *server;
    pthread_t thread;
    struct worker *next_idle; /* under the server's lock */
    bool leads;               /* the same */
    pthread_cond_t chosen;
    FCGX_Request request;
    struct chatur_pipeline pipeline;
};

/* --- accepting ------------------------------------------------------------------------------- */

/* Nobody can be served any more: ends the process, gracefully. */
static void give_up(struct server *server, const char *reason)
{
    if (!atomic_exchange(&server->broken, true)) {
        chatur_log(CHATUR_ERROR, "the listening socket is broken: %s", reason);
        (void)kill(getpid(), SIGTERM); /* wakes the first thread */
    }
}

/* Waits until there is a connection. False: we stop. `listen_fd` -1 and a time just wait. */
static bool wait_for(struct server *server, int listen_fd, int timeout_ms)
{
    struct pollfd watched[] = {
        {.fd = server->stop_fd, .events = POLLIN},
        {.fd = listen_fd, .events = POLLIN},
    };
    int count = -1;
    do {
        count = poll(watched, 2, timeout_ms);
    } while (count < 0 && errno == EINTR);
    if (watched[1].revents & (POLLERR | POLLHUP | POLLNVAL)) {
        /* Seen here or never: accepting would only say to try again, and we would, for ever. */
        give_up(server, "it was shut down");
        return false;
    }
    return watched[0].revents == 0;
}

/* Accepting failed. True: worth another try, after a pause when it was for lack of something. */
static bool survives(struct server *server, int cause)
{
    switch (cause) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: {
        int64_t now_us = chatur_monotonic_us();
        if (server->complained_us == 0 || now_us - server->complained_us > COMPLAINT_PERIOD_US) {
            server->complained_us = now_us;
            chatur_log(CHATUR_ERROR, "cannot accept connections: %s", strerrordesc_np(cause));
        }
        return wait_for(server, -1, ACCEPT_PAUSE_MS);
    }
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
    case EFAULT:
        give_up(server, strerrordesc_np(cause));
        return false;
    default: /* the connection's own trouble, or a sibling process was faster */
        return true;
    }
}

static void lead(struct worker *worker)
{
    struct server *server = worker->server;
    (void)pthread_mutex_lock(&server->lock);
    if (server->has_leader) {
        worker->next_idle = server->idle;
        server->idle = worker;
        while (!worker->leads) {
            (void)pthread_cond_wait(&worker->chosen, &server->lock);
        }
    }
    server->has_leader = true;
    worker->leads = true;
    (void)pthread_mutex_unlock(&server->lock);
}

static void let_another_lead(struct worker *worker)
{
    struct server *server = worker->server;
    (void)pthread_mutex_lock(&server->lock);
    struct worker *next = server->idle;
    worker->leads = false;
    server->has_leader = next != NULL;
    if (next != NULL) {
        server->idle = next->next_idle;
        next->leads = true;
    }
    (void)pthread_mutex_unlock(&server->lock);
    if (next != NULL) {
        (void)pthread_cond_signal(&next->chosen);
    }
}

/* The next connection, or -1 when it is time to stop. */
static int accept_next(struct worker *worker)
{
    struct server *server = worker->server;
    int fd = -1;
    lead(worker);
    while (fd < 0 && wait_for(server, server->listen_fd, -1)) {
        fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 && !survives(server, errno)) {
            break;
        }
    }
    let_another_lead(worker);
    return fd;
}

/* --- working --------------------------------------------------------------------------------- */

/* Without the timeouts a peer that stops in the middle would hold the thread for ever. */
static bool limit_waiting(const struct server *server, int fd)
{
    const struct timeval timeout = {.tv_sec = server->config->io_timeout_s};
    const int on = 1;
    /* Only TCP knows this one. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    int fd = -1;
    while ((fd = accept_next(worker)) >= 0) {
        if (limit_waiting(worker->server, fd)) {
            chatur_fastcgi_serve(&worker->request, fd, worker->server->local, &worker->pipeline);
        } else {
            (void)close(fd);
        }
    }
    return NULL;
}

/* --- starting and stopping ------------------------------------------------------------------- */

/* Is the listening socket out of reach for other machines? */
static bool is_local_socket(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof(address);
    char text[INET6_ADDRSTRLEN] = "";
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        return false;
    }
    const void *host = NULL;
    switch (address.ss_family) {
    case AF_UNIX:
        return true;
    case AF_INET:
        host = &((const struct sockaddr_in *)&address)->sin_addr;
        break;
    case AF_INET6:
        host = &((const struct sockaddr_in6 *)&address)->sin6_addr;
        break;
    default:
        return false;
    }
    return inet_ntop(address.ss_family, host, text, sizeof(text)) != NULL &&
           chatur_params_is_loopback(text);
}

/* What must be in place before the first thread. False: said in the log. */
static bool prepare(struct server *server)
{
    sigset_t all;
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    /* The kernel's own signals for a fault in a thread stay as they are. */
    (void)sigfillset(&all);
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        (void)sigdelset(&all, faults[i]);
    }
    (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);

    /* Threads by the dozen would make an arena each, and each would keep what its busiest moment
     * needed. */
    (void)mallopt(M_ARENA_MAX, 2); /* NOLINT(concurrency-mt-unsafe): no threads yet */

    /* A long history takes megabytes, and gives them back: on its own, the limit from which memory
     * comes from the system directly would rise to the largest piece there was. */
    (void)mallopt(M_MMAP_THRESHOLD, MMAP_BYTES); /* NOLINT(concurrency-mt-unsafe): the same */

    /* Read by FCGX_Init. NOLINTBEGIN(concurrency-mt-unsafe): no threads yet */
    (void)setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", LINGER_MS, 0);
    (void)setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", LINGER_MS, 0);
    /* NOLINTEND(concurrency-mt-unsafe) */

    /* Sibling processes poll the same socket: who comes second must not get stuck in accept. */
    int flags = fcntl(server->listen_fd, F_GETFL);
    if (flags < 0 || fcntl(server->listen_fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
        fcntl(server->listen_fd, F_SETFD, FD_CLOEXEC) < 0 || FCGX_Init() != 0) {
        chatur_log(CHATUR_ERROR, "cannot start: FastCGI cannot be initialised");
        return false;
    }
    server->local = is_local_socket(server->listen_fd);
    server->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (server->stop_fd < 0) {
        chatur_log(CHATUR_ERROR, "cannot start: eventfd: %s", strerrordesc_np(errno));
        return false;
    }
    return true;
}

static size_t count_threads(const struct chatur_endpoint *endpoint,
                            const struct chatur_config *config)
{
    if (config->threads > 0) {
        return (size_t)config->threads;
    }
    return endpoint->threads > 0 ? endpoint->threads : CHATUR_DEFAULT_THREADS;
}

/* Starts the threads. How many run: all, or fewer when the system has no more to give. */
static size_t start_workers(struct server *server, struct worker *workers, size_t count)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return 0;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    size_t started = 0;
    for (; started < count; started++) {
        struct worker *worker = &workers[started];
        worker->server = server;
        (void)pthread_cond_init(&worker->chosen, NULL); /* does not fail on Linux */
        (void)FCGX_InitRequest(&worker->request, -1, 0);
        if (!chatur_pipeline_open(&worker->pipeline, server->endpoint, server->config,
                                  server->app)) {
            break;
        }
        if (pthread_create(&worker->thread, &attributes, work, worker) != 0) {
            chatur_pipeline_close(&worker->pipeline);
            break;
        }
    }
    (void)pthread_attr_destroy(&attributes);
    if (started < count) {
        chatur_log(CHATUR_ERROR, "only %zu of %zu threads could be started", started, count);
    }
    return started;
}

static void notify_ready(int ready_fd)
{
    if (ready_fd >= 0) {
        if (write(ready_fd, "\n", 1) != 1) {
            chatur_log(CHATUR_WARNING, "READY_FD cannot be written: %s", strerrordesc_np(errno));
        }
        (void)close(ready_fd);
    }
}

static void wait_for_signal(void)
{
    sigset_t stops;
    int signal_number = 0;
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigaddset(&stops, SIGINT);
    (void)sigaddset(&stops, SIGQUIT);
    (void)sigaddset(&stops, SIGUSR1);
    (void)sigwait(&stops, &signal_number);
    chatur_log(CHATUR_INFO, "stopping on SIG%s", sigabbrev_np(signal_number));
}

static void stop_workers(const struct server *server, struct worker *workers, size_t count)
{
    struct timespec deadline = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += server->config->stop_timeout_s;

    if (eventfd_write(server->stop_fd, 1) != 0) {
        abort(); /* cannot happen, and nobody would ever be told to stop */
    }
    for (size_t i = 0; i < count; i++) {
        if (pthread_clockjoin_np(workers[i].thread, NULL, CLOCK_MONOTONIC, &deadline) != 0) {
            chatur_log(CHATUR_ERROR, "stopping with requests cut off: they took longer than %lld s",
                       (long long)server->config->stop_timeout_s);
            _exit(EXIT_FAILURE); /* the threads still use everything there is */
        }
        chatur_pipeline_close(&workers[i].pipeline);
    }
    for (size_t i = 0; i < count; i++) { /* only now does nobody signal any more */
        (void)pthread_cond_destroy(&workers[i].chosen);
    }
}

int chatur_fastcgi_run(const struct chatur_endpoint *endpoint, const struct chatur_config *config,
                       struct chatur_app *app, int listen_fd, int ready_fd)
{
    struct server server = {
        .endpoint = endpoint,
        .config = config,
        .app = app,
        .listen_fd = listen_fd,
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
    size_t wanted = count_threads(endpoint, config);
    if (!prepare(&server)) {
        return EXIT_FAILURE;
    }
    struct worker *workers = calloc(wanted, sizeof(*workers));
    size_t started = workers != NULL ? start_workers(&server, workers, wanted) : 0;
    if (started > 0) {
        chatur_log(CHATUR_INFO, "serving with %zu threads", started);
        notify_ready(ready_fd);
        chatur_app_look(app); /* meanwhile the others serve; a signal waits for it */
        wait_for_signal();
        stop_workers(&server, workers, started);
    }
    free(workers);
    (void)close(server.stop_fd);
    (void)pthread_mutex_destroy(&server.lock);
    return started > 0 && !atomic_load(&server.broken) ? EXIT_SUCCESS : EXIT_FAILURE;
}
