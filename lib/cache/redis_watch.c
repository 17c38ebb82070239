/* Redis writes an invalidation to every watch before it answers the writer that caused it. So
 * whoever asks after a writer was answered finds the invalidation in its socket: a poll with no
 * timeout (0.2 us) is all it takes to know that nothing has changed, and the lock makes sure that
 * what another thread has just read from the socket is also applied.
 *
 * What may be answered from memory depends on the connection being whole: when it ends, everything
 * is dropped; when it was silent for longer than the lease (half-open connections do not end), or
 * had so much to say that more may be stuck in the server, nothing is answered until a ping sent
 * after that has come back. Pings are sent by the requests themselves: there is no thread, and
 * nothing to do while there are no requests. */
#include "cache/redis_watch.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/siphash.h"
#include "cache/known.h"

#define CHANNEL "__redis__:invalidate"

#define PING_EVERY_US  INT64_C(1000000)
#define PONG_WITHIN_US INT64_C(1000000) /* or the connection is given up */
#define LEASE_US       INT64_C(3000000)

/* More than this at once, and the server's own buffer may hold more: it sends what a socket takes,
 * and answers the writer whether or not that was all. */
#define FLOOD_BYTES 32768

/* A server that does not let us track (its access rules, its age) is not asked again for so long.
 */
#define DENIED_US INT64_C(60000000)

struct redis_watch {
    const struct redis_place *place;
    struct redis_gate *gate;
    _Atomic(int) fd; /* of the link, -1: none; to be polled without the lock */

    pthread_mutex_t lock; /* for all below */
    struct redis_link *link;
    struct chatur_known *known;
    bool asked;   /* somebody asked before */
    bool opening; /* a thread is connecting */
    bool ping_pending;
    int64_t pinged_us;     /* when the latest ping was sent */
    int64_t alive_us;      /* when the latest ping that came back was sent */
    int64_t trust_from_us; /* that must be later than this */
    int64_t denied_until_us;
};

uint64_t redis_user_hash(const char *key)
{
    static const unsigned char no_secret[CHATUR_SIPHASH_KEY_BYTES];
    return chatur_siphash(no_secret, key, strlen(key));
}

struct redis_watch *redis_watch_new(const struct redis_place *place, struct redis_gate *gate)
{
    struct redis_watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        return NULL;
    }
    watch->known = chatur_known_new();
    if (watch->known == NULL) {
        free(watch);
        return NULL;
    }
    watch->place = place;
    watch->gate = gate;
    atomic_init(&watch->fd, -1);
    (void)pthread_mutex_init(&watch->lock, NULL);
    return watch;
}

void redis_watch_free(struct redis_watch *watch)
{
    if (watch != NULL) {
        redis_link_close(watch->link);
        chatur_known_free(watch->known);
        (void)pthread_mutex_destroy(&watch->lock);
        free(watch);
    }
}

/* --- what Redis says ------------------------------------------------------------------------- */

static void drop_link(struct redis_watch *watch)
{
    atomic_store(&watch->fd, -1);
    redis_link_close(watch->link);
    watch->link = NULL;
    chatur_known_drop_all(watch->known);
}

/* A name that is none of ours drops everything: better than to guess. */
static void drop_named(struct redis_watch *watch, const redisReply *name)
{
    const size_t prefix = strlen(REDIS_USER_PREFIX);
    char *end = NULL;
    if (name->type == REDIS_REPLY_STRING && (size_t)name->len == prefix + 16) {
        uint64_t hash = strtoull(name->str + prefix, &end, 16);
        if (*end == '\0') {
            chatur_known_drop(watch->known, hash);
            return;
        }
    }
    chatur_known_drop_all(watch->known);
}

/* ["message", CHANNEL, [NAME…] | nil], or ["pong", ""]. */
static void take_note(struct redis_watch *watch, const redisReply *reply)
{
    bool list = reply->type == REDIS_REPLY_ARRAY && reply->elements >= 1 &&
                reply->element[0]->type == REDIS_REPLY_STRING;
    if (list && strcmp(reply->element[0]->str, "pong") == 0) {
        watch->ping_pending = false;
        watch->alive_us = watch->pinged_us;
        return;
    }
    const redisReply *names = list && reply->elements == 3 ? reply->element[2] : NULL;
    if (names == NULL || names->type != REDIS_REPLY_ARRAY) {
        chatur_known_drop_all(watch->known); /* nil: the whole database was emptied */
        return;
    }
    for (size_t i = 0; i < names->elements; i++) {
        drop_named(watch, names->element[i]);
    }
}

