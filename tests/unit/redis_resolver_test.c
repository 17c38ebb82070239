/* Names that are looked up by a resolver in trouble: slow, dead, failing, of another mind than
 * before. getaddrinfo is replaced for the whole program. Nobody waits longer than promised; what
 * was known is made use of; and a name that was given to another server is followed. */
#include "cache/redis_resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cache_place.h"

/* What a loaded machine may add to a time limit. */
#define SLACK_US INT64_C(400000)

#define TIMEOUT_US (CHATUR_CACHE_TIMEOUT_MS * INT64_C(1000))

/* --- the resolver ----------------------------------------------------------------------------- */

static struct {
    atomic_bool dead;       /* it says nothing until it is no more */
    atomic_int delay_ms;    /* before it says anything */
    atomic_int failure;     /* EAI_…, 0: none */
    atomic_int last;        /* the last byte of 127.0.0.x */
    atomic_int port;        /* 0: the one that was asked for */
    atomic_bool silent_too; /* and before it, an address that nobody answers at */
    atomic_int running;
    atomic_int at_once; /* how many ran at the most */
    atomic_int asked;
} resolver;

static int silent_port; /* of a server whose queue is full */

static void add(struct addrinfo **list, int last, int port)
{
    struct addrinfo *entry = calloc(1, sizeof(*entry) + sizeof(struct sockaddr_in));
    if (entry == NULL) {
        abort();
    }
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(0x7f000000U + (unsigned)last)};
    entry->ai_family = AF_INET;
    entry->ai_addrlen = sizeof(address);
    entry->ai_addr = (struct sockaddr *)(entry + 1);
    memcpy(entry->ai_addr, &address, sizeof(address));
    entry->ai_next = *list;
    *list = entry;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): theirs are the system's */
int getaddrinfo(const char *restrict name, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
    (void)hints;
    atomic_fetch_add(&resolver.asked, 1);
    int running = atomic_fetch_add(&resolver.running, 1) + 1;
    if (running > atomic_load(&resolver.at_once)) {
        atomic_store(&resolver.at_once, running);
    }
    chatur_pause_us(atomic_load(&resolver.delay_ms) * INT64_C(1000));
    while (atomic_load(&resolver.dead)) {
        chatur_pause_us(1000);
    }
    int failure = strcmp(name, "redis.test") == 0 ? atomic_load(&resolver.failure) : EAI_NONAME;
    if (failure == 0) {
        int port = atomic_load(&resolver.port);
        *found = NULL;
        add(found, atomic_load(&resolver.last), port != 0 ? port : (int)strtol(service, NULL, 10));
        if (atomic_load(&resolver.silent_too)) {
            add(found, 1, silent_port);
        }
    }
    atomic_fetch_sub(&resolver.running, 1);
    return failure;
}

