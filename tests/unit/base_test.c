/* The foundation: arena, buffer, JSON writing, ids, file reading, the outcome table, log lines. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json_tokener.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/outcome.h"

/* --- arena ------------------------------------------------------------------------------------ */

static void arena_refuses_more_than_its_cap(void **state)
{
    (void)state;
    struct chatur_arena *arena = chatur_arena_new(65536);
    assert_non_null(arena);
    assert_null(chatur_arena_alloc(arena, 65537));
    assert_null(chatur_arena_alloc(arena, SIZE_MAX));
    assert_null(chatur_arena_alloc(arena, SIZE_MAX - 3));
    assert_null(chatur_arena_strndup(arena, "", SIZE_MAX));
    size_t granted = 0;
    while (chatur_arena_alloc(arena, 1000) != NULL) {
        granted += 1000;
        assert_true(granted <= 64UL * 1024);
    }
    assert_true(granted > 48UL * 1024);
    chatur_arena_reset(arena);
    assert_non_null(chatur_arena_alloc(arena, 1000));
    chatur_arena_free(arena);
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    for (int round = 0; round < 3; round++) {
        unsigned char *previous = NULL;
        for (size_t size = 0; size < 300; size++) {
            unsigned char *memory = chatur_arena_alloc(arena, size);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++) {
                assert_int_equal(memory[i], 0);
            }
            if (size > 0) {
                assert_true(memory != previous);
                memset(memory, 0xaa, size);
            }
            previous = size > 0 ? memory : NULL;
        }
        chatur_arena_reset(arena);
    }
    chatur_arena_free(arena);
}

static char order_of_calls[8];

static void note_call(void *object)
{
    (void)strncat(order_of_calls, object, 1);
}

static void arena_runs_deferred_calls_last_first(void **state)
{
    (void)state;
    char first[] = "1";
    char second[] = "2";
    char third[] = "3";
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    order_of_calls[0] = '\0';
    assert_true(chatur_arena_defer(arena, note_call, first));
    assert_true(chatur_arena_defer(arena, note_call, second));
    chatur_arena_reset(arena);
    assert_string_equal(order_of_calls, "21");
    assert_true(chatur_arena_defer(arena, note_call, third));
    chatur_arena_free(arena);
    assert_string_equal(order_of_calls, "213");
}

static void arena_copies_and_formats(void **state)
{
    (void)state;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    assert_string_equal(chatur_arena_strdup(arena, ""), "");
    assert_memory_equal(chatur_arena_strndup(arena, "a\0b", 3), "a\0b", 4);
    char *text = chatur_arena_printf(arena, "%s-%05d", "x", 42);
    assert_string_equal(text, "x-00042");
    char *big = chatur_arena_printf(arena, "%100000d", 7);
    assert_int_equal(strlen(big), 100000);
    chatur_arena_free(arena);
    chatur_arena_free(NULL);
}

/* --- buffer and JSON writing ------------------------------------------------------------------ */

static void buffer_latches_its_limit(void **state)
{
    (void)state;
    struct chatur_buffer buffer = {.max_bytes = 10};
    chatur_buffer_puts(&buffer, "0123456789");
    assert_false(buffer.failed);
    chatur_buffer_puts(&buffer, "x");
    assert_true(buffer.failed);
    chatur_buffer_printf(&buffer, "%d", 1);
    assert_string_equal(buffer.data, "0123456789");
    chatur_buffer_clear(&buffer, 0);
    assert_false(buffer.failed);
    assert_null(buffer.data);
    chatur_buffer_append(&buffer, "", 0);
    assert_string_equal(buffer.data, "");
    chatur_buffer_free(&buffer);
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        const char *out;
    } rows[] = {
        {"\xff\xfe", "\"\xef\xbf\xbd\xef\xbf\xbd\""}, /* not UTF-8 at all */
        {"a\xc3", "\"a\xef\xbf\xbd\""},               /* cut short */
        {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""}, /* overlong */
        {"\"\\/", "\"\\\"\\\\/\""},
        {"\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\""},
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"h\xc3\xa9 \xf0\x9f\x98\x80", "\"h\xc3\xa9 \xf0\x9f\x98\x80\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chatur_buffer buffer = {0};
        chatur_buffer_json_string(&buffer, rows[i].in);
        assert_string_equal(buffer.data, rows[i].out);
        chatur_buffer_free(&buffer);
    }
}

