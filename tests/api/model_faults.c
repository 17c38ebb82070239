/* Steps of the stand-in that its server did: errors, silence, broken connections, and what is not
 * of this API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model_server.h"

/* An error of which the head comes, and no more than the beginning of the rest. */
static void play_stalls(struct connection *connection, const char *argument)
{
    send_head(connection, (int)strtol(argument, NULL, 10), "application/json",
              "Retry-After: 1\r\n");
    (void)send_chunk(connection, "{\"error", 7);
    sleep_ms(20000);
    connection->closes = true;
}

static void play_stall(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES / 2, 0);
    sleep_ms(strtol(argument, NULL, 10));
    connection->closes = true;
}

static void play_hang(struct connection *connection, const char *argument)
{
    sleep_ms(strtol(argument, NULL, 10));
    connection->closes = true;
}

static void play_cut(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES / 2, 0);
    if (argument[0] != '\0') { /* inside of an event */
        (void)send_chunk(connection, "data: {\"choices\":[{\"ind", 22);
    }
    connection->closes = true;
}

/* The same with an end that looks like one: nothing in HTTP says that it was cut. */
static void play_cutclean(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES / 2, 0);
    if (argument[0] != '\0') {
        (void)send_chunk(connection, "data: {\"choices\":[{\"ind", 22);
    }
    end_chunks(connection);
}

static void play_text(struct connection *connection, const char *argument)
{
    static const struct {
        const char *name;
        const char *text;
    } texts[] = {
        {"badjson", "data: {\"choices\":[{\"index\":0,}]}\n\n"},
        {"badsse", "<html>this is no stream of events</html>\n\n"},
        {"badtype",
         "data: {\"choices\":[{\"index\":0,\"delta\":[\"content\"]}]}\n\ndata: [DONE]\n\n"},
        {"other", "data: {\"hello\":\"world\"}\n\n"},
        {"error", "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n"},
        {"errorrate",
         "data: {\"error\":{\"message\":\"slow down\",\"code\":\"rate_limit_exceeded\"}}\n\n"},
        {"errortext", "data: {\"error\": \"out of memory\"}\n\n"},
        {"nothing", ""},
    };
    send_head(connection, 200, "text/event-stream", "");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i].name, argument) == 0) {
            (void)send_chunk(connection, texts[i].text, strlen(texts[i].text));
        }
    }
    end_chunks(connection);
}

static void play_errorlate(struct connection *connection, const char *argument)
{
    (void)argument;
    send_head(connection, 200, "text/event-stream", "");
    send_pieces(connection, PIECES / 2, 0);
    (void)send_event(connection, "{\"error\":{\"message\":\"lost the GPU\",\"code\":500}}");
    end_chunks(connection);
}

static void play_html(struct connection *connection, const char *argument)
{
    (void)argument;
    send_document(connection, "text/html", "<!DOCTYPE html><title>Welcome</title>");
}

static void play_giant(struct connection *connection, const char *argument)
{
    static const char filler[] =
        "A sentence without end that goes on and on and never comes to a point, ";
    char text[120];
    send_head(connection, 200,
              strcmp(argument, "document") == 0 ? "application/json" : "text/event-stream", "");
    for (int i = 0; !connection->closes && i < 2000000; i++) {
        /* Numbered, so that it is long before it is repetitive. */
        (void)snprintf(text, sizeof(text), "%s%d ", filler, i);
        if (argument[0] != '\0') { /* one line, or one document, without end */
            (void)send_chunk(connection, text, strlen(text));
        } else {
            (void)send_delta(connection, text, NULL);
        }
    }
    connection->closes = true;
}

static void play_redirect(struct connection *connection, const char *argument)
{
    (void)argument;
    send_head(connection, 302, "text/html", "Location: /ok/v1/chat/completions\r\n");
    end_chunks(connection);
}

/* Takes no request with this field, as OpenAI and FastAPI servers say it. */
static void play_refuses(struct connection *connection, const char *argument)
{
    char quoted[64];
    char message[200];
    (void)snprintf(quoted, sizeof(quoted), "\"%s\":", argument);
    if (strstr(connection->body, quoted) == NULL) {
        send_email(connection, "text/event-stream", 0);
        return;
    }
    (void)snprintf(
        message, sizeof(message), "Unsupported parameter: '%s' is not supported%s", argument,
        strcmp(argument, "max_tokens") == 0 ? ". Use 'max_completion_tokens' instead." : "");
    send_error(connection, strcmp(argument, "repetition_penalty") == 0 ? 422 : 400, "",
               "unsupported_parameter", message);
}

static void play_limit(struct connection *connection, const char *argument)
{
    char header[100];
    if (argument[0] == 'd') { /* as a date so many seconds ahead */
        char date[64];
        time_t when = time(NULL) + strtol(argument + 1, NULL, 10);
        struct tm utc;
        (void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&when, &utc));
        (void)snprintf(header, sizeof(header), "Retry-After: %s\r\n", date);
    } else if (argument[0] == 'm') {
        (void)snprintf(header, sizeof(header), "retry-after-ms: %s\r\nRetry-After: 60\r\n",
                       argument + 1);
    } else {
        (void)snprintf(header, sizeof(header), "Retry-After: %s\r\n", argument);
    }
    send_error(connection, 429, header, "rate_limit_exceeded", "Rate limit reached");
}

static void play_quota(struct connection *connection, const char *argument)
{
    (void)argument;
    send_error(connection, 429, "x-should-retry: true\r\n", "insufficient_quota",
               "You exceeded your current quota");
}

static void play_context(struct connection *connection, const char *argument)
{
    (void)argument;
    send_error(
        connection, 400, "", "BadRequestError",
        "This model's maximum context length is 2048 tokens. However, you requested 4096 tokens");
}

static void play_filter(struct connection *connection, const char *argument)
{
    (void)argument;
    send_error(connection, 400, "", "content_filter", "The response was filtered");
}

static void play_noretry(struct connection *connection, const char *argument)
{
    send_error(connection, (int)strtol(argument, NULL, 10), "x-should-retry: false\r\n", "x", "no");
}

static void play_retry(struct connection *connection, const char *argument)
{
    send_error(connection, (int)strtol(argument, NULL, 10),
               "x-should-retry: true\r\nretry-after-ms: 10\r\n", "x", "please");
}

static void play_drop(struct connection *connection, const char *argument)
{
    (void)argument;
    connection->closes = true;
}

const struct step model_faults[] = {
    {"stalls", play_stalls},
    {"stall", play_stall},
    {"hang", play_hang},
    {"cut", play_cut},
    {"cutclean", play_cutclean},
    {"text", play_text},
    {"errorlate", play_errorlate},
    {"html", play_html},
    {"giant", play_giant},
    {"redirect", play_redirect},
    {"refuses", play_refuses},
    {"limit", play_limit},
    {"quota", play_quota},
    {"context", play_context},
    {"filter", play_filter},
    {"noretry", play_noretry},
    {"retry", play_retry},
    {"drop", play_drop},
    {NULL, NULL},
};
