/* Templates: what is refused, with its line; what is made of the rest; and the project's own ones.
 * Each row changes one thing of a template that is good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generate/offline_phrases.h"
#include "generate/template.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The line numbers are those of the rows below. */
static const char good[] = "id: \"7\"\n"                                         /* 1 */
                           "title: Some\n"                                       /* 2 */
                           "shortDescription: Short\n"                           /* 3 */
                           "description: >-\n"                                   /* 4 */
                           "  Long,\n"                                           /* 5 */
                           "  folded.\n"                                         /* 6 */
                           "icon: some-icon.png\n"                               /* 7 */
                           "price: 250\n"                                        /* 8 */
                           "instructions: |\n"                                   /* 9 */
                           "  Write.\n"                                          /* 10 */
                           "  Well.\n"                                           /* 11 */
                           "examples:\n"                                         /* 12 */
                           "  - subject: \"One\"\n"                              /* 13 */
                           "    keywords: \"two\"\n"                             /* 14 */
                           "    email: |\n"                                      /* 15 */
                           "      Hello,\n"                                      /* 16 */
                           "\n"                                                  /* 17 */
                           "      Text.\n"                                       /* 18 */
                           "offline:\n"                                          /* 19 */
                           "  greetings:\n"                                      /* 20 */
                           "    named: [\"Dear {name},\"]\n"                     /* 21 */
                           "    everyone: [\"Dear all,\"]\n"                     /* 22 */
                           "    neutral: [\"Hello,\"]\n"                         /* 23 */
                           "  openers: [\"I hope you are well.\"]\n"             /* 24 */
                           "  purposes:\n"                                       /* 25 */
                           "    topic: [\"It is {the subject}.\"]\n"             /* 26 */
                           "    document: [\"Here is {a subject}.\"]\n"          /* 27 */
                           "    action: [\"I will {subject}.\"]\n"               /* 28 */
                           "    doing: [\"I am {subject}.\"]\n"                  /* 29 */
                           "    statement: [\"I see that {subject}.\"]\n"        /* 30 */
                           "    question: [\"Say: {subject}?\"]\n"               /* 31 */
                           "    sentence: [\"{subject}.\"]\n"                    /* 32 */
                           "  bridges: [\"Thanks.\"]\n"                          /* 33 */
                           "  points:\n"                                         /* 34 */
                           "    things:\n"                                       /* 35 */
                           "      - \"The {thing is|things are} {the list}.\"\n" /* 36 */
                           "    more_things: [\"Also {list}.\"]\n"               /* 37 */
                           "    asks: [\"Please {list}.\"]\n"                    /* 38 */
                           "    wishes: [\"I want to {list}.\"]\n"               /* 39 */
                           "    deeds: [\"I {list}.\"]\n"                        /* 40 */
                           "    traits: [\"I am {list}.\"]\n"                    /* 41 */
                           "    spans: [\"I have {list}.\"]\n"                   /* 42 */
                           "    times: [\"It is {list}.\"]\n"                    /* 43 */
                           "    places: [\"It is {list}.\"]\n"                   /* 44 */
                           "    qualities: [\"It is {list}.\"]\n"                /* 45 */
                           "    notes: [\"Note: {list}.\"]\n"                    /* 46 */
                           "    listing: [\"As follows:\"]\n"                    /* 47 */
                           "    details: [\"Details:\"]\n"                       /* 48 */
                           "  closings: [\"Thank you.\"]\n"                      /* 49 */
                           "  sign_offs: [\"Regards,\"]\n";                      /* 50 */

#define PATH "templates/some.yaml"

/* Loads from memory that ends where it ends, so that a sanitizer sees a step too far. */
static enum chatur_outcome load(const char *text, size_t length, struct chatur_template **template,
                                struct chatur_error *error)
{
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct chatur_folder_file file = {
        .path = PATH, .slug = "some", .bytes = copy, .length = length, .updated_s = 1700000000};
    void *item = NULL;
    enum chatur_outcome outcome = chatur_template_kind.load(&file, &item, error);
    free(copy);
    *template = item;
    return outcome;
}

