/* Operations that share a transaction: what becomes of one is its own, what becomes of the
 * transaction is everybody's. And the log that all of them fill, which is emptied meanwhile. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "store_cases.h"
#include "store_place.h"

#define WRITERS 12
#define RICH    INT64_C(1000000000)

struct crowd {
    struct chatur_store *store;
    pthread_t threads[WRITERS];
    atomic_bool enough;
    atomic_int stored;
    atomic_int refused;     /* for want of coins */
    atomic_int unavailable; /* the disk was full */
    atomic_int other;
};

static void *write_emails(void *argument)
{
    struct crowd *crowd = argument;
    for (int i = 0; !atomic_load(&crowd->enough); i++) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        /* Every second one wants more than there is, in the middle of other people's writes. */
        int64_t coins = i % 2 == 0 ? PRICE : RICH * 2;
        enum chatur_outcome outcome = store_case_try(crowd->store, "ada", id, coins, DEADLINE_MS);
        if (outcome == CHATUR_OK) {
            (void)atomic_fetch_add(&crowd->stored, 1);
        } else if (outcome == CHATUR_NO_COINS) {
            (void)atomic_fetch_add(&crowd->refused, 1);
        } else if (outcome == CHATUR_UNAVAILABLE) {
            (void)atomic_fetch_add(&crowd->unavailable, 1);
        } else {
            (void)atomic_fetch_add(&crowd->other, 1);
        }
    }
    return NULL;
}

static void wait_for_more(atomic_int *counter, int more)
{
    int wanted = atomic_load(counter) + more;
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; atomic_load(counter) < wanted && i < 20000; i++) {
        (void)nanosleep(&moment, NULL);
    }
    assert_true(atomic_load(counter) >= wanted);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int64_t ask_number(const struct sqlite_place *place, const char *sql)
{
    const char *answer = place_ask(place, sql, NULL);
    assert_non_null(answer);
    return strtoll(answer, NULL, 10);
}

static const struct chatur_profile ada = {.uid = "ada",
                                          .email = "ada@example.com",
                                          .name = "",
                                          .picture = "",
                                          .login_method = "dev",
                                          .fcm_token = ""};

/* Ada, on a new database. */
static void open_crowd(struct crowd *crowd, struct sqlite_place *place)
{
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    struct chatur_user user;
    place_make(place, "normal");
    crowd->store = place_open(place);
    assert_non_null(crowd->store);
    assert_outcome(chatur_store_user_sign_in(crowd->store, &ada, RICH, NOW_MS, arena, &user, NULL),
                   CHATUR_OK);
    chatur_arena_free(arena);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_create(&crowd->threads[i], NULL, write_emails, crowd), 0);
    }
}

static void join_crowd(struct crowd *crowd)
{
    atomic_store(&crowd->enough, true);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(crowd->threads[i], NULL), 0);
    }
}

/* Everything is accounted for. */
static void close_crowd(struct crowd *crowd, struct sqlite_place *place)
{
    int64_t stored = atomic_load(&crowd->stored);
    assert_int_equal(atomic_load(&crowd->other), 0);
    assert_true(atomic_load(&crowd->refused) > 0);
    assert_int_equal(ask_number(place, "SELECT count(*) FROM emails"), stored);
    assert_int_equal(ask_number(place, "SELECT used_coins FROM users"), stored * PRICE);
    assert_int_equal(ask_number(place, "SELECT generated_count FROM users"), stored);
    assert_int_equal(ask_number(place, "SELECT available_coins + used_coins +"
                                       " (SELECT coalesce(sum(coins), 0) FROM reservations)"
                                       " FROM users"),
                     RICH);
    assert_true(place_is_sound(place));
    chatur_store_free(crowd->store);
    place_remove(place);
}

/* The disk fills up while a crowd writes, and is emptied again. */
static void a_commit_that_fails_fails_for_all_in_it(void **state)
{
    (void)state;
    struct sqlite_place place;
    struct crowd crowd = {0};
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    open_crowd(&crowd, &place);
    for (int i = 0; i < 5; i++) {
        wait_for_more(&crowd.stored, 50);
        limit_files(1);
        wait_for_more(&crowd.unavailable, 20);
        limit_files(RLIM_INFINITY);
    }
    wait_for_more(&crowd.stored, 50);
    join_crowd(&crowd);
    (void)signal(SIGXFSZ, before);
    assert_true(atomic_load(&crowd.unavailable) > 0);
    close_crowd(&crowd, &place);
}

/* How often the log has started from its beginning: a number in its header (SQLite's file format,
 * section 4.1). */
static uint32_t log_starts(const struct sqlite_place *place)
{
    char path[sizeof(place->path) + 8];
    uint32_t header[8] = {0};
    (void)snprintf(path, sizeof(path), "%s-wal", place->path);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fread(header, sizeof(header), 1, file), 1);
    (void)fclose(file);
    return ntohl(header[3]);
}

/* The crowd never pauses, so the log is never idle. */
static void the_log_is_emptied_while_a_crowd_writes(void **state)
{
    (void)state;
    struct sqlite_place place;
    struct crowd crowd = {0};
    open_crowd(&crowd, &place);
    wait_for_more(&crowd.stored, 1);
    uint32_t before = log_starts(&place);
    for (int i = 0; log_starts(&place) < before + 3 && i < 200; i++) {
        wait_for_more(&crowd.stored, 100);
    }
    assert_true(log_starts(&place) >= before + 3);
    join_crowd(&crowd);
    assert_int_equal(atomic_load(&crowd.unavailable), 0);
    close_crowd(&crowd, &place);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_commit_that_fails_fails_for_all_in_it),
    cmocka_unit_test(the_log_is_emptied_while_a_crowd_writes),
};

const struct store_cases store_batch_cases = {tests, sizeof(tests) / sizeof(tests[0])};
