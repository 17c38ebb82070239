/* The FastCGI listener for real: a child process serves on a unix socket, and a client that builds
 * its records by hand treats it well and badly. After each maltreatment the same process must still
 * answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "fastcgi_client.h"
#include "serve/fastcgi.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_BODY_BYTES  65536
#define STREAMED_EVENTS 3
#define BIG_BYTES       (8UL << 20) /* more than any socket buffer takes */

void chatur_app_look(struct chatur_app *app)
{
    (void)app;
}

/* The endpoints are public: nobody asks for a session. */
enum chatur_outcome chatur_app_auth(struct chatur_app *app, struct chatur_auth **auth,
                                    struct chatur_error *error)
{
    (void)app;
    *auth = NULL;
    return chatur_no_memory(error);
}

enum chatur_outcome chatur_auth_session(struct chatur_auth *auth, const char *authorization,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error)
{
    (void)auth;
    (void)authorization;
    (void)arena;
    (void)user;
    return chatur_no_memory(error);
}

/* --- the endpoint under test ------------------------------------------------------------------ */

/* Shared with the child. */
static struct shared {
    atomic_uint handled; /* how many requests reached the handler */
    atomic_uint threads; /* how many threads it ran in */
    atomic_uint events;  /* how many events it may send */
    atomic_bool done;    /* it has sent them, and went on to its end */
} * shared;

static void sleep_ms(int duration_ms)
{
    (void)poll(NULL, 0, duration_ms);
}

/* One event after the other, each when the test lets it: who is given the second one has read the
 * first. Gives up after ten seconds. */
static void stream(struct chatur_response *response)
{
    for (unsigned i = 0; i < STREAMED_EVENTS; i++) {
        for (int wait_ms = 0; atomic_load(&shared->events) <= i && wait_ms < 10000; wait_ms++) {
            sleep_ms(1);
        }
        struct chatur_buffer *json = chatur_response_event(response, "delta");
        chatur_json_open(json);
        chatur_json_put_integer(json, "n", i);
        chatur_json_close(json);
        chatur_response_event_send(response);
    }
    atomic_store(&shared->done, true);
}

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    static const struct chatur_field fields[] = {
        {"text", CHATUR_TEXT, .optional = true, .offset = 0},
    };
    static _Thread_local bool counted;
    const char *text = "";
    atomic_fetch_add(&shared->handled, 1);
    if (!counted) {
        counted = true;
        atomic_fetch_add(&shared->threads, 1);
    }
    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &text);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (strncmp(request->query, "sleep=", 6) == 0) {
        sleep_ms((int)strtol(request->query + 6, NULL, 10));
    }
    if (strcmp(request->query, "stream") == 0) {
        stream(response);
    }
    struct chatur_buffer *json = chatur_response_element(response);
    chatur_json_open(json);
    chatur_json_put_string(json, "text", text);
    chatur_json_put_boolean(json, "local", request->local);
    if (strcmp(request->query, "big") == 0) {
        char *filling = chatur_arena_alloc(request->arena, BIG_BYTES + 1);
        if (filling == NULL) {
            return chatur_no_memory(&request->error);
        }
        (void)memset(filling, 'x', BIG_BYTES);
        chatur_json_put_string(json, "filling", filling);
    }
    chatur_json_close(json);
    return CHATUR_OK;
}

/* --- the server in a child -------------------------------------------------------------------- */

struct server {
    pid_t pid;     /* 0: not running */
    pid_t sibling; /* another on the same socket; 0: none */
    int listen_fd;
    char folder[64];
    char socket_path[100];
    char log_path[100];
};

static struct server server;
static struct chatur_config config; /* what the next server is started with */
static rlim_t max_descriptors;      /* the same; 0: as it is */

static int listen_on_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 128), 0);
    return fd;
}

static int listen_on_tcp(in_addr_t host, struct sockaddr_in *address)
{
    socklen_t length = sizeof(*address);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(host)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)address, length), 0);
    assert_int_equal(listen(fd, 128), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &length), 0);
    return fd;
}

