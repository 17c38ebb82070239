/* The offline generator's options, over all templates: what was not asked for changes nothing, what
 * was asked for shows, and what cannot be honoured is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/folder.h"
#include "generate/options.h"

#define ARENA_BYTES ((size_t)1 << 24)
#include "offline_place.h"

#define SEEDS 40

static const struct chatur_brief plain = {
    .subject = "Lunch on Friday",
    .keywords = "noon, canteen, bring Ravi, a cake, two salads, lemonade",
    .to = "jane.doe@example.com",
    .sender_name = "Ann Lee",
    .sender_email = "ann@example.org",
};

static struct chatur_draft write_draft(const struct chatur_brief *brief)
{
    struct chatur_draft draft = {0};
    assert_int_equal(chatur_generator_write(generator, brief, NULL, arena, &draft, NULL),
                     CHATUR_OK);
    return draft;
}

static size_t total_length(struct chatur_brief brief)
{
    size_t total = 0;
    for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
        total += strlen(write_draft(&brief).text);
    }
    return total;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Calls for every template with a brief for it. */
static void for_each_template(void (*call)(struct chatur_brief brief))
{
    assert_true(view->count > 0);
    for (size_t i = 0; i < view->count; i++) {
        struct chatur_brief brief = plain;
        brief.template = view->items[i];
        chatur_arena_reset(arena);
        call(brief);
    }
}

/* --- what cannot be honoured ------------------------------------------------------------------ */

static const char *notice_of(const struct chatur_brief *brief)
{
    struct chatur_draft draft = write_draft(brief);
    return chatur_generator_notice(&draft.by, brief->language, brief->instructions);
}

static void expect_notice(struct chatur_brief brief)
{
    static const char *const foreign[] = {"de", "pt-BR", "hi", "eng", "xx"};
    static const char *const english[] = {"en", "en-GB", "en-IN"};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        brief.language = foreign[i];
        const char *notice = notice_of(&brief);
        assert_non_null(notice);
        assert_non_null(strstr(notice, "English only"));
        assert_null(strstr(notice, "instructions"));
    }
    brief.instructions = "sing it";
    const char *both = notice_of(&brief);
    assert_non_null(strstr(both, "English only"));
    assert_non_null(strstr(both, "instructions"));
    for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++) {
        brief.language = english[i];
        const char *notice = notice_of(&brief);
        assert_null(strstr(notice, "English only"));
        assert_non_null(strstr(notice, "instructions"));
    }
    brief.instructions = NULL;
    assert_null(notice_of(&brief));
    brief.tone = "formal";
    brief.length = "long";
    brief.recipient_name = "Jane";
    assert_null(notice_of(&brief));
}

static void what_is_left_aside_is_said(void **state)
{
    (void)state;
    for_each_template(expect_notice);
}

/* --- what changes nothing --------------------------------------------------------------------- */

static void expect_same(struct chatur_brief brief)
{
    for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
        struct chatur_brief asked = brief;
        const char *text = write_draft(&brief).text;
        asked.language = "en";
        asked.length = "medium";
        asked.recipient_name = "Jane Doe"; /* as the address says */
        assert_string_equal(write_draft(&asked).text, text);
        asked.instructions = "SECRET";
        asked.language = "de";
        assert_string_equal(write_draft(&asked).text, text);
        for (size_t i = 0; chatur_tones[i] != NULL; i++) {
            asked.tone = chatur_tones[i];
            assert_string_equal(write_draft(&asked).text, write_draft(&asked).text);
        }
    }
}

static void the_same_order_gives_the_same_email(void **state)
{
    (void)state;
    for_each_template(expect_same);
}

/* --- what shows ------------------------------------------------------------------------------- */

static void expect_names(struct chatur_brief brief)
{
    brief.sender_name = "Prof. A. Lee-Rao";
    brief.recipient_name = "Dr M\xC3\xBCller\x01";
    for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
        const char *text = write_draft(&brief).text;
        const char *name = strstr(text, "Dr M\xC3\xBCller,\n\n");
        assert_non_null(name);
        assert_true(name - text < 10); /* in the greeting */
        assert_true(ends_with(text, ",\nProf. A. Lee-Rao"));
        assert_null(strstr(text, "Jane"));
    }
    /* Also when there are several addresses. */
    brief.to = "jane.doe@example.com, ravi@example.com";
    assert_non_null(strstr(write_draft(&brief).text, "Dr M\xC3\xBCller,\n\n"));
    brief.recipient_name = "";
    assert_null(strstr(write_draft(&brief).text, "Dr M"));
}

static void names_are_greeted_and_signed(void **state)
{
    (void)state;
    for_each_template(expect_names);
}

static void expect_lengths(struct chatur_brief brief)
{
    size_t medium = total_length(brief);
    brief.length = "medium";
    assert_int_equal(total_length(brief), medium);
    brief.length = "short";
    size_t brief_one = total_length(brief);
    brief.length = "long";
    size_t long_one = total_length(brief);
    if (brief_one * 10 > medium * 9 || long_one * 10 < medium * 11) {
        fail_msg("%s: %zu, %zu, %zu", brief.template->slug, brief_one, medium, long_one);
    }
    for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
        const char *text = write_draft(&brief).text;
        assert_non_null(strstr(text, "Ravi"));
        brief.length = "short";
        assert_true(strlen(write_draft(&brief).text) < strlen(text));
        assert_non_null(strstr(write_draft(&brief).text, "Ravi"));
        brief.length = "long";
    }
}

