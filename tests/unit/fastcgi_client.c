#include "fastcgi_client.h"

#include <errno.h>
#include <fastcgi.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define REQUEST_ID 1

void fastcgi_record(struct chatur_buffer *wire, unsigned char type, const char *content,
                    size_t length)
{
    const unsigned char header[FCGI_HEADER_LEN] = {
        FCGI_VERSION_1,        type, 0, REQUEST_ID, (unsigned char)(length >> 8),
        (unsigned char)length, 0,    0};
    chatur_buffer_append(wire, (const char *)header, sizeof(header));
    chatur_buffer_append(wire, content, length);
}

void fastcgi_begin(struct chatur_buffer *wire, unsigned role, unsigned flags)
{
    const char body[8] = {(char)(role >> 8), (char)role, (char)flags, 0, 0, 0, 0, 0};
    fastcgi_record(wire, FCGI_BEGIN_REQUEST, body, sizeof(body));
}

static void append_length(struct chatur_buffer *params, uint32_t length)
{
    const char bytes[4] = {(char)(0x80 | (length >> 24)), (char)(length >> 16), (char)(length >> 8),
                           (char)length};
    chatur_buffer_append(params, bytes, sizeof(bytes));
}

void fastcgi_pair_claiming(struct chatur_buffer *params, const char *name, const char *value,
                           uint32_t name_length, uint32_t value_length)
{
    append_length(params, name_length);
    append_length(params, value_length);
    chatur_buffer_puts(params, name);
    chatur_buffer_puts(params, value);
}

void fastcgi_pair(struct chatur_buffer *params, const char *name, const char *value)
{
    fastcgi_pair_claiming(params, name, value, (uint32_t)strlen(name), (uint32_t)strlen(value));
}

void fastcgi_post(struct chatur_buffer *wire, const char *query, const char *body)
{
    struct chatur_buffer params = {0};
    char length[24];
    (void)snprintf(length, sizeof(length), "%zu", strlen(body));
    fastcgi_pair(&params, "REQUEST_METHOD", "POST");
    fastcgi_pair(&params, "CONTENT_LENGTH", length);
    fastcgi_pair(&params, "QUERY_STRING", query);
    fastcgi_begin(wire, FCGI_RESPONDER, 0);
    fastcgi_record(wire, FCGI_PARAMS, params.data, params.length);
    fastcgi_record(wire, FCGI_PARAMS, "", 0);
    if (body[0] != '\0') {
        fastcgi_record(wire, FCGI_STDIN, body, strlen(body));
    }
    fastcgi_record(wire, FCGI_STDIN, "", 0);
    chatur_buffer_free(&params);
}

int fastcgi_connect(const char *socket_path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

bool fastcgi_send(int fd, struct chatur_buffer *wire)
{
    size_t sent = 0;
    assert_false(wire->failed);
    while (sent < wire->length) {
        ssize_t count = send(fd, wire->data + sent, wire->length - sent, MSG_NOSIGNAL);
        if (count <= 0) {
            break;
        }
        sent += (size_t)count;
    }
    bool whole = sent == wire->length;
    chatur_buffer_free(wire);
    return whole;
}

static size_t record_length(const char *header)
{
    return (size_t)(unsigned char)header[4] << 8 | (unsigned char)header[5];
}

/* Takes the records apart. */
static void unpack(const struct chatur_buffer *wire, struct fastcgi_answer *answer)
{
    size_t at = 0;
    while (wire->length - at >= FCGI_HEADER_LEN) {
        const char *header = wire->data + at;
        size_t length = record_length(header);
        size_t whole = FCGI_HEADER_LEN + length + (unsigned char)header[6];
        if (whole > wire->length - at) {
            break;
        }
        if (header[1] == FCGI_STDOUT) {
            chatur_buffer_append(&answer->output, header + FCGI_HEADER_LEN, length);
        } else if (header[1] == FCGI_END_REQUEST) {
            answer->ended = true;
        }
        at += whole;
    }
    static const char field[] = "Status: ";
    if (answer->output.length > sizeof(field) &&
        strncmp(answer->output.data, field, sizeof(field) - 1) == 0) {
        answer->status = (int)strtol(answer->output.data + sizeof(field) - 1, NULL, 10);
    }
}

struct fastcgi_answer fastcgi_receive(int fd, int timeout_ms)
{
    struct fastcgi_answer answer = {0};
    struct chatur_buffer wire = {0};
    int64_t until_us = chatur_monotonic_us() + timeout_ms * 1000LL;
    char chunk[4096];
    while (!answer.closed) {
        int64_t left_us = until_us - chatur_monotonic_us();
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (left_us <= 0 || poll(&readable, 1, (int)(left_us / 1000) + 1) <= 0) {
            break;
        }
        ssize_t count = read(fd, chunk, sizeof(chunk));
        if (count <= 0) {
            answer.closed = true;
        } else {
            chatur_buffer_append(&wire, chunk, (size_t)count);
        }
    }
    unpack(&wire, &answer);
    chatur_buffer_free(&wire);
    return answer;
}

int fastcgi_exchange(const char *socket_path, const char *query, const char *body,
                     const char *expected_part)
{
    struct chatur_buffer wire = {0};
    int fd = fastcgi_connect(socket_path);
    fastcgi_post(&wire, query, body);
    assert_true(fastcgi_send(fd, &wire));
    struct fastcgi_answer answer = fastcgi_receive(fd, 5000);
    (void)close(fd);
    assert_true(answer.ended);
    assert_true(answer.closed);
    if (expected_part != NULL) {
        assert_true(answer.output.length > 0);
    }
    if (expected_part != NULL && answer.output.data != NULL) {
        assert_non_null(strstr(answer.output.data, expected_part));
    }
    chatur_buffer_free(&answer.output);
    return answer.status;
}
