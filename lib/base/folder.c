/* Three kinds of things: items, counted, each made of one file and shared by all sets it is in;
 * sets, the counted snapshots that views are; and the entries, the files as last looked at, which
 * say what to load again.
 *
 * The lock is held for moments only, never over a look at the disk. Whoever finds a look to be due
 * takes it on by setting `looking`, which makes the entries its own until it is done. */
#include "base/folder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/folder_files.h"
#include "base/log.h"

#define INTERVAL_US 1000000

struct set {
    struct chatur_folder_view view; /* first: a view is its set */
    struct set *self;               /* the way out of a const view */
    atomic_uint references;
    const struct chatur_folder_kind *kind;
    void **payloads;                   /* what the view shows, in its order */
    struct chatur_folder_item **items; /* who owns them, in the order of names */
};

struct chatur_folder {
    char *path;
    const struct chatur_folder_kind *kind;
    int64_t interval_us;

    /* Of whoever is looking. */
    struct chatur_folder_entries entries;
    char *unreadable; /* what was logged about the folder itself; NULL: nothing */
    char *refused;    /* what was logged about its set */
    bool unsettled;   /* the set is to be made again, although no file changed */

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t looked;
    bool looking;
    int64_t due_us;
    struct set *set;           /* in force; NULL: none yet */
    struct chatur_error error; /* of the last look: why there is none */
};

