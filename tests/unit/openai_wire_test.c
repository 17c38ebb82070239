/* The OpenAI-compatible API as bytes: requests as they must be, answers as servers give them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "generate/openai_wire.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static struct chatur_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = chatur_arena_new(1 << 20);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    chatur_arena_free(arena);
    return 0;
}

/* --- requests --------------------------------------------------------------------------------- */

static const struct chatur_prompt prompt = {
    .system = "Write \"emails\".\n",
    .user = "<<Zo\xc3\xab \\ \x01>>",
    .stops = {"\n###", "\""},
    .stop_count = 2,
};

#define ALL_FIELDS                                                                                 \
    (CHATUR_WIRE_STOP | CHATUR_WIRE_STREAM_OPTIONS | CHATUR_WIRE_SEED | CHATUR_WIRE_TEMPERATURE |  \
     CHATUR_WIRE_REPETITION_PENALTY | CHATUR_WIRE_MAX_COMPLETION_TOKENS)

static void writes_requests(void **state)
{
    (void)state;
    static const struct {
        bool chat;
        unsigned fields;
        const char *json;
    } rows[] = {
        {true, 0,
         "{\"model\":\"m/1\",\"messages\":[{\"role\":\"system\",\"content\":\"Write \\\"emails\\\"."
         "\\n\"},{\"role\":\"user\",\"content\":\"<<Zo\xc3\xab \\\\ \\u0001>>\"}],"
         "\"max_tokens\":99,\"stream\":true}"},
        {true, CHATUR_WIRE_MAX_COMPLETION_TOKENS | CHATUR_WIRE_STOP | CHATUR_WIRE_STREAM_OPTIONS,
         "{\"model\":\"m/1\",\"messages\":[{\"role\":\"system\",\"content\":\"Write \\\"emails\\\"."
         "\\n\"},{\"role\":\"user\",\"content\":\"<<Zo\xc3\xab \\\\ \\u0001>>\"}],"
         "\"max_completion_tokens\":99,\"stop\":[\"\\n###\",\"\\\"\"],\"stream\":true,"
         "\"stream_options\":{\"include_usage\":true}}"},
        {false, ALL_FIELDS,
         "{\"model\":\"m/1\",\"prompt\":\"<<Zo\xc3\xab \\\\ \\u0001>>\",\"max_tokens\":99,"
         "\"stop\":[\"\\n###\",\"\\\"\"],\"temperature\":0.7,\"repetition_penalty\":1.15,"
         "\"seed\":2147483647,\"stream\":true,\"stream_options\":{\"include_usage\":true}}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct chatur_buffer buffer = {0};
        chatur_wire_write(&buffer, &(struct chatur_wire_request){
                                       .chat = rows[i].chat,
                                       .model = "m/1",
                                       .prompt = &prompt,
                                       .max_tokens = 99,
                                       .seed = UINT64_MAX,
                                       .fields = rows[i].fields,
                                   });
        assert_false(buffer.failed);
        assert_string_equal(buffer.data, rows[i].json);
        assert_int_equal(chatur_json_check(buffer.data, buffer.length, NULL), CHATUR_OK);
        chatur_buffer_free(&buffer);
    }
}

/* --- answers ---------------------------------------------------------------------------------- */

struct answer {
    const char *json;
    const char *text;
    const char *finish_reason;
    const char *model;
    int64_t prompt_tokens;
    int64_t completion_tokens;
    enum chatur_failure failure;
    bool is_word;
    bool is_refusal;
};

#define BAD(text)                                                                                  \
    {                                                                                              \
        (text), "", "", "", 0, 0, CHATUR_FAILURE_BAD_ANSWER, false, false                          \
    }
#define FAILS(text, its_class)                                                                     \
    {                                                                                              \
        (text), "", "", "", 0, 0, (its_class), false, false                                        \
    }

static const struct answer answers[] = {
    /* not of this API */
    BAD("{"),
    BAD("[]"),
    BAD("42"),
    BAD("null"),
    BAD("{}"),
    BAD(""),
    BAD("{\"hello\":1}"),
    BAD("{\"choices\":{}}"),
    BAD("{\"choices\":\"x\"}"),
    BAD("{\"choices\":[]} x"),
    BAD("{\"choices\":[{\"text\":\"a\"}],\"choices\":[]}"),
    BAD("{\"choices\":[{\"text\":\"\\ud800\"}]}"),
    BAD("{\"choices\":[{\"text\":\"\xff\"}]}"),
    /* errors in place of an answer */
    FAILS("{\"error\":{}}", CHATUR_FAILURE_SERVER),
    FAILS("{\"error\":\"CUDA out of memory\"}", CHATUR_FAILURE_SERVER),
    FAILS("{\"error\":{\"message\":\"x\",\"type\":\"server_error\",\"code\":null}}",
          CHATUR_FAILURE_SERVER),
    FAILS("{\"error\":{\"message\":\"x\",\"code\":\"rate_limit_exceeded\"}}",
          CHATUR_FAILURE_RATE_LIMIT),
    FAILS("{\"error\":{\"message\":\"x\",\"type\":\"insufficient_quota\"}}", CHATUR_FAILURE_QUOTA),
    FAILS("{\"error\":{\"message\":\"x\",\"code\":401}}", CHATUR_FAILURE_AUTH),
    FAILS("{\"error\":{\"message\":\"x\",\"code\":99999}}", CHATUR_FAILURE_SERVER),
    FAILS("{\"error\":{\"message\":\"insufficient_quota is what the user wrote about\"}}",
          CHATUR_FAILURE_SERVER),
    FAILS(
        "{\"object\":\"error\",\"message\":\"This model's maximum context length is 2048 tokens\","
        "\"type\":\"BadRequestError\",\"param\":null,\"code\":400}",
        CHATUR_FAILURE_CONTEXT_LENGTH),
    FAILS("{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}],"
          "\"error\":{\"message\":\"x\"}}",
          CHATUR_FAILURE_SERVER),
    /* wrong types are as if nothing was said */
    {"{\"choices\":[1]}", "", "", "", 0, 0, CHATUR_NO_FAILURE, false, false},
    {"{\"choices\":[null]}", "", "", "", 0, 0, CHATUR_NO_FAILURE, false, false},
    {"{\"choices\":[{\"delta\":{\"content\":[\"a\"]},\"finish_reason\":7}],\"model\":{},"
     "\"usage\":{\"prompt_tokens\":\"9\",\"completion_tokens\":-9}}",
     "", "", "", 0, 0, CHATUR_NO_FAILURE, false, false},
    {"{\"error\":null,\"choices\":[]}", "", "", "", 0, 0, CHATUR_NO_FAILURE, false, false},
    {"{\"choices\":[],\"usage\":null}", "", "", "", 0, 0, CHATUR_NO_FAILURE, false, false},
    /* a chat's stream */
    {"{\"model\":\"gpt-x\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":"
     "\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}],\"obfuscation\":\"zzz\"}",
     "", "", "gpt-x", 0, 0, CHATUR_NO_FAILURE, false, false},
    {"{\"choices\":[{\"delta\":{\"content\":\"Dear \\u00e4\\n\"},\"finish_reason\":null}]}",
     "Dear \xc3\xa4\n", "", "", 0, 0, CHATUR_NO_FAILURE, true, false},
    {"{\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm\"},\"finish_reason\":null}]}", "", "",
     "", 0, 0, CHATUR_NO_FAILURE, true, false},
    {"{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}", "", "stop", "", 0, 0,
     CHATUR_NO_FAILURE, false, false},
    {"{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}",
     "", "", "", 3, 4, CHATUR_NO_FAILURE, false, false},
    /* whole, and completions */
    {"{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":"
     "\"length\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
     "a", "length", "", 3, 4, CHATUR_NO_FAILURE, true, false},
    {"{\"choices\":[{\"index\":0,\"text\":\"a\",\"finish_reason\":null,\"stop_reason\":null}]}",
     "a", "", "", 0, 0, CHATUR_NO_FAILURE, true, false},
    /* declined */
    {"{\"choices\":[{\"delta\":{\"refusal\":\"I\"},\"finish_reason\":null}]}", "", "", "", 0, 0,
     CHATUR_NO_FAILURE, false, true},
    {"{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"No\"}}],"
     "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":9223372036854775807}}",
     "", "", "", 3, 1000000000, CHATUR_NO_FAILURE, false, true},
};

