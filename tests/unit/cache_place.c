#include "cache_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "base/clock.h"

void cache_place_open(struct cache_place *place, enum cache_kind kind)
{
    *place = (struct cache_place){.kind = kind, .server.tls = kind == CACHE_REDIS_TLS};
    (void)snprintf(place->state_dir, sizeof(place->state_dir), "/tmp/chatur-cache-XXXXXX");
    assert_non_null(mkdtemp(place->state_dir));
    if (kind != CACHE_LOCAL) {
        redis_server_start(&place->server);
        (void)snprintf(place->url, sizeof(place->url), "%s:%d",
                       place->server.tls ? "rediss://localhost" : "redis://127.0.0.1",
                       place->server.port);
    }
    if (place->server.tls) {
        (void)snprintf(place->ca_file, sizeof(place->ca_file), "%s/ca.crt", place->server.folder);
    }
    place->config = (struct chatur_config){
        .state_dir = place->state_dir,
        .jwt_key = CACHE_TEST_KEY,
        .redis_url = place->url,
        .redis_ca_file = place->ca_file,
    };
}

void cache_place_close(struct cache_place *place)
{
    char line[128];
    if (place->kind != CACHE_LOCAL) {
        redis_server_remove(&place->server);
    }
    (void)snprintf(line, sizeof(line), "rm -rf %s", place->state_dir);
    run_shell(line);
}

struct chatur_cache *cache_open(const struct cache_place *place)
{
    struct chatur_cache *cache = NULL;
    struct chatur_error error = {0};
    enum chatur_outcome outcome = chatur_cache_new(&place->config, &cache, &error);
    if (outcome != CHATUR_OK) {
        print_error("%s\n", error.detail);
    }
    assert_int_equal(outcome, CHATUR_OK);
    assert_non_null(cache);
    return cache;
}

void cache_warm(struct chatur_cache *cache)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    const int64_t until_us = chatur_monotonic_us() + 2000000;
    struct chatur_cache_value value;
    struct chatur_cache_fill fill = {0};
    while (fill.began_us == 0) {
        assert_true(chatur_monotonic_us() < until_us);
        (void)nanosleep(&pause, NULL);
        assert_false(chatur_cache_get(cache, "nobody is called that", &value, &fill));
    }
}

void cache_learn(struct chatur_cache *cache, const char *key, const char *text)
{
    struct chatur_cache_value value;
    struct chatur_cache_fill fill;
    if (!chatur_cache_get(cache, key, &value, &fill)) {
        value.length = strlen(text);
        memcpy(value.bytes, text, value.length);
        chatur_cache_put(cache, key, &value, &fill);
    }
}

bool cache_knows(struct chatur_cache *cache, const char *key, const char *text)
{
    struct chatur_cache_value value = {0};
    struct chatur_cache_fill fill;
    if (!chatur_cache_get(cache, key, &value, &fill)) {
        return false;
    }
    assert_int_equal(fill.began_us, 0);
    assert_int_equal(value.length, strlen(text));
    assert_memory_equal(value.bytes, text, value.length);
    return true;
}
