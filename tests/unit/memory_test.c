/* What every room makes of memory that runs out, at each of its allocations. The rooms that stand
 * on the store are in memory_store_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "failing_malloc.h"

#include <glob.h>
#include <json-c/json_object.h>
#include <openssl/err.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "auth/identity.h"
#include "auth/jwt.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/id.h"
#include "base/json.h"
#include "cache/cache.h"
#include "generate/generator.h"
#include "tutorial/tutorial.h"

#define KEY         "0123456789abcdef0123456789abcdef"
#define NOW_S       INT64_C(1790000000)
#define ARENA_BYTES ((size_t)1 << 20)

/* Most trials use an arena, which is their first allocation. */
static enum chatur_outcome with_arena(enum chatur_outcome (*use)(struct chatur_arena *arena,
                                                                 struct chatur_error *error),
                                      struct chatur_error *error)
{
    struct chatur_arena *arena = chatur_arena_new(ARENA_BYTES);
    if (arena == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = use(arena, error);
    chatur_arena_free(arena);
    return outcome;
}

/* --- arena, buffer, id ------------------------------------------------------------------------ */

static unsigned deferred_calls;

static void count_call(void *object)
{
    (void)object;
    deferred_calls++;
}

/* What failed once leaves the arena as it was. */
static enum chatur_outcome fill_arena(struct chatur_arena *arena, struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    unsigned deferred = 0;
    deferred_calls = 0;
    for (int size = 1; size < 100000; size *= 3) {
        const char *zeroed = chatur_arena_alloc(arena, (size_t)size);
        const char *copy = chatur_arena_printf(arena, "%0*d", size, 7);
        bool kept = chatur_arena_defer(arena, count_call, NULL);
        deferred++;
        EXPECT(zeroed == NULL || zeroed[size - 1] == 0);
        EXPECT(copy == NULL || (copy[size - 1] == '7' && copy[size] == '\0'));
        if (zeroed == NULL || copy == NULL || !kept) {
            outcome = chatur_no_memory(error);
        }
    }
    chatur_arena_reset(arena);
    EXPECT(deferred_calls == deferred);
    return outcome;
}

static enum chatur_outcome use_arena(struct chatur_error *error)
{
    return with_arena(fill_arena, error);
}

static enum chatur_outcome use_buffer(struct chatur_error *error)
{
    const size_t whole = strlen("one        1\"\\n\xef\xbf\xbd\xe2\x82\xac\"");
    struct chatur_buffer buffer = {0};
    for (unsigned i = 0; i < 300; i++) {
        chatur_buffer_puts(&buffer, "one");
        chatur_buffer_printf(&buffer, "%9u", i);
        chatur_buffer_json_string(&buffer, "\n\xff\xe2\x82\xac");
    }
    bool failed = buffer.failed;
    EXPECT(failed ? buffer.length < 300 * whole : buffer.length == 300 * whole);
    EXPECT(buffer.data == NULL || strlen(buffer.data) == buffer.length);
    chatur_buffer_free(&buffer);
    return failed ? chatur_no_memory(error) : CHATUR_OK;
}

static void base(void **state)
{
    (void)state;
    sweep(&(struct trial){.name = "arena", .run = use_arena});
    sweep(&(struct trial){.name = "buffer", .run = use_buffer});
}

/* Ids take no memory, not even the first of a process, and this is it. */
static void ids(void **state)
{
    (void)state;
    char id[CHATUR_ID_LENGTH + 1];
    allocations.counted = 0;
    chatur_id_new(id);
    assert_int_equal(allocations.counted, 0);
    assert_true(chatur_id_valid(id));
}

/* --- configuration ---------------------------------------------------------------------------- */

static char home[64];

static enum chatur_outcome load_config(struct chatur_error *error)
{
    struct chatur_config *config = NULL;
    enum chatur_outcome outcome = chatur_config_load(&config, error);
    if (outcome != CHATUR_OK) {
        EXPECT(config == NULL);
        return outcome;
    }
    EXPECT(strcmp(config->home_dir, home) == 0);
    EXPECT(strncmp(config->state_dir, home, strlen(home)) == 0);
    EXPECT(strcmp(config->state_dir + strlen(home), "/state") == 0);
    EXPECT(strcmp(config->jwt_key, KEY) == 0);
    EXPECT(strcmp(config->public_url, "https://mail.example") == 0);
    EXPECT(strcmp(chatur_config_unused(config), "OS_ENV") == 0);
    EXPECT(strcmp(config->redis_url, "redis://[::1]:6379") == 0);
    chatur_config_free(config);
    return CHATUR_OK;
}

static void configuration(void **state)
{
    (void)state;
    char path[96];
    char filler[9000];
    (void)snprintf(home, sizeof(home), "/tmp/chatur-memory-XXXXXX");
    assert_non_null(mkdtemp(home));
    (void)snprintf(path, sizeof(path), "%s/.env", home);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    memset(filler, 'x', sizeof(filler) - 1); /* so that the first block of an arena is not enough */
    filler[sizeof(filler) - 1] = '\0';
    (void)fprintf(file, "# %s\nJWT_KEY=" KEY "\nOPENAI_API_KEY=one\nREDIS_IP=::1\nOS_ENV=linux\n",
                  filler);
    (void)fprintf(file, "STATE_DIR=state\nPUBLIC_URL=https://mail.example/\n");
    assert_int_equal(fclose(file), 0);
    /* One thread, and an environment that is this test's alone. NOLINTBEGIN(concurrency-mt-unsafe)
     */
    assert_int_equal(clearenv(), 0);
    assert_int_equal(setenv("HOME_DIR", home, 1), 0);
    /* NOLINTEND(concurrency-mt-unsafe) */
    sweep(&(struct trial){.name = "configuration", .run = load_config});
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(home), 0);
}

