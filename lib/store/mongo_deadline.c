/* The deadline of a request (base/deadline.h), kept by a driver that knows of timeouts alone: each
 * wait has one of its own, and one command can be several waits.
 *
 *     a free connection, a server   waitQueueTimeoutMS, serverSelectionTimeoutMS: set when the pool
 *                                   is made, so as much is kept back: in that last part of its
 *                                   time a request begins no command, and no connection waits
 *     connecting                    a third of the time left: two addresses, and TLS
 *     sending, receiving            the pool's connections are wrapped, and wait no longer than
 *                                   until the end
 *
 * What can be repeated safely the driver repeats once, on a new connection. So the first attempt
 * has half of the time; and a new connection always has a little, out of what was kept back: one
 * that does not come about counts as a server that is away, for all.
 *
 * The single client of a CGI process is not wrapped, because it would then ask the servers of a
 * replica set one after the other. Its timeouts are short from the start (mongo_connection.c), and
 * it begins no command too late; one that began in time may outlive the deadline by three fifths of
 * it. */
#include "store/mongo_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/deadline.h"

/* Of the operation that this thread is at; 0: there is no deadline. */
static _Thread_local int64_t work_until_us;
static _Thread_local int64_t attempt_until_us;
static _Thread_local int64_t grace_until_us; /* of the connection made last */

/* A connection whose waits are cut. */
struct cut_stream {
    mongoc_stream_t base; /* first: what the driver sees */
    mongoc_stream_t *inner;
};

/* What a new connection has at least, in microseconds. Four times as much, of which three are for
 * connecting, fits into what was kept back. */
static int64_t grace_of(const struct mongo_store *store)
{
    return store->finding_us / 5;
}

enum chatur_outcome mongo_allot(struct mongo_session *session, struct chatur_error *error)
{
    int64_t left_us = chatur_deadline_left_us();
    session->started_us = chatur_monotonic_us();
    if (left_us == INT64_MAX) {
        mongo_allot_no_end();
        return CHATUR_OK;
    }
    left_us -= session->store->finding_us;
    if (left_us <= grace_of(session->store)) {
        return chatur_fail(error, CHATUR_UNAVAILABLE,
                           "mongo: the time that this request had for the database is up");
    }
    work_until_us = session->started_us + left_us;
    attempt_until_us = session->started_us + left_us / 2;
    grace_until_us = 0;
    return CHATUR_OK;
}

void mongo_allot_rest(void)
{
    attempt_until_us = work_until_us;
}

void mongo_allot_no_end(void)
{
    work_until_us = 0;
    attempt_until_us = 0;
    grace_until_us = 0;
}

/* At least 1: the driver reads 0 as not waiting at all, and less as waiting for ever. */
static int64_t until_ms(int64_t until_us)
{
    int64_t left_us = until_us - chatur_monotonic_us();
    return left_us > 1000 ? left_us / 1000 : 1;
}

void mongo_limit_read(bson_t *options)
{
    if (work_until_us != 0) {
        BSON_APPEND_INT64(options, "maxTimeMS", until_ms(work_until_us));
    }
}

static int32_t cut(int32_t timeout_ms)
{
    if (attempt_until_us == 0 || timeout_ms == 0) {
        return timeout_ms;
    }
    int64_t left_ms =
        until_ms(attempt_until_us > grace_until_us ? attempt_until_us : grace_until_us);
    return timeout_ms < 0 || left_ms < timeout_ms ? (int32_t)left_ms : timeout_ms;
}

static mongoc_stream_t *inner_of(mongoc_stream_t *stream)
{
    return ((struct cut_stream *)stream)->inner;
}

static ssize_t cut_writev(mongoc_stream_t *stream, mongoc_iovec_t *parts, size_t count,
                          int32_t timeout_ms)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->writev(inner, parts, count, cut(timeout_ms));
}

static ssize_t cut_readv(mongoc_stream_t *stream, mongoc_iovec_t *parts, size_t count,
                         size_t min_bytes, int32_t timeout_ms)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->readv(inner, parts, count, min_bytes, cut(timeout_ms));
}

/* The driver gives up a connection when a command on it failed: what follows is the last attempt.
 */
static void cut_destroy(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    mongo_allot_rest();
    inner->destroy(inner);
    free(stream);
}

static void cut_failed(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    mongo_allot_rest();
    if (inner->failed != NULL) {
        inner->failed(inner);
    } else {
        inner->destroy(inner);
    }
    free(stream);
}

static int cut_close(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->close(inner);
}

static int cut_flush(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->flush(inner);
}

static int cut_setsockopt(mongoc_stream_t *stream, int level, int name, void *value,
                          mongoc_socklen_t length)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->setsockopt != NULL ? inner->setsockopt(inner, level, name, value, length) : 0;
}

static bool cut_check_closed(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->check_closed(inner);
}

static bool cut_timed_out(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->timed_out != NULL && inner->timed_out(inner);
}

static bool cut_should_retry(mongoc_stream_t *stream)
{
    mongoc_stream_t *inner = inner_of(stream);
    return inner->should_retry != NULL && inner->should_retry(inner);
}

static mongoc_stream_t *connect_in_time(const mongoc_uri_t *uri, const mongoc_host_list_t *host,
                                        const struct mongo_session *session, bson_error_t *error)
{
    if (work_until_us == 0) {
        return mongoc_client_default_stream_initiator(uri, host, session->client, error);
    }
    int64_t grace_ms = grace_of(session->store) / 1000;
    int64_t wanted_ms = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 0);
    int64_t most_ms = until_ms(work_until_us) / 3;
    most_ms = most_ms > grace_ms ? most_ms : grace_ms;
    mongoc_uri_t *limited = mongoc_uri_copy(uri);
    (void)mongoc_uri_set_option_as_int32(limited, MONGOC_URI_CONNECTTIMEOUTMS,
                                         (int32_t)(wanted_ms < most_ms ? wanted_ms : most_ms));
    mongoc_stream_t *stream =
        mongoc_client_default_stream_initiator(limited, host, session->client, error);
    mongoc_uri_destroy(limited);
    grace_until_us = chatur_monotonic_us() + grace_ms * 1000;
    return stream;
}

/* The driver's own kind of connection, wrapped. `context` is the session. */
static mongoc_stream_t *initiate(const mongoc_uri_t *uri, const mongoc_host_list_t *host,
                                 void *context, bson_error_t *error)
{
    const struct mongo_session *session = context;
    struct cut_stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL) {
        return NULL;
    }
    stream->inner = connect_in_time(uri, host, session, error);
    if (stream->inner == NULL) {
        free(stream);
        return NULL;
    }
    stream->base = (mongoc_stream_t){
        .type = stream->inner->type,
        .destroy = cut_destroy,
        .close = cut_close,
        .flush = cut_flush,
        .writev = cut_writev,
        .readv = cut_readv,
        .setsockopt = cut_setsockopt,
        .get_base_stream = inner_of,
        .check_closed = cut_check_closed,
        .failed = cut_failed,
        .timed_out = cut_timed_out,
        .should_retry = cut_should_retry,
    };
    return &stream->base;
}

void mongo_cut_waits(struct mongo_session *session)
{
    if (!session->store->one_shot) {
        mongoc_client_set_stream_initiator(session->client, initiate, session);
    }
}
