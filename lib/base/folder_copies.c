#include "base/folder_copies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"

/* The dot keeps it from being taken for a copy. */
#define UNFINISHED "/.unfinished-XXXXXX"

/* No writer takes longer. What is older was left by one that was killed. */
#define ABANDONED_S 60

#define OVERHEAD_BYTES 65536

enum chatur_outcome chatur_folder_copy_load(const char *copies,
                                            const struct chatur_folder_kind *kind,
                                            struct chatur_folder_entry *entry,
                                            struct chatur_error *error)
{
    char *path = NULL;
    struct stat status;
    if (asprintf(&path, "%s/%s", copies, entry->name) < 0) {
        return chatur_no_memory(error);
    }
    bool there = stat(path, &status) == 0;
    free(path);
    if (!there) {
        return chatur_fail(error, CHATUR_NOT_FOUND, "%s/%s: %m", copies, entry->name);
    }
    const struct timespec of_source = entry->updated;
    entry->updated = status.st_mtim;
    enum chatur_outcome outcome = chatur_folder_entry_load(copies, kind, entry, error);
    entry->updated = of_source;
    return outcome;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        }
    }
    return true;
}

/* Not flushed to the disk: a copy that a power cut damaged is an invalid one, and left out. */
static bool write_copy(const char *path, char *unfinished, const char *bytes, size_t length,
                       const struct timespec *updated)
{
    const struct timespec times[2] = {*updated, *updated};
    int fd = mkostemp(unfinished, O_CLOEXEC); /* 0600 */
    if (fd < 0) {
        return false;
    }
    bool written = write_all(fd, bytes, length) && futimens(fd, times) == 0;
    int reason = errno;
    if (close(fd) != 0 && written) {
        written = false;
        reason = errno;
    }
    if (written && rename(unfinished, path) == 0) {
        return true;
    }
    reason = written ? errno : reason;
    (void)unlink(unfinished);
    errno = reason;
    return false;
}

/* False when the source is not what its item was made of any more: the next look sees that too. */
static bool is_unchanged(const char *source, const struct chatur_folder_entry *entry)
{
    struct stat status;
    return stat(source, &status) == 0 && status.st_ino == entry->identity.inode &&
           status.st_size == entry->identity.size &&
           status.st_ctim.tv_sec == entry->identity.changed.tv_sec &&
           status.st_ctim.tv_nsec == entry->identity.changed.tv_nsec;
}

static enum chatur_outcome copy_file(const char *copies, const char *folder,
                                     const struct chatur_folder_kind *kind,
                                     const struct chatur_folder_entry *entry,
                                     struct chatur_error *error)
{
    struct chatur_arena *arena = chatur_arena_new(kind->max_file_bytes + OVERHEAD_BYTES);
    if (arena == NULL) {
        return chatur_no_memory(error);
    }
    char *bytes = NULL;
    size_t length = 0;
    enum chatur_outcome outcome = CHATUR_OK;
    const char *source = chatur_arena_printf(arena, "%s/%s", folder, entry->name);
    const char *path = chatur_arena_printf(arena, "%s/%s", copies, entry->name);
    char *unfinished = chatur_arena_printf(arena, "%s" UNFINISHED, copies);
    if (source == NULL || path == NULL || unfinished == NULL) {
        outcome = chatur_no_memory(error);
    } else if (chatur_file_read(source, kind->max_file_bytes, arena, &bytes, &length, NULL) ==
                   CHATUR_OK &&
               is_unchanged(source, entry) &&
               !write_copy(path, unfinished, bytes, length, &entry->updated)) {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "%s: %m", path);
    }
    chatur_arena_free(arena);
    return outcome;
}

static bool is_kept(int directory, const struct chatur_folder_entry *entry)
{
    struct stat status;
    return !entry->unsettled && fstatat(directory, entry->name, &status, 0) == 0 &&
           status.st_size == entry->identity.size &&
           status.st_mtim.tv_sec == entry->updated.tv_sec &&
           /* Not every file system has fractions of a second. */
           (status.st_mtim.tv_nsec == entry->updated.tv_nsec || status.st_mtim.tv_nsec == 0);
}

static int compare_name(const void *name, const void *entry)
{
    return strcmp(name, ((const struct chatur_folder_entry *)entry)->name);
}

static void remove_old(int directory, const struct chatur_folder_entries *entries, const char *name)
{
    struct stat status;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return;
    }
    bool unfinished = strncmp(name, UNFINISHED + 1, strcspn(UNFINISHED, "X") - 1) == 0;
    if (unfinished ? fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                         chatur_now_s() - status.st_mtim.tv_sec > ABANDONED_S
                   : bsearch(name, entries->list, entries->count, sizeof(*entries->list),
                             compare_name) == NULL) {
        (void)unlinkat(directory, name, 0);
    }
}

static DIR *open_copies(const char *copies)
{
    DIR *directory = opendir(copies);
    if (directory == NULL && errno == ENOENT) {
        char *parent = strndup(copies, (size_t)(strrchr(copies, '/') - copies));
        if (parent != NULL && (mkdir(parent, 0700) == 0 || errno == EEXIST) &&
            (mkdir(copies, 0700) == 0 || errno == EEXIST)) {
            directory = opendir(copies);
        }
        int reason = errno;
        free(parent);
        errno = reason;
    }
    return directory;
}

enum chatur_outcome chatur_folder_copies_keep(const char *copies, const char *folder,
                                              const struct chatur_folder_kind *kind,
                                              const struct chatur_folder_entries *entries,
                                              struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    DIR *directory = open_copies(copies);
    if (directory == NULL) {
        return chatur_fail(error, CHATUR_INTERNAL, "%s: %m", copies);
    }
    /* No other thread has this DIR. */
    const struct dirent *found;
    while ((found = readdir(directory)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        remove_old(dirfd(directory), entries, found->d_name);
    }
    for (size_t index = 0; index < entries->count; index++) {
        const struct chatur_folder_entry *entry = &entries->list[index];
        if (entry->current && !is_kept(dirfd(directory), entry)) {
            enum chatur_outcome copied =
                copy_file(copies, folder, kind, entry, outcome == CHATUR_OK ? error : NULL);
            outcome = outcome == CHATUR_OK ? copied : outcome;
        }
    }
    (void)closedir(directory);
    return outcome;
}