/* What comes after the bytes is not looked at, and a NUL among them is one of them. */
static void json_texts_end_where_they_are_told_to(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        size_t length;
        const char *out;
    } rows[] = {
        {"h\xc3\xa9", 2, "\"h\xef\xbf\xbd\""}, /* in the middle of a character */
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\"x", 1, "\"\\\"\""},
        {"abc", 0, "\"\""},
        {"abc", 2, "\"ab\""},
        {"h\xc3\xa9", 3, "\"h\xc3\xa9\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chatur_buffer buffer = {0};
        chatur_buffer_json_text(&buffer, rows[i].in, rows[i].length);
        assert_string_equal(buffer.data, rows[i].out);
        chatur_buffer_free(&buffer);
    }
}

static void json_objects_are_what_a_parser_reads(void **state)
{
    (void)state;
    struct chatur_buffer buffer = {0};
    chatur_json_open(&buffer);
    chatur_json_put_string(&buffer, "text", "{");
    chatur_json_put_string(&buffer, "nothing", NULL);
    chatur_json_put_text(&buffer, "part", "text", 2);
    chatur_json_put_integer(&buffer, "low", INT64_MIN);
    chatur_json_put_boolean(&buffer, "yes", true);
    chatur_json_close(&buffer);
    assert_string_equal(buffer.data, "{\"text\":\"{\",\"nothing\":\"\",\"part\":\"te\","
                                     "\"low\":-9223372036854775808,\"yes\":true}");
    struct json_object *object = json_tokener_parse(buffer.data);
    assert_non_null(object);
    json_object_put(object);
    chatur_buffer_free(&buffer);
}

/* --- ids -------------------------------------------------------------------------------------- */

#define IDS 20000

static void *make_ids(void *memory)
{
    char(*ids)[CHATUR_ID_LENGTH + 1] = memory;
    for (size_t i = 0; i < IDS; i++) {
        chatur_id_new(ids[i]);
    }
    return NULL;
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, CHATUR_ID_LENGTH);
}

static void ids_are_valid_unique_and_sorted_within_a_thread(void **state)
{
    (void)state;
    pthread_t threads[4];
    char(*ids)[CHATUR_ID_LENGTH + 1] = calloc(4UL * IDS, sizeof(*ids));
    assert_non_null(ids);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, make_ids, ids + i * IDS), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (size_t i = 1; i < IDS; i++) {
        assert_true(chatur_id_valid(ids[i]));
        assert_true(compare_ids(ids[i - 1], ids[i]) < 0);
    }
    qsort(ids, 4UL * IDS, sizeof(*ids), compare_ids);
    for (size_t i = 1; i < 4UL * IDS; i++) {
        assert_true(compare_ids(ids[i - 1], ids[i]) != 0);
    }
    free(ids);
}

static void a_forked_child_has_its_own_ids(void **state)
{
    (void)state;
    char ours[CHATUR_ID_LENGTH + 1];
    char theirs[CHATUR_ID_LENGTH + 1] = "";
    int pipe_ends[2];
    chatur_id_new(ours);
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        _exit(write(pipe_ends[1], id, sizeof(id)) == (ssize_t)sizeof(id) ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(pipe_ends[0], theirs, sizeof(theirs)), sizeof(theirs));
    /* Past the four bytes of time stand the five of the process. */
    assert_memory_not_equal(ours + 8, theirs + 8, 10);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

static void invalid_ids_are_told(void **state)
{
    (void)state;
    static const char *const invalid[] = {"",
                                          "0",
                                          "00000000000000000000000",
                                          "0000000000000000000000000",
                                          "00000000000000000000000g",
                                          "000000000000000000000000\n",
                                          "{\"$gt\":\"\"}"};
    for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
        assert_false(chatur_id_valid(invalid[i]));
    }
    assert_true(chatur_id_valid("0123456789abcdefABCDEF00"));
}