static void release_set(struct set *set)
{
    if (set == NULL || atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (set->view.extra != NULL && set->kind->free_extra != NULL) {
        set->kind->free_extra(set->view.extra);
    }
    for (size_t index = 0; index < set->view.count; index++) {
        chatur_folder_item_release(set->items[index]);
    }
    free(set->payloads);
    free(set->items);
    free(set);
}

static struct set *new_set(const struct chatur_folder_kind *kind, size_t capacity)
{
    struct set *set = calloc(1, sizeof(*set));
    if (set == NULL) {
        return NULL;
    }
    atomic_init(&set->references, 1);
    set->self = set;
    set->kind = kind;
    /* One more, so that none is asked for nothing. */
    set->payloads = calloc(capacity + 1, sizeof(void *));
    set->items = calloc(capacity + 1, sizeof(struct chatur_folder_item *));
    if (set->payloads == NULL || set->items == NULL) {
        release_set(set);
        return NULL;
    }
    set->view.items = set->payloads;
    return set;
}

/* The set of all items there are, if it is a good one. Not CHATUR_OK: `*made` is NULL. */
static enum chatur_outcome make_set(const char *path, const struct chatur_folder_kind *kind,
                                    const struct chatur_folder_entries *entries, struct set **made,
                                    struct chatur_error *error)
{
    *made = NULL;
    struct set *set = new_set(kind, entries->count);
    if (set == NULL) {
        return chatur_no_memory(error);
    }
    for (size_t index = 0; index < entries->count; index++) {
        struct chatur_folder_item *item = entries->list[index].item;
        if (item != NULL) {
            set->items[set->view.count] = chatur_folder_item_share(item);
            set->payloads[set->view.count++] = item->payload;
        }
    }
    enum chatur_outcome outcome = CHATUR_OK;
    if (set->view.count == 0) {
        outcome =
            chatur_fail(error, CHATUR_BAD_REQUEST, "%s: no valid %s file", path, kind->extension);
    } else if (kind->adopt != NULL) {
        outcome = kind->adopt(set->payloads, set->view.count, &set->view.extra, error);
    }
    if (outcome == CHATUR_OK) {
        *made = set;
    } else {
        release_set(set);
    }
    return outcome;
}

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

/* Brings an entry up to date. `was` is what it was at the last look; NULL: it is new. */
static void update_entry(struct chatur_folder *folder, struct chatur_folder_entry *was,
                         struct chatur_folder_entry *entry, struct changes *changes)
{
    bool same = false;
    if (was != NULL) {
        same = chatur_folder_identity_same(&was->identity, &entry->identity);
        entry->item = chatur_folder_item_share(was->item);
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
    if (outcome == CHATUR_OK) {
        changes->items = true;
        forget_complaint(&entry->complaint);
        return;
    }
    complain(&entry->complaint, !same, &error);
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

/* Looks at the folder. `*set` gets a new set, or NULL when the one in force stays. */
static void look(struct chatur_folder *folder, bool first, struct set **set,
                 struct chatur_error *error)
{
    *set = NULL;
    struct chatur_folder_entries now;
    if (chatur_folder_entries_list(folder->path, folder->kind, &now, error) != CHATUR_OK) {
        chatur_folder_entries_free(&now);
        complain(&folder->unreadable, false, error);
        return;
    }
    forget_complaint(&folder->unreadable);
    struct changes changes = update_entries(folder, &now);
    if (!first && !changes.items && !folder->unsettled) {
        return;
    }
    enum chatur_outcome outcome =
        make_set(folder->path, folder->kind, &folder->entries, set, error);
    folder->unsettled = outcome != CHATUR_OK && outcome != CHATUR_BAD_REQUEST;
    if (*set == NULL) {
        complain(&folder->refused, changes.files, error);
        return;
    }
    forget_complaint(&folder->refused);
    if (!first && changes.files) {
        chatur_log(CHATUR_INFO, "%s: changed, %zu files are in force", folder->path,
                   (*set)->view.count);
    }
}

/* Called with the lock, which is given up for the look itself. Returns the set that went out of
 * force, to be released without the lock. */
static struct set *take_a_look(struct chatur_folder *folder)
{
    bool first = folder->set == NULL;
    struct set *set;
    struct set *old = NULL;
    struct chatur_error error = {0};
    folder->looking = true;
    (void)pthread_mutex_unlock(&folder->lock);
    look(folder, first, &set, &error);
    (void)pthread_mutex_lock(&folder->lock);
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
    release_set(folder->set);
    chatur_folder_entries_free(&folder->entries);
    (void)pthread_cond_destroy(&folder->looked);
    (void)pthread_mutex_destroy(&folder->lock);
    free(folder->unreadable);
    free(folder->refused);
    free(folder->path);
    free(folder);
}

void chatur_folder_set_interval_ms(struct chatur_folder *folder, int64_t interval_ms)
{
    folder->interval_us = interval_ms * 1000;
}

enum chatur_outcome chatur_folder_acquire(struct chatur_folder *folder,
                                          const struct chatur_folder_view **view,
                                          struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    struct set *old = NULL;
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
        atomic_fetch_add_explicit(&folder->set->references, 1, memory_order_relaxed);
        *view = &folder->set->view;
    } else {
        outcome = chatur_fail(error, CHATUR_INTERNAL, "%s", folder->error.detail);
    }
    (void)pthread_mutex_unlock(&folder->lock);
    release_set(old);
    return outcome;
}

void chatur_folder_release(const struct chatur_folder_view *view)
{
    if (view != NULL) {
        release_set(((const struct set *)view)->self);
    }
}

enum chatur_outcome chatur_folder_check(const char *path, const struct chatur_folder_kind *kind,
                                        size_t *count, struct chatur_error *error)
{
    struct set *set = NULL;
    struct chatur_folder_entries entries;
    *count = 0;
    enum chatur_outcome outcome = chatur_folder_entries_list(path, kind, &entries, error);
    for (size_t index = 0; outcome == CHATUR_OK && index < entries.count; index++) {
        outcome = chatur_folder_entry_load(path, kind, &entries.list[index], error);
    }
    if (outcome == CHATUR_OK) {
        outcome = make_set(path, kind, &entries, &set, error);
    }
    if (set != NULL) {
        *count = set->view.count;
    }
    release_set(set);
    chatur_folder_entries_free(&entries);
    /* A file that cannot be had is an invalid one here. */
    return outcome == CHATUR_OK ? CHATUR_OK : CHATUR_BAD_REQUEST;
}
