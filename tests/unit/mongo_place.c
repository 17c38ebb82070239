#include "mongo_place.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/library.h"
#include "base/outcome.h"
#include "store/store_admin.h"

static const char *const collections[] = {"usermodels", "generatedemails", "feedbackmodels"};

/* What only tests use of the driver. */
static __typeof__(bson_new_from_json) *new_from_json;
static __typeof__(mongoc_uri_new) *new_uri;
static __typeof__(mongoc_collection_insert_many) *insert_many;

static void give_up(const char *why, const char *detail)
{
    (void)fprintf(stderr, "%s: %s\n", why, detail);
    abort();
}

static void start_server(struct mongo_place *place, const char *const *options)
{
    char *arguments[8] = {strdup("tests/mongodb")};
    int ends[2];
    for (size_t i = 0; options[i] != NULL && i + 2 < 8; i++) {
        arguments[i + 1] = strdup(options[i]);
    }
    if (pipe(ends) != 0) {
        give_up("pipe", "failed");
    }
    place->starter = fork();
    if (place->starter == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execv(arguments[0], arguments);
        _exit(127);
    }
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        free(arguments[i]);
    }
    (void)close(ends[1]);
    char line[sizeof(place->uri) + 32] = "";
    FILE *output = fdopen(ends[0], "r");
    if (output == NULL || fgets(line, sizeof(line), output) == NULL) {
        give_up("tests/mongodb", "no MongoDB server could be started");
    }
    (void)fclose(output);
    char *space = strchr(line, ' ');
    if (space == NULL) {
        give_up("tests/mongodb", line);
    }
    *space = '\0';
    (void)snprintf(place->uri, sizeof(place->uri), "%s", line);
    place->server = (pid_t)strtol(space + 1, NULL, 10);
}

static void ignore_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

void mongo_place_make(struct mongo_place *place, const char *const *options)
{
    const struct chatur_symbol symbols[] = {{"bson_new_from_json", &new_from_json},
                                            {"mongoc_uri_new", &new_uri},
                                            {"mongoc_collection_insert_many", &insert_many}};
    struct chatur_error error = {0};
    struct chatur_store *store = NULL;
    *place = (struct mongo_place){.starter = -1};
    start_server(place, options);
    place->config.db_uri = place->uri;
    place->config.db_durability = "full";
    if (chatur_library_load("libmongoc-1.0.so.0", "libmongoc-1.0-0", symbols, 3, &error) !=
            CHATUR_OK ||
        chatur_store_new(&place->config, &store, &error) != CHATUR_OK ||
        chatur_store_prepare(store, ignore_line, NULL, &error) != CHATUR_OK) {
        give_up("the database cannot be prepared", error.detail);
    }
    chatur_store_free(store);
    mongoc_uri_t *uri = new_uri(place->uri);
    (void)snprintf(place->database, sizeof(place->database), "%s", mongoc_uri_get_database(uri));
    place->client = mongoc_client_new_from_uri_with_error(uri, NULL);
    (void)mongoc_client_set_error_api(place->client, MONGOC_ERROR_API_VERSION_2);
    mongoc_uri_destroy(uri);
}

void mongo_place_remove(struct mongo_place *place)
{
    bson_error_t problem;
    bson_t *command = BCON_NEW("dropDatabase", BCON_INT32(1));
    (void)mongoc_client_command_simple(place->client, place->database, command, NULL, NULL,
                                       &problem);
    bson_destroy(command);
    mongoc_client_destroy(place->client);
    (void)kill(place->starter, SIGTERM);
    (void)waitpid(place->starter, NULL, 0);
}

static mongoc_collection_t *open_collection(const struct mongo_place *place, const char *name)
{
    return mongoc_client_get_collection(place->client, place->database, name);
}

void mongo_place_empty(void *context)
{
    const struct mongo_place *place = context;
    for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
        bson_error_t problem;
        bson_t *all = bson_new();
        mongoc_collection_t *collection = open_collection(place, collections[i]);
        if (!mongoc_collection_delete_many(collection, all, NULL, NULL, &problem)) {
            give_up("the database cannot be emptied", problem.message);
        }
        mongoc_collection_destroy(collection);
        bson_destroy(all);
    }
}

