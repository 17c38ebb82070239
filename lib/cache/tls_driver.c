#define TLS_DRIVER_LOADER /* the names are the library's here */
#include "cache/tls_driver.h"

#include "base/library.h"

struct tls_driver tls_driver;

#define TLS_DRIVER_SYMBOL(name) {#name, &tls_driver.name},

enum chatur_outcome tls_driver_load(struct chatur_error *error)
{
    /* libcrypto's functions are found through libssl, which depends on it. */
    static const struct chatur_symbol symbols[] = {TLS_DRIVER_FUNCTIONS(TLS_DRIVER_SYMBOL)};
    if (tls_driver.SSL_new != NULL) {
        return CHATUR_OK;
    }
    enum chatur_outcome outcome = chatur_library_load("libssl.so.3", "libssl3", symbols,
                                                      sizeof(symbols) / sizeof(symbols[0]), error);
    if (outcome != CHATUR_OK) {
        tls_driver = (struct tls_driver){0};
    }
    return outcome;
}
