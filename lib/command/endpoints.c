/* Endpoints: each is a socket that stays and workers that come and go. Removing comes before adding
 * when a scan is applied, since a path may turn from a second name into an endpoint of its own, or
 * back. All sockets are there before the first worker: from then on a request waits in a queue,
 * and who finds one endpoint ready finds none of the others missing. */
#include "command/endpoints.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

/* Removes its socket and has its workers end; their requests in flight are finished. */
static void end(struct chatur_endpoints *endpoints, struct chatur_endpoint *endpoint)
{
    if (endpoint->workers.listener >= 0) {
        chatur_sockets_remove(endpoints->sockets, endpoint->path);
        (void)close(endpoint->workers.listener);
    }
    chatur_workers_end(&endpoint->workers);
    free(endpoint->path);
    free(endpoint->binary);
    free(endpoint);
}

/* Adds it without workers. */
static enum chatur_outcome add(struct chatur_endpoints *endpoints, const char *path,
                               struct chatur_error *error)
{
    struct chatur_endpoint **items =
        reallocarray(endpoints->items, endpoints->count + 1, sizeof(struct chatur_endpoint *));
    if (items == NULL) {
        return chatur_no_memory(error);
    }
    endpoints->items = items;
    struct chatur_endpoint *endpoint = calloc(1, sizeof(*endpoint));
    if (endpoint == NULL) {
        return chatur_no_memory(error);
    }
    endpoint->fresh = true;
    endpoint->path = strdup(path);
    if (asprintf(&endpoint->binary, "%s/%s", endpoints->folder, path) < 0) {
        endpoint->binary = NULL;
    }
    endpoint->workers = (struct chatur_workers){.launch = endpoints->launch,
                                                .name = endpoint->path,
                                                .binary = endpoint->binary,
                                                .listener = -1,
                                                .leaving = &endpoints->leaving,
                                                .patience_s = endpoints->patience_s};
    enum chatur_outcome outcome = CHATUR_OK;
    if (endpoint->path == NULL || endpoint->binary == NULL) {
        outcome = chatur_no_memory(error);
    }
    if (outcome == CHATUR_OK) {
        outcome =
            chatur_sockets_listen(endpoints->sockets, path, &endpoint->workers.listener, error);
    }
    if (outcome != CHATUR_OK) {
        end(endpoints, endpoint);
        return outcome;
    }
    endpoints->items[endpoints->count++] = endpoint;
    return CHATUR_OK;
}

/* Starts the workers of those that were added. One that cannot be started is ended. */
static enum chatur_outcome start_fresh(struct chatur_endpoints *endpoints,
                                       struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    size_t kept = 0;
    for (size_t i = 0; i < endpoints->count; i++) {
        struct chatur_endpoint *endpoint = endpoints->items[i];
        if (endpoint->fresh && !chatur_workers_start(&endpoint->workers, endpoints->worker_count)) {
            outcome = chatur_no_memory(error);
            end(endpoints, endpoint);
        } else {
            endpoints->items[kept++] = endpoint;
        }
    }
    endpoints->count = kept;
    return outcome;
}

static bool has(const struct chatur_endpoints *endpoints, const char *path)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        if (strcmp(endpoints->items[i]->path, path) == 0) {
            return true;
        }
    }
    return false;
}

static bool finds(const struct chatur_findings *findings, const char *path, bool as_link)
{
    const struct chatur_found *found = chatur_findings_get(findings, path);
    return found != NULL && (found->target != NULL) == as_link;
}

/* Removes the second names that are not among `findings`, which may be NULL. */
static void remove_links(const struct chatur_endpoints *endpoints,
                         const struct chatur_findings *findings)
{
    for (size_t i = 0; i < endpoints->known.count; i++) {
        const struct chatur_found *known = &endpoints->known.items[i];
        if (known->target != NULL && (findings == NULL || !finds(findings, known->path, true))) {
            chatur_sockets_remove(endpoints->sockets, known->path);
        }
    }
}

static void remove_endpoints(struct chatur_endpoints *endpoints,
                             const struct chatur_findings *findings)
{
    size_t kept = 0;
    for (size_t i = 0; i < endpoints->count; i++) {
        struct chatur_endpoint *endpoint = endpoints->items[i];
        if (finds(findings, endpoint->path, false)) {
            endpoint->fresh = false;
            endpoints->items[kept++] = endpoint;
        } else {
            chatur_log(CHATUR_INFO, "%s: the endpoint is gone: ending its workers", endpoint->path);
            end(endpoints, endpoint);
        }
    }
    endpoints->count = kept;
}

