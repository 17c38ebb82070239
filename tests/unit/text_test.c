/* Text: UTF-8 at the borders of its table, trimming, control characters, mail addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define BYTES(string) string, sizeof(string) - 1

static void invalid_utf8_has_no_sequence(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {BYTES("")},
        {BYTES("\x80")},
        {BYTES("\xBF")},
        {BYTES("\xC0\x80")},
        {BYTES("\xC1\xBF")},
        {BYTES("\xC2")},
        {BYTES("\xC2\x7F")},
        {BYTES("\xC2\xC0")},
        {BYTES("\xE0\x9F\xBF")},
        {BYTES("\xE0\xA0")},
        {BYTES("\xE0\xA0\x7F")},
        {BYTES("\xED\xA0\x80")},
        {BYTES("\xED\xBF\xBF")},
        {BYTES("\xEF\xBF")},
        {BYTES("\xF0\x8F\xBF\xBF")},
        {BYTES("\xF0\x90\x80")},
        {BYTES("\xF0\x90\x80\xC0")},
        {BYTES("\xF0\x90\x28\x80")},
        {BYTES("\xF4\x90\x80\x80")},
        {BYTES("\xF5\x80\x80\x80")},
        {BYTES("\xF8\x88\x80\x80\x80")},
        {BYTES("\xFE")},
        {BYTES("\xFF")},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        /* A copy of that size, so that a sanitizer sees a look past its end. */
        char *copy = malloc(rows[i].length + (rows[i].length == 0));
        assert_non_null(copy);
        memcpy(copy, rows[i].bytes, rows[i].length);
        assert_int_equal(chatur_utf8_sequence(copy, rows[i].length), 0);
        assert_int_equal(chatur_utf8_count(copy, rows[i].length), rows[i].length == 0 ? 0 : -1);
        free(copy);
    }
}

/* Encodes every code point, surrogates and some past the end too, and expects only what Unicode
 * has to be read back. */
static void every_code_point_is_read_back(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 0x110400; value++) {
        unsigned char bytes[5] = {0};
        size_t size = 0;
        if (value < 0x80) {
            bytes[size++] = (unsigned char)value;
        } else if (value < 0x800) {
            bytes[size++] = (unsigned char)(0xC0U | value >> 6U);
            bytes[size++] = (unsigned char)(0x80U | (value & 0x3FU));
        } else if (value < 0x10000) {
            bytes[size++] = (unsigned char)(0xE0U | value >> 12U);
            bytes[size++] = (unsigned char)(0x80U | (value >> 6U & 0x3FU));
            bytes[size++] = (unsigned char)(0x80U | (value & 0x3FU));
        } else {
            bytes[size++] = (unsigned char)(0xF0U | value >> 18U);
            bytes[size++] = (unsigned char)(0x80U | (value >> 12U & 0x3FU));
            bytes[size++] = (unsigned char)(0x80U | (value >> 6U & 0x3FU));
            bytes[size++] = (unsigned char)(0x80U | (value & 0x3FU));
        }
        const char *text = (const char *)bytes;
        bool exists = value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
        if (chatur_utf8_sequence(text, size + 1) != (exists ? size : 0) ||
            (exists && chatur_utf8_code_point(text, size) != value) ||
            chatur_utf8_count(text, size) != (exists ? 1 : -1) ||
            (size > 1 && chatur_utf8_sequence(text, size - 1) != 0)) {
            fail_msg("U+%04X", (unsigned)value);
        }
        bool control = value < 0x20 || (value >= 0x7F && value <= 0x9F) || value == 0x2028 ||
                       value == 0x2029 || (value >= 0x202A && value <= 0x202E) ||
                       (value >= 0x2066 && value <= 0x2069);
        if (exists && value != 0 && chatur_has_control(text) != control) {
            fail_msg("U+%04X: control character or not", (unsigned)value);
        }
    }
    assert_int_equal(chatur_utf8_count(BYTES("a\0\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")), 5);
    assert_int_equal(chatur_utf8_count(BYTES("abc\xE2\x82")), -1);
    assert_int_equal(chatur_utf8_count(NULL, 0), 0);
}