struct chatur_store *mongo_place_open(void *context)
{
    const struct mongo_place *place = context;
    struct chatur_store *store = NULL;
    return chatur_store_new(&place->config, &store, NULL) == CHATUR_OK ? store : NULL;
}

static bson_t *parse(const char *json)
{
    bson_error_t problem;
    bson_t *document = new_from_json((const uint8_t *)json, -1, &problem);
    if (document == NULL) {
        give_up("bad JSON in a test", problem.message);
    }
    return document;
}

static int64_t visit(const struct mongo_place *place, const char *name, const char *filter,
                     bson_t **first)
{
    int64_t count = 0;
    bson_error_t problem;
    const bson_t *found = NULL;
    bson_t *parsed = parse(filter);
    mongoc_collection_t *collection = open_collection(place, name);
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(collection, parsed, NULL, NULL);
    while (mongoc_cursor_next(cursor, &found)) {
        if (count++ == 0 && first != NULL) {
            *first = bson_copy(found);
        }
    }
    if (mongoc_cursor_error(cursor, &problem)) {
        give_up("a test's query failed", problem.message);
    }
    mongoc_cursor_destroy(cursor);
    mongoc_collection_destroy(collection);
    bson_destroy(parsed);
    return count;
}

bson_t *mongo_place_find(struct mongo_place *place, const char *name, const char *filter)
{
    bson_t *first = NULL;
    (void)visit(place, name, filter, &first);
    return first;
}

int64_t mongo_place_count(struct mongo_place *place, const char *name, const char *filter)
{
    return visit(place, name, filter, NULL);
}

bool mongo_place_insert(struct mongo_place *place, const char *name, const char *json)
{
    bson_error_t problem;
    bson_t *document = parse(json);
    mongoc_collection_t *collection = open_collection(place, name);
    bool is_stored = mongoc_collection_insert_one(collection, document, NULL, NULL, &problem);
    if (!is_stored && problem.code != 11000) {
        give_up("a test's insert failed", problem.message);
    }
    mongoc_collection_destroy(collection);
    bson_destroy(document);
    return is_stored;
}

void mongo_place_fill(struct mongo_place *place, const char *uid, int count)
{
    enum { AT_ONCE = 100 };
    mongoc_collection_t *collection = open_collection(place, "generatedemails");
    for (int done = 0; done < count; done += AT_ONCE) {
        bson_t *made[AT_ONCE];
        const bson_t *documents[AT_ONCE];
        bson_error_t problem;
        for (int i = 0; i < AT_ONCE; i++) {
            made[i] = BCON_NEW("userId", BCON_UTF8(uid), "createdOn", BCON_INT64(done + i));
            documents[i] = made[i];
        }
        if (!insert_many(collection, documents, AT_ONCE, NULL, NULL, &problem)) {
            give_up("a test's inserts failed", problem.message);
        }
        for (int i = 0; i < AT_ONCE; i++) {
            bson_destroy(made[i]);
        }
    }
    mongoc_collection_destroy(collection);
}

void mongo_place_update(struct mongo_place *place, const char *name, const char *filter,
                        const char *update)
{
    bson_error_t problem;
    bson_t reply;
    bson_iter_t at;
    bson_t *which = parse(filter);
    bson_t *change = parse(update);
    mongoc_collection_t *collection = open_collection(place, name);
    if (!mongoc_collection_update_one(collection, which, change, NULL, &reply, &problem)) {
        give_up("a test's update failed", problem.message);
    }
    if (!bson_iter_init_find(&at, &reply, "matchedCount") || bson_iter_as_int64(&at) != 1) {
        give_up("a test's update found nothing", filter);
    }
    mongoc_collection_destroy(collection);
    bson_destroy(change);
    bson_destroy(which);
    bson_destroy(&reply);
}

