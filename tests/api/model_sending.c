/* What the stand-in sends: HTTP in chunks, events in them, and the email in those. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model_server.h"

/* The email, in pieces as a model's tokens come. */
static const char *const pieces[] = {"Dear Jane,",
                                     "\\n\\n",
                                     "I will be away on Friday; ",
                                     "Zo\xc3\xab covers",
                                     " the desk.\\n\\n",
                                     "Best regards,",
                                     "\\nAnn"};
_Static_assert(sizeof(pieces) / sizeof(pieces[0]) == PIECES, "the pieces are counted");

void sleep_ms(long ms)
{
    if (ms <= 0) {
        return; /* to sleep for no time takes some */
    }
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

static bool send_bytes(struct connection *connection, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = connection->tls != NULL ? SSL_write(connection->tls, bytes, (int)length)
                                               : write(connection->fd, bytes, length);
        if (sent <= 0) {
            connection->closes = true;
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static void send_text(struct connection *connection, const char *text)
{
    (void)send_bytes(connection, text, strlen(text));
}

void send_head(struct connection *connection, int status, const char *type, const char *headers)
{
    char head[512];
    (void)snprintf(
        head, sizeof(head), "HTTP/1.1 %d X\r\n%s%s%s%sTransfer-Encoding: chunked\r\n\r\n", status,
        type[0] != '\0' ? "Content-Type: " : "", type, type[0] != '\0' ? "\r\n" : "", headers);
    send_text(connection, head);
}

bool send_chunk(struct connection *connection, const char *bytes, size_t length)
{
    char chunk[1200];
    size_t step = connection->bytes ? 1 : sizeof(chunk) - 32;
    while (length > 0) {
        size_t now = length < step ? length : step;
        int head = snprintf(chunk, sizeof(chunk), "%zx\r\n", now);
        memcpy(chunk + head, bytes, now);
        chunk[(size_t)head + now] = '\r';
        chunk[(size_t)head + now + 1] = '\n';
        if (!send_bytes(connection, chunk, (size_t)head + now + 2)) {
            return false;
        }
        bytes += now;
        length -= now;
    }
    return true;
}

void end_chunks(struct connection *connection)
{
    send_text(connection, "0\r\n\r\n");
}

bool send_event(struct connection *connection, const char *json)
{
    char event[1024];
    int length = snprintf(event, sizeof(event), "data: %s%s%s", json, connection->line_end,
                          connection->line_end);
    return send_chunk(connection, event, (size_t)length);
}

bool send_delta(struct connection *connection, const char *text, const char *finish)
{
    char json[900];
    char reason[40] = "null";
    if (finish != NULL) {
        (void)snprintf(reason, sizeof(reason), "\"%s\"", finish);
    }
    if (connection->chat) {
        (void)snprintf(json, sizeof(json),
                       "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                       "\"model\":\"stand-in-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
                       "\"%s\"},\"logprobs\":null,\"finish_reason\":%s}],\"usage\":null}",
                       text, reason);
    } else {
        (void)snprintf(json, sizeof(json),
                       "{\"id\":\"c1\",\"object\":\"text_completion\",\"created\":1,\"model\":"
                       "\"stand-in-1\",\"choices\":[{\"index\":0,\"text\":\"%s\",\"logprobs\":null,"
                       "\"finish_reason\":%s}],\"usage\":null}",
                       text, reason);
    }
    return send_event(connection, json);
}

void send_pieces(struct connection *connection, size_t count, long pause_ms)
{
    if (connection->chat) {
        (void)send_event(connection,
                         "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
                         "\"content\":\"\",\"refusal\":null},\"finish_reason\":null}]}");
    }
    for (size_t i = 0; i < count && !connection->closes; i++) {
        sleep_ms(pause_ms);
        (void)send_delta(connection, pieces[i], NULL);
    }
}

void finish(struct connection *connection, const char *reason, bool usage, bool done)
{
    (void)send_delta(connection, "", reason);
    if (usage) {
        (void)send_event(connection, "{\"model\":\"stand-in-1\",\"choices\":[]," USAGE "}");
    }
    if (done) {
        (void)send_event(connection, "[DONE]");
    }
    end_chunks(connection);
}

void send_email(struct connection *connection, const char *type, long pause_ms)
{
    send_head(connection, 200, type, "");
    send_pieces(connection, PIECES, pause_ms);
    finish(connection, "stop", true, true);
}

void send_error(struct connection *connection, int status, const char *headers, const char *code,
                const char *message)
{
    char json[500];
    (void)snprintf(
        json, sizeof(json),
        "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}", message,
        code, code);
    send_head(connection, status, "application/json", headers);
    (void)send_chunk(connection, json, strlen(json));
    end_chunks(connection);
}

void send_document(struct connection *connection, const char *type, const char *json)
{
    send_head(connection, 200, type, "");
    (void)send_chunk(connection, json, strlen(json));
    end_chunks(connection);
}
