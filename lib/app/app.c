#include "app/app.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "app/parts.h"

struct slot {
    _Atomic(void *) part; /* read without the lock on every request; set once under it */
    void (*free_part)(void *part);
};

struct chatur_app {
    const struct chatur_config *config;
    pthread_mutex_t making; /* recursive: a part's maker asks for the parts it builds on */
    struct slot slots[CHATUR_PARTS];
};

struct chatur_app *chatur_app_new(const struct chatur_config *config)
{
    struct chatur_app *app = calloc(1, sizeof(*app));
    pthread_mutexattr_t attributes;
    if (app == NULL) {
        return NULL;
    }
    if (pthread_mutexattr_init(&attributes) != 0) {
        free(app);
        return NULL;
    }
    (void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    (void)pthread_mutex_init(&app->making, &attributes);
    (void)pthread_mutexattr_destroy(&attributes);
    app->config = config;
    return app;
}

void chatur_app_free(struct chatur_app *app)
{
    if (app == NULL) {
        return;
    }
    for (int i = CHATUR_PARTS - 1; i >= 0; i--) {
        struct slot *slot = &app->slots[i];
        void *part = atomic_load(&slot->part);
        if (part != NULL) {
            slot->free_part(part);
        }
    }
    (void)pthread_mutex_destroy(&app->making);
    free(app);
}

const struct chatur_config *chatur_app_config(const struct chatur_app *app)
{
    return app->config;
}

enum chatur_outcome chatur_app_part(struct chatur_app *app, enum chatur_part slot,
                                    chatur_part_maker *make, void (*free_part)(void *part),
                                    void **part, struct chatur_error *error)
{
    struct slot *place = &app->slots[slot];
    *part = atomic_load_explicit(&place->part, memory_order_acquire);
    if (*part != NULL) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = CHATUR_OK;
    (void)pthread_mutex_lock(&app->making);
    *part = atomic_load(&place->part);
    if (*part == NULL) {
        outcome = make(app, part, error);
        if (outcome == CHATUR_OK) {
            place->free_part = free_part;
            atomic_store_explicit(&place->part, *part, memory_order_release);
        }
    }
    (void)pthread_mutex_unlock(&app->making);
    return outcome;
}
