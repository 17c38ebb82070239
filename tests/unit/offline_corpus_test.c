/* The offline generator over the corpus (offline_corpus.c): what an editor would not let pass,
 * looked for in every email of it, with several seeds, tones and lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "generate/options.h"
#include "offline_corpus.h"

#define ARENA_BYTES ((size_t)1 << 22)
#include "offline_place.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define SEEDS           8

static const struct chatur_template *template_of(const char *slug)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        if (strcmp(template->slug, slug) == 0) {
            return template;
        }
    }
    fail_msg("no template %s", slug);
    abort(); /* fail_msg does not return, which a reader of code cannot know */
}

static struct chatur_brief brief_of(const struct offline_brief *row)
{
    return (struct chatur_brief){.template = template_of(row->slug),
                                 .subject = row->subject,
                                 .keywords = row->keywords,
                                 .to = "jane.doe@example.com",
                                 .sender_name = "Asha Rao",
                                 .sender_email = "asha.rao@example.com"};
}

static const char *write_brief(const struct chatur_brief *brief)
{
    struct chatur_draft draft = {0};
    assert_int_equal(chatur_generator_write(generator, brief, NULL, arena, &draft, NULL),
                     CHATUR_OK);
    return draft.text;
}

/* Calls for every brief of the corpus, with every seed. */
static void for_each_email(void (*check)(const struct chatur_brief *brief, const char *text))
{
    for (size_t i = 0; i < offline_corpus_count; i++) {
        struct chatur_brief brief = brief_of(&offline_corpus[i]);
        for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
            chatur_arena_reset(arena);
            check(&brief, write_brief(&brief));
        }
    }
}

#define fail_with(brief, text, ...)                                                                \
    do {                                                                                           \
        char why[200];                                                                             \
        (void)snprintf(why, sizeof(why), __VA_ARGS__);                                             \
        fail_msg("%s, \"%s\", \"%.200s\", seed %d: %s:\n%s", (brief)->template->slug,              \
                 (brief)->subject, (brief)->keywords, (int)(brief)->seed, why, text);              \
    } while (0)

/* --- words ------------------------------------------------------------------------------------ */

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || c == '\'';
}

/* Is the word in the text, as a whole one, in any case? */
static bool holds_word(const char *text, const char *word, size_t length)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool starts = at == text || !is_word_byte(at[-1]);
        if (starts && strncasecmp(at, word, length) == 0 && !is_word_byte(at[length])) {
            return true;
        }
    }
    return false;
}

/* What is written in another way than it was typed. Words not here must be there as typed. */
static const char *const respelled[][2] = {
    {"asap", "possible"}, {"cant", "can't"},      {"dont", "don't"}, {"exp", "experience"},
    {"hrs", "hours"},     {"insta", "Instagram"}, {"its", "it's"},   {"mins", "minutes"},
    {"pls", "please"},    {"since", ""},          {"wifi", "Wi"},    {"wont", "won't"},
    {"yr", "year"},       {"yrs", "years"},
};

static void check_words_of(const struct chatur_brief *brief, const char *text, const char *typed)
{
    for (const char *word = typed; *word != '\0';) {
        size_t length = 0;
        bool line = word == typed || word[-1] == '\n';
        if (line && isdigit((unsigned char)word[0]) && word[1] == '.' && word[2] == ' ') {
            word += 3; /* its place in a list */
        }
        while (is_word_byte(word[length])) {
            length++;
        }
        const char *wanted = word;
        size_t bytes = length;
        for (size_t i = 0; i < COUNT_OF(respelled); i++) {
            if (strlen(respelled[i][0]) == length &&
                strncasecmp(respelled[i][0], word, length) == 0) {
                wanted = respelled[i][1];
                bytes = strlen(wanted);
            }
        }
        if (bytes > 0 && !(bytes == 1 && ispunct((unsigned char)*wanted)) &&
            strncasecmp(word, "and", 3) != 0 && !holds_word(text, wanted, bytes) &&
            !holds_word(text, word, length)) {
            fail_with(brief, text, "\"%.*s\" is missing", (int)length, word);
        }
        word += length;
        word += *word != '\0' && length == 0;
    }
}

