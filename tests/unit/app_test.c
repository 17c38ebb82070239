/* The app: a part is made when it is first asked for, once, however many ask at once; a failure is
 * not remembered; what was made is freed, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "app/parts.h"

#define THREADS     16
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#define assert_outcome(actual, wanted)                                                             \
    assert_string_equal(chatur_outcome_name(actual), chatur_outcome_name(wanted))

static char folder[64];
static char db_uri[96];
static struct chatur_config config;
static struct chatur_app *app;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/chatur-app-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(db_uri, sizeof(db_uri), "sqlite:%s/chatur.db", folder);
    config = (struct chatur_config){.home_dir = ".",
                                    .generators = "offline",
                                    .db_uri = db_uri,
                                    .db_durability = "normal",
                                    .redis_url = "",
                                    .jwt_key = "0123456789abcdef0123456789abcdef"};
    app = chatur_app_new(&config);
    return app != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"chatur.db", "chatur.db-wal", "chatur.db-shm"};
    chatur_app_free(app);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[96];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

/* --- many at once ----------------------------------------------------------------------------- */

static pthread_barrier_t start;

static void run_at_once(void *(*run)(void *argument), void *arguments[THREADS])
{
    pthread_t threads[THREADS];
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run, arguments[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    (void)pthread_barrier_destroy(&start);
}

/* --- a part of our own ------------------------------------------------------------------------ */

static atomic_int made;
static atomic_int freed;
static int failures_to_come;
static int thing;

static enum chatur_outcome make_thing(struct chatur_app *of, void **part,
                                      struct chatur_error *error)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    assert_ptr_equal(of, app);
    (void)nanosleep(&pause, NULL); /* so that the others come meanwhile */
    if (failures_to_come > 0) {
        failures_to_come--;
        return chatur_fail(error, CHATUR_UNAVAILABLE, "not yet");
    }
    atomic_fetch_add(&made, 1);
    *part = &thing;
    return CHATUR_OK;
}

static void free_thing(void *part)
{
    assert_ptr_equal(part, &thing);
    atomic_fetch_add(&freed, 1);
}

static int forget_things(void **state)
{
    atomic_store(&made, 0);
    atomic_store(&freed, 0);
    failures_to_come = 0;
    return set_up(state);
}

static enum chatur_outcome ask_for_thing(void **part, struct chatur_error *error)
{
    return chatur_app_part(app, CHATUR_PART_TUTORIALS, make_thing, free_thing, part, error);
}

struct asked {
    enum chatur_outcome outcome;
    void *part;
};

static void *ask_once(void *argument)
{
    struct asked *asked = argument;
    (void)pthread_barrier_wait(&start);
    asked->outcome = ask_for_thing(&asked->part, NULL);
    return NULL;
}

static size_t ask_at_once(struct asked asked[THREADS])
{
    void *arguments[THREADS];
    size_t failed = 0;
    for (size_t i = 0; i < THREADS; i++) {
        arguments[i] = &asked[i];
    }
    run_at_once(ask_once, arguments);
    for (size_t i = 0; i < THREADS; i++) {
        failed += asked[i].outcome != CHATUR_OK;
        assert_ptr_equal(asked[i].part, asked[i].outcome == CHATUR_OK ? &thing : NULL);
    }
    return failed;
}

static void a_part_is_made_once(void **state)
{
    (void)state;
    struct asked asked[THREADS];
    assert_int_equal(ask_at_once(asked), 0);
    assert_int_equal(ask_at_once(asked), 0);
    assert_int_equal(atomic_load(&made), 1);
    assert_int_equal(atomic_load(&freed), 0);
}

static void a_failure_is_not_remembered(void **state)
{
    (void)state;
    void *part = NULL;
    failures_to_come = 2;
    for (int i = 0; i < 2; i++) {
        struct chatur_error error = {0};
        assert_outcome(ask_for_thing(&part, &error), CHATUR_UNAVAILABLE);
        assert_string_equal(error.detail, "not yet");
        assert_null(part);
    }
    assert_outcome(ask_for_thing(&part, NULL), CHATUR_OK);
    assert_ptr_equal(part, &thing);
    assert_int_equal(atomic_load(&made), 1);
}

static void who_waited_for_a_failure_tries_again(void **state)
{
    (void)state;
    struct asked asked[THREADS];
    failures_to_come = 3;
    assert_int_equal(ask_at_once(asked), 3);
    assert_int_equal(atomic_load(&made), 1);
}

static void what_was_made_is_freed(void **state)
{
    (void)state;
    void *part = NULL;
    assert_outcome(ask_for_thing(&part, NULL), CHATUR_OK);
    chatur_app_free(app);
    assert_int_equal(atomic_load(&freed), 1);
    app = NULL; /* and freeing none is fine: tear_down does */
}

static void what_was_not_made_is_not_freed(void **state)
{
    (void)state;
    void *part = NULL;
    failures_to_come = 1;
    assert_outcome(ask_for_thing(&part, NULL), CHATUR_UNAVAILABLE);
    chatur_app_free(app);
    assert_int_equal(atomic_load(&freed), 0);
    app = NULL;
}

static char freeing[8];
static size_t freeing_count;

static void free_store(void *part)
{
    (void)part;
    freeing[freeing_count++] = 's';
}

static void free_mail(void *part)
{
    (void)part;
    freeing[freeing_count++] = 'm';
}

