/* What passes for a delimiter is refused where a user can still change it. A delimiter is a run of
 * one mark, as a model sees it: letters that look like the mark count, what does not show and the
 * spaces between do not. The runs of `&` and `#` are those of the Node.js service that this one
 * replaces: emails it stored have them, and come back as keywords. */
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "generate/prompt.h"

struct mark {
    const char *name; /* for the user */
    size_t run;       /* so many in a row are a delimiter */
    uint32_t looks[8];
};

static const struct mark marks[] = {
    {CHATUR_PROMPT_DELIMITER,
     sizeof(CHATUR_PROMPT_DELIMITER) - 1,
     {'<', 0xFF1C, 0xFE64, 0x2039, 0x276E, 0x27E8, 0x02C2, 0x1438}},
    {"&&&&", 4, {'&', 0xFF06, 0xFE60}},
    {"####", 4, {'#', 0xFF03, 0xFE5F}},
};
#define MARKS (sizeof(marks) / sizeof(marks[0]))

/* Spaces within a line, and what has no width. */
static bool is_between(uint32_t point)
{
    return point == ' ' || point == '\t' || point == 0xA0 || point == 0xAD || point == 0x034F ||
           point == 0x061C || point == 0x180E || (point >= 0x2000 && point <= 0x200F) ||
           (point >= 0x202A && point <= 0x202F) || (point >= 0x205F && point <= 0x206F) ||
           point == 0x3000 || (point >= 0xFE00 && point <= 0xFE0F) || point == 0xFEFF ||
           (point >= 0xE0000 && point <= 0xE0FFF) || (point < ' ' && point != '\n') ||
           (point >= 0x7F && point < 0xA0);
}

static size_t mark_of(uint32_t point)
{
    for (size_t i = 0; i < MARKS; i++) {
        for (size_t look = 0; look < 8 && marks[i].looks[look] != 0; look++) {
            if (marks[i].looks[look] == point) {
                return i;
            }
        }
    }
    return MARKS;
}

static const struct mark *find_delimiter(const char *text)
{
    size_t left = strlen(text);
    size_t current = MARKS;
    size_t run = 0;
    while (left > 0) {
        size_t size = chatur_utf8_sequence(text, left);
        uint32_t point = size > 0 ? chatur_utf8_code_point(text, size) : 0;
        size = size > 0 ? size : 1;
        if (!is_between(point)) {
            size_t mark = mark_of(point);
            run = mark == current ? run + 1 : 1;
            current = mark;
            if (mark < MARKS && run == marks[mark].run) {
                return &marks[mark];
            }
        }
        text += size;
        left -= size;
    }
    return NULL;
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
        const struct mark *mark = fields[i].text != NULL ? find_delimiter(fields[i].text) : NULL;
        if (mark != NULL) {
            return chatur_refuse(error, CHATUR_BAD_REQUEST,
                                 "%s must not have \"%s\" or anything that looks like it",
                                 fields[i].name, mark->name);
        }
    }
    return CHATUR_OK;
}
