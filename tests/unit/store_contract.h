/* What every store must do, whatever it is made of: one suite, run against each backend. A backend
 * that cannot be started fails the suite; it is never skipped. */
#ifndef TESTS_UNIT_STORE_CONTRACT_H
#define TESTS_UNIT_STORE_CONTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* How the suite gets at a backend. */
struct store_backend {
    const char *name;
    void *context; /* passed to each of: */

    /* Makes the database as it is before anybody used it. No store is open. */
    void (*reset)(void *context);

    /* A store on the database; NULL when it cannot be made. Several may be open at once, also in
     * child processes. */
    struct chatur_store *(*open)(void *context);

    /* The sum of a user's reservations, which the store's interface does not show; negative when it
     * cannot be read. A store may be open. */
    int64_t (*reserved_coins)(void *context, const char *uid);

    /* Is the database itself undamaged? */
    bool (*is_sound)(void *context);

    /* About how long a new process takes to its first answer, to be killed mostly after it; 0: 2
     * ms.
     */
    long start_up_us;
};

/* Runs the suite; returns how many tests failed. */
int store_contract_run(const struct store_backend *backend);

/* Runs some cases in the same frame. */
struct store_cases;
int store_contract_run_cases(const struct store_backend *backend, const struct store_cases *cases);

#endif
