/* A file that was written within the grain of its own mtime may change again without it showing, so
 * such a file counts as unsettled and is loaded once more at the next look. */
#include "base/folder_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"

/* The coarsest mtimes in use: FAT's two seconds; NFS and old file systems have one. */
#define MTIME_GRAIN_S 2

/* What loading a file takes of an arena beside the file: the path, the slug, unused ends. */
#define OVERHEAD_BYTES 65536

struct chatur_folder_item *chatur_folder_item_share(struct chatur_folder_item *item)
{
    if (item != NULL) {
        atomic_fetch_add_explicit(&item->references, 1, memory_order_relaxed);
    }
    return item;
}

void chatur_folder_item_release(struct chatur_folder_item *item)
{
    if (item != NULL &&
        atomic_fetch_sub_explicit(&item->references, 1, memory_order_acq_rel) == 1) {
        item->kind->free_item(item->payload);
        free(item);
    }
}

static bool same_time(const struct timespec *left, const struct timespec *right)
{
    return left->tv_sec == right->tv_sec && left->tv_nsec == right->tv_nsec;
}

bool chatur_folder_identity_same(const struct chatur_folder_identity *left,
                                 const struct chatur_folder_identity *right)
{
    return left->device == right->device && left->inode == right->inode &&
           left->size == right->size && same_time(&left->modified, &right->modified) &&
           same_time(&left->changed, &right->changed);
}

static void free_entry(struct chatur_folder_entry *entry)
{
    free(entry->name);
    free(entry->complaint);
    chatur_folder_item_release(entry->item);
    *entry = (struct chatur_folder_entry){0};
}

void chatur_folder_entries_free(struct chatur_folder_entries *entries)
{
    for (size_t index = 0; index < entries->count; index++) {
        free_entry(&entries->list[index]);
    }
    free(entries->list);
    *entries = (struct chatur_folder_entries){0};
}

static bool is_ours(const struct chatur_folder_kind *kind, const char *name)
{
    size_t length = strlen(name);
    size_t tail = strlen(kind->extension);
    return name[0] != '.' && length > tail && strcmp(name + length - tail, kind->extension) == 0;
}

static bool is_recent(const struct timespec *time)
{
    int64_t age_s = chatur_now_s() - time->tv_sec;
    return age_s <= MTIME_GRAIN_S && age_s >= -MTIME_GRAIN_S;
}

static const struct timespec *later(const struct timespec *left, const struct timespec *right)
{
    bool is_left = left->tv_sec > right->tv_sec ||
                   (left->tv_sec == right->tv_sec && left->tv_nsec > right->tv_nsec);
    return is_left ? left : right;
}

/* False: there is no such file any more. */
static bool identify(int folder, struct chatur_folder_entry *entry)
{
    struct stat status;
    if (fstatat(folder, entry->name, &status, 0) != 0) {
        /* A link to nothing is a file that cannot be loaded. */
        return fstatat(folder, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    }
    entry->identity = (struct chatur_folder_identity){.device = status.st_dev,
                                                      .inode = status.st_ino,
                                                      .size = status.st_size,
                                                      .modified = status.st_mtim,
                                                      .changed = status.st_ctim};
    /* A copy or an archive brings its old mtime along: the ctime is when it came to be here. */
    entry->updated = *later(&status.st_mtim, &status.st_ctim);
    entry->unsettled = is_recent(&status.st_mtim);
    return true;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const struct chatur_folder_entry *)left)->name,
                  ((const struct chatur_folder_entry *)right)->name);
}

static bool add_entry(struct chatur_folder_entries *entries, size_t *capacity, DIR *directory,
                      const char *name)
{
    if (entries->count == *capacity) {
        size_t wanted = *capacity > 0 ? *capacity * 2 : 16;
        struct chatur_folder_entry *list = reallocarray(entries->list, wanted, sizeof(*list));
        if (list == NULL) {
            return false;
        }
        entries->list = list;
        *capacity = wanted;
    }
    struct chatur_folder_entry *entry = &entries->list[entries->count];
    *entry = (struct chatur_folder_entry){.name = strdup(name)};
    if (entry->name == NULL) {
        return false;
    }
    if (identify(dirfd(directory), entry)) {
        entries->count++;
    } else {
        free_entry(entry);
    }
    return true;
}

enum chatur_outcome chatur_folder_entries_list(const char *path,
                                               const struct chatur_folder_kind *kind,
                                               struct chatur_folder_entries *entries,
                                               struct chatur_error *error)
{
    *entries = (struct chatur_folder_entries){0};
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s: %m", path);
    }
    enum chatur_outcome outcome = CHATUR_OK;
    size_t capacity = 0;
    for (;;) {
        errno = 0;
        /* No other thread has this DIR. */
        const struct dirent *entry = readdir(directory); /* NOLINT(concurrency-mt-unsafe) */
        if (entry == NULL) {
            break;
        }
        if (is_ours(kind, entry->d_name) &&
            !add_entry(entries, &capacity, directory, entry->d_name)) {
            outcome = chatur_no_memory(error);
            break;
        }
    }
    if (outcome == CHATUR_OK && errno != 0) {
        outcome = chatur_fail(error, CHATUR_BAD_REQUEST, "%s: %m", path);
    }
    (void)closedir(directory);
    if (entries->count > 1) {
        qsort(entries->list, entries->count, sizeof(*entries->list), compare_names);
    }
    return outcome;
}

static enum chatur_outcome load_payload(const char *folder, const struct chatur_folder_kind *kind,
                                        const struct chatur_folder_entry *entry,
                                        struct chatur_arena *arena, void **payload,
                                        struct chatur_error *error)
{
    char *bytes;
    size_t length;
    const char *path = chatur_arena_printf(arena, "%s/%s", folder, entry->name);
    const char *slug =
        chatur_arena_strndup(arena, entry->name, strlen(entry->name) - strlen(kind->extension));
    if (path == NULL || slug == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome =
        chatur_file_read(path, kind->max_file_bytes, arena, &bytes, &length, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    struct chatur_folder_file file = {.path = path,
                                      .slug = slug,
                                      .bytes = bytes,
                                      .length = length,
                                      .updated_s = entry->updated.tv_sec};
    return kind->load(&file, payload, error);
}

enum chatur_outcome chatur_folder_entry_load(const char *folder,
                                             const struct chatur_folder_kind *kind,
                                             struct chatur_folder_entry *entry,
                                             struct chatur_error *error)
{
    struct chatur_arena *arena = chatur_arena_new(kind->max_file_bytes + OVERHEAD_BYTES);
    struct chatur_folder_item *item = calloc(1, sizeof(*item));
    if (arena == NULL || item == NULL) {
        chatur_arena_free(arena);
        free(item);
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = load_payload(folder, kind, entry, arena, &item->payload, error);
    if (outcome == CHATUR_OK) {
        atomic_init(&item->references, 1);
        item->kind = kind;
        chatur_folder_item_release(entry->item);
        entry->item = item;
    } else {
        free(item);
    }
    chatur_arena_free(arena);
    return outcome;
}