static _Noreturn void be_server(int listen_fd, int ready_fd)
{
    static const struct chatur_endpoint endpoint = {.handle = handle, .public = true};
    int log = open(server.log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    const struct rlimit limit = {.rlim_cur = max_descriptors, .rlim_max = max_descriptors};
    if (log < 0 || dup2(log, STDERR_FILENO) < 0 || close(log) != 0 ||
        (max_descriptors > 0 && setrlimit(RLIMIT_NOFILE, &limit) != 0)) {
        _exit(99);
    }
    _exit(chatur_fastcgi_run(&endpoint, &config, NULL, listen_fd, ready_fd));
}

/* Starts the server on the socket given and waits until it is ready: one newline, then the end. */
static void start_on(int listen_fd)
{
    int ready[2];
    char said[4] = "";
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    server.listen_fd = listen_fd;
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        (void)close(ready[0]);
        be_server(listen_fd, ready[1]);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], said, sizeof(said)), 1);
    assert_int_equal(said[0], '\n');
    assert_int_equal(read(ready[0], said, sizeof(said)), 0);
    (void)close(ready[0]);
}

static void start(void)
{
    start_on(listen_on_unix(server.socket_path));
}

/* Waits for the server's end, for at most `timeout_ms`. Its exit code; -1: still running; above
 * 128: a signal. */
