/* What is SQLite's own: the file, the versions of the schema, locks held by others, a full disk,
 * first opens by many at once, erased bytes. */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store_cases.h"
#include "store_place.h"

static enum chatur_outcome sign_in(struct chatur_store *store, const char *uid,
                                   struct chatur_error *error)
{
    const struct chatur_profile profile = {.uid = uid,
                                           .email = uid,
                                           .name = "Ada",
                                           .picture = "",
                                           .login_method = "dev",
                                           .fcm_token = "token"};
    struct chatur_user user;
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    if (arena == NULL) {
        return CHATUR_INTERNAL;
    }
    enum chatur_outcome outcome =
        chatur_store_user_sign_in(store, &profile, START_COINS, NOW_MS, arena, &user, error);
    chatur_arena_free(arena);
    return outcome;
}

static enum chatur_outcome reserve(struct chatur_store *store, const char *uid)
{
    char id[CHATUR_ID_LENGTH + 1];
    chatur_id_new(id);
    return chatur_store_coins_reserve(store, uid, id, PRICE, NOW_MS, DEADLINE_MS, NULL);
}

static void uris_of_no_database_are_refused(void **state)
{
    (void)state;
    static const char *const uris[] = {"",
                                       "sqlite",
                                       "sqlite:",
                                       "sqlite:chatur.db",
                                       "sqlite::memory:",
                                       "SQLITE:/tmp/x.db",
                                       "/tmp/x.db",
                                       "file:/tmp/x.db",
                                       "nosuch://user:s3cret@host/db"};
    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        const struct chatur_config config = {.db_uri = uris[i], .db_durability = "full"};
        struct chatur_store *store = NULL;
        struct chatur_error error = {0};
        assert_outcome(chatur_store_new(&config, &store, &error), CHATUR_BAD_REQUEST);
        assert_null(store);
        assert_non_null(strstr(error.detail, "DB_URI"));
        assert_null(strstr(error.detail, "s3cret"));
        assert_outcome(chatur_store_new(&config, &store, NULL), CHATUR_BAD_REQUEST);
    }
    chatur_store_free(NULL);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void the_file_is_made_at_first_use_for_its_owner_alone(void **state)
{
    struct sqlite_place *place = *state;
    mode_t mask = umask(0);
    struct chatur_store *store = place_open(place);
    assert_non_null(store);
    assert_int_not_equal(access(place->folder, F_OK), 0);
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    (void)umask(mask);
    char log[sizeof(place->path) + 8];
    (void)snprintf(log, sizeof(log), "%s-wal", place->path);
    assert_int_equal(mode_of(place->folder), 0700);
    assert_int_equal(mode_of(place->path), 0600);
    assert_int_equal(mode_of(log), 0600);
    assert_string_equal(place_ask(place, "PRAGMA journal_mode", NULL), "wal");
    assert_string_equal(place_ask(place, "PRAGMA user_version", NULL), "2");
    chatur_store_free(store);
    assert_int_not_equal(access(log, F_OK), 0); /* a closed database is one file */
}

static void what_the_interface_does_not_show_is_stored(void **state)
{
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    struct chatur_user user;
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    struct chatur_profile later = {.uid = "ada",
                                   .email = "ada",
                                   .name = "Ada",
                                   .picture = "",
                                   .login_method = "google",
                                   .fcm_token = ""};
    assert_outcome(chatur_store_user_sign_in(store, &later, 1, NOW_MS + 5, arena, &user, NULL),
                   CHATUR_OK);
    static const char row[] = "SELECT login_method || ' ' || fcm_token || ' ' || created_ms || ' '"
                              " || updated_ms FROM users WHERE uid = ?1";
    assert_string_equal(place_ask(place, row, "ada"), "google token 1790000000000 1790000000005");
    later.fcm_token = "newer";
    assert_outcome(chatur_store_user_sign_in(store, &later, 1, NOW_MS + 6, arena, &user, NULL),
                   CHATUR_OK);
    assert_string_equal(place_ask(place, row, "ada"), "google newer 1790000000000 1790000000006");

    const struct chatur_feedback feedback = {
        .uid = "ada", .email = "a@example.com", .subject = "S'1", .message = "M\"2"};
    assert_outcome(chatur_store_feedback_add(store, &feedback, NOW_MS, NULL), CHATUR_OK);
    assert_string_equal(
        place_ask(place, "SELECT uid || email || subject || message || created_ms FROM feedback",
                  NULL),
        "adaa@example.comS'1M\"21790000000000");
    assert_outcome(chatur_store_user_erase(store, "ada", NULL), CHATUR_OK);
    assert_string_equal(place_ask(place, "SELECT count(*) FROM feedback", NULL), "0");
    chatur_arena_free(arena);
    chatur_store_free(store);
}

