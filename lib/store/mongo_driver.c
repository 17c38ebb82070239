#define MONGO_DRIVER_LOADER /* the names are the library's here */
#include "store/mongo_driver.h"

#include "base/library.h"

struct mongo_driver mongo_driver;

#define MONGO_DRIVER_SYMBOL(name) {#name, &mongo_driver.name},

enum chatur_outcome mongo_driver_load(struct chatur_error *error)
{
    /* libbson's functions are found through libmongoc, which depends on it. */
    static const struct chatur_symbol symbols[] = {MONGO_DRIVER_FUNCTIONS(MONGO_DRIVER_SYMBOL)};
    if (mongo_driver.mongoc_init != NULL) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome =
        chatur_library_load("libmongoc-1.0.so.0", "libmongoc-1.0-0", symbols,
                            sizeof(symbols) / sizeof(symbols[0]), error);
    if (outcome != CHATUR_OK) {
        mongo_driver = (struct mongo_driver){0};
        return outcome;
    }
    mongo_driver.mongoc_init();
    /* What it would print can name hosts, options and values of the URI; errors are returned. */
    mongo_driver.mongoc_log_set_handler(NULL, NULL);
    return CHATUR_OK;
}