/* --- files ------------------------------------------------------------------------------------ */

static void files_are_read_within_their_limit(void **state)
{
    (void)state;
    char folder[] = "/tmp/chatur-base-XXXXXX";
    char path[64];
    char *bytes = NULL;
    size_t length = 0;
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/file", folder);

    assert_int_equal(chatur_file_read(path, 10, arena, &bytes, &length, NULL), CHATUR_NOT_FOUND);
    struct chatur_error error = {0};
    assert_int_equal(chatur_file_read(folder, 10, arena, &bytes, &length, &error), CHATUR_INTERNAL);
    assert_non_null(strstr(error.detail, "not a regular file"));
    assert_int_equal(mkfifo(path, 0600), 0); /* must not block */
    assert_int_equal(chatur_file_read(path, 10, arena, &bytes, &length, NULL), CHATUR_INTERNAL);
    assert_int_equal(unlink(path), 0);

    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("0123456789", file);
    (void)fclose(file);
    assert_int_equal(chatur_file_read(path, 9, arena, &bytes, &length, NULL), CHATUR_TOO_LARGE);
    assert_int_equal(chatur_file_read(path, 10, arena, &bytes, &length, NULL), CHATUR_OK);
    assert_int_equal(length, 10);
    assert_string_equal(bytes, "0123456789");

    (void)unlink(path);
    (void)rmdir(folder);
    chatur_arena_free(arena);
}

/* --- outcomes and the log --------------------------------------------------------------------- */

static void every_outcome_has_its_row(void **state)
{
    (void)state;
    for (int i = 0; i < CHATUR_OUTCOMES; i++) {
        enum chatur_outcome outcome = (enum chatur_outcome)i;
        int status = chatur_outcome_http_status(outcome);
        assert_true(status == 200 || (status >= 400 && status <= 504));
        assert_non_null(chatur_outcome_name(outcome));
        assert_non_null(chatur_outcome_message(outcome));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(chatur_outcome_name(outcome),
                                    chatur_outcome_name((enum chatur_outcome)j));
        }
    }
    assert_int_equal(chatur_outcome_http_status((enum chatur_outcome)1000), 500);
    assert_int_equal(chatur_outcome_http_status((enum chatur_outcome) - 1), 500);
}

static void errors_keep_the_two_texts_apart_and_cut_long_ones(void **state)
{
    (void)state;
    struct chatur_error error = {0};
    assert_int_equal(chatur_refuse(&error, CHATUR_NO_COINS, "%500d", 1), CHATUR_NO_COINS);
    assert_int_equal(strlen(error.message), sizeof(error.message) - 1);
    assert_string_equal(error.detail, "");
    assert_int_equal(chatur_fail(&error, CHATUR_UNAVAILABLE, "locked"), CHATUR_UNAVAILABLE);
    assert_string_equal(error.detail, "locked");
    assert_int_equal(chatur_fail(NULL, CHATUR_INTERNAL, "nowhere"), CHATUR_INTERNAL);
    assert_int_equal(chatur_no_memory(NULL), CHATUR_INTERNAL);
}

/* Runs `log` with stderr on a pipe and returns what it wrote. */
static size_t capture(void (*log)(void), char *text, size_t size)
{
    int pipe_ends[2];
    int saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK), 0);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
    log();
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    ssize_t length = read(pipe_ends[0], text, size - 1);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
    (void)close(saved);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

static void log_hostile_text(void)
{
    chatur_log(CHATUR_DEBUG, "below the minimum");
    chatur_log(CHATUR_ERROR, "a \"quote\"\n{\"level\":\"forged\"} \xff");
}

static void log_a_request(void)
{
    chatur_log_set_request("r1", "/a/b");
    chatur_log_request(&(struct chatur_log_request){.method = "POST",
                                                    .status = 503,
                                                    .outcome = CHATUR_UNAVAILABLE,
                                                    .duration_us = 12,
                                                    .handler_us = 3,
                                                    .body_bytes = 4,
                                                    .response_bytes = 5,
                                                    .detail = "away\n"});
    chatur_log_set_request(NULL, NULL);
}

