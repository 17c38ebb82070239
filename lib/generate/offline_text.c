/* Cleaning is by code point; everything else looks at ASCII only and leaves other letters as they
 * are: English is what this provider writes around them. */
#include "generate/offline_text.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

/* --- cleaning --------------------------------------------------------------------------------- */

enum piece { PIECE_KEEP, PIECE_SPACE, PIECE_LINE, PIECE_DROP };

static uint32_t code_point(const unsigned char *bytes, size_t length)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t point = bytes[0] & masks[length];
    for (size_t i = 1; i < length; i++) {
        point = (point << 6) | (bytes[i] & 0x3fU);
    }
    return point;
}

static enum piece piece_of(uint32_t point)
{
    if ((point >= '\n' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029) {
        return PIECE_LINE;
    }
    if (point <= ' ' || (point >= 0x7f && point <= 0xa0) || (point >= 0x2000 && point <= 0x200a) ||
        point == 0x202f || point == 0x205f || point == 0x3000) {
        return PIECE_SPACE;
    }
    /* Zero-width space, byte order mark, and the characters that turn the writing direction: left
     * in, those would turn our own sentences around too. */
    if (point == 0x200b || point == 0xfeff || (point >= 0x202a && point <= 0x202e) ||
        (point >= 0x2066 && point <= 0x2069)) {
        return PIECE_DROP;
    }
    return PIECE_KEEP;
}

char *chatur_text_clean(struct chatur_arena *arena, const char *text, bool keep_lines)
{
    size_t left = strlen(text);
    char *clean = chatur_arena_alloc(arena, left + 1);
    size_t length = 0;
    char gap = '\0'; /* what separates the next word from the last one */
    if (clean == NULL) {
        return NULL;
    }
    for (size_t step = 0; left > 0; text += step, left -= step) {
        size_t sequence = chatur_utf8_sequence(text, left);
        step = sequence > 0 ? sequence : 1;
        enum piece piece =
            sequence > 0 ? piece_of(code_point((const unsigned char *)text, sequence)) : PIECE_DROP;
        if (piece == PIECE_LINE || piece == PIECE_SPACE) {
            gap = (char)((piece == PIECE_LINE && keep_lines) || gap == '\n' ? '\n' : ' ');
        } else if (piece == PIECE_KEEP) {
            if (gap != '\0' && length > 0) {
                clean[length++] = gap;
            }
            gap = '\0';
            memcpy(clean + length, text, sequence);
            length += sequence;
        }
    }
    clean[length] = '\0';
    return clean;
}

bool chatur_text_has_words(const char *clean)
{
    for (; *clean != '\0'; clean++) {
        if (chatur_is_letter(*clean) || chatur_is_digit(*clean) || (unsigned char)*clean >= 0x80) {
            return true;
        }
    }
    return false;
}

bool chatur_text_is_shouted(const char *clean)
{
    size_t long_words = 0;
    size_t letters = 0;
    for (; *clean != '\0'; clean++) {
        if (chatur_is_lower(*clean)) {
            return false;
        }
        letters = chatur_is_upper(*clean) ? letters + 1 : 0;
        long_words += letters == 4;
    }
    return long_words >= 2;
}

bool chatur_text_is_foreign(const char *clean)
{
    static const char *const small[] = {
        "ab",       "auch",  "auf",  "avec", "bei", "bir",   "bitte", "chahiye", "che",   "con",
        "dans",     "das",   "dem",  "der",  "di",  "dos",   "el",    "est",     "et",    "gracias",
        "gute",     "hai",   "ich",  "ist",  "je",  "karo",  "ke",    "kein",    "keine", "ki",
        "kya",      "las",   "les",  "liye", "los", "mein",  "mit",   "mujhe",   "nach",  "nahi",
        "necesito", "nicht", "ohne", "para", "por", "pour",  "que",   "seit",    "suis",  "tengo",
        "una",      "und",   "une",  "vom",  "von", "wegen", "zum",   "zur",     "zwei"};
    size_t other = 0;
    size_t length = strlen(clean);
    for (size_t i = 0; i < length; i++) {
        other += (unsigned char)clean[i] >= 0x80;
    }
    for (const char *word = clean; *word != '\0';) {
        size_t bytes = strcspn(word, " ,;\n");
        for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
            if (small[i][0] == word[0] && strlen(small[i]) == bytes &&
                memcmp(small[i], word, bytes) == 0) {
                return true;
            }
        }
        word += bytes;
        word += strspn(word, " ,;\n");
    }
    return other * 2 > length;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* The bytes of a quotation mark, ellipsis or bracket at the front (or the end) of a word. */
static size_t mark_at_front(const char *word, size_t length)
{
    static const char *const marks[] = {"\"", "'", "(", "[", "{", "<", "*", "\u201c", "\u2018"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t bytes = strlen(marks[i]);
        if (word[0] == marks[i][0] && bytes < length && memcmp(word, marks[i], bytes) == 0) {
            return bytes;
        }
    }
    return 0;
}

static size_t mark_at_end(const char *word, size_t length)
{
    static const char *const marks[] = {"\"", "'", ")", "]", "}", ">",      "*",      ".",
                                        ",",  ";", ":", "!", "?", "\u201d", "\u2019", "\u2026"};
    if (length == 0 || chatur_is_letter(word[length - 1]) || chatur_is_digit(word[length - 1])) {
        return 0; /* nearly always */
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t bytes = strlen(marks[i]);
        if (bytes < length && memcmp(word + length - bytes, marks[i], bytes) == 0) {
            return bytes;
        }
    }
    return 0;
}

static bool is_dash(const char *word, size_t length)
{
    static const char *const dashes[] = {"-", "--", "\u2013", "\u2014", "|", "/", "&", "+", "=>"};
    for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
        if (strlen(dashes[i]) == length && memcmp(word, dashes[i], length) == 0) {
            return true;
        }
    }
    return false;
}

