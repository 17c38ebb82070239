/* FastCGI (private to serve): many threads answering on one listening socket, until a signal. */
#ifndef CHATUR_SERVE_FASTCGI_H
#define CHATUR_SERVE_FASTCGI_H

#include "app/app.h"
#include "base/config.h"
#include "serve/serve.h"

/* Threads per process when neither configuration nor endpoint say otherwise: what 64 busy
 * connections need on a few cores. */
#define CHATUR_DEFAULT_THREADS 16

/* Serves on `listen_fd` until SIGTERM, SIGINT, SIGQUIT or SIGUSR1 (FastCGI's own), then finishes
 * the requests in flight. `ready_fd` (-1: none) gets a newline and is closed once all threads
 * accept. The process's exit code: 0; 1 when it could not start or the socket broke. When requests
 * are still running after config->stop_timeout_s it ends the process on the spot, also with 1.
 * Blocks all signals of the calling thread, for good. */
int chatur_fastcgi_run(const struct chatur_endpoint *endpoint, const struct chatur_config *config,
                       struct chatur_app *app, int listen_fd, int ready_fd);

#endif
