/* Redis in trouble: stopped, frozen, restarted, emptied, its connections cut, slow, talking
 * nonsense, or refusing. Whatever it is: nobody is answered with what was forgotten, nobody waits
 * longer than promised, limits go on being limits, and all is as before within two seconds of its
 * return. */
#include "cache_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "proxy.h"

/* What a loaded machine may add to a time limit. */
#define SLACK_US INT64_C(400000)

#define MAX_AGE_US (CHATUR_CACHE_MAX_AGE_MS * INT64_C(1000))
#define TIMEOUT_US (CHATUR_CACHE_TIMEOUT_MS * INT64_C(1000))

static struct cache_place place;
static struct proxy proxy;
static struct chatur_cache *cache; /* through the proxy */
static struct chatur_cache *other; /* straight to Redis */

static int set_up(void **state)
{
    (void)state;
    cache_place_open(&place, CACHE_REDIS);
    proxy_start(&proxy, place.server.port);
    other = cache_open(&place);
    (void)snprintf(place.url, sizeof(place.url), "redis://127.0.0.1:%d", proxy.port);
    cache = cache_open(&place);
    cache_warm(cache);
    cache_learn(cache, "ann", "old");
    assert_true(cache_knows(cache, "ann", "old"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    chatur_cache_free(cache);
    chatur_cache_free(other);
    proxy_stop(&proxy);
    cache_place_close(&place);
    return 0;
}

/* --- what must hold in any trouble ------------------------------------------------------------ */

static int64_t since(int64_t from_us)
{
    return chatur_monotonic_us() - from_us;
}

/* One request: it is known who asks, and counted. Returns how long it waited. */
static int64_t request(struct chatur_cache *with, const char *key)
{
    struct chatur_allowance allowance;
    struct chatur_cache_value value;
    struct chatur_cache_fill fill;
    int64_t from_us = chatur_monotonic_us();
    (void)chatur_cache_get(with, "bob", &value, &fill);
    chatur_cache_take(with, key, &(struct chatur_rate){1000000, 86400}, chatur_now_ms(),
                      &allowance);
    assert_true(allowance.allowed);
    return since(from_us);
}

/* The first may wait for its timeout, and those after it for nothing. */
static void nobody_waits_long(void)
{
    int64_t first_us = request(cache, "ann");
    assert_true(first_us < TIMEOUT_US + SLACK_US);
    int64_t from_us = chatur_monotonic_us();
    for (int i = 0; i < 100; i++) {
        (void)request(cache, "ann");
    }
    /* The gate lets one try again in every second, should this take that long. */
    assert_true(since(from_us) < TIMEOUT_US + SLACK_US);
}

static void limits_hold(void)
{
    struct chatur_allowance allowance;
    int allowed = 0;
    for (int i = 0; i < 20; i++) {
        chatur_cache_take(cache, "in trouble", &(struct chatur_rate){5, 86400}, chatur_now_ms(),
                          &allowance);
        allowed += allowance.allowed ? 1 : 0;
    }
    /* Here and in Redis, should it have come to know of the first ones. */
    assert_true(allowed >= 5 && allowed <= 10);
}

/* Who cannot tell waits, and then nobody knows it any more. */
static void forgetting_waits_and_holds(struct chatur_cache *writer)
{
    int64_t from_us = chatur_monotonic_us();
    chatur_cache_forget(writer, "ann");
    int64_t waited_us = since(from_us);
    assert_true(waited_us >= MAX_AGE_US);
    assert_true(waited_us < MAX_AGE_US + TIMEOUT_US + 2 * SLACK_US);
    assert_false(cache_knows(cache, "ann", "old"));
    assert_false(cache_knows(other, "ann", "old"));
}

static bool is_counted_in_redis(void)
{
    long long before = redis_server_do(&place.server, "DBSIZE");
    char key[64];
    (void)snprintf(key, sizeof(key), "new %lld", (long long)chatur_monotonic_us());
    (void)request(cache, key);
    return redis_server_do(&place.server, "DBSIZE") > before;
}

static void all_is_well_again(void)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    int64_t from_us = chatur_monotonic_us();
    cache_warm(cache); /* within two seconds */
    while (!is_counted_in_redis()) {
        assert_true(since(from_us) < 2000000);
        (void)nanosleep(&pause, NULL);
    }
    cache_learn(cache, "carl", "new");
    assert_true(cache_knows(cache, "carl", "new"));
    chatur_cache_refresh(other, "carl");
    /* Through a proxy the word may take a moment; without one it may not (coherence, below). */
    while (cache_knows(cache, "carl", "new")) {
        assert_true(since(from_us) < 2000000 + SLACK_US);
    }
}

/* The proxy takes a moment to pass on what Redis says, or that it is gone. */
static void soon_forgotten(void)
{
    const int64_t from_us = chatur_monotonic_us();
    while (cache_knows(cache, "ann", "old")) {
        assert_true(since(from_us) < SLACK_US);
    }
}

/* --- troubles --------------------------------------------------------------------------------- */

static void stopped_and_restarted(void **state)
{
    (void)state;
    redis_server_stop(&place.server);
    soon_forgotten();
    nobody_waits_long();
    limits_hold();
    forgetting_waits_and_holds(other);
    redis_server_start(&place.server);
    all_is_well_again();
}

static void frozen(void **state)
{
    (void)state;
    redis_server_freeze(&place.server);
    nobody_waits_long();
    limits_hold();
    forgetting_waits_and_holds(other);
    redis_server_thaw(&place.server);
    all_is_well_again();
}

/* Its users cannot see that it is another one now, and empty. */
static void restarted_at_once(void **state)
{
    (void)state;
    redis_server_stop(&place.server);
    redis_server_start(&place.server);
    soon_forgotten();
    chatur_cache_forget(other, "ann");
    assert_false(cache_knows(cache, "ann", "old"));
    all_is_well_again();
}

static void emptied(void **state)
{
    (void)state;
    (void)redis_server_do(&place.server, "FLUSHALL");
    soon_forgotten();
    all_is_well_again();
}

/* What was said while nobody listened is as good as said. */
static void subscriber_killed(void **state)
{
    (void)state;
    struct cache_place straight = place;
    (void)snprintf(straight.url, sizeof(straight.url), "redis://127.0.0.1:%d", place.server.port);
    straight.config.redis_url = straight.url;
    struct chatur_cache *reader = cache_open(&straight);
    for (int i = 0; i < 20; i++) {
        cache_warm(reader);
        cache_learn(reader, "ann", "old");
        assert_true(cache_knows(reader, "ann", "old"));
        assert_true(redis_server_do(&place.server, "CLIENT KILL TYPE pubsub") >= 1);
        chatur_cache_forget(other, "ann");
        assert_false(cache_knows(reader, "ann", "old"));
    }
    chatur_cache_free(reader);
    all_is_well_again();
}

/* Idle connections that the server has closed are no fault that anybody notices. */
static void commands_killed(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        (void)request(cache, "ann");
        assert_true(redis_server_do(&place.server, "CLIENT KILL TYPE normal SKIPME yes") >= 1);
        assert_true(is_counted_in_redis());
        int64_t from_us = chatur_monotonic_us();
        chatur_cache_forget(other, "ann");
        assert_true(since(from_us) < SLACK_US);
    }
}

