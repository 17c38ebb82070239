/* The contract under kill -9: a process that generates all the time is killed at a random moment,
 * again and again, and each time every email it had acknowledged must be there and the books must
 * add up, at once and after reclaiming. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store_cases.h"

/* Later than any reclaim of a running process here. */
#define FAR_MS (NOW_MS + INT64_C(1000000000))

#define KILLS         40
#define RICH          INT64_C(1000000000)
#define CHILD_THREADS 3

struct victim {
    struct chatur_store *store;
    int acknowledgements;
};

/* Until it is killed: generates, and writes the id of each email that was acknowledged. */
static void *generate_until_killed(void *context)
{
    const struct victim *victim = context;
    for (;;) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        if (store_case_try(victim->store, "ada", id, PRICE, FAR_MS) != CHATUR_OK ||
            write(victim->acknowledgements, id, CHATUR_ID_LENGTH) != CHATUR_ID_LENGTH) {
            _exit(1);
        }
    }
}

static pid_t start_victim(struct store_fixture *fixture, int acknowledgements)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) {
        return child;
    }
    struct victim victim = {.store = fixture->backend->open(fixture->backend->context),
                            .acknowledgements = acknowledgements};
    pthread_t thread;
    for (int i = 1; victim.store != NULL && i < CHILD_THREADS; i++) {
        if (pthread_create(&thread, NULL, generate_until_killed, &victim) != 0) {
            _exit(1);
        }
    }
    if (victim.store != NULL) {
        (void)generate_until_killed(&victim);
    }
    _exit(1);
}

static void sleep_us(long us)
{
    const struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    (void)nanosleep(&pause, NULL);
}

/* Kills a victim at a random moment of its first 20 ms, or 10 times its start-up (so most of them
 * after that); appends the ids it had acknowledged. */
static void kill_one(struct store_fixture *fixture, long stretch, char **ids, size_t *length,
                     size_t *capacity)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = start_victim(fixture, ends[1]);
    assert_int_equal(close(ends[1]), 0);
    uint16_t dice = 0;
    chatur_random(&dice, sizeof(dice));
    long start_up_us = fixture->backend->start_up_us > 0 ? fixture->backend->start_up_us : 2000;
    sleep_us((long)dice * (10 * start_up_us / 64) / 1024 * stretch);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* and not: gave up before it was killed */
    for (;;) {
        if (*capacity - *length < 4096) {
            *capacity += 65536;
            *ids = realloc(*ids, *capacity);
            assert_non_null(*ids);
        }
        ssize_t got = read(ends[0], *ids + *length, 4096);
        assert_true(got >= 0);
        if (got == 0) {
            break;
        }
        *length += (size_t)got;
    }
    assert_int_equal(close(ends[0]), 0);
}

struct roll {
    char *ids; /* CHATUR_ID_LENGTH bytes each, no separators */
    size_t count;
};

static enum chatur_outcome enroll(void *context, const struct chatur_email *email)
{
    struct roll *roll = context;
    char *ids = realloc(roll->ids, (roll->count + 1) * CHATUR_ID_LENGTH);
    if (ids == NULL) {
        return CHATUR_INTERNAL;
    }
    memcpy(ids + roll->count * CHATUR_ID_LENGTH, email->id, CHATUR_ID_LENGTH);
    *roll = (struct roll){.ids = ids, .count = roll->count + 1};
    return CHATUR_OK;
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, CHATUR_ID_LENGTH);
}

static void assert_all_stored(struct store_fixture *fixture, const char *ids, size_t count,
                              int64_t used)
{
    struct roll roll = {0};
    assert_outcome(chatur_store_email_each(fixture->store, "ada", &(struct chatur_page){0}, enroll,
                                           &roll, NULL),
                   CHATUR_OK);
    assert_int_equal(used, PRICE * (int64_t)roll.count);
    if (roll.count > 0) {
        qsort(roll.ids, roll.count, CHATUR_ID_LENGTH, compare_ids);
    }
    size_t lost = 0;
    for (size_t i = 0; i < count; i++) {
        if (roll.count == 0 || bsearch(ids + i * CHATUR_ID_LENGTH, roll.ids, roll.count,
                                       CHATUR_ID_LENGTH, compare_ids) == NULL) {
            lost++;
        }
    }
    free(roll.ids);
    assert_int_equal(lost, 0);
}

static void assert_books_after_crash(struct store_fixture *fixture, const char *ids, size_t count)
{
    const struct store_backend *backend = fixture->backend;
    struct chatur_user user;
    assert_true(backend->is_sound(backend->context));
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_OK);
    int64_t reserved = backend->reserved_coins(backend->context, "ada");
    assert_true(user.available_coins >= 0 && reserved >= 0);
    assert_true(reserved <= CHILD_THREADS * PRICE);
    assert_int_equal(user.available_coins + reserved + user.used_coins, RICH);

    assert_outcome(chatur_store_coins_reclaim(fixture->store, "ada", FAR_MS + 1, NULL), CHATUR_OK);
    assert_int_equal(backend->reserved_coins(backend->context, "ada"), 0);
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_OK);
    assert_int_equal(user.available_coins + user.used_coins, RICH);
    assert_int_equal(user.generated_count * PRICE, user.used_coins);
    assert_all_stored(fixture, ids, count, user.used_coins);
}

static void nothing_acknowledged_is_lost_when_killed(void **state)
{
    struct store_fixture *fixture = *state;
    const struct chatur_profile ada = {.uid = "ada",
                                       .email = "ada@example.com",
                                       .name = "",
                                       .picture = "",
                                       .login_method = "dev",
                                       .fcm_token = ""};
    struct chatur_user user;
    assert_outcome(
        chatur_store_user_sign_in(fixture->store, &ada, RICH, NOW_MS, fixture->arena, &user, NULL),
        CHATUR_OK);
    char *ids = NULL;
    size_t length = 0;
    size_t capacity = 0;
    long stretch = 1; /* on a busy machine it all takes longer */
    for (int i = 0; i < KILLS; i++) {
        store_case_close(fixture);
        kill_one(fixture, stretch, &ids, &length, &capacity);
        stretch += i % 4 == 3 && length == 0 ? 1 : 0;
        store_case_open(fixture);
        assert_books_after_crash(fixture, ids, length / CHATUR_ID_LENGTH);
    }
    assert_true(length > 0);
    free(ids);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_acknowledged_is_lost_when_killed),
};

const struct store_cases store_crash_cases = {tests, sizeof(tests) / sizeof(tests[0])};
