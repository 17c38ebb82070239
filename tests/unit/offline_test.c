/* The offline generator, with the project's own templates: what every email of it must be, whatever
 * the words (many subjects and keywords, all templates, several seeds). How single words are read
 * is in offline_reading_test.c, what an editor would say of real briefs in offline_corpus_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ARENA_BYTES ((size_t)1 << 20)
#include "offline_place.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SEEDS           12

/* --- what every email must be ----------------------------------------------------------------- */

/* What is wrong with the text, or NULL. */
static const char *fault_of(const char *text, bool user_punctuates)
{
    static const char *const slips[] = {
        "  ", " \n", "\n ",  " ,",         " .",       ",,",    "..",        ".,",
        ",.", "?.",  "!.",   ".?",         ".!",       ";;",    "::",        "\t",
        "\r", "()",  "\"\"", ", and and ", "and, and", " a a ", " the the ", " to to "};
    static const char *const leftovers[] = {"{",      "}", "####",   "&&&&",
                                            "[Name]", "|", "(null)", "TODO"};
    for (size_t i = 0; i < COUNT_OF(slips) && !user_punctuates; i++) {
        if (strstr(text, slips[i]) != NULL) {
            return slips[i];
        }
    }
    for (size_t i = 0; i < COUNT_OF(leftovers) && !user_punctuates; i++) {
        if (strstr(text, leftovers[i]) != NULL) {
            return leftovers[i];
        }
    }
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' && *c != '\n') {
            return "a control character";
        }
    }
    return strstr(text, "\n\n\n") != NULL                              ? "two blank lines"
           : chatur_utf8_count(text, strlen(text)) < 0                 ? "not valid UTF-8"
           : text[0] == '\n' || text[strlen(text) - 1] == '\n'         ? "a blank line at an end"
           : strcspn(text, "\n") == 0 || strstr(text, ",\n\n") == NULL ? "no greeting"
                                                                       : NULL;
}

static void check_shape(const struct chatur_brief *brief, const char *text, bool user_punctuates)
{
    const char *fault = fault_of(text, user_punctuates);
    if (fault != NULL) {
        fail_msg("%s, \"%s\", \"%s\", seed %d: has \"%s\":\n%s", brief->template->slug,
                 brief->subject, brief->keywords, (int)brief->seed, fault, text);
    }
    /* Greeting, at least a purpose and a closing, a sign-off, and the name as the last line. */
    size_t paragraphs = 1;
    for (const char *gap = text; (gap = strstr(gap, "\n\n")) != NULL; gap += 2) {
        paragraphs++;
    }
    const char *last = strrchr(text, '\n');
    assert_true(paragraphs >= 4);
    assert_non_null(last);
    assert_string_equal(last + 1, brief->sender_name);
    assert_int_equal(last[-1], ',');
}

static const char *const subjects[] = {
    "Three days of leave",      "Request for a salary increase",
    "request for leave",        "apply for the internship",
    "requesting a refund",      "my laptop is broken",
    "Can we meet on Friday?",   "Thank you for your help",
    "Senior Software Engineer", "Internship at Acme",
    "Team lunch on Friday",     "TEAM LUNCH ON FRIDAY",
    "Re: Fwd: late delivery!",  "New York trip",
    "Office closed on Monday",  "URGENT",
    "Asha covers my work",      "30 June",
    "the invoice from March",   "Ürlaub im März",
};

static const char *const keyword_lists[] = {
    "family wedding, 12 to 14 May, Asha covers my work",
    "fever; doctor's certificate attached; back on Monday",
    "Linux, Python, teamwork and leadership",
    "3 years at Acme, fluent in French, led a team of five",
    "send the invoice, call me",
    "- one thing\n- another thing\n- a third one",
    "date: 5 June\nplace: main hall\ntime: 3 pm",
    "deadline 15 December, budget 200 euros",
    "urgent",
    "I was ill yesterday. I am fine now.",
    "a1, b2, c3, d4, e5, f6, g7, h8, i9, j10, k11, l12, m13, n14, o15, p16, q17, r18, s19",
    "need two days off, no reply to my emails, order 4711",
    "in the main hall, on Friday at 3 pm, because of a wedding",
};

static void every_email_is_in_good_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        for (size_t subject = 0; subject < COUNT_OF(subjects); subject++) {
            for (size_t list = 0; list < COUNT_OF(keyword_lists); list++) {
                struct chatur_brief brief = offline_brief(template->id, subjects[subject],
                                                          keyword_lists[list], subject + list);
                check_shape(&brief, offline_write(&brief), false);
            }
        }
    }
}

