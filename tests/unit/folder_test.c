/* Folders: every acquire looks at the disk here (an interval of 0), and files get mtimes of the
 * past, so that they are settled and no step has to wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"

/* An item is a copy of its file's text. A text that starts with "bad" does not load, two equal
 * texts are refused as a set, and a text of "slow" waits to be let through. */
static atomic_int loads;
static _Atomic int64_t last_updated_s;
static atomic_int live_items;
static atomic_int live_extras;
static sem_t slow_begun;
static sem_t slow_may_end;

static enum chatur_outcome load_text(const struct chatur_folder_file *file, void **item,
                                     struct chatur_error *error)
{
    atomic_fetch_add(&loads, 1);
    if (strncmp(file->bytes, "bad", 3) == 0) {
        return chatur_fail(error, CHATUR_BAD_REQUEST, "%s:1: %s", file->path, file->bytes);
    }
    if (strcmp(file->bytes, "slow") == 0) {
        (void)sem_post(&slow_begun);
        (void)sem_wait(&slow_may_end);
    }
    assert_int_equal(file->bytes[file->length], '\0');
    *item = strdup(file->bytes);
    if (*item == NULL) {
        return chatur_no_memory(error);
    }
    atomic_fetch_add(&live_items, 1);
    atomic_store(&last_updated_s, file->updated_s);
    return CHATUR_OK;
}

static void free_text(void *item)
{
    atomic_fetch_sub(&live_items, 1);
    free(item);
}

static int descending(const void *left, const void *right)
{
    return -strcmp(*(char *const *)left, *(char *const *)right);
}

static enum chatur_outcome adopt_texts(void **items, size_t count, void **extra,
                                       struct chatur_error *error)
{
    qsort(items, count, sizeof(char *), descending);
    for (size_t index = 1; index < count; index++) {
        if (strcmp(items[index - 1], items[index]) == 0) {
            return chatur_fail(error, CHATUR_BAD_REQUEST, "%s twice", (const char *)items[index]);
        }
    }
    size_t *made = malloc(sizeof(*made));
    if (made == NULL) {
        return chatur_no_memory(error);
    }
    *made = count;
    *extra = made;
    atomic_fetch_add(&live_extras, 1);
    return CHATUR_OK;
}

static void free_count(void *extra)
{
    atomic_fetch_sub(&live_extras, 1);
    free(extra);
}

static const struct chatur_folder_kind plain = {
    .extension = ".txt", .max_file_bytes = 100, .load = load_text, .free_item = free_text};
static const struct chatur_folder_kind adopting = {.extension = ".txt",
                                                   .max_file_bytes = 100,
                                                   .load = load_text,
                                                   .free_item = free_text,
                                                   .adopt = adopt_texts,
                                                   .free_extra = free_count};

static char place[64];
static char log_path[64];
static int real_stderr;
static long tick;

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(place, sizeof(place), "/tmp/chatur-folder-XXXXXX");
    (void)snprintf(log_path, sizeof(log_path), "/tmp/chatur-folder-log-XXXXXX");
    atomic_store(&loads, 0);
    int log = mkostemp(log_path, O_CLOEXEC | O_APPEND);
    real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (mkdtemp(place) == NULL || log < 0 || real_stderr < 0 || dup2(log, STDERR_FILENO) < 0) {
        return -1;
    }
    return close(log);
}