/* The good template with the first `from` replaced. Freed by the caller. */
static char *changed(const char *from, const char *to)
{
    const char *at = strstr(good, from);
    size_t size = sizeof(good) + strlen(to);
    char *text = malloc(size);
    assert_non_null(text);
    if (at == NULL) {
        fail_msg("the good template has no \"%s\"", from);
        abort(); /* fail_msg does not come back, which the compiler cannot know */
    }
    (void)snprintf(text, size, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    return text;
}

static void loads_a_good_one(void **state)
{
    (void)state;
    struct chatur_template *template;
    struct chatur_error error = {0};
    if (load(good, strlen(good), &template, &error) != CHATUR_OK) {
        fail_msg("%s", error.detail);
    }
    assert_string_equal(template->id, "7");
    assert_string_equal(template->slug, "some");
    assert_string_equal(template->title, "Some");
    assert_string_equal(template->short_description, "Short");
    assert_string_equal(template->description, "Long, folded.");
    assert_string_equal(template->icon, "some-icon.png");
    assert_int_equal(template->price, 250);
    assert_int_equal(template->updated_s, 1700000000);
    assert_string_equal(template->instructions, "Write.\nWell.");
    assert_int_equal(template->example_count, 1);
    assert_string_equal(template->examples[0].subject, "One");
    assert_string_equal(template->examples[0].keywords, "two");
    assert_string_equal(template->examples[0].email, "Hello,\n\nText.");
    const struct chatur_offline_phrases *offline = template->offline;
    assert_int_equal(offline->purposes[CHATUR_ROLE].count, 0); /* the extra forms may be left out */
    const struct chatur_phrase *things = &offline->points[CHATUR_THINGS].items[0];
    assert_int_equal(things->count, 5);
    assert_int_equal(things->segments[0].kind, CHATUR_LITERAL);
    assert_string_equal(things->segments[0].text, "The ");
    assert_int_equal(things->segments[1].kind, CHATUR_CHOICE);
    assert_string_equal(things->segments[1].text, "thing is");
    assert_string_equal(things->segments[1].many, "things are");
    assert_int_equal(things->segments[3].kind, CHATUR_LIST);
    assert_int_equal(things->segments[3].article, CHATUR_THE);
    chatur_template_kind.free_item(template);
}

#define AT(line) PATH ":" line ": "

static void refuses_what_is_no_template(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        const char *detail;
    } rows[] = {
        /* The catalogue entry. */
        {"id: \"7\"", "id: 7", AT("1") "id must be a string: put it in quotes"},
        {"id: \"7\"", "id: \"\"", AT("1") "id must not be empty"},
        {"id: \"7\"", "id: \"07\"", AT("1") "id must be 1 to 9 digits, the first not 0"},
        {"id: \"7\"", "id: \"-7\"", AT("1") "id must be 1 to 9 digits, the first not 0"},
        {"id: \"7\"", "id: \"../7\"", AT("1") "id must be 1 to 9 digits, the first not 0"},
        {"id: \"7\"", "id: \"1234567890\"", AT("1") "id must be 1 to 9 digits, the first not 0"},
        {"id: \"7\"", "id: [\"7\"]", AT("1") "id must be a string"},
        {"id: \"7\"\n", "", AT("1") "template: \"id\" is missing"},
        {"title: Some", "title: Some\ntitle: Other", AT("3") "template: \"title\" is there twice"},
        {"title: Some", "title: Some\ncolour: red", AT("3") "template: unknown key \"colour\""},
        {"title: Some", "title: Some\n[a]: b", AT("3") "template: a key must be a word"},
        {"title: Some", "title: yes", AT("2") "title must be a string: put it in quotes"},
        {"title: Some", "title: ~", AT("2") "title must be a string: put it in quotes"},
        {"title: Some", "title: \" Some\"", AT("2") "title has a space at an end"},
        {"title: Some", "title: \"So\\nme\"",
         AT("2") "title has a line break or control character"},
        {"title: Some", "title: \"So\\u0007me\"",
         AT("2") "title has a line break or control character"},
        {"icon: some-icon.png", "icon: ../some.png",
         AT("7") "icon must be small letters, digits and hyphens, then .png"},
        {"icon: some-icon.png", "icon: some.svg",
         AT("7") "icon must be small letters, digits and hyphens, then .png"},
        {"icon: some-icon.png", "icon: .png",
         AT("7") "icon must be small letters, digits and hyphens, then .png"},
        {"price: 250", "price: \"250\"", AT("8") "price must be a whole number"},
        {"price: 250", "price: 2.5", AT("8") "price must be a whole number"},
        {"price: 250", "price: 0250", AT("8") "price must be a whole number"},
        {"price: 250", "price: -250", AT("8") "price must be a whole number"},
        {"price: 250", "price: 0", AT("8") "price must be 1 to 100000"},
        {"price: 250", "price: 100001", AT("8") "price must be 1 to 100000"},
        {"price: 250", "price: 99999999999999999999999", AT("8") "price must be 1 to 100000"},
        /* Instructions and examples. */
        {"instructions: |\n  Write.\n  Well.", "instructions: {a: b}",
         AT("9") "instructions must be a string"},
        {"examples:\n  - subject: \"One\"\n    keywords: \"two\"\n    email: |\n      Hello,\n\n"
         "      Text.\n",
         "examples: []\n", AT("12") "examples must not be empty"},
        {"    keywords: \"two\"\n", "", AT("13") "example: \"keywords\" is missing"},
        {"    keywords: \"two\"", "    keyword: \"two\"",
         AT("14") "example: unknown key \"keyword\""},
        {"\"One\"", "\"O\\nne\"", AT("13") "subject has a line break or control character"},
        /* The offline phrases. */
        {"  openers: [\"I hope you are well.\"]\n", "", AT("20") "offline: \"openers\" is missing"},
        {"  openers: [\"I hope you are well.\"]", "  openers: []",
         AT("24") "openers must not be empty"},
        {"  openers: [\"I hope you are well.\"]", "  openers: \"I hope you are well.\"",
         AT("24") "openers must be a list"},
        {"  bridges:", "  bridge:", AT("33") "offline: unknown key \"bridge\""},
        {"    topic:", "    topics:", AT("26") "purposes: unknown key \"topics\""},
        {"    deeds: [\"I {list}.\"]\n", "", AT("35") "points: \"deeds\" is missing"},
        {"{the subject}", "{the subject", AT("26") "a brace without its partner"},
        {"{the subject}", "the subject}", AT("26") "a brace without its partner"},
        {"{the subject}", "{{the subject}}", AT("26") "a brace without its partner"},
        {"{the subject}", "{the topic}", AT("26") "unknown slot {the topic}"},
        {"{the subject}", "{}", AT("26") "unknown slot {}"},
        {"{the subject}", "{the list}", AT("26") "a slot that \"topic\" does not have"},
        {"{the subject}", "this", AT("26") "needs its slot exactly once: {subject}"},
        {"{the subject}", "{subject} or {subject}",
         AT("26") "needs its slot exactly once: {subject}"},
        {"I will {subject}", "I will {the subject}",
         AT("28") "the slot of \"action\" takes no article"},
        {"{name}", "Ann", AT("21") "needs its slot exactly once: {name}"},
        {"Dear all", "Dear {name}", AT("22") "a slot that \"everyone\" does not have"},
        {"{thing is|things are}", "{thing is|things are|none}",
         AT("36") "unknown slot {thing is|things are|none}"},
        {"{thing is|things are}", "{thing is|}", AT("36") "unknown slot {thing is|}"},
        {"I hope you are well", "I hope {you are|all are} well",
         AT("24") "{one|many} needs a list to count"},
        {"Regards,", "Regards", AT("50") "\"sign_offs\" must end with one of ,"},
        {"I hope you are well.", "I hope you are well,",
         AT("24") "\"openers\" must end with one of .!?"},
        {"As follows:", "As follows.", AT("47") "\"listing\" must end with one of :"},
        {"I hope you are well.", "I hope  you are well.", AT("24") "has \"  \""},
        {"I hope you are well.", "I hope you are well ...", AT("24") "has \" .\""},
        {"I hope you are well.", "I hope you are well..", AT("24") "has \"..\""},
        {"I hope you are well.", "i hope you are well.", AT("24") "must start with a capital"},
        /* YAML. */
        {"title: Some", "title: &name Some", AT("2") "anchors (&name) are not supported"},
        {"title: Some", "title: *name", AT("2") "aliases (*name) are not supported"},
        {"title: Some", "title: !!str Some", AT("2") "tags (!name) are not supported"},
        {"title: Some", "title:\tSome", AT("2") "a tab: indent with spaces"},
        {"title: Some", "title: S\x01me", AT("2") "a control character"},
        {"title: Some", "title: S\xffme", AT("2") "not valid UTF-8"},
        {"    sentence: [\"{subject}.\"]\n", "    sentence: [[[[[[[[[[[[[[[[[[[[\n",
         AT("32") "nested too deeply"},
        {"\"Regards,\"]\n", "\"Regards,\"]\n---\nid: \"8\"\n",
         AT("51") "a second document: one template per file"},
    };
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        struct chatur_template *template;
        struct chatur_error error = {0};
        char *text = changed(rows[row].from, rows[row].to);
        enum chatur_outcome outcome = load(text, strlen(text), &template, &error);
        if (outcome != CHATUR_BAD_REQUEST || strcmp(error.detail, rows[row].detail) != 0) {
            fail_msg("row %zu, \"%s\": outcome %d, \"%s\", wanted \"%s\"", row, rows[row].to,
                     outcome, error.detail, rows[row].detail);
        }
        assert_null(template);
        free(text);
    }
}

