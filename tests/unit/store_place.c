#include "store_place.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void place_make(struct sqlite_place *place, const char *durability)
{
    *place = (struct sqlite_place){.root = "/tmp/chatur-store-XXXXXX"};
    if (mkdtemp(place->root) == NULL) {
        abort();
    }
    (void)snprintf(place->folder, sizeof(place->folder), "%s/data", place->root);
    (void)snprintf(place->path, sizeof(place->path), "%s/chatur.db", place->folder);
    (void)snprintf(place->uri, sizeof(place->uri), "sqlite:%s", place->path);
    place->config.db_uri = place->uri;
    place->config.db_durability = durability;
}

void place_empty(void *context)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    const struct sqlite_place *place = context;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char path[sizeof(place->path) + 16];
        (void)snprintf(path, sizeof(path), "%s%s", place->path, endings[i]);
        (void)unlink(path);
    }
    (void)rmdir(place->folder);
}

void place_remove(struct sqlite_place *place)
{
    place_empty(place);
    (void)rmdir(place->root);
}

int place_set_up(void **state)
{
    struct sqlite_place *place = calloc(1, sizeof(*place));
    if (place == NULL) {
        return -1;
    }
    place_make(place, "full");
    *state = place;
    return 0;
}

int place_tear_down(void **state)
{
    place_remove(*state);
    free(*state);
    return 0;
}

struct chatur_store *place_open(void *context)
{
    const struct sqlite_place *place = context;
    struct chatur_store *store = NULL;
    return chatur_store_new(&place->config, &store, NULL) == CHATUR_OK ? store : NULL;
}

const char *place_ask(const struct sqlite_place *place, const char *sql, const char *value)
{
    static char answer[512];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_open(place->path, &database);
    (void)sqlite3_busy_timeout(database, 5000);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    }
    if (code == SQLITE_OK && value != NULL) {
        code = sqlite3_bind_text(statement, 1, value, -1, SQLITE_STATIC);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        (void)snprintf(answer, sizeof(answer), "%s", text == NULL ? "" : text);
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(database);
    return code == SQLITE_ROW || code == SQLITE_DONE ? answer : NULL;
}

int64_t place_reserved_coins(void *context, const char *uid)
{
    const char *answer =
        place_ask(context, "SELECT coalesce(sum(coins), 0) FROM reservations WHERE uid = ?1", uid);
    return answer == NULL ? -1 : strtoll(answer, NULL, 10);
}

bool place_is_sound(void *context)
{
    const char *integrity = place_ask(context, "PRAGMA integrity_check", NULL);
    if (integrity == NULL || strcmp(integrity, "ok") != 0) {
        return false;
    }
    const char *orphan = place_ask(context, "PRAGMA foreign_key_check", NULL);
    return orphan != NULL && orphan[0] == '\0';
}
