/* What every cache promises, asked of each: local, Redis, and Redis over TLS. Faults are in
 * cache_fault_test.c. */
#include "cache_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/siphash.h"

#define PROCESSES 4
#define THREADS   4

static struct cache_place place;
static struct chatur_cache *cache;
static int64_t now_ms;

static int open_place(enum cache_kind kind)
{
    cache_place_open(&place, kind);
    cache = cache_open(&place);
    now_ms = chatur_now_ms();
    return 0;
}

static int open_local(void **state)
{
    (void)state;
    return open_place(CACHE_LOCAL);
}

static int open_redis(void **state)
{
    (void)state;
    return open_place(CACHE_REDIS);
}

static int open_redis_tls(void **state)
{
    (void)state;
    return open_place(CACHE_REDIS_TLS);
}

static int close_place(void **state)
{
    (void)state;
    chatur_cache_free(cache);
    cache_place_close(&place);
    return 0;
}

/* --- rates ------------------------------------------------------------------------------------ */

static struct chatur_allowance take(const char *key, int64_t count, int64_t period_s)
{
    struct chatur_allowance allowance = {0};
    chatur_cache_take(cache, key, &(struct chatur_rate){count, period_s}, now_ms, &allowance);
    assert_int_equal(allowance.limit, count);
    return allowance;
}

static void expect(struct chatur_allowance found, struct chatur_allowance wanted)
{
    assert_int_equal(found.allowed, wanted.allowed);
    assert_int_equal(found.remaining, wanted.remaining);
    assert_int_equal(found.reset_s, wanted.reset_s);
    assert_int_equal(found.retry_after_s, wanted.retry_after_s);
}

/* Time goes by: with Redis, whose clock is not ours to set, what it has of times is set back. */
static void pass(int64_t passed_ms)
{
    static const char script[] = "for _, key in ipairs(redis.call('KEYS', 'chatur:1:rate:*')) do "
                                 "redis.call('SET', key, redis.call('GET', key) - ARGV[1], "
                                 "'KEEPTTL') end";
    char line[600];
    if (place.kind == CACHE_LOCAL) {
        now_ms += passed_ms;
        return;
    }
    int length = snprintf(
        line, sizeof(line), "redis-cli -h localhost -p %d %s%s%s EVAL \"%s\" 0 %lld >%s/said",
        place.server.port, place.server.tls ? "--tls --cacert " : "",
        place.server.tls ? place.server.folder : "", place.server.tls ? "/ca.crt" : "", script,
        (long long)passed_ms, place.server.folder);
    assert_in_range(length, 1, sizeof(line) - 1);
    run_shell(line);
}

static void allows_a_burst_and_then_a_flow(void **state)
{
    (void)state;
    /* Where time goes by on its own, a second is left for what is asked in between. */
    const int64_t almost_ms = place.kind == CACHE_LOCAL ? 19999 : 19000;
    /* Three at once, then one in every 20 seconds. */
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 2, 20, 0});
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 1, 40, 0});
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 0, 60, 0});
    expect(take("ann", 3, 60), (struct chatur_allowance){false, 3, 0, 60, 20});
    expect(take("bob", 3, 60), (struct chatur_allowance){true, 3, 2, 20, 0});
    pass(almost_ms);
    expect(take("ann", 3, 60), (struct chatur_allowance){false, 3, 0, 41, 1});
    pass(20000 - almost_ms);
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 0, 60, 0});
    expect(take("ann", 3, 60), (struct chatur_allowance){false, 3, 0, 60, 20});
    pass(60000);
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 2, 20, 0});
}

static void refusals_cost_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(take("ann", 2, 10).allowed, i < 2);
    }
    pass(5000);
    assert_true(take("ann", 2, 10).allowed);
    assert_false(take("ann", 2, 10).allowed);
}