static int tear_down(void **state)
{
    (void)state;
    (void)dup2(real_stderr, STDERR_FILENO);
    (void)close(real_stderr);
    (void)remove(log_path);
    /* No other thread is left. NOLINTNEXTLINE(concurrency-mt-unsafe) */
    (void)nftw(place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    /* Nothing may outlive its folder and its views. */
    return atomic_load(&live_items) == 0 && atomic_load(&live_extras) == 0 ? 0 : -1;
}

/* How often the log has `text`. */
static int logged(const char *text)
{
    static char log[65536];
    int file = open(log_path, O_RDONLY | O_CLOEXEC);
    ssize_t length = read(file, log, sizeof(log) - 1);
    (void)close(file);
    log[length > 0 ? length : 0] = '\0';
    int count = 0;
    for (const char *at = log; (at = strstr(at, text)) != NULL; at++) {
        count++;
    }
    return count;
}

static void path_of(char path[PATH_MAX], const char *name)
{
    (void)snprintf(path, PATH_MAX, "%s/%s", place, name);
}

/* Every write has an mtime of its own, in 2001, a nanosecond later than the one before. */
static void age(const char *path)
{
    const struct timespec past = {.tv_sec = 1000000000, .tv_nsec = ++tick};
    assert_int_equal(utimensat(AT_FDCWD, path, (const struct timespec[2]){past, past}, 0), 0);
}

static void write_now(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    assert_int_equal(close(file), 0);
}

static void put(const char *name, const char *text)
{
    char path[PATH_MAX];
    path_of(path, name);
    write_now(path, text);
    age(path);
}

static void take_away(const char *name)
{
    char path[PATH_MAX];
    path_of(path, name);
    assert_int_equal(unlink(path), 0);
}

static struct chatur_folder *new_folder(const struct chatur_folder_kind *kind)
{
    struct chatur_folder *folder = chatur_folder_new(place, kind);
    assert_non_null(folder);
    chatur_folder_set_interval_ms(folder, 0);
    return folder;
}

static void join(const struct chatur_folder_view *view, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t index = 0; index < view->count; index++) {
        size_t length = strlen(text);
        (void)snprintf(text + length, size - length, "%s%s", index > 0 ? " " : "",
                       (const char *)view->items[index]);
    }
}

static void assert_view(const struct chatur_folder_view *view, const char *wanted)
{
    char text[512];
    join(view, text, sizeof(text));
    assert_string_equal(text, wanted);
}

/* Looks, and sees the items `wanted`. */
static void assert_items(struct chatur_folder *folder, const char *wanted)
{
    const struct chatur_folder_view *view;
    struct chatur_error error = {0};
    if (chatur_folder_acquire(folder, &view, &error) != CHATUR_OK) {
        fail_msg("no set: %s", error.detail);
    }
    assert_view(view, wanted);
    chatur_folder_release(view);
}

static void assert_none(struct chatur_folder *folder, const char *detail)
{
    const struct chatur_folder_view *view = (const struct chatur_folder_view *)place;
    struct chatur_error error = {0};
    assert_int_equal(chatur_folder_acquire(folder, &view, &error), CHATUR_INTERNAL);
    assert_null(view);
    assert_non_null(strstr(error.detail, detail));
    assert_int_equal(chatur_folder_acquire(folder, &view, NULL), CHATUR_INTERNAL);
}

static void has_nothing_without_a_folder_or_a_valid_file(void **state)
{
    (void)state;
    struct chatur_folder *folder = new_folder(&plain);
    assert_none(folder, "no valid .txt file");
    put("a.txt", "bad");
    put(".hidden.txt", "hidden");
    put("b.md", "another");
    put(".txt", "no name");
    assert_none(folder, "no valid .txt file");
    assert_int_equal(logged("a.txt:1: bad"), 1);
    put("a.txt", "good");
    assert_items(folder, "good");
    chatur_folder_free(folder);

    folder = chatur_folder_new("/tmp/chatur-folder-none", &plain);
    assert_non_null(folder);
    assert_none(folder, "/tmp/chatur-folder-none: No such file or directory");
    /* Asked again at once: the same answer, without another look. */
    assert_none(folder, "/tmp/chatur-folder-none: No such file or directory");
    assert_int_equal(logged("No such file"), 1);
    chatur_folder_free(folder);
    chatur_folder_free(NULL);
    chatur_folder_release(NULL);
}

