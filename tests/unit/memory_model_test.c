/* What asking a language model makes of memory that runs out, at each of its allocations, libcurl's
 * among them. The server is a process of its own, which has memory enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "failing_malloc.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "base/clock.h"
#include "generate/model_provider.h"

#define ARENA_BYTES ((size_t)1 << 20)

#define EVENT(members) "data: {\"model\":\"m-2\"," members "}\n\n"
#define DELTA(text)    EVENT("\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]")
static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" //
    DELTA("Dear Jane,\\n\\nI will be away on Friday because of a dentist's appointment. ") DELTA(
        "Sam covers the desk meanwhile.\\n\\nBest regards,\\nAnn")
        EVENT("\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]") EVENT(
            "\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}") "data: "
                                                                                      "[DONE]\n\n";

static pid_t server;
static char base_url[64];
static struct chatur_config config = {
    .openai_api_key = "sk-test",
    .openai_base_url = base_url,
    .openai_model = "m-1",
    .openai_api = "chat",
    .openai_organization = "",
    .openai_project = "",
    .openai_max_tokens = 100,
    .tls_ca_file = "",
    .generate_connect_timeout_s = 5,
    .generate_quiet_timeout_s = 5,
};
static struct chatur_model *model;

/* Answers whoever has sent a whole request; a client that gives up in the middle has closed. */
static _Noreturn void serve(int listening)
{
    static const char end[] = "\"include_usage\":true}}";
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) {
        static char request[16384];
        size_t length = 0;
        ssize_t got = 1;
        int fd = accept(listening, NULL, NULL);
        request[0] = '\0';
        while (fd >= 0 && got > 0 && strstr(request, end) == NULL) {
            got = read(fd, request + length, sizeof(request) - 1 - length);
            length += got > 0 ? (size_t)got : 0;
            request[length] = '\0';
        }
        if (got > 0) {
            (void)!write(fd, answer, sizeof(answer) - 1);
        }
        (void)close(fd);
    }
}

static int set_up(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    if (listening < 0 || bind(listening, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listening, 4) != 0 ||
        getsockname(listening, (struct sockaddr *)&address, &length) != 0) {
        return -1;
    }
    server = fork();
    if (server == 0) {
        serve(listening);
    }
    (void)close(listening);
    (void)snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    return server < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)kill(server, SIGKILL);
    return waitpid(server, NULL, 0) == server ? 0 : -1;
}

static void count_text(struct chatur_sink *sink, const char *text, size_t length)
{
    (void)sink;
    EXPECT(strlen(text) >= length);
}

static enum chatur_outcome ask(struct chatur_arena *arena, struct chatur_error *error)
{
    static const struct chatur_template template = {.id = "1",
                                                    .slug = "request",
                                                    .title = "Request",
                                                    .short_description = "A request",
                                                    .description = "A request",
                                                    .icon = "request.png",
                                                    .version = "v1",
                                                    .instructions = "Write a polite request."};
    static const struct chatur_brief brief = {.template = &template,
                                              .subject = "Leave on Friday",
                                              .keywords = "dentist, Sam covers",
                                              .to = "jane.doe@example.com",
                                              .sender_name = "Ann",
                                              .sender_email = "ann@example.com",
                                              .seed = 7};
    struct chatur_sink sink = {.put = count_text};
    struct chatur_attempt attempt = {.brief = &brief,
                                     .sink = &sink,
                                     .arena = arena,
                                     .deadline_us = chatur_monotonic_us() + 5000000,
                                     .retry_after_ms = -1,
                                     .should_retry = -1};
    enum chatur_failure failure = chatur_model_attempt(model, &attempt);
    if (failure == CHATUR_NO_FAILURE) {
        EXPECT(strstr(attempt.draft.text, "Sam covers the desk meanwhile.") != NULL);
        EXPECT(strcmp(attempt.draft.by.model, "m-2") == 0);
        EXPECT(attempt.prompt_tokens == 5);
        EXPECT(attempt.has_put);
        return CHATUR_OK;
    }
    /* libcurl names some of its own shortages after what it could not do for them. */
    EXPECT(failure == CHATUR_FAILURE_INTERNAL || failure == CHATUR_FAILURE_NETWORK);
    return failure == CHATUR_FAILURE_INTERNAL
               ? chatur_no_memory(error)
               : chatur_fail(error, CHATUR_UNAVAILABLE, "libcurl says %d", attempt.reason);
}

static enum chatur_outcome ask_within(struct chatur_error *error)
{
    struct chatur_arena *arena = chatur_arena_new(ARENA_BYTES);
    if (arena == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = ask(arena, error);
    chatur_arena_free(arena);
    return outcome;
}

/* The thread keeps its handles, so what a call leaves in them is no leak. */
static void asking(void **state)
{
    (void)state;
    assert_int_equal(chatur_model_new(&config, CHATUR_WRITER_OPENAI, &model, NULL), CHATUR_OK);
    sweep(&(struct trial){
        .name = "asking a model", .run = ask_within, .also = CHATUR_UNAVAILABLE, .keeps = true});
    chatur_model_free(model);
}

static enum chatur_outcome make_model(struct chatur_error *error)
{
    struct chatur_model *made = NULL;
    enum chatur_outcome outcome = chatur_model_new(&config, CHATUR_WRITER_OPENAI, &made, error);
    EXPECT((outcome == CHATUR_OK) == (made != NULL));
    chatur_model_free(made);
    return outcome;
}

static void making(void **state)
{
    (void)state;
    sweep(&(struct trial){.name = "making a model", .run = make_model});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(making),
        cmocka_unit_test_setup_teardown(asking, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