static void refuses_to_write(void **state)
{
    (void)state;
    (void)redis_server_do(&place.server, "CONFIG SET maxmemory 1");
    nobody_waits_long();
    limits_hold();
    forgetting_waits_and_holds(other);
    (void)redis_server_do(&place.server, "CONFIG SET maxmemory 0");
    all_is_well_again();
}

static void holds_rubbish(void **state)
{
    (void)state;
    (void)redis_server_do(&place.server, "FLUSHALL");
    assert_true(is_counted_in_redis());
    (void)redis_server_do(&place.server, "EVAL %s 0",
                          "for _, k in ipairs(redis.call('KEYS', 'chatur:1:rate:*')) do "
                          "redis.call('SET', k, 'rubbish') end return 1");
    nobody_waits_long();
    (void)redis_server_do(&place.server, "EVAL %s 0",
                          "for _, k in ipairs(redis.call('KEYS', 'chatur:1:rate:*')) do "
                          "redis.call('DEL', k) redis.call('LPUSH', k, '1') end return 1");
    nobody_waits_long();
    all_is_well_again();
}

/* More news than a socket holds: there might be still more behind it. */
static void floods(void **state)
{
    (void)state;
    cache_warm(other); /* without the proxy, which would make a trickle of it */
    cache_learn(other, "ann", "old");
    assert_true(cache_knows(other, "ann", "old"));
    (void)redis_server_do(&place.server, "EVAL %s 0",
                          "for i = 1, 3000 do "
                          "redis.call('SET', string.format('chatur:1:user:%016x', i), '') end");
    assert_false(cache_knows(other, "ann", "old"));
    cache_warm(other);
    all_is_well_again();
}

