/* Sweep: a socket file outlives its listener, and only connecting tells whether anybody is behind
 * it. Nothing that answers, and nothing that is not a socket or a link, is ever removed. */
#include "command/sweep.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool is_dead_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    bool refused = connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 &&
                   errno == ECONNREFUSED;
    (void)close(fd);
    return refused;
}

static bool is_dead_link(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 && errno == ENOENT;
}

static bool has_our_ending(const FTSENT *entry)
{
    static const char ending[] = ".sock";
    size_t length = sizeof(ending) - 1;
    return entry->fts_namelen > length &&
           strcmp(entry->fts_name + entry->fts_namelen - length, ending) == 0;
}

static void sweep(char *folder, bool links)
{
    char *folders[] = {folder, NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    FTSENT *entry = NULL;
    while (walk != NULL && (entry = fts_read(walk)) != NULL) {
        bool dead =
            has_our_ending(entry) &&
            (links ? entry->fts_info == FTS_SL && is_dead_link(entry->fts_accpath)
                   : entry->fts_info == FTS_DEFAULT && S_ISSOCK(entry->fts_statp->st_mode) &&
                         is_dead_socket(entry->fts_accpath));
        if (dead) {
            (void)unlink(entry->fts_accpath);
        } else if (links && entry->fts_info == FTS_DP && entry->fts_level > 0) {
            (void)rmdir(entry->fts_accpath); /* of an endpoint's group, when it is empty now */
        }
    }
    if (walk != NULL) {
        (void)fts_close(walk);
    }
}

void chatur_sweep(const char *folder)
{
    char *copy = strdup(folder);
    if (copy != NULL) {
        sweep(copy, false);
        sweep(copy, true);
        free(copy);
    }
}
