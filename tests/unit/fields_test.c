/* Fields: every rule broken and kept, the public message of each, and that no message has a value
 * in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fields.h"
#include "base/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct order {
    const char *text;
    const char *line;
    const char *address;
    const char *addresses;
    const char *id;
    int64_t number;
    int64_t bounded;
    int64_t strict;
    const char *language;
    const char *one_of;
};

static const char *const choices[] = {"formal", "plain", NULL};

#define FIELD(kind_, member, ...)                                                                  \
    {                                                                                              \
#member, kind_, .offset = offsetof(struct order, member), __VA_ARGS__                      \
    }

static const struct chatur_field optional_fields[] = {
    FIELD(CHATUR_TEXT, text, .optional = true, .min = 3, .max = 8),
    FIELD(CHATUR_LINE, line, .optional = true, .max = 1),
    FIELD(CHATUR_ADDRESS, address, .optional = true, .max = 254),
    FIELD(CHATUR_ADDRESSES, addresses, .optional = true, .max = 20),
    FIELD(CHATUR_ID, id, .optional = true),
    FIELD(CHATUR_NUMBER, number, .optional = true, .min = INT64_MIN),
    FIELD(CHATUR_NUMBER, bounded, .optional = true, .min = 1, .max = 10),
    FIELD(CHATUR_NUMBER, strict, .optional = true, .no_null = true),
    FIELD(CHATUR_LANGUAGE, language, .optional = true),
    FIELD(CHATUR_ONE_OF, one_of, .optional = true, .choices = choices),
};

static struct chatur_arena *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = chatur_arena_new(1 << 20);
    return arena == NULL;
}

static int free_arena(void **state)
{
    (void)state;
    chatur_arena_free(arena);
    return 0;
}

static enum chatur_outcome read_body(const char *json, const struct chatur_field *fields,
                                     size_t count, struct order *order, struct chatur_error *error)
{
    struct json_object *body = NULL;
    assert_int_equal(chatur_json_parse_object(json, strlen(json), arena, &body, error), CHATUR_OK);
    return chatur_fields_read(body, fields, count, order, arena, error);
}

static void broken_rules_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *message;
    } rows[] = {
        {"{\"text\":12345}", "text must be a string"},
        {"{\"text\":true}", "text must be a string"},
        {"{\"text\":[\"abc\"]}", "text must be a string"},
        {"{\"text\":{\"abc\":1}}", "text must be a string"},
        {"{\"line\":1.5}", "line must be a string"},
        {"{\"address\":[]}", "address must be a string"},
        {"{\"addresses\":[\"a@b.c\"]}", "addresses must be a string"},
        {"{\"id\":123456789012345678}", "id must be a string"},
        {"{\"number\":\"5\"}", "number must be a number"},
        {"{\"number\":\"\"}", "number must be a number"},
        {"{\"number\":true}", "number must be a number"},
        {"{\"number\":[1]}", "number must be a number"},
        {"{\"number\":{}}", "number must be a number"},
        {"{\"text\":\"ab\"}", "text is too short (at least 3 characters)"},
        {"{\"text\":\"  ab  \"}", "text is too short (at least 3 characters)"},
        {"{\"text\":\"\xC3\xA9\xC3\xA9\"}", "text is too short (at least 3 characters)"},
        {"{\"text\":\"123456789\"}", "text is too long (at most 8 characters)"},
        {"{\"line\":\"ab\"}", "line is too long (at most 1 character)"},
        {"{\"line\":\"a\\nb\"}", "line must not have line breaks or other control characters"},
        {"{\"line\":\"a\\n\"}", "line must not have line breaks or other control characters"},
        {"{\"line\":\"\\ta\"}", "line must not have line breaks or other control characters"},
        {"{\"line\":\"a\\u202e\"}", "line must not have line breaks or other control characters"},
        {"{\"line\":\"a\\u2028\"}", "line must not have line breaks or other control characters"},
        {"{\"line\":\"\\u2066a\"}", "line must not have line breaks or other control characters"},
        {"{\"address\":\"a\\u202e@b.c\"}",
         "address must not have line breaks or other control characters"},
        {"{\"address\":\"a\\u3164@b.c\"}", "address must be a mail address"},
        {"{\"strict\":null}", "strict must not be null"},
        {"{\"line\":\"\\u0085\"}", "line must not have line breaks or other control characters"},
        {"{\"line\":\"\x7F\"}", "line must not have line breaks or other control characters"},
        {"{\"address\":\"a@b.c\\r\\nBcc: d@e.f\"}",
         "address must not have line breaks or other control characters"},
        {"{\"address\":\"a@b.c\\r\\n\"}",
         "address must not have line breaks or other control characters"},
        {"{\"address\":\"secret\"}", "address must be a mail address"},
        {"{\"address\":\"a@b.c,d@e.f\"}", "address must be a mail address"},
        {"{\"addresses\":\"a@b.c,secret\"}",
         "addresses must be a mail address, or several separated by commas"},
        {"{\"addresses\":\"a@b.c,\"}",
         "addresses must be a mail address, or several separated by commas"},
        {"{\"addresses\":\"first@b.cc,second@d.e\"}",
         "addresses is too long (at most 20 characters)"},
        {"{\"id\":\"0123456789abcdef0123456\"}", "id must be an id of 24 hexadecimal digits"},
        {"{\"id\":\"0123456789abcdef012345678\"}", "id must be an id of 24 hexadecimal digits"},
        {"{\"id\":\"0123456789abcdef0123456g\"}", "id must be an id of 24 hexadecimal digits"},
        {"{\"bounded\":0}", "bounded is too small (at least 1)"},
        {"{\"bounded\":0.99}", "bounded is too small (at least 1)"},
        {"{\"bounded\":-1e300}", "bounded is too small (at least 1)"},
        {"{\"bounded\":11}", "bounded is too large (at most 10)"},
        {"{\"bounded\":1e300}", "bounded is too large (at most 10)"},
        {"{\"bounded\":9223372036854775808.0}", "bounded is too large (at most 10)"},
        {"{\"language\":1}", "language must be a string"},
        {"{\"language\":\"e\"}", "language must be a language tag such as en, pt-BR or zh-Hant"},
        {"{\"language\":\"en\\n\"}",
         "language must not have line breaks or other control characters"},
        {"{\"one_of\":7}", "one_of must be a string"},
        {"{\"one_of\":[\"plain\"]}", "one_of must be a string"},
        {"{\"one_of\":\"secret\"}", "one_of must be one of: formal, plain"},
        {"{\"one_of\":\"plai\"}", "one_of must be one of: formal, plain"},
        {"{\"one_of\":\"plain, formal\"}", "one_of must be one of: formal, plain"},
        {"{\"one_of\":\"plain\\n\"}",
         "one_of must not have line breaks or other control characters"},
        /* The first broken rule in the table's order, not in the body's. */
        {"{\"number\":\"x\",\"text\":1}", "text must be a string"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct order order = {0};
        struct chatur_error error = {0};
        enum chatur_outcome outcome =
            read_body(rows[i].json, optional_fields, COUNT(optional_fields), &order, &error);
        if (outcome != CHATUR_BAD_REQUEST || strcmp(error.message, rows[i].message) != 0) {
            fail_msg("%s: outcome %d \"%s\"", rows[i].json, (int)outcome, error.message);
        }
        assert_string_equal(error.detail, "");
        assert_null(strstr(error.message, "secret"));
        assert_memory_equal(&order, &(struct order){0}, sizeof(order));
        assert_int_equal(
            read_body(rows[i].json, optional_fields, COUNT(optional_fields), &order, NULL),
            CHATUR_BAD_REQUEST);
    }
}

