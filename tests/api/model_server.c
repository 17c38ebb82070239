/* A stand-in for a language model's server: speaks the OpenAI-compatible API and plays every fault
 * by script. One thread per connection, so hundreds may wait at once.
 *
 *     model_server PORT_FILE LOG_FILE [CERTIFICATE KEY]
 *
 * Listens on a free port of 127.0.0.1, which it writes to PORT_FILE. The first part of the path is
 * the script: /429,429,ok/v1/chat/completions answers the first two requests with 429 and all later
 * ones with an email. What stands before a `=` only tells scripts apart. Each request is a line of
 * JSON in LOG_FILE. With a certificate: https. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_REQUEST_BYTES (256 << 10)
#define STACK_BYTES       (256 << 10)
#define MAX_SCRIPTS       512
#define USAGE             "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22,\"total_tokens\":33}"

/* The email, in pieces as a model's tokens come. */
static const char *const pieces[] = {"Dear Jane,",
                                     "\\n\\n",
                                     "I will be away on Friday; ",
                                     "Zo\xc3\xab covers",
                                     " the desk.\\n\\n",
                                     "Best regards,",
                                     "\\nAnn"};
#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

struct connection {
    int fd;
    SSL *tls;   /* NULL: plain */
    bool bytes; /* every byte in a write and a chunk of its own */
    bool chat;
    bool closes;
    const char *line_end;
    char *request; /* head and body, NUL-terminated */
    const char *body;
};

static SSL_CTX *tls_context;
static int log_fd;

static struct {
    char script[200];
    bool chat;
    int asked;
} scripts[MAX_SCRIPTS];
static pthread_mutex_t scripts_lock = PTHREAD_MUTEX_INITIALIZER;