static void loads_what_changes_and_nothing_else(void **state)
{
    (void)state;
    struct chatur_folder *folder = new_folder(&plain);
    put("b.txt", "beta");
    put("a.txt", "alpha");
    put("c.txt", "gamma");
    assert_items(folder, "alpha beta gamma");
    assert_int_equal(atomic_load(&loads), 3);
    assert_items(folder, "alpha beta gamma");
    assert_int_equal(atomic_load(&loads), 3);

    put("b.txt", "BETA"); /* as long as before, a nanosecond younger */
    assert_items(folder, "alpha BETA gamma");
    assert_int_equal(atomic_load(&loads), 4);

    put("aa.txt", "new");
    put("d.txt", "last");
    assert_items(folder, "alpha new BETA gamma last");
    assert_int_equal(atomic_load(&loads), 6);

    take_away("a.txt");
    take_away("d.txt");
    assert_items(folder, "new BETA gamma");
    assert_int_equal(atomic_load(&loads), 6);

    /* Replaced as editors do it, keeping size and mtime: another inode. */
    char old_path[PATH_MAX];
    char new_path[PATH_MAX];
    path_of(old_path, "c.txt");
    path_of(new_path, "c.tmp");
    write_now(new_path, "GAMMA");
    struct stat status;
    assert_int_equal(stat(old_path, &status), 0);
    assert_int_equal(utimensat(AT_FDCWD, new_path,
                               (const struct timespec[2]){status.st_atim, status.st_mtim}, 0),
                     0);
    assert_int_equal(rename(new_path, old_path), 0);
    assert_items(folder, "new BETA GAMMA");
    assert_int_equal(atomic_load(&loads), 7);
    chatur_folder_free(folder);
}

static void loads_a_fresh_file_once_more(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct chatur_folder *folder = new_folder(&plain);
    put("a.txt", "old");
    path_of(path, "b.txt");
    write_now(path, "fresh");
    assert_items(folder, "old fresh");
    assert_items(folder, "old fresh");
    assert_int_equal(atomic_load(&loads), 3);
    assert_int_equal(logged("changed"), 0); /* a second look is no news */
    age(path);
    assert_items(folder, "old fresh");
    assert_items(folder, "old fresh");
    assert_int_equal(atomic_load(&loads), 4);
    chatur_folder_free(folder);
}

static void looks_once_in_an_interval(void **state)
{
    (void)state;
    struct chatur_folder *folder = chatur_folder_new(place, &plain);
    assert_non_null(folder);
    put("a.txt", "one");
    assert_items(folder, "one");
    put("a.txt", "two");
    assert_items(folder, "one"); /* a second cannot have passed, or it was a very slow one */
    int64_t begun_us = chatur_monotonic_us();
    const struct chatur_folder_view *view = NULL;
    bool seen = false;
    while (!seen && chatur_monotonic_us() - begun_us < 5000000) {
        assert_int_equal(chatur_folder_acquire(folder, &view, NULL), CHATUR_OK);
        seen = strcmp(view->items[0], "two") == 0;
        chatur_folder_release(view);
        (void)usleep(10000);
    }
    assert_true(seen);
    assert_int_equal(atomic_load(&loads), 2);
    chatur_folder_free(folder);
}

static void keeps_the_last_good_item_of_a_broken_file(void **state)
{
    (void)state;
    struct chatur_folder *folder = new_folder(&plain);
    put("a.txt", "alpha");
    put("b.txt", "beta");
    put("c.txt", "bad from the start");
    for (int look = 0; look < 3; look++) {
        assert_items(folder, "alpha beta");
    }
    assert_int_equal(logged("c.txt:1: bad from the start"), 1);

    put("a.txt", "bad one");
    for (int look = 0; look < 3; look++) {
        assert_items(folder, "alpha beta");
    }
    assert_int_equal(logged("a.txt:1: bad one"), 1);
    put("a.txt", "bad one"); /* written again: said again */
    assert_items(folder, "alpha beta");
    assert_items(folder, "alpha beta");
    assert_int_equal(logged("a.txt:1: bad one"), 2);
    put("b.txt", "BETA"); /* another file's change does not bring it up */
    assert_items(folder, "alpha BETA");
    assert_int_equal(logged("a.txt:1: bad one"), 2);

    put("a.txt", "mended");
    put("c.txt", "mended too");
    assert_items(folder, "mended BETA mended too");

    put("a.txt", "bad two");
    assert_items(folder, "mended BETA mended too");
    take_away("a.txt");
    assert_items(folder, "BETA mended too");
    assert_int_equal(logged("a.txt:1: bad two"), 1);
    chatur_folder_free(folder);
}