static void a_reserved_id_is_refused_to_others_too(void **state)
{
    struct chatur_store *store = place_open(*state);
    static const char id[] = "00000000000000000000000a";
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    assert_outcome(sign_in(store, "bob", NULL), CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(store, "ada", id, 1, NOW_MS, DEADLINE_MS, NULL),
                   CHATUR_OK);
    assert_outcome(chatur_store_coins_reserve(store, "bob", id, 1, NOW_MS, DEADLINE_MS, NULL),
                   CHATUR_CONFLICT);
    chatur_store_free(store);
}

static void the_tables_refuse_a_debt(void **state)
{
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    chatur_store_free(store);
    assert_null(place_ask(place, "UPDATE users SET available_coins = -1", NULL));
    assert_null(place_ask(place, "UPDATE users SET used_coins = -1", NULL));
    assert_null(place_ask(place, "UPDATE users SET available_coins = 'many'", NULL));
    assert_null(place_ask(place, "UPDATE users SET name = NULL", NULL));
    assert_null(place_ask(place, "INSERT INTO reservations VALUES ('a', 'ada', 0, 0)", NULL));
    assert_non_null(place_ask(place, "UPDATE users SET available_coins = 0", NULL));
}

static void a_database_of_another_version_is_left_alone(void **state)
{
    struct sqlite_place *place = *state;
    static const char *const versions[] = {
        "PRAGMA user_version=3", "PRAGMA user_version=2000000000", "PRAGMA user_version=-1"};
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        assert_int_equal(mkdir(place->folder, 0700), 0);
        assert_non_null(place_ask(place, versions[i], NULL));
        struct chatur_store *store = place_open(place);
        struct chatur_error error = {0};
        assert_outcome(chatur_store_ping(store, &error), CHATUR_UNAVAILABLE);
        assert_non_null(strstr(error.detail, "version"));
        assert_string_equal(error.message, "");
        assert_outcome(sign_in(store, "ada", NULL), CHATUR_UNAVAILABLE);
        assert_string_equal(place_ask(place, "SELECT count(*) FROM sqlite_schema", NULL), "0");

        assert_non_null(place_ask(place, "PRAGMA user_version=0", NULL));
        assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK); /* the same store, once mended */
        chatur_store_free(store);
        place_empty(place);
    }
}

static void a_failed_migration_leaves_nothing(void **state)
{
    struct sqlite_place *place = *state;
    assert_int_equal(mkdir(place->folder, 0700), 0);
    assert_non_null(place_ask(place, "CREATE TABLE feedback (somebody_elses)", NULL));
    struct chatur_store *store = place_open(place);
    assert_true(chatur_store_ping(store, NULL) != CHATUR_OK);
    chatur_store_free(store);
    assert_string_equal(place_ask(place, "SELECT group_concat(name) FROM sqlite_schema", NULL),
                        "feedback");
    assert_string_equal(place_ask(place, "PRAGMA user_version", NULL), "0");
}

static void write_garbage(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void files_that_are_no_database_are_unavailable(void **state)
{
    struct sqlite_place *place = *state;
    static char garbage[8192];
    memset(garbage, 'g', sizeof(garbage));
    struct chatur_error error = {0};

    struct chatur_store *store = place_open(place);
    assert_int_equal(mkdir(place->folder, 0700), 0);
    write_garbage(place->path, garbage, sizeof(garbage));
    assert_outcome(chatur_store_ping(store, &error), CHATUR_UNAVAILABLE);
    assert_non_null(strstr(error.detail, "not a database"));
    assert_outcome(sign_in(store, "ada", &error), CHATUR_UNAVAILABLE);
    assert_outcome(chatur_store_user_erase(store, "ada", NULL), CHATUR_UNAVAILABLE);

    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(mkdir(place->path, 0700), 0);
    assert_outcome(sign_in(store, "ada", &error), CHATUR_UNAVAILABLE);
    assert_int_equal(rmdir(place->path), 0);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK); /* the same store, once mended */
    chatur_store_free(store);
}