static void control_characters_are_found_anywhere(void **state)
{
    (void)state;
    static const char *const with[] = {
        "\n", "a\r\nb", "end\t", "\x7F", "a\x1Fz", "\xC2\x80", "x\xC2\x9Fy", "\xC3\xA9\x01",
        /* Line and paragraph separator, RLO, PDF, LRI, PDI; opened ones are closed
         * again, because compilers warn of what stays open. */
        "a\xE2\x80\xA8", "\xE2\x80\xA9z", "invoice \xE2\x80\xAE-exe.\xE2\x80\xAC", "\xE2\x80\xAC",
        "a\xE2\x81\xA6z\xE2\x81\xA9", "\xE2\x81\xA9",
        /* After what is not UTF-8. */
        "\xE2\x80\n", "\xFF\xE2\x80\xAC"};
    static const char *const without[] = {
        "", "plain text", "\xC2\xA0", "\xC3\x85", "\xC4\x80", "\xE2\x82\x8D", "\xC2",
        /* ZWNJ and ZWJ, LRM and RLM, ALM. */
        "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
        "\xE2\x80\x8E", "\xE2\x80\x8F", "\xD8\x9C", "\xE2\x80\xAF", "\xE2\x81\xA5", "\xE2\x81\xAA",
        "\xE2\x80"};
    for (size_t i = 0; i < COUNT(with); i++) {
        assert_true(chatur_has_control(with[i]));
    }
    for (size_t i = 0; i < COUNT(without); i++) {
        assert_false(chatur_has_control(without[i]));
    }
}

static void white_space_is_trimmed_at_both_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *trimmed;
    } rows[] = {
        {"", ""},
        {" ", ""},
        {" \t\r\n\v\f ", ""},
        {"\xC2\xA0\xE2\x80\x80\xE2\x80\x8B\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F"
         "\xE3\x80\x80\xEF\xBB\xBF",
         ""},
        {"a", "a"},
        {" a b\t", "a b"},
        {"\xEF\xBB\xBF hello\xE3\x80\x80\n", "hello"},
        {"\xC3\xA9 ", "\xC3\xA9"},
        {" \xF0\x9F\x98\x80 ", "\xF0\x9F\x98\x80"},
        /* Not in the list: joiners, the last of the neighbours, other controls. */
        {"\xE2\x80\x8C x", "\xE2\x80\x8C x"},
        {"x\xE2\x80\x8D", "x\xE2\x80\x8D"},
        {"\xE1\xBF\xBF", "\xE1\xBF\xBF"},
        {"\x08", "\x08"},
        {"\x0E", "\x0E"},
        {"\xC2\x85", "\xC2\x85"},
        /* What is not UTF-8 stays and stops the trimming. */
        {" \x80 ", "\x80"},
        {"\xA0", "\xA0"},
        {" \xE2\x80", "\xE2\x80"},
        {"x\xE3\xE3\x80\x80", "x\xE3"},
        {"\x80\x80\x80\x80\x80", "\x80\x80\x80\x80\x80"},
        {"\xC2\x20\x20", "\xC2"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = rows[i].text;
        size_t length = strlen(text);
        chatur_trim(&text, &length);
        if (length != strlen(rows[i].trimmed) || memcmp(text, rows[i].trimmed, length) != 0) {
            fail_msg("row %zu: \"%.*s\"", i, (int)length, text);
        }
    }
    const char *nothing = NULL;
    size_t length = 0;
    chatur_trim(&nothing, &length);
    assert_null(nothing);
}

