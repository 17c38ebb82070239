/* A file that is mapped must never be seen half made, nor change its size under who maps it (that
 * would be SIGBUS): it is made under another name, whole, with its blocks reserved so that a full
 * disk shows now and not at a write into memory, and then moved into place. */
#include "cache/local_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"

static const char magic[16] = "chatur limits 1";

static bool fits(const struct chatur_local_file *file)
{
    return memcmp(file->magic, magic, sizeof(magic)) == 0 && file->sets == CHATUR_LOCAL_SETS &&
           file->ways == CHATUR_LOCAL_WAYS;
}

static void begin(struct chatur_local_file *file)
{
    memcpy(file->magic, magic, sizeof(magic));
    file->sets = CHATUR_LOCAL_SETS;
    file->ways = CHATUR_LOCAL_WAYS;
    chatur_random(file->salt, sizeof(file->salt));
}

static struct chatur_local_file *map(int fd)
{
    int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
    void *memory =
        mmap(NULL, sizeof(struct chatur_local_file), PROT_READ | PROT_WRITE, flags, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void chatur_local_file_close(struct chatur_local_file *file)
{
    if (file != NULL) {
        (void)munmap(file, sizeof(*file));
    }
}

/* NULL: there is none, or another kind of one. */
static struct chatur_local_file *open_existing(const char *path)
{
    struct stat status;
    struct chatur_local_file *file = NULL;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return NULL;
    }
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size == (off_t)sizeof(*file)) {
        file = map(fd);
    }
    (void)close(fd);
    if (file != NULL && !fits(file)) {
        chatur_local_file_close(file);
        file = NULL;
    }
    return file;
}

static bool fill_new(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    bool reserved = posix_fallocate(fd, 0, sizeof(struct chatur_local_file)) == 0;
    struct chatur_local_file *file = reserved ? map(fd) : NULL;
    (void)close(fd);
    if (file == NULL) {
        return false;
    }
    begin(file);
    chatur_local_file_close(file);
    return true;
}

static void put_new(const char *path)
{
    char id[CHATUR_ID_LENGTH + 1];
    char *name = NULL;
    chatur_id_new(id);
    if (asprintf(&name, "%s.%s", path, id) < 0) {
        return;
    }
    if (!fill_new(name) || rename(name, path) != 0) {
        (void)unlink(name);
    }
    free(name);
}

/* With the folder locked, so that two that find none do not make two. */
static struct chatur_local_file *create(const char *folder, const char *path)
{
    (void)mkdir(folder, 0700); /* as the store does; one that is there stays as it is */
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) {
        return NULL;
    }
    struct chatur_local_file *file = open_existing(path);
    if (file == NULL) {
        put_new(path);
        file = open_existing(path);
    }
    (void)close(lock);
    return file;
}

static struct chatur_local_file *open_or_create(const char *folder)
{
    char *path = NULL;
    if (asprintf(&path, "%s/limits", folder) < 0) {
        return NULL;
    }
    struct chatur_local_file *file = open_existing(path);
    if (file == NULL) {
        file = create(folder, path);
    }
    free(path);
    return file;
}

struct chatur_local_file *chatur_local_file_open(const struct chatur_config *config)
{
    struct chatur_local_file *file = open_or_create(config->state_dir);
    if (file == NULL) {
        chatur_log(CHATUR_WARNING,
                   "no file for rate limits in STATE_DIR: every process counts on its own");
        file = map(-1);
        if (file != NULL) {
            begin(file);
        }
    }
    return file;
}