static void does_not_allow_tracking(void **state)
{
    (void)state;
    struct chatur_config config = place.config;
    struct chatur_cache *poor = NULL;
    char url[128];
    (void)redis_server_do(&place.server, "ACL SETUSER poor on >secret ~chatur:* &* +@all -client");
    (void)snprintf(url, sizeof(url), "redis://poor:secret@127.0.0.1:%d", place.server.port);
    config.redis_url = url;
    assert_int_equal(chatur_cache_new(&config, &poor, NULL), CHATUR_OK);
    for (int i = 0; i < 50; i++) {
        cache_learn(poor, "ann", "old");
        assert_false(cache_knows(poor, "ann", "old"));
        assert_true(request(poor, "poor") < SLACK_US);
    }
    int64_t from_us = chatur_monotonic_us();
    chatur_cache_forget(poor, "ann"); /* telling others works */
    assert_true(since(from_us) < SLACK_US);
    chatur_cache_free(poor);
}

static void in_mode(enum proxy_mode mode)
{
    atomic_store(proxy.mode, (int)mode);
    nobody_waits_long();
    limits_hold();
    forgetting_waits_and_holds(cache);
    atomic_store(proxy.mode, PROXY_PASSES);
    all_is_well_again();
}

static void slow(void **state)
{
    (void)state;
    in_mode(PROXY_DRIPS);
}

/* It answers each time, but who asks several times would wait as often. */
static void lagging(void **state)
{
    (void)state;
    in_mode(PROXY_LAGS);
}

static void mute(void **state)
{
    (void)state;
    in_mode(PROXY_MUTE);
}

static void cut_off_in_the_middle(void **state)
{
    (void)state;
    in_mode(PROXY_CUTS);
}

static void babbling(void **state)
{
    (void)state;
    in_mode(PROXY_BABBLES);
}

static void loading(void **state)
{
    (void)state;
    in_mode(PROXY_LOADS);
}

static void locked(void **state)
{
    (void)state;
    in_mode(PROXY_LOCKED);
}

static void lying(void **state)
{
    (void)state;
    in_mode(PROXY_LIES);
    chatur_cache_close_until(cache, "openai", chatur_now_ms() + 60000, chatur_now_ms());
    assert_true(chatur_cache_closed_until(cache, "openai", chatur_now_ms()) > 0);
    atomic_store(proxy.mode, PROXY_LIES);
    assert_true(chatur_cache_closed_until(cache, "openai", chatur_now_ms()) > 0);
}

/* It stays where it is, and takes no more writes: it was made a replica of another one. */
static void demoted(void **state)
{
    (void)state;
    (void)redis_server_do(&place.server, "REPLICAOF 127.0.0.1 %d", free_port());
    nobody_waits_long();
    limits_hold();
    forgetting_waits_and_holds(other);
    assert_false(cache_knows(cache, "ann", "old"));
    (void)redis_server_do(&place.server, "REPLICAOF NO ONE");
    all_is_well_again();
}

/* What a replica tells comes later than its primary answers: it is not listened to. */
static void only_a_replica(void **state)
{
    (void)state;
    (void)redis_server_do(&place.server, "REPLICAOF 127.0.0.1 %d", free_port());
    struct chatur_cache *late = cache_open(&place);
    int64_t from_us = chatur_monotonic_us();
    while (since(from_us) < 1500000) {
        cache_learn(late, "ann", "old");
        assert_false(cache_knows(late, "ann", "old"));
    }
    chatur_cache_free(late);
}

/* Only the reader is cut off, and does not notice: its connection is open and silent. What it knows
 * has an end of its own, and it learns nothing new. */
static void reader_cut_off(void **state)
{
    (void)state;
    const struct timespec pause = {.tv_nsec = 20000000};
    atomic_store(proxy.mode, PROXY_MUTE);
    chatur_cache_forget(other, "ann"); /* it was told, says Redis */
    int64_t from_us = chatur_monotonic_us();
    while (since(from_us) < MAX_AGE_US + 50000) {
        (void)nanosleep(&pause, NULL);
    }
    assert_false(cache_knows(cache, "ann", "old"));
    /* And after its lease it trusts the connection no more. */
    while (since(from_us) < 7000000) {
        struct chatur_cache_value value;
        struct chatur_cache_fill fill;
        assert_false(chatur_cache_get(cache, "dora", &value, &fill));
        if (fill.began_us == 0 && since(from_us) > 3000000) {
            break;
        }
        (void)nanosleep(&pause, NULL);
    }
    assert_true(since(from_us) < 7000000);
    atomic_store(proxy.mode, PROXY_PASSES);
    all_is_well_again();
}