static void reads_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        const struct answer *row = &answers[i];
        struct chatur_wire_chunk chunk;
        enum chatur_failure failure = chatur_wire_read(row->json, strlen(row->json), arena, &chunk);
        if (failure != row->failure) {
            fail_msg("%s: %s instead of %s", row->json, chatur_failure_rule(failure)->name,
                     chatur_failure_rule(row->failure)->name);
        }
        if (failure != CHATUR_NO_FAILURE) {
            continue;
        }
        assert_string_equal(chunk.text, row->text);
        assert_int_equal(chunk.length, strlen(row->text));
        assert_string_equal(chunk.finish_reason, row->finish_reason);
        assert_string_equal(chunk.model, row->model);
        assert_int_equal(chunk.prompt_tokens, row->prompt_tokens);
        assert_int_equal(chunk.completion_tokens, row->completion_tokens);
        assert_int_equal(chunk.is_word, row->is_word);
        assert_int_equal(chunk.is_refusal, row->is_refusal);
    }
}

static void knows_what_is_whole(void **state)
{
    (void)state;
    static const struct {
        const char *reason;
        enum chatur_failure failure;
    } rows[] = {
        {"", CHATUR_NO_FAILURE},
        {"stop", CHATUR_NO_FAILURE},
        {"eos", CHATUR_NO_FAILURE},
        {"eos_token", CHATUR_NO_FAILURE},
        {"stop_sequence", CHATUR_NO_FAILURE},
        {"end_turn", CHATUR_NO_FAILURE},
        {"length", CHATUR_FAILURE_BAD_TEXT},
        {"model_length", CHATUR_FAILURE_BAD_TEXT},
        {"max_tokens", CHATUR_FAILURE_BAD_TEXT},
        {"content_filter", CHATUR_FAILURE_CONTENT_FILTER},
        {"refusal", CHATUR_FAILURE_CONTENT_FILTER},
        {"error", CHATUR_FAILURE_SERVER},
        {"abort", CHATUR_FAILURE_SERVER},
        {"insufficient_system_resource", CHATUR_FAILURE_SERVER},
        {"tool_calls", CHATUR_FAILURE_SERVER},
        {"stopped", CHATUR_FAILURE_SERVER},
        {"sto", CHATUR_FAILURE_SERVER},
        {"st\xc3\xb6p", CHATUR_FAILURE_SERVER},
        {"a reason that is much longer than any that we would keep the name of for a log",
         CHATUR_FAILURE_SERVER},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum chatur_failure failure = chatur_wire_finish(rows[i].reason);
        if (failure != rows[i].failure) {
            fail_msg("%s: %s", rows[i].reason, chatur_failure_rule(failure)->name);
        }
    }
}

