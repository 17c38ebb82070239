/* Pipeline (private to serve): one request from its parameters to its log line. */
#ifndef CHATUR_SERVE_PIPELINE_H
#define CHATUR_SERVE_PIPELINE_H

#include <stdbool.h>

#include "app/app.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/config.h"
#include "serve/response.h"
#include "serve/serve.h"
#include "serve/stream.h"
#include "serve/transport.h"

/* What a thread keeps from one request to the next. */
struct chatur_pipeline {
    const struct chatur_endpoint *endpoint;
    const struct chatur_config *config;
    struct chatur_app *app;
    struct chatur_arena *arena;
    struct chatur_buffer head;
    struct chatur_buffer body; /* of the request */
    struct chatur_response response;
    struct chatur_stream stream;
};

/* Everything given is borrowed until the close. False: out of memory, and there is nothing to
 * close. */
bool chatur_pipeline_open(struct chatur_pipeline *pipeline, const struct chatur_endpoint *endpoint,
                          const struct chatur_config *config, struct chatur_app *app);
void chatur_pipeline_close(struct chatur_pipeline *pipeline);

/* Serves one request: always an answer, always one log line. */
void chatur_pipeline_run(struct chatur_pipeline *pipeline, struct chatur_transport *transport);

#endif
