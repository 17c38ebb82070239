/* The multi interface, because its poll ends when a clock of ours runs out; the easy one looks at
 * the time once a second while nothing arrives. A thread's handles live as long as the thread. */
#include "generate/http.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/library.h"
#include "generate/curl_driver.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The system's certificates as a folder of single files: the bundle with all of them would cost
 * each thread's handle 25 ms and 0.8 MiB. */
#define CA_FOLDER "/etc/ssl/certs"

/* Hundreds of threads each hold one while they wait, and a streamed answer comes in small pieces.
 */
#define RECEIVE_BYTES 2048L
#define SEND_BYTES    16384L /* the least that libcurl takes */

/* What an error says beside its status only makes its class finer. */
#define ERROR_BODY_US 1000000

/* Nobody asks for more in earnest; and beyond it, an addition to a time could overflow. */
#define MAX_RETRY_AFTER_MS (INT64_C(24) * 3600 * 1000)

/* Filled once, before the first thread. */
static struct {
    struct chatur_curl curl;
    bool has_ca_folder;
    bool started;
    pthread_key_t handles; /* of each thread */
} driver;

#define CURL_(function) driver.curl.curl_##function

struct handles {
    CURL *easy;
    CURLM *multi;
};

/* A post under way. */
struct post {
    struct chatur_http_request *request;
    struct chatur_http_answer *answer;
    CURL *easy;
    size_t received;
    bool answered; /* the answer's head was read */
    bool hurried;  /* it is an error, and its body is not waited for */
    bool enough;
    bool too_long;
};

/* --- starting --------------------------------------------------------------------------------- */

static void free_handles(void *memory)
{
    struct handles *handles = memory;
    CURL_(easy_cleanup)(handles->easy);
    (void)CURL_(multi_cleanup)(handles->multi);
    free(handles);
}

