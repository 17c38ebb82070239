/* The dotenv reader: what is refused, with its line; then what is read, and as what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/env_file.h"

/* Reads `text` whole, from memory that ends where it ends, so that a sanitizer sees a step too far.
 * `read` gets `NAME=[value]@line;` per entry. */
static enum chatur_outcome read_all(const char *text, size_t length, struct chatur_buffer *read,
                                    struct chatur_error *error)
{
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct chatur_env_reader reader;
    struct chatur_env_entry entry;
    enum chatur_outcome outcome;
    chatur_env_reader_start(&reader, copy, length, "some.env");
    while ((outcome = chatur_env_reader_next(&reader, &entry, error)) == CHATUR_OK) {
        chatur_buffer_printf(read, "%s=[%s]@%u;", entry.name, entry.value, entry.line);
    }
    free(copy);
    assert_false(read->failed);
    return outcome;
}

static void refuses_what_it_cannot_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"PORT", "some.env:1: expected NAME=value"},
        {"=1", "some.env:1: expected NAME=value"},
        {"A=1\n\n  B 2\n", "some.env:3: expected NAME=value"},
        {"1A=2", "some.env:1: expected NAME=value"},
        {"A-B=2", "some.env:1: expected NAME=value"},
        {"A.B=2", "some.env:1: expected NAME=value"},
        {"\xc3\x84=2", "some.env:1: expected NAME=value"},
        {"export", "some.env:1: expected NAME=value"},
        {"export 1=2", "some.env:1: expected NAME=value"},
        {"export A", "some.env:1: expected NAME=value"},
        {"A: 1", "some.env:1: expected NAME=value"},
        {"A=b#c", "some.env:1: a value with a # in it needs quotes"},
        {"A=#c", "some.env:1: a value with a # in it needs quotes"},
        {"A=b\x01", "some.env:1: a control character"},
        {"A=b\rc\nB=1", "some.env:1: a control character"},
        {"A=\x7f", "some.env:1: a control character"},
        {"\r\nA=\"b", "some.env:2: the quote is never closed"},
        {"A='b\nB=2\n", "some.env:1: the quote is never closed"},
        {"A=\"b\\\"\n", "some.env:1: the quote is never closed"},
        {"A=\"b\\", "some.env:1: the quote is never closed"},
        {"A=\"", "some.env:1: the quote is never closed"},
        {"A=\"b\"c", "some.env:1: text after the closing quote"},
        {"A='b\nc' d", "some.env:2: text after the closing quote"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct chatur_buffer read = {0};
        struct chatur_error error = {0};
        enum chatur_outcome outcome =
            read_all(rows[row].text, strlen(rows[row].text), &read, &error);
        if (outcome != CHATUR_BAD_REQUEST || strcmp(error.detail, rows[row].detail) != 0) {
            fail_msg("row %zu: outcome %d, \"%s\", wanted \"%s\"", row, outcome, error.detail,
                     rows[row].detail);
        }
        chatur_buffer_free(&read);
    }
}

static void refuses_nul(void **state)
{
    (void)state;
    static const char *const texts[] = {"A=b\0c\n", "A='\0 '\n", "\0A=b\n", "A\0=bb\n"};
    for (size_t row = 0; row < sizeof(texts) / sizeof(texts[0]); row++) {
        struct chatur_buffer read = {0};
        assert_int_equal(read_all(texts[row], 6, &read, NULL), CHATUR_BAD_REQUEST);
        chatur_buffer_free(&read);
    }
}