static void a_folder_that_cannot_be_made_is_unavailable_until_it_can(void **state)
{
    struct sqlite_place *place = *state;
    char uri[256];
    (void)snprintf(uri, sizeof(uri), "sqlite:%s/deeper/chatur.db", place->folder);
    place->config.db_uri = uri;
    struct chatur_store *store = place_open(place);
    struct chatur_error error = {0};
    assert_outcome(chatur_store_ping(store, &error), CHATUR_UNAVAILABLE);
    assert_string_not_equal(error.detail, "");
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_UNAVAILABLE);
    assert_int_equal(mkdir(place->folder, 0700), 0);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    chatur_store_free(store);

    char path[256];
    (void)snprintf(path, sizeof(path), "%s/deeper/chatur.db", place->folder);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof(path), "%s/deeper", place->folder);
    assert_int_equal(rmdir(path), 0);
}

static void *reserve_once(void *context)
{
    struct chatur_store *store = context;
    return (void *)(uintptr_t)reserve(store, "ada"); // NOLINT(performance-no-int-to-ptr)
}

/* A backup tool that holds the lock: writers give up in bounded time, all of them together, while
 * readers go on; and all is well afterwards. */
static void a_locked_database_is_unavailable_for_a_bounded_time(void **state)
{
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(place->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);

    int64_t start_us = chatur_monotonic_us();
    pthread_t threads[20];
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, reserve_once, store), 0);
    }
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    assert_outcome(chatur_store_coins_reclaim(store, "ada", NOW_MS, NULL), CHATUR_OK);
    assert_true(chatur_monotonic_us() - start_us < 1000000);
    for (size_t i = 0; i < 20; i++) {
        void *outcome = NULL;
        assert_int_equal(pthread_join(threads[i], &outcome), 0);
        assert_outcome((enum chatur_outcome)(uintptr_t)outcome, CHATUR_UNAVAILABLE);
    }
    int64_t waited_us = chatur_monotonic_us() - start_us;
    assert_in_range(waited_us, 4500000, 8000000);

    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_outcome(reserve(store, "ada"), CHATUR_OK);
    assert_int_equal(place_reserved_coins(place, "ada"), PRICE);
    chatur_store_free(store);
}

/* A disk that fills up: the limit on a file's size is met in the middle of a delivery. */
static void a_full_disk_is_unavailable_and_changes_nothing(void **state)
{
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    static char text[3000001];
    memset(text, 't', sizeof(text) - 1);
    struct chatur_email email = store_case_email("ada", "00000000000000000000000a");
    email.text = text;
    assert_outcome(
        chatur_store_coins_reserve(store, "ada", email.id, PRICE, NOW_MS, DEADLINE_MS, NULL),
        CHATUR_OK);

    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = 1000000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_store_email_deliver(store, &email, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);

    assert_outcome(outcome, CHATUR_UNAVAILABLE);
    assert_string_not_equal(error.detail, "");
    assert_int_equal(place_reserved_coins(place, "ada"), PRICE);
    assert_true(place_is_sound(place));
    assert_outcome(chatur_store_email_deliver(store, &email, NULL), CHATUR_OK);
    assert_int_equal(place_reserved_coins(place, "ada"), 0);
    chatur_store_free(store);
    assert_true(place_is_sound(place));
}

