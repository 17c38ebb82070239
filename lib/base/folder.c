/* Three kinds of things: items, counted, each made of one file and shared by all sets it is in;
 * sets, the counted snapshots that views are; and the entries, the files as last looked at, which
 * say what to load again.
 *
 * The lock is held for moments only, never over a look at the disk. Whoever finds a look to be due
 * takes it on by setting `looking`, which makes the entries its own until it is done. */
#include "base/folder.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/folder_copies.h"
#include "base/folder_files.h"
#include "base/folder_set.h"
#include "base/log.h"

#define INTERVAL_US 1000000

/* A warning is for a human to start from; the log names every file. */
#define MAX_WARNINGS 8

struct chatur_folder {
    char *path;
    char *copies; /* where they are kept; NULL: nowhere */
    const struct chatur_folder_kind *kind;
    int64_t interval_us;

    /* Of whoever is looking. */
    struct chatur_folder_entries entries;
    char *unreadable; /* what was logged about the folder itself; NULL: nothing */
    char *refused;    /* what was logged about its set */
    char *not_kept;   /* what was logged about its copies */
    bool unsettled;   /* the set is to be made again, although no file changed */
    bool recalled;    /* the copies were tried as a set */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t looked;
    bool looking;
    int64_t due_us;
    struct chatur_folder_set *set; /* in force; NULL: none yet */
    struct chatur_error error;     /* of the last look: why there is none */
    char *warning;                 /* of the last look; NULL: all is well */
};

/* Logs what is wrong, unless that was said before and there is no news. */
static void complain(char **said, bool news, const struct chatur_error *error)
{
    if (!news && *said != NULL && strcmp(*said, error->detail) == 0) {
        return;
    }
    free(*said);
    *said = strdup(error->detail);
    chatur_log(CHATUR_ERROR, "%s", error->detail);
}

static void forget_complaint(char **said)
{
    free(*said);
    *said = NULL;
}

struct changes {
    bool items; /* the set has to be made anew */
    bool files; /* and that is news, not the second look at an unsettled file */
};

/* Has the copy stand in for a file that is invalid. False: there is no good one. */
static bool load_copy(const struct chatur_folder *folder, struct chatur_folder_entry *entry,
                      bool news)
{
    struct chatur_error error = {0};
    enum chatur_outcome outcome =
        chatur_folder_copy_load(folder->copies, folder->kind, entry, &error);
    if (outcome == CHATUR_OK) {
        chatur_log(CHATUR_WARNING, "%s/%s: the copy of its last good version is in force",
                   folder->path, entry->name);
    } else if (outcome != CHATUR_NOT_FOUND && news) {
        chatur_log(CHATUR_ERROR, "its last good version is lost: %s", error.detail);
    }
    return outcome == CHATUR_OK;
}

/* Brings an entry up to date. `was` is what it was at the last look; NULL: it is new. */
static void update_entry(struct chatur_folder *folder, struct chatur_folder_entry *was,
                         struct chatur_folder_entry *entry, struct changes *changes)
{
    bool same = false;
    if (was != NULL) {
        same = chatur_folder_identity_same(&was->identity, &entry->identity);
        entry->item = chatur_folder_item_share(was->item);
        entry->current = was->current;
        entry->complaint = was->complaint;
        was->complaint = NULL;
        if (same && !was->unsettled) {
            entry->unsettled = false;
            return;
        }
    }
    changes->files = changes->files || !same;
    struct chatur_error error = {0};
    enum chatur_outcome outcome =
        chatur_folder_entry_load(folder->path, folder->kind, entry, &error);
    entry->current = outcome == CHATUR_OK;
    if (outcome == CHATUR_OK) {
        changes->items = true;
        forget_complaint(&entry->complaint);
        return;
    }
    complain(&entry->complaint, !same, &error);
    if (entry->item == NULL && folder->copies != NULL) {
        changes->items = load_copy(folder, entry, !same) || changes->items;
    }
    if (outcome != CHATUR_BAD_REQUEST) {
        entry->unsettled = true; /* it may be had next time, and look just the same */
    }
}

/* Brings the entries up to date with `now`, which is listed only. Both are in the order of names.
 */