/* --- caches ----------------------------------------------------------------------------------- */

static struct chatur_config cache_config = {.jwt_key = KEY, .redis_ca_file = ""};

static enum chatur_outcome make_cache(struct chatur_error *error)
{
    struct chatur_cache *cache = NULL;
    enum chatur_outcome outcome = chatur_cache_new(&cache_config, &cache, error);
    EXPECT((outcome == CHATUR_OK) == (cache != NULL));
    chatur_cache_free(cache);
    ERR_clear_error();
    return outcome;
}

static void caches(void **state)
{
    (void)state;
    cache_config.redis_url = "";
    sweep(&(struct trial){.name = "local cache", .run = make_cache});
    cache_config.redis_url = "redis://ann:p%40ss@127.0.0.1:1/3";
    sweep(&(struct trial){.name = "Redis cache", .run = make_cache});
}

/* --- JSON and fields -------------------------------------------------------------------------- */

/* A value of every kind, strings with escapes and long ones, and more keys than an ordinary body
 * has. */
static char body[8192];

static void make_body(void)
{
    size_t length = (size_t)snprintf(
        body, sizeof(body),
        "{\"subject\":\"%060d \\u20ac \\\"quoted\\\"\",\"keywords\":\"%0700d\",\"n\":-12,"
        "\"list\":[true,false,null,1.5e3,[],{},{\"deep\":[\"x\"]}],\"\\u006bey\":\"value\"",
        1, 2);
    for (int i = 0; i < 80; i++) {
        length +=
            (size_t)snprintf(body + length, sizeof(body) - length, ",\"k%d\":[%d,%d]", i, i, i);
    }
    (void)snprintf(body + length, sizeof(body) - length, "}");
}

static bool is_text(struct json_object *object, const char *name, const char *start)
{
    const char *text = json_object_get_string(json_object_object_get(object, name));
    return text != NULL && strncmp(text, start, strlen(start)) == 0;
}

