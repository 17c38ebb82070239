#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"

/* A line longer than this is cut by the buffer's latch and dropped for a note: PIPE_BUF (4096) is
 * how much a pipe takes in one piece, and a log collector reads from a pipe. */
#define MAX_LINE_BYTES 4000

/* Set once, before the first thread. */
static const char *program_name = "chatur";
static enum chatur_log_level minimum_level = CHATUR_INFO;

static _Thread_local const char *current_id;
static _Thread_local const char *current_endpoint;

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void chatur_log_start(const char *program, enum chatur_log_level minimum)
{
    program_name = program;
    minimum_level = minimum;
}

void chatur_log_set_request(const char *request_id, const char *endpoint)
{
    current_id = request_id;
    current_endpoint = endpoint;
}

static void begin(struct chatur_buffer *line, enum chatur_log_level level)
{
    struct timespec now = {0};
    struct tm utc;
    char time[32] = "";
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &utc) != NULL) {
        (void)strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &utc);
    }
    chatur_buffer_printf(line, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"program\":", time,
                         now.tv_nsec / 1000000, level_names[level]);
    chatur_buffer_json_string(line, program_name);
    chatur_buffer_printf(line, ",\"pid\":%ld", (long)getpid());
    if (current_id != NULL) {
        chatur_buffer_puts(line, ",\"request_id\":");
        chatur_buffer_json_string(line, current_id);
    }
    if (current_endpoint != NULL) {
        chatur_buffer_puts(line, ",\"endpoint\":");
        chatur_buffer_json_string(line, current_endpoint);
    }
}

static void end(struct chatur_buffer *line)
{
    static const char lost[] =
        "{\"level\":\"error\",\"message\":\"a log line was lost: too long\"}\n";
    chatur_buffer_puts(line, "}\n");
    /* Nowhere to say that the log cannot be written. */
    ssize_t written = line->failed ? write(STDERR_FILENO, lost, sizeof(lost) - 1)
                                   : write(STDERR_FILENO, line->data, line->length);
    (void)written;
    chatur_buffer_free(line);
}

void chatur_log(enum chatur_log_level level, const char *format, ...)
{
    if (level < minimum_level) {
        return;
    }
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);

    struct chatur_buffer line = {.max_bytes = MAX_LINE_BYTES};
    begin(&line, level);
    chatur_buffer_puts(&line, ",\"message\":");
    chatur_buffer_json_string(&line, message);
    end(&line);
}

void chatur_log_request(const struct chatur_log_request *request)
{
    enum chatur_log_level level =
        chatur_outcome_http_status(request->outcome) >= 500 ? CHATUR_WARNING : CHATUR_INFO;
    if (level < minimum_level) {
        return;
    }
    struct chatur_buffer line = {.max_bytes = MAX_LINE_BYTES};
    begin(&line, level);
    chatur_buffer_puts(&line, ",\"method\":");
    chatur_buffer_json_string(&line, request->method);
    chatur_buffer_printf(&line,
                         ",\"status\":%d,\"outcome\":\"%s\",\"duration_us\":%lld,"
                         "\"handler_us\":%lld,\"body_bytes\":%zu,\"response_bytes\":%zu",
                         request->status, chatur_outcome_name(request->outcome),
                         (long long)request->duration_us, (long long)request->handler_us,
                         request->body_bytes, request->response_bytes);
    if (request->detail != NULL && request->detail[0] != '\0') {
        chatur_buffer_puts(&line, ",\"detail\":");
        chatur_buffer_json_string(&line, request->detail);
    }
    end(&line);
}