static struct changes update_entries(struct chatur_folder *folder,
                                     struct chatur_folder_entries *now)
{
    struct changes changes = {0};
    struct chatur_folder_entries *before = &folder->entries;
    size_t old = 0;
    size_t new = 0;
    while (old < before->count || new < now->count) {
        int order = old == before->count ? 1
                    : new == now->count  ? -1
                                         : strcmp(before->list[old].name, now->list[new].name);
        if (order < 0) {
            changes.files = true;
            changes.items = changes.items || before->list[old].item != NULL;
            old++;
            continue;
        }
        update_entry(folder, order == 0 ? &before->list[old++] : NULL, &now->list[new ++],
                     &changes);
    }
    chatur_folder_entries_free(before);
    *before = *now;
    return changes;
}

/* The set that was last in force, made of its copies: where this process has none of its own. */
static void recall(struct chatur_folder *folder, struct chatur_folder_set **set)
{
    struct chatur_folder_entries entries = {0};
    struct chatur_error error = {0};
    if (folder->copies == NULL || folder->recalled) {
        return;
    }
    folder->recalled = true;
    enum chatur_outcome outcome =
        chatur_folder_entries_list(folder->copies, folder->kind, &entries, &error);
    for (size_t index = 0; outcome == CHATUR_OK && index < entries.count; index++) {
        (void)load_copy(folder, &entries.list[index], true);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_folder_set_make(folder->copies, folder->kind, &entries, set, &error);
    }
    if (outcome != CHATUR_OK) {
        chatur_log(CHATUR_WARNING, "there are no last good files either: %s", error.detail);
    }
    chatur_folder_entries_free(&entries);
}

static void keep_copies(struct chatur_folder *folder)
{
    struct chatur_error error = {0};
    if (folder->copies == NULL) {
        return;
    }
    if (chatur_folder_copies_keep(folder->copies, folder->path, folder->kind, &folder->entries,
                                  &error) == CHATUR_OK) {
        forget_complaint(&folder->not_kept);
    } else if (folder->not_kept == NULL) {
        folder->not_kept = strdup(error.detail);
        chatur_log(CHATUR_WARNING, "a process that starts will not know the last good files: %s",
                   error.detail);
    }
}

/* Looks at the folder. `*set` gets a new set, or NULL when the one in force stays. */
static void look(struct chatur_folder *folder, bool first, struct chatur_folder_set **set,
                 struct chatur_error *error)
{
    *set = NULL;
    struct chatur_folder_entries now;
    if (chatur_folder_entries_list(folder->path, folder->kind, &now, error) != CHATUR_OK) {
        chatur_folder_entries_free(&now);
        complain(&folder->unreadable, false, error);
        if (first) {
            recall(folder, set);
        }
        return;
    }
    forget_complaint(&folder->unreadable);
    struct changes changes = update_entries(folder, &now);
    if (!first && !changes.items && !folder->unsettled) {
        return;
    }
    enum chatur_outcome outcome =
        chatur_folder_set_make(folder->path, folder->kind, &folder->entries, set, error);
    folder->unsettled = outcome != CHATUR_OK && outcome != CHATUR_BAD_REQUEST;
    if (*set == NULL) {
        complain(&folder->refused, changes.files, error);
        if (first) {
            recall(folder, set);
        }
        return;
    }
    keep_copies(folder);
    forget_complaint(&folder->refused);
    if (!first && changes.files) {
        chatur_log(CHATUR_INFO, "%s: changed, %zu files are in force", folder->path,
                   chatur_folder_set_count(*set));
    }
}

/* The sentence of chatur_folder_warning, or NULL. */
static char *make_warning(const struct chatur_folder *folder)
{
    struct chatur_buffer text = {0};
    size_t said = 0;
    if (folder->unreadable != NULL || folder->refused != NULL) {
        chatur_buffer_puts(&text, "these files do not go together, the last ones that did stay");
        said++;
    }
    for (size_t index = 0; index < folder->entries.count && said < MAX_WARNINGS; index++) {
        const struct chatur_folder_entry *entry = &folder->entries.list[index];
        if (!entry->current) {
            chatur_buffer_printf(&text, "%s%s is invalid, %s", said++ > 0 ? "; " : "", entry->name,
                                 entry->item != NULL ? "its last good version stays"
                                                     : "it is left out");
        }
    }
    if (said == 0 || text.failed) {
        chatur_buffer_free(&text);
        return NULL;
    }
    return text.data;
}

/* Called with the lock, which is given up for the look itself. Returns the set that went out of
 * force, to be released without the lock. */
