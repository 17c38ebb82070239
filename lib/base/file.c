#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum chatur_outcome read_all(int fd, const char *path, size_t max_bytes,
                                    struct chatur_arena *arena, char **bytes, size_t *length,
                                    struct chatur_error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        return chatur_fail(error, CHATUR_INTERNAL, "%s: not a regular file", path);
    }
    if ((uintmax_t)status.st_size > max_bytes) {
        return chatur_fail(error, CHATUR_TOO_LARGE, "%s: larger than %zu bytes", path, max_bytes);
    }
    size_t size = (size_t)status.st_size;
    char *content = chatur_arena_alloc(arena, size + 1);
    if (content == NULL) {
        return chatur_no_memory(error);
    }
    size_t got = 0;
    while (got < size) {
        ssize_t count = read(fd, content + got, size - got);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return chatur_fail(error, CHATUR_INTERNAL, "%s: %m", path);
        }
        if (count == 0) {
            break; /* it shrank meanwhile: what is there is the file */
        }
        got += (size_t)count;
    }
    content[got] = '\0';
    *bytes = content;
    *length = got;
    return CHATUR_OK;
}

enum chatur_outcome chatur_file_read(const char *path, size_t max_bytes, struct chatur_arena *arena,
                                     char **bytes, size_t *length, struct chatur_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return chatur_fail(error, errno == ENOENT ? CHATUR_NOT_FOUND : CHATUR_INTERNAL, "%s: %m",
                           path);
    }
    enum chatur_outcome outcome = read_all(fd, path, max_bytes, arena, bytes, length, error);
    (void)close(fd);
    return outcome;
}
