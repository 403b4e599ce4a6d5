#include "runtime/memory/utf8.h"

#include <string.h>

// The size of the valid code point at `at`, of which `left` bytes are there; 0: it is not valid.
static unsigned valid_size(const unsigned char *at, size_t left) {
    unsigned size = utf8_size((char)at[0]);
    if (at[0] < 0xc2 || at[0] > 0xf4 || size > left)
        return 0;
    for (unsigned i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    uint32_t point = utf8_decode((const char *)at);
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    return point >= smallest[size] && utf8_is_point(point) ? size : 0;
}

bool utf8_check(const char *bytes, size_t length, uint64_t *points) {
    const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
    uint64_t count = 0;
    while (at < end) {
        uint64_t eight;
        if (end - at >= 8 && (memcpy(&eight, at, 8), (eight & 0x8080808080808080u) == 0)) {
            at += 8;
            count += 8;
            continue;
        }
        unsigned size = at[0] < 0x80 ? 1 : valid_size(at, (size_t)(end - at));
        if (size == 0)
            return false;
        at += size;
        count++;
    }
    *points = count;
    return true;
}

// Of eight bytes, those that start a code point: all but 10xxxxxx.
static unsigned starts_in(const char *bytes) {
    uint64_t eight;
    memcpy(&eight, bytes, 8);
    uint64_t continues = (eight & ~eight << 1 & 0x8080808080808080u) >> 7;
    return 8 - (unsigned)(continues * 0x0101010101010101u >> 56); // the sum of the bytes
}

uint64_t utf8_count(const char *bytes, size_t length) {
    uint64_t count = 0;
    size_t i = 0;
    for (; i + 8 <= length; i += 8)
        count += starts_in(bytes + i);
    for (; i < length; i++)
        count += (bytes[i] & 0xc0) != 0x80;
    return count;
}

size_t utf8_skip(const char *bytes, uint64_t points) {
    const char *at = bytes;
    for (; points >= 8; points -= starts_in(at), at += 8)
        ;                        // 8 bytes start at most 8 code points
    while ((*at & 0xc0) == 0x80) // the last one counted may go on
        at++;
    for (; points > 0; points--)
        at += utf8_size(*at);
    return (size_t)(at - bytes);
}
