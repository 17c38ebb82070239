/* Values. What is absent, null or of another type than it should be reads as nothing: documents
 * come from several versions of another service as well, and none of them may end a request. */
#include "store/mongo_store.h"

#include <string.h>

/* The doubles that an int64_t can hold. */
#define LOWEST (-9223372036854775808.0)
#define BEYOND 9223372036854775808.0

const char *mongo_text(const bson_t *document, const char *field)
{
    bson_iter_t at;
    bool is_text = bson_iter_init_find(&at, document, field) && BSON_ITER_HOLDS_UTF8(&at);
    return is_text ? bson_iter_utf8(&at, NULL) : "";
}

static int64_t whole(double number)
{
    if (!(number >= LOWEST)) { /* nor is NaN */
        return number < LOWEST ? INT64_MIN : 0;
    }
    return number < BEYOND ? (int64_t)number : INT64_MAX;
}

int64_t mongo_number(const bson_t *document, const char *field)
{
    bson_iter_t at;
    if (!bson_iter_init_find(&at, document, field)) {
        return 0;
    }
    switch (bson_iter_type(&at)) {
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
        return bson_iter_as_int64(&at);
    case BSON_TYPE_DOUBLE:
        return whole(bson_iter_double(&at));
    default:
        return 0;
    }
}

int64_t mongo_time_ms(const bson_t *document, const char *field)
{
    bson_iter_t at;
    bool is_time = bson_iter_init_find(&at, document, field) && BSON_ITER_HOLDS_DATE_TIME(&at);
    return is_time ? bson_iter_date_time(&at) : 0;
}

bool mongo_flag(const bson_t *document, const char *field)
{
    bson_iter_t at;
    return bson_iter_init_find(&at, document, field) && bson_iter_as_bool(&at);
}

bool mongo_has(const bson_t *document, const char *field)
{
    bson_iter_t at;
    return bson_iter_init_find(&at, document, field) && !BSON_ITER_HOLDS_NULL(&at);
}

bool mongo_inner(const bson_t *document, const char *field, bson_t *inner)
{
    bson_iter_t at;
    if (!bson_iter_init_find(&at, document, field) || !BSON_ITER_HOLDS_DOCUMENT(&at)) {
        return false;
    }
    const uint8_t *bytes = NULL;
    uint32_t length = 0;
    bson_iter_document(&at, &length, &bytes);
    return bson_init_static(inner, bytes, length);
}

bool mongo_oid(const bson_t *document, const char *field, bson_oid_t *oid)
{
    bson_iter_t at;
    bool is_oid = bson_iter_init_find(&at, document, field) && BSON_ITER_HOLDS_OID(&at);
    if (is_oid) {
        *oid = *bson_iter_oid(&at);
    }
    return is_oid;
}

bool mongo_id(const bson_t *document, const char *field, char id[CHATUR_ID_LENGTH + 1])
{
    bson_oid_t oid;
    bool is_oid = mongo_oid(document, field, &oid);
    id[0] = '\0';
    if (is_oid) {
        bson_oid_to_string(&oid, id);
    }
    return is_oid;
}

bson_oid_t mongo_oid_of(const char *id)
{
    bson_oid_t oid;
    bson_oid_init_from_string(&oid, id);
    return oid;
}

bson_oid_t mongo_oid_new(void)
{
    char id[CHATUR_ID_LENGTH + 1];
    chatur_id_new(id);
    return mongo_oid_of(id);
}
