/* CGI (private to serve): one request from the environment and standard input, the answer to
 * standard output. A shell's invocation is the same thing. */
#ifndef CHATUR_SERVE_CGI_H
#define CHATUR_SERVE_CGI_H

#include <stdbool.h>

#include "app/app.h"
#include "base/config.h"
#include "serve/serve.h"

/* Serves the one request. False: out of memory, and nothing was answered. */
bool chatur_cgi_run(const struct chatur_endpoint *endpoint, const struct chatur_config *config,
                    struct chatur_app *app);

/* Answers with a 500, without having a configuration: the web server shows something. */
void chatur_cgi_apologise(void);

#endif
