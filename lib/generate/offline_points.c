/* Each piece of the keywords is put to a ladder of tests, the surest first. Whatever none knows is
 * a thing, and the phrases for things are such that a name, a noun or a fragment reads well there.
 */
#include "generate/offline_points.h"

#include <string.h>

#include "base/ascii.h"
#include "generate/offline_article.h"
#include "generate/offline_kinds.h"
#include "generate/offline_pairs.h"
#include "generate/offline_restore.h"
#include "generate/offline_spelling.h"
#include "generate/offline_split.h"

struct reading {
    struct chatur_points *points;
    const struct chatur_words *words;
    struct chatur_arena *arena;
    const char *subject;
    bool shouted;
    bool foreign;
    bool named;         /* the last piece was a key with a name as its value */
    bool capital_meant; /* a capital at the front of this piece is no habit */
};

static bool same_text(const char *left, const char *right)
{
    while (*left != '\0' && chatur_to_lower(*left) == chatur_to_lower(*right)) {
        left++;
        right++;
    }
    return *left == *right;
}

static bool known_already(const struct reading *reading, const char *text)
{
    if (same_text(text, reading->subject)) {
        return true;
    }
    for (size_t i = 0; i < reading->points->count; i++) {
        if (same_text(text, reading->points->items[i].text)) {
            return true;
        }
    }
    return false;
}

static bool add(struct reading *reading, enum chatur_point_kind kind, const char *lead,
                const struct chatur_wording *wording)
{
    struct chatur_point *point = &reading->points->items[reading->points->count];
    const char *text = chatur_arena_printf(reading->arena, "%s%s", lead, wording->text);
    if (text == NULL) {
        return false;
    }
    if (known_already(reading, text)) {
        return true;
    }
    *point = (struct chatur_point){.kind = kind, .foreign = reading->foreign, .text = text};
    for (int i = 0; i < CHATUR_ARTICLES; i++) {
        point->articles[i] =
            kind == CHATUR_THINGS ? chatur_wording_article(wording, (enum chatur_article)i) : "";
    }
    reading->points->count++;
    return true;
}

/* Takes off what a list item does not carry into a sentence. */
static size_t without_closing(const char *text, size_t length)
{
    while (length > 1 && strchr(".,;:! ", text[length - 1]) != NULL) {
        bool initials = text[length - 1] == '.' && length > 3 && text[length - 3] == '.';
        if (initials) {
            break; /* U.S.A. */
        }
        length--;
    }
    return length;
}

/* “Go”, but not “URGENT” or “A long way”. */
static bool is_name_like(const char *text)
{
    return chatur_is_upper(text[0]) && chatur_is_lower(text[1]);
}

/* Does the user write the items of the list without capitals? Then those with one are names. */
static bool writes_small(const struct chatur_pieces *pieces)
{
    size_t small = 0;
    for (size_t i = 1; i < pieces->count; i++) {
        small += chatur_is_lower(pieces->items[i].text[0]);
    }
    return small > 0;
}

/* “no gifts please”, “refund, please”: the length without it, or 0. */
static size_t without_please(const char *text, size_t length)
{
    static const char please[] = " please";
    size_t bytes = sizeof(please) - 1;
    bool same = length > bytes;
    for (size_t i = 0; same && i < bytes; i++) {
        same = chatur_to_lower(text[length - bytes + i]) == please[i];
    }
    return same ? length - bytes : 0;
}