static void what_is_missing_null_or_blank_is_needed(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}",
        "{\"other\":\"x\"}",
        "{\"line\":null}",
        "{\"line\":\"\\u3164\"}",
        "{\"line\":\" \\u2800\\u115f\\u1160 \"}",
        "{\"line\":\"\\u200d\"}",
        "{\"line\":\"\"}",
        "{\"line\":\" \\t\\r\\n\xC2\xA0\xE3\x80\x80 \"}",
        "{\"Line\":\"x\"}",
    };
    static const struct chatur_field needed = FIELD(CHATUR_LINE, line, .max = 200);
    static const struct chatur_field optional =
        FIELD(CHATUR_LINE, line, .max = 200, .optional = true);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct order order = {.line = "as it was"};
        struct chatur_error error = {0};
        assert_int_equal(read_body(bodies[i], &needed, 1, &order, &error), CHATUR_BAD_REQUEST);
        assert_string_equal(error.message, "line is needed");
        assert_int_equal(read_body(bodies[i], &optional, 1, &order, NULL), CHATUR_OK);
        assert_string_equal(order.line, "as it was");
    }
    static const struct chatur_field number = FIELD(CHATUR_NUMBER, number);
    struct order order = {.number = 7};
    struct chatur_error error = {0};
    assert_int_equal(read_body("{\"number\":null}", &number, 1, &order, &error),
                     CHATUR_BAD_REQUEST);
    assert_string_equal(error.message, "number is needed");
    assert_int_equal(order.number, 7);
    assert_int_equal(chatur_fields_read(NULL, &needed, 1, &order, arena, NULL), CHATUR_BAD_REQUEST);
}

