/* chatur_serve as the outside starts it: in a child with an environment and descriptors of its own.
 * Which mode it takes itself to be in, what CGI and a shell get from it, and what it says when it
 * cannot start. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json_write.h"
#include "fastcgi_client.h"
#include "serve/serve.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define VARIABLES_MAX   12

/* --- a stand-in for the auth room ------------------------------------------------------------- */

enum chatur_outcome chatur_app_auth(struct chatur_app *app, struct chatur_auth **auth,
                                    struct chatur_error *error)
{
    *auth = NULL;
    return chatur_app_config(app)->jwt_key[0] != '\0'
               ? CHATUR_OK
               : chatur_fail(error, CHATUR_BAD_REQUEST, "JWT_KEY is not set");
}

enum chatur_outcome chatur_auth_session(struct chatur_auth *auth, const char *authorization,
                                        struct chatur_arena *arena, struct chatur_user *user,
                                        struct chatur_error *error)
{
    (void)auth;
    (void)authorization;
    (void)arena;
    (void)user;
    (void)error;
    return CHATUR_UNAUTHENTICATED;
}

/* --- the endpoints under test ----------------------------------------------------------------- */

/* Shared with the children. */
static struct {
    int calls;
    int next_descriptor; /* what the handler got from open() */
    bool ready_fd_set;   /* it still saw READY_FD */
} * seen;

static enum chatur_outcome handle(struct chatur_request *request, struct chatur_response *response)
{
    static const struct chatur_field fields[] = {
        {"text", CHATUR_TEXT, .optional = true, .offset = 0},
    };
    const char *text = "";
    seen->calls++;
    seen->next_descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    seen->ready_fd_set = getenv("READY_FD") != NULL; /* NOLINT(concurrency-mt-unsafe): no setenv */
    enum chatur_outcome outcome = CHATUR_FIELDS(request, fields, &text);
    if (outcome == CHATUR_OK) {
        struct chatur_buffer *json = chatur_response_element(response);
        chatur_json_open(json);
        chatur_json_put_string(json, "text", text);
        chatur_json_put_boolean(json, "local", request->local);
        chatur_json_close(json);
    }
    return outcome;
}

static const struct chatur_endpoint open_endpoint = {.handle = handle, .public = true};

/* --- launching -------------------------------------------------------------------------------- */

static char folder[64];
static char socket_path[100];
static char home_variable[100];

struct launch {
    const struct chatur_endpoint *endpoint; /* NULL: open_endpoint */
    const char *variables[VARIABLES_MAX];   /* NAME=value */
    const char *input;                      /* of standard input; NULL: none */
    int descriptor_0;                       /* in place of the input; 0: the input */
    int descriptor_3;                       /* 0: leave it */
    int not_inherited;                      /* 0: none */
    bool listen_pid;                        /* set LISTEN_PID to the child's own */
    bool close_standard;                    /* leave 0 and 1 closed */
    bool close_reader;                      /* nobody reads standard output */
    bool keyless;                           /* leave JWT_KEY unset */
};

struct result {
    int code; /* above 128: a signal */
    char out[4096];
    char err[4096];
};