static void the_same_seed_writes_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct chatur_brief brief =
                offline_brief(template->id, subjects[0], keyword_lists[0], seed);
            char *first = strdup(offline_write(&brief));
            assert_non_null(first);
            assert_string_equal(offline_write(&brief), first);
            free(first);
        }
    }
}

static void other_seeds_write_something_else(void **state)
{
    (void)state;
    static const uint64_t more[] = {UINT64_MAX, UINT64_C(1) << 63, UINT64_C(1) << 32};
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        char *texts[SEEDS + COUNT_OF(more)];
        size_t different = 0;
        for (size_t n = 0; n < COUNT_OF(texts); n++) {
            struct chatur_brief brief = offline_brief(template->id, subjects[0], keyword_lists[0],
                                                      n < SEEDS ? n : more[n - SEEDS]);
            texts[n] = strdup(offline_write(&brief));
            assert_non_null(texts[n]);
            bool seen = false;
            for (size_t before = 0; before < n; before++) {
                seen = seen || strcmp(texts[before], texts[n]) == 0;
            }
            different += !seen;
        }
        for (size_t n = 0; n < COUNT_OF(texts); n++) {
            free(texts[n]);
        }
        if (different < COUNT_OF(texts) - 2) {
            fail_msg("%s: only %zu of %zu emails differ", template->slug, different,
                     COUNT_OF(texts));
        }
    }
}

/* --- what is not written ------------------------------------------------------------------------
 */

static bool is_written(const char *text, const char *ways)
{
    char copy[512];
    char *rest = NULL;
    (void)snprintf(copy, sizeof(copy), "%s", ways);
    for (char *way = strtok_r(copy, "\n", &rest); way != NULL; way = strtok_r(NULL, "\n", &rest)) {
        if (strstr(text, way) != NULL) {
            return true;
        }
    }
    return false;
}

static void what_says_nothing_is_left_out(void **state)
{
    (void)state;
    struct chatur_brief brief =
        offline_brief("1", "Parking space", "Parking space, parking space, etc., ####, -", 1);
    const char *text = offline_write(&brief);
    check_shape(&brief, text, false);
    const char *first = strstr(text, "parking space");
    assert_non_null(first);
    assert_null(strstr(first + 2, "arking space"));
    assert_null(strstr(text, "etc"));
}

/* --- people ----------------------------------------------------------------------------------- */

static void the_reader_is_greeted(void **state)
{
    (void)state;
    static const struct {
        const char *to;
        const char *greeting; /* as in check_readings */
    } rows[] = {
        {"jane.doe@example.com", "Dear Jane Doe,\nHello Jane Doe,"},
        {"JANE_DOE@EXAMPLE.COM", "Dear Jane Doe,\nHello Jane Doe,"},
        {"mary-jane.o'brien@example.com", "Mary-Jane O'Brien,"},
        {"jane.doe+news@example.com", "Jane Doe,"},
        {"j\u00fcrgen.m\u00fcller@example.de", "J\u00fcrgen M\u00fcller,"},
        {"hr@example.com", "Hiring Team,"},
        {"jane@example.com", "Hello,\nDear Sir or Madam,\nGood day,"},
        {"info@example.com", "Hello,\nDear Sir or Madam,\nGood day,"},
        {"x9f-22@example.com", "Hello,\nDear Sir or Madam,\nGood day,"},
        {"jane.doe@example.com, john.roe@example.com", "Dear all,\nHello everyone,"},
        {"a@example.com,b@example.com,c@example.com", "Dear all,\nHello everyone,"},
    };
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct chatur_brief brief = offline_brief("1", "Some matter", "one point", seed);
            brief.to = rows[row].to;
            const char *text = offline_write(&brief);
            char *greeting = strndup(text, strcspn(text, "\n"));
            assert_non_null(greeting);
            if (!is_written(greeting, rows[row].greeting)) {
                fail_msg("%s is greeted with \"%s\"", rows[row].to, greeting);
            }
            free(greeting);
        }
    }
}

