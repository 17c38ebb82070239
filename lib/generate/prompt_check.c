/* What passes for a delimiter is refused where a user can still change it. A delimiter is a run of
 * one sign, as a model sees it: characters that look like the sign count for as many as they look
 * like, what does not show, marks over and under, and the spaces between do not. The runs of `&`
 * and
 * `#` are those of the Node.js service that this one replaces: emails it stored have them, and come
 * back as keywords.
 *
 * Quotation marks of one writing are counted by the character, since two of them are a quotation in
 * another: «‹ and 《《 are fine, three in a row are not. A run of `>` closes nothing by itself, and
 * people have it (quoted mail, Python's prompt): only behind one of our labels is it refused. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "generate/prompt.h"
#include "generate/prompt_signs.h"

/* By kind: so many in a row are a delimiter, and its name for the user. */
static const struct {
    unsigned run;
    const char *name;
} delimiters[] = {
    [CHATUR_NO_SIGN] = {0, ""},
    [CHATUR_OPENING] = {sizeof(CHATUR_PROMPT_DELIMITER) - 1, CHATUR_PROMPT_DELIMITER},
    [CHATUR_CLOSING] = {sizeof(CHATUR_PROMPT_DELIMITER) - 1, ""},
    [CHATUR_AMPERSAND] = {4, "&&&&"},
    [CHATUR_NUMBER] = {4, "####"},
};

/* Ours, of which no first half is left where only the end is imitated. Compared without spaces. */
static const struct {
    const char *letters;
    const char *name;
} labels[] = {
    {"SUBJECT", "SUBJECT>>>"},
    {"KEYWORDS", "KEYWORDS>>>"},
    {"RECIPIENTNAME", "RECIPIENT NAME>>>"},
    {"SENDERNAME", "SENDER NAME>>>"},
    {"WISHESFORTHEWORDING", "WISHES FOR THE WORDING>>>"},
    {"END", "END>>>"},
};
#define LONGEST_LABEL (sizeof("WISHESFORTHEWORDING") - 1)

struct scan {
    enum chatur_sign_kind kind; /* of the run that goes on */
    unsigned count;             /* its characters */
    unsigned weight;            /* what they look like */
    unsigned writings;          /* that have all of them */

    char letters[LONGEST_LABEL + 2]; /* the first of this line, in capitals */
    size_t letter_count;             /* past the longest label: no label */
};

static bool breaks_line(uint32_t point)
{
    return (point >= '\n' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029;
}

/* As a capital of ASCII, full-width letters too. 0: it is none. */
static char letter_of(uint32_t point)
{
    if (point >= 0xFF21 && point <= 0xFF5A) {
        point -= 0xFF21 - 'A';
    }
    if (point >= 'a' && point <= 'z') {
        point -= 'a' - 'A';
    }
    return (char)(point >= 'A' && point <= 'Z' ? point : 0);
}

/* Before a label there may be signs and punctuation, inside it nothing. */
static void scan_for_label(struct scan *scan, uint32_t point, struct chatur_sign sign)
{
    char letter = letter_of(point);
    if (letter != 0 && scan->letter_count <= LONGEST_LABEL) {
        scan->letters[scan->letter_count++] = letter;
    } else if (scan->letter_count > 0 ? sign.kind != CHATUR_CLOSING
                                      : sign.kind == CHATUR_NO_SIGN && point >= 0x80) {
        scan->letter_count = LONGEST_LABEL + 1;
    }
}

static void scan_for_run(struct scan *scan, struct chatur_sign sign)
{
    if (sign.kind != scan->kind) {
        scan->kind = sign.kind;
        scan->count = 0;
        scan->weight = 0;
        scan->writings = ~0U;
    }
    scan->count++;
    scan->weight += sign.weight;
    scan->writings &= sign.writings;
}

/* The name of the delimiter that the last character completed. NULL: none. */
static const char *completed(const struct scan *scan)
{
    unsigned run = scan->writings != 0 ? scan->count : scan->weight;
    if (scan->kind == CHATUR_NO_SIGN || run < delimiters[scan->kind].run) {
        return NULL;
    }
    if (scan->kind != CHATUR_CLOSING) {
        return delimiters[scan->kind].name;
    }
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (strlen(labels[i].letters) == scan->letter_count &&
            memcmp(labels[i].letters, scan->letters, scan->letter_count) == 0) {
            return labels[i].name;
        }
    }
    return NULL;
}

static const char *find_delimiter(const char *text)
{
    struct scan scan = {0};
    size_t left = strlen(text);
    const char *found = NULL;
    while (left > 0 && found == NULL) {
        size_t size = chatur_utf8_sequence(text, left);
        uint32_t point = size > 0 ? chatur_utf8_code_point(text, size) : 0xFFFD;
        size = size > 0 ? size : 1;
        if (breaks_line(point)) {
            scan.letter_count = 0;
        }
        if (!chatur_is_between_signs(point)) {
            struct chatur_sign sign = chatur_sign_of(point);
            scan_for_run(&scan, sign);
            scan_for_label(&scan, point, sign);
            found = completed(&scan);
        }
        text += size;
        left -= size;
    }
    return found;
}

bool chatur_prompt_has_delimiter(const char *text)
{
    return find_delimiter(text) != NULL;
}

enum chatur_outcome chatur_prompt_check(const struct chatur_brief *brief,
                                        struct chatur_error *error)
{
    const struct {
        const char *name;
        const char *text;
    } fields[] = {
        {"subject", brief->subject},           {"keywords", brief->keywords},
        {"senderName", brief->sender_name},    {"recipientName", brief->recipient_name},
        {"instructions", brief->instructions},
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const char *found = fields[i].text != NULL ? find_delimiter(fields[i].text) : NULL;
        if (found != NULL) {
            return chatur_refuse(error, CHATUR_BAD_REQUEST,
                                 "%s must not have \"%s\" or anything that looks like it",
                                 fields[i].name, found);
        }
    }
    return CHATUR_OK;
}
