#include "base/folder.h"

struct loan {
    const struct chatur_folder_view *view;
};

static void give_back(void *object)
{
    const struct loan *loan = object;
    chatur_folder_release(loan->view);
}

enum chatur_outcome chatur_folder_borrow(struct chatur_folder *folder, struct chatur_arena *arena,
                                         const struct chatur_folder_view **view,
                                         struct chatur_error *error)
{
    struct loan *loan = chatur_arena_alloc(arena, sizeof(*loan));
    if (loan == NULL) {
        return chatur_no_memory(error);
    }
    enum chatur_outcome outcome = chatur_folder_acquire(folder, view, error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    loan->view = *view;
    return chatur_arena_defer(arena, give_back, loan) ? CHATUR_OK : chatur_no_memory(error);
}