void freeaddrinfo(struct addrinfo *list)
{
    while (list != NULL) {
        struct addrinfo *next = list->ai_next;
        free(list);
        list = next;
    }
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* Those that nobody waits for any more, too. */
static void wait_for_lookups(void)
{
    const int64_t until_us = chatur_monotonic_us() + 10000000;
    while (atomic_load(&resolver.running) > 0) {
        assert_true(chatur_monotonic_us() < until_us);
        chatur_pause_us(1000);
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&resolver, 0, sizeof(resolver));
    atomic_store(&resolver.last, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    atomic_store(&resolver.dead, false);
    wait_for_lookups();
    return 0;
}

/* --- finding ---------------------------------------------------------------------------------- */

static struct redis_resolver *open_resolver(void)
{
    struct redis_resolver *made = redis_resolver_new("redis.test", "6379");
    assert_non_null(made);
    return made;
}

/* The last byte of the first address, 0 when there is none; and how long that took. */
static int find(struct redis_resolver *with, int64_t *took_us)
{
    struct redis_addresses found;
    struct sockaddr_in four;
    struct chatur_error error = {0};
    const int64_t from_us = chatur_monotonic_us();
    bool known = redis_resolver_find(with, from_us + TIMEOUT_US, &found, &error);
    *took_us = chatur_monotonic_us() - from_us;
    assert_int_equal(known, found.count > 0);
    assert_int_equal(known, error.detail[0] == '\0');
    memcpy(&four, &found.at[0], sizeof(four));
    return known ? (int)(ntohl(four.sin_addr.s_addr) & 0xff) : 0;
}

static void an_address_is_never_looked_up(void **state)
{
    (void)state;
    static const char *const hosts[] = {"127.0.0.1", "::1", "203.0.113.7", "2001:db8::7"};
    atomic_store(&resolver.dead, true);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct redis_resolver *with = redis_resolver_new(hosts[i], "6380");
        struct redis_addresses found;
        char host[64];
        char port[16];
        assert_non_null(with);
        assert_true(redis_resolver_find(with, chatur_monotonic_us(), &found, NULL));
        assert_int_equal(found.count, 1);
        assert_int_equal(getnameinfo((struct sockaddr *)&found.at[0], found.lengths[0], host,
                                     sizeof(host), port, sizeof(port),
                                     NI_NUMERICHOST | NI_NUMERICSERV),
                         0);
        assert_string_equal(host, hosts[i]);
        assert_string_equal(port, "6380");
        redis_resolver_free(with);
    }
    assert_int_equal(atomic_load(&resolver.asked), 0);
    redis_resolver_free(NULL);
}

static void a_name_is_asked_for_each_time(void **state)
{
    (void)state;
    int64_t took_us = 0;
    struct redis_resolver *with = open_resolver();
    for (int last = 1; last <= 5; last++) {
        atomic_store(&resolver.last, last);
        assert_int_equal(find(with, &took_us), last);
    }
    assert_int_equal(atomic_load(&resolver.asked), 5);
    redis_resolver_free(with);
}

static void failures_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        int failure;
        bool remembered;
    } rows[] = {
        {EAI_NONAME, false}, {EAI_NODATA, false}, {EAI_AGAIN, true},
        {EAI_FAIL, true},    {EAI_MEMORY, true},  {EAI_SYSTEM, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t took_us = 0;
        struct redis_resolver *with = open_resolver();
        atomic_store(&resolver.failure, rows[i].failure);
        assert_int_equal(find(with, &took_us), 0); /* nothing was known */
        assert_true(took_us < SLACK_US);
        atomic_store(&resolver.failure, 0);
        assert_int_equal(find(with, &took_us), 1);
        atomic_store(&resolver.failure, rows[i].failure);
        assert_int_equal(find(with, &took_us), rows[i].remembered ? 1 : 0);
        atomic_store(&resolver.failure, 0);
        assert_int_equal(find(with, &took_us), 1);
        redis_resolver_free(with);
    }
}

static void a_dead_resolver_is_waited_for_until_the_deadline(void **state)
{
    (void)state;
    int64_t took_us = 0;
    struct redis_resolver *with = open_resolver();
    atomic_store(&resolver.dead, true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(find(with, &took_us), 0);
        assert_true(took_us >= TIMEOUT_US - 1000);
        assert_true(took_us < TIMEOUT_US + SLACK_US);
    }
    assert_int_equal(atomic_load(&resolver.asked), 1);
    atomic_store(&resolver.dead, false);
    assert_int_equal(find(with, &took_us), 1);

    /* Freeing it waits for nobody. */
    atomic_store(&resolver.dead, true);
    (void)find(with, &took_us);
    const int64_t from_us = chatur_monotonic_us();
    redis_resolver_free(with);
    assert_true(chatur_monotonic_us() - from_us < SLACK_US);
}