static void takes_the_smallest_and_the_largest_rate(void **state)
{
    (void)state;
    assert_true(take("once a day", 1, 86400).allowed);
    expect(take("once a day", 1, 86400), (struct chatur_allowance){false, 1, 0, 86400, 86400});
    struct chatur_allowance much = take("much", 1000000, 1000);
    assert_true(much.allowed);
    assert_int_equal(much.remaining, 999999);
    assert_true(take("odd", 7, 60).allowed);
    for (int i = 0; i < 6; i++) {
        assert_true(take("odd", 7, 60).allowed);
    }
    assert_false(take("odd", 7, 60).allowed);
}

static void survives_a_clock_that_steps_back(void **state)
{
    (void)state;
    assert_true(take("ann", 1, 60).allowed);
    pass(-86400000);
    assert_int_equal(take("ann", 1, 60).retry_after_s, 60); /* and not a day */
    pass(60000);
    assert_true(take("ann", 1, 60).allowed);
}

/* Machines that share a Redis, and whose clocks do not agree: each is told what is true for all. */
static void clocks_that_differ_disturb_nobody(void **state)
{
    (void)state;
    const int64_t right_ms = now_ms;
    now_ms = right_ms + 3600000;
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 2, 20, 0});
    now_ms = right_ms;
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 1, 40, 0});
    now_ms = right_ms - 3600000;
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 0, 60, 0});
    expect(take("ann", 3, 60), (struct chatur_allowance){false, 3, 0, 60, 20});
    now_ms = right_ms + 3600000;
    expect(take("ann", 3, 60), (struct chatur_allowance){false, 3, 0, 60, 20});
    now_ms = right_ms;
    pass(20000);
    expect(take("ann", 3, 60), (struct chatur_allowance){true, 3, 0, 60, 0});
}

/* Each process, and each thread in it, takes until it is refused. */
struct crowd {
    atomic_int allowed[256];
    atomic_int ready;
    atomic_bool go;
};

static struct crowd *crowd;
static struct chatur_rate crowd_rate;
static int crowd_keys;
static struct chatur_cache *crowd_cache;

static void *take_many(void *unused)
{
    (void)unused;
    atomic_fetch_add(&crowd->ready, 1);
    while (!atomic_load(&crowd->go)) {
        (void)sched_yield();
    }
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < crowd_keys; i++) {
            char key[32];
            struct chatur_allowance allowance;
            (void)snprintf(key, sizeof(key), "crowd %d", i);
            chatur_cache_take(crowd_cache, key, &crowd_rate, now_ms, &allowance);
            atomic_fetch_add(&crowd->allowed[i], allowance.allowed ? 1 : 0);
        }
        round += crowd_keys > 1 ? 49 : 0;
    }
    return NULL;
}

static _Noreturn void be_a_process(void)
{
    pthread_t threads[THREADS];
    crowd_cache = cache_open(&place);
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, take_many, NULL) != 0) {
            _exit(1);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    chatur_cache_free(crowd_cache);
    _exit(0);
}

static void run_crowd(int keys, struct chatur_rate rate)
{
    pid_t pids[PROCESSES];
    crowd = mmap(NULL, sizeof(*crowd), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(crowd, MAP_FAILED);
    crowd_keys = keys;
    crowd_rate = rate;
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            be_a_process();
        }
    }
    while (atomic_load(&crowd->ready) < PROCESSES * THREADS) {
        (void)sched_yield();
    }
    atomic_store(&crowd->go, true);
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < keys; i++) {
        assert_int_equal(atomic_load(&crowd->allowed[i]), rate.count);
    }
    (void)munmap(crowd, sizeof(*crowd));
}

/* All that 16 threads of 4 processes are allowed together is the rate, to the call. */
static void counts_exactly_in_a_crowd(void **state)
{
    (void)state;
    run_crowd(1, (struct chatur_rate){500, 86400});
}

/* New keys, all at once: nobody starts a second count. */
static void counts_new_keys_exactly(void **state)
{
    (void)state;
    run_crowd(256, (struct chatur_rate){3, 86400});
}

/* --- moments ---------------------------------------------------------------------------------- */