static int wait_for_end(int timeout_ms)
{
    int status = 0;
    for (; timeout_ms >= 0; timeout_ms -= 5) {
        pid_t ended = waitpid(server.pid, &status, WNOHANG);
        assert_true(ended >= 0);
        if (ended == server.pid) {
            server.pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        sleep_ms(5);
    }
    return -1;
}

static void signal_server(int signal_number)
{
    assert_true(server.pid > 0);
    assert_int_equal(kill(server.pid, signal_number), 0);
}

/* What every test ends with: it still answers, and leaves when it is asked to. */
static void assert_well(void)
{
    assert_int_equal(fastcgi_exchange(server.socket_path, "", "{\"text\":\"hello\"}",
                                      "\r\n\r\n{\"status\":1,\"message\":\"OK\",\"payload\":"
                                      "[{\"text\":\"hello\",\"local\":true}]}"),
                     200);
    signal_server(SIGTERM);
    assert_int_equal(wait_for_end(5000), 0);
}

static unsigned count_in_log(const char *text)
{
    char log[65536];
    unsigned count = 0;
    int fd = open(server.log_path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t length = read(fd, log, sizeof(log) - 1);
    assert_true(length >= 0);
    log[length] = '\0';
    (void)close(fd);
    for (const char *at = log; (at = strstr(at, text)) != NULL; at++) {
        count++;
    }
    return count;
}

static int set_up(void **state)
{
    (void)state;
    config = (struct chatur_config){
        .cors_origin = "*",
        .max_body_bytes = MAX_BODY_BYTES,
        .threads = 4,
        .io_timeout_s = 1,
        .stop_timeout_s = 5,
        .log_level = "info",
    };
    max_descriptors = 0;
    atomic_store(&shared->handled, 0);
    atomic_store(&shared->threads, 0);
    atomic_store(&shared->events, 0);
    atomic_store(&shared->done, false);
    server = (struct server){.listen_fd = -1, .folder = "/tmp/chatur-fastcgi-XXXXXX"};
    if (mkdtemp(server.folder) == NULL) {
        return -1;
    }
    (void)snprintf(server.socket_path, sizeof(server.socket_path), "%s/socket", server.folder);
    (void)snprintf(server.log_path, sizeof(server.log_path), "%s/log", server.folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    const pid_t running[] = {server.pid, server.sibling};
    for (size_t i = 0; i < COUNT_OF(running); i++) {
        if (running[i] > 0) {
            (void)kill(running[i], SIGKILL);
            (void)waitpid(running[i], NULL, 0);
        }
    }
    if (server.listen_fd >= 0) {
        (void)close(server.listen_fd);
    }
    (void)unlink(server.socket_path);
    (void)unlink(server.log_path);
    return rmdir(server.folder);
}

/* --- well treated ----------------------------------------------------------------------------- */

static void answers_one_after_the_other(void **state)
{
    (void)state;
    start();
    for (int i = 0; i < 200; i++) {
        char body[40];
        char expected[40];
        (void)snprintf(body, sizeof(body), "{\"text\":\"number %d\"}", i);
        (void)snprintf(expected, sizeof(expected), "[{\"text\":\"number %d\",", i);
        assert_int_equal(fastcgi_exchange(server.socket_path, "", body, expected), 200);
    }
    assert_int_equal(fastcgi_exchange(server.socket_path, "", "", "\"text\":\"\""), 200);
    assert_int_equal(fastcgi_exchange(server.socket_path, "", "[", NULL), 400);
    assert_int_equal(fastcgi_exchange(server.socket_path, "big", "", "xxx\"}]}"), 200);
    assert_well();
    assert_int_equal(count_in_log("\"request_id\""), 204);
}

static void threads_work_at_the_same_time(void **state)
{
    (void)state;
    enum { AT_ONCE = 16 };
    int fds[AT_ONCE];
    config.threads = 0; /* the default */
    start();
    int64_t from_us = chatur_monotonic_us();
    for (int i = 0; i < AT_ONCE; i++) {
        struct chatur_buffer wire = {0};
        fds[i] = fastcgi_connect(server.socket_path);
        fastcgi_post(&wire, "sleep=400", "");
        assert_true(fastcgi_send(fds[i], &wire));
    }
    for (int i = 0; i < AT_ONCE; i++) {
        struct fastcgi_answer answer = fastcgi_receive(fds[i], 5000);
        assert_int_equal(answer.status, 200);
        chatur_buffer_free(&answer.output);
        (void)close(fds[i]);
    }
    assert_true(chatur_monotonic_us() - from_us < 400000LL * AT_ONCE / 2);
    assert_well();
}

/* What a thread keeps open to others is of use to the next request only if that comes to it. */
static void few_threads_do_what_few_can(void **state)
{
    (void)state;
    config.threads = 64;
    start();
    for (int i = 0; i < 300; i++) {
        assert_int_equal(fastcgi_exchange(server.socket_path, "", "", NULL), 200);
    }
    /* One at a time takes two, which lead in turns, and more where one is late to be idle. In turns
     * all would have worked. */
    assert_in_range(atomic_load(&shared->threads), 1, 48);
    assert_well();
}

static void two_processes_share_a_socket(void **state)
{
    (void)state;
    start();
    server.sibling = server.pid;
    start_on(server.listen_fd);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(fastcgi_exchange(server.socket_path, "", "", NULL), 200);
    }
    signal_server(SIGTERM);
    assert_int_equal(wait_for_end(5000), 0);
    server.pid = server.sibling; /* which serves on alone */
    server.sibling = 0;
    assert_well();
}

static void an_unread_body_does_not_cost_the_answer(void **state)
{
    (void)state;
    start();
    char *body = malloc(MAX_BODY_BYTES);
    assert_non_null(body);
    (void)memset(body, ' ', MAX_BODY_BYTES);
    struct chatur_buffer wire = {0};
    struct chatur_buffer params = {0};
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    fastcgi_pair(&params, "CONTENT_LENGTH", "10485600");
    fastcgi_begin(&wire, FCGI_RESPONDER, 0);
    fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
    fastcgi_record(&wire, FCGI_PARAMS, "", 0);
    for (int i = 0; i < 160; i++) {
        fastcgi_record(&wire, FCGI_STDIN, body, MAX_BODY_BYTES - 1);
    }
    fastcgi_record(&wire, FCGI_STDIN, "", 0);
    int fd = fastcgi_connect(server.socket_path);
    assert_true(fastcgi_send(fd, &wire)); /* ten megabytes, taken and thrown away */
    struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
    assert_int_equal(answer.status, 413);
    assert_true(answer.ended);
    (void)close(fd);
    chatur_buffer_free(&answer.output);
    chatur_buffer_free(&params);
    free(body);
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_well();
}

static void only_this_machine_is_local(void **state)
{
    (void)state;
    const in_addr_t hosts[] = {INADDR_ANY, INADDR_LOOPBACK};
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct sockaddr_in address;
        struct chatur_buffer wire = {0};
        start_on(listen_on_tcp(hosts[i], &address));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        assert_true(fd >= 0);
        assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        fastcgi_post(&wire, "", "");
        assert_true(fastcgi_send(fd, &wire));
        struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.output.data,
                               hosts[i] == INADDR_LOOPBACK ? "\"local\":true" : "\"local\":false"));
        (void)close(fd);
        chatur_buffer_free(&answer.output);
        signal_server(SIGTERM);
        assert_int_equal(wait_for_end(5000), 0);
        (void)close(server.listen_fd);
        server.listen_fd = -1;
    }
}

