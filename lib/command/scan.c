/* Scan: one walk with fts(3), which follows no link, so that a link can lead neither out of the
 * folder nor round in circles; where a link points is asked of realpath(3) afterwards. */
#include "command/scan.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

static bool is_runnable(const struct stat *status)
{
    return S_ISREG(status->st_mode) && (status->st_mode & 0111) != 0;
}

static enum chatur_outcome add(struct chatur_findings *findings, const char *path,
                               const char *target, struct chatur_error *error)
{
    if (findings->count == findings->capacity) {
        size_t capacity = findings->capacity == 0 ? 32 : findings->capacity * 2;
        struct chatur_found *items =
            reallocarray(findings->items, capacity, sizeof(findings->items[0]));
        if (items == NULL) {
            return chatur_no_memory(error);
        }
        findings->items = items;
        findings->capacity = capacity;
    }
    struct chatur_found found = {.path = strdup(path)};
    found.target = target != NULL ? strdup(target) : NULL;
    if (found.path == NULL || (target != NULL && found.target == NULL)) {
        free(found.path);
        free(found.target);
        return chatur_no_memory(error);
    }
    findings->items[findings->count++] = found;
    return CHATUR_OK;
}

/* The path below `root` (which is real) that `link` leads to, if that is an endpoint; else NULL.
 * Free it. */
static char *endpoint_behind(const char *root, const char *link)
{
    struct stat status;
    char *target = NULL;
    size_t root_length = strlen(root);
    char *real = realpath(link, NULL);

    if (real != NULL && strncmp(real, root, root_length) == 0 && real[root_length] == '/' &&
        strstr(real + root_length, "/.") == NULL && stat(real, &status) == 0 &&
        is_runnable(&status)) {
        target = strdup(real + root_length + 1);
    }
    free(real);
    return target;
}

static enum chatur_outcome visit(FTS *walk, FTSENT *entry, const char *root,
                                 struct chatur_findings *findings, struct chatur_error *error)
{
    const char *path = entry->fts_path + strlen(root) + (entry->fts_level > 0 ? 1 : 0);
    enum chatur_outcome outcome = CHATUR_OK;

    if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
        (void)fts_set(walk, entry, FTS_SKIP);
        return CHATUR_OK;
    }
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot read %s: %s", entry->fts_path,
                           strerrordesc_np(entry->fts_errno));
    }
    if (entry->fts_info == FTS_F && is_runnable(entry->fts_statp)) {
        return add(findings, path, NULL, error);
    }
    if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE) {
        char *target = endpoint_behind(root, entry->fts_path);
        if (target == NULL) {
            chatur_log(CHATUR_WARNING, "%s: left out: a link that leads to no endpoint", path);
        } else {
            outcome = add(findings, path, target, error);
        }
        free(target);
    }
    return outcome;
}

static int compare(const void *left, const void *right)
{
    return strcmp(((const struct chatur_found *)left)->path,
                  ((const struct chatur_found *)right)->path);
}

static bool has_endpoint(const struct chatur_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].target == NULL) {
            return true;
        }
    }
    return false;
}

static enum chatur_outcome walk_folder(char *root, struct chatur_findings *findings,
                                       struct chatur_error *error)
{
    char *roots[] = {root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (walk == NULL) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot read %s: %s", root,
                           strerrordesc_np(errno));
    }
    enum chatur_outcome outcome = CHATUR_OK;
    FTSENT *entry = NULL;
    while (outcome == CHATUR_OK && (entry = fts_read(walk)) != NULL) {
        outcome = visit(walk, entry, root, findings, error);
    }
    if (outcome == CHATUR_OK && errno != 0) { /* which fts_read sets to 0 at a proper end */
        outcome =
            chatur_fail(error, CHATUR_INTERNAL, "cannot read %s: %s", root, strerrordesc_np(errno));
    }
    (void)fts_close(walk);
    return outcome;
}

enum chatur_outcome chatur_scan(const char *folder, struct chatur_findings *findings,
                                struct chatur_error *error)
{
    *findings = (struct chatur_findings){0};
    char *root = realpath(folder, NULL);
    if (root == NULL) {
        return chatur_fail(error, CHATUR_NOT_FOUND, "cannot read the endpoints' folder %s: %s",
                           folder, strerrordesc_np(errno));
    }
    enum chatur_outcome outcome = walk_folder(root, findings, error);
    free(root);
    if (outcome == CHATUR_OK && !has_endpoint(findings)) {
        outcome = chatur_fail(error, CHATUR_NOT_FOUND, "there is no endpoint in %s", folder);
    }
    if (outcome != CHATUR_OK) {
        chatur_findings_free(findings);
    } else {
        qsort(findings->items, findings->count, sizeof(findings->items[0]), compare);
    }
    return outcome;
}

void chatur_findings_free(struct chatur_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].path);
        free(findings->items[i].target);
    }
    free(findings->items);
    *findings = (struct chatur_findings){0};
}

const struct chatur_found *chatur_findings_get(const struct chatur_findings *findings,
                                               const char *path)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->items[i].path, path) == 0) {
            return &findings->items[i];
        }
    }
    return NULL;
}

char *chatur_scan_default_folder(void)
{
    char *folder = NULL;
    char *self = realpath("/proc/self/exe", NULL);
    char *slash = self != NULL ? strrchr(self, '/') : NULL;
    if (slash != NULL) {
        *slash = '\0';
        slash = strrchr(self, '/');
    }
    if (slash == NULL || asprintf(&folder, "%.*s/cgi-bin", (int)(slash - self), self) < 0) {
        folder = NULL;
    }
    free(self);
    return folder;
}