/* Whatever the order they were made in. */
static void who_builds_on_another_is_freed_before_it(void **state)
{
    (void)state;
    void *part = NULL;
    assert_outcome(chatur_app_part(app, CHATUR_PART_MAIL, make_thing, free_mail, &part, NULL),
                   CHATUR_OK);
    assert_outcome(chatur_app_part(app, CHATUR_PART_STORE, make_thing, free_store, &part, NULL),
                   CHATUR_OK);
    chatur_app_free(app);
    assert_string_equal(freeing, "ms");
    app = NULL;
}

/* --- the real parts --------------------------------------------------------------------------- */

/* What each of them was given. */
struct parts {
    size_t first; /* which it asks for first */
    bool failed;
    struct chatur_store *store;
    struct chatur_auth *auth;
    struct chatur_folder *templates;
    struct chatur_folder *tutorials;
    const struct chatur_mail *mail;
};

static enum chatur_outcome ask_for_part(struct parts *parts, size_t which)
{
    switch (which % 5) {
    case 0:
        return chatur_app_mail(app, &parts->mail, NULL);
    case 1:
        return chatur_app_auth(app, &parts->auth, NULL);
    case 2:
        return chatur_app_templates(app, &parts->templates, NULL);
    case 3:
        return chatur_app_tutorials(app, &parts->tutorials, NULL);
    default:
        return chatur_app_store(app, &parts->store, NULL);
    }
}

static void *ask_for_all(void *argument)
{
    struct parts *parts = argument;
    (void)pthread_barrier_wait(&start);
    for (size_t i = 0; i < 5; i++) {
        parts->failed = ask_for_part(parts, parts->first + i) != CHATUR_OK || parts->failed;
    }
    return NULL;
}

static void all_threads_share_all_parts(void **state)
{
    (void)state;
    static struct parts parts[THREADS];
    void *arguments[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        parts[i] = (struct parts){.first = i};
        arguments[i] = &parts[i];
    }
    run_at_once(ask_for_all, arguments);
    for (size_t i = 0; i < THREADS; i++) {
        assert_false(parts[i].failed);
        assert_non_null(parts[i].store);
        assert_non_null(parts[i].auth);
        assert_non_null(parts[i].tutorials);
        assert_ptr_equal(parts[i].store, parts[0].store);
        assert_ptr_equal(parts[i].auth, parts[0].auth);
        assert_ptr_equal(parts[i].templates, parts[0].templates);
        assert_ptr_equal(parts[i].tutorials, parts[0].tutorials);
        assert_ptr_equal(parts[i].mail, parts[0].mail);
    }
    /* Mail builds on the same ones. */
    assert_ptr_equal(parts[0].mail->store, parts[0].store);
    assert_ptr_equal(parts[0].mail->templates, parts[0].templates);
    assert_non_null(parts[0].mail->generator);
    assert_ptr_not_equal(parts[0].templates, parts[0].tutorials);
}

static void making_parts_touches_no_database(void **state)
{
    (void)state;
    struct parts parts = {.first = 0};
    struct chatur_error error = {0};
    const char *path = db_uri + strlen("sqlite:");
    for (size_t i = 0; i < 5; i++) {
        assert_outcome(ask_for_part(&parts, i), CHATUR_OK);
    }
    assert_int_equal(access(path, F_OK), -1);
    assert_outcome(chatur_store_ping(parts.store, &error), CHATUR_OK);
    assert_int_equal(access(path, F_OK), 0);
    assert_ptr_equal(chatur_app_config(app), &config);
}

static void a_bad_setting_is_said_each_time_and_can_be_mended(void **state)
{
    (void)state;
    struct chatur_store *store = &(struct chatur_store){0};
    struct chatur_auth *auth = NULL;
    const struct chatur_mail *mail = &(struct chatur_mail){0};
    config.db_uri = "unheard-of://host";
    for (int i = 0; i < 2; i++) {
        struct chatur_error error = {0};
        assert_outcome(chatur_app_store(app, &store, &error), CHATUR_BAD_REQUEST);
        assert_null(store);
        assert_non_null(strstr(error.detail, "DB_URI"));
        assert_outcome(chatur_app_mail(app, &mail, NULL), CHATUR_BAD_REQUEST);
        assert_null(mail);
    }
    config.db_uri = db_uri;
    config.jwt_key = "short";
    for (int i = 0; i < 2; i++) {
        struct chatur_error error = {0};
        assert_outcome(chatur_app_auth(app, &auth, &error), CHATUR_BAD_REQUEST);
        assert_null(auth);
        assert_non_null(strstr(error.detail, "JWT_KEY"));
        assert_null(strstr(error.detail, "short\""));
    }
    config.jwt_key = "0123456789abcdef0123456789abcdef";
    assert_outcome(chatur_app_store(app, &store, NULL), CHATUR_OK);
    assert_outcome(chatur_app_auth(app, &auth, NULL), CHATUR_OK);
    assert_outcome(chatur_app_mail(app, &mail, NULL), CHATUR_OK);
    assert_ptr_equal(mail->store, store);
}

#define CASE(test)       cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define THING_CASE(test) cmocka_unit_test_setup_teardown(test, forget_things, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        THING_CASE(a_part_is_made_once),
        THING_CASE(a_failure_is_not_remembered),
        THING_CASE(who_waited_for_a_failure_tries_again),
        THING_CASE(what_was_made_is_freed),
        THING_CASE(what_was_not_made_is_not_freed),
        THING_CASE(who_builds_on_another_is_freed_before_it),
        CASE(all_threads_share_all_parts),
        CASE(making_parts_touches_no_database),
        CASE(a_bad_setting_is_said_each_time_and_can_be_mended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