static void keeps_the_last_good_item_of_a_file_it_cannot_read(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char large[102];
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    struct chatur_folder *folder = new_folder(&plain);
    put("a.txt", "alpha");
    put("b.txt", "beta");
    assert_items(folder, "alpha beta");
    put("a.txt", large);
    for (int look = 0; look < 3; look++) {
        assert_items(folder, "alpha beta");
    }
    assert_int_equal(logged("a.txt: larger than 100 bytes"), 1);
    large[100] = '\0';
    put("a.txt", large);
    assert_int_equal(strlen(large), 100);
    char wanted[128];
    (void)snprintf(wanted, sizeof(wanted), "%s beta", large);
    assert_items(folder, wanted);

    take_away("a.txt");
    path_of(path, "a.txt");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_items(folder, wanted);
    assert_items(folder, wanted);
    assert_int_equal(logged("a.txt: not a regular file"), 1);
    assert_int_equal(rmdir(path), 0);
    assert_items(folder, "beta");

    assert_int_equal(symlink("nowhere", path), 0);
    assert_items(folder, "beta");
    assert_items(folder, "beta");
    assert_int_equal(logged("a.txt: No such file"), 1);
    put("nowhere", "there now");
    assert_items(folder, "there now beta");
    chatur_folder_free(folder);
}

static void keeps_the_last_good_set_when_one_is_refused(void **state)
{
    (void)state;
    const struct chatur_folder_view *view;
    struct chatur_folder *folder = new_folder(&adopting);
    put("a.txt", "1");
    put("b.txt", "2");
    put("c.txt", "3");
    assert_items(folder, "3 2 1"); /* as adopt sorts */
    put("c.txt", "1");
    put("d.txt", "4");
    for (int look = 0; look < 3; look++) {
        assert_items(folder, "3 2 1");
    }
    assert_int_equal(logged("1 twice"), 1);
    put("b.txt", "22");
    assert_items(folder, "3 2 1");
    assert_int_equal(logged("1 twice"), 2);
    put("c.txt", "33");
    assert_int_equal(chatur_folder_acquire(folder, &view, NULL), CHATUR_OK);
    assert_view(view, "4 33 22 1");
    assert_int_equal(*(size_t *)view->extra, 4);
    chatur_folder_release(view);

    /* Refused from the start: nothing to fall back on. */
    put("a.txt", "4");
    struct chatur_folder *late = new_folder(&adopting);
    assert_none(late, "4 twice");
    put("a.txt", "5");
    assert_items(late, "5 4 33 22");
    chatur_folder_free(late);
    chatur_folder_free(folder);
}

static void keeps_the_last_good_set_when_the_folder_is_gone_or_empty(void **state)
{
    (void)state;
    char aside[80];
    (void)snprintf(aside, sizeof(aside), "%s-aside", place);
    struct chatur_folder *folder = new_folder(&plain);
    put("a.txt", "alpha");
    assert_items(folder, "alpha");
    for (int round = 1; round <= 2; round++) {
        assert_int_equal(rename(place, aside), 0);
        assert_items(folder, "alpha");
        assert_items(folder, "alpha");
        assert_int_equal(logged("No such file"), round);
        assert_int_equal(rename(aside, place), 0);
        assert_items(folder, "alpha");
    }
    take_away("a.txt");
    assert_items(folder, "alpha");
    assert_items(folder, "alpha");
    assert_int_equal(logged("no valid .txt file"), 1);
    put("b.txt", "beta");
    assert_items(folder, "beta");
    chatur_folder_free(folder);
}