static void what_is_known_has_to_do_meanwhile(void **state)
{
    (void)state;
    int64_t took_us = 0;
    struct redis_resolver *with = open_resolver();
    assert_int_equal(find(with, &took_us), 1);
    atomic_store(&resolver.dead, true);
    atomic_store(&resolver.last, 2);
    assert_int_equal(find(with, &took_us), 1);
    assert_true(took_us < REDIS_RESOLVER_PATIENCE_US + SLACK_US);
    int64_t from_us = chatur_monotonic_us();
    for (int i = 0; i < 1000; i++) { /* the others do not find out again that it is late */
        assert_int_equal(find(with, &took_us), 1);
    }
    assert_true(chatur_monotonic_us() - from_us < SLACK_US);
    assert_int_equal(atomic_load(&resolver.asked), 2);

    /* The late answer is an answer. */
    atomic_store(&resolver.dead, false);
    wait_for_lookups();
    atomic_store(&resolver.failure, EAI_AGAIN);
    assert_int_equal(find(with, &took_us), 2);
    redis_resolver_free(with);
}

static void *find_in_a_crowd(void *with)
{
    int64_t took_us = 0;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(find(with, &took_us), 1);
    }
    return NULL;
}

static void a_crowd_asks_with_one_voice(void **state)
{
    (void)state;
    pthread_t threads[50];
    struct redis_resolver *with = open_resolver();
    atomic_store(&resolver.delay_ms, 30);
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, find_in_a_crowd, with), 0);
    }
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&resolver.at_once), 1);
    redis_resolver_free(with);
}

/* --- with a Redis ----------------------------------------------------------------------------- */

static struct cache_place place;

static struct chatur_cache *open_named(int *port)
{
    cache_place_open(&place, CACHE_REDIS);
    *port = place.server.port;
    (void)snprintf(place.url, sizeof(place.url), "redis://redis.test:%d", *port);
    return cache_open(&place);
}

static int64_t request(struct chatur_cache *cache)
{
    struct chatur_allowance allowance;
    struct chatur_cache_value value;
    struct chatur_cache_fill fill;
    const int64_t from_us = chatur_monotonic_us();
    (void)chatur_cache_get(cache, "ann", &value, &fill);
    chatur_cache_take(cache, "ann", &(struct chatur_rate){1000000, 86400}, chatur_now_ms(),
                      &allowance);
    assert_true(allowance.allowed);
    return chatur_monotonic_us() - from_us;
}

static void *request_in_a_crowd(void *cache)
{
    for (int i = 0; i < 20; i++) {
        assert_true(request(cache) < TIMEOUT_US + SLACK_US);
    }
    return NULL;
}

static bool is_counted_by(const struct redis_server *server, struct chatur_cache *cache)
{
    (void)redis_server_do(server, "FLUSHALL");
    (void)request(cache);
    return redis_server_do(server, "DBSIZE") > 0;
}

/* Within two seconds. */
static void is_soon_counted_by(const struct redis_server *server, struct chatur_cache *cache)
{
    const int64_t from_us = chatur_monotonic_us();
    while (!is_counted_by(server, cache)) {
        assert_true(chatur_monotonic_us() - from_us < 2000000);
        chatur_pause_us(5000);
    }
}

static void requests_do_not_wait_for_a_dead_resolver(void **state)
{
    (void)state;
    pthread_t threads[16];
    int port = 0;
    struct chatur_cache *cache = open_named(&port);
    atomic_store(&resolver.dead, true);
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, request_in_a_crowd, cache), 0);
    }
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&resolver.asked), 1);
    atomic_store(&resolver.dead, false);
    is_soon_counted_by(&place.server, cache);

    /* Once the address is known, a resolver that dies is no reason to do without Redis. */
    atomic_store(&resolver.dead, true);
    assert_true(redis_server_do(&place.server, "CLIENT KILL TYPE normal SKIPME yes") >= 1);
    assert_true(is_counted_by(&place.server, cache));

    const int64_t from_us = chatur_monotonic_us();
    chatur_cache_free(cache); /* with a lookup that is still running */
    assert_true(chatur_monotonic_us() - from_us < SLACK_US);
    cache_place_close(&place);
}