/* --- badly treated ---------------------------------------------------------------------------- */

enum afterwards { STAY, LEAVE };

/* Sends it and asserts that nothing comes back and the connection is closed. */
static void assert_dropped(struct chatur_buffer *wire, enum afterwards afterwards)
{
    int fd = fastcgi_connect(server.socket_path);
    (void)fastcgi_send(fd, wire); /* the peer may have seen enough before the end */
    if (afterwards == LEAVE) {
        (void)shutdown(fd, SHUT_WR);
    }
    struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
    assert_int_equal(answer.output.length, 0);
    assert_true(answer.closed);
    (void)close(fd);
}

static void params_that_break_off_reach_no_handler(void **state)
{
    (void)state;
    struct chatur_buffer params = {0};
    struct chatur_buffer whole = {0};
    start();
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    fastcgi_pair(&params, "QUERY_STRING", "x");
    size_t begin_length = FCGI_HEADER_LEN + 8;
    fastcgi_begin(&whole, FCGI_RESPONDER, 0);
    fastcgi_record(&whole, FCGI_PARAMS, params.data, params.length);
    fastcgi_record(&whole, FCGI_PARAMS, "", 0);
    /* Cut at every byte: inside headers, lengths, names, values, and between pairs. */
    for (size_t length = 1; length < whole.length; length++) {
        struct chatur_buffer wire = {0};
        chatur_buffer_append(&wire, whole.data, length);
        assert_dropped(&wire, LEAVE);
    }
    /* The same ends of the records themselves: the stream is whole, its content is not. */
    for (size_t length = 0; length < params.length - 1; length++) {
        struct chatur_buffer wire = {0};
        chatur_buffer_append(&wire, whole.data, begin_length);
        if (length > 0) {
            fastcgi_record(&wire, FCGI_PARAMS, params.data, length);
        }
        fastcgi_record(&wire, FCGI_PARAMS, "", 0);
        fastcgi_record(&wire, FCGI_STDIN, "", 0);
        bool has_method = length == 8 + strlen("REQUEST_METHODPOST");
        if (has_method) {
            chatur_buffer_free(&wire); /* a whole request, only without its query */
        } else {
            assert_dropped(&wire, LEAVE);
        }
    }
    chatur_buffer_free(&params);
    chatur_buffer_free(&whole);
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_well();
}

static void other_roles_are_dropped(void **state)
{
    (void)state;
    const unsigned roles[] = {FCGI_AUTHORIZER, FCGI_FILTER, 0, 4, 0xffff};
    struct chatur_buffer params = {0};
    start();
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        struct chatur_buffer wire = {0};
        fastcgi_begin(&wire, roles[i], 0);
        fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
        fastcgi_record(&wire, FCGI_PARAMS, "", 0);
        fastcgi_record(&wire, FCGI_STDIN, "", 0);
        assert_dropped(&wire, LEAVE);
    }
    chatur_buffer_free(&params);
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_well();
}

static void silence_is_ended(void **state)
{
    (void)state;
    enum { CASES = 4 };
    int fds[CASES];
    start();
    int64_t from_us = chatur_monotonic_us();
    for (int i = 0; i < CASES; i++) { /* as many as there are threads */
        struct chatur_buffer wire = {0};
        fds[i] = fastcgi_connect(server.socket_path);
        if (i == 1) {
            fastcgi_begin(&wire, FCGI_RESPONDER, 0);
        } else if (i > 1) {
            fastcgi_post(&wire, "", "{\"text\":\"hello\"}");
            wire.length -= i == 2 ? 60 : 12; /* within the parameters; within the body */
        }
        assert_true(fastcgi_send(fds[i], &wire));
    }
    for (int i = 0; i < CASES; i++) {
        struct fastcgi_answer answer = fastcgi_receive(fds[i], 5000);
        assert_true(answer.closed);
        assert_int_equal(answer.status, i == 3 ? 400 : 0);
        chatur_buffer_free(&answer.output);
        (void)close(fds[i]);
    }
    assert_true(chatur_monotonic_us() - from_us > 900000);
    assert_true(chatur_monotonic_us() - from_us < 4000000);
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_well();
}