/* --- errors ----------------------------------------------------------------------------------- */

static void classifies_errors(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
        enum chatur_failure failure;
    } rows[] = {
        {"", 401, CHATUR_FAILURE_AUTH},
        {"{\"error\":{\"code\":\"unsupported_country_region_territory\"}}", 403,
         CHATUR_FAILURE_AUTH},
        {"", 402, CHATUR_FAILURE_QUOTA},
        {"{\"error\":{\"code\":\"model_not_found\"}}", 404, CHATUR_FAILURE_NOT_FOUND},
        {"", 405, CHATUR_FAILURE_NOT_FOUND},
        {"", 301, CHATUR_FAILURE_NOT_FOUND},
        {"", 308, CHATUR_FAILURE_NOT_FOUND},
        {"", 408, CHATUR_FAILURE_TIMEOUT},
        {"", 409, CHATUR_FAILURE_SERVER},
        {"", 413, CHATUR_FAILURE_CONTEXT_LENGTH},
        {"", 429, CHATUR_FAILURE_RATE_LIMIT},
        {"not JSON", 429, CHATUR_FAILURE_RATE_LIMIT},
        {"{\"error\":{\"code\":\"insufficient_quota\"}}", 429, CHATUR_FAILURE_QUOTA},
        {"insufficient_quota", 500, CHATUR_FAILURE_SERVER},
        {"", 503, CHATUR_FAILURE_SERVER},
        {"", 599, CHATUR_FAILURE_SERVER},
        {"", 400, CHATUR_FAILURE_BAD_REQUEST},
        {"", 418, CHATUR_FAILURE_BAD_REQUEST},
        {"{\"error\":{\"code\":\"context_length_exceeded\"}}", 400, CHATUR_FAILURE_CONTEXT_LENGTH},
        {"{\"message\":\"max_tokens must be at least 1, got -186.\"}", 400,
         CHATUR_FAILURE_CONTEXT_LENGTH},
        {"{\"error\":{\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}}", 400,
         CHATUR_FAILURE_CONTENT_FILTER},
        /* what a user may have written, and a server quotes, opens no breaker */
        {"{\"detail\":[{\"input\":\"insufficient_quota rate_limit\"}]}", 400,
         CHATUR_FAILURE_BAD_REQUEST},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned wanted = 0;
        enum chatur_failure failure = chatur_wire_classify(
            rows[i].status, rows[i].body, strlen(rows[i].body), ALL_FIELDS, arena, &wanted);
        if (failure != rows[i].failure) {
            fail_msg("%d %s: %s instead of %s", rows[i].status, rows[i].body,
                     chatur_failure_rule(failure)->name,
                     chatur_failure_rule(rows[i].failure)->name);
        }
        assert_int_equal(wanted, ALL_FIELDS);
    }
}

