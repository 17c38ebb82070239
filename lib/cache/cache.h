/* Cache: what processes and machines must be of one mind about, and forget by themselves: who is
 * known, how often somebody called, until when something is closed. Everything here can be lost at
 * any moment without harm; what must last is the store's. It never fails: where a server is away,
 * its answer is "ask the store", or this machine's own count.
 *
 * Known values (sessions). A value is kept in the memory of the process that asked for it, and
 * nowhere else: an answer costs no round trip, and no user's data stands in Redis, which only
 * carries the word that a value has changed. Three rules keep it from ever being stale:
 *     1. Before a value is answered, the process takes note of every change that was announced.
 *     2. A value that was fetched while a change was announced is not kept (the fill below).
 *     3. A value is kept for CHATUR_CACHE_MAX_AGE_MS after its fetching began at the most; who
 *        changes one and cannot tell everybody waits for that long before it says it is done.
 * So after chatur_cache_forget has returned nobody on any machine is answered with the old value,
 * also when Redis is away or frozen. Two cases are left to rule 3 alone: a reader that was cut off
 * from Redis without either side noticing, while the writer was not; and one whose Redis was made a
 * replica without closing its connections (Sentinel closes them), until it sends a command itself.
 *
 * Without Redis nothing is kept: SQLite answers in microseconds, and what is always asked is
 * always right.
 *
 * Rates (GCRA, the generic cell rate algorithm: a token bucket that is one number, the theoretical
 * arrival time of the next call) and deadlines are shared by all processes of the machine through
 * a file in STATE_DIR, and with Redis by all machines. Their keys are hashed with a secret key
 * first: addresses and user ids can be read in neither.
 *
 * Any thread may call anything. A cache must be made after fork. */
#ifndef CHATUR_CACHE_CACHE_H
#define CHATUR_CACHE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/outcome.h"

/* How old a kept value may be, and how long who changes one waits when nobody can be told. */
#define CHATUR_CACHE_MAX_AGE_MS 2000

/* A longer value is not kept. */
#define CHATUR_CACHE_VALUE_BYTES 1024

/* The longest that any call but chatur_cache_forget waits for a server, its name's lookup included;
 * after that, or half of it twice in a row, nobody asks it for a second. */
#define CHATUR_CACHE_TIMEOUT_MS 300

struct chatur_cache_value {
    size_t length;
    unsigned char bytes[CHATUR_CACHE_VALUE_BYTES];
};

/* What a fetching began with; filled by chatur_cache_get, opaque. All zero: will not be kept. */
struct chatur_cache_fill {
    int64_t began_us; /* 0: not to be kept */
    uint64_t changes;
};

/* What is left of a rate. */
struct chatur_allowance {
    bool allowed;
    int64_t limit;         /* the rate's count */
    int64_t remaining;     /* how many more calls would be allowed right now */
    int64_t reset_s;       /* until all of them would be */
    int64_t retry_after_s; /* until the next is, at least 1; 0 when this one was allowed */
};

struct chatur_cache;

/* The backend's side. All but `free` may be called by many threads at once. */
struct chatur_cache_ops {
    const char *name; /* "local" */
    void (*free)(struct chatur_cache *cache);

    /* As the public functions below. */
    bool (*get)(struct chatur_cache *, const char *key, struct chatur_cache_value *,
                struct chatur_cache_fill *);
    void (*put)(struct chatur_cache *, const char *key, const struct chatur_cache_value *,
                const struct chatur_cache_fill *);

    /* Tells everybody. False: not everybody may have heard. */
    bool (*tell)(struct chatur_cache *, const char *key);

    /* One atomic step: moves the key's arrival time from max(it, now_ms), and at most now_ms +
     * window_ms, on by interval_ms, unless that were past now_ms + window_ms. Returns whether it
     * was moved; *arrival_ms is what it is now. A backend of several machines goes by one clock
     * instead of theirs, and says *arrival_ms as the caller's has it. */
    bool (*take)(struct chatur_cache *, const char *key, int64_t interval_ms, int64_t window_ms,
                 int64_t now_ms, int64_t *arrival_ms);

    void (*close)(struct chatur_cache *, const char *key, int64_t until_ms, int64_t now_ms);
    int64_t (*closed)(struct chatur_cache *, const char *key, int64_t now_ms);
};

struct chatur_cache {
    const struct chatur_cache_ops *ops;
};

/* `redis` when config->redis_url is set, else `local`. Connects to nothing and opens nothing.
 * `config` is borrowed for the cache's life. CHATUR_OK; CHATUR_BAD_REQUEST: a certificate file that
 * cannot be used; CHATUR_INTERNAL. */
CHATUR_MUST_CHECK enum chatur_outcome chatur_cache_new(const struct chatur_config *config,
                                                       struct chatur_cache **cache,
                                                       struct chatur_error *error);
void chatur_cache_free(struct chatur_cache *cache);

/* True: `*value` is what is known under `key`. False: ask the store, and give what it says to
 * chatur_cache_put with this fill. */
bool chatur_cache_get(struct chatur_cache *cache, const char *key, struct chatur_cache_value *value,
                      struct chatur_cache_fill *fill);

/* Keeps it, unless the key was forgotten since the fill began. */
void chatur_cache_put(struct chatur_cache *cache, const char *key,
                      const struct chatur_cache_value *value, const struct chatur_cache_fill *fill);

/* To be called after a change that takes something from somebody is in the store. When it returns,
 * nobody is answered with an older value. */
void chatur_cache_forget(struct chatur_cache *cache, const char *key);

/* The same for a change that harms nobody who learns of it CHATUR_CACHE_MAX_AGE_MS late: it waits
 * for nothing. */
void chatur_cache_refresh(struct chatur_cache *cache, const char *key);

/* Counts one call of `key`, if it is within the rate (whose count is not 0). Exact across threads,
 * processes and, with Redis, machines; refused calls are not counted. */
void chatur_cache_take(struct chatur_cache *cache, const char *key, const struct chatur_rate *rate,
                       int64_t now_ms, struct chatur_allowance *allowance);

/* Of two limits on one call, both of which were asked: `*tightest` (limit 0: none yet) becomes the
 * one that decides, `other` when it refused or leaves less. */
void chatur_allowance_tighten(struct chatur_allowance *tightest,
                              const struct chatur_allowance *other);

/* A moment that everybody shall know of, such as until when a circuit breaker is open; the latest
 * word counts. It is forgotten when it has passed. A moment in the past ends it. */
void chatur_cache_close_until(struct chatur_cache *cache, const char *key, int64_t until_ms,
                              int64_t now_ms);

/* That moment, or 0. */
int64_t chatur_cache_closed_until(struct chatur_cache *cache, const char *key, int64_t now_ms);

#endif