static void what_keeps_the_rules_is_filled_in(void **state)
{
    (void)state;
    struct order order = {0};
    assert_int_equal(
        read_body("{\"text\":\"  a\\n\\t\\u0001\\u20acz \",\"line\":\" \xF0\x9F\x98\x80 \","
                  "\"address\":\" First.Last@Example.com \",\"addresses\":\"a@b.c , d@e.f\","
                  "\"id\":\" 0123456789ABCDEFabcdef01 \",\"number\":-9223372036854775808,"
                  "\"bounded\":10.99,\"unknown\":[{}]}",
                  optional_fields, COUNT(optional_fields), &order, NULL),
        CHATUR_OK);
    assert_string_equal(order.text, "a\n\t\x01\xE2\x82\xACz");
    assert_string_equal(order.line, "\xF0\x9F\x98\x80");
    assert_string_equal(order.address, "First.Last@Example.com");
    assert_string_equal(order.addresses, "a@b.c , d@e.f");
    assert_string_equal(order.id, "0123456789abcdefabcdef01");
    assert_true(order.number == INT64_MIN);
    assert_int_equal(order.bounded, 10);
}

static void languages_get_their_usual_case(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"language\":\" DE \"}", "de"},         {"{\"language\":\"PT-br\"}", "pt-BR"},
        {"{\"language\":\"zh-hANT\"}", "zh-Hant"}, {"{\"language\":\"SR-LATN-rs\"}", "sr-Latn-RS"},
        {"{\"language\":\"es-419\"}", "es-419"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct order order = {0};
        assert_int_equal(
            read_body(rows[i][0], optional_fields, COUNT(optional_fields), &order, NULL),
            CHATUR_OK);
        assert_string_equal(order.language, rows[i][1]);
    }
}

static void choices_are_taken_in_any_case(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t choice;
    } rows[] = {
        {"{\"one_of\":\"formal\"}", 0}, {"{\"one_of\":\" Plain \"}", 1},
        {"{\"one_of\":\"FORMAL\"}", 0}, {"{\"one_of\":\"  \"}", 2}, /* the NULL at the end: none */
        {"{\"one_of\":null}", 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct order order = {0};
        assert_int_equal(
            read_body(rows[i].json, optional_fields, COUNT(optional_fields), &order, NULL),
            CHATUR_OK);
        assert_ptr_equal(order.one_of, choices[rows[i].choice]);
    }
}