static void views_outlive_changes_and_the_folder(void **state)
{
    (void)state;
    const struct chatur_folder_view *first;
    const struct chatur_folder_view *second;
    struct chatur_folder *folder = new_folder(&adopting);
    put("a.txt", "1");
    put("b.txt", "2");
    assert_int_equal(chatur_folder_acquire(folder, &first, NULL), CHATUR_OK);
    put("b.txt", "3");
    assert_int_equal(chatur_folder_acquire(folder, &second, NULL), CHATUR_OK);
    assert_ptr_equal(first->items[1], second->items[1]); /* shared, not loaded again */
    chatur_folder_free(folder);
    assert_view(first, "2 1");
    assert_int_equal(atomic_load(&live_items), 3);
    chatur_folder_release(first);
    assert_int_equal(atomic_load(&live_items), 2);
    assert_view(second, "3 1");
    chatur_folder_release(second);
    assert_int_equal(atomic_load(&live_items), 0);
}

static void checks_strictly(void **state)
{
    (void)state;
    size_t count = 99;
    struct chatur_error error = {0};
    assert_int_equal(chatur_folder_check("/tmp/chatur-folder-none", &plain, &count, &error),
                     CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, "No such file"));
    assert_int_equal(count, 0);
    assert_int_equal(chatur_folder_check(place, &plain, &count, &error), CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, "no valid .txt file"));
    put("a.txt", "1");
    put("b.txt", "bad b");
    put("c.txt", "bad c");
    assert_int_equal(chatur_folder_check(place, &adopting, &count, &error), CHATUR_BAD_REQUEST);
    assert_non_null(strstr(error.detail, "b.txt:1: bad b"));
    put("b.txt", "1");
    put("c.txt", "3");
    assert_int_equal(chatur_folder_check(place, &adopting, &count, &error), CHATUR_BAD_REQUEST);
    assert_string_equal(error.detail, "1 twice");
    assert_int_equal(count, 0);
    put("b.txt", "2");
    assert_int_equal(chatur_folder_check(place, &adopting, &count, NULL), CHATUR_OK);
    assert_int_equal(count, 3);
    char path[PATH_MAX];
    path_of(path, "d.txt");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chatur_folder_check(place, &adopting, &count, &error), CHATUR_BAD_REQUEST);
    assert_int_equal(count, 0);
}

static void *acquire_once(void *argument)
{
    const struct chatur_folder_view *view;
    if (chatur_folder_acquire(argument, &view, NULL) != CHATUR_OK) {
        return NULL;
    }
    void *item = strdup(view->items[0]);
    chatur_folder_release(view);
    return item;
}

static void assert_thread_saw(pthread_t thread, const char *wanted)
{
    void *seen = NULL;
    assert_int_equal(pthread_join(thread, &seen), 0);
    assert_non_null(seen);
    assert_string_equal(seen, wanted);
    free(seen);
}

static void waits_for_the_disk_only_at_first(void **state)
{
    (void)state;
    pthread_t looking;
    pthread_t waiting;
    struct chatur_folder *folder = new_folder(&plain);
    assert_int_equal(sem_init(&slow_begun, 0, 0), 0);
    assert_int_equal(sem_init(&slow_may_end, 0, 0), 0);

    /* The first load: whoever comes meanwhile waits for it and gets it. */
    put("a.txt", "slow");
    chatur_folder_set_interval_ms(folder, 0);
    assert_int_equal(pthread_create(&looking, NULL, acquire_once, folder), 0);
    assert_int_equal(sem_wait(&slow_begun), 0);
    assert_int_equal(pthread_create(&waiting, NULL, acquire_once, folder), 0);
    (void)usleep(20000); /* for it to come to wait; either way it must see the item */
    assert_int_equal(sem_post(&slow_may_end), 0);
    assert_thread_saw(looking, "slow");
    assert_thread_saw(waiting, "slow");

    /* A reload: this thread goes on with what there is while the other one is kept waiting. */
    put("a.txt", "quick");
    assert_items(folder, "quick");
    put("a.txt", "slow");
    assert_int_equal(pthread_create(&looking, NULL, acquire_once, folder), 0);
    assert_int_equal(sem_wait(&slow_begun), 0);
    assert_items(folder, "quick");
    assert_int_equal(sem_post(&slow_may_end), 0);
    assert_thread_saw(looking, "slow");

    assert_int_equal(sem_destroy(&slow_begun), 0);
    assert_int_equal(sem_destroy(&slow_may_end), 0);
    chatur_folder_free(folder);
}

