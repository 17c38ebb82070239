/* FCGX_Accept_r only accepts when the request has no descriptor yet, so ours goes into the public
 * member ipcFd first. keepConnection = 1 on the way in keeps it from closing that descriptor before
 * it reads; 0 afterwards refuses FCGI_KEEP_CONN: an idle kept connection would hold a thread. */
#include "serve/fastcgi_request.h"

#include <fastcgi.h>
#include <string.h>

#include "base/log.h"
#include "serve/transport.h"

/* A peer that sends more than this is no web server: NGINX ends at 42 KiB of headers. */
#define PARAMS_MAX       1024
#define PARAMS_MAX_BYTES (256UL << 10)

struct fastcgi_transport {
    struct chatur_transport base;
    FCGX_Request *request;
};

/* --- the transport --------------------------------------------------------------------------- */

static FCGX_Request *request_of(struct chatur_transport *transport)
{
    return ((struct fastcgi_transport *)transport)->request;
}

static const char *get_param(struct chatur_transport *transport, const char *name)
{
    return FCGX_GetParam(name, request_of(transport)->envp);
}

static ssize_t read_stream(struct chatur_transport *transport, char *bytes, size_t size)
{
    FCGX_Stream *in = request_of(transport)->in;
    int count = FCGX_GetStr(bytes, (int)size, in);
    return count == 0 && FCGX_GetError(in) != 0 ? -1 : count;
}

static bool write_stream(struct chatur_transport *transport, const char *bytes, size_t length)
{
    FCGX_Stream *out = request_of(transport)->out;
    const size_t most = 1UL << 20; /* it counts in int */
    while (length > 0) {
        int part = (int)(length < most ? length : most);
        if (FCGX_PutStr(bytes, part, out) != part) {
            return false;
        }
        bytes += part;
        length -= (size_t)part;
    }
    return true;
}

/* Closing sends the rest of the answer and the end of the request in one write. */
static bool flush_stream(struct chatur_transport *transport, bool last)
{
    FCGX_Request *request = request_of(transport);
    if (!last) {
        return FCGX_FFlush(request->out) == 0;
    }
    return FCGX_FClose(request->err) == 0 && FCGX_FClose(request->out) == 0;
}

static const struct chatur_transport_ops fastcgi_ops = {
    .param = get_param,
    .read = read_stream,
    .write = write_stream,
    .flush = flush_stream,
};

/* --- one connection -------------------------------------------------------------------------- */

/* libfcgi hands out a request whose parameters broke off in the middle: is this one whole? */
static bool is_whole(const FCGX_Request *request)
{
    size_t count = 0;
    size_t bytes = 0;
    for (char **param = request->envp; *param != NULL; param++) {
        count++;
        bytes += strlen(*param);
    }
    return FCGX_GetError(request->in) == 0 && request->role == FCGI_RESPONDER &&
           count <= PARAMS_MAX && bytes <= PARAMS_MAX_BYTES &&
           FCGX_GetParam("REQUEST_METHOD", request->envp) != NULL;
}

void chatur_fastcgi_serve(FCGX_Request *request, int fd, bool local,
                          struct chatur_pipeline *pipeline)
{
    request->ipcFd = fd;
    request->keepConnection = 1;
    if (FCGX_Accept_r(request) < 0) {
        /* It closed the descriptor, then found no socket of its own to accept from. */
        chatur_log(CHATUR_DEBUG, "a connection brought no FastCGI request");
        (void)FCGX_InitRequest(request, -1, 0);
        return;
    }
    request->keepConnection = 0;
    if (!is_whole(request)) {
        chatur_log(CHATUR_INFO, "a request was dropped: its parameters are incomplete or too many");
        FCGX_Free(request, 1);
        return;
    }
    struct fastcgi_transport transport = {
        .base = {.ops = &fastcgi_ops, .local = local},
        .request = request,
    };
    chatur_pipeline_run(pipeline, &transport.base);
    if (FCGX_GetError(request->out) != 0) {
        FCGX_Free(request, 1); /* finishing would wait once more for a client that left */
    } else {
        FCGX_Finish_r(request);
    }
}