static void lengths_show(void **state)
{
    (void)state;
    for_each_template(expect_lengths);
}

/* The paragraph before the sign-off. */
static void read_closing(const char *text, char *closing, size_t size)
{
    const char *last = NULL;
    const char *before = NULL;
    for (const char *at = text; (at = strstr(at, "\n\n")) != NULL; at++) {
        before = last;
        last = at;
    }
    assert_non_null(before);
    assert_true((size_t)(last - before) < size);
    (void)snprintf(closing, size, "%.*s", (int)(last - before), before);
}

static void expect_tones(struct chatur_brief brief)
{
    static const struct {
        const char *tone;
        const char *greetings[2];
        const char *sign_offs[3];
        bool opens; /* may have an opener */
    } rows[] = {
        {"formal",
         {"Dear Jane Doe,\n\n", "Dear Jane Doe,\n\n"},
         {"\n\nYours sincerely,\nAnn Lee", "\n\nSincerely,\nAnn Lee", "\n\nRespectfully,\nAnn Lee"},
         true},
        {"neutral",
         {"Hello Jane Doe,\n\n", "Hello Jane Doe,\n\n"},
         {"\n\nRegards,\nAnn Lee", "\n\nKind regards,\nAnn Lee", "\n\nRegards,\nAnn Lee"},
         false},
        {"friendly",
         {"Hi Jane Doe,\n\n", "Hello Jane Doe,\n\n"},
         {"\n\nBest wishes,\nAnn Lee", "\n\nAll the best,\nAnn Lee", "\n\nWarm wishes,\nAnn Lee"},
         true},
        {"enthusiastic",
         {"Hi Jane Doe,\n\n", "Hello Jane Doe,\n\n"},
         {"\n\nWith warm regards,\nAnn Lee", "\n\nAll the very best,\nAnn Lee",
          "\n\nWith warm regards,\nAnn Lee"},
         true},
        {"apologetic",
         {"Dear Jane Doe,\n\n", "Dear Jane Doe,\n\n"},
         {"\n\nWith apologies,\nAnn Lee", "\n\nWith sincere apologies,\nAnn Lee",
          "\n\nWith apologies,\nAnn Lee"},
         true},
        {"firm",
         {"Dear Jane Doe,\n\n", "Dear Jane Doe,\n\n"},
         {"\n\nRegards,\nAnn Lee", "\n\nSincerely,\nAnn Lee", "\n\nSincerely,\nAnn Lee"},
         false},
    };
    size_t count = 0;
    while (chatur_tones[count] != NULL) {
        count++;
    }
    assert_int_equal(count, sizeof(rows) / sizeof(rows[0]));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rows[i].tone, chatur_tones[i]);
        brief.tone = rows[i].tone;
        for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
            const char *text = write_draft(&brief).text;
            bool greets = strncmp(text, rows[i].greetings[0], strlen(rows[i].greetings[0])) == 0 ||
                          strncmp(text, rows[i].greetings[1], strlen(rows[i].greetings[1])) == 0;
            bool signs = ends_with(text, rows[i].sign_offs[0]) ||
                         ends_with(text, rows[i].sign_offs[1]) ||
                         ends_with(text, rows[i].sign_offs[2]);
            if (!greets || !signs || (!rows[i].opens && strstr(text, "\n\nI hope ") != NULL)) {
                fail_msg("%s, %s:\n%s", brief.template->slug, rows[i].tone, text);
            }
            assert_null(strstr(text, "{"));
            assert_null(strstr(text, "  "));
        }
    }
}

static void tones_show(void **state)
{
    (void)state;
    for_each_template(expect_tones);
}

/* Every template has closings of its own for every tone but the neutral one, and they are used. */
static void expect_own_closings(struct chatur_brief brief)
{
    char usual[200];
    brief.length = "short"; /* which has the shortest closing, whatever the seed */
    read_closing(write_draft(&brief).text, usual, sizeof(usual));
    for (size_t i = 0; chatur_tones[i] != NULL; i++) {
        char closing[200];
        brief.tone = chatur_tones[i];
        read_closing(write_draft(&brief).text, closing, sizeof(closing));
        bool same = strcmp(usual, closing) == 0;
        if (same != (strcmp(brief.tone, "neutral") == 0)) {
            fail_msg("%s, %s: %s", brief.template->slug, brief.tone, closing);
        }
    }
}

static void tones_have_closings_of_the_template(void **state)
{
    (void)state;
    for_each_template(expect_own_closings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_aside_is_said),
        cmocka_unit_test(the_same_order_gives_the_same_email),
        cmocka_unit_test(names_are_greeted_and_signed),
        cmocka_unit_test(lengths_show),
        cmocka_unit_test(tones_show),
        cmocka_unit_test(tones_have_closings_of_the_template),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
