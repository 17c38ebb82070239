/* Two tables. French, German and Russian nest «‹…›», Chinese and Japanese 《〈…〉》 or 《<…>》:
 * these stand beside each other in honest text, while no writing has 《 beside ‹. */
#include "generate/prompt_signs.h"

#include <stddef.h>

#define BOTH (CHATUR_WESTERN | CHATUR_EASTERN)

static const struct {
    uint32_t opening;
    uint32_t closing;
    unsigned weight;
    unsigned writings;
} angles[] = {
    {'<', '>', 1, BOTH},
    {0xAB, 0xBB, 2, CHATUR_WESTERN},     /* « */
    {0x2039, 0x203A, 1, CHATUR_WESTERN}, /* ‹ */
    {0xFF1C, 0xFF1E, 1, CHATUR_EASTERN}, /* full width */
    {0xFE64, 0xFE65, 1, CHATUR_EASTERN}, /* small */
    {0x3008, 0x3009, 1, CHATUR_EASTERN}, /* 〈 */
    {0x300A, 0x300B, 2, CHATUR_EASTERN}, /* 《 */
    {0x2329, 0x232A, 1, CHATUR_EASTERN}, /* the same as 〈, older */
    {0xFE3F, 0xFE40, 1, CHATUR_EASTERN}, /* for vertical text */
    {0xFE3D, 0xFE3E, 2, CHATUR_EASTERN},
    {0x226A, 0x226B, 2, 0}, /* much less */
    {0x22D8, 0x22D9, 3, 0}, /* very much less */
    {0x2AA1, 0x2AA2, 2, 0}, /* the same, one in the other */
    {0x2AF7, 0x2AF8, 3, 0},
    {0x226E, 0x226F, 1, 0}, /* not less: < with a stroke */
    {0x22D6, 0x22D7, 1, 0}, /* with a dot */
    {0x27E8, 0x27E9, 1, 0}, /* mathematical brackets */
    {0x27EA, 0x27EB, 2, 0},
    {0x29FC, 0x29FD, 1, 0},
    {0x276C, 0x276D, 1, 0}, /* ornaments */
    {0x276E, 0x276F, 1, 0},
    {0x2770, 0x2771, 1, 0},
    {0x02C2, 0x02C3, 1, 0}, /* letters and modifiers */
    {0x1438, 0x1433, 1, 0},
};

static const struct {
    uint32_t point;
    enum chatur_sign_kind kind;
} others[] = {
    {'&', CHATUR_AMPERSAND}, {0xFF06, CHATUR_AMPERSAND}, {0xFE60, CHATUR_AMPERSAND},
    {'#', CHATUR_NUMBER},    {0xFF03, CHATUR_NUMBER},    {0xFE5F, CHATUR_NUMBER},
};

/* Of the marks that combine with what is before them those that any script's may be put on, or
 * that fonts put on anything. By their first and last. */
static const uint32_t between[][2] = {
    {0x01, '\t'},       {0x0B, ' '},      {0x7F, 0xA0},     {0xAD, 0xAD}, /* controls, spaces */
    {0x0300, 0x036F},   {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},   {0x05C1, 0x05C2},
    {0x05C4, 0x05C5},   {0x05C7, 0x05C7}, {0x0610, 0x061C}, {0x064B, 0x065F},   {0x0670, 0x0670},
    {0x06D6, 0x06DC},   {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED},   {0x0898, 0x089F},
    {0x08CA, 0x0902},   {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948},   {0x094D, 0x094D},
    {0x0951, 0x0957},   {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},   {0x115F, 0x1160},
    {0x180B, 0x180F},   {0x1AB0, 0x1AFF}, {0x1CD0, 0x1CE8}, {0x1DC0, 0x1DFF},   {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F}, {0x20D0, 0x20FF}, {0x2800, 0x2800},   {0x2DE0, 0x2DFF},
    {0x3000, 0x3000},   {0x302A, 0x302F}, {0x3099, 0x309A}, {0x3164, 0x3164},   {0xA66F, 0xA672},
    {0xA674, 0xA67D},   {0xA69E, 0xA69F}, {0xA8E0, 0xA8F1}, {0xFB1E, 0xFB1E},   {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},   {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0x1D165, 0x1D169}, {0x1D16D, 0x1D182},
    {0xE0000, 0xE0FFF},
};

static bool is_letter_or_digit(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z') ||
           (point >= '0' && point <= '9');
}

struct chatur_sign chatur_sign_of(uint32_t point)
{
    if (is_letter_or_digit(point)) {
        return (struct chatur_sign){0}; /* as nearly always */
    }
    for (size_t i = 0; i < sizeof(angles) / sizeof(angles[0]); i++) {
        if (angles[i].opening == point || angles[i].closing == point) {
            return (struct chatur_sign){
                .kind = angles[i].opening == point ? CHATUR_OPENING : CHATUR_CLOSING,
                .weight = angles[i].weight,
                .writings = angles[i].writings,
            };
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (others[i].point == point) {
            return (struct chatur_sign){.kind = others[i].kind, .weight = 1};
        }
    }
    return (struct chatur_sign){0};
}

bool chatur_is_between_signs(uint32_t point)
{
    for (size_t i = 0; i < sizeof(between) / sizeof(between[0]) && between[i][0] <= point; i++) {
        if (point <= between[i][1]) {
            return true;
        }
    }
    return false;
}