struct readers {
    struct chatur_folder *folder;
    atomic_bool stop;
    atomic_int views;
    atomic_int faults;
};

/* b.txt is always there, and a view is sorted and as many as its extra says. */
static void *read_until_told(void *argument)
{
    struct readers *readers = argument;
    while (!atomic_load(&readers->stop)) {
        const struct chatur_folder_view *view;
        if (chatur_folder_acquire(readers->folder, &view, NULL) != CHATUR_OK) {
            atomic_fetch_add(&readers->faults, 1);
            continue;
        }
        bool good = view->count > 0 && *(const size_t *)view->extra == view->count;
        for (size_t index = 1; good && index < view->count; index++) {
            good = strcmp(view->items[index - 1], view->items[index]) > 0;
        }
        atomic_fetch_add(good ? &readers->views : &readers->faults, 1);
        chatur_folder_release(view);
    }
    return NULL;
}

static void is_read_by_many_while_files_change(void **state)
{
    (void)state;
    struct readers readers = {.folder = new_folder(&adopting)};
    pthread_t threads[8];
    char text[32];
    put("b.txt", "always");
    assert_items(readers.folder, "always"); /* a good set for all that follows */
    for (size_t index = 0; index < 8; index++) {
        assert_int_equal(pthread_create(&threads[index], NULL, read_until_told, &readers), 0);
    }
    for (int round = 0; round < 300; round++) {
        (void)snprintf(text, sizeof(text), "%s %d", round % 5 == 0 ? "bad" : "good", round);
        put("a.txt", text);
        put("c.txt", round % 7 == 0 ? "always" : text);
        if (round % 3 == 0) {
            take_away("a.txt");
        }
    }
    put("a.txt", "1");
    put("c.txt", "2");
    atomic_store(&readers.stop, true);
    for (size_t index = 0; index < 8; index++) {
        assert_int_equal(pthread_join(threads[index], NULL), 0);
    }
    assert_items(readers.folder, "always 2 1");
    assert_int_equal(atomic_load(&readers.faults), 0);
    assert_true(atomic_load(&readers.views) > 0);
    chatur_folder_free(readers.folder);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* --- copies: what one process knows of the last --------------------------------------------------
 * A process is a folder here: a new one starts with what is on the disk and no more. */

static struct chatur_folder *new_process(const struct chatur_folder_kind *kind)
{
    char path[PATH_MAX];
    path_of(path, "state/last-good");
    struct chatur_folder *folder = new_folder(kind);
    assert_true(chatur_folder_keep_copies(folder, path));
    return folder;
}

static void assert_items_of_a_process(const struct chatur_folder_kind *kind, const char *wanted)
{
    struct chatur_folder *folder = new_process(kind);
    assert_items(folder, wanted);
    assert_items(folder, wanted);
    chatur_folder_free(folder);
}

static void assert_warning(struct chatur_folder *folder, const char *wanted)
{
    struct chatur_arena *arena = chatur_arena_new(4096);
    const char *warning = chatur_folder_warning(folder, arena);
    if (wanted == NULL) {
        assert_null(warning);
    } else {
        assert_non_null(warning);
        assert_string_equal(warning, wanted);
    }
    chatur_arena_free(arena);
}

static bool is_there(const char *name)
{
    char path[PATH_MAX];
    path_of(path, name);
    return access(path, F_OK) == 0;
}

static void a_process_starts_with_the_last_good_version(void **state)
{
    (void)state;
    put("a.txt", "alpha");
    put("b.txt", "beta");
    assert_items_of_a_process(&plain, "alpha beta");

    put("a.txt", "bad one");
    put("c.txt", "bad from the start");
    struct chatur_folder *folder = new_process(&plain);
    assert_items(folder, "alpha beta");
    assert_warning(folder, "a.txt is invalid, its last good version stays; "
                           "c.txt is invalid, it is left out");
    assert_int_equal(logged("a.txt: the copy of its last good version is in force"), 1);
    assert_items_of_a_process(&plain, "alpha beta");

    put("a.txt", "mended");
    assert_items(folder, "mended beta");
    assert_warning(folder, "c.txt is invalid, it is left out");
    put("a.txt", "bad two"); /* the copy is of the mended one by now */
    take_away("c.txt");
    assert_items_of_a_process(&plain, "mended beta");
    assert_items(folder, "mended beta");
    chatur_folder_free(folder);

    put("a.txt", "fine");
    folder = new_process(&plain);
    assert_items(folder, "fine beta");
    assert_warning(folder, NULL);
    chatur_folder_free(folder);
}

static void a_process_starts_with_the_last_good_set(void **state)
{
    (void)state;
    put("a.txt", "alpha");
    put("b.txt", "beta");
    assert_items_of_a_process(&adopting, "beta alpha");
    put("b.txt", "gamma");
    put("c.txt", "alpha"); /* refused as a set: nothing of it is kept */
    struct chatur_folder *folder = new_process(&adopting);
    assert_items(folder, "beta alpha");
    assert_items(folder, "beta alpha");
    assert_warning(folder, "these files do not go together, the last ones that did stay");
    take_away("c.txt");
    assert_items(folder, "gamma alpha");
    assert_warning(folder, NULL);
    chatur_folder_free(folder);

    take_away("a.txt");
    take_away("b.txt");
    assert_items_of_a_process(&adopting, "gamma alpha");
}

static void a_copy_goes_with_its_file(void **state)
{
    (void)state;
    put("a.txt", "alpha");
    put("b.txt", "beta");
    struct chatur_folder *folder = new_process(&plain);
    assert_items(folder, "alpha beta");
    assert_true(is_there("state/last-good/a.txt"));
    take_away("a.txt");
    assert_items(folder, "beta");
    assert_false(is_there("state/last-good/a.txt"));
    chatur_folder_free(folder);
    put("a.txt", "bad again"); /* nothing of the old one comes back */
    assert_items_of_a_process(&plain, "beta");

    take_away("a.txt"); /* while no process runs */
    put("c.txt", "gamma");
    take_away("b.txt");
    put("state/last-good/.unfinished-aaaaaa", "left by a killed one, in 2001");
    assert_items_of_a_process(&plain, "gamma");
    assert_false(is_there("state/last-good/b.txt"));
    assert_false(is_there("state/last-good/.unfinished-aaaaaa"));
    assert_true(is_there("state/last-good/c.txt"));
}

static void only_the_service_reads_a_copy_and_none_is_written_in_vain(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct stat before;
    struct stat after;
    put("a.txt", "alpha");
    assert_items_of_a_process(&plain, "alpha");
    path_of(path, "state/last-good");
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_mode & 07777, 0700);
    path_of(path, "state/last-good/a.txt");
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_mode & 07777, 0600);
    assert_items_of_a_process(&plain, "alpha");
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}