enum chatur_outcome chatur_endpoints_apply(struct chatur_endpoints *endpoints,
                                           struct chatur_findings *findings,
                                           struct chatur_error *error)
{
    enum chatur_outcome first = CHATUR_OK;
    remove_links(endpoints, findings);
    remove_endpoints(endpoints, findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct chatur_found *found = &findings->items[i];
        enum chatur_outcome outcome = CHATUR_OK;
        if (found->target != NULL) {
            outcome = chatur_sockets_link(endpoints->sockets, found->path, found->target,
                                          first == CHATUR_OK ? error : NULL);
        } else if (!has(endpoints, found->path)) {
            outcome = add(endpoints, found->path, first == CHATUR_OK ? error : NULL);
        }
        first = first == CHATUR_OK ? outcome : first;
    }
    enum chatur_outcome outcome = start_fresh(endpoints, first == CHATUR_OK ? error : NULL);
    first = first == CHATUR_OK ? outcome : first;
    chatur_findings_free(&endpoints->known);
    endpoints->known = *findings;
    *findings = (struct chatur_findings){0};
    return first;
}

void chatur_endpoints_roll(struct chatur_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        struct chatur_endpoint *endpoint = endpoints->items[i];
        endpoint->workers.patience_s = endpoints->patience_s;
        if (!endpoint->fresh) {
            chatur_workers_roll(&endpoint->workers, endpoints->worker_count);
        }
    }
}

bool chatur_endpoints_rolling(const struct chatur_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        if (endpoints->items[i]->workers.rolling) {
            return true;
        }
    }
    return false;
}

size_t chatur_endpoints_unrolled(const struct chatur_endpoints *endpoints)
{
    size_t unrolled = 0;
    for (size_t i = 0; i < endpoints->count; i++) {
        unrolled += endpoints->items[i]->workers.roll_failed ? 1 : 0;
    }
    return unrolled;
}

/* Forgets a leaving process. False: it was not one. */
static bool let_go(struct chatur_endpoints *endpoints, pid_t pid, int status)
{
    char text[64];
    for (struct chatur_process **at = &endpoints->leaving; *at != NULL; at = &(*at)->next) {
        struct chatur_process *process = *at;
        if (process->pid == pid) {
            bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
            chatur_process_describe_end(status, text, sizeof(text));
            chatur_log(clean ? CHATUR_DEBUG : CHATUR_WARNING, "%s: worker %ld, asked to end, %s",
                       process->name, (long)pid, text);
            *at = process->next;
            chatur_process_free(process);
            return true;
        }
    }
    return false;
}

void chatur_endpoints_reaped(struct chatur_endpoints *endpoints, pid_t pid, int status,
                             const char **refused)
{
    if (let_go(endpoints, pid, status)) {
        return;
    }
    for (size_t i = 0; i < endpoints->count; i++) {
        enum chatur_reaped what = chatur_workers_reaped(&endpoints->items[i]->workers, pid, status);
        if (what == CHATUR_REAPED_REFUSED) {
            *refused = endpoints->items[i]->path;
        }
        if (what != CHATUR_REAPED_OTHER) {
            return;
        }
    }
}

void chatur_endpoints_tend(struct chatur_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        chatur_workers_tend(&endpoints->items[i]->workers);
    }
    for (struct chatur_process *at = endpoints->leaving; at != NULL; at = at->next) {
        chatur_process_hurry(at, "did not end in time");
    }
}

bool chatur_endpoints_ready(const struct chatur_endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++) {
        if (!chatur_workers_ready(&endpoints->items[i]->workers)) {
            return false;
        }
    }
    return true;
}

void chatur_endpoints_end(struct chatur_endpoints *endpoints)
{
    remove_links(endpoints, NULL);
    while (endpoints->count > 0) {
        end(endpoints, endpoints->items[--endpoints->count]);
    }
    chatur_findings_free(&endpoints->known);
}

void chatur_endpoints_free(struct chatur_endpoints *endpoints)
{
    while (endpoints->leaving != NULL) {
        struct chatur_process *process = endpoints->leaving;
        endpoints->leaving = process->next;
        chatur_process_free(process);
    }
    chatur_findings_free(&endpoints->known);
    free(endpoints->items);
    endpoints->items = NULL;
}