static void drain(struct redis_watch *watch, int64_t now_us)
{
    redisReply *reply = NULL;
    size_t bytes = 0;
    bool broken = false;
    while ((reply = redis_link_poll(watch->link, &bytes, &broken)) != NULL) {
        take_note(watch, reply);
        freeReplyObject(reply);
    }
    if (broken) {
        drop_link(watch);
    } else if (bytes > FLOOD_BYTES) {
        chatur_known_drop_all(watch->known);
        watch->trust_from_us = now_us;
    }
}

static void send_pings(struct redis_watch *watch, int64_t now_us)
{
    static const char ping[] = "*1\r\n$4\r\nPING\r\n";
    bool due = now_us - watch->pinged_us >= PING_EVERY_US || watch->alive_us < watch->trust_from_us;
    if (watch->ping_pending) {
        if (now_us - watch->pinged_us > PONG_WITHIN_US) {
            drop_link(watch);
        }
    } else if (due) {
        watch->ping_pending = true;
        watch->pinged_us = now_us;
        if (!redis_link_send(watch->link, ping, sizeof(ping) - 1, now_us)) {
            drop_link(watch);
        }
    }
}

/* --- connecting ------------------------------------------------------------------------------ */

/* What a server says of itself: names and values in turn. NULL: not that. */
static const redisReply *said_of(const redisReply *greeting, const char *name, int type)
{
    for (size_t i = 0; greeting->type == REDIS_REPLY_ARRAY && i + 1 < greeting->elements; i += 2) {
        const redisReply *value = greeting->element[i + 1];
        if (greeting->element[i]->type == REDIS_REPLY_STRING &&
            strcmp(greeting->element[i]->str, name) == 0) {
            return value->type == type ? value : NULL;
        }
    }
    return NULL;
}

/* The connection's number, at a server that is written to. A replica hears of a change only after
 * the writer was answered. */
static bool greet(struct redis_link *link, int64_t deadline_us, bool *refused, long long *id,
                  struct chatur_error *error)
{
    redisReply *greeting = redis_link_ask(link, deadline_us, refused, error, "HELLO 2");
    if (greeting == NULL) {
        return false;
    }
    const redisReply *number = said_of(greeting, "id", REDIS_REPLY_INTEGER);
    const redisReply *role = said_of(greeting, "role", REDIS_REPLY_STRING);
    bool primary = number != NULL && role != NULL && strcmp(role->str, "master") == 0;
    if (primary) {
        *id = number->integer;
    } else {
        (void)chatur_fail(error, CHATUR_UNAVAILABLE,
                          role != NULL ? "it is a replica" : "it does not say what it is");
    }
    freeReplyObject(greeting);
    return primary;
}

static bool subscribe(struct redis_link *link, int64_t deadline_us, bool *refused,
                      struct chatur_error *error)
{
    long long id = 0;
    if (!greet(link, deadline_us, refused, &id, error)) {
        return false;
    }
    redisReply *reply =
        redis_link_ask(link, deadline_us, refused, error,
                       "CLIENT TRACKING ON REDIRECT %lld BCAST PREFIX %s", id, REDIS_USER_PREFIX);
    if (reply == NULL) {
        return false;
    }
    freeReplyObject(reply);
    reply = redis_link_ask(link, deadline_us, refused, error, "SUBSCRIBE %s", CHANNEL);
    if (reply == NULL) {
        return false;
    }
    freeReplyObject(reply);
    return true;
}

/* What another try in a second would be told again; unlike BUSY, LOADING and their kin. */
static bool is_lasting(const char *refusal)
{
    return strncmp(refusal, "NOPERM", 6) == 0 || strncmp(refusal, "ERR ", 4) == 0;
}