static void finds_what_a_server_does_not_take(void **state)
{
    (void)state;
    const unsigned common = CHATUR_WIRE_STOP | CHATUR_WIRE_STREAM_OPTIONS;
    const struct {
        const char *body;
        unsigned sent;
        unsigned wanted;
    } rows[] = {
        {"{\"error\":{\"message\":\"Unsupported parameter: 'stop' is not supported with this "
         "model.\",\"param\":\"stop\",\"code\":\"unsupported_parameter\"}}",
         common, CHATUR_WIRE_STREAM_OPTIONS},
        {"{\"detail\":\"Unsupported fields in the request: {'stream_options'}\"}", common,
         CHATUR_WIRE_STOP},
        {"{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"repetition_penalty\"]}]}",
         common | CHATUR_WIRE_REPETITION_PENALTY, common},
        {"{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens' is not supported with this "
         "model. Use 'max_completion_tokens' instead.\",\"param\":\"max_tokens\"}}",
         common, common | CHATUR_WIRE_MAX_COMPLETION_TOKENS},
        {"{\"detail\":\"unknown field max_completion_tokens\"}",
         common | CHATUR_WIRE_MAX_COMPLETION_TOKENS, common},
        {"{\"detail\":\"temperature\"}", common, common}, /* was not sent */
        {"{\"detail\":\"model is unknown\"}", common, common},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned wanted = 0;
        assert_int_equal(chatur_wire_classify(400, rows[i].body, strlen(rows[i].body), rows[i].sent,
                                              arena, &wanted),
                         CHATUR_FAILURE_BAD_REQUEST);
        assert_int_equal(wanted, rows[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_requests),
        cmocka_unit_test(reads_answers),
        cmocka_unit_test(knows_what_is_whole),
        cmocka_unit_test(classifies_errors),
        cmocka_unit_test(finds_what_a_server_does_not_take),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