static void blank_is_what_nobody_would_see(void **state)
{
    (void)state;
    static const char *const blank[] = {
        "",
        " ",
        "\t\n",
        "\xE3\x85\xA4",
        "\xE1\x85\x9F",
        "\xE1\x85\xA0",
        "\xE2\xA0\x80",
        "\xEF\xBE\xA0",
        "\xE2\x80\x8D",
        "\xE2\x80\x8C\xE2\x80\x8E",
        "\xC2\xAD",
        "\xCD\x8F",
        "\xE2\x81\xA0",
        "\xE1\xA0\x8E",
        " \xE3\x85\xA4 \xE2\xA0\x80\xEF\xBB\xBF",
    };
    static const char *const visible[] = {
        "a",
        ".",
        "\xE3\x85\xA4.",
        "\xE2\x80\x8Dx",
        "\xE3\x85\xA3",
        "\xE3\x85\xA5",
        "\xE2\xA0\x81",
        "\xE1\x85\x9E",
        "\xE1\x85\xA1",
        "\xC2\xAC",
        "\xE2\x80\x90",
        "\x80",
        " \xE2\x80",
        "\x01",
    };
    for (size_t i = 0; i < COUNT(blank); i++) {
        if (!chatur_is_blank(blank[i], strlen(blank[i]))) {
            fail_msg("row %zu is blank", i);
        }
    }
    for (size_t i = 0; i < COUNT(visible); i++) {
        if (chatur_is_blank(visible[i], strlen(visible[i]))) {
            fail_msg("row %zu is not blank", i);
        }
    }
}

#define LABEL_61 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345678"
#define LABEL_63 LABEL_61 "9a"
#define LOCAL_64 LABEL_63 "b"

static void what_is_no_address_is_told(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "a",
        "@",
        "a@",
        "@b.c",
        "a@b",
        "a@b.",
        "a@.b",
        "a@b..c",
        "a@b.c.",
        ".a@b.c",
        "a.@b.c",
        "a..b@c.d",
        "a@b@c.d",
        "a b@c.d",
        "a@b c.d",
        " a@b.c",
        "a@b.c ",
        "a@b.c\n",
        "a@b.c\r\nBcc: d@e.f",
        "a\t@b.c",
        "a\x7F@b.c",
        "\"a\"@b.c",
        "\"a b\"@b.c",
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "A <a@b.c>",
        "<a@b.c>",
        "mailto:a@b.c",
        "a,b@c.d",
        "a@b.c,d@e.f",
        "a;b@c.d",
        "a(b)@c.d",
        "a\\b@c.d",
        "a:b@c.d",
        "a[b]@c.d",
        "a@-b.c",
        "a@b-.c",
        "a@b.-c",
        "a@b.c-",
        "a@b_c.d",
        "a@b!c.d",
        "a@b.c/d",
        "a@b.c?subject=x",
        "a@b.c:25",
        "\xFF@b.c",
        "a@\xC3.c",
        "a@b.\x80",
        "\xC2\x85@b.c",
        "a\xC2\xA0@b.c",
        "a\xE2\x80\x8B@b.c",
        "a@b\xE3\x80\x80.c",
        "\xEF\xBB\xBFx@b.c",
        "\xE2\x80\xAEx@b.\xE2\x80\xAC",
        "x@b.\xE2\x81\xA6y\xE2\x81\xA9",
        "a\xE2\x80\xA8@b.c",
        "\xE3\x85\xA4@b.c",
        "a@\xE2\xA0\x80.c",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (chatur_is_address(rows[i])) {
            fail_msg("\"%s\" is no address", rows[i]);
        }
    }
}

static void addresses_are_taken(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "a@b.c",
        "first.last@example.com",
        "First.LAST+tag@Sub.Example.CO.UK",
        "1@2.3",
        "!#$%&'*+-/=?^_`{|}~@example.com",
        "-@b.c",
        "o'brien@example.ie",
        "a@b-c.d",
        "a@b--c.d",
        "a@1b.c",
        "a@xn--mnchen-3ya.de",
        "m\xC3\xBCller@example.de",
        "a@m\xC3\xBCnchen.de",
        "\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B\xE5\xAD\x90.\xE4\xB8\xAD\xE5\x9B\xBD",
        "\xF0\x9F\x98\x80@example.com",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!chatur_is_address(rows[i])) {
            fail_msg("\"%s\" is an address", rows[i]);
        }
        if (!chatur_is_address_list(rows[i])) {
            fail_msg("\"%s\" is a list of one", rows[i]);
        }
    }
}