/* Whole files; that libyaml words it is no contract, that there is a line is. */
static void refuses_what_is_no_yaml(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *start;
    } rows[] = {
        {"", AT("1") "empty"},
        {"# nothing but a comment\n", AT("1") "empty"},
        {"text\n", AT("1") "template must be a mapping"},
        {"- a\n- b\n", AT("1") "template must be a mapping"},
        {"id: \"7\"\ntitle: \"unclosed\n", PATH ":"},
        {"id: \"7\"\n  title: x\n", AT("2")},
        {"{", PATH ":"},
        {"a: b: c\n", AT("1")},
        {"%YAML 9.9\n---\na: b\n", AT("1")},
    };
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        struct chatur_template *template;
        struct chatur_error error = {0};
        enum chatur_outcome outcome =
            load(rows[row].text, strlen(rows[row].text), &template, &error);
        if (outcome != CHATUR_BAD_REQUEST ||
            strncmp(error.detail, rows[row].start, strlen(rows[row].start)) != 0) {
            fail_msg("row %zu: outcome %d, \"%s\", wanted \"%s…\"", row, outcome, error.detail,
                     rows[row].start);
        }
        assert_null(template);
    }
    struct chatur_template *template;
    assert_int_equal(load("id: \0", 5, &template, NULL), CHATUR_BAD_REQUEST);
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        size_t length;
        const char *detail;
    } rows[] = {
        {"Some", 101, AT("2") "title is longer than 100 bytes"},
        {"Short", 201, AT("3") "shortDescription is longer than 200 bytes"},
        {"Write.", 4001, AT("9") "instructions is longer than 4000 bytes"},
        {"One", 1001, AT("13") "subject is longer than 1000 bytes"},
        {"Thanks.", 401, AT("33") "bridges is longer than 400 bytes"},
    };
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        struct chatur_template *template;
        struct chatur_error error = {0};
        char *long_one = calloc(1, rows[row].length + 1);
        assert_non_null(long_one);
        memset(long_one, 'x', rows[row].length);
        char *text = changed(rows[row].from, long_one);
        enum chatur_outcome outcome = load(text, strlen(text), &template, &error);
        if (outcome != CHATUR_BAD_REQUEST || strcmp(error.detail, rows[row].detail) != 0) {
            fail_msg("row %zu: outcome %d, \"%s\"", row, outcome, error.detail);
        }
        free(text);
        free(long_one);
    }
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Two of the same id are refused; the order is that of the ids as numbers. */
static void ids_are_unique_and_sorted(void **state)
{
    (void)state;
    char folder[] = "/tmp/chatur-template-XXXXXX";
    size_t count = 0;
    struct chatur_error error = {0};
    const struct chatur_folder_view *view = NULL;
    assert_non_null(mkdtemp(folder));
    char *tenth = changed("\"7\"", "\"10\"");
    write_file(folder, "a.yaml", tenth);
    write_file(folder, "b.yaml", good);
    struct chatur_folder *set = chatur_folder_new(folder, &chatur_template_kind);
    assert_non_null(set);
    assert_int_equal(chatur_folder_acquire(set, &view, &error), CHATUR_OK);
    assert_int_equal(view->count, 2);
    assert_string_equal(((const struct chatur_template *)view->items[0])->slug, "b");
    assert_string_equal(chatur_template_find(view, "10")->slug, "a");
    assert_null(chatur_template_find(view, "1"));
    assert_null(chatur_template_find(view, ""));
    chatur_folder_release(view);
    chatur_folder_free(set);

    write_file(folder, "c.yaml", good);
    assert_int_equal(chatur_folder_check(folder, &chatur_template_kind, &count, &error),
                     CHATUR_BAD_REQUEST);
    assert_string_equal(error.detail, "templates \"b\" and \"c\" have the same id 7");

    static const char *const names[] = {"a.yaml", "b.yaml", "c.yaml"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(remove(folder), 0);
    free(tenth);
}

/* Run from the project's top folder, as the Makefile does. */
static void the_projects_own_are_good(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        const char *title;
    } fixed[] = {{"1", "Request"}, {"2", "Announcement"}, {"3", "Job Application"}};
    struct chatur_error error = {0};
    size_t count = 0;
    const struct chatur_folder_view *view = NULL;
    if (chatur_folder_check("templates", &chatur_template_kind, &count, &error) != CHATUR_OK) {
        fail_msg("%s", error.detail);
    }
    struct chatur_folder *folder = chatur_folder_new("templates", &chatur_template_kind);
    assert_non_null(folder);
    assert_int_equal(chatur_folder_acquire(folder, &view, &error), CHATUR_OK);
    assert_int_equal(view->count, count);
    for (size_t i = 0; i < COUNT_OF(fixed); i++) {
        const struct chatur_template *template = chatur_template_find(view, fixed[i].id);
        assert_non_null(template);
        assert_string_equal(template->title, fixed[i].title);
    }
    for (size_t i = 0; i < view->count; i++) {
        const struct chatur_template *template = view->items[i];
        char path[256];
        struct stat status;
        (void)snprintf(path, sizeof(path), "etc/htdocs/icons/%s", template->icon);
        if (stat(path, &status) != 0) {
            fail_msg("templates/%s.yaml: there is no %s", template->slug, path);
        }
        assert_true(template->example_count >= 2);
    }
    chatur_folder_release(view);
    chatur_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_a_good_one),          cmocka_unit_test(refuses_what_is_no_template),
        cmocka_unit_test(refuses_what_is_no_yaml),   cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(ids_are_unique_and_sorted), cmocka_unit_test(the_projects_own_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