static void shares_a_moment(void **state)
{
    (void)state;
    struct chatur_cache *other = cache_open(&place);
    assert_int_equal(chatur_cache_closed_until(cache, "openai", now_ms), 0);
    chatur_cache_close_until(cache, "openai", now_ms + 30000, now_ms);
    assert_int_equal(chatur_cache_closed_until(other, "openai", now_ms), now_ms + 30000);
    assert_int_equal(chatur_cache_closed_until(other, "opt", now_ms), 0);
    assert_int_equal(chatur_cache_closed_until(other, "openai", now_ms + 30000), 0);
    chatur_cache_close_until(other, "openai", now_ms + 20000, now_ms); /* the latest word */
    assert_int_equal(chatur_cache_closed_until(cache, "openai", now_ms), now_ms + 20000);
    chatur_cache_close_until(other, "openai", now_ms - 1, now_ms);
    assert_int_equal(chatur_cache_closed_until(cache, "openai", now_ms), 0);
    chatur_cache_close_until(other, "never closed", 0, now_ms);
    assert_int_equal(chatur_cache_closed_until(cache, "never closed", now_ms), 0);
    chatur_cache_free(other);
}

/* --- known values ----------------------------------------------------------------------------- */

static bool keeps_values(void)
{
    return place.kind != CACHE_LOCAL;
}

static void warm(struct chatur_cache *which)
{
    if (keeps_values()) {
        cache_warm(which);
    }
}

static void knows_what_it_was_told(void **state)
{
    (void)state;
    warm(cache);
    assert_false(cache_knows(cache, "ann", ""));
    cache_learn(cache, "ann", "Ann Lee");
    cache_learn(cache, "bob", "");
    assert_int_equal(cache_knows(cache, "ann", "Ann Lee"), keeps_values());
    assert_int_equal(cache_knows(cache, "bob", ""), keeps_values());
    assert_false(cache_knows(cache, "an", "Ann Lee"));
    chatur_cache_forget(cache, "ann");
    assert_false(cache_knows(cache, "ann", ""));
    assert_int_equal(cache_knows(cache, "bob", ""), keeps_values());
    cache_learn(cache, "ann", "Ann Kim");
    assert_int_equal(cache_knows(cache, "ann", "Ann Kim"), keeps_values());
}

static void the_first_request_does_without(void **state)
{
    (void)state;
    struct chatur_cache_value value;
    struct chatur_cache_fill fill = {1, 1};
    assert_false(chatur_cache_get(cache, "ann", &value, &fill));
    assert_int_equal(fill.began_us, 0);
    if (place.kind == CACHE_REDIS) {
        assert_int_equal(redis_server_do(&place.server, "PUBLISH __redis__:invalidate x"), 0);
    }
}

static void what_is_too_long_is_not_kept(void **state)
{
    (void)state;
    static struct chatur_cache_value value;
    struct chatur_cache_fill fill = {0};
    warm(cache);
    assert_false(chatur_cache_get(cache, "ann", &value, &fill));
    value.length = sizeof(value.bytes) + 1;
    chatur_cache_put(cache, "ann", &value, &fill);
    assert_false(chatur_cache_get(cache, "ann", &value, &fill));
    value.length = sizeof(value.bytes);
    memset(value.bytes, 'x', value.length);
    chatur_cache_put(cache, "ann", &value, &fill);
    assert_int_equal(chatur_cache_get(cache, "ann", &value, &fill), keeps_values());
}

static void forgetting_holds_elsewhere(void **state)
{
    (void)state;
    struct chatur_cache *other = cache_open(&place);
    warm(cache);
    warm(other);
    for (int i = 0; i < 100; i++) {
        cache_learn(cache, "ann", "Ann Lee");
        assert_int_equal(cache_knows(cache, "ann", "Ann Lee"), keeps_values());
        chatur_cache_forget(other, "ann");
        assert_false(cache_knows(cache, "ann", ""));
        cache_learn(cache, "ann", "Ann Lee");
        chatur_cache_refresh(other, "ann");
        assert_false(cache_knows(cache, "ann", ""));
    }
    chatur_cache_free(other);
}

