/* Private to generate/http.c: the functions of libcurl, loaded when a model on another server is
 * configured and not linked (base/library.h says why). */
#ifndef CHATUR_GENERATE_CURL_DRIVER_H
#define CHATUR_GENERATE_CURL_DRIVER_H

/* The type checks are macros that take the functions' names, which are pointers here. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* With the check off, these are macros all the same, that count their arguments. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CHATUR_CURL_SONAME  "libcurl.so.4"
#define CHATUR_CURL_PACKAGE "libcurl4"

#define CHATUR_CURL_FUNCTIONS(X)                                                                   \
    X(curl_global_init)                                                                            \
    X(curl_getdate)                                                                                \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)                                                                         \
    X(curl_easy_init)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_header)                                                                            \
    X(curl_easy_reset)                                                                             \
    X(curl_easy_cleanup)                                                                           \
    X(curl_multi_init)                                                                             \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_perform)                                                                          \
    X(curl_multi_poll)                                                                             \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_cleanup)

struct chatur_curl {
#define X(function) __typeof__ (&(function))(function);
    CHATUR_CURL_FUNCTIONS(X)
#undef X
};

#endif
