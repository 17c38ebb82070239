/* Server-sent events: every stream cut at every place, and byte by byte, must read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "generate/sse.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_EVENT       64

/* The events seen, each followed by a bar. */
struct seen {
    char text[512];
    const char *last; /* after this event, no more is wanted; NULL: all are */
};

static bool take(void *context, const char *data, size_t length)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    assert_true(used + length + 2 < sizeof(seen->text));
    memcpy(seen->text + used, data, length);
    memcpy(seen->text + used + length, "|", 2);
    return seen->last == NULL || strlen(seen->last) != length ||
           memcmp(seen->last, data, length) != 0;
}

struct row {
    const char *stream;
    const char *events;
    const char *at_end; /* what the end adds */
    enum chatur_sse_state state;
    const char *last;
};

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16

static const struct row rows[] = {
    /* no events */
    {"", "", "", CHATUR_SSE_MORE, NULL},
    {"\n\n\r\n\r\r", "", "", CHATUR_SSE_MORE, NULL},
    {": comment\n\n:\n\n::data: x\n\n", "", "", CHATUR_SSE_MORE, NULL},
    {"event: x\nid: 1\nretry: 2\n\n", "", "", CHATUR_SSE_MORE, NULL},
    {"datax: y\n\nDATA: y\n\n data: y\n\ndat\n\n", "", "", CHATUR_SSE_MORE, NULL},
    {"<html>no stream</html>\n\n", "", "", CHATUR_SSE_MORE, NULL},
    /* too long: a line, an event of lines */
    {"data: " X64 "\n\n", "", "", CHATUR_SSE_TOO_LONG, NULL},
    {": " X64, "", "", CHATUR_SSE_TOO_LONG, NULL},
    {"data: " X16 X16 "\ndata: " X16 X16 "\n\n", "", "", CHATUR_SSE_TOO_LONG, NULL},
    {"data: a\n\ndata: " X64 "\n\ndata: b\n\n", "a|", "", CHATUR_SSE_TOO_LONG, NULL},
    /* events */
    {"data: a\n\n", "a|", "", CHATUR_SSE_MORE, NULL},
    {"data:a\n\ndata:  a \n\n", "a| a |", "", CHATUR_SSE_MORE, NULL},
    {"data\n\ndata:\n\ndata: \n\n", "|||", "", CHATUR_SSE_MORE, NULL},
    {"data: a\r\n\r\ndata: b\r\rdata: c\r\n\n", "a|b|c|", "", CHATUR_SSE_MORE, NULL},
    {"data: a\ndata: b\n: c\nevent: d\ndata:\n\n", "a\nb\n|", "", CHATUR_SSE_MORE, NULL},
    {"\xef\xbb\xbf"
     "data: a\n\n\xef\xbb\xbf"
     "data: b\n\n",
     "a|", "", CHATUR_SSE_MORE, NULL},
    {"data: \xc3\xab\xf0\x9f\x98\x80\n\n", "\xc3\xab\xf0\x9f\x98\x80|", "", CHATUR_SSE_MORE, NULL},
    {"data: " X16 X16 X16 "\n\ndata: " X16 X16 X16 "\n\n", X16 X16 X16 "|" X16 X16 X16 "|", "",
     CHATUR_SSE_MORE, NULL},
    /* an end without a blank line */
    {"data: a\n\ndata: [DONE]", "a|", "[DONE]|", CHATUR_SSE_MORE, NULL},
    {"data: a\n", "", "a|", CHATUR_SSE_MORE, NULL},
    {"data: a\r\n: b", "", "a|", CHATUR_SSE_MORE, NULL},
    /* enough */
    {"data: a\n\ndata: b\n\ndata: c\n\n", "a|b|", "", CHATUR_SSE_ENOUGH, "b"},
};

static void check(const struct row *row, const size_t cuts[], size_t cut_count)
{
    struct chatur_sse sse;
    struct seen seen = {.last = row->last};
    char wanted[512];
    size_t from = 0;
    size_t length = strlen(row->stream);
    chatur_sse_init(&sse, MAX_EVENT, take, &seen);
    for (size_t i = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i] : length;
        (void)chatur_sse_feed(&sse, row->stream + from, to - from);
        from = to;
    }
    assert_string_equal(seen.text, row->events);
    assert_int_equal(chatur_sse_feed(&sse, "", 0), row->state);
    assert_int_equal(chatur_sse_end(&sse), row->state);
    (void)snprintf(wanted, sizeof(wanted), "%s%s", row->events, row->at_end);
    assert_string_equal(seen.text, wanted);
    /* What is over stays over. */
    if (row->state != CHATUR_SSE_MORE) {
        assert_int_equal(chatur_sse_feed(&sse, "data: z\n\n", 9), row->state);
        assert_string_equal(seen.text, wanted);
    }
    chatur_sse_free(&sse);
}

static void reads_streams_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check(&rows[i], NULL, 0);
    }
}

static void reads_streams_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t length = strlen(rows[i].stream);
        for (size_t first = 0; first <= length; first++) {
            for (size_t second = first; second <= length; second++) {
                check(&rows[i], (const size_t[]){first, second}, 2);
            }
        }
    }
}

static void reads_streams_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t cuts[256];
        size_t length = strlen(rows[i].stream);
        assert_true(length < COUNT_OF(cuts));
        for (size_t at = 0; at < length; at++) {
            cuts[at] = at;
        }
        check(&rows[i], cuts, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_streams_whole),
        cmocka_unit_test(reads_streams_cut_anywhere),
        cmocka_unit_test(reads_streams_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