static struct chatur_token read_token(const char *text, size_t start, size_t length,
                                      const struct chatur_words *words)
{
    struct chatur_token token = {.start = start, .length = length};
    token.dash = is_dash(text + start, length);
    for (size_t bytes = 1; bytes > 0;) {
        bytes = mark_at_front(text + token.start, token.length);
        token.start += bytes;
        token.length -= bytes;
    }
    token.kinds = chatur_words_kinds(words, text + token.start, token.length);
    for (size_t bytes = 1; bytes > 0 && (token.kinds & CHATUR_WORD_KNOWN) == 0;) {
        bytes = mark_at_end(text + token.start, token.length);
        token.length -= bytes;
        token.closed = token.closed || bytes > 0;
        token.kinds = chatur_words_kinds(words, text + token.start, token.length);
    }
    char first = text[token.start];
    token.number = chatur_is_digit(first) || (first == '#' && token.length > 1);
    return token;
}

bool chatur_wording_read(struct chatur_wording *wording, char *text, size_t length,
                         const struct chatur_words *words, struct chatur_arena *arena)
{
    size_t most = 2; /* one for the end */
    for (size_t i = 0; i < length; i++) {
        most += text[i] == ' ';
    }
    *wording = (struct chatur_wording){.text = text, .length = length};
    wording->tokens = chatur_arena_alloc(arena, most * sizeof(wording->tokens[0]));
    if (wording->tokens == NULL) {
        return false;
    }
    for (size_t start = 0; start < length;) {
        const char *space = memchr(text + start, ' ', length - start);
        size_t end = space != NULL ? (size_t)(space - text) : length;
        if (end > start) {
            wording->tokens[wording->count++] = read_token(text, start, end - start, words);
        }
        start = end + 1;
    }
    return true;
}

bool chatur_wording_is(const struct chatur_wording *wording, size_t index, uint64_t kinds)
{
    return index < wording->count && (wording->tokens[index].kinds & kinds) != 0;
}

bool chatur_wording_equals(const struct chatur_wording *wording, size_t index, const char *word)
{
    if (index >= wording->count) {
        return false;
    }
    const struct chatur_token *token = &wording->tokens[index];
    const char *text = wording->text + token->start;
    for (size_t i = 0; i < token->length; i++) {
        if (chatur_to_lower(text[i]) != word[i]) {
            return false; /* also at the word's end */
        }
    }
    return word[token->length] == '\0';
}

bool chatur_wording_is_one_of(const struct chatur_wording *wording, size_t index,
                              const char *const *list)
{
    bool found = false;
    for (; *list != NULL && !found; list++) {
        found = chatur_wording_equals(wording, index, *list);
    }
    return found;
}
