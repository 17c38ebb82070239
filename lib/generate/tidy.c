/* Bytes become characters, characters are compared with the stop texts, and what is neither waits
 * for nothing and goes on (tidy_text.c). Every byte is looked at by itself, so that the pieces in
 * which they come make no difference; the sink gets what a piece has completed. */
#include "generate/tidy.h"

#include <string.h>

#include "base/text.h"
#include "generate/tidy_text.h"

/* Fewer words are no email: nothing is passed on before, and it may still come from elsewhere. */
#define MIN_WORDS 3

/* Of bytes that are not text some are an accident (a character cut in two), more are a fault. */
#define MAX_BROKEN 8

/* What is taken away counts too: a model may fill gigabytes with blank lines. */
#define MAX_INPUT_FACTOR 4
#define INPUT_MARGIN     4096

/* A model that thinks aloud does so at length. */
#define MAX_THOUGHTS (256UL << 10)

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Tokens that end a text, as servers that do not know them let them through. */
static const char *const end_tokens[] = {"<|", "</s>"};
#define END_TOKENS (sizeof(end_tokens) / sizeof(end_tokens[0]))

struct stop {
    const char *text;
    size_t length;
};

struct chatur_tidy {
    struct chatur_sink *sink;
    size_t max_input;
    size_t input; /* bytes taken */
    size_t thoughts;

    char partial[4]; /* the beginning of a character */
    size_t partial_length;
    bool after_return;
    size_t broken;

    struct stop stops[CHATUR_MAX_STOPS + END_TOKENS];
    size_t stop_count;
    bool may_begin_stop[256]; /* by their first byte */
    char *window;             /* the beginning of what may be a stop */
    size_t window_length;

    struct chatur_tidy_text text;
    size_t put; /* bytes the sink has */
};

static size_t add_stop(struct chatur_tidy *tidy, const char *text, size_t longest)
{
    size_t length = strlen(text);
    if (length > 0) {
        tidy->stops[tidy->stop_count++] = (struct stop){text, length};
        tidy->may_begin_stop[(unsigned char)text[0]] = true;
    }
    return length > longest ? length : longest;
}

struct chatur_tidy *chatur_tidy_new(const struct chatur_prompt *prompt, size_t max_bytes,
                                    struct chatur_sink *sink, struct chatur_arena *arena)
{
    struct chatur_tidy *tidy = chatur_arena_alloc(arena, sizeof(*tidy));
    if (tidy == NULL) {
        return NULL;
    }
    size_t longest = 0;
    for (size_t i = 0; i < prompt->stop_count && i < CHATUR_MAX_STOPS; i++) {
        longest = add_stop(tidy, prompt->stops[i], longest);
    }
    for (size_t i = 0; i < END_TOKENS; i++) {
        longest = add_stop(tidy, end_tokens[i], longest);
    }
    tidy->window = chatur_arena_alloc(arena, longest + sizeof(tidy->partial));
    if (tidy->window == NULL) {
        return NULL;
    }
    tidy->sink = sink;
    tidy->max_input = max_bytes * MAX_INPUT_FACTOR + INPUT_MARGIN;
    tidy->text.arena = arena;
    tidy->text.max_bytes = max_bytes;
    tidy->text.sender = prompt->sender != NULL ? prompt->sender : "";
    tidy->text.recipient = prompt->recipient != NULL ? prompt->recipient : "";
    return tidy;
}

/* --- stops ------------------------------------------------------------------------------------ */

/* Is the window a stop, or the beginning of one? A stop that begins with a line break only counts
 * inside the email: before it, the same words are a label to take away. In its thoughts a model may
 * speak of all of them. */
static bool is_stop(const struct chatur_tidy *tidy, bool *begins)
{
    *begins = false;
    if (tidy->text.thinking > 0) {
        return false;
    }
    for (size_t i = 0; i < tidy->stop_count; i++) {
        const struct stop *stop = &tidy->stops[i];
        size_t common = stop->length < tidy->window_length ? stop->length : tidy->window_length;
        if ((stop->text[0] == '\n' && !tidy->text.begun) ||
            memcmp(stop->text, tidy->window, common) != 0) {
            continue;
        }
        if (common == stop->length) {
            return true;
        }
        *begins = true;
    }
    return false;
}

static void release(struct chatur_tidy *tidy)
{
    size_t size = chatur_utf8_sequence(tidy->window, tidy->window_length);
    chatur_tidy_text_put(&tidy->text, tidy->window, size);
    tidy->window_length -= size;
    memmove(tidy->window, tidy->window + size, tidy->window_length);
}

static void watch_for_stops(struct chatur_tidy *tidy, const char *sequence, size_t size)
{
    if (tidy->window_length == 0 && !tidy->may_begin_stop[(unsigned char)sequence[0]]) {
        chatur_tidy_text_put(&tidy->text, sequence, size); /* as nearly always */
        return;
    }
    memcpy(tidy->window + tidy->window_length, sequence, size);
    tidy->window_length += size;
    while (tidy->window_length > 0) {
        bool begins = false;
        if (is_stop(tidy, &begins)) {
            tidy->text.ended = true;
            tidy->window_length = 0;
        } else if (begins) {
            return;
        } else {
            release(tidy);
        }
    }
}

