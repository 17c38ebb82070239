/* JSON at the edge: the scanner's refusals, its limits from both sides, what it costs, and the tree
 * handed to the arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <json-c/json_object.h>

#include "base/json.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define BYTES(string) string, sizeof(string) - 1

struct text {
    const char *bytes;
    size_t length;
    const char *problem; /* part of the message; NULL: the text is fine */
};

/* The scanner's stack of keys is the only one in this program to call it, so refusing here is
 * running out of memory there. */
static bool memory_is_out;

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved names */
void *reallocarray(void *memory, size_t count, size_t size)
{
    return memory_is_out ? NULL : realloc(memory, count * size);
}

/* From a copy of exactly that size, without a NUL, so that a sanitizer sees a read past the end. */
static enum chatur_outcome check(const char *bytes, size_t length, struct chatur_error *error)
{
    char *copy = malloc(length + (length == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    enum chatur_outcome outcome = chatur_json_check(copy, length, error);
    free(copy);
    return outcome;
}

static void expect(const struct text *text)
{
    struct chatur_error error = {0};
    enum chatur_outcome outcome = check(text->bytes, text->length, &error);
    if (text->problem == NULL
            ? outcome != CHATUR_OK
            : outcome != CHATUR_BAD_REQUEST || strstr(error.message, text->problem) == NULL) {
        fail_msg("%s: outcome %d \"%s\", expected %s", text->bytes, (int)outcome, error.message,
                 text->problem == NULL ? "OK" : text->problem);
    }
    assert_int_equal(check(text->bytes, text->length, NULL), outcome);
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const struct text texts[] = {
        {BYTES(""), "byte 0: it ends too early"},
        {BYTES(" \t\r\n"), "byte 4: it ends too early"},
        {BYTES("\v1"), "byte 0: a value is expected"},
        {BYTES("\xC2\xA0{}"), "byte 0: a value is expected"},
        {BYTES("\xEF\xBB\xBF{}"), "byte 0: a value is expected"},
        {BYTES("{\"a\":1} x"), "byte 8: nothing more is expected"},
        {BYTES("{}{}"), "byte 2: nothing more is expected"},
        {BYTES("{}\0"), "byte 2: nothing more is expected"},
        {BYTES("{}\0{}"), "byte 2: nothing more is expected"},
        {BYTES("1,"), "byte 1: nothing more is expected"},
        {BYTES("{"), "byte 1: it ends too early"},
        {BYTES("}"), "byte 0: a value is expected"},
        {BYTES("["), "byte 1: it ends too early"},
        {BYTES("]"), "byte 0: a value is expected"},
        {BYTES("{]"), "byte 1: a key in double quotes"},
        {BYTES("[}"), "byte 1: a value is expected"},
        {BYTES("{\"a\":1]"), "byte 6: a comma or a closing brace"},
        {BYTES("[1}"), "byte 2: a comma or a closing bracket"},
        {BYTES("[1 2]"), "byte 3: a comma or a closing bracket"},
        {BYTES("{\"a\":1 \"b\":2}"), "byte 7: a comma or a closing brace"},
        {BYTES("[1,]"), "byte 3: a value is expected"},
        {BYTES("[,1]"), "byte 1: a value is expected"},
        {BYTES("[1,,2]"), "byte 3: a value is expected"},
        {BYTES("{\"a\":1,}"), "byte 7: a key in double quotes"},
        {BYTES("{,}"), "byte 1: a key in double quotes"},
        {BYTES("{\"a\"}"), "byte 4: a colon"},
        {BYTES("{\"a\" 1}"), "byte 5: a colon"},
        {BYTES("{\"a\":}"), "byte 5: a value is expected"},
        {BYTES("{\"a\":"), "byte 5: it ends too early"},
        {BYTES("{\"a\""), "byte 4: it ends too early"},
        {BYTES("{\"a"), "byte 3: it ends too early"},
        {BYTES("{a:1}"), "byte 1: a key in double quotes"},
        {BYTES("{'a':1}"), "byte 1: a key in double quotes"},
        {BYTES("{1:1}"), "byte 1: a key in double quotes"},
        {BYTES("['a']"), "byte 1: a value is expected"},
        {BYTES("[1/**/]"), "byte 2: a comma"},
        {BYTES("// x\n1"), "byte 0: a value is expected"},
        {BYTES("True"), "byte 0: a value is expected"},
        {BYTES("tru"), "byte 3: it ends too early"},
        {BYTES("trux"), "byte 3: a value is expected"},
        {BYTES("truex"), "byte 4: nothing more is expected"},
        {BYTES("nul"), "byte 3: it ends too early"},
        {BYTES("falsee"), "byte 5: nothing more is expected"},
        {BYTES("undefined"), "byte 0: a value is expected"},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(&texts[i]);
    }
}

static void numbers_are_by_the_grammar_and_in_range(void **state)
{
    (void)state;
    static const struct text texts[] = {
        {BYTES("-"), "byte 1: it ends too early"},
        {BYTES("+1"), "byte 0: a value is expected"},
        {BYTES("--1"), "byte 1: a digit is expected"},
        {BYTES("- 1"), "byte 1: a digit is expected"},
        {BYTES(".5"), "byte 0: a value is expected"},
        {BYTES("1."), "byte 2: it ends too early"},
        {BYTES("1.e5"), "byte 2: a digit is expected"},
        {BYTES("1.-5"), "byte 2: a digit is expected"},
        {BYTES("01"), "byte 1: nothing more is expected"},
        {BYTES("-01"), "byte 2: nothing more is expected"},
        {BYTES("00"), "byte 1: nothing more is expected"},
        {BYTES("1e"), "byte 2: it ends too early"},
        {BYTES("1e+"), "byte 3: it ends too early"},
        {BYTES("1e+-5"), "byte 3: a digit is expected"},
        {BYTES("1e5.5"), "byte 3: nothing more is expected"},
        {BYTES("1.2.3"), "byte 3: nothing more is expected"},
        {BYTES("0x10"), "byte 1: nothing more is expected"},
        {BYTES("1_000"), "byte 1: nothing more is expected"},
        {BYTES("NaN"), "byte 0: a value is expected"},
        {BYTES("-NaN"), "byte 1: a digit is expected"},
        {BYTES("Infinity"), "byte 0: a value is expected"},
        {BYTES("-Infinity"), "byte 1: a digit is expected"},
        {BYTES("[9223372036854775808]"), "byte 1: an integer that 64 bits"},
        {BYTES("-9223372036854775809"), "byte 0: an integer that 64 bits"},
        {BYTES("18446744073709551615"), "byte 0: an integer that 64 bits"},
        {BYTES("10000000000000000000000"), "byte 0: an integer that 64 bits"},
        {BYTES("1e309"), "byte 0: a number that is too large"},
        {BYTES("-1e309"), "byte 0: a number that is too large"},
        {BYTES("1.8e308"), "byte 0: a number that is too large"},
        {BYTES("17.98e307"), "byte 0: a number that is too large"},
        {BYTES("0.00018e312"), "byte 0: a number that is too large"},
        {BYTES("1e99999999999999999999999999"), "byte 0: a number that is too large"},
        {BYTES("1.0E+400"), "byte 0: a number that is too large"},
        {BYTES("0"), NULL},
        {BYTES("-0"), NULL},
        {BYTES("-0.0"), NULL},
        {BYTES("0e0"), NULL},
        {BYTES("0e999999999999999999999999"), NULL},
        {BYTES("0.000e+999"), NULL},
        {BYTES("1E5"), NULL},
        {BYTES("1e05"), NULL},
        {BYTES("1.25e-7"), NULL},
        {BYTES("9223372036854775807"), NULL},
        {BYTES("-9223372036854775808"), NULL},
        {BYTES("9223372036854775808.0"), NULL},
        {BYTES("1e308"), NULL},
        {BYTES("1.7976931348623157e308"), NULL},
        {BYTES("-1.7976931348623157e308"), NULL},
        {BYTES("1797693134862315.7e293"), NULL},
        {BYTES("0.00017976931348623157e312"), NULL},
        {BYTES("1e-400"), NULL},
        {BYTES("1e-99999999999999999999999999"), NULL},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(&texts[i]);
    }
}

static void strings_are_utf8_with_true_escapes(void **state)
{
    (void)state;
    static const struct text texts[] = {
        {BYTES("\""), "byte 1: it ends too early"},
        {BYTES("\"a"), "byte 2: it ends too early"},
        {BYTES("\"\\\""), "byte 3: it ends too early"},
        {BYTES("\"\\"), "byte 1: an escape"},
        {BYTES("\"a\nb\""), "byte 2: a control character"},
        {BYTES("\"\t\""), "byte 1: a control character"},
        {BYTES("\"\x01\""), "byte 1: a control character"},
        {BYTES("\"\x1F\""), "byte 1: a control character"},
        {BYTES("\"a\0b\""), "byte 2: a control character"},
        {BYTES("{\"a\0b\":1}"), "byte 3: a control character"},
        {BYTES("\"\\u0000\""), "byte 1: a NUL character"},
        {BYTES("{\"a\\u0000b\":1,\"a\":2}"), "byte 3: a NUL character"},
        {BYTES("\"\\x41\""), "byte 1: an escape"},
        {BYTES("\"\\a\""), "byte 1: an escape"},
        {BYTES("\"\\'\""), "byte 1: an escape"},
        {BYTES("\"\\\0\""), "byte 1: an escape"},
        {BYTES("\"\\U0041\""), "byte 1: an escape"},
        {BYTES("\"\\u\""), "byte 1: an escape"},
        {BYTES("\"\\u004\""), "byte 1: an escape"},
        {BYTES("\"\\u004g\""), "byte 1: an escape"},
        {BYTES("\"\\u+041\""), "byte 1: an escape"},
        {BYTES("\"\\u004"), "byte 1: an escape"},
        {BYTES("\"\\ud800\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\udc00\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\udfff\\ud800\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\ud83dx\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\ud83d\\n\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\ud83d\\u0041\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\ud83d\\ud83d\\ude00\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\ud83d\\ude0"), "byte 1: half of a surrogate pair"},
        {BYTES("\"\\ud83d\\ude0g\""), "byte 1: half of a surrogate pair"},
        {BYTES("\"\xFF\xFE\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\x80\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\xC0\xAF\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\xE0\x80\xAF\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\xED\xA0\x80\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\xF4\x90\x80\x80\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\xE2\x82\""), "byte 1: text that is not UTF-8"},
        {BYTES("\"\xE2\x82"), "byte 1: text that is not UTF-8"},
        {BYTES("{\"\xC3\":1}"), "byte 2: text that is not UTF-8"},
        {BYTES("\"\""), NULL},
        {BYTES("\"\x7F\""), NULL},
        {BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), NULL},
        {BYTES("\"\\u0041\\u00e9\\u20AC\\uFFFF\\ufdd0\""), NULL},
        {BYTES("\"\\ud83d\\ude00\\uD83D\\uDE00\""), NULL},
        {BYTES("\"\\udbff\\udfff\""), NULL},
        {BYTES("\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\""), NULL},
        {BYTES("\"\xEF\xBF\xBF \xF4\x8F\xBF\xBF\""), NULL}, /* noncharacters are legal */
        {BYTES("\"\xEF\xBB\xBF\""), NULL},
        {BYTES(" \t\r\n{ \"a\" : [ 1 , true , false , null , { } , [ ] ] } \n"), NULL},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(&texts[i]);
    }
}

static void keys_are_compared_as_what_they_say(void **state)
{
    (void)state;
    static const struct text texts[] = {
        {BYTES("{\"a\":1,\"a\":2}"), "byte 7: a key that its object has already"},
        {BYTES("{\"a\":1,\"b\":2,\"a\":3,\"b\":4}"), "byte 13: a key that"},
        {BYTES("{\"a\":1,\"a\":2,\"a\":3}"), "byte 7: a key that"},
        {BYTES("{\"\":1,\"\":2}"), "byte 6: a key that"},
        {BYTES("{\"a\":1,\"\\u0061\":2}"), "byte 7: a key that"},
        {BYTES("{\"\\u0061\":1,\"a\":2}"), "byte 12: a key that"},
        {BYTES("{\"\\u006A\":1,\"\\u006a\":2}"), "byte 12: a key that"},
        {BYTES("{\"\\/\":1,\"/\":2}"), "byte 8: a key that"},
        {BYTES("{\"\\n\":1,\"\\u000a\":2}"), "byte 8: a key that"},
        {BYTES("{\"\\\"\":1,\"\\u0022\":2}"), "byte 8: a key that"},
        {BYTES("{\"\xC3\xA9\":1,\"\\u00e9\":2}"), "byte 8: a key that"},
        {BYTES("{\"\xE2\x82\xAC\":1,\"\\u20ac\":2}"), "byte 9: a key that"},
        {BYTES("{\"\xF0\x9F\x98\x80\":1,\"\\ud83d\\ude00\":2}"), "byte 10: a key that"},
        {BYTES("{\"x\\u0061y\":1,\"\\u0078ay\":2}"), "byte 14: a key that"},
        {BYTES("[{\"b\":{\"a\":1,\"c\":{},\"a\":2}}]"), "byte 20: a key that"},
        {BYTES("{\"o\":{\"x\":1},\"a\":1,\"o\":2}"), "byte 19: a key that"},
        {BYTES("{\"o\":{},\"a\":[{\"q\":1},{\"q\":1}],\"q\":1,\"o\":0}"), "byte 36: a key that"},
        {BYTES("{\"a\":1,\"A\":2}"), NULL},
        {BYTES("{\"a\":1,\"a \":2,\" a\":3,\"\":4,\"aa\":5}"), NULL},
        {BYTES("{\"a\":{\"a\":{\"a\":1}}}"), NULL},
        {BYTES("{\"x\":{\"a\":1},\"y\":{\"a\":1},\"a\":1}"), NULL},
        {BYTES("[{\"a\":1},{\"a\":1}]"), NULL},
        {BYTES("{\"\\u0061\":1,\"\\u0062\":2,\"ab\":3,\"\\u0061c\":4}"), NULL},
        /* Composed and decomposed, and an escape that is itself escaped, are other keys. */
        {BYTES("{\"\xC3\xA9\":1,\"e\xCC\x81\":2}"), NULL},
        {BYTES("{\"\\\\u0061\":1,\"\\u0061\":2}"), NULL},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(&texts[i]);
    }
}

/* A growing text; the test owns `bytes`. */
struct long_text {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void add(struct long_text *text, const char *bytes)
{
    size_t length = strlen(bytes);
    while (text->length + length + 1 > text->capacity) {
        text->capacity = text->capacity == 0 ? 4096 : text->capacity * 2;
        text->bytes = realloc(text->bytes, text->capacity);
        assert_non_null(text->bytes);
    }
    memcpy(text->bytes + text->length, bytes, length + 1);
    text->length += length;
}

static void expect_long(struct long_text *text, const char *problem)
{
    expect(&(struct text){text->bytes, text->length, problem});
    free(text->bytes);
    *text = (struct long_text){0};
}

static void nesting_ends_at_its_limit(void **state)
{
    (void)state;
    static const char *const shapes[][3] = {
        {"[", "1", "]"}, {"[", "", "]"}, {"{\"a\":", "1", "}"}, {"[[],", "\"x\"", "]"}};
    for (size_t shape = 0; shape < COUNT(shapes); shape++) {
        for (int depth = CHATUR_JSON_MAX_DEPTH - 1; depth <= CHATUR_JSON_MAX_DEPTH + 1; depth++) {
            struct long_text text = {0};
            for (int i = 0; i < depth; i++) {
                add(&text, shapes[shape][0]);
            }
            add(&text, shapes[shape][1]);
            for (int i = 0; i < depth; i++) {
                add(&text, shapes[shape][2]);
            }
            /* The last shape opens an array of its own inside each. */
            int deepest = depth + (shape == 3 ? 1 : 0);
            expect_long(&text, deepest > CHATUR_JSON_MAX_DEPTH ? "nested too deeply" : NULL);
        }
    }
    struct long_text brackets = {0};
    for (int i = 0; i < 1000000; i++) {
        add(&brackets, "[");
    }
    expect_long(&brackets, "byte 16: it is nested too deeply");
}

static double seconds_to_check(const struct long_text *text, enum chatur_outcome expected)
{
    struct timespec start;
    struct timespec end;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    enum chatur_outcome outcome = chatur_json_check(text->bytes, text->length, NULL);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    assert_int_equal(outcome, expected);
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* 100,000 members whose keys are `before` and a number, and one more that repeats the first. */
static struct long_text many_keys(const char *before, const char *after, bool repeat)
{
    struct long_text text = {0};
    char number[16];
    add(&text, "{\"first\":0");
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(number, sizeof(number), "%05d", i * 7919 % 100000);
        add(&text, before);
        add(&text, number);
        add(&text, after);
    }
    add(&text, repeat ? ",\"\\u0066irst\":1}" : "}");
    return text;
}

static void huge_objects_are_checked_quickly(void **state)
{
    (void)state;
    static const char *const members[][2] = {{",\"k", "\":1"},
                                             {",\"\\u006b", "\":1"},
                                             {",\"the same beginning ", "\":null"},
                                             {",\"", "k\":{}"}};
    for (size_t i = 0; i < COUNT(members); i++) {
        for (int repeat = 0; repeat < 2; repeat++) {
            struct long_text text = many_keys(members[i][0], members[i][1], repeat != 0);
            double seconds = seconds_to_check(&text, repeat ? CHATUR_BAD_REQUEST : CHATUR_OK);
            print_message("%zu bytes, 100001 keys: %.0f ms\n", text.length, seconds * 1e3);
            /* Comparing each with each would be minutes; a sanitizer or valgrind is slow too. */
            assert_true(seconds < 30.0);
            free(text.bytes);
        }
    }
}

/* Outer keys wait on the stack while the inner ones come and go, across its growth. */
static void keys_of_open_objects_stay_apart(void **state)
{
    (void)state;
    for (int repeat = 0; repeat < 2; repeat++) {
        struct long_text text = {0};
        char member[64];
        add(&text, "{\"k0\":0");
        for (int i = 1; i < 300; i++) {
            (void)snprintf(member, sizeof(member), ",\"k%d\":{\"k0\":{},\"k%d\":[{\"k1\":1}]}", i,
                           i);
            add(&text, member);
        }
        add(&text, repeat ? ",\"k7\":1}" : ",\"k300\":1}");
        expect_long(&text, repeat ? "a key that its object has already" : NULL);
    }
}

static void running_out_of_memory_is_our_fault(void **state)
{
    (void)state;
    struct long_text text = many_keys(",\"", "\":1", false);
    struct chatur_error error = {0};
    memory_is_out = true;
    enum chatur_outcome many = chatur_json_check(text.bytes, text.length, &error);
    enum chatur_outcome few = chatur_json_check(BYTES("{\"a\":{\"b\":1},\"c\":2}"), NULL);
    memory_is_out = false;
    free(text.bytes);
    assert_int_equal(many, CHATUR_INTERNAL);
    assert_string_equal(error.message, "");
    assert_string_equal(error.detail, "out of memory");
    assert_int_equal(few, CHATUR_OK);
}

/* Whatever its prefix or its damaged copy is, the scanner neither crashes nor takes a torn one. */
static void torn_and_damaged_texts_are_survived(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\\ud83d\\ude00\":[-1.5e+3,\"\xE2\x82\xAC\\n\",{\"b\":true,"
                                "\"c\":null}],\"\xC3\xA9\":0.25,\"d\":9223372036854775807}";
    const size_t length = sizeof(whole) - 1;
    assert_int_equal(check(whole, length, NULL), CHATUR_OK);
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(check(whole, cut, NULL), CHATUR_BAD_REQUEST);
    }
    for (size_t at = 0; at < length; at++) {
        char damaged[sizeof(whole)];
        memcpy(damaged, whole, sizeof(whole));
        for (int byte = 0; byte < 256; byte++) {
            damaged[at] = (char)byte;
            struct chatur_error error = {0};
            enum chatur_outcome outcome = check(damaged, length, &error);
            assert_true(outcome == CHATUR_OK || outcome == CHATUR_BAD_REQUEST);
            assert_true(byte != 0 || outcome == CHATUR_BAD_REQUEST);
        }
    }
}

static void bodies_become_trees_of_the_arena(void **state)
{
    (void)state;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    struct chatur_error error = {0};
    struct json_object *body = NULL;
    static const struct text refused[] = {
        {BYTES("[]"), "must be a JSON object"},
        {BYTES(" \"{}\""), "must be a JSON object"},
        {BYTES("null"), "must be a JSON object"},
        {BYTES("1"), "must be a JSON object"},
        {BYTES("{\"a\":1"), "it ends too early"},
        {BYTES("\0"), "a value is expected"},
        {BYTES("{}\0"), "nothing more is expected"},
        {BYTES("{\"a\":NaN}"), "a value is expected"},
        {BYTES("{\"a\":1,\"\\u0061\":1}"), "a key that its object has already"},
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        error = (struct chatur_error){0};
        body = (struct json_object *)&error;
        assert_int_equal(
            chatur_json_parse_object(refused[i].bytes, refused[i].length, arena, &body, &error),
            CHATUR_BAD_REQUEST);
        assert_null(body);
        assert_non_null(strstr(error.message, refused[i].problem));
    }
    static const struct text empty[] = {
        {BYTES(""), NULL}, {BYTES(" \r\n\t"), NULL}, {BYTES("{}"), NULL}, {BYTES(" { } \n"), NULL}};
    for (size_t i = 0; i < COUNT(empty); i++) {
        assert_int_equal(
            chatur_json_parse_object(empty[i].bytes, empty[i].length, arena, &body, &error),
            CHATUR_OK);
        assert_true(json_object_is_type(body, json_type_object));
        assert_int_equal(json_object_object_length(body), 0);
    }
    assert_int_equal(chatur_json_parse_object(NULL, 0, arena, &body, NULL), CHATUR_OK);
    chatur_arena_reset(arena);

    assert_int_equal(
        chatur_json_parse_object(BYTES(" {\"subject\":\"\\u20ac \\ud83d\\ude00\",\"n\":"
                                       "-9223372036854775808,\"d\":[[{\"e\":-0.5e1}]]} \n"),
                                 arena, &body, &error),
        CHATUR_OK);
    assert_string_equal(json_object_get_string(json_object_object_get(body, "subject")),
                        "\xE2\x82\xAC \xF0\x9F\x98\x80");
    assert_true(json_object_get_int64(json_object_object_get(body, "n")) == INT64_MIN);
    assert_string_equal(
        json_object_to_json_string_ext(json_object_object_get(body, "d"), JSON_C_TO_STRING_PLAIN),
        "[[{\"e\":-0.5e1}]]");
    chatur_arena_free(arena);
}

static void the_tree_is_as_deep_as_the_scanner_allows(void **state)
{
    (void)state;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    struct json_object *body = NULL;
    struct long_text text = {0};
    for (int i = 0; i < CHATUR_JSON_MAX_DEPTH; i++) {
        add(&text, "{\"a\":");
    }
    add(&text, "null");
    for (int i = 0; i < CHATUR_JSON_MAX_DEPTH; i++) {
        add(&text, "}");
    }
    assert_int_equal(chatur_json_parse_object(text.bytes, text.length, arena, &body, NULL),
                     CHATUR_OK);
    free(text.bytes);
    chatur_arena_free(arena);
}

static void an_arena_that_is_full_keeps_no_tree(void **state)
{
    (void)state;
    struct chatur_arena *arena = chatur_arena_new(4096);
    while (chatur_arena_alloc(arena, 1) != NULL) {
    }
    struct chatur_error error = {0};
    struct json_object *body = NULL;
    assert_int_equal(chatur_json_parse_object(BYTES("{\"a\":\"b\"}"), arena, &body, &error),
                     CHATUR_INTERNAL);
    assert_null(body);
    assert_string_equal(error.message, "");
    chatur_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(numbers_are_by_the_grammar_and_in_range),
        cmocka_unit_test(strings_are_utf8_with_true_escapes),
        cmocka_unit_test(keys_are_compared_as_what_they_say),
        cmocka_unit_test(nesting_ends_at_its_limit),
        cmocka_unit_test(huge_objects_are_checked_quickly),
        cmocka_unit_test(keys_of_open_objects_stay_apart),
        cmocka_unit_test(running_out_of_memory_is_our_fault),
        cmocka_unit_test(torn_and_damaged_texts_are_survived),
        cmocka_unit_test(bodies_become_trees_of_the_arena),
        cmocka_unit_test(the_tree_is_as_deep_as_the_scanner_allows),
        cmocka_unit_test(an_arena_that_is_full_keeps_no_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