static void the_sender_signs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *address;
        const char *signature;
    } rows[] = {
        {"Asha Rao", "someone.else@example.com", "Asha Rao"},
        {"  Asha\n Rao ", "", "Asha Rao"},
        {"\u0906\u0936\u093e", "", "\u0906\u0936\u093e"},
        {"Asha, {name} <b>", "", "Asha, {name} <b>"},
        {"", "asha.rao@example.com", "Asha Rao"},
        {"", "asha@example.com", "Asha"},
        {"", "x7@example.com", "x7@example.com"},
    };
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        struct chatur_brief brief = offline_brief("1", "Some matter", "one point", row);
        brief.sender_name = rows[row].name;
        brief.sender_email = rows[row].address;
        const char *last = strrchr(offline_write(&brief), '\n');
        assert_non_null(last);
        assert_string_equal(last + 1, rows[row].signature);
        assert_int_equal(last[-1], ',');
    }
    struct chatur_brief nobody = offline_brief("1", "Some matter", "one point", 0);
    nobody.sender_name = "";
    nobody.sender_email = "";
    const char *text = offline_write(&nobody);
    assert_int_not_equal(text[strlen(text) - 1], ','); /* nobody follows */
}

/* --- odd input -------------------------------------------------------------------------------- */

/* Text that no grammar foresees still makes an email: greeting, sentences, sign-off; the user's
 * punctuation is the user's. */
static void odd_words_make_an_email_too(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "!",
        "...",
        "???",
        "- - -",
        "\"",
        "'",
        "()",
        "a",
        "A",
        "I",
        "the",
        "to",
        "please",
        "and",
        "\U0001f389\U0001f389",
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
        "\u4f1a\u8bae\u6539\u671f",
        "<script>alert(1)</script>",
        "{subject} {list} {name} {one|many}",
        "%s%n%x",
        "${HOME}",
        "&&&&Mail Sentiment: angry&&&&",
        "#### [Name] <NAME>",
        "'; DROP TABLE emails; --",
        "https://example.com/a?b=c&d=e",
        "e.g. this, i.e. that, etc.",
        "a, , ,,; ;b",
        "a:b:c",
        "=",
        "::",
        ": value",
        "key:",
        "one and two and three",
        "\u202egnirts\u202c",
        "\u200b\ufeff",
        "\u201cquoted\u201d, \u2018single\u2019",
        "Dear Sir, Kind regards, Ann",
        "Ignore all previous instructions",
        "12",
        "1, 2, 3, 4, 5, 6, 7, 8, 9",
    };
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        for (size_t j = 0; j < view->count; j++) {
            const struct chatur_template *template = view->items[j];
            struct chatur_brief brief =
                offline_brief(template->id, odd[i], odd[(i + j) % COUNT_OF(odd)], j);
            check_shape(&brief, offline_write(&brief), true);
        }
    }
}

/* As long as the endpoint lets it be, in characters of one to four bytes. */
static void long_words_make_an_email_too(void **state)
{
    (void)state;
    static const char *const pieces[] = {"x",      "\u00e9", "\U0001f389", "k, ", "word ", "a b. ",
                                         "a: b\n", "\"",     "- x\n",      ";",   "I am ", ". "};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        char subject[200 * 4 + 1] = "";
        char keywords[1000 * 4 + 1] = "";
        size_t size = strlen(pieces[i]);
        size_t characters = (size_t)chatur_utf8_count(pieces[i], size);
        for (size_t n = 0; n < 1000 / characters; n++) {
            memcpy(keywords + n * size, pieces[i], size + 1);
            if (n < 200 / characters && strchr(pieces[i], '\n') == NULL) {
                memcpy(subject + n * size, pieces[i], size + 1);
            }
        }
        for (size_t j = 0; j < view->count; j++) {
            const struct chatur_template *template = view->items[j];
            struct chatur_brief brief =
                offline_brief(template->id, subject[0] != '\0' ? subject : "x", keywords, j);
            const char *text = offline_write(&brief);
            check_shape(&brief, text, true);
            assert_true(strlen(text) < strlen(subject) + strlen(keywords) * 2 + 4000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_email_is_in_good_shape),
        cmocka_unit_test(the_same_seed_writes_the_same),
        cmocka_unit_test(other_seeds_write_something_else),
        cmocka_unit_test(what_says_nothing_is_left_out),
        cmocka_unit_test(the_reader_is_greeted),
        cmocka_unit_test(the_sender_signs),
        cmocka_unit_test(odd_words_make_an_email_too),
        cmocka_unit_test(long_words_make_an_email_too),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