static void check_keywords(const struct chatur_brief *brief, const char *text)
{
    check_words_of(brief, text, brief->keywords);
}

static void every_word_of_the_keywords_is_there(void **state)
{
    (void)state;
    for_each_email(check_keywords);
}

/* The user's own wish (“I want to …”), a mail program's marks and a mere greeting are not kept. */
static void check_subject(const struct chatur_brief *brief, const char *text)
{
    static const char *const dropped[] = {"Re: ", "Fwd: ", "i want to ", "want to ", "hi"};
    const char *subject = brief->subject;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < COUNT_OF(dropped) && !again; i++) {
            size_t length = strlen(dropped[i]);
            again = strncasecmp(subject, dropped[i], length) == 0 &&
                    (dropped[i][length - 1] == ' ' || subject[length] == '\0');
            subject += again ? length : 0;
        }
    }
    if (strncmp(subject, "wfh", 3) != 0) {
        check_words_of(brief, text, subject);
    }
}

static void every_word_of_the_subject_is_there(void **state)
{
    (void)state;
    for_each_email(check_subject);
}

static void check_doubles(const struct chatur_brief *brief, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        size_t length = 0;
        if (at > text && is_word_byte(at[-1])) {
            continue;
        }
        while (isalpha((unsigned char)at[length])) {
            length++;
        }
        if (length > 0 && at[length] == ' ' && strncasecmp(at + length + 1, at, length) == 0 &&
            !is_word_byte(at[2 * length + 1])) {
            fail_with(brief, text, "\"%.*s\" twice", (int)length, at);
        }
    }
}

static void no_word_comes_twice_in_a_row(void **state)
{
    (void)state;
    for_each_email(check_doubles);
}

/* “a apple”, “an pear”, “the my”. */
static void check_articles(const struct chatur_brief *brief, const char *text)
{
    static const char *const wrong[] = {"a an ",    "a the ",    "the a ", "the an ", "the my ",
                                        "my the ",  "the your ", "a my ",  "my my ",  "my a ",
                                        "the our ", "a our ",    "the i ", "a is ",   "i am is ",
                                        "i i ",     "to to ",    "is is ", "am am ",  "i the "};
    static const char *const like_you[] = {"uni", "use", "usu", "one", "eu", "ut"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        for (const char *at = text; *at != '\0'; at++) {
            if ((at == text || !is_word_byte(at[-1])) &&
                strncasecmp(at, wrong[i], strlen(wrong[i])) == 0) {
                fail_with(brief, text, "\"%s\"", wrong[i]);
            }
        }
    }
    for (const char *at = text; (at = strstr(at, " a ")) != NULL; at += 3) {
        bool vowel = strchr("aeiou", at[3]) != NULL;
        for (size_t i = 0; i < COUNT_OF(like_you); i++) {
            vowel = vowel && strncmp(at + 3, like_you[i], strlen(like_you[i])) != 0;
        }
        bool spelled = isupper((unsigned char)at[3]) && isupper((unsigned char)at[4]) &&
                       strchr("AEFHILMNORSX", at[3]) != NULL; /* an MBA */
        if ((vowel && at[4] != '.' && isalpha((unsigned char)at[4])) || spelled) {
            fail_with(brief, text, "\"%.12s\"", at);
        }
    }
    for (const char *at = text; (at = strstr(at, " an ")) != NULL; at += 4) {
        if (islower((unsigned char)at[4]) && strchr("aeiou", at[4]) == NULL &&
            strncmp(at + 4, "ho", 2) != 0) {
            fail_with(brief, text, "\"%.12s\"", at);
        }
    }
}

static void articles_fit(void **state)
{
    (void)state;
    for_each_email(check_articles);
}

/* --- punctuation and capitals ----------------------------------------------------------------- */