static void sleep_ms(long ms)
{
    if (ms <= 0) {
        return; /* to sleep for no time takes some */
    }
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

/* --- sending ---------------------------------------------------------------------------------- */

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

static void send_head(struct connection *connection, int status, const char *type,
                      const char *headers)
{
    char head[512];
    (void)snprintf(
        head, sizeof(head), "HTTP/1.1 %d X\r\n%s%s%s%sTransfer-Encoding: chunked\r\n\r\n", status,
        type[0] != '\0' ? "Content-Type: " : "", type, type[0] != '\0' ? "\r\n" : "", headers);
    send_text(connection, head);
}

static bool send_chunk(struct connection *connection, const char *bytes, size_t length)
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

static void end_chunks(struct connection *connection)
{
    send_text(connection, "0\r\n\r\n");
}

static bool send_event(struct connection *connection, const char *json)
{
    char event[1024];
    int length = snprintf(event, sizeof(event), "data: %s%s%s", json, connection->line_end,
                          connection->line_end);
    return send_chunk(connection, event, (size_t)length);
}

static bool send_delta(struct connection *connection, const char *text, const char *finish)
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

static void send_pieces(struct connection *connection, size_t count, long pause_ms)
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

static void finish(struct connection *connection, const char *reason, bool usage, bool done)
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

static void send_email(struct connection *connection, const char *type, long pause_ms)
{
    send_head(connection, 200, type, "");
    send_pieces(connection, PIECES, pause_ms);
    finish(connection, "stop", true, true);
}

static void send_error(struct connection *connection, int status, const char *headers,
                       const char *code, const char *message)
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

static void send_document(struct connection *connection, const char *type, const char *json)
{
    send_head(connection, 200, type, "");
    (void)send_chunk(connection, json, strlen(json));
    end_chunks(connection);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* Each plays one answer; `argument` is what stands after the colon, or "". */
typedef void player(struct connection *connection, const char *argument);

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

static void play_html(struct connection *connection, const char *argument)
{
    (void)argument;
    send_document(connection, "text/html", "<!DOCTYPE html><title>Welcome</title>");
}

static void play_empty(struct connection *connection, const char *argument)
{
    send_head(connection, 200, "text/event-stream", "");
    (void)send_delta(connection, argument[0] != '\0' ? " \\n \\n" : "", NULL);
    finish(connection, "stop", true, true);
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
        play_ok(connection, "");
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

static const struct {
    const char *name;
    player *play;
} players[] = {
    {"ok", play_ok},
    {"first", play_first},
    {"slowly", play_slowly},
    {"bytes", play_bytes},
    {"crlf", play_crlf},
    {"typed", play_typed},
    {"plain", play_plain},
    {"nousage", play_nousage},
    {"nodone", play_nodone},
    {"lingers", play_lingers},
    {"reason", play_reason},
    {"refusal", play_refusal},
    {"says", play_says},
    {"adds", play_adds},
    {"stalls", play_stalls},
    {"stall", play_stall},
    {"hang", play_hang},
    {"cut", play_cut},
    {"cutclean", play_cutclean},
    {"text", play_text},
    {"errorlate", play_errorlate},
    {"html", play_html},
    {"empty", play_empty},
    {"giant", play_giant},
    {"stop", play_stop},
    {"redirect", play_redirect},
    {"refuses", play_refuses},
    {"limit", play_limit},
    {"quota", play_quota},
    {"context", play_context},
    {"filter", play_filter},
    {"noretry", play_noretry},
    {"retry", play_retry},
    {"drop", play_drop},
    {"long_then", play_long},
};

static void play(struct connection *connection, const char *step)
{
    size_t length = strcspn(step, ":");
    const char *argument = step[length] == ':' ? step + length + 1 : "";
    for (size_t i = 0; i < sizeof(players) / sizeof(players[0]); i++) {
        if (strlen(players[i].name) == length && strncmp(players[i].name, step, length) == 0) {
            players[i].play(connection, argument);
            return;
        }
    }
    int status = (int)strtol(step, NULL, 10);
    send_error(connection, status >= 400 ? status : 404, "", "stand_in", "as the script says");
}

/* --- requests --------------------------------------------------------------------------------- */

/* The step that is this script's turn; its last one repeats. */
static void take_step(const char *script, bool chat, char *step, size_t size)
{
    int asked = 0;
    (void)pthread_mutex_lock(&scripts_lock);
    for (int i = 0; i < MAX_SCRIPTS; i++) {
        if (scripts[i].script[0] == '\0') {
            (void)snprintf(scripts[i].script, sizeof(scripts[i].script), "%s", script);
            scripts[i].chat = chat;
        }
        if (strcmp(scripts[i].script, script) == 0 && scripts[i].chat == chat) {
            asked = scripts[i].asked++;
            break;
        }
    }
    (void)pthread_mutex_unlock(&scripts_lock);
    const char *tag = strchr(script, '=');
    const char *next;
    script = tag != NULL ? tag + 1 : script;
    for (; asked > 0 && (next = strchr(script, ',')) != NULL; asked--) {
        script = next + 1;
    }
    (void)snprintf(step, size, "%.*s", (int)strcspn(script, ","), script);
}

/* Copies a header's value, without what JSON would have to escape. */
static void copy_header(const struct connection *connection, const char *name, char *value,
                        size_t size)
{
    const char *line = strcasestr(connection->request, name);
    value[0] = '\0';
    if (line != NULL && line < connection->body) {
        line += strlen(name);
        (void)snprintf(value, size, "%.*s", (int)strcspn(line, "\r\"\\"), line);
    }
}

static void log_request(const struct connection *connection, const char *script, const char *step)
{
    char values[3][128];
    copy_header(connection, "\r\nAuthorization: ", values[0], sizeof(values[0]));
    copy_header(connection, "\r\nOpenAI-Organization: ", values[1], sizeof(values[1]));
    copy_header(connection, "\r\nOpenAI-Project: ", values[2], sizeof(values[2]));
    (void)dprintf(
        log_fd,
        "{\"script\":\"%s\",\"step\":\"%s\",\"chat\":%s,\"fd\":%d,\"authorization\":\"%s\","
        "\"organization\":\"%s\",\"project\":\"%s\",\"body\":%s}\n",
        script, step, connection->chat ? "true" : "false", connection->fd, values[0], values[1],
        values[2], connection->body);
}

static void answer(struct connection *connection)
{
    char script[200] = "";
    char rest[64] = "";
    char step[100];
    if (sscanf(connection->request, "POST /%199[^/]/v1/%63s", script, rest) != 2) {
        play(connection, "404");
        return;
    }
    connection->chat = strcmp(rest, "chat/completions") == 0;
    take_step(script, connection->chat, step, sizeof(step));
    log_request(connection, script, step);
    play(connection, step);
}

static ssize_t receive(struct connection *connection, char *into, size_t room)
{
    return connection->tls != NULL ? SSL_read(connection->tls, into, (int)room)
                                   : read(connection->fd, into, room);
}

/* One request, whole. False: there is none. */
static bool read_request(struct connection *connection)
{
    size_t length = 0;
    size_t wanted = 0;
    while (wanted == 0 || length < wanted) {
        ssize_t got =
            receive(connection, connection->request + length, MAX_REQUEST_BYTES - 1 - length);
        if (got <= 0) {
            return false;
        }
        length += (size_t)got;
        connection->request[length] = '\0';
        const char *end = strstr(connection->request, "\r\n\r\n");
        const char *size = strcasestr(connection->request, "\r\nContent-Length: ");
        if (end != NULL && wanted == 0) {
            connection->body = end + 4;
            wanted = (size_t)(connection->body - connection->request) +
                     (size != NULL ? strtoul(size + 18, NULL, 10) : 0);
        }
    }
    return wanted < MAX_REQUEST_BYTES;
}

static void *serve(void *context)
{
    const int on = 1;
    struct connection connection = {.fd = *(int *)context, .line_end = "\n"};
    free(context);
    connection.request = malloc(MAX_REQUEST_BYTES);
    (void)setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    bool open = connection.request != NULL;
    if (open && tls_context != NULL) {
        connection.tls = SSL_new(tls_context);
        (void)SSL_set_fd(connection.tls, connection.fd);
        open = SSL_accept(connection.tls) == 1;
    }
    while (open && !connection.closes && read_request(&connection)) {
        answer(&connection);
    }
    if (connection.tls != NULL) {
        SSL_free(connection.tls);
    }
    (void)close(connection.fd);
    free(connection.request);
    return NULL;
}

static void accept_for_ever(int listening)
{
    pthread_attr_t attributes;
    pthread_t thread;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (true) {
        int *fd = malloc(sizeof(*fd));
        if (fd == NULL) {
            continue;
        }
        *fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (*fd < 0 || pthread_create(&thread, &attributes, serve, fd) != 0) {
            (void)close(*fd);
            free(fd);
        }
    }
}

static bool set_up_tls(const char *certificate, const char *key)
{
    tls_context = SSL_CTX_new(TLS_server_method());
    return tls_context != NULL &&
           SSL_CTX_use_certificate_file(tls_context, certificate, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_use_PrivateKey_file(tls_context, key, SSL_FILETYPE_PEM) == 1;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc != 3 && argc != 5) {
        (void)fprintf(stderr, "usage: %s PORT_FILE LOG_FILE [CERTIFICATE KEY]\n", argv[0]);
        return 2;
    }
    FILE *log = fopen(argv[2], "ae");
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (log == NULL || listening < 0 || (argc == 5 && !set_up_tls(argv[3], argv[4])) ||
        bind(listening, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listening, 4096) != 0 ||
        getsockname(listening, (struct sockaddr *)&address, &length) != 0) {
        perror(argv[0]);
        return 1;
    }
    log_fd = fileno(log);
    FILE *port = fopen(argv[1], "we");
    if (port == NULL || fprintf(port, "%d\n", ntohs(address.sin_port)) < 0 || fclose(port) != 0) {
        perror(argv[1]);
        return 1;
    }
    accept_for_ever(listening);
}
