/* Errors have one shape in the specification and many in the field: {"error": {"message", "type",
 * "param", "code"}} is OpenAI's, the same without the wrapping or with a number as the code older
 * vLLM's, {"error": "…"} and {"detail": "…"} those of servers on FastAPI. They are read for what
 * they have in common: a few words that name the class. */
#include "generate/openai_wire.h"

#include <json-c/json_object.h>
#include <string.h>

#include "base/json.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Cold enough for a base model to stay with the subject. */
#define TEMPERATURE "0.7"

/* OPT repeats itself without. */
#define REPETITION_PENALTY "1.15"

/* Counts are added up, and no answer has more tokens. */
#define MAX_COUNT INT64_C(1000000000)

/* --- writing ---------------------------------------------------------------------------------- */

static void put_text(struct chatur_buffer *buffer, const char *key, const char *value)
{
    chatur_buffer_printf(buffer, "\"%s\":", key);
    chatur_buffer_json_string(buffer, value);
}

static void put_messages(struct chatur_buffer *buffer, const struct chatur_prompt *prompt)
{
    chatur_buffer_puts(buffer, "\"messages\":[{\"role\":\"system\",");
    put_text(buffer, "content", prompt->system);
    chatur_buffer_puts(buffer, "},{\"role\":\"user\",");
    put_text(buffer, "content", prompt->user);
    chatur_buffer_puts(buffer, "}]");
}

static void put_stops(struct chatur_buffer *buffer, const struct chatur_prompt *prompt)
{
    chatur_buffer_puts(buffer, ",\"stop\":[");
    for (size_t i = 0; i < prompt->stop_count; i++) {
        chatur_buffer_puts(buffer, i > 0 ? "," : "");
        chatur_buffer_json_string(buffer, prompt->stops[i]);
    }
    chatur_buffer_puts(buffer, "]");
}

void chatur_wire_write(struct chatur_buffer *buffer, const struct chatur_wire_request *request)
{
    const unsigned fields = request->fields;
    chatur_buffer_puts(buffer, "{");
    put_text(buffer, "model", request->model);
    chatur_buffer_puts(buffer, ",");
    if (request->chat) {
        put_messages(buffer, request->prompt);
    } else {
        put_text(buffer, "prompt", request->prompt->user);
    }
    bool newer = request->chat && (fields & CHATUR_WIRE_MAX_COMPLETION_TOKENS) != 0;
    chatur_buffer_printf(buffer, ",\"%s\":%lld", newer ? "max_completion_tokens" : "max_tokens",
                         (long long)request->max_tokens);
    if ((fields & CHATUR_WIRE_STOP) != 0 && request->prompt->stop_count > 0) {
        put_stops(buffer, request->prompt);
    }
    if ((fields & CHATUR_WIRE_TEMPERATURE) != 0) {
        chatur_buffer_puts(buffer, ",\"temperature\":" TEMPERATURE);
    }
    if ((fields & CHATUR_WIRE_REPETITION_PENALTY) != 0) {
        chatur_buffer_puts(buffer, ",\"repetition_penalty\":" REPETITION_PENALTY);
    }
    if ((fields & CHATUR_WIRE_SEED) != 0) {
        /* Some servers keep it in 32 bits. */
        chatur_buffer_printf(buffer, ",\"seed\":%u", (unsigned)(request->seed & 0x7fffffff));
    }
    chatur_buffer_puts(buffer, ",\"stream\":true");
    if ((fields & CHATUR_WIRE_STREAM_OPTIONS) != 0) {
        chatur_buffer_puts(buffer, ",\"stream_options\":{\"include_usage\":true}");
    }
    chatur_buffer_puts(buffer, "}");
}

/* --- errors ----------------------------------------------------------------------------------- */