static void a_client_that_never_reads_is_given_up(void **state)
{
    (void)state;
    config.threads = 1;
    start();
    struct chatur_buffer wire = {0};
    int fd = fastcgi_connect(server.socket_path);
    fastcgi_post(&wire, "big", "");
    assert_true(fastcgi_send(fd, &wire));
    int64_t from_us = chatur_monotonic_us();
    assert_int_equal(fastcgi_exchange(server.socket_path, "", "", NULL), 200);
    assert_true(chatur_monotonic_us() - from_us < 4000000);
    (void)close(fd);
    assert_int_equal(count_in_log("the client left before the answer was complete"), 1);
    assert_well();
}

static void a_client_that_left_does_no_harm(void **state)
{
    (void)state;
    config.threads = 1;
    start();
    const char *const queries[] = {"sleep=100", "big"};
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        struct chatur_buffer wire = {0};
        int fd = fastcgi_connect(server.socket_path);
        fastcgi_post(&wire, queries[i], "");
        assert_true(fastcgi_send(fd, &wire));
        (void)close(fd);
        assert_int_equal(fastcgi_exchange(server.socket_path, "", "", NULL), 200);
        assert_int_equal(count_in_log("the client left before"), i + 1);
    }
    assert_well();
}

static void an_abort_reaches_no_handler(void **state)
{
    (void)state;
    struct chatur_buffer wire = {0};
    struct chatur_buffer params = {0};
    start();
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    fastcgi_pair(&params, "CONTENT_LENGTH", "100");
    fastcgi_begin(&wire, FCGI_RESPONDER, 0);
    fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
    fastcgi_record(&wire, FCGI_PARAMS, "", 0);
    fastcgi_record(&wire, FCGI_STDIN, "{}", 2);
    fastcgi_record(&wire, FCGI_ABORT_REQUEST, "", 0);
    int fd = fastcgi_connect(server.socket_path);
    assert_true(fastcgi_send(fd, &wire));
    struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
    assert_true(answer.closed);
    assert_int_equal(answer.status, 400);
    (void)close(fd);
    chatur_buffer_free(&answer.output);
    chatur_buffer_free(&params);
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_well();
}

static void a_body_of_unknown_length_is_read_to_its_end(void **state)
{
    (void)state;
    struct chatur_buffer params = {0};
    start();
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    fastcgi_pair(&params, "CONTENT_LENGTH", "");
    for (int whole = 0; whole <= 1; whole++) {
        struct chatur_buffer wire = {0};
        fastcgi_begin(&wire, FCGI_RESPONDER, 0);
        fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
        fastcgi_record(&wire, FCGI_PARAMS, "", 0);
        fastcgi_record(&wire, FCGI_STDIN, "{\"text\":", 8);
        fastcgi_record(&wire, FCGI_STDIN, "\"parts\"}", 8);
        if (whole) {
            fastcgi_record(&wire, FCGI_STDIN, "", 0);
        }
        int fd = fastcgi_connect(server.socket_path);
        assert_true(fastcgi_send(fd, &wire));
        (void)shutdown(fd, SHUT_WR);
        struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
        assert_int_equal(answer.status, whole ? 200 : 400);
        assert_int_equal(strstr(answer.output.data, "\"parts\"") != NULL, whole);
        (void)close(fd);
        chatur_buffer_free(&answer.output);
    }
    chatur_buffer_free(&params);
    assert_well();
}

