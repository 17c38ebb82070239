/* Sockets: binding is done once, here, so that a worker may die or be replaced without a connection
 * being refused: what arrives meanwhile waits in the backlog of the socket, which we hold open.
 * Where no worker is to be expected soon, we end that wait ourselves. */
#include "command/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "command/lock.h"
#include "command/sweep.h"

/* Connections that wait while all workers are busy or being replaced. The kernel caps it at
 * net.core.somaxconn (4096); over it NGINX gets EAGAIN and answers 503 at once. */
#define BACKLOG 4096

#define FOLDER_MODE 0750
#define SOCKET_MODE 0660
#define NO_GROUP    ((gid_t)-1)

/* A group's entry can list thousands of members; over this it counts as unreadable. */
#define MAX_GROUP_BYTES ((size_t)1024 * 1024)

static enum chatur_outcome find_group(const char *name, gid_t *gid, struct chatur_error *error)
{
    *gid = NO_GROUP;
    if (name[0] == '\0') {
        return CHATUR_OK;
    }
    char *bytes = malloc(MAX_GROUP_BYTES);
    if (bytes == NULL) {
        return chatur_no_memory(error);
    }
    struct group entry;
    struct group *found = NULL;
    int code = getgrnam_r(name, &entry, bytes, MAX_GROUP_BYTES, &found);
    if (found != NULL) {
        *gid = found->gr_gid;
    }
    free(bytes);
    if (found != NULL) {
        return CHATUR_OK;
    }
    return chatur_fail(error, CHATUR_BAD_REQUEST, "SOCKET_GROUP: there is no group %s%s%s", name,
                       code != 0 ? ": " : "", code != 0 ? strerrordesc_np(code) : "");
}

/* Gives a socket or folder its mode and group. */
static enum chatur_outcome set_access(const struct chatur_sockets *sockets, const char *path,
                                      mode_t mode, struct chatur_error *error)
{
    if (sockets->group != NO_GROUP && chown(path, (uid_t)-1, sockets->group) != 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot give %s to SOCKET_GROUP: %s", path,
                           strerrordesc_np(errno));
    }
    if (chmod(path, mode) != 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot set the mode of %s: %s", path,
                           strerrordesc_np(errno));
    }
    return CHATUR_OK;
}

/* Makes `path` and the folders above it from `path + skip` on. */
static enum chatur_outcome make_folders(const struct chatur_sockets *sockets, char *path,
                                        size_t skip, struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    char *slash = path + skip;
    while (outcome == CHATUR_OK && slash != NULL) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
        if (mkdir(path, FOLDER_MODE) == 0 || (errno == EEXIST && sockets->ours)) {
            outcome = set_access(sockets, path, FOLDER_MODE, error);
        } else if (errno != EEXIST) {
            outcome = chatur_fail(error, CHATUR_INTERNAL, "cannot make %s: %s", path,
                                  strerrordesc_np(errno));
        }
        if (slash != NULL) {
            *slash = '/';
        }
    }
    return outcome;
}

enum chatur_outcome chatur_sockets_open(struct chatur_sockets *sockets,
                                        const struct chatur_config *config,
                                        struct chatur_error *error)
{
    *sockets = (struct chatur_sockets){.lock = -1, .group = NO_GROUP};
    if (asprintf(&sockets->folder, "%s/run", config->state_dir) < 0) {
        sockets->folder = NULL;
        return chatur_no_memory(error);
    }
    bool kept = false;
    enum chatur_outcome outcome = find_group(config->socket_group, &sockets->group, error);
    if (outcome == CHATUR_OK) {
        outcome = make_folders(sockets, sockets->folder, 0, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_lock_take(sockets->folder, &sockets->lock, &kept, error);
    }
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    /* A folder that someone else fills is theirs to guard: STATE_DIR=/var would make ours /run. */
    sockets->ours = kept;
    if (sockets->ours) {
        chatur_sweep(sockets->folder);
        outcome = set_access(sockets, sockets->folder, FOLDER_MODE, error);
    }
    return outcome;
}

void chatur_sockets_close(struct chatur_sockets *sockets)
{
    if (sockets->lock >= 0) {
        chatur_lock_give_up(sockets->folder, sockets->lock);
        (void)rmdir(sockets->folder);
    }
    free(sockets->folder);
    *sockets = (struct chatur_sockets){.lock = -1};
}

/* `folder`/<path>.sock. Free it; NULL unless OK. */
static enum chatur_outcome name_place(const char *folder, const char *path, char **place,
                                      struct chatur_error *error)
{
    const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
    int length = asprintf(place, "%s/%s.sock", folder, path);
    if (length < 0) {
        *place = NULL;
        (void)chatur_no_memory(error);
        return CHATUR_INTERNAL;
    }
    if ((size_t)length <= most) {
        return CHATUR_OK;
    }
    (void)chatur_fail(error, CHATUR_BAD_REQUEST,
                      "STATE_DIR is too long: %s is %d bytes, a socket's path at most %zu", *place,
                      length, most);
    free(*place);
    *place = NULL;
    return CHATUR_BAD_REQUEST;
}

/* STATE_DIR/run/<path>.sock, with its folders made. Free it. */
static enum chatur_outcome make_place(const struct chatur_sockets *sockets, const char *path,
                                      char **place, struct chatur_error *error)
{
    enum chatur_outcome outcome = name_place(sockets->folder, path, place, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    char *name = strrchr(*place, '/');
    *name = '\0';
    if (strlen(*place) > strlen(sockets->folder)) {
        outcome = make_folders(sockets, *place, strlen(sockets->folder), error);
    }
    *name = '/';
    if (outcome != CHATUR_OK) {
        free(*place);
        *place = NULL;
    }
    return outcome;
}

enum chatur_outcome chatur_sockets_check_group(const struct chatur_config *config,
                                               struct chatur_error *error)
{
    gid_t ignored = NO_GROUP;
    return find_group(config->socket_group, &ignored, error);
}

enum chatur_outcome chatur_sockets_check_path(const struct chatur_config *config, const char *path,
                                              struct chatur_error *error)
{
    char *folder = NULL;
    char *place = NULL;
    if (asprintf(&folder, "%s/run", config->state_dir) < 0) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = name_place(folder, path, &place, error);
    free(place);
    free(folder);
    return outcome;
}

/* Removes a socket or link that is in the way; never a file, which is not ours. */
static enum chatur_outcome clear(const char *place, struct chatur_error *error)
{
    struct stat status;
    if (lstat(place, &status) != 0) {
        return CHATUR_OK;
    }
    if (!S_ISSOCK(status.st_mode) && !S_ISLNK(status.st_mode)) {
        return chatur_fail(error, CHATUR_INTERNAL, "%s is in the way: it is not a socket", place);
    }
    if (unlink(place) != 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot replace %s: %s", place,
                           strerrordesc_np(errno));
    }
    return CHATUR_OK;
}

static enum chatur_outcome listen_at(const struct chatur_sockets *sockets, const char *place,
                                     int *listener, struct chatur_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, place, strlen(place) + 1); /* name_place saw to the length */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "cannot make a socket: %s",
                           strerrordesc_np(errno));
    }
    /* Narrow from the first moment on: whoever connects may speak FastCGI, past NGINX. */
    mode_t former = umask(0777 & ~SOCKET_MODE);
    int bound = bind(fd, (const struct sockaddr *)&address, sizeof(address));
    int bind_error = errno;
    (void)umask(former);
    if (bound != 0) {
        (void)close(fd);
        return chatur_fail(error, CHATUR_INTERNAL, "cannot bind %s: %s", place,
                           strerrordesc_np(bind_error));
    }
    enum chatur_outcome outcome = set_access(sockets, place, SOCKET_MODE, error);
    if (outcome == CHATUR_OK && listen(fd, BACKLOG) != 0) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "cannot listen at %s: %s", place,
                              strerrordesc_np(errno));
    }
    if (outcome != CHATUR_OK) {
        (void)close(fd);
        (void)unlink(place);
        return outcome;
    }
    *listener = fd;
    return CHATUR_OK;
}

