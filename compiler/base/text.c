#include "compiler/base/text.h"

#include <string.h>

Text text_of(const char *nul_terminated) { return (Text){nul_terminated, strlen(nul_terminated)}; }

bool text_equal(Text a, Text b) { return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0); }

// Length of the sequence that a first byte announces, 0 if no sequence begins with it.
static size_t announced_length(unsigned char first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

uint32_t utf8_decode(const char *data, size_t len, size_t *size) {
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)data;
    size_t count = announced_length(bytes[0]);
    *size = 1;
    if (count == 0 || count > len)
        return UTF8_INVALID;
    if (count == 1)
        return bytes[0];
    uint32_t code_point = bytes[0] & (0xFFu >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return UTF8_INVALID;
        code_point = code_point << 6 | (bytes[i] & 0x3F);
    }
    bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < smallest[count] || code_point > 0x10FFFF || surrogate)
        return UTF8_INVALID;
    *size = count;
    return code_point;
}

size_t utf8_encode(uint32_t code_point, char out[4]) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t count = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    out[0] = (char)((0xF00u >> count) | code_point);
    return count;
}

typedef struct Range {
    uint32_t first, last;
} Range;

// Coarse on purpose: it only places marks under source text, and terminals differ among themselves.
static const Range combining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
                                  {0x0E34, 0x0E3A}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                                  {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};
static const Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF},
                             {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                             {0xFE30, 0xFE4F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                             {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

static bool in_ranges(uint32_t code_point, const Range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    return false;
}

int utf8_width(uint32_t code_point) {
    if (code_point < 0x300)
        return 1;
    if (in_ranges(code_point, combining, sizeof combining / sizeof *combining))
        return 0;
    return in_ranges(code_point, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}