static enum chatur_outcome parse_json(struct chatur_arena *arena, struct chatur_error *error)
{
    struct json_object *object = NULL;
    enum chatur_outcome outcome =
        chatur_json_parse_object(body, strlen(body), arena, &object, error);
    if (outcome != CHATUR_OK) {
        EXPECT(object == NULL);
        return outcome;
    }
    EXPECT(json_object_object_length(object) == 85);
    EXPECT(strlen(json_object_get_string(json_object_object_get(object, "keywords"))) == 700);
    EXPECT(is_text(object, "subject", "0000000000"));
    EXPECT(strstr(json_object_get_string(json_object_object_get(object, "subject")),
                  "1 \xe2\x82\xac \"quoted\"") != NULL);
    EXPECT(is_text(object, "key", "value"));
    EXPECT(json_object_get_int64(json_object_object_get(object, "n")) == -12);
    struct json_object *list = json_object_object_get(object, "list");
    EXPECT(json_object_array_length(list) == 7);
    EXPECT(json_object_get_boolean(json_object_array_get_idx(list, 0)) == 1);
    EXPECT(json_object_get_double(json_object_array_get_idx(list, 3)) > 1499.0);
    EXPECT(json_object_array_length(json_object_object_get(object, "k79")) == 2);
    return CHATUR_OK;
}

static enum chatur_outcome use_json(struct chatur_error *error)
{
    return with_arena(parse_json, error);
}

struct order {
    const char *subject;
    const char *keywords;
    int64_t number;
};

static enum chatur_outcome read_fields(struct chatur_arena *arena, struct chatur_error *error)
{
    static const struct chatur_field fields[] = {
        {"subject", CHATUR_LINE, .max = 200, .offset = offsetof(struct order, subject)},
        {"keywords", CHATUR_TEXT, .max = 1000, .offset = offsetof(struct order, keywords)},
        {"n", CHATUR_NUMBER, .min = -20, .max = 20, .offset = offsetof(struct order, number)},
    };
    struct order order = {0};
    struct json_object *object = NULL;
    enum chatur_outcome outcome =
        chatur_json_parse_object(body, strlen(body), arena, &object, error);
    if (outcome == CHATUR_OK) {
        outcome = chatur_fields_read(object, fields, 3, &order, arena, error);
    }
    if (outcome == CHATUR_OK) {
        EXPECT(strlen(order.keywords) == 700);
        EXPECT(strlen(order.subject) == strlen("\xe2\x82\xac") + 60 + 10);
        EXPECT(order.number == -12);
    }
    return outcome;
}

static enum chatur_outcome use_fields(struct chatur_error *error)
{
    return with_arena(read_fields, error);
}

static void json(void **state)
{
    (void)state;
    make_body();
    sweep(&(struct trial){.name = "json", .run = use_json});
    sweep(&(struct trial){.name = "fields", .run = use_fields});
}

/* --- tokens ----------------------------------------------------------------------------------- */

static char token[2048];

static enum chatur_outcome issue_token(struct chatur_arena *arena, struct chatur_error *error)
{
    const char *issued = NULL;
    enum chatur_outcome outcome =
        chatur_jwt_issue(KEY, "uid-1", "one@example.com", NOW_S, arena, &issued, error);
    if (outcome == CHATUR_OK) {
        EXPECT(token[0] == '\0' || strcmp(token, issued) == 0);
        (void)snprintf(token, sizeof(token), "%s", issued);
    }
    return outcome;
}

static enum chatur_outcome verify_token(struct chatur_arena *arena, struct chatur_error *error)
{
    struct chatur_claims claims = {0};
    enum chatur_outcome outcome = chatur_jwt_verify(KEY, token, NOW_S + 100, arena, &claims, error);
    if (outcome == CHATUR_OK) {
        EXPECT(strcmp(claims.uid, "uid-1") == 0);
        EXPECT(strcmp(claims.email, "one@example.com") == 0);
        EXPECT(claims.issued_s == NOW_S);
        EXPECT(claims.expires_s == NOW_S + CHATUR_JWT_LIFETIME_S);
    }
    return outcome;
}

static enum chatur_outcome use_issue(struct chatur_error *error)
{
    enum chatur_outcome outcome = with_arena(issue_token, error);
    ERR_clear_error(); /* OpenSSL remembers a thread's last errors, with copies of their places */
    return outcome;
}

static enum chatur_outcome use_verify(struct chatur_error *error)
{
    enum chatur_outcome outcome = with_arena(verify_token, error);
    ERR_clear_error();
    return outcome;
}