static void check_punctuation(const struct chatur_brief *brief, const char *text)
{
    static const char *const slips[] = {
        "  ", " ,", " .", ",,", "..",       ".,",        ",.",     "?.",  "!.",  ".?",
        ".!", "!!", "??", ";;", "::",       "?!",        ":.",     ": .", "{",   "}",
        "()", ",;", " ;", " :", "and, and", ", and and", "\n\n\n", " \n", "\n ", "- \n"};
    for (size_t i = 0; i < COUNT_OF(slips); i++) {
        if (strstr(text, slips[i]) != NULL) {
            fail_with(brief, text, "\"%s\"", slips[i]);
        }
    }
}

static void punctuation_is_clean(void **state)
{
    (void)state;
    for_each_email(check_punctuation);
}

/* Is the full stop at `at` that of “Dr.”, “no.” or “5.”? */
static bool abbreviates(const char *text, const char *at)
{
    static const char *const short_forms[] = {"Dr", "no", "No", "Sr", "Ed"};
    const char *start = at;
    while (start > text && is_word_byte(start[-1])) {
        start--;
    }
    for (size_t i = 0; i < COUNT_OF(short_forms); i++) {
        if (strlen(short_forms[i]) == (size_t)(at - start) &&
            memcmp(start, short_forms[i], (size_t)(at - start)) == 0) {
            return true;
        }
    }
    return at > start && isdigit((unsigned char)*start);
}

static void check_capitals(const struct chatur_brief *brief, const char *text)
{
    for (const char *at = text + 1; at[0] != '\0' && at[1] != '\0'; at++) {
        bool stop = strchr(".!?", at[-1]) != NULL && at[0] == ' ' && !abbreviates(text, at - 1);
        bool paragraph = at[-1] == '\n' && at[0] == '\n';
        if ((stop || paragraph) && islower((unsigned char)at[1])) {
            fail_with(brief, text, "no capital: \"%.20s\"", at + 1);
        }
        if (at[0] == ' ' && at[1] == 'i' && (at[2] == ' ' || at[2] == '\'')) {
            fail_with(brief, text, "a small \"i\"");
        }
    }
}

static void sentences_open_with_a_capital(void **state)
{
    (void)state;
    for_each_email(check_capitals);
}

/* --- the whole -------------------------------------------------------------------------------- */

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

/* A greeting, a body, a closing, a sign-off: once each, in this order. */
static void check_shape(const struct chatur_brief *brief, const char *text)
{
    if (count_of(text, "Jane Doe,\n\n") != 1 || (strncmp(text, "Dear Jane Doe,\n\n", 16) != 0 &&
                                                 strncmp(text, "Hello Jane Doe,\n\n", 17) != 0)) {
        fail_with(brief, text, "not one greeting");
    }
    const char *sign_off = strrchr(text, '\n');
    if (count_of(text, "Asha Rao") != 1 || sign_off == NULL || sign_off[-1] != ',' ||
        strcmp(sign_off, "\nAsha Rao") != 0) {
        fail_with(brief, text, "not one sign-off");
    }
    if (count_of(text, "\n\n") < 3) {
        fail_with(brief, text, "too few paragraphs");
    }
}

static void there_is_one_greeting_and_one_sign_off(void **state)
{
    (void)state;
    for_each_email(check_shape);
}

/* The same phrase twice in one email: two sentences that open with the same four words. */
static void check_variety(const struct chatur_brief *brief, const char *text)
{
    const char *openings[64];
    size_t lengths[64];
    size_t count = 0;
    for (const char *at = text; *at != '\0' && count < COUNT_OF(openings); at++) {
        bool starts = at == text || at[-1] == '\n' ||
                      (at > text + 1 && at[-1] == ' ' && strchr(".!?", at[-2]) != NULL);
        size_t length = 0;
        for (int words = 0; starts && words < 4; words++) {
            length += strcspn(at + length, " .\n");
            if (at[length] != ' ') {
                length = 0;
                break;
            }
            length++;
        }
        for (size_t i = 0; i < count && length > 0; i++) {
            if (lengths[i] == length && memcmp(openings[i], at, length) == 0) {
                fail_with(brief, text, "\"%.*s\" twice", (int)length, at);
            }
        }
        if (length > 0) {
            openings[count] = at;
            lengths[count++] = length;
        }
    }
}