static void addresses_have_their_limits(void **state)
{
    (void)state;
    const char *longest = LOCAL_64 "@" LABEL_63 "." LABEL_63 "." LABEL_61;
    assert_int_equal(strlen(longest), 254);
    assert_true(chatur_is_address(longest));
    assert_false(chatur_is_address(LOCAL_64 "@" LABEL_63 "." LABEL_63 "." LABEL_61 "x"));
    assert_true(chatur_is_address(LOCAL_64 "@b.c"));
    assert_false(chatur_is_address(LOCAL_64 "x@b.c"));
    assert_true(chatur_is_address("a@" LABEL_63 "." LABEL_63));
    assert_false(chatur_is_address("a@" LABEL_63 "x.c"));
    assert_false(chatur_is_address("a@b." LABEL_63 "x"));
    assert_true(chatur_is_address_list(LOCAL_64 "@" LABEL_63 "." LABEL_63 "." LABEL_61 ", a@b.c"));
}

static void lists_of_addresses_are_all_addresses(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        " ",
        ",",
        "a@b.c,",
        ",a@b.c",
        "a@b.c,,d@e.f",
        "a@b.c, ,d@e.f",
        "a@b.c d@e.f",
        "a@b.c;d@e.f",
        "a@b.c,d",
        "a,b@c.d",
        "a@b.c,\td@e.f",
        "a@b.c,\nd@e.f",
        "a@b.c\n",
        "a@b.c,d@e.f, ",
    };
    static const char *const right[] = {
        "a@b.c", " a@b.c ", "a@b.c,d@e.f", " a@b.c , d@e.f ,g@h.i", "a@b.c,a@b.c",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        if (chatur_is_address_list(wrong[i])) {
            fail_msg("\"%s\" is no list", wrong[i]);
        }
    }
    for (size_t i = 0; i < COUNT(right); i++) {
        if (!chatur_is_address_list(right[i])) {
            fail_msg("\"%s\" is a list", right[i]);
        }
    }
}

static void language_tags_have_no_room_for_words(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "d",
        "1e",
        "german",
        "de-",
        "-de",
        "de--AT",
        "de_AT",
        "de AT",
        "de-A",
        "de-AUT",
        "de-12",
        "de-1234",
        "de-AT-",
        "de-AT-1996",
        "zh-Hant-TW-x",
        "en-x-private",
        "en-u-ca-buddhist",
        "en-ignore",
        "en-write-poems",
        "abcd",
        "d\xC3\xA9",
        "\xC3\xA9\xC3\xA9",
        "de-\xC3\x84T",
        "a-DE",
        "zh-Hans-Hant",
        "en-US-GB",
        "419",
        "de,en",
        "*",
    };
    static const char *const good[] = {"de",     "DE",         "fil",        "pt-BR",  "zh-Hant",
                                       "es-419", "sr-Latn-RS", "az-Arab-IR", "mn-Cyrl"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (chatur_is_language_tag(bad[i])) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!chatur_is_language_tag(good[i])) {
            fail_msg("refused: %s", good[i]);
        }
    }
}

static void case_is_ignored_in_ascii_alone(void **state)
{
    (void)state;
    assert_true(chatur_equals_ignoring_case("", ""));
    assert_true(chatur_equals_ignoring_case("Content-TYPE", "content-type"));
    assert_true(chatur_equals_ignoring_case("\xC3\x89z", "\xC3\x89Z"));
    assert_false(chatur_equals_ignoring_case("a", ""));
    assert_false(chatur_equals_ignoring_case("", "a"));
    assert_false(chatur_equals_ignoring_case("abc", "abcd"));
    assert_false(chatur_equals_ignoring_case("abcd", "abc"));
    assert_false(chatur_equals_ignoring_case("a[", "a{"));
    assert_false(chatur_equals_ignoring_case("@", "`"));
    assert_false(chatur_equals_ignoring_case("\xC3\x89", "\xC3\xA9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_utf8_has_no_sequence),
        cmocka_unit_test(every_code_point_is_read_back),
        cmocka_unit_test(control_characters_are_found_anywhere),
        cmocka_unit_test(white_space_is_trimmed_at_both_ends),
        cmocka_unit_test(blank_is_what_nobody_would_see),
        cmocka_unit_test(what_is_no_address_is_told),
        cmocka_unit_test(addresses_are_taken),
        cmocka_unit_test(addresses_have_their_limits),
        cmocka_unit_test(lists_of_addresses_are_all_addresses),
        cmocka_unit_test(language_tags_have_no_room_for_words),
        cmocka_unit_test(case_is_ignored_in_ascii_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