/* Each a process of its own, none of which made the database. */
static void first_opens_at_once_all_succeed(void **state)
{
    enum { ROUNDS = 15, CHILDREN = 8 };
    struct sqlite_place *place = *state;
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[CHILDREN];
        int gate[2];
        assert_int_equal(pipe(gate), 0);
        for (int i = 0; i < CHILDREN; i++) {
            children[i] = fork();
            assert_true(children[i] >= 0);
            if (children[i] > 0) {
                continue;
            }
            char uid[16];
            (void)snprintf(uid, sizeof(uid), "user%d", i);
            struct chatur_store *store = place_open(place);
            (void)close(gate[1]);
            char byte = 0;
            bool is_good = store != NULL && read(gate[0], &byte, 1) == 0; /* they start together */
            is_good = is_good && (i % 2 != 0 || chatur_store_ping(store, NULL) == CHATUR_OK);
            is_good = is_good && sign_in(store, uid, NULL) == CHATUR_OK;
            chatur_store_free(store);
            _exit(is_good ? 0 : 1);
        }
        assert_int_equal(close(gate[1]), 0);
        int bad = 0;
        for (int i = 0; i < CHILDREN; i++) {
            int status = -1;
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            bad += status != 0;
        }
        assert_int_equal(close(gate[0]), 0);
        assert_int_equal(bad, 0);
        assert_string_equal(place_ask(place, "SELECT count(*) FROM users", NULL), "8");
        assert_string_equal(place_ask(place, "PRAGMA journal_mode", NULL), "wal");
        assert_true(place_is_sound(place));
        place_empty(place);
    }
}

static void *open_and_ping(void *context)
{
    struct chatur_store *store = context;
    return chatur_store_ping(store, NULL) == CHATUR_OK && sign_in(store, "ada", NULL) == CHATUR_OK
               ? store
               : NULL;
}

static void first_use_by_many_threads_at_once_succeeds(void **state)
{
    struct sqlite_place *place = *state;
    for (int round = 0; round < 10; round++) {
        struct chatur_store *store = place_open(place);
        pthread_t threads[16];
        for (size_t i = 0; i < 16; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, open_and_ping, store), 0);
        }
        for (size_t i = 0; i < 16; i++) {
            void *result = NULL;
            assert_int_equal(pthread_join(threads[i], &result), 0);
            assert_ptr_equal(result, store);
        }
        chatur_store_free(store);
        place_empty(place);
    }
}

static bool file_has(const char *path, const char *text)
{
    static char bytes[8 << 20];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t length = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    return memmem(bytes, length, text, strlen(text)) != NULL;
}

static bool files_have(const struct sqlite_place *place, const char *text)
{
    char log[sizeof(place->path) + 8];
    (void)snprintf(log, sizeof(log), "%s-wal", place->path);
    return file_has(place->path, text) || file_has(log, text);
}

/* An erased user's words are gone from the disk's files, not only from the tables. */
static void erased_text_is_overwritten(void **state)
{
    struct sqlite_place *place = *state;
    static char text[20001];
    memset(text, 't', sizeof(text) - 1);
    static const char *const words[] = {"midsentence", "a secret subject", "erased-uid"};
    memcpy(text + 9000, words[0], strlen(words[0]));
    struct chatur_store *store = place_open(place);
    assert_outcome(sign_in(store, "erased-uid", NULL), CHATUR_OK);
    assert_outcome(sign_in(store, "kept-uid", NULL), CHATUR_OK);
    for (int i = 0; i < 5; i++) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        struct chatur_email email = store_case_email("erased-uid", id);
        email.text = text;
        email.subject = "a secret subject";
        assert_outcome(chatur_store_email_deliver(store, &email, NULL), CHATUR_OK);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(files_have(place, words[i]));
    }
    assert_outcome(chatur_store_user_erase(store, "erased-uid", NULL), CHATUR_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_false(files_have(place, words[i]));
    }
    assert_true(files_have(place, "kept-uid"));
    chatur_store_free(store);
}

static enum chatur_outcome count_email(void *context, const struct chatur_email *email)
{
    (void)email;
    *(size_t *)context += 1;
    return CHATUR_OK;
}

/* In a history of a hundred thousand a page in the middle is found and not searched: read row by
 * row these pages would take a minute. */