/* A hashed name is eight hex digits, a dot and a number. */
static bool has_hashed_certificates(const char *path)
{
    DIR *folder = opendir(path);
    bool found = false;
    const struct dirent *entry;
    /* Each thread would have its own folder stream. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
        found = strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.' &&
                isdigit((unsigned char)entry->d_name[9]);
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return found;
}

enum chatur_outcome chatur_http_start(struct chatur_error *error)
{
    if (driver.started) {
        return CHATUR_OK;
    }
    const struct chatur_symbol symbols[] = {
#define X(function) {#function, &driver.curl.function},
        CHATUR_CURL_FUNCTIONS(X)
#undef X
    };
    enum chatur_outcome outcome = chatur_library_load(CHATUR_CURL_SONAME, CHATUR_CURL_PACKAGE,
                                                      symbols, COUNT_OF(symbols), error);
    if (outcome != CHATUR_OK) {
        return outcome;
    }
    if (CURL_(global_init)(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        pthread_key_create(&driver.handles, free_handles) != 0) {
        return chatur_fail(error, CHATUR_INTERNAL, "libcurl cannot be initialised");
    }
    driver.has_ca_folder = has_hashed_certificates(CA_FOLDER);
    driver.started = true;
    return CHATUR_OK;
}

/* The thread's own. NULL: out of memory. */
static struct handles *own_handles(void)
{
    struct handles *handles = pthread_getspecific(driver.handles);
    if (handles != NULL) {
        CURL_(easy_reset)(handles->easy); /* keeps the connection */
        return handles;
    }
    handles = calloc(1, sizeof(*handles));
    if (handles == NULL) {
        return NULL;
    }
    handles->easy = CURL_(easy_init)();
    handles->multi = CURL_(multi_init)();
    if (handles->easy == NULL || handles->multi == NULL ||
        pthread_setspecific(driver.handles, handles) != 0) {
        free_handles(handles); /* libcurl takes NULL for nothing to do */
        return NULL;
    }
    return handles;
}

/* After a failure: the connection is closed either way, and where libcurl found no memory, which it
 * does not always say, its handles refuse everything from then on. */
static void drop_handles(struct handles *handles)
{
    (void)pthread_setspecific(driver.handles, NULL);
    free_handles(handles);
}

/* --- the answer's head ------------------------------------------------------------------------ */

static const char *header(CURL *easy, const char *name)
{
    struct curl_header *found = NULL;
    return CURL_(easy_header)(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value
                                                                                    : NULL;
}

/* Milliseconds from a decimal of `unit_ms`; -1: it is none. */
static int64_t read_wait(const char *text, double unit_ms)
{
    if (!isdigit((unsigned char)text[0])) {
        return -1;
    }
    char *end = NULL;
    double number = strtod(text, &end) * unit_ms;
    if (end[strspn(end, " \t")] != '\0') {
        return -1;
    }
    return number < (double)MAX_RETRY_AFTER_MS ? (int64_t)number : MAX_RETRY_AFTER_MS;
}

static int64_t read_retry_after(CURL *easy)
{
    const char *text = header(easy, "retry-after-ms");
    int64_t wait_ms = text != NULL ? read_wait(text, 1) : -1;
    text = header(easy, "retry-after");
    if (wait_ms >= 0 || text == NULL) {
        return wait_ms;
    }
    wait_ms = read_wait(text, 1000);
    time_t date = wait_ms < 0 ? CURL_(getdate)(text, NULL) : -1;
    if (date < 0) {
        return wait_ms;
    }
    int64_t left_s = (int64_t)date - chatur_now_s();
    if (left_s > MAX_RETRY_AFTER_MS / 1000) {
        return MAX_RETRY_AFTER_MS;
    }
    return left_s > 0 ? left_s * 1000 : 0;
}

static void read_content_type(const char *text, char *type, size_t size)
{
    size_t length = text != NULL ? strcspn(text, "; \t") : 0;
    if (length >= size) {
        length = 0;
    }
    for (size_t i = 0; i < length; i++) {
        type[i] = (char)tolower((unsigned char)text[i]);
    }
    type[length] = '\0';
}

static void read_answer(struct post *post)
{
    struct chatur_http_answer *answer = post->answer;
    long status = 0;
    if (post->answered || CURL_(easy_getinfo)(post->easy, CURLINFO_RESPONSE_CODE, &status) != 0 ||
        status == 0) {
        return;
    }
    post->answered = true;
    answer->status = (int)status;
    read_content_type(header(post->easy, "content-type"), answer->content_type,
                      sizeof(answer->content_type));
    answer->retry_after_ms = read_retry_after(post->easy);
    const char *should_retry = header(post->easy, "x-should-retry");
    if (should_retry != NULL) {
        answer->should_retry = strcmp(should_retry, "true") == 0    ? 1
                               : strcmp(should_retry, "false") == 0 ? 0
                                                                    : -1;
    }
}

/* --- the transfer ----------------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct post *post = context;
    const size_t length = size * count;
    read_answer(post);
    post->too_long = length > post->request->max_bytes - post->received;
    if (post->too_long) {
        return CURL_WRITEFUNC_ERROR;
    }
    post->received += length;
    if (!post->request->take(post->request->context, post->answer, bytes, length)) {
        post->enough = true;
        return CURL_WRITEFUNC_ERROR;
    }
    return length;
}

/* NULL: out of memory. */
static struct curl_slist *make_headers(const struct chatur_http_request *request)
{
    /* Without the second, libcurl would wait for a `100 Continue` before a larger body. */
    static const char *const own[] = {"Content-Type: application/json", "Expect:"};
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < COUNT_OF(own) + request->header_count; i++) {
        const char *line = i < COUNT_OF(own) ? own[i] : request->headers[i - COUNT_OF(own)];
        struct curl_slist *longer = CURL_(slist_append)(list, line);
        if (longer == NULL) {
            CURL_(slist_free_all)(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

static CURLcode set_trust(CURL *easy, const char *ca_file)
{
    if (ca_file[0] == '\0' && !driver.has_ca_folder) {
        return CURLE_OK; /* the bundle that libcurl was built with */
    }
    CURLcode code = CURL_(easy_setopt)(easy, CURLOPT_CAINFO, ca_file[0] != '\0' ? ca_file : NULL);
    if (code == CURLE_OK) {
        code = CURL_(easy_setopt)(easy, CURLOPT_CAPATH, ca_file[0] != '\0' ? NULL : CA_FOLDER);
    }
    return code;
}

static long milliseconds_until(int64_t when_us)
{
    int64_t left_ms = (when_us - chatur_monotonic_us() + 999) / 1000;
    return left_ms < 1 ? 1 : left_ms < INT_MAX ? (long)left_ms : INT_MAX;
}

static CURLcode set_up(struct post *post, struct curl_slist *headers)
{
    const struct chatur_http_request *request = post->request;
    const bool secure = strncmp(request->url, "https://", 8) == 0;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1}, /* a name that resolves too slowly is not waited for */
        {CURLOPT_POST, 1},
        {CURLOPT_POSTFIELDSIZE, (long)request->body_length},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_BUFFERSIZE, RECEIVE_BYTES},
        {CURLOPT_UPLOAD_BUFFERSIZE, SEND_BYTES},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_CONNECTTIMEOUT_MS, milliseconds_until(request->connect_by_us)},
    };
    const struct {
        CURLoption option;
        const void *value;
    } pointers[] = {
        {CURLOPT_URL, request->url},
        {CURLOPT_POSTFIELDS, request->body},
        {CURLOPT_HTTPHEADER, headers},
        {CURLOPT_WRITEDATA, post},
        {CURLOPT_PROTOCOLS_STR, secure ? "https" : "http"},
        {CURLOPT_REDIR_PROTOCOLS_STR, "https"},
        {CURLOPT_PROXY, secure ? NULL : ""}, /* NULL: what the environment says */
    };
    CURLcode code = CURL_(easy_setopt)(post->easy, CURLOPT_WRITEFUNCTION, on_body);
    for (size_t i = 0; code == CURLE_OK && i < COUNT_OF(numbers); i++) {
        code = CURL_(easy_setopt)(post->easy, numbers[i].option, numbers[i].value);
    }
    for (size_t i = 0; code == CURLE_OK && i < COUNT_OF(pointers); i++) {
        code = CURL_(easy_setopt)(post->easy, pointers[i].option, pointers[i].value);
    }
    return code == CURLE_OK ? set_trust(post->easy, request->ca_file) : code;
}

/* Once a head says that this is an error, its body has a short time; a head that is none of ours
 * (1xx) says nothing yet. */
static void hurry_error(struct post *post)
{
    long status = 0;
    if (post->hurried ||
        CURL_(easy_getinfo)(post->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        status < 300) {
        return;
    }
    int64_t until_us = chatur_monotonic_us() + ERROR_BODY_US;
    if (until_us < post->request->quiet_until_us) {
        post->request->quiet_until_us = until_us;
    }
    post->hurried = true;
}

/* Until the transfer ends or a clock runs out. */
static CURLcode transfer(CURLM *multi, struct post *post)
{
    const struct chatur_http_request *request = post->request;
    int running = 1;
    while (running > 0) {
        if (CURL_(multi_perform)(multi, &running) != CURLM_OK) {
            return CURLE_OUT_OF_MEMORY;
        }
        if (running == 0) {
            break;
        }
        hurry_error(post);
        int64_t until_us = request->deadline_us < request->quiet_until_us ? request->deadline_us
                                                                          : request->quiet_until_us;
        if (chatur_monotonic_us() >= until_us) {
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (CURL_(multi_poll)(multi, NULL, 0, (int)milliseconds_until(until_us), NULL) !=
            CURLM_OK) {
            return CURLE_OUT_OF_MEMORY;
        }
    }
    int left = 0;
    const CURLMsg *message = CURL_(multi_info_read)(multi, &left);
    return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
                                                           : CURLE_OUT_OF_MEMORY;
}

static enum chatur_http_end end_of(const struct post *post, CURLcode code)
{
    if (post->enough) {
        return CHATUR_HTTP_ENOUGH;
    }
    if (post->too_long) {
        return CHATUR_HTTP_TOO_LONG;
    }
    switch (code) {
    case CURLE_OK:
        return CHATUR_HTTP_DONE;
    case CURLE_OPERATION_TIMEDOUT:
        return CHATUR_HTTP_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
        return CHATUR_HTTP_NO_MEMORY;
    default:
        return CHATUR_HTTP_NETWORK;
    }
}

enum chatur_http_end chatur_http_post(struct chatur_http_request *request,
                                      struct chatur_http_answer *answer, int *reason)
{
    *answer = (struct chatur_http_answer){.retry_after_ms = -1, .should_retry = -1};
    *reason = 0;
    struct handles *handles = own_handles();
    struct curl_slist *headers = handles != NULL ? make_headers(request) : NULL;
    if (headers == NULL) {
        return CHATUR_HTTP_NO_MEMORY;
    }
    struct post post = {.request = request, .answer = answer, .easy = handles->easy};
    CURLcode code = set_up(&post, headers);
    if (code == CURLE_OK && CURL_(multi_add_handle)(handles->multi, handles->easy) != CURLM_OK) {
        code = CURLE_OUT_OF_MEMORY;
    } else if (code == CURLE_OK) {
        code = transfer(handles->multi, &post);
        read_answer(&post); /* an answer without a body has had no other occasion */
        (void)CURL_(multi_remove_handle)(handles->multi, handles->easy);
    }
    CURL_(slist_free_all)(headers);
    *reason = (int)code;
    if (code != CURLE_OK) {
        drop_handles(handles);
    }
    return end_of(&post, code);
}