/* The store was asked, the user erased, and only then the answer put away. */
static void what_was_fetched_too_early_is_not_kept(void **state)
{
    (void)state;
    struct chatur_cache *other = cache_open(&place);
    struct chatur_cache_value value = {.length = 3, .bytes = "old"};
    struct chatur_cache_fill fill;
    struct chatur_cache *const writers[] = {cache, other};
    warm(cache);
    for (size_t i = 0; i < 2; i++) {
        assert_false(chatur_cache_get(cache, "ann", &value, &fill));
        assert_int_equal(fill.began_us != 0, keeps_values());
        chatur_cache_forget(writers[i], "ann");
        assert_false(cache_knows(cache, "bob", "")); /* somebody else's request takes note of it */
        chatur_cache_put(cache, "ann", &value, &fill);
        assert_false(cache_knows(cache, "ann", ""));
    }
    chatur_cache_free(other);
}

static void nothing_is_known_for_long(void **state)
{
    (void)state;
    const struct timespec pause = {.tv_nsec = 20000000};
    warm(cache);
    cache_learn(cache, "ann", "Ann Lee");
    int64_t from_us = chatur_monotonic_us();
    while (cache_knows(cache, "ann", "Ann Lee")) {
        (void)nanosleep(&pause, NULL);
    }
    int64_t lasted_us = chatur_monotonic_us() - from_us;
    assert_true(lasted_us < CHATUR_CACHE_MAX_AGE_MS * INT64_C(1000) + 500000);
}

/* More than there is room for: what is given up is only asked again. */
static void holds_only_so_many(void **state)
{
    (void)state;
    char key[32];
    char text[32];
    int known = 0;
    warm(cache);
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof(key), "user %d", i);
        (void)snprintf(text, sizeof(text), "text %d", i);
        cache_learn(cache, key, text);
    }
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof(key), "user %d", i);
        (void)snprintf(text, sizeof(text), "text %d", i);
        known += cache_knows(cache, key, text) ? 1 : 0;
    }
    assert_true(known <= 2048);
    assert_int_equal(known > 0, keeps_values());
}

/* --- the file of the local one ---------------------------------------------------------------- */

static void file_path(char *path, size_t size)
{
    (void)snprintf(path, size, "%s/limits", place.state_dir);
}

static void outlives_its_processes(void **state)
{
    (void)state;
    struct stat status;
    char path[96];
    file_path(path, sizeof(path));
    assert_int_not_equal(stat(path, &status), 0); /* not before it is needed */
    assert_true(take("ann", 1, 60).allowed);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    chatur_cache_free(cache);
    cache = cache_open(&place);
    assert_false(take("ann", 1, 60).allowed);
}

static void replaces_a_file_that_does_not_fit(void **state)
{
    (void)state;
    struct stat status;
    char path[96];
    file_path(path, sizeof(path));
    for (int round = 0; round < 5; round++) {
        chatur_cache_free(cache);
        cache = cache_open(&place);
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        switch (round) {
        case 0: /* empty */
            break;
        case 1: /* cut short */
            assert_int_equal(ftruncate(fd, 1000), 0);
            break;
        case 2: /* longer */
            assert_int_equal(ftruncate(fd, 1 << 20), 0);
            break;
        case 3: /* another version's */
            assert_int_equal(pwrite(fd, "chatur limits 0", 16, 0), 16);
            break;
        default: /* something else by this name */
            assert_int_equal(unlink(path), 0);
            assert_int_equal(symlink("/dev/null", path), 0);
            break;
        }
        (void)close(fd);
        assert_true(take("ann", 1, 60).allowed);
        assert_false(take("ann", 1, 60).allowed);
        assert_int_equal(lstat(path, &status), 0);
        assert_true(S_ISREG(status.st_mode));
        assert_int_equal(status.st_size, 128 + 4096 * 16 * 8);
    }
}

static void counts_alone_where_it_cannot_write(void **state)
{
    (void)state;
    struct chatur_config config = place.config;
    config.state_dir = "/proc/nowhere";
    chatur_cache_free(cache);
    assert_int_equal(chatur_cache_new(&config, &cache, NULL), CHATUR_OK);
    assert_true(take("ann", 1, 60).allowed);
    assert_false(take("ann", 1, 60).allowed);
}

