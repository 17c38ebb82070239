#include "cache/redis_link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "cache/redis_place.h"

#define READ_BYTES 4096

struct redis_link {
    int fd;
    SSL *tls; /* NULL: plain */
    redisReader *reader;
};

/* What a read or a write came to. */
enum progress { DONE, WANTS_READ, WANTS_WRITE, CLOSED };

int redis_link_fd(const struct redis_link *link)
{
    return link->fd;
}

void redis_link_close(struct redis_link *link)
{
    if (link != NULL) {
        if (link->tls != NULL) {
            SSL_free(link->tls); /* without a goodbye: that might have to wait */
        }
        if (link->fd >= 0) {
            (void)close(link->fd);
        }
        if (link->reader != NULL) {
            redisReaderFree(link->reader);
        }
        free(link);
    }
}

/* --- bytes ----------------------------------------------------------------------------------- */

static bool wait_for(int fd, short events, int64_t deadline_us)
{
    struct pollfd waiting = {.fd = fd, .events = events};
    while (true) {
        int64_t left_us = deadline_us - chatur_monotonic_us();
        if (left_us <= 0) {
            return false;
        }
        int ready = poll(&waiting, 1, (int)((left_us + 999) / 1000));
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

static enum progress tls_progress(SSL *tls, int result)
{
    int reason = SSL_get_error(tls, result);
    ERR_clear_error(); /* the queue is the thread's, and others look into it */
    if (reason == SSL_ERROR_WANT_READ) {
        return WANTS_READ;
    }
    return reason == SSL_ERROR_WANT_WRITE ? WANTS_WRITE : CLOSED;
}

static enum progress read_some(struct redis_link *link, char *bytes, size_t size, size_t *count)
{
    if (link->tls != NULL) {
        int result = SSL_read_ex(link->tls, bytes, size, count);
        return result == 1 ? DONE : tls_progress(link->tls, result);
    }
    ssize_t result = recv(link->fd, bytes, size, 0);
    if (result > 0) {
        *count = (size_t)result;
        return DONE;
    }
    return result < 0 && (errno == EAGAIN || errno == EINTR) ? WANTS_READ : CLOSED;
}

static enum progress write_some(struct redis_link *link, const char *bytes, size_t length,
                                size_t *count)
{
    if (link->tls != NULL) {
        int result = SSL_write_ex(link->tls, bytes, length, count);
        return result == 1 ? DONE : tls_progress(link->tls, result);
    }
    ssize_t result = send(link->fd, bytes, length, MSG_NOSIGNAL);
    if (result >= 0) {
        *count = (size_t)result;
        return DONE;
    }
    return errno == EAGAIN || errno == EINTR ? WANTS_WRITE : CLOSED;
}

/* Waits for what `progress` wants. False: too late, or the connection is closed. */
static bool go_on(const struct redis_link *link, enum progress progress, int64_t deadline_us)
{
    return progress != CLOSED &&
           (progress == DONE ||
            wait_for(link->fd, progress == WANTS_READ ? POLLIN : POLLOUT, deadline_us));
}

bool redis_link_send(struct redis_link *link, const char *command, size_t length,
                     int64_t deadline_us)
{
    while (length > 0) {
        size_t count = 0;
        enum progress progress = write_some(link, command, length, &count);
        if (!go_on(link, progress, deadline_us)) {
            return false;
        }
        command += count;
        length -= count;
    }
    return true;
}

/* The next reply of those that were read. False: what came is no reply, or memory ran out. */
static bool next_reply(struct redis_link *link, redisReply **reply)
{
    void *parsed = NULL;
    bool valid = redisReaderGetReply(link->reader, &parsed) == REDIS_OK;
    *reply = parsed;
    return valid;
}

redisReply *redis_link_receive(struct redis_link *link, int64_t deadline_us, bool *lost)
{
    redisReply *reply = NULL;
    while (next_reply(link, &reply) && reply == NULL) {
        char bytes[READ_BYTES];
        size_t count = 0;
        enum progress progress = read_some(link, bytes, sizeof(bytes), &count);
        if (progress == CLOSED && lost != NULL) {
            *lost = true;
        }
        if (!go_on(link, progress, deadline_us) ||
            (count > 0 && redisReaderFeed(link->reader, bytes, count) != REDIS_OK)) {
            return NULL;
        }
    }
    return reply;
}

redisReply *redis_link_poll(struct redis_link *link, size_t *bytes, bool *broken)
{
    redisReply *reply = NULL;
    while ((*broken = !next_reply(link, &reply)) == false && reply == NULL) {
        char chunk[READ_BYTES];
        size_t count = 0;
        enum progress progress = read_some(link, chunk, sizeof(chunk), &count);
        *bytes += count;
        if (progress == CLOSED ||
            (count > 0 && redisReaderFeed(link->reader, chunk, count) != REDIS_OK)) {
            *broken = true;
        }
        if (progress != DONE || *broken) {
            return NULL;
        }
    }
    return reply;
}

/* --- commands -------------------------------------------------------------------------------- */

redisReply *redis_link_ask(struct redis_link *link, int64_t deadline_us, bool *refused,
                           struct chatur_error *error, const char *format, ...)
{
    char *command = NULL;
    redisReply *reply = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = redisvFormatCommand(&command, format, arguments);
    va_end(arguments);
    if (length < 0) {
        (void)chatur_no_memory(error);
        return NULL;
    }
    if (redis_link_send(link, command, (size_t)length, deadline_us)) {
        reply = redis_link_receive(link, deadline_us, NULL);
    }
    redisFreeCommand(command);
    if (reply == NULL) {
        (void)chatur_fail(error, CHATUR_UNAVAILABLE, "no answer");
    } else if (reply->type == REDIS_REPLY_ERROR) {
        (void)chatur_fail(error, CHATUR_UNAVAILABLE, "%.200s", reply->str);
        if (refused != NULL) {
            *refused = true;
        }
        freeReplyObject(reply);
        reply = NULL;
    }
    return reply;
}

/* --- connecting ------------------------------------------------------------------------------ */

static bool connect_to(struct redis_link *link, const struct sockaddr *address, socklen_t length,
                       int64_t deadline_us)
{
    int one = 1;
    int failure = 0;
    socklen_t size = sizeof(failure);
    link->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (link->fd < 0) {
        return false;
    }
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(link->fd, address, length) == 0) {
        return true;
    }
    if (errno != EINPROGRESS || !wait_for(link->fd, POLLOUT, deadline_us)) {
        return false;
    }
    return getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0;
}

/* To whichever of its addresses answers. One that does not takes half of the time that is left from
 * the others, but for the last. */
static bool connect_any(struct redis_link *link, const struct redis_place *place,
                        int64_t deadline_us, struct chatur_error *error)
{
    struct redis_addresses addresses;
    if (!redis_resolver_find(place->resolver, deadline_us, &addresses, error)) {
        return false;
    }
    for (size_t i = 0; i < addresses.count; i++) {
        int64_t now_us = chatur_monotonic_us();
        bool last = i + 1 == addresses.count;
        if (connect_to(link, (const struct sockaddr *)&addresses.at[i], addresses.lengths[i],
                       last ? deadline_us : now_us + (deadline_us - now_us) / 2)) {
            return true;
        }
        if (link->fd >= 0) {
            (void)close(link->fd);
            link->fd = -1;
        }
    }
    (void)chatur_fail(error, CHATUR_UNAVAILABLE, "it cannot be connected to");
    return false;
}

/* The certificate must be for the very host, or the very address, that the URL names. */
static bool expect_host(SSL *tls, const char *host)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1) {
        return true;
    }
    ERR_clear_error();
    return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