/* As plain CGI: a process, a request, and the end of both. */
static void a_process_ends_in_the_middle_of_a_lookup(void **state)
{
    (void)state;
    int port = 0;
    int status = 0;
    struct chatur_cache *unused = open_named(&port);
    chatur_cache_free(unused);
    const int64_t from_us = chatur_monotonic_us();
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        atomic_store(&resolver.dead, true);
        struct chatur_cache *cache = cache_open(&place);
        (void)request(cache);
        chatur_cache_free(cache);
        exit(0); /* NOLINT(concurrency-mt-unsafe): with the handlers, as the end of main has it */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(chatur_monotonic_us() - from_us < TIMEOUT_US + 2 * SLACK_US);
    cache_place_close(&place);
}

/* The other server takes over, the name is given to it, and the old one is a replica from then on,
 * or gone: its connections are of no use, whether or not they are closed. */
static void a_name_is_followed(bool stays)
{
    int port = 0;
    struct redis_server other = {0};
    struct chatur_cache *cache = open_named(&port);
    redis_server_start(&other);
    cache_warm(cache);
    cache_learn(cache, "ann", "old");
    assert_true(cache_knows(cache, "ann", "old"));
    is_soon_counted_by(&place.server, cache);

    atomic_store(&resolver.port, other.port);
    if (stays) {
        (void)redis_server_do(&place.server, "REPLICAOF 127.0.0.1 %d", other.port);
    } else {
        redis_server_stop(&place.server);
    }
    is_soon_counted_by(&other, cache);
    assert_false(cache_knows(cache, "ann", "old"));
    cache_warm(cache);
    cache_learn(cache, "ann", "new");
    assert_true(cache_knows(cache, "ann", "new"));
    struct chatur_cache *writer = cache_open(&place); /* it asks for the name only now */
    chatur_cache_forget(writer, "ann");
    assert_false(cache_knows(cache, "ann", "new"));
    chatur_cache_free(writer);
    chatur_cache_free(cache);
    redis_server_remove(&other);
    cache_place_close(&place);
}

static void a_name_is_followed_from_a_dead_server(void **state)
{
    (void)state;
    a_name_is_followed(false);
}

static void a_name_is_followed_from_a_replica(void **state)
{
    (void)state;
    a_name_is_followed(true);
}

/* Of two addresses the first may be that of a machine that is off. */
static void an_address_that_does_not_answer_leaves_time_for_the_next(void **state)
{
    (void)state;
    int port = 0;
    int fds[2];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    for (size_t i = 0; i < 2; i++) { /* its queue is full: it answers no more */
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(fds[i], (struct sockaddr *)&address, length);
    }
    silent_port = ntohs(address.sin_port);
    atomic_store(&resolver.silent_too, true);

    struct chatur_cache *cache = open_named(&port);
    const int64_t from_us = chatur_monotonic_us();
    assert_true(is_counted_by(&place.server, cache));
    assert_true(chatur_monotonic_us() - from_us >= TIMEOUT_US / 4); /* the first one was tried */
    chatur_cache_free(cache);
    cache_place_close(&place);
    for (size_t i = 0; i < 2; i++) {
        (void)close(fds[i]);
    }
    (void)close(listener);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_address_is_never_looked_up),
        CASE(a_name_is_asked_for_each_time),
        CASE(failures_are_told_apart),
        CASE(a_dead_resolver_is_waited_for_until_the_deadline),
        CASE(what_is_known_has_to_do_meanwhile),
        CASE(a_crowd_asks_with_one_voice),
        CASE(requests_do_not_wait_for_a_dead_resolver),
        CASE(a_process_ends_in_the_middle_of_a_lookup),
        CASE(a_name_is_followed_from_a_dead_server),
        CASE(a_name_is_followed_from_a_replica),
        CASE(an_address_that_does_not_answer_leaves_time_for_the_next),
    };
    chatur_log_start("redis_resolver_test", CHATUR_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