static bool file_contains(const char *path, const char *text)
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t length = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    return memmem(bytes, length, text, strlen(text)) != NULL;
}

static void nothing_can_be_read_in_the_file(void **state)
{
    (void)state;
    char path[96];
    file_path(path, sizeof(path));
    assert_true(take("login address 203.0.113.9", 1, 60).allowed);
    assert_false(file_contains(path, "203.0"));
    assert_false(file_contains(path, CACHE_TEST_KEY));
    assert_true(file_contains(path, "chatur limits 1"));
}

/* Full of times to come: the earliest gives way, and nobody is refused for another's sake. */
static void a_full_table_refuses_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char key[32];
        (void)snprintf(key, sizeof(key), "address %d", i);
        assert_true(take(key, 10, 60).allowed);
    }
}

/* --- Redis alone ------------------------------------------------------------------------------ */

static void redis_keeps_nobodys_data(void **state)
{
    (void)state;
    warm(cache);
    cache_learn(cache, "ann-uid", "Ann Lee");
    chatur_cache_forget(cache, "ann-uid");
    assert_true(take("login address 203.0.113.9", 1, 60).allowed);
    chatur_cache_close_until(cache, "openai", now_ms + 60000, now_ms);
    struct redisContext *context = redisConnect("127.0.0.1", place.server.port);
    assert_non_null(context);
    redisReply *reply = redisCommand(context, "KEYS *");
    assert_non_null(reply);
    assert_int_equal(reply->elements, 3);
    for (size_t i = 0; i < reply->elements; i++) {
        const char *name = reply->element[i]->str;
        assert_int_equal(strncmp(name, "chatur:1:", 9), 0);
        assert_int_equal(strlen(name), strlen("chatur:1:user:") + 16);
        redisReply *ttl = redisCommand(context, "PTTL %s", name);
        assert_non_null(ttl);
        assert_true(ttl->integer > 0 && ttl->integer <= 60000);
        freeReplyObject(ttl);
    }
    freeReplyObject(reply);
    redisFree(context);
}

static bool can_tell(const char *url, const char *ca_file)
{
    struct chatur_config config = place.config;
    struct chatur_cache *with = NULL;
    config.redis_url = url;
    config.redis_ca_file = ca_file;
    assert_int_equal(chatur_cache_new(&config, &with, NULL), CHATUR_OK);
    bool told = with->ops->tell(with, "ann");
    chatur_cache_free(with);
    return told;
}

static void redis_wants_the_right_password(void **state)
{
    (void)state;
    static const struct {
        const char *user;
        bool valid;
    } rows[] = {
        {"", false},
        {":wrong@", false},
        {"ann:wrong@", false},
        {"bob:p%40:s@", false},
        {":p%40s%2F%25@", true},
        {"ann:p%40:s@", true},
        {"p%40s%2F%25@", true},
    };
    char url[128];
    (void)redis_server_do(&place.server, "ACL SETUSER ann on >p@:s ~chatur:* &* +@all");
    (void)redis_server_do(&place.server, "CONFIG SET requirepass p@s/%%");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)snprintf(url, sizeof(url), "redis://%s127.0.0.1:%d", rows[i].user, place.server.port);
        assert_int_equal(can_tell(url, ""), rows[i].valid);
    }
}

static void redis_selects_its_database(void **state)
{
    (void)state;
    char url[128];
    (void)snprintf(url, sizeof(url), "redis://localhost:%d/5", place.server.port);
    assert_true(can_tell(url, ""));
    assert_int_equal(redis_server_do(&place.server, "DBSIZE"), 0);
    (void)snprintf(url, sizeof(url), "redis://localhost:%d/0", place.server.port);
    assert_true(can_tell(url, ""));
    assert_int_equal(redis_server_do(&place.server, "DBSIZE"), 1);
    (void)snprintf(url, sizeof(url), "redis://localhost:%d/99", place.server.port);
    assert_false(can_tell(url, ""));
}