enum { ISSUED = 10, REFUSED, WRONG };

/* In a process of its own: libjwt 1.10 crashes when there is no memory to print a header or claims
 * into. Nothing is lost with it: who signs in was stored before, and signs in again. */
static int issue_apart(long number, bool lasting)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct chatur_error error = {0};
        long live = allocations.live;
        (void)close(STDERR_FILENO);
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        (void)signal(SIGSEGV, SIG_DFL); /* cmocka would go on with the next test */
        broken_expectation = NULL;
        allocations.counted = 0;
        allocations.lasting = lasting;
        allocations.number = number;
        enum chatur_outcome outcome = use_issue(&error);
        /* It also loses what it was encoding. */
        bool right = broken_expectation == NULL && allocations.live - live <= allocations.failed &&
                     (outcome == CHATUR_OK || outcome == CHATUR_INTERNAL) &&
                     (outcome == CHATUR_OK) == (error.detail[0] == '\0');
        _exit(!right ? WRONG : outcome == CHATUR_OK && !allocations.failed ? ISSUED : REFUSED);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static void issuing(void **state)
{
    (void)state;
    struct chatur_error error = {0};
    ERR_raise(ERR_LIB_USER, 1); /* a thread's first error takes memory for good */
    assert_int_equal(use_issue(&error), CHATUR_OK);
    for (int lasting = 0; lasting < 2; lasting++) {
        long number = 0;
        int result = 0;
        int refused = 0;
        while (result != ISSUED) {
            result = issue_apart(++number, lasting != 0);
            refused += result == REFUSED;
            if (result == WRONG) {
                fail_msg("issuing a token, %s allocation %ld", lasting != 0 ? "from" : "at",
                         number);
            }
        }
        assert_true(refused > number / 2);
    }
}

static void verifying(void **state)
{
    (void)state;
    sweep(&(struct trial){.name = "verifying a token", .run = use_verify});
}

/* --- templates and tutorials ------------------------------------------------------------------ */

static const struct chatur_folder_kind *kind;
static const char *folder_path;
static struct chatur_folder_file folder_file;

static enum chatur_outcome load_item(struct chatur_error *error)
{
    void *item = NULL;
    enum chatur_outcome outcome = kind->load(&folder_file, &item, error);
    EXPECT((outcome == CHATUR_OK) == (item != NULL));
    if (outcome == CHATUR_OK) {
        kind->free_item(item);
    }
    return outcome;
}

