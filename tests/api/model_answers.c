/* Steps of the stand-in that a model wrote: emails in every form that servers give them, and what a
 * model may write in place of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_server.h"

static void play_ok(struct connection *connection, const char *argument)
{
    sleep_ms(strtol(argument, NULL, 10));
    send_email(connection, "text/event-stream; charset=utf-8", 0);
}

/* The first word is late; what keeps the connection alive is no word. */
static void play_first(struct connection *connection, const char *argument)
{
    long left_ms = strtol(argument, NULL, 10);
    send_head(connection, 200, "text/event-stream", "");
    for (; left_ms > 0 && !connection->closes; left_ms -= 100) {
        (void)send_chunk(connection, ": keep-alive\n\n", 14);
        sleep_ms(left_ms < 100 ? left_ms : 100);
    }
    send_pieces(connection, PIECES, 0);
    finish(connection, "stop", true, true);
}

static void play_slowly(struct connection *connection, const char *argument)
{
    send_email(connection, "text/event-stream", strtol(argument, NULL, 10));
}

static void play_bytes(struct connection *connection, const char *argument)
{
    (void)argument;
    connection->bytes = true;
    send_email(connection, "text/event-stream", 0);
    connection->bytes = false;
}

/* Everything that a stream of events may have besides its events. */
static void play_crlf(struct connection *connection, const char *argument)
{
    static const char odd[] =
        "\xef\xbb\xbf: hello\r\n\r\nid: 1\r\nevent: message\r\nretry: 10\r\n"
        "data: {\"choices\":[{\"index\":0,\r\ndata: \"delta\":{\"content\":\"\"}"
        "}]}\r\n\r\n";
    (void)argument;
    connection->line_end = "\r\n";
    send_head(connection, 200, "text/event-stream", "");
    (void)send_chunk(connection, odd, sizeof(odd) - 1);
    send_pieces(connection, PIECES, 0);
    finish(connection, "stop", true, true);
    connection->line_end = "\n";
}

static void play_typed(struct connection *connection, const char *argument)
{
    char type[64];
    (void)snprintf(type, sizeof(type), "%s", argument);
    for (char *at = type; *at != '\0'; at++) {
        if (*at == '_') {
            *at = '/';
        }
    }
    send_email(connection, type, 0);
}

static void play_plain(struct connection *connection, const char *argument)
{
    send_document(
        connection, argument[0] != '\0' ? "text/plain" : "application/json",
        connection->chat
            ? "{\"object\":\"chat.completion\",\"model\":\"stand-in-1\",\"choices\":[{"
              "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Dear Jane,\\n\\n"
              "I am away.\\n\\nBest regards,\\nAnn\",\"refusal\":null},\"finish_reason\":"
              "\"stop\"}]," USAGE "}"
            : "{\"object\":\"text_completion\",\"model\":\"stand-in-1\",\"choices\":[{"
              "\"index\":0,\"text\":\"Dear Jane,\\n\\nI am away.\\n\\nBest regards,\\nAnn\","
              "\"finish_reason\":\"stop\"}]," USAGE "}");
}

static void play_nousage(struct connection *connection, const char *argument)
{
    (void)argument;
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES, 0);
    finish(connection, "stop", false, true);
}

static void play_nodone(struct connection *connection, const char *argument)
{
    (void)argument;
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES, 0);
    finish(connection, "stop", true, false);
}

/* Whole, but the connection is left open and silent. */
static void play_lingers(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES, 0);
    (void)send_delta(connection, "", "stop");
    sleep_ms(strtol(argument, NULL, 10));
    connection->closes = true;
}

static void play_reason(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES - 2, 0);
    finish(connection, argument, true, true);
}

static void play_refusal(struct connection *connection, const char *argument)
{
    (void)argument;
    send_head(connection, 200, "text/event-stream", "");
    (void)send_event(connection,
                     "{\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\"I cannot\"}}]}");
    finish(connection, "stop", true, true);
}

/* What a model may say in place of an email. */
static void play_says(struct connection *connection, const char *argument)
{
    bool declines = strcmp(argument, "no") == 0;
    send_head(connection, 200, "text/event-stream", "");
    for (int i = 0; i < (declines ? 1 : 200); i++) {
        (void)send_delta(connection,
                         declines ? "I'm sorry, but I can't help with that request."
                                  : "and then we will see about it again, ",
                         NULL);
    }
    finish(connection, "stop", true, true);
}

/* After the end something that only this server knows. */
static void play_adds(struct connection *connection, const char *argument)
{
    (void)argument;
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES, 0);
    (void)send_delta(connection, "", "stop");
    (void)send_event(connection, "{\"timings\":{\"predicted_ms\":7}}");
    (void)send_event(connection, "{\"model\":\"stand-in-1\",\"choices\":[]," USAGE "}");
    (void)send_event(connection, "[DONE]");
    end_chunks(connection);
}

/* More than is held back, and then not the end. */
static void play_long(struct connection *connection, const char *argument)
{
    char text[100];
    send_head(connection, 200, "text/event-stream", "");
    for (int i = 1; i <= 20; i++) {
        (void)snprintf(text, sizeof(text), "This is sentence %d of the %d that I have for you. ", i,
                       i * i + 20);
        (void)send_delta(connection, text, NULL);
    }
    if (strcmp(argument, "error") == 0) {
        (void)send_event(connection, "{\"error\":{\"message\":\"lost the GPU\",\"code\":500}}");
        end_chunks(connection);
        return;
    }
    sleep_ms(strcmp(argument, "silence") == 0 ? 20000 : 0);
    connection->closes = true;
}

static void play_empty(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    (void)send_delta(connection, argument[0] != '\0' ? " \\n \\n" : "", NULL);
    finish(connection, "stop", true, true);
}

/* The first of the request's own stops, then more. */
static void play_stop(struct connection *connection, const char *argument)
{
    char stop[100] = "";
    const char *list = strstr(connection->body, "\"stop\":[\"");
    if (list != NULL) {
        list += 9;
        const char *end = strchr(list, '"');
        (void)snprintf(stop, sizeof(stop), "%.*s", (int)(end - list), list);
    }
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES, 0);
    for (const char *at = stop; *at != '\0'; at++) { /* cut inside, but not in an escape */
        char piece[8] = {*at, '\0'};
        if (*at == '\\') {
            piece[1] = *++at;
        }
        (void)send_delta(connection, piece, NULL);
    }
    (void)send_delta(connection, "Subject: the next example", NULL);
    if (strcmp(argument, "ever") == 0) { /* it does not know that it has ended */
        while (send_delta(connection, " and on", NULL)) {
            sleep_ms(20);
        }
        return;
    }
    finish(connection, strcmp(argument, "length") == 0 ? "length" : "stop", true, true);
}

const struct step model_answers[] = {
    {"ok", play_ok},           {"first", play_first},     {"slowly", play_slowly},
    {"bytes", play_bytes},     {"crlf", play_crlf},       {"typed", play_typed},
    {"plain", play_plain},     {"nousage", play_nousage}, {"nodone", play_nodone},
    {"lingers", play_lingers}, {"reason", play_reason},   {"refusal", play_refusal},
    {"says", play_says},       {"adds", play_adds},       {"empty", play_empty},
    {"stop", play_stop},       {"long_then", play_long},  {NULL, NULL},
};