static bool read_words(struct reading *reading, const char *start, size_t length, bool sentence)
{
    struct chatur_wording wording;
    length = sentence ? length : without_closing(start, length);
    size_t asked = sentence ? 0 : without_please(start, length);
    char *text = asked > 0 ? chatur_arena_printf(reading->arena, "%.*s, please", (int)asked, start)
                           : chatur_arena_strndup(reading->arena, start, length);
    if (text != NULL && !sentence && asked == 0 && !reading->foreign) {
        text = chatur_text_restored(reading->arena, text, false, reading->words);
    }
    length = text != NULL ? strlen(text) : 0;
    if (text == NULL ||
        !chatur_wording_read(&wording, text, length, reading->words, reading->arena)) {
        return false;
    }
    wording.shouted = reading->shouted;
    if (known_already(reading, text)) {
        return true;
    }
    if (sentence || asked > 0 || text[length - 1] == '?') {
        chatur_wording_case_names(&wording);
        return add(reading, CHATUR_SENTENCES, "", &wording);
    }
    if (reading->foreign) {
        return add(reading, CHATUR_NOTES, "", &wording);
    }
    enum chatur_point_kind kind = chatur_point_kind_of(&wording);
    bool lone_verb = wording.count == 1 && chatur_wording_is(&wording, 0, CHATUR_WORD_VERB) &&
                     !chatur_wording_is(&wording, 0, CHATUR_WORD_COUNT);
    if ((reading->capital_meant || lone_verb) && is_name_like(text)) {
        chatur_wording_case_names(&wording);
    } else {
        chatur_wording_case(&wording, reading->words);
    }
    if (kind == CHATUR_SPANS && wording.count == 2) {
        wording.text = chatur_arena_printf(reading->arena, "%s of experience", wording.text);
    }
    return wording.text != NULL && add(reading, kind, chatur_point_lead(&wording, kind), &wording);
}

/* “Tom”, “Ana and Li”: nothing but words with capitals that no list knows. */
static bool is_names(const struct chatur_wording *wording)
{
    bool names = wording->count > 0 && wording->count <= 4;
    for (size_t i = 0; i < wording->count; i++) {
        const char *word = wording->text + wording->tokens[i].start;
        bool joint = i > 0 && chatur_wording_equals(wording, i, "and");
        names =
            names &&
            (joint || ((wording->tokens[i].kinds & CHATUR_WORD_KNOWN) == 0 && is_name_like(word)));
    }
    return names;
}

static bool read_pair(struct reading *reading, char *text, size_t key, size_t value)
{
    size_t length = without_closing(text + value, strlen(text + value));
    struct chatur_wording pair = {0};
    if (!chatur_wording_read(&pair, text + value, length, reading->words, reading->arena)) {
        return false;
    }
    chatur_wording_case_names(&pair);
    reading->named = is_names(&pair);
    pair.text = chatur_arena_printf(reading->arena, "%.*s: %.*s", (int)key, text, (int)length,
                                    text + value);
    return pair.text != NULL && add(reading, CHATUR_PAIRS, "", &pair);
}

/* “missing: Tom, Ana and Li”: names after a key whose value was one are more of them. Sets `*taken`
 * when it was. False: out of memory. */
static bool read_more_names(struct reading *reading, struct chatur_piece piece, bool *taken)
{
    struct chatur_wording wording;
    struct chatur_point *last = &reading->points->items[reading->points->count - 1];
    char *text = chatur_arena_strndup(reading->arena, piece.text, piece.length);
    *taken = false;
    if (text == NULL ||
        !chatur_wording_read(&wording, text, piece.length, reading->words, reading->arena)) {
        return false;
    }
    if (piece.sentence || !is_names(&wording)) {
        return true;
    }
    *taken = true;
    last->text = chatur_arena_printf(reading->arena, "%s, %s", last->text, text);
    return last->text != NULL;
}

/* “and teamwork” at the end of a list: the list we write has an “and” of its own. */
static struct chatur_piece without_and(struct chatur_piece piece)
{
    static const char *const joints[] = {"and ", "& ", "plus ", "or "};
    for (size_t i = 0; i < sizeof(joints) / sizeof(joints[0]); i++) {
        size_t length = strlen(joints[i]);
        bool same = piece.length > length;
        for (size_t j = 0; same && j < length; j++) {
            same = chatur_to_lower(piece.text[j]) == joints[i][j];
        }
        if (same) {
            piece.text += length;
            piece.length -= length;
        }
    }
    return piece;
}