static bool secure(struct redis_link *link, const struct redis_place *place, int64_t deadline_us,
                   struct chatur_error *error)
{
    if (place->tls == NULL) {
        return true;
    }
    link->tls = SSL_new(place->tls);
    if (link->tls == NULL || SSL_set_fd(link->tls, link->fd) != 1 ||
        !expect_host(link->tls, place->host)) {
        (void)chatur_no_memory(error);
        return false;
    }
    enum progress progress = WANTS_READ;
    while (progress != DONE) {
        int result = SSL_connect(link->tls);
        progress = result == 1 ? DONE : tls_progress(link->tls, result);
        if (!go_on(link, progress, deadline_us)) {
            long verdict = SSL_get_verify_result(link->tls);
            (void)chatur_fail(error, CHATUR_UNAVAILABLE, "TLS: %s",
                              verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
                                                   : "the handshake failed");
            return false;
        }
    }
    return true;
}

/* Keeps no reply: whether there was one is all that counts. */
static bool is_answered(redisReply *reply)
{
    bool answered = reply != NULL;
    freeReplyObject(reply);
    return answered;
}

static bool introduce(struct redis_link *link, const struct redis_place *place, int64_t deadline_us,
                      struct chatur_error *error)
{
    if (place->user != NULL) {
        if (!is_answered(redis_link_ask(link, deadline_us, NULL, error, "AUTH %s %s", place->user,
                                        place->password))) {
            return false;
        }
    } else if (place->password != NULL &&
               !is_answered(
                   redis_link_ask(link, deadline_us, NULL, error, "AUTH %s", place->password))) {
        return false;
    }
    return place->database == NULL || is_answered(redis_link_ask(link, deadline_us, NULL, error,
                                                                 "SELECT %s", place->database));
}

struct redis_link *redis_link_open(const struct redis_place *place, int64_t deadline_us,
                                   struct chatur_error *error)
{
    struct redis_link *link = calloc(1, sizeof(*link));
    if (link == NULL) {
        (void)chatur_no_memory(error);
        return NULL;
    }
    link->fd = -1;
    link->reader = redisReaderCreate();
    if (link->reader == NULL) {
        (void)chatur_no_memory(error);
        redis_link_close(link);
        return NULL;
    }
    if (!connect_any(link, place, deadline_us, error) || !secure(link, place, deadline_us, error) ||
        !introduce(link, place, deadline_us, error)) {
        redis_link_close(link);
        return NULL;
    }
    return link;
}