static enum chatur_outcome use_folder(struct chatur_error *error)
{
    const struct chatur_folder_view *view = NULL;
    struct chatur_folder *folder = chatur_folder_new(folder_path, kind);
    if (folder == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = chatur_folder_acquire(folder, &view, error);
    EXPECT((outcome == CHATUR_OK) == (view != NULL));
    EXPECT(view == NULL || view->count > 0);
    chatur_folder_release(view);
    chatur_folder_free(folder);
    return outcome;
}

/* A folder that has its items keeps them. */
static struct chatur_folder *lasting_folder;
static size_t item_count;

static enum chatur_outcome look_again(struct chatur_arena *arena, struct chatur_error *error)
{
    const struct chatur_folder_view *view = NULL;
    enum chatur_outcome outcome = chatur_folder_borrow(lasting_folder, arena, &view, error);
    EXPECT(outcome != CHATUR_OK || view->count == item_count);
    return outcome;
}

static enum chatur_outcome use_lasting_folder(struct chatur_error *error)
{
    return with_arena(look_again, error);
}

static void sweep_folder(const char *path, const struct chatur_folder_kind *of, long leaks)
{
    glob_t files;
    char pattern[64];
    size_t length = 0;
    char *bytes = NULL;
    struct chatur_arena *arena = chatur_arena_new(ARENA_BYTES);
    const struct chatur_folder_view *view = NULL;
    assert_non_null(arena);
    kind = of;
    folder_path = path;
    (void)snprintf(pattern, sizeof(pattern), "%s/*%s", path, kind->extension);
    /* There is one thread. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    assert_int_equal(
        chatur_file_read(files.gl_pathv[0], kind->max_file_bytes, arena, &bytes, &length, NULL),
        CHATUR_OK);
    folder_file = (struct chatur_folder_file){.path = files.gl_pathv[0],
                                              .slug = "slug",
                                              .bytes = bytes,
                                              .length = length,
                                              .updated_s = NOW_S};
    sweep(&(struct trial){.name = path, .run = load_item, .leaks = leaks});
    sweep(&(struct trial){.name = path, .run = use_folder, .exhaustive = 20, .leaks = leaks});

    lasting_folder = chatur_folder_new(path, kind);
    assert_non_null(lasting_folder);
    chatur_folder_set_interval_ms(lasting_folder, 0);
    assert_int_equal(chatur_folder_acquire(lasting_folder, &view, NULL), CHATUR_OK);
    item_count = view->count;
    chatur_folder_release(view);
    sweep(&(struct trial){.name = path, .run = use_lasting_folder, .keeps = true});
    chatur_folder_free(lasting_folder);
    chatur_arena_free(arena);
    globfree(&files);
}

static void templates(void **state)
{
    (void)state;
    sweep_folder("templates", &chatur_template_kind, 1); /* libyaml 0.2.5, of its loader's stack */
}

static void tutorials(void **state)
{
    (void)state;
    sweep_folder("tutorials", &chatur_tutorial_kind, 0);
}

/* --- the offline generator -------------------------------------------------------------------- */

static const struct chatur_config offline_config = {.home_dir = "", .generators = "offline"};
static struct chatur_generator *generator;
static const struct chatur_template *template;
static char written[65536];

static enum chatur_outcome make_generator(struct chatur_error *error)
{
    struct chatur_generator *made = NULL;
    enum chatur_outcome outcome = chatur_generator_new(&offline_config, &made, error);
    EXPECT((outcome == CHATUR_OK) == (made != NULL));
    chatur_generator_free(made);
    return outcome;
}

static enum chatur_outcome write_email(struct chatur_arena *arena, struct chatur_error *error)
{
    const struct chatur_brief brief = {
        .template = template,
        .subject = "Request for two days of leave next week because of a wedding",
        .keywords = "wedding in Pune, back on Monday, Ravi takes over, phone: 12345, send approval,"
                    " three years at Acme, fluent in French, urgent",
        .to = "ravi.kumar@example.org, mia@example.org",
        .sender_name = "Asha Rao",
        .sender_email = "asha@example.com",
        .seed = 42,
    };
    struct chatur_draft draft = {0};
    enum chatur_outcome outcome =
        chatur_generator_write(generator, &brief, NULL, arena, &draft, error);
    if (outcome == CHATUR_OK) {
        EXPECT(written[0] == '\0' || strcmp(written, draft.text) == 0);
        (void)snprintf(written, sizeof(written), "%s", draft.text);
    } else {
        EXPECT(draft.text == NULL);
    }
    return outcome;
}

static enum chatur_outcome use_generator(struct chatur_error *error)
{
    return with_arena(write_email, error);
}

static void generation(void **state)
{
    (void)state;
    const struct chatur_folder_view *view = NULL;
    struct chatur_folder *folder = chatur_folder_new("templates", &chatur_template_kind);
    assert_non_null(folder);
    assert_int_equal(chatur_folder_acquire(folder, &view, NULL), CHATUR_OK);
    template = view->items[0];
    sweep(&(struct trial){.name = "making a generator", .run = make_generator});
    assert_int_equal(chatur_generator_new(&offline_config, &generator, NULL), CHATUR_OK);
    sweep(&(struct trial){.name = "generating", .run = use_generator});
    chatur_generator_free(generator);
    chatur_folder_release(view);
    chatur_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),        cmocka_unit_test(base),      cmocka_unit_test(configuration),
        cmocka_unit_test(caches),     cmocka_unit_test(json),      cmocka_unit_test(issuing),
        cmocka_unit_test(verifying),  cmocka_unit_test(templates), cmocka_unit_test(tutorials),
        cmocka_unit_test(generation),
    };
    /* A trial clears the environment, and with it the runner's wish for TAP. */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
