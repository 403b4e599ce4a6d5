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
