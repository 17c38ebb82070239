/* Fields: what an endpoint expects of its body, as a table. One call checks every rule and fills
 * the endpoint's own struct; the first broken rule is a CHATUR_BAD_REQUEST that names the field.
 *
 *     struct order { const char *subject; const char *to; };
 *     static const struct chatur_field fields[] = {
 *         {"subject", CHATUR_LINE, .max = 200, .offset = offsetof(struct order, subject)},
 *         {"toEmail", CHATUR_ADDRESSES, .max = 254, .offset = offsetof(struct order, to)},
 *     };
 *
 * A field the table does not name is ignored: older and newer clients send some. */
#ifndef CHATUR_BASE_FIELDS_H
#define CHATUR_BASE_FIELDS_H

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/outcome.h"

enum chatur_field_kind {
    /* These fill a `const char *` with a trimmed copy in the arena; blank (chatur_is_blank) is as
     * missing. min and max count Unicode code points of the trimmed text. */
    CHATUR_TEXT,      /* any text */
    CHATUR_LINE,      /* no control characters, not even at the ends: fit for a header or a log;
                         chatur_has_control says which they are */
    CHATUR_ADDRESS,   /* one mail address, and a line */
    CHATUR_ADDRESSES, /* one or more separated by commas, and a line */
    CHATUR_ID,        /* 24 hex digits, made lower case */
    CHATUR_LANGUAGE,  /* a tag of BCP 47 with at most script and region, in its usual case: pt-BR */
    CHATUR_ONE_OF,    /* one of `choices` in any case; filled with that choice, no copy */
    /* This fills an `int64_t`; min and max are its bounds. A JSON number with a fraction is cut. */
    CHATUR_NUMBER,
};

struct chatur_field {
    const char *name;
    enum chatur_field_kind kind;
    bool optional; /* missing or null leaves the struct's member as it was */
    bool no_null;  /* null is refused as any other type would be */
    int64_t min;
    int64_t max; /* 0: no upper bound */
    size_t offset;
    const char *const *choices; /* of CHATUR_ONE_OF, NULL-terminated */
};

/* Fills `*into` from `body`. Strings live as long as the arena. After a failure the members before
 * the broken one are filled. No message has a value in it.
 * CHATUR_OK, CHATUR_BAD_REQUEST, CHATUR_INTERNAL (out of memory). */
CHATUR_MUST_CHECK enum chatur_outcome
chatur_fields_read(struct json_object *body, const struct chatur_field *fields, size_t count,
                   void *into, struct chatur_arena *arena, struct chatur_error *error);

#endif
