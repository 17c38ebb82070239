/* FastCGI request (private to serve): one accepted connection, one request, closed afterwards. */
#ifndef CHATUR_SERVE_FASTCGI_REQUEST_H
#define CHATUR_SERVE_FASTCGI_REQUEST_H

#include <fcgiapp.h>
#include <stdbool.h>

#include "serve/pipeline.h"

/* Takes the connection `fd` over, with its timeouts already set, and runs the request that comes
 * over it, if a whole one does. `request` was made by FCGX_InitRequest(request, -1, 0), and is
 * ready for the next connection afterwards. `local`: nobody but this machine can reach the socket.
 */
void chatur_fastcgi_serve(FCGX_Request *request, int fd, bool local,
                          struct chatur_pipeline *pipeline);

#endif
