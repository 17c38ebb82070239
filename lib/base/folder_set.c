#include "base/folder_set.h"

#include <stdatomic.h>
#include <stdlib.h>

struct chatur_folder_set {
    struct chatur_folder_view view; /* first: a view is its set */
    struct chatur_folder_set *self; /* the way out of a const view */
    atomic_uint references;
    const struct chatur_folder_kind *kind;
    void **payloads;                   /* what the view shows, in its order */
    struct chatur_folder_item **items; /* who owns them, in the order of names */
};

void chatur_folder_set_release(struct chatur_folder_set *set)
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

static struct chatur_folder_set *new_set(const struct chatur_folder_kind *kind, size_t capacity)
{
    struct chatur_folder_set *set = calloc(1, sizeof(*set));
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
        chatur_folder_set_release(set);
        return NULL;
    }
    set->view.items = set->payloads;
    return set;
}

enum chatur_outcome chatur_folder_set_make(const char *path, const struct chatur_folder_kind *kind,
                                           const struct chatur_folder_entries *entries,
                                           struct chatur_folder_set **made,
                                           struct chatur_error *error)
{
    *made = NULL;
    struct chatur_folder_set *set = new_set(kind, entries->count);
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
        chatur_folder_set_release(set);
    }
    return outcome;
}

const struct chatur_folder_view *chatur_folder_set_share(struct chatur_folder_set *set)
{
    atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
    return &set->view;
}

struct chatur_folder_set *chatur_folder_set_of(const struct chatur_folder_view *view)
{
    return ((const struct chatur_folder_set *)view)->self;
}

size_t chatur_folder_set_count(const struct chatur_folder_set *set)
{
    return set->view.count;
}