static void tls_believes_only_the_right_host(void **state)
{
    (void)state;
    char url[128];
    char other[96];
    (void)snprintf(other, sizeof(other), "%s/other.crt", place.server.folder);
    assert_true(can_tell(place.url, place.ca_file));
    assert_false(can_tell(place.url, other));
    assert_false(can_tell(place.url, "")); /* the system's authorities do not know it */
    (void)snprintf(url, sizeof(url), "rediss://127.0.0.1:%d", place.server.port);
    assert_false(can_tell(url, place.ca_file));
    (void)snprintf(url, sizeof(url), "redis://localhost:%d", place.server.port);
    assert_false(can_tell(url, ""));
}

static void tls_wants_a_file_of_certificates(void **state)
{
    (void)state;
    static const char *const bad[] = {"/dev/null", "/nowhere.pem"};
    struct chatur_config config = place.config;
    for (size_t i = 0; i < 2; i++) {
        struct chatur_error error = {0};
        struct chatur_cache *made = cache;
        config.redis_ca_file = bad[i];
        assert_int_equal(chatur_cache_new(&config, &made, &error), CHATUR_BAD_REQUEST);
        assert_null(made);
        assert_non_null(strstr(error.detail, "REDIS_CA_FILE"));
    }
    struct chatur_cache *made = cache;
    config.redis_url = "redis://";
    assert_int_equal(chatur_cache_new(&config, &made, NULL), CHATUR_BAD_REQUEST);
    assert_null(made);
    chatur_cache_free(NULL);
}

/* --- the hash --------------------------------------------------------------------------------- */

/* The vectors of the reference implementation: key 00 01 … 0f, input 00 01 …, of each length. */
static void siphash_is_siphash(void **state)
{
    (void)state;
    static const struct {
        size_t length;
        uint64_t hash;
    } rows[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},
        {7, UINT64_C(0xab0200f58b01d137)},  {8, UINT64_C(0x93f5f5799a932462)},
        {15, UINT64_C(0xa129ca6149be45e5)},
    };
    unsigned char bytes[16];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char)i;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(chatur_siphash(bytes, bytes, rows[i].length), rows[i].hash);
    }
}

#define CASE(test, open)                                                                           \
    {                                                                                              \
#test " (" #open ")", test, open, close_place, NULL                                        \
    }
#define EVERY_CACHE(open)                                                                          \
    CASE(allows_a_burst_and_then_a_flow, open), CASE(refusals_cost_nothing, open),                 \
        CASE(takes_the_smallest_and_the_largest_rate, open),                                       \
        CASE(survives_a_clock_that_steps_back, open), CASE(counts_exactly_in_a_crowd, open),       \
        CASE(counts_new_keys_exactly, open), CASE(shares_a_moment, open),                          \
        CASE(knows_what_it_was_told, open), CASE(the_first_request_does_without, open),            \
        CASE(what_is_too_long_is_not_kept, open), CASE(forgetting_holds_elsewhere, open),          \
        CASE(what_was_fetched_too_early_is_not_kept, open), CASE(nothing_is_known_for_long, open), \
        CASE(holds_only_so_many, open)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVERY_CACHE(open_local),
        EVERY_CACHE(open_redis),
        EVERY_CACHE(open_redis_tls),
        CASE(outlives_its_processes, open_local),
        CASE(replaces_a_file_that_does_not_fit, open_local),
        CASE(counts_alone_where_it_cannot_write, open_local),
        CASE(nothing_can_be_read_in_the_file, open_local),
        CASE(a_full_table_refuses_nobody, open_local),
        CASE(clocks_that_differ_disturb_nobody, open_redis),
        CASE(redis_keeps_nobodys_data, open_redis),
        CASE(redis_wants_the_right_password, open_redis),
        CASE(redis_selects_its_database, open_redis),
        CASE(tls_believes_only_the_right_host, open_redis_tls),
        CASE(tls_wants_a_file_of_certificates, open_redis_tls),
        cmocka_unit_test(siphash_is_siphash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