/* Without the lock: it takes its time. NULL: not now. */
static struct redis_link *connect_watch(struct redis_watch *watch, int64_t now_us, bool *denied)
{
    struct chatur_error error = {0};
    const int64_t deadline_us = now_us + CHATUR_CACHE_TIMEOUT_MS * INT64_C(1000);
    if (!redis_gate_pass(watch->gate)) {
        return NULL;
    }
    struct redis_link *link = redis_link_open(watch->place, deadline_us, &error);
    if (link == NULL) {
        redis_gate_fail(watch->gate, error.detail);
        return NULL;
    }
    if (!subscribe(link, deadline_us, denied, &error)) {
        redis_link_close(link);
        *denied = *denied && is_lasting(error.detail);
        if (!*denied) {
            redis_gate_fail(watch->gate, error.detail);
            return NULL;
        }
        chatur_log(CHATUR_WARNING,
                   "Redis does not tell what changes (%s): sessions are looked up in the store",
                   error.detail);
        link = NULL;
    }
    redis_gate_succeed(watch->gate);
    return link;
}

/* With the lock, which is let go meanwhile. The first request of a process does without: under CGI
 * it is also the last one. */
static void open_link(struct redis_watch *watch, int64_t now_us)
{
    bool denied = false;
    if (!watch->asked || watch->opening || now_us < watch->denied_until_us) {
        watch->asked = true;
        return;
    }
    watch->opening = true;
    (void)pthread_mutex_unlock(&watch->lock);
    struct redis_link *link = connect_watch(watch, now_us, &denied);
    (void)pthread_mutex_lock(&watch->lock);
    watch->opening = false;
    if (denied) {
        watch->denied_until_us = now_us + DENIED_US;
    }
    if (link != NULL) {
        chatur_known_drop_all(watch->known);
        watch->link = link;
        watch->ping_pending = false;
        watch->pinged_us = watch->alive_us = watch->trust_from_us = now_us;
        atomic_store(&watch->fd, redis_link_fd(link));
    }
}

/* --- asking ---------------------------------------------------------------------------------- */

/* Whether the connection has something to say, or is another one than it was. */
static bool has_news(struct redis_watch *watch, int *fd)
{
    *fd = atomic_load(&watch->fd);
    struct pollfd waiting = {.fd = *fd, .events = POLLIN};
    return *fd >= 0 && poll(&waiting, 1, 0) != 0;
}

static bool is_trusted(const struct redis_watch *watch, int64_t now_us)
{
    return watch->link != NULL && watch->alive_us >= watch->trust_from_us &&
           now_us - watch->alive_us < LEASE_US;
}

bool redis_watch_get(struct redis_watch *watch, const char *key, struct chatur_cache_value *value,
                     struct chatur_cache_fill *fill)
{
    const uint64_t hash = redis_user_hash(key);
    const int64_t now_us = chatur_monotonic_us();
    bool found = false;
    int fd = -1;
    bool news = has_news(watch, &fd);
    (void)pthread_mutex_lock(&watch->lock);
    if (watch->link != NULL && (news || fd != redis_link_fd(watch->link))) {
        drain(watch, now_us);
    }
    if (watch->link != NULL) {
        send_pings(watch, now_us);
    }
    if (watch->link == NULL) {
        open_link(watch, now_us);
    }
    if (is_trusted(watch, now_us)) {
        found = chatur_known_find(watch->known, hash, key, now_us, value, &fill->changes);
        fill->began_us = found ? 0 : now_us;
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return found;
}

void redis_watch_put(struct redis_watch *watch, const char *key,
                     const struct chatur_cache_value *value, const struct chatur_cache_fill *fill)
{
    (void)pthread_mutex_lock(&watch->lock);
    if (watch->link != NULL) {
        chatur_known_put(watch->known, redis_user_hash(key), key, value, fill->changes,
                         fill->began_us + CHATUR_CACHE_MAX_AGE_MS * INT64_C(1000));
    }
    (void)pthread_mutex_unlock(&watch->lock);
}

void redis_watch_leave(struct redis_watch *watch)
{
    (void)pthread_mutex_lock(&watch->lock);
    if (watch->link != NULL) {
        drop_link(watch);
    }
    (void)pthread_mutex_unlock(&watch->lock);
}

void redis_watch_drop(struct redis_watch *watch, const char *key)
{
    (void)pthread_mutex_lock(&watch->lock);
    chatur_known_drop(watch->known, redis_user_hash(key));
    (void)pthread_mutex_unlock(&watch->lock);
}