static bool mentions(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasestr(text, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* What an error says of the prompt, or `otherwise`. Some servers quote the request in it, so words
 * that a user may have written must not do worse than this. */
static enum chatur_failure class_of_words(const char *text, enum chatur_failure otherwise)
{
    static const char *const context[] = {"context_length",     "context length",
                                          "context window",     "max_tokens must be at least",
                                          "prompt is too long", "input is too long"};
    static const char *const filter[] = {"content_filter", "content_policy", "ResponsibleAIPolicy",
                                         "content management policy"};
    if (mentions(text, context, COUNT_OF(context))) {
        return CHATUR_FAILURE_CONTEXT_LENGTH;
    }
    return mentions(text, filter, COUNT_OF(filter)) ? CHATUR_FAILURE_CONTENT_FILTER : otherwise;
}

/* What an error's code, type or 429 says of the account, or `otherwise`. */
static enum chatur_failure class_of_limit(const char *text, enum chatur_failure otherwise)
{
    static const char *const quota[] = {"insufficient_quota", "billing_hard_limit",
                                        "exceeded your current quota"};
    static const char *const rate[] = {"rate_limit"};
    if (mentions(text, quota, COUNT_OF(quota))) {
        return CHATUR_FAILURE_QUOTA;
    }
    return mentions(text, rate, COUNT_OF(rate)) ? CHATUR_FAILURE_RATE_LIMIT : otherwise;
}

/* Takes the fields out that the error names. Where it quotes the user's words, one may be taken out
 * for nothing: so only a success proves that the rest is right. */
static unsigned fields_without_refused(const char *text, unsigned sent)
{
    static const struct {
        const char *name;
        unsigned field;
    } names[] = {
        {"'stop'", CHATUR_WIRE_STOP},
        {"\"stop\"", CHATUR_WIRE_STOP},
        {"stream_options", CHATUR_WIRE_STREAM_OPTIONS},
        {"'seed'", CHATUR_WIRE_SEED},
        {"\"seed\"", CHATUR_WIRE_SEED},
        {"temperature", CHATUR_WIRE_TEMPERATURE},
        {"repetition_penalty", CHATUR_WIRE_REPETITION_PENALTY},
    };
    unsigned fields = sent;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strstr(text, names[i].name) != NULL) {
            fields &= ~names[i].field;
        }
    }
    /* The one name of it is refused, or the other is asked for. */
    return strstr(text, "max_completion_tokens") != NULL
               ? fields ^ CHATUR_WIRE_MAX_COMPLETION_TOKENS
               : fields;
}

static enum chatur_failure class_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return CHATUR_FAILURE_AUTH;
    case 402:
        return CHATUR_FAILURE_QUOTA;
    case 404:
    case 405:
    case 410:
        return CHATUR_FAILURE_NOT_FOUND;
    case 408:
        return CHATUR_FAILURE_TIMEOUT;
    case 409:
        return CHATUR_FAILURE_SERVER;
    case 413:
        return CHATUR_FAILURE_CONTEXT_LENGTH;
    case 429:
        return CHATUR_FAILURE_RATE_LIMIT;
    default:
        break;
    }
    if (status >= 500) {
        return CHATUR_FAILURE_SERVER;
    }
    /* A redirect is not followed: the address in the settings is the wrong one. */
    return status >= 400 ? CHATUR_FAILURE_BAD_REQUEST : CHATUR_FAILURE_NOT_FOUND;
}

enum chatur_failure chatur_wire_classify(int status, const char *bytes, size_t length,
                                         unsigned sent, struct chatur_arena *arena,
                                         unsigned *wanted)
{
    *wanted = sent;
    enum chatur_failure failure = class_of_status(status);
    if (failure != CHATUR_FAILURE_BAD_REQUEST && failure != CHATUR_FAILURE_RATE_LIMIT) {
        return failure;
    }
    const char *text = chatur_arena_strndup(arena, bytes, length);
    if (text == NULL) {
        return CHATUR_FAILURE_INTERNAL;
    }
    if (failure == CHATUR_FAILURE_RATE_LIMIT) {
        return class_of_limit(text, failure);
    }
    enum chatur_failure named = class_of_words(text, failure);
    if (named == failure) {
        *wanted = fields_without_refused(text, sent);
    }
    return named;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The member, or NULL when it is not there, null, or of another type. */
static struct json_object *member(struct json_object *object, const char *key, enum json_type type)
{
    struct json_object *value = NULL;
    bool there = json_object_is_type(object, json_type_object) &&
                 json_object_object_get_ex(object, key, &value);
    return there && json_object_is_type(value, type) ? value : NULL;
}

static const char *text_member(struct json_object *object, const char *key)
{
    struct json_object *value = member(object, key, json_type_string);
    return value != NULL ? json_object_get_string(value) : "";
}

static int64_t count_member(struct json_object *object, const char *key)
{
    struct json_object *value = member(object, key, json_type_int);
    int64_t count = value != NULL ? json_object_get_int64(value) : 0;
    return count <= 0 ? 0 : count < MAX_COUNT ? count : MAX_COUNT;
}

/* Anything that is neither absent nor null: servers write an error as an object or a text. */
static struct json_object *error_member(struct json_object *object)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(object, "error", &value) ? value : NULL;
}

