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
static const char *const end_tokens[] = {
    "<|",     "</s>",    "<end_of_turn>", "<start_of_turn>",          "<eos>",
    "[INST]", "[/INST]", "<\xEF\xBD\x9C", "\xE2\x80\xB9\xEF\xBD\x9C", /* <｜ ‹｜ */
};
#define END_TOKENS (sizeof(end_tokens) / sizeof(end_tokens[0]))

/* What ends a model's thoughts. Where the server took the opening tag for itself, the closing one
 * is all that tells them from the email. */
static const char *const thought_ends[] = {"</think>", "</thinking>", "</thought>", "</thoughts>",
                                           "</reasoning>"};
#define THOUGHT_ENDS (sizeof(thought_ends) / sizeof(thought_ends[0]))

struct stop {
    const char *text;
    size_t length;
    bool ends_thoughts; /* and not the email */
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

    struct stop stops[CHATUR_MAX_STOPS + END_TOKENS + THOUGHT_ENDS];
    size_t stop_count;
    bool may_begin_stop[256]; /* by their first byte */
    char *window;             /* the beginning of what may be a stop */
    size_t window_length;

    struct chatur_tidy_text text;
    size_t put; /* bytes the sink has */
};

static size_t add_stop(struct chatur_tidy *tidy, const char *text, bool ends_thoughts,
                       size_t longest)
{
    size_t length = strlen(text);
    if (length > 0) {
        tidy->stops[tidy->stop_count++] = (struct stop){text, length, ends_thoughts};
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
        longest = add_stop(tidy, prompt->stops[i], false, longest);
    }
    for (size_t i = 0; i < END_TOKENS; i++) {
        longest = add_stop(tidy, end_tokens[i], false, longest);
    }
    for (size_t i = 0; i < THOUGHT_ENDS; i++) {
        longest = add_stop(tidy, thought_ends[i], true, longest);
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

/* --- the sink --------------------------------------------------------------------------------- */

/* How much of the email may be passed on. */
static size_t passable(const struct chatur_tidy *tidy, size_t settled)
{
    const struct chatur_tidy_text *text = &tidy->text;
    bool passes = tidy->sink != NULL && !text->failed && text->unusable == NULL &&
                  chatur_repeat_words(&text->repeat) >= MIN_WORDS;
    return passes ? settled : 0;
}

static void put_into_sink(struct chatur_tidy *tidy, size_t settled)
{
    size_t from = tidy->put;
    size_t to = passable(tidy, settled);
    if (to > from) {
        tidy->put = to;
        tidy->sink->put(tidy->sink, tidy->text.out + from, to - from);
    }
}

/* --- stops ------------------------------------------------------------------------------------ */

/* Does the stop count here? One that begins with a line break only does inside the email: before
 * it, the same words are a label to take away. In its thoughts a model may speak of all of them. */
static bool counts(const struct chatur_tidy *tidy, const struct stop *stop)
{
    return stop->ends_thoughts || (!tidy->text.thinking && !tidy->text.muses &&
                                   (stop->text[0] != '\n' || tidy->text.begun));
}

/* The stop that the window is; NULL: none, but perhaps it begins one. */
static const struct stop *find_stop(const struct chatur_tidy *tidy, bool *begins)
{
    *begins = false;
    for (size_t i = 0; i < tidy->stop_count; i++) {
        const struct stop *stop = &tidy->stops[i];
        size_t common = stop->length < tidy->window_length ? stop->length : tidy->window_length;
        if (!counts(tidy, stop) || memcmp(stop->text, tidy->window, common) != 0) {
            continue;
        }
        if (common == stop->length) {
            return stop;
        }
        *begins = true;
    }
    return NULL;
}

static void see_stop(struct chatur_tidy *tidy, const struct stop *stop)
{
    tidy->window_length = 0;
    if (!stop->ends_thoughts) {
        tidy->text.ended = true;
    } else if (passable(tidy, chatur_tidy_text_settled(&tidy->text)) > 0) {
        /* Passed on already, or if the pieces were smaller. */
        tidy->text.unusable = "the model's thoughts are in it";
    } else {
        chatur_tidy_text_restart(&tidy->text);
        tidy->thoughts += tidy->input;
        tidy->input = 0;
        if (tidy->thoughts > MAX_THOUGHTS) {
            tidy->text.unusable = "too long";
        }
    }
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
        const struct stop *stop = find_stop(tidy, &begins);
        if (stop != NULL) {
            see_stop(tidy, stop);
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

/* What reads like thoughts is read to their end, whatever became of it as an email. */
static bool wants_more(const struct chatur_tidy *tidy)
{
    return chatur_tidy_text_is_open(&tidy->text) ||
           (tidy->text.muses && !tidy->text.failed && tidy->broken <= MAX_BROKEN &&
            tidy->input < tidy->max_input);
}

bool chatur_tidy_feed(struct chatur_tidy *tidy, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && wants_more(tidy); i++) {
        size_t *taken = tidy->text.thinking ? &tidy->thoughts : &tidy->input;
        if (++*taken > (taken == &tidy->input ? tidy->max_input : MAX_THOUGHTS)) {
            tidy->text.unusable = "too long";
            break;
        }
        take_byte(tidy, bytes[i]);
    }
    put_into_sink(tidy, chatur_tidy_text_settled(&tidy->text));
    return wants_more(tidy);
}

bool chatur_tidy_has_put(const struct chatur_tidy *tidy)
{
    return tidy->put > 0;
}

bool chatur_tidy_is_refusal(const struct chatur_tidy *tidy)
{
    return tidy->text.refused;
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
    put_into_sink(tidy, tidy->text.length);
    *text = tidy->text.out;
    return CHATUR_OK;
}
