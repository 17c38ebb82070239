/* Fields: each rule of the table in turn, type before content. The order of the checks on text is
 * what makes the messages helpful: blank, then characters, then length, then form. Values are never
 * part of a message: a message may end up in a log or on someone else's screen. */
#include "base/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/id.h"
#include "base/text.h"

/* One field being read. */
struct reading {
    const struct chatur_field *field;
    void *member;
    struct chatur_arena *arena;
    struct chatur_error *error;
};

static enum chatur_outcome refuse(const struct reading *reading, const char *rule)
{
    return chatur_refuse(reading->error, CHATUR_BAD_REQUEST, "%s %s", reading->field->name, rule);
}

static enum chatur_outcome refuse_bound(const struct reading *reading, const char *rule,
                                        int64_t bound, const char *unit)
{
    return chatur_refuse(reading->error, CHATUR_BAD_REQUEST, "%s is %s %" PRId64 "%s%s)",
                         reading->field->name, rule, bound, unit,
                         *unit != '\0' && bound != 1 ? "s" : "");
}

static enum chatur_outcome read_missing(const struct reading *reading)
{
    return reading->field->optional ? CHATUR_OK : refuse(reading, "is needed");
}

static enum chatur_outcome check_form(const struct reading *reading, const char *text)
{
    switch (reading->field->kind) {
    case CHATUR_ADDRESS:
        return chatur_is_address(text) ? CHATUR_OK : refuse(reading, "must be a mail address");
    case CHATUR_ADDRESSES:
        return chatur_is_address_list(text)
                   ? CHATUR_OK
                   : refuse(reading, "must be a mail address, or several separated by commas");
    case CHATUR_ID:
        return chatur_id_valid(text) ? CHATUR_OK
                                     : refuse(reading, "must be an id of 24 hexadecimal digits");
    case CHATUR_LANGUAGE:
        return chatur_is_language_tag(text)
                   ? CHATUR_OK
                   : refuse(reading, "must be a language tag such as en, pt-BR or zh-Hant");
    default:
        return CHATUR_OK;
    }
}

static void make_lower_case(char *text)
{
    for (; *text != '\0'; text++) {
        if (chatur_is_upper(*text)) {
            *text = (char)(*text - 'A' + 'a');
        }
    }
}

/* Subtags of four letters are scripts (Hant), shorter ones after the first regions (BR). */
static void make_tag_case(char *tag)
{
    make_lower_case(tag);
    for (char *at = strchr(tag, '-'); at != NULL; at = strchr(at + 1, '-')) {
        size_t capitals = strcspn(at + 1, "-") == 4 ? 1 : 2;
        for (size_t i = 1; i <= capitals; i++) {
            at[i] = chatur_to_upper(at[i]);
        }
    }
}

/* Says what there is to choose from, as far as the message has room. */
static enum chatur_outcome refuse_choice(const struct reading *reading)
{
    char list[sizeof(((struct chatur_error *)NULL)->message)] = "";
    size_t used = 0;
    for (const char *const *choice = reading->field->choices; *choice != NULL; choice++) {
        int more =
            snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "", *choice);
        if (more < 0 || (size_t)more >= sizeof(list) - used) {
            break;
        }
        used += (size_t)more;
    }
    return chatur_refuse(reading->error, CHATUR_BAD_REQUEST, "%s must be one of: %s",
                         reading->field->name, list);
}

static enum chatur_outcome read_choice(const struct reading *reading, const char *text)
{
    for (const char *const *choice = reading->field->choices; *choice != NULL; choice++) {
        if (chatur_equals_ignoring_case(*choice, text)) {
            memcpy(reading->member, choice, sizeof(*choice));
            return CHATUR_OK;
        }
    }
    return refuse_choice(reading);
}

static enum chatur_outcome read_text(const struct reading *reading, struct json_object *value)
{
    const struct chatur_field *field = reading->field;
    if (!json_object_is_type(value, json_type_string)) {
        return refuse(reading, "must be a string");
    }
    const char *whole = json_object_get_string(value);
    const char *text = whole;
    size_t length = (size_t)json_object_get_string_len(value);
    ssize_t whole_count = chatur_utf8_count(text, length);
    if (whole_count < 0 || memchr(text, '\0', length) != NULL) {
        return refuse(reading, "must be UTF-8 text without NUL");
    }
    chatur_trim(&text, &length);
    if (chatur_is_blank(text, length)) {
        return read_missing(reading);
    }
    /* Of the whole string: a line break at its end is as wrong in a header as one inside. */
    if (field->kind != CHATUR_TEXT && chatur_has_control(whole)) {
        return refuse(reading, "must not have line breaks or other control characters");
    }
    int64_t count = chatur_utf8_count(text, length);
    if (count < field->min) {
        return refuse_bound(reading, "too short (at least", field->min, " character");
    }
    if (field->max != 0 && count > field->max) {
        return refuse_bound(reading, "too long (at most", field->max, " character");
    }
    char *copy = chatur_arena_strndup(reading->arena, text, length);
    if (copy == NULL) {
        return chatur_no_memory(reading->error);
    }
    if (field->kind == CHATUR_ID) {
        make_lower_case(copy);
    }
    if (field->kind == CHATUR_ONE_OF) {
        return read_choice(reading, copy);
    }
    enum chatur_outcome outcome = check_form(reading, copy);
    if (outcome == CHATUR_OK && field->kind == CHATUR_LANGUAGE) {
        make_tag_case(copy);
    }
    if (outcome == CHATUR_OK) {
        memcpy(reading->member, &copy, sizeof(copy));
    }
    return outcome;
}

/* The number without its fraction, held at the ends of int64 when it is past them. */
static int64_t cut_fraction(double number)
{
    const double past_most = 9223372036854775808.0; /* 2^63; INT64_MAX itself is no double */
    if (number >= past_most) {
        return INT64_MAX;
    }
    return number < -past_most ? INT64_MIN : (int64_t)number;
}

static enum chatur_outcome read_number(const struct reading *reading, struct json_object *value)
{
    const struct chatur_field *field = reading->field;
    int64_t number = 0;
    if (json_object_is_type(value, json_type_int)) {
        number = json_object_get_int64(value);
    } else if (json_object_is_type(value, json_type_double)) {
        number = cut_fraction(json_object_get_double(value));
    } else {
        return refuse(reading, "must be a number");
    }
    if (number < field->min) {
        return refuse_bound(reading, "too small (at least", field->min, "");
    }
    if (field->max != 0 && number > field->max) {
        return refuse_bound(reading, "too large (at most", field->max, "");
    }
    memcpy(reading->member, &number, sizeof(number));
    return CHATUR_OK;
}

enum chatur_outcome chatur_fields_read(struct json_object *body, const struct chatur_field *fields,
                                       size_t count, void *into, struct chatur_arena *arena,
                                       struct chatur_error *error)
{
    enum chatur_outcome outcome = CHATUR_OK;
    for (size_t i = 0; i < count && outcome == CHATUR_OK; i++) {
        struct reading reading = {&fields[i], (char *)into + fields[i].offset, arena, error};
        struct json_object *value = NULL;
        bool named = json_object_object_get_ex(body, fields[i].name, &value);
        if (named && value == NULL && fields[i].no_null) {
            outcome = refuse(&reading, "must not be null");
        } else if (value == NULL) {
            outcome = read_missing(&reading);
        } else if (fields[i].kind == CHATUR_NUMBER) {
            outcome = read_number(&reading, value);
        } else {
            outcome = read_text(&reading, value);
        }
    }
    return outcome;
}