static void no_phrase_comes_twice(void **state)
{
    (void)state;
    for_each_email(check_variety);
}

static void the_same_seed_writes_the_same_and_others_vary(void **state)
{
    (void)state;
    for (size_t i = 0; i < offline_corpus_count; i++) {
        struct chatur_brief brief = brief_of(&offline_corpus[i]);
        const char *texts[SEEDS];
        size_t different = 0;
        chatur_arena_reset(arena);
        for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
            texts[brief.seed] = write_brief(&brief);
            assert_string_equal(write_brief(&brief), texts[brief.seed]);
            bool seen = false;
            for (size_t before = 0; before < brief.seed; before++) {
                seen = seen || strcmp(texts[before], texts[brief.seed]) == 0;
            }
            different += !seen;
        }
        if (different < SEEDS - 2) {
            fail_with(&brief, texts[0], "only %zu emails differ", different);
        }
    }
}

/* Short, as it comes, long: in this order for every brief, and each with all the keywords. */
static void lengths_are_kept(void **state)
{
    (void)state;
    static const char *const lengths[] = {"short", "medium", "long"};
    for (size_t i = 0; i < offline_corpus_count; i++) {
        struct chatur_brief brief = brief_of(&offline_corpus[i]);
        size_t totals[COUNT_OF(lengths)] = {0};
        chatur_arena_reset(arena);
        for (size_t length = 0; length < COUNT_OF(lengths); length++) {
            brief.length = lengths[length];
            for (brief.seed = 0; brief.seed < SEEDS; brief.seed++) {
                const char *text = write_brief(&brief);
                check_keywords(&brief, text);
                check_punctuation(&brief, text);
                totals[length] += strlen(text);
            }
        }
        if (totals[0] >= totals[1] || totals[1] >= totals[2]) {
            fail_with(&brief, "", "%zu, %zu, %zu bytes", totals[0], totals[1], totals[2]);
        }
    }
}

static void tones_keep_the_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < offline_corpus_count; i++) {
        struct chatur_brief brief = brief_of(&offline_corpus[i]);
        brief.recipient_name = "Jane Doe";
        chatur_arena_reset(arena);
        for (size_t tone = 0; chatur_tones[tone] != NULL; tone++) {
            brief.tone = chatur_tones[tone];
            brief.seed = i + tone;
            const char *text = write_brief(&brief);
            check_keywords(&brief, text);
            check_punctuation(&brief, text);
            check_capitals(&brief, text);
            check_articles(&brief, text);
        }
    }
}

static void the_corpus_knows_every_template(void **state)
{
    (void)state;
    assert_true(offline_corpus_count >= 120);
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        size_t found = 0;
        for (size_t row = 0; row < offline_corpus_count; row++) {
            found += strcmp(offline_corpus[row].slug, template->slug) == 0;
        }
        if (found < 5) {
            fail_msg("%s: %zu briefs", template->slug, found);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus_knows_every_template),
        cmocka_unit_test(every_word_of_the_keywords_is_there),
        cmocka_unit_test(every_word_of_the_subject_is_there),
        cmocka_unit_test(no_word_comes_twice_in_a_row),
        cmocka_unit_test(articles_fit),
        cmocka_unit_test(punctuation_is_clean),
        cmocka_unit_test(sentences_open_with_a_capital),
        cmocka_unit_test(there_is_one_greeting_and_one_sign_off),
        cmocka_unit_test(no_phrase_comes_twice),
        cmocka_unit_test(the_same_seed_writes_the_same_and_others_vary),
        cmocka_unit_test(lengths_are_kept),
        cmocka_unit_test(tones_keep_the_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