static void kept_connections_are_refused(void **state)
{
    (void)state;
    struct chatur_buffer wire = {0};
    start();
    fastcgi_post(&wire, "", "");
    wire.data[FCGI_HEADER_LEN + 2] = FCGI_KEEP_CONN;
    int fd = fastcgi_connect(server.socket_path);
    assert_true(fastcgi_send(fd, &wire));
    struct fastcgi_answer answer = fastcgi_receive(fd, 900);
    assert_int_equal(answer.status, 200);
    assert_true(answer.closed); /* by the server, at once */
    (void)close(fd);
    chatur_buffer_free(&answer.output);
    assert_well();
}

static void junk_is_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"\0", 1},
        {"\1", 1},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 26},
        {"\2\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0", 16},      /* version 2 */
        {"\1\1\0\0\0\10\0\0\0\1\0\0\0\0\0\0", 16},      /* begin of request 0 */
        {"\1\1\0\1\0\4\0\0\0\1\0\0", 12},               /* begin, too short */
        {"\1\4\0\1\0\0\0\0", 8},                        /* params before begin */
        {"\1\5\0\1\0\0\0\0", 8},                        /* stdin before begin */
        {"\1\143\0\0\0\0\0\0", 8},                      /* an unknown type */
        {"\1\11\0\0\0\4\0\0\377\377\377\377", 12},      /* get values, cut lengths */
        {"\1\1\0\1\377\377\377\0\0\1\0\0\0\0\0\0", 16}, /* begin, much too long */
        {"\377\377\377\377\377\377\377\377\377\377", 10},
    };
    start();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_buffer wire = {0};
        chatur_buffer_append(&wire, rows[i].bytes, rows[i].length);
        assert_dropped(&wire, LEAVE);
    }
    /* Whatever bytes there are; the seed is fixed so that a failure can be seen again. */
    unsigned seed = 12345;
    for (int i = 0; i < 300; i++) {
        struct chatur_buffer wire = {0};
        fastcgi_post(&wire, "", "{\"text\":\"hello\"}");
        for (int change = 0; change < 1 + i % 4; change++) {
            seed = seed * 1103515245 + 12345;
            /* Not the lengths of the pairs: a sum over 2^31 makes libfcgi abort. */
            size_t at = (seed >> 8) % (FCGI_HEADER_LEN * 3);
            wire.data[at] = (char)(seed >> 24);
        }
        int fd = fastcgi_connect(server.socket_path);
        (void)fastcgi_send(fd, &wire);
        (void)shutdown(fd, SHUT_WR);
        struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
        assert_true(answer.closed);
        chatur_buffer_free(&answer.output);
        (void)close(fd);
    }
    assert_well();
}

static void giant_lengths_are_dropped(void **state)
{
    (void)state;
    static const struct {
        uint32_t name;
        uint32_t value;
    } rows[] = {
        /* Two whose sum is over 2^31 make libfcgi abort, all but this pair. */
        {0x7fffffff, 0x7fffffff}, {0x30000000, 0x30000000}, {0x40000000, 0},
        {0, 0x40000000},          {65536, 65536},
    };
    start();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_buffer wire = {0};
        struct chatur_buffer params = {0};
        fastcgi_pair_claiming(&params, "A", "B", rows[i].name, rows[i].value);
        fastcgi_begin(&wire, FCGI_RESPONDER, 0);
        fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
        fastcgi_record(&wire, FCGI_PARAMS, "", 0);
        assert_dropped(&wire, LEAVE);
        chatur_buffer_free(&params);
    }
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_well();
}

/* Posts with `count` parameters of `size` bytes beside the method. The answer's status. */
static int post_with_params(unsigned count, size_t size)
{
    struct chatur_buffer wire = {0};
    char *value = malloc(size + 1);
    assert_non_null(value);
    (void)memset(value, 'v', size);
    value[size] = '\0';
    fastcgi_begin(&wire, FCGI_RESPONDER, 0);
    for (unsigned i = 0; i <= count; i++) {
        struct chatur_buffer params = {0};
        fastcgi_pair(&params, i == 0 ? "REQUEST_METHOD" : "HTTP_X", i == 0 ? "POST" : value);
        fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
        chatur_buffer_free(&params);
    }
    fastcgi_record(&wire, FCGI_PARAMS, "", 0);
    fastcgi_record(&wire, FCGI_STDIN, "", 0);
    free(value);
    int fd = fastcgi_connect(server.socket_path);
    (void)fastcgi_send(fd, &wire);
    struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
    assert_true(answer.closed);
    (void)close(fd);
    chatur_buffer_free(&answer.output);
    return answer.status;
}