/* A name that nobody answers for. */
static void nowhere(void **state)
{
    (void)state;
    struct chatur_config config = place.config;
    struct chatur_cache *lost = NULL;
    char url[128];
    (void)snprintf(url, sizeof(url), "redis://127.0.0.1:%d", free_port());
    config.redis_url = url;
    assert_int_equal(chatur_cache_new(&config, &lost, NULL), CHATUR_OK);
    for (int i = 0; i < 100; i++) {
        assert_true(request(lost, "ann") < SLACK_US);
    }
    chatur_cache_free(lost);
}

/* --- coherence -------------------------------------------------------------------------------- */

#define ROUNDS  5000
#define READERS 3
#define THREADS 2

/* A store of one number. `changed` is what it holds; `acknowledged`, what its last writer was told
 * has come to everybody. */
struct store {
    atomic_long changed;
    atomic_long acknowledged;
    atomic_long stale;
    atomic_long hits;
    atomic_long fills;
    atomic_int ready;
    atomic_bool over;
};

static struct store *store;
static struct chatur_cache *reader_cache;

static void *read_on(void *unused)
{
    bool ready = false;
    (void)unused;
    while (!atomic_load(&store->over)) {
        struct chatur_cache_value value;
        struct chatur_cache_fill fill;
        long known = 0;
        long acknowledged = atomic_load(&store->acknowledged);
        if (chatur_cache_get(reader_cache, "ann", &value, &fill)) {
            memcpy(&known, value.bytes, sizeof(known));
            atomic_fetch_add(&store->stale, known < acknowledged ? 1 : 0);
            atomic_fetch_add(&store->hits, 1);
            continue;
        }
        if (fill.began_us == 0) {
            continue;
        }
        if (!ready) {
            ready = true;
            atomic_fetch_add(&store->ready, 1);
        }
        known = atomic_load(&store->changed);
        (void)sched_yield();
        value.length = sizeof(known);
        memcpy(value.bytes, &known, sizeof(known));
        chatur_cache_put(reader_cache, "ann", &value, &fill);
        atomic_fetch_add(&store->fills, 1);
    }
    return NULL;
}

static _Noreturn void be_a_reader(void)
{
    pthread_t threads[THREADS];
    reader_cache = cache_open(&place);
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, read_on, NULL) != 0) {
            _exit(1);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    chatur_cache_free(reader_cache);
    _exit(0);
}

static void never_stale(enum cache_kind kind)
{
    pid_t pids[READERS];
    cache_place_open(&place, kind);
    store = mmap(NULL, sizeof(*store), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(store, MAP_FAILED);
    for (int i = 0; i < READERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            be_a_reader();
        }
    }
    while (atomic_load(&store->ready) < READERS) {
        (void)sched_yield();
    }
    struct chatur_cache *writer = cache_open(&place);
    for (long round = 1; round <= ROUNDS; round++) {
        long fills = atomic_load(&store->fills);
        atomic_store(&store->changed, round);
        chatur_cache_forget(writer, "ann");
        atomic_store(&store->acknowledged, round);
        /* Every other round gives the readers time to keep the new value. */
        while (round % 2 == 0 && atomic_load(&store->fills) == fills) {
            (void)sched_yield();
        }
    }
    atomic_store(&store->over, true);
    for (int i = 0; i < READERS; i++) {
        int status = 0;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    print_message("# %ld fills, %ld hits, %ld stale\n", atomic_load(&store->fills),
                  atomic_load(&store->hits), atomic_load(&store->stale));
    assert_int_equal(atomic_load(&store->stale), 0);
    assert_true(atomic_load(&store->fills) > ROUNDS / 2 - 1);
    assert_true(atomic_load(&store->hits) > ROUNDS);
    chatur_cache_free(writer);
    (void)munmap(store, sizeof(*store));
    cache_place_close(&place);
}

static void never_stale_over_tcp(void **state)
{
    (void)state;
    never_stale(CACHE_REDIS);
}

static void never_stale_over_tls(void **state)
{
    (void)state;
    never_stale(CACHE_REDIS_TLS);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(stopped_and_restarted),
        CASE(frozen),
        CASE(restarted_at_once),
        CASE(emptied),
        CASE(subscriber_killed),
        CASE(commands_killed),
        CASE(refuses_to_write),
        CASE(holds_rubbish),
        CASE(does_not_allow_tracking),
        CASE(floods),
        CASE(slow),
        CASE(lagging),
        CASE(mute),
        CASE(cut_off_in_the_middle),
        CASE(babbling),
        CASE(loading),
        CASE(locked),
        CASE(lying),
        CASE(demoted),
        CASE(only_a_replica),
        CASE(reader_cut_off),
        CASE(nowhere),
        cmocka_unit_test(never_stale_over_tcp),
        cmocka_unit_test(never_stale_over_tls),
    };
    chatur_log_start("cache_fault_test", CHATUR_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
