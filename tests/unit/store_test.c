/* The contract on SQLite in its three settings, and SQLite's own cases. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store_cases.h"
#include "store_place.h"

static int run_contract(const char *name, const char *durability)
{
    struct sqlite_place place;
    place_make(&place, durability);
    const struct store_backend backend = {.name = name,
                                          .context = &place,
                                          .reset = place_empty,
                                          .open = place_open,
                                          .reserved_coins = place_reserved_coins,
                                          .is_sound = place_is_sound};
    int failed = store_contract_run(&backend);
    place_remove(&place);
    return failed;
}

/* --- a file system without shared memory, where there is no write-ahead log --- */

/* Filled before the first store is opened: those of the ordinary file system, but of the version
 * before there were methods for shared memory. */
static sqlite3_io_methods plain_methods;

static int open_plain(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *flags_out)
{
    sqlite3_vfs *ordinary = sqlite3_vfs_find("unix");
    (void)vfs;
    int code = ordinary->xOpen(ordinary, name, file, flags, flags_out);
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
        file->pMethods = &plain_methods;
    }
    return code;
}

static void fill_plain_methods(void)
{
    struct sqlite_place place;
    sqlite3 *database = NULL;
    sqlite3_file *file = NULL;
    place_make(&place, "full");
    if (mkdir(place.folder, 0700) != 0 || sqlite3_open(place.path, &database) != SQLITE_OK ||
        sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&file) !=
            SQLITE_OK) {
        abort();
    }
    plain_methods = *file->pMethods;
    plain_methods.iVersion = 1;
    (void)sqlite3_close(database);
    place_remove(&place);
}

static void nothing_is_logged_ahead(void **state)
{
    (void)state;
    struct sqlite_place place;
    place_make(&place, "normal");
    struct chatur_store *store = place_open(&place);
    assert_outcome(chatur_store_ping(store, NULL), CHATUR_OK);
    assert_outcome(chatur_store_user_suspend(store, "ada", true, NULL), CHATUR_NOT_FOUND);
    char log[sizeof(place.path) + 16];
    (void)snprintf(log, sizeof(log), "%s-wal", place.path);
    assert_int_not_equal(access(log, F_OK), 0);
    (void)snprintf(log, sizeof(log), "%s-journal", place.path);
    assert_int_equal(access(log, F_OK), 0);
    chatur_store_free(store);
    place_remove(&place);
}

static int run_contract_without_shared_memory(void)
{
    static const struct CMUnitTest mode[] = {cmocka_unit_test(nothing_is_logged_ahead)};
    sqlite3_vfs plain = *sqlite3_vfs_find("unix");
    plain.zName = "plain";
    plain.xOpen = open_plain;
    fill_plain_methods();
    if (sqlite3_vfs_register(&plain, 1) != SQLITE_OK) {
        abort();
    }
    int failed = cmocka_run_group_tests_name("sqlite, no shared memory", mode, NULL, NULL);
    failed += run_contract("sqlite, rollback journal", "normal");
    (void)sqlite3_vfs_unregister(&plain);
    return failed;
}

int main(void)
{
    chatur_log_start("store_test", CHATUR_ERROR); /* some warnings are provoked here */
    int failed = _cmocka_run_group_tests("sqlite alone", store_sqlite_cases.tests,
                                         store_sqlite_cases.count, NULL, NULL);
    failed += _cmocka_run_group_tests("sqlite, tables", store_schema_cases.tests,
                                      store_schema_cases.count, NULL, NULL);
    failed += _cmocka_run_group_tests("sqlite, batches", store_batch_cases.tests,
                                      store_batch_cases.count, NULL, NULL);
    failed += run_contract("sqlite, full", "full");
    failed += run_contract("sqlite, normal", "normal");
    failed += run_contract_without_shared_memory();
    return failed == 0 ? 0 : 1;
}