static void reads(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *read;
    } rows[] = {
        {"", ""},
        {"\n \n\t\r\n# A=1\n   # B=2", ""},
        {"#", ""},
        {"A=1", "A=[1]@1;"},
        {"A=1\nB=2\n", "A=[1]@1;B=[2]@2;"},
        {"A=1\r\n\r\nB=2\r\n", "A=[1]@1;B=[2]@3;"},
        {"\xef\xbb\xbf"
         "A=1",
         "A=[1]@1;"},
        {"A=", "A=[]@1;"},
        {"A=\nB=", "A=[]@1;B=[]@2;"},
        {"A=''\nB=\"\"", "A=[]@1;B=[]@2;"},
        {"A= # nothing", "A=[]@1;"},
        {"  A \t=  b c \t ", "A=[b c]@1;"},
        {"A=b # c", "A=[b]@1;"},
        {"A=b\t#c\nB=d", "A=[b]@1;B=[d]@2;"},
        {"A=b=c==", "A=[b=c==]@1;"},
        {"A=b\"c'd", "A=[b\"c'd]@1;"},
        {"A=b\\nc$D${E}", "A=[b\\nc$D${E}]@1;"},
        {"export A=1", "A=[1]@1;"},
        {" export\t_a9 = 1", "_a9=[1]@1;"},
        {"export=1", "export=[1]@1;"},
        {"exported=1", "exported=[1]@1;"},
        {"export =1", "export=[1]@1;"},
        {"A=' b # c '#d", "A=[ b # c ]@1;"},
        {"A='b\\nc\\'", "A=[b\\nc\\]@1;"},
        {"A=\"b # 'c'\" # d", "A=[b # 'c']@1;"},
        {"A=\"b\\nc\\\"d\\\\e\\tf$G\"", "A=[b\nc\"d\\e\\tf$G]@1;"},
        {"A=\"b\r\nc\"\r\nB=1", "A=[b\nc]@1;B=[1]@3;"},
        {"A='b\n\nc'  \nB=1", "A=[b\n\nc]@1;B=[1]@4;"},
        {"A=\"b\\\nc\"\nB=1", "A=[b\\\nc]@1;B=[1]@3;"},
        {"A=\xc3\xa4", "A=[\xc3\xa4]@1;"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct chatur_buffer read = {0};
        struct chatur_error error = {0};
        enum chatur_outcome outcome =
            read_all(rows[row].text, strlen(rows[row].text), &read, &error);
        const char *got = read.data != NULL ? read.data : "";
        if (outcome != CHATUR_EMPTY || strcmp(got, rows[row].read) != 0) {
            fail_msg("row %zu: outcome %d, \"%s\", read %s", row, outcome, error.detail, got);
        }
        chatur_buffer_free(&read);
    }
}

/* Every text of up to five bytes from what matters to the reader: none may take it out of bounds or
 * keep it from ending. */
static void ends_within_bounds_whatever_it_reads(void **state)
{
    (void)state;
    static const char alphabet[] = {'A', '=', '"', '\'', '\\', '#', ' ', '\r', '\n', '\0'};
    for (unsigned number = 0; number < 100000; number++) {
        char text[5];
        unsigned rest = number;
        for (size_t index = 0; index < sizeof(text); index++) {
            text[index] = alphabet[rest % sizeof(alphabet)];
            rest /= sizeof(alphabet);
        }
        struct chatur_buffer read = {0};
        enum chatur_outcome outcome = read_all(text, sizeof(text), &read, NULL);
        assert_true(outcome == CHATUR_EMPTY || outcome == CHATUR_BAD_REQUEST);
        chatur_buffer_free(&read);
    }
}

static void reads_a_long_value(void **state)
{
    (void)state;
    const size_t length = (size_t)1024 * 1024;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, 'x', length);
    text[0] = 'A';
    text[1] = '=';
    text[2] = '"';
    text[length - 1] = '"';
    struct chatur_buffer read = {0};
    assert_int_equal(read_all(text, length, &read, NULL), CHATUR_EMPTY);
    assert_int_equal(read.length, length - 4 + strlen("A=[]@1;"));
    chatur_buffer_free(&read);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_it_cannot_read),
        cmocka_unit_test(refuses_nul),
        cmocka_unit_test(reads),
        cmocka_unit_test(ends_within_bounds_whatever_it_reads),
        cmocka_unit_test(reads_a_long_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