/* “Linux and teamwork” closing a list: the place of the one “and” between two short items, or 0. */
static size_t last_and(struct chatur_piece piece, const struct chatur_words *words)
{
    const char *joint = memmem(piece.text, piece.length, " and ", 5);
    if (joint == NULL || piece.sentence) {
        return 0;
    }
    size_t before = (size_t)(joint - piece.text);
    size_t spaces_before = 0;
    size_t spaces_after = 0;
    for (size_t i = 0; i < piece.length; i++) {
        spaces_before += i < before && piece.text[i] == ' ';
        spaces_after += i > before + 4 && piece.text[i] == ' ';
    }
    size_t after = piece.length - before - 5;
    uint64_t kinds = chatur_words_kinds(words, joint + 5, strcspn(joint + 5, " "));
    bool apart = (kinds & (CHATUR_WORD_MONTH | CHATUR_WORD_WEEKDAY)) != 0 ||
                 (after > 4 && spaces_after > 0 && memcmp(joint + 5 + after - 3, "ing", 3) == 0);
    bool number =
        chatur_is_digit(piece.text[0]) || chatur_is_digit(joint[-1]) || chatur_is_digit(joint[5]);
    bool again = memmem(joint + 5, piece.length - before - 5, " and ", 5) != NULL;
    return spaces_before <= 1 && spaces_after <= 1 && !again && !number && !apart ? before : 0;
}

static bool is_and_so_on(struct chatur_piece piece)
{
    return (piece.length == 3 || (piece.length == 4 && piece.text[3] == '.')) &&
           chatur_to_lower(piece.text[0]) == 'e' && chatur_to_lower(piece.text[1]) == 't' &&
           chatur_to_lower(piece.text[2]) == 'c';
}

/* “####” is no keyword. */
static bool has_words(struct chatur_piece piece)
{
    bool words = false;
    for (size_t i = 0; i < piece.length; i++) {
        const char one[2] = {piece.text[i], '\0'};
        words = words || chatur_text_has_words(one);
    }
    return words;
}

static bool read_piece(struct reading *reading, struct chatur_piece piece)
{
    size_t value = 0;
    bool taken = false;
    char *text = chatur_arena_strndup(reading->arena, piece.text, piece.length);
    if (text == NULL || (reading->named && !read_more_names(reading, piece, &taken))) {
        return false;
    }
    if (taken) {
        return true;
    }
    reading->named = false;
    size_t key = piece.sentence ? 0 : chatur_pair_key(text, reading->words, &value);
    return key > 0 ? read_pair(reading, text, key, value)
                   : read_words(reading, text, piece.length, piece.sentence);
}

bool chatur_points_read(struct chatur_points *points, const char *keywords, const char *subject,
                        const struct chatur_words *words, struct chatur_arena *arena)
{
    struct reading reading = {.points = points, .words = words, .arena = arena};
    struct chatur_pieces pieces;
    char *clean = chatur_text_clean(arena, keywords, true);
    clean = clean != NULL ? chatur_text_spelled(arena, clean) : NULL;
    reading.subject = chatur_text_clean(arena, subject, false);
    if (clean == NULL || reading.subject == NULL || !chatur_split(&pieces, clean, words, arena)) {
        return false;
    }
    *points = (struct chatur_points){0};
    points->items = chatur_arena_alloc(arena, (pieces.count + 1) * sizeof(points->items[0]));
    if (points->items == NULL) {
        return false;
    }
    reading.shouted = chatur_text_is_shouted(clean);
    reading.foreign = chatur_text_is_foreign(clean);
    bool read = true;
    bool small = writes_small(&pieces);
    for (size_t i = 0; i < pieces.count && read; i++) {
        reading.capital_meant = small && i > 0;
        struct chatur_piece piece = without_and(pieces.items[i]);
        bool last = i + 1 == pieces.count;
        size_t joint = last && i > 0 ? last_and(piece, words) : 0;
        if (is_and_so_on(piece) || !has_words(piece)) {
            continue; /* says nothing that a list of examples does not say */
        }
        if (joint > 0) {
            read = read_piece(&reading, (struct chatur_piece){piece.text, joint, false});
            piece.text += joint + strlen(" and ");
            piece.length -= joint + strlen(" and ");
        }
        read = read && read_piece(&reading, piece);
    }
    return read;
}