enum chatur_outcome chatur_sockets_listen(const struct chatur_sockets *sockets, const char *path,
                                          int *listener, struct chatur_error *error)
{
    *listener = -1;
    char *place = NULL;
    enum chatur_outcome outcome = make_place(sockets, path, &place, error);
    if (outcome == CHATUR_OK) {
        outcome = clear(place, error);
    }
    if (outcome == CHATUR_OK) {
        outcome = listen_at(sockets, place, listener, error);
    }
    free(place);
    return outcome;
}

void chatur_sockets_turn_away(int listener)
{
    int flags = fcntl(listener, F_GETFL);
    if (flags < 0 || fcntl(listener, F_SETFL, flags | O_NONBLOCK) != 0) {
        return;
    }
    int fd = -1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        (void)close(fd);
    }
    (void)fcntl(listener, F_SETFL, flags);
}

/* `target`'s socket as seen from `path`'s folder, so that the state folder can be moved or mounted
 * elsewhere. Free it. */
static char *relative(const char *path, const char *target)
{
    char *link = strdup("");
    for (const char *at = path; link != NULL && (at = strchr(at, '/')) != NULL; at++) {
        char *longer = NULL;
        if (asprintf(&longer, "../%s", link) < 0) {
            longer = NULL;
        }
        free(link);
        link = longer;
    }
    char *whole = NULL;
    if (link != NULL && asprintf(&whole, "%s%s.sock", link, target) < 0) {
        whole = NULL;
    }
    free(link);
    return whole;
}

enum chatur_outcome chatur_sockets_link(const struct chatur_sockets *sockets, const char *path,
                                        const char *target, struct chatur_error *error)
{
    char *place = NULL;
    enum chatur_outcome outcome = make_place(sockets, path, &place, error);
    char *link = outcome == CHATUR_OK ? relative(path, target) : NULL;
    if (outcome == CHATUR_OK && link == NULL) {
        (void)chatur_no_memory(error);
        outcome = CHATUR_INTERNAL;
    }
    if (outcome == CHATUR_OK) {
        outcome = clear(place, error);
    }
    if (outcome == CHATUR_OK && symlink(link, place) != 0) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "cannot make the link %s: %s", place,
                              strerrordesc_np(errno));
    }
    free(link);
    free(place);
    return outcome;
}

void chatur_sockets_remove(const struct chatur_sockets *sockets, const char *path)
{
    char *place = NULL;
    if (asprintf(&place, "%s/%s.sock", sockets->folder, path) < 0) {
        chatur_log(CHATUR_WARNING, "%s: its socket stays behind: out of memory", path);
        return;
    }
    if (unlink(place) != 0 && errno != ENOENT) {
        chatur_log(CHATUR_WARNING, "cannot remove %s: %s", place, strerrordesc_np(errno));
    }
    char *slash = strrchr(place, '/');
    *slash = '\0';
    while (strlen(place) > strlen(sockets->folder) && rmdir(place) == 0) {
        slash = strrchr(place, '/');
        *slash = '\0';
    }
    free(place);
}
