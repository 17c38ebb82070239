/* The tree of a text must be the one that json-c's own parser makes of it, when that has memory
 * enough: on chosen texts, then on thousands made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json_tokener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void assert_same_tree(struct chatur_arena *arena, const char *text)
{
    struct json_object *ours = NULL;
    struct json_object *theirs = json_tokener_parse(text);
    enum chatur_outcome outcome = chatur_json_parse_object(text, strlen(text), arena, &ours, NULL);
    if (outcome != CHATUR_OK || theirs == NULL || json_object_equal(ours, theirs) == 0) {
        fail_msg("%s: %s", chatur_outcome_name(outcome), text);
    }
    assert_string_equal(json_object_to_json_string_ext(ours, JSON_C_TO_STRING_PLAIN),
                        json_object_to_json_string_ext(theirs, JSON_C_TO_STRING_PLAIN));
    (void)json_object_put(theirs);
    chatur_arena_reset(arena);
}

static void chosen_texts(void **state)
{
    static const char *const texts[] = {
        "{}",
        " \t\r\n{ \t\r\n} \t\r\n",
        "{\"\":\"\"}",
        "{\"a\":null,\"b\":true,\"c\":false}",
        "{\"a\" : [ ] , \"b\" : [ { } , [ [ ] , 1 ] ] }",
        "{\"a\":0,\"b\":-0,\"c\":9223372036854775807,\"d\":-9223372036854775808}",
        "{\"a\":0.0,\"b\":-0.0,\"c\":1e5,\"d\":1E+5,\"e\":-12.5e-3,\"f\":1e308,\"g\":5e-324}",
        "{\"a\":0.1,\"b\":123456789.123456789,\"c\":1e-400}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
        "{\"a\":\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff\"}",
        "{\"a\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\",\"\xc3\xa4\":1,\"\\u00e5\":2}",
        "{\"a\":\"]}\\\"{[\",\"b\":[\"]\",\",\",\":\"]}",
        "{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_same_tree(*state, texts[i]);
    }
}

/* --- texts made up ---------------------------------------------------------------------------- */

static uint64_t dice = 1;

static unsigned roll(unsigned sides)
{
    dice = dice * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(dice >> 33U) % sides;
}

static const char *pick(const char *const *choices, size_t count)
{
    return choices[roll((unsigned)count)];
}

static void make_space(struct chatur_buffer *text)
{
    static const char *const spaces[] = {"", "", "", " ", "\n", "\t \r\n"};
    chatur_buffer_puts(text, pick(spaces, COUNT_OF(spaces)));
}

static void make_string(struct chatur_buffer *text)
{
    static const char *const pieces[] = {"a",
                                         "key",
                                         "\\n",
                                         "\\\"",
                                         "\\\\",
                                         "\\u20ac",
                                         "\\ud83d\\ude00",
                                         "\\u0041",
                                         "\\/",
                                         "\xc3\xa4",
                                         "\xf0\x9f\x98\x80",
                                         "}]",
                                         ",:",
                                         "a plain run of text "};
    for (unsigned i = roll(8); i > 0; i--) {
        chatur_buffer_puts(text, pick(pieces, COUNT_OF(pieces)));
    }
}

static void make_value(struct chatur_buffer *text, unsigned depth)
{
    static const char *const scalars[] = {"null", "true", "false", "0",      "-17",
                                          "3.25", "1e3",  "-2E-2", "123456", "0.5e+1"};
    unsigned kind = roll(depth > 5 ? 2 : 4);
    unsigned count = roll(6);
    if (kind == 0) {
        chatur_buffer_puts(text, pick(scalars, COUNT_OF(scalars)));
    } else if (kind == 1) {
        chatur_buffer_puts(text, "\"");
        make_string(text);
        chatur_buffer_puts(text, "\"");
    } else {
        chatur_buffer_puts(text, kind == 2 ? "[" : "{");
        make_space(text);
        for (unsigned i = 0; i < count; i++) {
            chatur_buffer_puts(text, i > 0 ? "," : "");
            make_space(text);
            if (kind == 3) {
                chatur_buffer_printf(text, "\"%u", i); /* no key twice */
                make_string(text);
                chatur_buffer_puts(text, "\"");
                make_space(text);
                chatur_buffer_puts(text, ":");
                make_space(text);
            }
            make_value(text, depth + 1);
            make_space(text);
        }
        chatur_buffer_puts(text, kind == 2 ? "]" : "}");
    }
}

static void made_up_texts(void **state)
{
    struct chatur_buffer text = {0};
    for (int i = 0; i < 3000; i++) {
        chatur_buffer_clear(&text, SIZE_MAX);
        make_space(&text);
        chatur_buffer_puts(&text, "{\"value\":");
        make_value(&text, 0);
        chatur_buffer_puts(&text, "}");
        make_space(&text);
        assert_false(text.failed);
        assert_same_tree(*state, text.data);
    }
    chatur_buffer_free(&text);
}

/* As many members as the largest body can have, and none is lost. */
static void a_crowded_object(void **state)
{
    struct chatur_buffer text = {0};
    struct json_object *object = NULL;
    chatur_buffer_puts(&text, "{\"first\":1");
    for (int i = 0; i < 50000; i++) {
        chatur_buffer_printf(&text, ",\"%d\":%d", i, i);
    }
    chatur_buffer_puts(&text, "}");
    assert_int_equal(chatur_json_parse_object(text.data, text.length, *state, &object, NULL),
                     CHATUR_OK);
    assert_int_equal(json_object_object_length(object), 50001);
    assert_int_equal(json_object_get_int(json_object_object_get(object, "49999")), 49999);
    chatur_arena_reset(*state);
    chatur_buffer_free(&text);
}

static int set_up(void **state)
{
    *state = chatur_arena_new((size_t)16 << 20);
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    chatur_arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_texts),
        cmocka_unit_test(made_up_texts),
        cmocka_unit_test(a_crowded_object),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