static void params_are_limited(void **state)
{
    (void)state;
    start();
    assert_int_equal(post_with_params(2000, 1), 0);
    assert_int_equal(post_with_params(5, 60000), 0);
    assert_int_equal(atomic_load(&shared->handled), 0);
    assert_int_equal(post_with_params(1000, 1), 200);
    assert_int_equal(post_with_params(4, 60000), 200);
    assert_well();
}

static void a_full_descriptor_table_is_survived(void **state)
{
    (void)state;
    enum { SILENT = 30 };
    int fds[SILENT];
    config.threads = SILENT;
    max_descriptors = 16;
    start();
    for (int i = 0; i < SILENT; i++) {
        fds[i] = fastcgi_connect(server.socket_path);
    }
    sleep_ms(300);
    assert_int_equal(count_in_log("cannot accept connections"), 1);
    for (int i = 0; i < SILENT; i++) {
        (void)close(fds[i]);
    }
    for (int i = 0; i < SILENT; i++) { /* no thread was lost on the way */
        assert_int_equal(fastcgi_exchange(server.socket_path, "", "", NULL), 200);
    }
    assert_int_equal(count_in_log("cannot accept connections"), 1);
    assert_well();
}

/* --- stopping --------------------------------------------------------------------------------- */

static void every_stop_signal_stops_at_once(void **state)
{
    (void)state;
    const int signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGUSR1};
    start();
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        if (server.pid == 0) {
            start_on(server.listen_fd);
        }
        signal_server(SIGHUP); /* means nothing here */
        assert_int_equal(fastcgi_exchange(server.socket_path, "", "", NULL), 200);
        signal_server(signals[i]);
        assert_int_equal(wait_for_end(1000), 0);
    }
}

static void a_request_in_flight_is_finished(void **state)
{
    (void)state;
    struct chatur_buffer wire = {0};
    start();
    int fd = fastcgi_connect(server.socket_path);
    fastcgi_post(&wire, "sleep=600", "{\"text\":\"in flight\"}");
    assert_true(fastcgi_send(fd, &wire));
    while (atomic_load(&shared->handled) == 0) {
        sleep_ms(1);
    }
    signal_server(SIGTERM);
    while (count_in_log("stopping on SIGTERM") == 0) {
        sleep_ms(1);
    }
    sleep_ms(50);
    int late = fastcgi_connect(server.socket_path); /* waits for the next process */
    fastcgi_post(&wire, "", "");
    assert_true(fastcgi_send(late, &wire));
    struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.output.data, "in flight"));
    assert_true(answer.ended);
    chatur_buffer_free(&answer.output);
    assert_int_equal(wait_for_end(1000), 0);
    assert_int_equal(atomic_load(&shared->handled), 1);

    start_on(server.listen_fd);
    answer = fastcgi_receive(late, 5000);
    assert_int_equal(answer.status, 200);
    chatur_buffer_free(&answer.output);
    (void)close(fd);
    (void)close(late);
    assert_well();
}

static void a_request_that_takes_too_long_is_cut_off(void **state)
{
    (void)state;
    struct chatur_buffer wire = {0};
    config.stop_timeout_s = 1;
    start();
    int fd = fastcgi_connect(server.socket_path);
    fastcgi_post(&wire, "sleep=20000", "");
    assert_true(fastcgi_send(fd, &wire));
    while (atomic_load(&shared->handled) == 0) {
        sleep_ms(1);
    }
    signal_server(SIGTERM);
    assert_int_equal(wait_for_end(500), -1);
    assert_int_equal(wait_for_end(3000), EXIT_FAILURE);
    assert_int_equal(count_in_log("stopping with requests cut off"), 1);
    (void)close(fd);
}

static void a_broken_socket_ends_the_process(void **state)
{
    (void)state;
    start();
    assert_int_equal(shutdown(server.listen_fd, SHUT_RDWR), 0);
    assert_int_equal(wait_for_end(2000), EXIT_FAILURE);
    assert_int_equal(count_in_log("the listening socket is broken"), 1);
}