static _Noreturn void be_child(const struct launch *launch, int in, int out, int err)
{
    char copies[VARIABLES_MAX][80];
    char listen_pid[40];
    char no_file[] = "ENV_FILE=/dev/null";
    char key[] = "JWT_KEY=0123456789abcdef0123456789abcdef";
    char *variables[VARIABLES_MAX + 4] = {home_variable, no_file};
    size_t count = 2;
    if (!launch->keyless) {
        variables[count++] = key;
    }
    for (size_t i = 0; i < VARIABLES_MAX && launch->variables[i] != NULL; i++) {
        (void)snprintf(copies[i], sizeof(copies[i]), "%s", launch->variables[i]);
        variables[count++] = copies[i];
    }
    if (launch->listen_pid) {
        (void)snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%ld", (long)getpid());
        variables[count++] = listen_pid;
    }
    environ = variables;
    bool ready = dup2(in, STDIN_FILENO) == STDIN_FILENO &&
                 dup2(out, STDOUT_FILENO) == STDOUT_FILENO &&
                 dup2(err, STDERR_FILENO) == STDERR_FILENO &&
                 (launch->descriptor_3 == 0 || dup2(launch->descriptor_3, 3) == 3);
    if (!ready) {
        _exit(99);
    }
    if (launch->not_inherited > 0) {
        (void)close(launch->not_inherited);
    }
    if (launch->close_standard) {
        (void)close(STDIN_FILENO);
        (void)close(STDOUT_FILENO);
    }
    _exit(chatur_serve(launch->endpoint != NULL ? launch->endpoint : &open_endpoint));
}

static int file_of(const char *bytes)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static pid_t begin(const struct launch *launch, int out, int err)
{
    int in = launch->descriptor_0 > 0 ? launch->descriptor_0
                                      : file_of(launch->input != NULL ? launch->input : "");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        be_child(launch, in, out, err);
    }
    if (launch->descriptor_0 == 0) {
        (void)close(in);
    }
    return pid;
}

static int end(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_file(int fd, char *text, size_t size)
{
    ssize_t length = pread(fd, text, size - 1, 0);
    assert_true(length >= 0);
    text[length] = '\0';
}

static struct result run(const struct launch *launch)
{
    struct result result = {0};
    int pipes[2] = {-1, -1};
    int out = memfd_create("out", MFD_CLOEXEC);
    int err = memfd_create("err", MFD_CLOEXEC);
    assert_true(out >= 0 && err >= 0);
    if (launch->close_reader) {
        assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
        (void)close(pipes[0]);
    }
    (void)memset(seen, 0, sizeof(*seen));
    result.code = end(begin(launch, launch->close_reader ? pipes[1] : out, err));
    read_file(out, result.out, sizeof(result.out));
    read_file(err, result.err, sizeof(result.err));
    if (launch->close_reader) {
        (void)close(pipes[1]);
    }
    (void)close(out);
    (void)close(err);
    return result;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++) {
        count++;
    }
    return count;
}

static void assert_starts(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0) {
        fail_msg("'%s' does not start with '%s'", text, start);
    }
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' has no '%s'", text, part);
    }
}

static int listen_on_unix(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    (void)unlink(socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 128), 0);
    return fd;
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/chatur-serve-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
    (void)snprintf(home_variable, sizeof(home_variable), "HOME_DIR=%s", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(socket_path);
    return rmdir(folder);
}

/* --- misuse ----------------------------------------------------------------------------------- */

static void without_a_request_it_explains_itself(void **state)
{
    (void)state;
    int plain = file_of("");
    int listening = listen_on_unix();
    const struct launch rows[] = {
        {.input = "{}"},
        {.variables = {"LISTEN_FDS=1"}, .listen_pid = true}, /* fd 3 is no socket */
        {.variables = {"LISTEN_FDS=1"}, .listen_pid = true, .descriptor_3 = plain},
        {.variables = {"LISTEN_FDS=0"}, .listen_pid = true, .descriptor_3 = listening},
        {.variables = {"LISTEN_FDS=x"}, .listen_pid = true, .descriptor_3 = listening},
        {.variables = {"LISTEN_FDS=1"}, .descriptor_3 = listening},
        {.variables = {"LISTEN_FDS=1", "LISTEN_PID=1"}, .descriptor_3 = listening},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct result result = run(&rows[i]);
        assert_int_equal(result.code, 2);
        assert_string_equal(result.out, "");
        assert_starts(result.err, "usage: REQUEST_METHOD=POST ");
        assert_int_equal(count_lines(result.err), 1);
    }
    (void)close(plain);
    (void)close(listening);
}

