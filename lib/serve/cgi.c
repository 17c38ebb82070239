#include "serve/cgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <string.h>
#include <unistd.h>

#include "serve/params.h"
#include "serve/pipeline.h"
#include "serve/response.h"
#include "serve/transport.h"

static const char *read_environment(struct chatur_transport *transport, const char *name)
{
    (void)transport;
    return FCGX_GetParam(name, environ);
}

static ssize_t read_input(struct chatur_transport *transport, char *bytes, size_t size)
{
    (void)transport;
    /* Somebody at a terminal who gives no body means an empty one. */
    const char *length = FCGX_GetParam("CONTENT_LENGTH", environ);
    if ((length == NULL || length[0] == '\0') && isatty(STDIN_FILENO)) {
        return 0;
    }
    ssize_t count = -1;
    do {
        count = read(STDIN_FILENO, bytes, size);
    } while (count < 0 && errno == EINTR);
    return count;
}

static bool write_output(struct chatur_transport *transport, const char *bytes, size_t length)
{
    (void)transport;
    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, bytes, length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return false;
        }
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

/* No web server, whose CGI sets these (RFC 3875, sections 4.1.4 and 4.1.16), but somebody who reads
 * the answer as it is. */
static bool is_by_hand(void)
{
    return isatty(STDOUT_FILENO) || (FCGX_GetParam("GATEWAY_INTERFACE", environ) == NULL &&
                                     FCGX_GetParam("SERVER_PROTOCOL", environ) == NULL);
}

/* Every write goes out at once, and the end of the process is the end of the answer. By hand a line
 * end follows it, or the log's line would go on where the answer ends. */
static bool flush_output(struct chatur_transport *transport, bool last)
{
    return !last || !is_by_hand() || write_output(transport, "\n", 1);
}

static const struct chatur_transport_ops cgi_ops = {
    .param = read_environment,
    .read = read_input,
    .write = write_output,
    .flush = flush_output,
};

bool chatur_cgi_run(const struct chatur_endpoint *endpoint, const struct chatur_config *config,
                    struct chatur_app *app)
{
    struct chatur_transport transport = {.ops = &cgi_ops, .local = true};
    struct chatur_pipeline pipeline;
    if (!chatur_pipeline_open(&pipeline, endpoint, config, app)) {
        return false;
    }
    chatur_pipeline_run(&pipeline, &transport);
    chatur_pipeline_close(&pipeline);
    return true;
}

void chatur_cgi_apologise(void)
{
    (void)write_output(NULL, chatur_response_last_resort, strlen(chatur_response_last_resort));
    (void)flush_output(NULL, true);
}