static struct chatur_folder_set *take_a_look(struct chatur_folder *folder)
{
    bool first = folder->set == NULL;
    struct chatur_folder_set *set;
    struct chatur_folder_set *old = NULL;
    struct chatur_error error = {0};
    folder->looking = true;
    (void)pthread_mutex_unlock(&folder->lock);
    look(folder, first, &set, &error);
    char *warning = make_warning(folder);
    (void)pthread_mutex_lock(&folder->lock);
    free(folder->warning);
    folder->warning = warning;
    if (set != NULL) {
        old = folder->set;
        folder->set = set;
    }
    folder->error = error;
    folder->due_us = chatur_monotonic_us() + folder->interval_us;
    folder->looking = false;
    (void)pthread_cond_broadcast(&folder->looked);
    return old;
}

struct chatur_folder *chatur_folder_new(const char *path, const struct chatur_folder_kind *kind)
{
    struct chatur_folder *folder = calloc(1, sizeof(*folder));
    char *copy = strdup(path);
    if (folder == NULL || copy == NULL || pthread_mutex_init(&folder->lock, NULL) != 0) {
        goto failed;
    }
    if (pthread_cond_init(&folder->looked, NULL) != 0) {
        (void)pthread_mutex_destroy(&folder->lock);
        goto failed;
    }
    folder->kind = kind;
    folder->interval_us = INTERVAL_US;
    folder->path = copy;
    return folder;
failed:
    free(copy);
    free(folder);
    return NULL;
}

void chatur_folder_free(struct chatur_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    chatur_folder_set_release(folder->set);
    chatur_folder_entries_free(&folder->entries);
    (void)pthread_cond_destroy(&folder->looked);
    (void)pthread_mutex_destroy(&folder->lock);
    free(folder->unreadable);
    free(folder->refused);
    free(folder->not_kept);
    free(folder->warning);
    free(folder->copies);
    free(folder->path);
    free(folder);
}

void chatur_folder_set_interval_ms(struct chatur_folder *folder, int64_t interval_ms)
{
    folder->interval_us = interval_ms * 1000;
}

bool chatur_folder_keep_copies(struct chatur_folder *folder, const char *path)
{
    folder->copies = strdup(path);
    return folder->copies != NULL;
}

const char *chatur_folder_warning(struct chatur_folder *folder, struct chatur_arena *arena)
{
    const char *warning = NULL;
    (void)pthread_mutex_lock(&folder->lock);
    if (folder->warning != NULL) {
        warning = chatur_arena_strndup(arena, folder->warning, strlen(folder->warning));
    }
    (void)pthread_mutex_unlock(&folder->lock);
    return warning;
}

enum chatur_outcome chatur_folder_acquire(struct chatur_folder *folder,
                                          const struct chatur_folder_view **view,
                                          struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    struct chatur_folder_set *old = NULL;
    int64_t now_us = chatur_monotonic_us();
    *view = NULL;
    (void)pthread_mutex_lock(&folder->lock);
    while (folder->set == NULL && folder->looking) {
        (void)pthread_cond_wait(&folder->looked, &folder->lock);
    }
    if (!folder->looking && now_us >= folder->due_us) {
        old = take_a_look(folder);
    }
    if (folder->set != NULL) {
        *view = chatur_folder_set_share(folder->set);
    } else {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "%s", folder->error.detail);
    }
    (void)pthread_mutex_unlock(&folder->lock);
    chatur_folder_set_release(old);
    return outcome;
}

void chatur_folder_release(const struct chatur_folder_view *view)
{
    if (view != NULL) {
        chatur_folder_set_release(chatur_folder_set_of(view));
    }
}

enum chatur_outcome chatur_folder_check(const char *path, const struct chatur_folder_kind *kind,
                                        size_t *count, struct chatur_error *error)
{
    struct chatur_folder_set *set = NULL;
    struct chatur_folder_entries entries;
    *count = 0;
    enum chatur_outcome outcome = chatur_folder_entries_list(path, kind, &entries, error);
    for (size_t index = 0; outcome == CHATUR_OK && index < entries.count; index++) {
        outcome = chatur_folder_entry_load(path, kind, &entries.list[index], error);
    }
    if (outcome == CHATUR_OK) {
        outcome = chatur_folder_set_make(path, kind, &entries, &set, error);
    }
    if (set != NULL) {
        *count = chatur_folder_set_count(set);
    }
    chatur_folder_set_release(set);
    chatur_folder_entries_free(&entries);
    /* A file that cannot be had is an invalid one here. */
    return outcome == CHATUR_OK ? CHATUR_OK : CHATUR_BAD_REQUEST;
}
