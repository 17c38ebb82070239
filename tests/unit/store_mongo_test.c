/* The contract on MongoDB, MongoDB's own cases, also through a bad network, and a part of the
 * contract over TLS with a user and password. */
#include "base/log.h"
#include "mongo_place.h"
#include "store_cases.h"

static struct store_backend backend_of(const char *name, struct mongo_place *place)
{
    return (struct store_backend){.name = name,
                                  .context = place,
                                  .reset = mongo_place_empty,
                                  .open = mongo_place_open,
                                  .reserved_coins = mongo_place_reserved_coins,
                                  .is_sound = mongo_place_is_sound,
                                  .start_up_us = 40000};
}

static int run_plain(void)
{
    static const char *const options[] = {NULL};
    struct mongo_place place;
    mongo_place_make(&place, options);
    const struct store_backend backend = backend_of("mongo", &place);
    int failed = store_contract_run_cases(&backend, &store_mongo_cases);
    failed += store_contract_run_cases(&backend, &store_mongo_erase_cases);
    failed += store_contract_run(&backend);
    mongo_place_remove(&place);
    return failed;
}

/* With the timeouts that an operator gets who asks for none. */
static int run_faulty(void)
{
    static const char *const options[] = {"--own", NULL};
    struct mongo_place place;
    mongo_place_make(&place, options);
    const struct store_backend backend = backend_of("mongo, a bad network", &place);
    int failed = store_contract_run_cases(&backend, &store_mongo_fault_cases);
    mongo_place_remove(&place);
    return failed;
}

static int run_secured(void)
{
    static const char *const options[] = {"--auth", "--tls", NULL};
    struct mongo_place place;
    mongo_place_make(&place, options);
    const struct store_backend backend = backend_of("mongo, TLS and SCRAM", &place);
    int failed = store_contract_run_cases(&backend, &store_coin_cases);
    mongo_place_remove(&place);
    return failed;
}

int main(void)
{
    chatur_log_start("store_mongo_test", CHATUR_ERROR);
    int failed = run_plain();
    failed += run_faulty();
    failed += run_secured();
    return failed == 0 ? 0 : 1;
}
