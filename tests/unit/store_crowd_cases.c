/* The contract under many hands, threads and processes. cmocka's asserts jump and so belong to the
 * main thread; threads and children count what they saw. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_cases.h"

#define THREADS 16

struct crowd {
    struct chatur_store *store;
    const char *uids[2];
    const char *shared_id; /* NULL: each attempt under an id of its own */
    int rounds;
    int64_t coins;
    atomic_int next;
    atomic_int arrivals;
    atomic_int outcomes[CHATUR_OUTCOMES];
};

static void *generate_many(void *context)
{
    struct crowd *crowd = context;
    for (int i = 0; i < crowd->rounds; i++) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        const char *uid = crowd->uids[atomic_fetch_add(&crowd->next, 1) % 2];
        enum chatur_outcome outcome =
            store_case_try(crowd->store, uid, crowd->shared_id != NULL ? crowd->shared_id : id,
                           crowd->coins, DEADLINE_MS);
        atomic_fetch_add(&crowd->outcomes[outcome], 1);
    }
    return NULL;
}

static void run_threads(void *(*work)(void *), void *context, size_t count)
{
    pthread_t threads[THREADS];
    assert_true(count <= THREADS);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, context), 0);
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

static void many_threads_on_one_user(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    struct crowd crowd = {
        .store = fixture->store, .uids = {"ada", "ada"}, .rounds = 20, .coins = 1};
    run_threads(generate_many, &crowd, THREADS);
    assert_int_equal(crowd.outcomes[CHATUR_OK], 320);
    assert_int_equal(store_case_history_length(fixture, "ada"), 320);
    struct chatur_user user;
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_OK);
    assert_int_equal(user.available_coins, START_COINS - 320);
    assert_int_equal(user.used_coins, 320);
    assert_int_equal(user.generated_count, 320);
    assert_int_equal(fixture->backend->reserved_coins(fixture->backend->context, "ada"), 0);
}

static void two_users_at_once_stay_apart(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    store_case_sign_in(fixture, "bob");
    struct crowd crowd = {
        .store = fixture->store, .uids = {"ada", "bob"}, .rounds = 4, .coins = PRICE};
    run_threads(generate_many, &crowd, THREADS);
    assert_int_equal(crowd.outcomes[CHATUR_OK], 64);
    static const char *const uids[] = {"ada", "bob"};
    for (size_t i = 0; i < 2; i++) {
        store_case_books(fixture, uids[i], START_COINS - 32 * PRICE, 0, 32 * PRICE);
        assert_int_equal(store_case_history_length(fixture, uids[i]), 32);
    }
}

static void the_last_coins_are_spent_once(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    struct crowd crowd = {
        .store = fixture->store, .uids = {"ada", "ada"}, .rounds = 4, .coins = PRICE};
    run_threads(generate_many, &crowd, THREADS); /* 64 attempts, coins for 40 */
    assert_int_equal(crowd.outcomes[CHATUR_OK], 40);
    assert_int_equal(crowd.outcomes[CHATUR_NO_COINS], 24);
    store_case_books(fixture, "ada", 0, 0, START_COINS);
    assert_int_equal(store_case_history_length(fixture, "ada"), 40);
}

static void one_id_is_won_by_one(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    struct crowd crowd = {.store = fixture->store,
                          .uids = {"ada", "ada"},
                          .shared_id = "00000000000000000000000a",
                          .rounds = 2,
                          .coins = PRICE};
    run_threads(generate_many, &crowd, THREADS);
    assert_int_equal(crowd.outcomes[CHATUR_OK], 1);
    assert_int_equal(crowd.outcomes[CHATUR_CONFLICT], 31);
    store_case_books(fixture, "ada", START_COINS - PRICE, 0, PRICE);
}

static enum chatur_outcome is_whole(void *context, const struct chatur_email *email)
{
    (void)context;
    return strcmp(email->uid, "ada") == 0 && email->text[0] == 'D' ? CHATUR_OK : CHATUR_BAD_ANSWER;
}

static void *read_many(void *context)
{
    struct crowd *crowd = context;
    struct chatur_arena *arena = chatur_arena_new(1 << 20);
    if (arena == NULL) {
        atomic_fetch_add(&crowd->outcomes[CHATUR_INTERNAL], 1);
        return NULL;
    }
    for (int i = 0; i < crowd->rounds; i++) {
        struct chatur_user user;
        enum chatur_outcome outcome =
            chatur_store_user_find(crowd->store, "ada", arena, &user, NULL);
        if (outcome == CHATUR_OK) {
            bool is_sane = user.available_coins >= 0 && user.used_coins <= START_COINS &&
                           user.available_coins + user.used_coins <= START_COINS;
            outcome = is_sane ? CHATUR_OK : CHATUR_BAD_ANSWER;
        }
        if (outcome == CHATUR_OK) {
            outcome = chatur_store_email_each(
                crowd->store, "ada", &(struct chatur_page){.limit = 5}, is_whole, NULL, NULL);
        }
        atomic_fetch_add(&crowd->outcomes[outcome], 1);
        chatur_arena_reset(arena);
    }
    chatur_arena_free(arena);
    return NULL;
}