static void a_bad_setting_is_said_and_answered(void **state)
{
    (void)state;
    static const struct {
        struct launch launch;
        const char *named;
    } rows[] = {
        {{.variables = {"REQUEST_METHOD=POST", "MAX_BODY_BYTES=many"}}, "MAX_BODY_BYTES"},
        {{.variables = {"REQUEST_METHOD=GET", "THREADS=-1"}}, "THREADS"},
        {{.variables = {"REQUEST_METHOD=POST"}, .keyless = true}, "JWT_KEY"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct result result = run(&rows[i].launch);
        assert_int_equal(result.code, 1);
        assert_starts(result.out, "Status: 500 ");
        assert_has(result.out, "\r\nContent-Type: application/json; charset=utf-8\r\n");
        assert_has(result.out, "\r\n\r\n{\"status\":0,\"message\":\"Something went wrong on our "
                               "side\",\"payload\":null}");
        assert_null(strstr(result.out, rows[i].named));
        assert_int_equal(count_lines(result.err), 1);
        assert_has(result.err, "\"level\":\"error\"");
        assert_has(result.err, "cannot start: ");
        assert_has(result.err, rows[i].named);
        assert_int_equal(seen->calls, 0);
    }
    int listening = listen_on_unix();
    struct result result =
        run(&(struct launch){.descriptor_0 = listening, .variables = {"MAX_BODY_BYTES=many"}});
    assert_int_equal(result.code, 1);
    assert_string_equal(result.out, "");
    assert_has(result.err, "MAX_BODY_BYTES");
    (void)close(listening);
}

/* --- CGI and the shell ------------------------------------------------------------------------ */

static void cgi_reads_what_is_announced(void **state)
{
    (void)state;
    static const struct {
        const char *length;
        const char *input;
        int status;
        const char *text; /* what the handler read */
    } rows[] = {
        {"CONTENT_LENGTH=-1", "{}", 400, NULL},
        {"CONTENT_LENGTH=junk", "{}", 400, NULL},
        {"CONTENT_LENGTH=99999999999999999999", "{}", 413, NULL},
        {"CONTENT_LENGTH=1000", "{\"text\":\"a\"}", 400, NULL},
        {"CONTENT_LENGTH=13", "{\"text\":\"a\"}", 400, NULL},
        {"CONTENT_LENGTH=2", "", 400, NULL},
        {NULL, "[", 400, NULL},
        {"CONTENT_LENGTH=12", "{\"text\":\"ab\"}", 400, NULL}, /* cut by its own announcement */
        {"CONTENT_LENGTH=12", "{\"text\":\"a\"}", 200, "a"},
        {"CONTENT_LENGTH=12", "{\"text\":\"a\"} and more", 200, "a"},
        {"CONTENT_LENGTH=", "{\"text\":\"a\"}", 200, "a"},
        {"CONTENT_LENGTH=0", "{\"text\":\"a\"}", 200, ""},
        {NULL, "{\"text\":\"a\"}\n", 200, "a"},
        {NULL, NULL, 200, ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct result result = run(&(struct launch){
            .variables = {"REQUEST_METHOD=POST", rows[i].length}, .input = rows[i].input});
        char expected[200];
        assert_int_equal(result.code, 0);
        (void)snprintf(expected, sizeof(expected), "Status: %d ", rows[i].status);
        assert_starts(result.out, expected);
        assert_int_equal(seen->calls, rows[i].text != NULL);
        if (rows[i].text != NULL) {
            (void)snprintf(expected, sizeof(expected), "[{\"text\":\"%s\",\"local\":true}]}",
                           rows[i].text);
            assert_has(result.out, expected);
        }
        assert_int_equal(count_lines(result.err), 1);
        assert_has(result.err, "\"request_id\"");
        /* By hand: the log's line does not go on where the answer ends. */
        assert_int_equal(result.out[strlen(result.out) - 1], '\n');
    }
}

static void a_body_over_the_limit_is_not_read_on(void **state)
{
    (void)state;
    char *input = malloc(200001);
    assert_non_null(input);
    (void)memset(input, ' ', 200000);
    input[200000] = '\0';
    struct result result = run(&(struct launch){
        .variables = {"REQUEST_METHOD=POST", "MAX_BODY_BYTES=2000"}, .input = input});
    assert_starts(result.out, "Status: 413 ");
    assert_has(result.err, "\"body_bytes\":2001");
    free(input);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    int pipes[2];
    int out = memfd_create("out", MFD_CLOEXEC);
    char text[2000];
    assert_true(out >= 0);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    pid_t pid = begin(&(struct launch){.variables = {"REQUEST_METHOD=POST", "LOG_LEVEL=error"},
                                       .descriptor_0 = pipes[0],
                                       .not_inherited = pipes[1]},
                      out, STDERR_FILENO);
    assert_int_equal(write(pipes[1], "{\"text\":", 8), 8);
    (void)poll(NULL, 0, 50);
    assert_int_equal(write(pipes[1], "\"slow\"}", 7), 7);
    (void)close(pipes[1]);
    (void)close(pipes[0]);
    assert_int_equal(end(pid), 0);
    read_file(out, text, sizeof(text));
    assert_has(text, "\"text\":\"slow\"");
    (void)close(out);
}

static void a_terminal_means_an_empty_body(void **state)
{
    (void)state;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char name[64];
    assert_true(terminal >= 0);
    assert_int_equal(unlockpt(terminal), 0);
    assert_int_equal(ptsname_r(terminal, name, sizeof(name)), 0);
    int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct result result =
        run(&(struct launch){.variables = {"REQUEST_METHOD=POST"}, .descriptor_0 = fd});
    assert_int_equal(result.code, 0);
    assert_starts(result.out, "Status: 200 ");
    (void)close(fd);
    (void)close(terminal);
}

static void a_connected_socket_is_no_listening_one(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(write(pair[1], "{\"text\":\"a\"}", 12), 12);
    assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
    struct result result =
        run(&(struct launch){.variables = {"REQUEST_METHOD=POST"}, .descriptor_0 = pair[0]});
    assert_int_equal(result.code, 0);
    assert_has(result.out, "\"text\":\"a\"");
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void cgi_is_local_only_on_this_machine(void **state)
{
    (void)state;
    static const struct {
        const char *variable;
        bool local;
    } rows[] = {
        {"SERVER_ADDR=192.0.2.1", false}, {"SERVER_ADDR=", false},
        {"REMOTE_ADDR=192.0.2.1", false}, {"SERVER_ADDR=127.0.0.1", true},
        {"REMOTE_ADDR=::1", true},        {NULL, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct result result =
            run(&(struct launch){.variables = {"REQUEST_METHOD=POST", rows[i].variable}});
        assert_has(result.out, rows[i].local ? "\"local\":true" : "\"local\":false");
    }
}

static void closed_descriptors_are_not_reused(void **state)
{
    (void)state;
    struct result result =
        run(&(struct launch){.variables = {"REQUEST_METHOD=POST"}, .close_standard = true});
    assert_int_equal(result.code, 0);
    assert_int_equal(seen->calls, 1);
    assert_true(seen->next_descriptor > STDERR_FILENO);
}

static void a_reader_that_left_is_no_crash(void **state)
{
    (void)state;
    struct result result =
        run(&(struct launch){.variables = {"REQUEST_METHOD=POST"}, .close_reader = true});
    assert_int_equal(result.code, 0);
    assert_has(result.err, "the client left before the answer was complete");
}

static void the_log_level_is_obeyed(void **state)
{
    (void)state;
    struct result result =
        run(&(struct launch){.variables = {"REQUEST_METHOD=POST", "LOG_LEVEL=error"}});
    assert_int_equal(result.code, 0);
    assert_string_equal(result.err, "");
}

/* --- FastCGI ---------------------------------------------------------------------------------- */

static void listening_sockets_are_found(void **state)
{
    (void)state;
    int listening = listen_on_unix();
    const struct launch rows[] = {
        {.descriptor_0 = listening},
        {.descriptor_0 = listening, .variables = {"REQUEST_METHOD=POST"}}, /* left over */
        {.descriptor_3 = listening, .variables = {"LISTEN_FDS=1"}, .listen_pid = true},
        {.descriptor_3 = listening,
         .variables = {"LISTEN_FDS=2", "REQUEST_METHOD=POST"},
         .listen_pid = true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int err = memfd_create("err", MFD_CLOEXEC);
        assert_true(err >= 0);
        pid_t pid = begin(&rows[i], STDOUT_FILENO, err);
        assert_int_equal(fastcgi_exchange(socket_path, "", "{\"text\":\"a\"}", "\"text\":\"a\""),
                         200);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(end(pid), 0);
        (void)close(err);
    }
    (void)close(listening);
}

static void it_says_when_it_is_ready(void **state)
{
    (void)state;
    int listening = listen_on_unix();
    int ready[2];
    int err = memfd_create("err", MFD_CLOEXEC);
    char variable[40];
    char said[4] = "";
    char log[4096];
    assert_true(err >= 0);
    assert_int_equal(pipe(ready), 0);
    (void)snprintf(variable, sizeof(variable), "READY_FD=%d", ready[1]);
    pid_t pid =
        begin(&(struct launch){.descriptor_0 = listening,
                               .variables = {variable, "THREADS=3", "OPENAI_API_KEY=hunter2"}},
              STDOUT_FILENO, err);
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], said, sizeof(said)), 1);
    assert_int_equal(said[0], '\n');
    assert_int_equal(read(ready[0], said, sizeof(said)), 0);
    (void)close(ready[0]);
    assert_int_equal(fastcgi_exchange(socket_path, "", "", NULL), 200);
    assert_false(seen->ready_fd_set);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(end(pid), 0);
    read_file(err, log, sizeof(log));
    assert_has(log, "serving with 3 threads");
    assert_null(strstr(log, "hunter2"));
    (void)close(err);
    (void)close(listening);
}

static void a_bad_ready_fd_is_warned_about(void **state)
{
    (void)state;
    static const char *const rows[] = {"READY_FD=",          "READY_FD=x", "READY_FD=-1",
                                       "READY_FD=0",         "READY_FD=2", "READY_FD=999",
                                       "READY_FD=4294967299"};
    int listening = listen_on_unix();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char log[4096];
        int err = memfd_create("err", MFD_CLOEXEC);
        assert_true(err >= 0);
        pid_t pid = begin(&(struct launch){.descriptor_0 = listening, .variables = {rows[i]}},
                          STDOUT_FILENO, err);
        assert_int_equal(fastcgi_exchange(socket_path, "", "", NULL), 200);
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(end(pid), 0);
        read_file(err, log, sizeof(log));
        assert_has(log, "READY_FD is not an open descriptor above 2");
        (void)close(err);
    }
    (void)close(listening);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(without_a_request_it_explains_itself),
        TEST(a_bad_setting_is_said_and_answered),
        TEST(cgi_reads_what_is_announced),
        TEST(a_body_over_the_limit_is_not_read_on),
        TEST(a_pipe_is_read_to_its_end),
        TEST(a_terminal_means_an_empty_body),
        TEST(a_connected_socket_is_no_listening_one),
        TEST(cgi_is_local_only_on_this_machine),
        TEST(closed_descriptors_are_not_reused),
        TEST(a_reader_that_left_is_no_crash),
        TEST(the_log_level_is_obeyed),
        TEST(listening_sockets_are_found),
        TEST(it_says_when_it_is_ready),
        TEST(a_bad_ready_fd_is_warned_about),
    };
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (seen == MAP_FAILED) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
