/* The contract on MongoDB: plain, and over TLS with a user and password. */
#include "base/log.h"
#include "mongo_place.h"
#include "store_cases.h"

static int run_contract(const char *name, const char *const *options)
{
    struct mongo_place place;
    mongo_place_make(&place, options);
    const struct store_backend backend = {.name = name,
                                          .context = &place,
                                          .reset = mongo_place_empty,
                                          .open = mongo_place_open,
                                          .reserved_coins = mongo_place_reserved_coins,
                                          .is_sound = mongo_place_is_sound,
                                          .start_up_us = 60000};
    int failed = store_contract_run(&backend);
    mongo_place_remove(&place);
    return failed;
}

int main(void)
{
    static const char *const plain[] = {NULL};
    chatur_log_start("store_mongo_test", CHATUR_ERROR);
    return run_contract("mongo", plain) == 0 ? 0 : 1;
}