static void an_invalid_copy_is_left_out(void **state)
{
    (void)state;
    put("a.txt", "alpha");
    put("b.txt", "beta");
    assert_items_of_a_process(&plain, "alpha beta");
    put("state/last-good/a.txt", "bad for this version");
    put("a.txt", "bad too");
    struct chatur_folder *folder = new_process(&plain);
    for (int look = 0; look < 3; look++) {
        assert_items(folder, "beta");
    }
    assert_int_equal(logged("its last good version is lost: "), 1);
    assert_warning(folder, "a.txt is invalid, it is left out");
    chatur_folder_free(folder);
}

static void lives_without_copies(void **state)
{
    (void)state;
    char path[PATH_MAX];
    put("a.txt", "alpha");
    put("state", "not a folder"); /* what keeps root from writing, too */
    path_of(path, "state/last-good");
    struct chatur_folder *folder = new_process(&plain);
    assert_items(folder, "alpha");
    put("a.txt", "ALPHA");
    assert_items(folder, "ALPHA");
    assert_int_equal(logged("will not know the last good files"), 1);
    chatur_folder_free(folder);
    put("a.txt", "bad");
    folder = new_process(&plain);
    assert_none(folder, "no valid .txt file");
    assert_none(folder, "no valid .txt file");
    assert_int_equal(logged("no last good files either"), 1);
    chatur_folder_free(folder);
}