static void *read_or_generate(void *context)
{
    struct crowd *crowds = context;
    return atomic_fetch_add(&crowds[0].next, 1) % 2 == 0 ? read_many(&crowds[0])
                                                         : generate_many(&crowds[1]);
}

static void readers_see_whole_states_while_others_write(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    struct crowd crowds[] = {
        {.store = fixture->store, .rounds = 100},
        {.store = fixture->store, .uids = {"ada", "ada"}, .rounds = 5, .coins = PRICE},
    };
    run_threads(read_or_generate, crowds, THREADS);
    assert_int_equal(crowds[0].outcomes[CHATUR_OK], 800);
    assert_int_equal(crowds[1].outcomes[CHATUR_OK], 40);
    store_case_books(fixture, "ada", 0, 0, START_COINS);
}

struct arrival {
    struct chatur_store *store;
    atomic_int refused;
};

static void *sign_in_once(void *context)
{
    struct arrival *arrival = context;
    const struct chatur_profile ada = {.uid = "ada",
                                       .email = "ada@example.com",
                                       .name = "",
                                       .picture = "",
                                       .login_method = "dev",
                                       .fcm_token = ""};
    struct chatur_user user;
    struct chatur_arena *arena = chatur_arena_new(1 << 16);
    if (arena == NULL || chatur_store_user_sign_in(arrival->store, &ada, START_COINS, NOW_MS, arena,
                                                   &user, NULL) != CHATUR_OK) {
        atomic_fetch_add(&arrival->refused, 1);
    }
    chatur_arena_free(arena);
    return NULL;
}

static void a_first_sign_in_many_times_at_once_makes_one_user(void **state)
{
    struct store_fixture *fixture = *state;
    struct arrival arrival = {.store = fixture->store};
    run_threads(sign_in_once, &arrival, THREADS);
    assert_int_equal(arrival.refused, 0);
    store_case_books(fixture, "ada", START_COINS, 0, 0);
    assert_outcome(chatur_store_user_erase(fixture->store, "ada", NULL), CHATUR_OK);
    struct chatur_user user;
    assert_outcome(chatur_store_user_find(fixture->store, "ada", fixture->arena, &user, NULL),
                   CHATUR_NOT_FOUND);
}

static void *erase_or_generate(void *context)
{
    struct crowd *crowd = context;
    if (atomic_fetch_add(&crowd->arrivals, 1) == THREADS / 2) {
        enum chatur_outcome outcome = chatur_store_user_erase(crowd->store, "ada", NULL);
        atomic_fetch_add(&crowd->outcomes[outcome == CHATUR_OK ? CHATUR_EMPTY : outcome], 1);
        return NULL;
    }
    return generate_many(context);
}

/* Nothing that was on its way may turn up after its user is gone; the frame looks for it. */
static void erasing_in_the_middle_of_generations_leaves_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        store_case_sign_in(fixture, "ada");
        struct crowd crowd = {
            .store = fixture->store, .uids = {"ada", "ada"}, .rounds = 2, .coins = 1};
        run_threads(erase_or_generate, &crowd, THREADS);
        assert_int_equal(crowd.outcomes[CHATUR_EMPTY], 1);
        assert_int_equal(crowd.outcomes[CHATUR_OK] + crowd.outcomes[CHATUR_NOT_FOUND],
                         2 * (THREADS - 1));
        assert_int_equal(store_case_history_length(fixture, "ada"), 0);
        assert_int_equal(fixture->backend->reserved_coins(fixture->backend->context, "ada"), 0);
    }
}

/* In a child: `rounds` generations; its exit status is 0 when all were granted. */
static pid_t start_writer(struct store_fixture *fixture, int rounds)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) {
        return child;
    }
    struct chatur_store *store = fixture->backend->open(fixture->backend->context);
    bool is_good = store != NULL;
    for (int i = 0; is_good && i < rounds; i++) {
        char id[CHATUR_ID_LENGTH + 1];
        chatur_id_new(id);
        is_good = store_case_try(store, "ada", id, PRICE, DEADLINE_MS) == CHATUR_OK;
    }
    chatur_store_free(store);
    _exit(is_good ? 0 : 1);
}

static void several_processes_write_at_once(void **state)
{
    struct store_fixture *fixture = *state;
    store_case_sign_in(fixture, "ada");
    store_case_close(fixture);
    pid_t children[4];
    for (size_t i = 0; i < 4; i++) {
        children[i] = start_writer(fixture, 10);
    }
    for (size_t i = 0; i < 4; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    store_case_open(fixture);
    store_case_books(fixture, "ada", 0, 0, START_COINS);
    assert_int_equal(store_case_history_length(fixture, "ada"), 40);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_threads_on_one_user),
    cmocka_unit_test(two_users_at_once_stay_apart),
    cmocka_unit_test(the_last_coins_are_spent_once),
    cmocka_unit_test(one_id_is_won_by_one),
    cmocka_unit_test(readers_see_whole_states_while_others_write),
    cmocka_unit_test(several_processes_write_at_once),
    cmocka_unit_test(a_first_sign_in_many_times_at_once_makes_one_user),
    cmocka_unit_test(erasing_in_the_middle_of_generations_leaves_nothing),
};

const struct store_cases store_crowd_cases = {tests, sizeof(tests) / sizeof(tests[0])};