/* The message has room for 199 bytes: what does not fit is left out, whole. */
static void a_long_list_of_choices_is_cut_between_two(void **state)
{
    (void)state;
    static const char *const many[] = {"a choice of thirty-five characters1",
                                       "a choice of thirty-five characters2",
                                       "a choice of thirty-five characters3",
                                       "a choice of thirty-five characters4",
                                       "a choice of thirty-five characters5",
                                       "a choice of thirty-five characters6",
                                       NULL};
    static const struct chatur_field field = FIELD(CHATUR_ONE_OF, one_of, .choices = many);
    struct order order = {0};
    struct chatur_error error = {0};
    assert_int_equal(read_body("{\"one_of\":\"x\"}", &field, 1, &order, &error),
                     CHATUR_BAD_REQUEST);
    assert_true(strncmp(error.message, "one_of must be one of: a choice", 31) == 0);
    assert_true(strlen(error.message) < sizeof(error.message));
}

static void lengths_at_their_bounds_are_taken(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"{\"text\":\"abc\"}", "abc"},
        {"{\"text\":\"12345678\"}", "12345678"},
        {"{\"text\":\"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9   \"}",
         "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct order order = {0};
        assert_int_equal(
            read_body(texts[i][0], optional_fields, COUNT(optional_fields), &order, NULL),
            CHATUR_OK);
        assert_string_equal(order.text, texts[i][1]);
    }
}

static void numbers_lose_their_fraction(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int64_t value;
    } rows[] = {
        {"{\"number\":0}", 0},
        {"{\"number\":-0}", 0},
        {"{\"number\":1.999}", 1},
        {"{\"number\":-1.999}", -1},
        {"{\"number\":1.7e9}", 1700000000},
        {"{\"number\":1e-300}", 0},
        {"{\"number\":9223372036854775807}", INT64_MAX},
        {"{\"number\":9223372036854775807.0}", INT64_MAX},
        {"{\"number\":1.7e308}", INT64_MAX},
        {"{\"number\":-9223372036854775808.0}", INT64_MIN},
        {"{\"number\":-1.7e308}", INT64_MIN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct order order = {.number = 42};
        assert_int_equal(
            read_body(rows[i].json, optional_fields, COUNT(optional_fields), &order, NULL),
            CHATUR_OK);
        if (order.number != rows[i].value) {
            fail_msg("%s: %lld", rows[i].json, (long long)order.number);
        }
    }
}

/* A tree that did not come through the scanner. */
static void text_that_c_cannot_hold_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"ab\0c", "ab\xFF"};
    static const int lengths[] = {4, 3};
    for (size_t i = 0; i < COUNT(values); i++) {
        struct json_object *body = json_object_new_object();
        struct order order = {0};
        struct chatur_error error = {0};
        json_object_object_add(body, "text", json_object_new_string_len(values[i], lengths[i]));
        assert_int_equal(chatur_fields_read(body, optional_fields, COUNT(optional_fields), &order,
                                            arena, &error),
                         CHATUR_BAD_REQUEST);
        assert_string_equal(error.message, "text must be UTF-8 text without NUL");
        (void)json_object_put(body);
    }
}

static void a_full_arena_is_our_fault(void **state)
{
    (void)state;
    static const struct chatur_field line = FIELD(CHATUR_LINE, line);
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "line", json_object_new_string("x"));
    while (chatur_arena_alloc(arena, 1) != NULL) {
    }
    struct order order = {0};
    struct chatur_error error = {0};
    assert_int_equal(chatur_fields_read(body, &line, 1, &order, arena, &error), CHATUR_INTERNAL);
    assert_string_equal(error.message, "");
    assert_string_equal(error.detail, "out of memory");
    assert_null(order.line);
    (void)json_object_put(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(broken_rules_are_named, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(what_is_missing_null_or_blank_is_needed, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(what_keeps_the_rules_is_filled_in, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(languages_get_their_usual_case, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(choices_are_taken_in_any_case, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_long_list_of_choices_is_cut_between_two, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(lengths_at_their_bounds_are_taken, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(numbers_lose_their_fraction, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(text_that_c_cannot_hold_is_refused, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_full_arena_is_our_fault, make_arena, free_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