/* --- streaming -------------------------------------------------------------------------------- */

static int open_stream(void)
{
    struct chatur_buffer wire = {0};
    struct chatur_buffer params = {0};
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    fastcgi_pair(&params, "QUERY_STRING", "stream");
    fastcgi_pair(&params, "HTTP_ACCEPT", "text/event-stream");
    fastcgi_begin(&wire, FCGI_RESPONDER, 0);
    fastcgi_record(&wire, FCGI_PARAMS, params.data, params.length);
    fastcgi_record(&wire, FCGI_PARAMS, "", 0);
    fastcgi_record(&wire, FCGI_STDIN, "", 0);
    int fd = fastcgi_connect(server.socket_path);
    assert_true(fastcgi_send(fd, &wire));
    chatur_buffer_free(&params);
    return fd;
}

/* Reads until the text is there, for at most five seconds without a byte. */
static void await(int fd, struct chatur_buffer *received, const char *text)
{
    while (received->length == 0 ||
           memmem(received->data, received->length, text, strlen(text)) == NULL) {
        char chunk[4096];
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&readable, 1, 5000), 1);
        ssize_t count = read(fd, chunk, sizeof(chunk));
        assert_true(count > 0);
        chatur_buffer_append(received, chunk, (size_t)count);
    }
}

/* Lets the handler send its next event, and waits for it. */
static void await_event(int fd, struct chatur_buffer *received, unsigned number)
{
    char event[80];
    (void)snprintf(event, sizeof(event), "event: delta\ndata: {\"n\":%u}\n\n", number);
    atomic_store(&shared->events, number + 1);
    await(fd, received, event);
}

static void events_are_on_their_way_at_once(void **state)
{
    (void)state;
    struct chatur_buffer received = {0};
    start();
    int fd = open_stream();
    for (unsigned i = 0; i < STREAMED_EVENTS; i++) {
        assert_false(atomic_load(&shared->done));
        await_event(fd, &received, i);
    }
    await(fd, &received, "Status: 200 OK\r\n");
    await(fd, &received,
          "event: done\ndata: {\"status\":1,\"message\":\"OK\",\"payload\":"
          "[{\"text\":\"\",\"local\":true}]}\n\n");
    chatur_buffer_free(&received);
    (void)close(fd);
    assert_well();
}

static void a_stream_goes_on_without_its_client(void **state)
{
    (void)state;
    struct chatur_buffer received = {0};
    start();
    int fd = open_stream();
    await_event(fd, &received, 0);
    chatur_buffer_free(&received);
    (void)close(fd);
    assert_false(atomic_load(&shared->done));
    atomic_store(&shared->events, STREAMED_EVENTS);
    for (int wait_ms = 0; !atomic_load(&shared->done) && wait_ms < 5000; wait_ms++) {
        sleep_ms(1);
    }
    assert_true(atomic_load(&shared->done));
    assert_well();
    assert_int_equal(count_in_log("the client left before the answer was complete"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(answers_one_after_the_other),
        TEST(threads_work_at_the_same_time),
        TEST(few_threads_do_what_few_can),
        TEST(two_processes_share_a_socket),
        TEST(an_unread_body_does_not_cost_the_answer),
        TEST(only_this_machine_is_local),
        TEST(params_that_break_off_reach_no_handler),
        TEST(other_roles_are_dropped),
        TEST(silence_is_ended),
        TEST(a_client_that_never_reads_is_given_up),
        TEST(a_client_that_left_does_no_harm),
        TEST(an_abort_reaches_no_handler),
        TEST(a_body_of_unknown_length_is_read_to_its_end),
        TEST(kept_connections_are_refused),
        TEST(junk_is_dropped),
        TEST(giant_lengths_are_dropped),
        TEST(params_are_limited),
        TEST(a_full_descriptor_table_is_survived),
        TEST(every_stop_signal_stops_at_once),
        TEST(a_request_in_flight_is_finished),
        TEST(a_request_that_takes_too_long_is_cut_off),
        TEST(a_broken_socket_ends_the_process),
        TEST(events_are_on_their_way_at_once),
        TEST(a_stream_goes_on_without_its_client),
    };
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