static void *start_and_end(void *argument)
{
    (void)argument;
    for (int round = 0; round < 50; round++) {
        struct chatur_folder *folder = new_process(&plain);
        const struct chatur_folder_view *view = NULL;
        assert_int_equal(chatur_folder_acquire(folder, &view, NULL), CHATUR_OK);
        assert_int_equal(view->count, 1);
        chatur_folder_release(view);
        chatur_folder_free(folder);
    }
    return NULL;
}

static void many_processes_keep_the_same_copies(void **state)
{
    (void)state;
    pthread_t threads[4];
    put("a.txt", "alpha");
    assert_items_of_a_process(&plain, "alpha");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, start_and_end, NULL), 0);
    }
    char path[PATH_MAX];
    char beside[PATH_MAX];
    path_of(path, "a.txt");
    path_of(beside, "a.new");
    static const char *const texts[] = {"bad", "beta", "a longer one"};
    for (int round = 0; round < 200; round++) {
        write_now(beside, texts[round % 3]);
        assert_int_equal(rename(beside, path), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    put("a.txt", "last");
    assert_items_of_a_process(&plain, "last");
    put("a.txt", "bad");
    assert_items_of_a_process(&plain, "last");
}

static void an_item_is_as_new_as_its_place(void **state)
{
    (void)state;
    put("a.txt", "of 2001"); /* as `cp -p` and `tar x` leave it */
    int64_t now_s = chatur_now_s();
    assert_items_of_a_process(&plain, "of 2001");
    int64_t updated_s = atomic_load(&last_updated_s);
    assert_true(updated_s >= now_s - 5 && updated_s <= now_s + 5);
    put("a.txt", "bad"); /* and its copy says the same */
    assert_items_of_a_process(&plain, "of 2001");
    assert_int_equal(atomic_load(&last_updated_s), updated_s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(has_nothing_without_a_folder_or_a_valid_file),
        IN_A_FOLDER(loads_what_changes_and_nothing_else),
        IN_A_FOLDER(loads_a_fresh_file_once_more),
        IN_A_FOLDER(looks_once_in_an_interval),
        IN_A_FOLDER(keeps_the_last_good_item_of_a_broken_file),
        IN_A_FOLDER(keeps_the_last_good_item_of_a_file_it_cannot_read),
        IN_A_FOLDER(keeps_the_last_good_set_when_one_is_refused),
        IN_A_FOLDER(keeps_the_last_good_set_when_the_folder_is_gone_or_empty),
        IN_A_FOLDER(views_outlive_changes_and_the_folder),
        IN_A_FOLDER(checks_strictly),
        IN_A_FOLDER(waits_for_the_disk_only_at_first),
        IN_A_FOLDER(is_read_by_many_while_files_change),
        IN_A_FOLDER(a_process_starts_with_the_last_good_version),
        IN_A_FOLDER(a_process_starts_with_the_last_good_set),
        IN_A_FOLDER(a_copy_goes_with_its_file),
        IN_A_FOLDER(only_the_service_reads_a_copy_and_none_is_written_in_vain),
        IN_A_FOLDER(an_invalid_copy_is_left_out),
        IN_A_FOLDER(lives_without_copies),
        IN_A_FOLDER(many_processes_keep_the_same_copies),
        IN_A_FOLDER(an_item_is_as_new_as_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