static void log_within_a_request(void)
{
    chatur_log_set_request("r\"1", "/a/b");
    chatur_log(CHATUR_INFO, "within");
    chatur_log_set_request(NULL, NULL);
    chatur_log(CHATUR_INFO, "after");
}

static void log_lines_are_one_json_object_each(void **state)
{
    (void)state;
    char text[4096];
    size_t length = capture(log_hostile_text, text, sizeof(text));
    assert_true(length > 0);
    assert_ptr_equal(strchr(text, '\n'), text + length - 1);
    struct json_object *object = json_tokener_parse(text);
    assert_non_null(object);
    assert_string_equal(json_object_get_string(json_object_object_get(object, "level")), "error");
    json_object_put(object);

    (void)capture(log_within_a_request, text, sizeof(text));
    assert_non_null(
        strstr(text, ",\"request_id\":\"r\\\"1\",\"endpoint\":\"/a/b\",\"message\":\"within\"}"));
    char *after = strchr(text, '\n') + 1;
    assert_non_null(strstr(after, "\"after\"}"));
    assert_null(strstr(after, "request_id"));
    assert_null(strstr(after, "endpoint"));

    length = capture(log_a_request, text, sizeof(text));
    assert_ptr_equal(strchr(text, '\n'), text + length - 1);
    object = json_tokener_parse(text);
    assert_non_null(object);
    assert_string_equal(json_object_get_string(json_object_object_get(object, "outcome")),
                        "unavailable");
    assert_int_equal(json_object_get_int(json_object_object_get(object, "status")), 503);
    assert_string_equal(json_object_get_string(json_object_object_get(object, "detail")), "away\n");
    json_object_put(object);
}

static void clocks_go_forward(void **state)
{
    (void)state;
    int64_t before = chatur_monotonic_us();
    assert_true(chatur_monotonic_us() >= before);
    assert_true(chatur_now_s() > 1700000000);
    assert_in_range(chatur_now_ms() / 1000 - chatur_now_s() + 1, 0, 2);
}

static void *left_elsewhere(void *left_us)
{
    *(int64_t *)left_us = chatur_deadline_left_us();
    return NULL;
}

static void a_deadline_is_of_one_thread_and_ends(void **state)
{
    (void)state;
    pthread_t thread;
    int64_t other_us = 0;
    assert_true(chatur_deadline_left_us() == INT64_MAX);
    chatur_deadline_set(60000);
    assert_in_range(chatur_deadline_left_us(), 1, 60000000);
    assert_int_equal(pthread_create(&thread, NULL, left_elsewhere, &other_us), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(other_us == INT64_MAX);
    chatur_deadline_set(1);
    chatur_pause_us(2000);
    assert_true(chatur_deadline_left_us() <= 0);
    chatur_deadline_set(20);
    chatur_pause_us(15000);
    chatur_deadline_renew();
    assert_true(chatur_deadline_left_us() <= 20000);
    chatur_deadline_set(0);
    chatur_deadline_renew();
    assert_true(chatur_deadline_left_us() == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_refuses_more_than_its_cap),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(arena_runs_deferred_calls_last_first),
        cmocka_unit_test(arena_copies_and_formats),
        cmocka_unit_test(buffer_latches_its_limit),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_texts_end_where_they_are_told_to),
        cmocka_unit_test(json_objects_are_what_a_parser_reads),
        cmocka_unit_test(ids_are_valid_unique_and_sorted_within_a_thread),
        cmocka_unit_test(a_forked_child_has_its_own_ids),
        cmocka_unit_test(invalid_ids_are_told),
        cmocka_unit_test(files_are_read_within_their_limit),
        cmocka_unit_test(every_outcome_has_its_row),
        cmocka_unit_test(errors_keep_the_two_texts_apart_and_cut_long_ones),
        cmocka_unit_test(log_lines_are_one_json_object_each),
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(a_deadline_is_of_one_thread_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
