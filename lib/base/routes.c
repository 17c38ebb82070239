#include "base/routes.h"

#include <string.h>

static const char *const names[CHATUR_WRITERS] = {
    [CHATUR_WRITER_OPENAI] = "openai",
    [CHATUR_WRITER_OPT] = "opt",
    [CHATUR_WRITER_OFFLINE] = "offline",
};

const char *chatur_writer_name(enum chatur_writer writer)
{
    return names[writer];
}

bool chatur_routes_use(const struct chatur_routes *routes, enum chatur_writer writer)
{
    for (size_t i = 0; i < routes->count; i++) {
        if (routes->items[i].writer == writer && routes->items[i].weight > 0) {
            return true;
        }
    }
    return false;
}

static bool is_named(const struct chatur_routes *routes, enum chatur_writer writer)
{
    for (size_t i = 0; i < routes->count; i++) {
        if (routes->items[i].writer == writer) {
            return true;
        }
    }
    return false;
}

static const char *skip_spaces(const char *at)
{
    return at + strspn(at, " ");
}

/* Past the name at `at`, or NULL when it is nobody's. */
static const char *read_name(const char *at, enum chatur_writer *writer)
{
    size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < CHATUR_WRITERS; i++) {
        if (strlen(names[i]) == length && strncmp(names[i], at, length) == 0) {
            *writer = (enum chatur_writer)i;
            return at + length;
        }
    }
    return NULL;
}

/* Past the digits at `at`, or NULL when they are not a weight. */
static const char *read_weight(const char *at, unsigned *weight)
{
    size_t digits = strspn(at, "0123456789");
    if (digits == 0 || digits > 4) {
        return NULL;
    }
    *weight = 0;
    for (size_t i = 0; i < digits; i++) {
        *weight = *weight * 10 + (unsigned)(at[i] - '0');
    }
    return *weight <= CHATUR_MAX_WEIGHT ? at + digits : NULL;
}

const char *chatur_routes_parse(const char *text, struct chatur_routes *routes)
{
    static const char syntax[] =
        "must be groups separated by ; of names separated by commas, each with at most a weight, "
        "such as openai=80,opt=20;offline";
    unsigned group = 0;
    unsigned weights = 0;
    routes->count = 0;
    for (const char *at = text;; at++) {
        struct chatur_route route = {.group = group, .weight = 1};
        at = read_name(skip_spaces(at), &route.writer);
        if (at == NULL) {
            return *text == '\0' ? syntax
                                 : "must name only openai, opt and offline, in groups "
                                   "such as openai=80,opt=20;offline";
        }
        at = skip_spaces(at);
        if (*at == '=') {
            at = read_weight(skip_spaces(at + 1), &route.weight);
            if (at == NULL) {
                return "must have weights from 0 to 1000";
            }
            at = skip_spaces(at);
        }
        if (is_named(routes, route.writer)) {
            return "must name each generator once";
        }
        routes->items[routes->count++] = route;
        weights += route.weight;
        if (*at == '\0') {
            return weights > 0 ? NULL : "must have a weight above 0";
        }
        if (*at != ',' && *at != ';') {
            return syntax;
        }
        group += *at == ';';
    }
}