/* --- characters ------------------------------------------------------------------------------- */

/* What neither shows nor means anything in an email. Joiners stay: scripts and emoji need them. */
static bool is_invisible(uint32_t point)
{
    return (point < ' ' && point != '\t') || (point >= 0x7F && point < 0xA0) || point == 0x200B ||
           point == 0xFEFF || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || (point >= 0xFFF9 && point <= 0xFFFB);
}

static bool breaks_line(uint32_t point)
{
    return (point >= '\n' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029;
}

static void take_character(struct chatur_tidy *tidy, const char *sequence, size_t size)
{
    uint32_t point = chatur_utf8_code_point(sequence, size);
    bool second_half = tidy->after_return && point == '\n';
    tidy->after_return = point == '\r';
    if (point == '\0') {
        tidy->broken++;
    } else if (breaks_line(point)) {
        if (!second_half) {
            watch_for_stops(tidy, "\n", 1);
        }
    } else if (!is_invisible(point)) {
        watch_for_stops(tidy, sequence, size);
    }
}

static void take_broken(struct chatur_tidy *tidy)
{
    tidy->partial_length = 0;
    tidy->broken++;
    take_character(tidy, REPLACEMENT, sizeof(REPLACEMENT) - 1);
}

/* Can more bytes make these a character? Tried with bytes of each kind that may come second. */
static bool can_be_character(const char *bytes, size_t length)
{
    static const char seconds[] = "\x80\x90\xA0";
    for (size_t i = 0; i < sizeof(seconds) - 1; i++) {
        for (size_t size = length + 1; size <= 4; size++) {
            char whole[4];
            memset(whole, 0x80, sizeof(whole));
            memcpy(whole, bytes, length);
            whole[length] = seconds[i];
            if (chatur_utf8_sequence(whole, size) == size) {
                return true;
            }
        }
    }
    return false;
}

static void take_byte(struct chatur_tidy *tidy, char byte)
{
    tidy->partial[tidy->partial_length++] = byte;
    size_t length = tidy->partial_length;
    if (chatur_utf8_sequence(tidy->partial, length) == length) {
        tidy->partial_length = 0;
        char sequence[4];
        memcpy(sequence, tidy->partial, length);
        take_character(tidy, sequence, length);
    } else if (length == 4 || !can_be_character(tidy->partial, length)) {
        take_broken(tidy);
        if (length > 1) {
            take_byte(tidy, byte); /* which may begin the next one */
        }
    }
    if (tidy->broken > MAX_BROKEN) {
        tidy->text.unusable = "not text";
    }
}

/* --- the public side -------------------------------------------------------------------------- */

static void put_into_sink(struct chatur_tidy *tidy)
{
    const struct chatur_tidy_text *text = &tidy->text;
    if (tidy->sink == NULL || text->length == tidy->put || text->failed || text->unusable != NULL ||
        chatur_repeat_words(&text->repeat) < MIN_WORDS) {
        return;
    }
    size_t from = tidy->put;
    tidy->put = text->length;
    tidy->sink->put(tidy->sink, text->out + from, text->length - from);
}

bool chatur_tidy_feed(struct chatur_tidy *tidy, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && chatur_tidy_text_is_open(&tidy->text); i++) {
        size_t *taken = tidy->text.thinking > 0 ? &tidy->thoughts : &tidy->input;
        if (++*taken > (taken == &tidy->input ? tidy->max_input : MAX_THOUGHTS)) {
            tidy->text.unusable = "too long";
            break;
        }
        take_byte(tidy, bytes[i]);
    }
    put_into_sink(tidy);
    return chatur_tidy_text_is_open(&tidy->text);
}

bool chatur_tidy_has_put(const struct chatur_tidy *tidy)
{
    return tidy->put > 0;
}

bool chatur_tidy_is_refusal(const struct chatur_tidy *tidy)
{
    return tidy->text.declines && tidy->text.unusable != NULL;
}

enum chatur_outcome chatur_tidy_finish(struct chatur_tidy *tidy, const char **text,
                                       struct chatur_error *error)
{
    while (tidy->window_length > 0) {
        release(tidy);
    }
    chatur_tidy_text_end(&tidy->text);
    if (tidy->text.failed) {
        return chatur_no_memory(error);
    }
    if (tidy->text.unusable == NULL && chatur_repeat_words(&tidy->text.repeat) < MIN_WORDS) {
        tidy->text.unusable = "no text";
    }
    if (tidy->text.unusable != NULL) {
        return chatur_fail(error, CHATUR_BAD_ANSWER, "the answer is unusable: %s",
                           tidy->text.unusable);
    }
    put_into_sink(tidy);
    *text = tidy->text.out;
    return CHATUR_OK;
}
