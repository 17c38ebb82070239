/* Tutorials: what is refused, with its line; what is made of the rest; and the project's own ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tutorial/tutorial.h"

/* Loads from memory that ends where it ends, so that a sanitizer sees a step too far. */
static enum chatur_outcome load(const char *text, size_t length, struct chatur_tutorial **tutorial,
                                struct chatur_error *error)
{
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct chatur_folder_file file = {.path = "tutorials/some.md",
                                      .slug = "some",
                                      .bytes = copy,
                                      .length = length,
                                      .updated_s = 1700000000};
    void *item = NULL;
    enum chatur_outcome outcome = chatur_tutorial_kind.load(&file, &item, error);
    free(copy);
    *tutorial = item;
    return outcome;
}

#define NO_TITLE      "tutorials/some.md:1: the first line must be the title, as `# Title`"
#define NO_CONTENT    "tutorials/some.md:2: there is nothing after the title"
#define NO_UTF8(line) "tutorials/some.md:" line ": not valid UTF-8"
#define CONTROL(line) "tutorials/some.md:" line ": a control character"

static void refuses_what_is_no_tutorial(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = {
        {"", NO_TITLE},
        {"\xef\xbb\xbf", NO_TITLE},
        {"\n# Title\n\nText\n", NO_TITLE},
        {"Text\n# Title\n", NO_TITLE},
        {"## Title\n\nText\n", NO_TITLE},
        {"#Title\n\nText\n", NO_TITLE},
        {" # Title\n\nText\n", NO_TITLE},
        {"#\n\nText\n", NO_TITLE},
        {"# \n\nText\n", NO_TITLE},
        {"#   \r\n\r\nText\n", NO_TITLE},
        {"# Title", NO_CONTENT},
        {"# Title\n", NO_CONTENT},
        {"# Title\r\n \t\r\n\n", NO_CONTENT},
        {"# T\xff\n\nText\n", NO_UTF8("1")},
        {"# Title\n\nText\nand\xc3\n", NO_UTF8("4")},
        {"# Title\n\nText\xe2\x82", NO_UTF8("3")},
        {"# Title\n\n\xed\xa0\x80\n", NO_UTF8("3")},
        {"# Title\n\n\xc0\xaf\n", NO_UTF8("3")},
        {"# Ti\x1btle\n\nText\n", CONTROL("1")},
        {"# Title\n\nTe\x7fxt\n", CONTROL("3")},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct chatur_tutorial *tutorial;
        struct chatur_error error = {0};
        enum chatur_outcome outcome =
            load(rows[row].text, strlen(rows[row].text), &tutorial, &error);
        if (outcome != CHATUR_BAD_REQUEST || strcmp(error.detail, rows[row].detail) != 0) {
            fail_msg("row %zu: outcome %d, \"%s\", wanted \"%s\"", row, outcome, error.detail,
                     rows[row].detail);
        }
        assert_null(tutorial);
    }
    struct chatur_tutorial *tutorial;
    assert_int_equal(load("# Title\n\0Text", 13, &tutorial, NULL), CHATUR_BAD_REQUEST);
}

static void renders(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *title;
        const char *html; /* inside the wrapping div */
    } rows[] = {
        {"# Title\n\nText\n", "Title", "<p>Text</p>\n"},
        {"#  Title \t\r\n\r\nText\r\nmore\r\n", "Title", "<p>Text\nmore</p>\n"},
        {"\xef\xbb\xbf# T\xc3\xa4tel\nText", "T\xc3\xa4tel", "<p>Text</p>\n"},
        {"# A & <b>\n\nText\n", "A & <b>", "<p>Text</p>\n"},
        {"# Title\n\n    code\n", "Title", "<pre><code>code\n</code></pre>\n"},
        {"# Title\n# Another\n", "Title", "<h1>Another</h1>\n"},
        {"# Title\n\n~~old~~ *new*\n", "Title", "<p><del>old</del> <em>new</em></p>\n"},
        {"# Title\n\n<script>a</script> & <b>b</b>\n", "Title",
         "<p>&lt;script&gt;a&lt;/script&gt; &amp; &lt;b&gt;b&lt;/b&gt;</p>\n"},
        {"# Title\n\n<div>\na\n</div>\n", "Title", "<p>&lt;div&gt;\na\n&lt;/div&gt;</p>\n"},
        {"# Title\n\n[one](https://a.example \"t\"), <https://b.example>, `<a href=`\n", "Title",
         "<p><a style=\"color:#8ab4f8\" href=\"https://a.example\" title=\"t\">one</a>, "
         "<a style=\"color:#8ab4f8\" href=\"https://b.example\">https://b.example</a>, "
         "<code>&lt;a href=</code></p>\n"},
        {"# Title\n\n|a|b|\n|---|---|\n|c|d|\n", "Title",
         "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
         "<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>\n"},
    };
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct chatur_tutorial *tutorial;
        struct chatur_error error = {0};
        char wanted[1024];
        if (load(rows[row].text, strlen(rows[row].text), &tutorial, &error) != CHATUR_OK) {
            fail_msg("row %zu: %s", row, error.detail);
        }
        (void)snprintf(wanted, sizeof(wanted), "<div style=\"color:#e8eaed\">\n%s</div>\n",
                       rows[row].html);
        assert_string_equal(tutorial->html, wanted);
        assert_string_equal(tutorial->title, rows[row].title);
        assert_int_equal(tutorial->updated_s, 1700000000);
        chatur_tutorial_kind.free_item(tutorial);
    }
}

/* Short Markdown that is long as HTML: every `>` opens an element. */
static void refuses_what_swells(void **state)
{
    (void)state;
    const size_t length = (size_t)200 * 1024;
    struct chatur_tutorial *tutorial;
    struct chatur_error error = {0};
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, '>', length);
    memcpy(text, "# T\n", 4); /* NOLINT(bugprone-not-null-terminated-result) */
    assert_int_equal(load(text, length, &tutorial, &error), CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, "tutorials/some.md:1: as HTML"));
    free(text);
}

static void refuses_a_file_that_is_too_large(void **state)
{
    (void)state;
    char folder[] = "/tmp/chatur-tutorial-XXXXXX";
    char path[64];
    size_t count;
    struct chatur_error error = {0};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/large.md", folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs("# Title\n\nText\n", file) >= 0);
    for (size_t length = strlen("# Title\n\nText\n"); length <= chatur_tutorial_kind.max_file_bytes;
         length += 5) {
        assert_true(fputs("word\n", file) >= 0);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chatur_folder_check(folder, &chatur_tutorial_kind, &count, &error),
                     CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, path));
    assert_non_null(strstr(error.detail, "larger than 262144 bytes"));
    assert_int_equal(truncate(path, (off_t)chatur_tutorial_kind.max_file_bytes), 0);
    assert_int_equal(chatur_folder_check(folder, &chatur_tutorial_kind, &count, &error), CHATUR_OK);
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(folder), 0);
}

/* Run from the project's top folder, as the Makefile does. */
static void the_projects_own_are_good(void **state)
{
    (void)state;
    size_t count;
    struct chatur_error error = {0};
    if (chatur_folder_check("tutorials", &chatur_tutorial_kind, &count, &error) != CHATUR_OK) {
        fail_msg("%s", error.detail);
    }
    assert_true(count >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_tutorial),
        cmocka_unit_test(renders),
        cmocka_unit_test(refuses_what_swells),
        cmocka_unit_test(refuses_a_file_that_is_too_large),
        cmocka_unit_test(the_projects_own_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