int64_t mongo_place_reserved_coins(void *context, const char *uid)
{
    struct mongo_place *place = context;
    int64_t sum = 0;
    bson_iter_t at;
    bson_iter_t entry;
    bson_iter_t cost;
    bson_t *filter = BCON_NEW("uid", BCON_UTF8(uid));
    const bson_t *user = NULL;
    mongoc_collection_t *collection = open_collection(place, "usermodels");
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(collection, filter, NULL, NULL);
    if (mongoc_cursor_next(cursor, &user) && bson_iter_init_find(&at, user, "reservations") &&
        bson_iter_recurse(&at, &entry)) {
        while (bson_iter_next(&entry)) {
            if (bson_iter_recurse(&entry, &cost)) {
                while (bson_iter_next(&cost)) {
                    sum +=
                        strcmp(bson_iter_key(&cost), "cost") == 0 ? bson_iter_as_int64(&cost) : 0;
                }
            }
        }
    }
    bson_error_t problem;
    if (mongoc_cursor_error(cursor, &problem)) {
        sum = -1;
    }
    mongoc_cursor_destroy(cursor);
    mongoc_collection_destroy(collection);
    bson_destroy(filter);
    return sum;
}

static int64_t quick_count(const struct mongo_place *place, const char *name)
{
    bson_t reply;
    bson_error_t problem;
    bson_t *command = BCON_NEW("count", BCON_UTF8(name));
    int64_t count = 0;
    bson_iter_t at;
    if (mongoc_client_command_simple(place->client, place->database, command, NULL, &reply,
                                     &problem) &&
        bson_iter_init_find(&at, &reply, "n")) {
        count = bson_iter_as_int64(&at);
    }
    bson_destroy(&reply);
    bson_destroy(command);
    return count;
}

/* Commands of a process that was just killed may still be running in the server: until nothing has
 * changed for a while. */
static void wait_until_quiet(const struct mongo_place *place)
{
    const struct timespec pause = {.tv_nsec = 30000000};
    bson_t *last = NULL;
    for (int i = 0; i < 100; i++) {
        bson_t *now = NULL;
        (void)visit(place, "usermodels", "{}", &now);
        if (now == NULL) {
            break;
        }
        for (size_t j = 0; j < sizeof(collections) / sizeof(collections[0]); j++) {
            BSON_APPEND_INT64(now, "count", quick_count(place, collections[j]));
        }
        bool same = last != NULL && last->len == now->len &&
                    memcmp(bson_get_data(last), bson_get_data(now), now->len) == 0;
        bson_destroy(last);
        last = now;
        if (same) {
            break;
        }
        (void)nanosleep(&pause, NULL);
    }
    bson_destroy(last);
}

/* No user is left half erased, and nothing is of nobody. */
bool mongo_place_is_sound(void *context)
{
    struct mongo_place *place = context;
    wait_until_quiet(place);
    bool is_sound =
        mongo_place_count(place, "usermodels", "{\"erasing\": {\"$exists\": true}}") == 0;
    for (size_t i = 1; i < sizeof(collections) / sizeof(collections[0]); i++) {
        const bson_t *found = NULL;
        bson_t *owned = parse("{\"userId\": {\"$exists\": true}}");
        mongoc_collection_t *collection = open_collection(place, collections[i]);
        bson_t *options = BCON_NEW("projection", "{", "userId", BCON_INT32(1), "}");
        mongoc_cursor_t *cursor =
            mongoc_collection_find_with_opts(collection, owned, options, NULL);
        char known[256] = "";
        while (is_sound && mongoc_cursor_next(cursor, &found)) {
            bson_iter_t at;
            const char *uid =
                bson_iter_init_find(&at, found, "userId") ? bson_iter_utf8(&at, NULL) : NULL;
            if (uid == NULL || strcmp(uid, known) == 0) {
                continue;
            }
            (void)snprintf(known, sizeof(known), "%s", uid);
            bson_t *filter = BCON_NEW("uid", BCON_UTF8(uid));
            const bson_t *user = NULL;
            mongoc_collection_t *users = open_collection(place, "usermodels");
            mongoc_cursor_t *one = mongoc_collection_find_with_opts(users, filter, NULL, NULL);
            is_sound = mongoc_cursor_next(one, &user);
            mongoc_cursor_destroy(one);
            mongoc_collection_destroy(users);
            bson_destroy(filter);
        }
        mongoc_cursor_destroy(cursor);
        mongoc_collection_destroy(collection);
        bson_destroy(options);
        bson_destroy(owned);
    }
    return is_sound;
}
