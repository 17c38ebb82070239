/* Never leaves the process, so it is as simple as can be: two members as they are in memory, then
 * the strings, each with its NUL. */
#include "auth/snapshot.h"

#include <string.h>

#define FIXED_BYTES (sizeof(int64_t) + sizeof(bool))

static bool append(struct chatur_cache_value *value, const void *bytes, size_t length)
{
    if (length > sizeof(value->bytes) - value->length) {
        return false;
    }
    memcpy(value->bytes + value->length, bytes, length);
    value->length += length;
    return true;
}

static bool append_string(struct chatur_cache_value *value, const char *string)
{
    return append(value, string, strlen(string) + 1);
}

bool chatur_snapshot_write(const struct chatur_user *user, struct chatur_cache_value *value)
{
    value->length = 0;
    return append(value, &user->created_s, sizeof(user->created_s)) &&
           append(value, &user->suspended, sizeof(user->suspended)) &&
           append_string(value, user->id) && append_string(value, user->uid) &&
           append_string(value, user->email) && append_string(value, user->name);
}

bool chatur_snapshot_read(const struct chatur_cache_value *value, struct chatur_arena *arena,
                          struct chatur_user *user)
{
    const char *at = chatur_arena_strndup(arena, (const char *)value->bytes + FIXED_BYTES,
                                          value->length - FIXED_BYTES);
    const char **strings[] = {&user->id, &user->uid, &user->email, &user->name};
    *user = (struct chatur_user){.picture = ""};
    if (at == NULL) {
        return false;
    }
    memcpy(&user->created_s, value->bytes, sizeof(user->created_s));
    memcpy(&user->suspended, value->bytes + sizeof(user->created_s), sizeof(user->suspended));
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        *strings[i] = at;
        at += strlen(at) + 1;
    }
    return true;
}