static void a_page_is_found_by_the_index(void **state)
{
    struct sqlite_place *place = *state;
    struct chatur_store *store = place_open(place);
    assert_outcome(sign_in(store, "ada", NULL), CHATUR_OK);
    static const char fill[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        " INSERT INTO emails SELECT printf('%024x', i), 'ada', '1', 's', 'k', 't', 250, i / 3, 'p',"
        " 'm', 'stop', 'v', 1, 2, 3, 4, '', 'text' FROM n";
    assert_non_null(place_ask(place, fill, NULL));
    const struct chatur_page page = {.limit = 10, .before = "00000000000000000000c350"};
    size_t seen = 0;
    int64_t start_us = chatur_monotonic_us();
    for (int i = 0; i < 2000; i++) {
        assert_outcome(chatur_store_email_each(store, "ada", &page, count_email, &seen, NULL),
                       CHATUR_OK);
    }
    assert_int_equal(seen, 20000);
    assert_true(chatur_monotonic_us() - start_us < 3000000);
    chatur_store_free(store);
}

struct walkers {
    struct chatur_store *store;
    sem_t inside; /* posted by each that has begun */
    sem_t go_on;
};

static enum chatur_outcome dwell(void *context, const struct chatur_email *email)
{
    struct walkers *walkers = context;
    (void)email;
    (void)sem_post(&walkers->inside);
    (void)sem_wait(&walkers->go_on);
    return CHATUR_OK;
}

static void *walk_slowly(void *argument)
{
    struct walkers *walkers = argument;
    const struct chatur_page page = {.limit = 1};
    enum chatur_outcome outcome =
        chatur_store_email_each(walkers->store, "ada", &page, dwell, walkers, NULL);
    return outcome == CHATUR_OK ? walkers : NULL;
}

/* Whoever has a long history asks for it as often as they like. */
static void walks_leave_a_connection_for_everybody_else(void **state)
{
    enum { WALKERS = 8 };
    struct sqlite_place *place = *state;
    struct walkers walkers = {.store = place_open(place)};
    pthread_t threads[WALKERS];
    char id[CHATUR_ID_LENGTH + 1];
    (void)sem_init(&walkers.inside, 0, 0);
    (void)sem_init(&walkers.go_on, 0, 0);
    assert_outcome(sign_in(walkers.store, "ada", NULL), CHATUR_OK);
    chatur_id_new(id);
    assert_outcome(store_case_try(walkers.store, "ada", id, PRICE, DEADLINE_MS), CHATUR_OK);
    for (size_t i = 0; i < WALKERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, walk_slowly, &walkers), 0);
    }
    for (int i = 0; i < 3; i++) { /* that is all there may be at once */
        (void)sem_wait(&walkers.inside);
    }
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    for (int i = 0; i < 100; i++) {
        struct chatur_user user;
        assert_outcome(chatur_store_user_find(walkers.store, "ada", arena, &user, NULL), CHATUR_OK);
    }
    for (size_t i = 0; i < WALKERS; i++) {
        (void)sem_post(&walkers.go_on);
    }
    for (size_t i = 0; i < WALKERS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &walkers);
    }
    chatur_arena_free(arena);
    chatur_store_free(walkers.store);
}

#define sqlite_test(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, place_set_up, place_tear_down)

static const struct CMUnitTest tests[] = {
    sqlite_test(uris_of_no_database_are_refused),
    sqlite_test(the_file_is_made_at_first_use_for_its_owner_alone),
    sqlite_test(what_the_interface_does_not_show_is_stored),
    sqlite_test(a_reserved_id_is_refused_to_others_too),
    sqlite_test(the_tables_refuse_a_debt),
    sqlite_test(a_database_of_another_version_is_left_alone),
    sqlite_test(a_failed_migration_leaves_nothing),
    sqlite_test(files_that_are_no_database_are_unavailable),
    sqlite_test(a_folder_that_cannot_be_made_is_unavailable_until_it_can),
    sqlite_test(a_locked_database_is_unavailable_for_a_bounded_time),
    sqlite_test(a_full_disk_is_unavailable_and_changes_nothing),
    sqlite_test(first_opens_at_once_all_succeed),
    sqlite_test(first_use_by_many_threads_at_once_succeeds),
    sqlite_test(erased_text_is_overwritten),
    sqlite_test(a_page_is_found_by_the_index),
    sqlite_test(walks_leave_a_connection_for_everybody_else),
};

const struct store_cases store_sqlite_cases = {tests, sizeof(tests) / sizeof(tests[0])};
