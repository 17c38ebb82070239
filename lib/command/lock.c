/* Lock: since the holder removes the file when it ends, having locked a descriptor proves nothing
 * until the name still leads to the same file; else two could hold "the" lock, one of them on a
 * file that is gone. */
#include "command/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_empty(const char *folder)
{
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        return false;
    }
    int entries = 0;
    while (entries <= 2 &&
           readdir(stream) != NULL) { /* NOLINT(concurrency-mt-unsafe): own stream */
        entries++;
    }
    (void)closedir(stream);
    return entries <= 2; /* "." and ".." */
}

static bool is_current(const char *path, int lock)
{
    struct stat named;
    struct stat held;
    return stat(path, &named) == 0 && fstat(lock, &held) == 0 && named.st_dev == held.st_dev &&
           named.st_ino == held.st_ino;
}

static enum chatur_outcome say_running(int lock, struct chatur_error *error)
{
    char holder[32] = "";
    ssize_t length = pread(lock, holder, sizeof(holder) - 1, 0);
    long pid = length > 0 ? strtol(holder, NULL, 10) : 0;
    if (pid <= 0) { /* it has the lock, and is about to write */
        return chatur_fail(error, CHATUR_CONFLICT, "already running");
    }
    return chatur_fail(error, CHATUR_CONFLICT, "already running (pid %ld)", pid);
}

static enum chatur_outcome try_lock(const char *path, int *lock, struct chatur_error *error)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
        if (fd < 0) {
            return chatur_fail(error, CHATUR_INTERNAL, "cannot open %s: %s", path,
                               strerrordesc_np(errno));
        }
        enum chatur_outcome outcome = CHATUR_OK;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            outcome = errno == EWOULDBLOCK
                          ? say_running(fd, error)
                          : chatur_fail(error, CHATUR_INTERNAL, "cannot lock %s: %s", path,
                                        strerrordesc_np(errno));
        } else if (is_current(path, fd)) {
            *lock = fd;
            return CHATUR_OK;
        }
        (void)close(fd);
        if (outcome != CHATUR_OK) {
            return outcome;
        }
    }
}

enum chatur_outcome chatur_lock_take(const char *folder, int *lock, bool *kept,
                                     struct chatur_error *error)
{
    *lock = -1;
    char *path = NULL;
    if (asprintf(&path, "%s/lock", folder) < 0) {
        return chatur_no_memory(error);
    }
    *kept = access(path, F_OK) == 0 || is_empty(folder);
    enum chatur_outcome outcome = try_lock(path, lock, error);
    if (outcome == CHATUR_OK &&
        (ftruncate(*lock, 0) != 0 || dprintf(*lock, "%ld\n", (long)getpid()) < 0)) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "cannot write %s: %s", path,
                              strerrordesc_np(errno));
        (void)unlink(path);
        (void)close(*lock);
        *lock = -1;
    }
    free(path);
    return outcome;
}

enum chatur_outcome chatur_lock_borrow(const char *folder, int *lock, struct chatur_error *error)
{
    *lock = -1;
    char *path = NULL;
    if (asprintf(&path, "%s/lock", folder) < 0) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = CHATUR_OK;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT) {
        outcome =
            chatur_fail(error, CHATUR_INTERNAL, "cannot open %s: %s", path, strerrordesc_np(errno));
    } else if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        outcome = say_running(fd, error);
        (void)close(fd);
    } else {
        *lock = fd;
    }
    free(path);
    return outcome;
}

void chatur_lock_give_up(const char *folder, int lock)
{
    char *path = NULL;
    if (asprintf(&path, "%s/lock", folder) >= 0) {
        (void)unlink(path);
        free(path);
    }
    (void)close(lock);
}