static enum chatur_failure class_of_error(struct json_object *error)
{
    int64_t status = count_member(error, "code");
    enum chatur_failure failure =
        status >= 400 && status < 600 ? class_of_status((int)status) : CHATUR_FAILURE_SERVER;
    failure = class_of_limit(text_member(error, "code"), failure);
    failure = class_of_limit(text_member(error, "type"), failure);
    const char *text = json_object_to_json_string_ext(error, JSON_C_TO_STRING_PLAIN);
    return text != NULL ? class_of_words(text, failure) : CHATUR_FAILURE_INTERNAL;
}

/* What a choice says: `delta` in a chat's stream, `message` in its whole answer, and `text` in both
 * of a completion. */
static void read_choice(struct json_object *choice, struct chatur_wire_chunk *chunk)
{
    struct json_object *holder = member(choice, "delta", json_type_object);
    if (holder == NULL) {
        holder = member(choice, "message", json_type_object);
    }
    struct json_object *text = holder != NULL ? member(holder, "content", json_type_string)
                                              : member(choice, "text", json_type_string);
    if (text != NULL) {
        chunk->text = json_object_get_string(text);
        chunk->length = (size_t)json_object_get_string_len(text);
    }
    chunk->is_word = chunk->length > 0 || text_member(holder, "reasoning_content")[0] != '\0' ||
                     text_member(holder, "reasoning")[0] != '\0';
    chunk->is_refusal = text_member(holder, "refusal")[0] != '\0';
    chunk->finish_reason = text_member(choice, "finish_reason");
}

enum chatur_failure chatur_wire_finish(const char *reason)
{
    static const struct {
        const char *reason;
        enum chatur_failure failure;
    } ends[] = {
        {"", CHATUR_NO_FAILURE},
        {"stop", CHATUR_NO_FAILURE},
        {"eos", CHATUR_NO_FAILURE},
        {"eos_token", CHATUR_NO_FAILURE},
        {"stop_sequence", CHATUR_NO_FAILURE},
        {"end_turn", CHATUR_NO_FAILURE},
        /* The model ran out of its tokens: half an email is none. */
        {"length", CHATUR_FAILURE_BAD_TEXT},
        {"model_length", CHATUR_FAILURE_BAD_TEXT},
        {"max_tokens", CHATUR_FAILURE_BAD_TEXT},
        {"content_filter", CHATUR_FAILURE_CONTENT_FILTER},
        {"refusal", CHATUR_FAILURE_CONTENT_FILTER},
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        if (strcmp(reason, ends[i].reason) == 0) {
            return ends[i].failure;
        }
    }
    return CHATUR_FAILURE_SERVER; /* error, abort, insufficient_system_resource, … */
}

enum chatur_failure chatur_wire_read(const char *bytes, size_t length, struct chatur_arena *arena,
                                     struct chatur_wire_chunk *chunk)
{
    struct json_object *object = NULL;
    *chunk = (struct chatur_wire_chunk){.text = "", .finish_reason = "", .model = ""};
    enum chatur_outcome outcome = chatur_json_parse_object(bytes, length, arena, &object, NULL);
    if (outcome != CHATUR_OK) {
        return outcome == CHATUR_INTERNAL ? CHATUR_FAILURE_INTERNAL : CHATUR_FAILURE_BAD_ANSWER;
    }
    struct json_object *error = error_member(object);
    if (error != NULL) {
        return class_of_error(error);
    }
    struct json_object *choices = member(object, "choices", json_type_array);
    struct json_object *usage = member(object, "usage", json_type_object);
    if (choices == NULL && usage == NULL) {
        return strcmp(text_member(object, "object"), "error") == 0 ? class_of_error(object)
                                                                   : CHATUR_FAILURE_BAD_ANSWER;
    }
    chunk->model = text_member(object, "model");
    chunk->prompt_tokens = count_member(usage, "prompt_tokens");
    chunk->completion_tokens = count_member(usage, "completion_tokens");
    if (choices != NULL && json_object_array_length(choices) > 0) {
        read_choice(json_object_array_get_idx(choices, 0), chunk);
    }
    return CHATUR_NO_FAILURE;
}
