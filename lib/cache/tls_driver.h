/* OpenSSL's TLS, loaded for rediss:// and not before: see base/library.h. Linked, it would cost
 * every start of every binary a fifth of its time. The functions that are used, by their own names:
 * each is a member of one table of pointers. Another one is a line in each of the two lists. */
#ifndef CHATUR_CACHE_TLS_DRIVER_H
#define CHATUR_CACHE_TLS_DRIVER_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/outcome.h"

#define TLS_DRIVER_FUNCTIONS(EACH)                                                                 \
    EACH(TLS_client_method)                                                                        \
    EACH(SSL_CTX_new)                                                                              \
    EACH(SSL_CTX_free)                                                                             \
    EACH(SSL_CTX_ctrl)                                                                             \
    EACH(SSL_CTX_set_verify)                                                                       \
    EACH(SSL_CTX_load_verify_file)                                                                 \
    EACH(SSL_CTX_load_verify_dir)                                                                  \
    EACH(SSL_new)                                                                                  \
    EACH(SSL_free)                                                                                 \
    EACH(SSL_ctrl)                                                                                 \
    EACH(SSL_set_fd)                                                                               \
    EACH(SSL_set1_host)                                                                            \
    EACH(SSL_get0_param)                                                                           \
    EACH(SSL_connect)                                                                              \
    EACH(SSL_get_error)                                                                            \
    EACH(SSL_get_verify_result)                                                                    \
    EACH(SSL_read_ex)                                                                              \
    EACH(SSL_write_ex)                                                                             \
    EACH(ERR_clear_error)                                                                          \
    EACH(X509_VERIFY_PARAM_set1_ip_asc)                                                            \
    EACH(X509_verify_cert_error_string)

#define TLS_DRIVER_MEMBER(name) __typeof__(name) *(name);
extern struct tls_driver {
    TLS_DRIVER_FUNCTIONS(TLS_DRIVER_MEMBER)
} tls_driver;

/* By one thread; again does no harm. CHATUR_OK; CHATUR_INTERNAL with what to install. */
CHATUR_MUST_CHECK enum chatur_outcome tls_driver_load(struct chatur_error *error);

#ifndef TLS_DRIVER_LOADER
#define TLS_client_method             tls_driver.TLS_client_method
#define SSL_CTX_new                   tls_driver.SSL_CTX_new
#define SSL_CTX_free                  tls_driver.SSL_CTX_free
#define SSL_CTX_ctrl                  tls_driver.SSL_CTX_ctrl
#define SSL_CTX_set_verify            tls_driver.SSL_CTX_set_verify
#define SSL_CTX_load_verify_file      tls_driver.SSL_CTX_load_verify_file
#define SSL_CTX_load_verify_dir       tls_driver.SSL_CTX_load_verify_dir
#define SSL_new                       tls_driver.SSL_new
#define SSL_free                      tls_driver.SSL_free
#define SSL_ctrl                      tls_driver.SSL_ctrl
#define SSL_set_fd                    tls_driver.SSL_set_fd
#define SSL_set1_host                 tls_driver.SSL_set1_host
#define SSL_get0_param                tls_driver.SSL_get0_param
#define SSL_connect                   tls_driver.SSL_connect
#define SSL_get_error                 tls_driver.SSL_get_error
#define SSL_get_verify_result         tls_driver.SSL_get_verify_result
#define SSL_read_ex                   tls_driver.SSL_read_ex
#define SSL_write_ex                  tls_driver.SSL_write_ex
#define ERR_clear_error               tls_driver.ERR_clear_error
#define X509_VERIFY_PARAM_set1_ip_asc tls_driver.X509_VERIFY_PARAM_set1_ip_asc
#define X509_verify_cert_error_string tls_driver.X509_verify_cert_error_string
#endif

#endif
