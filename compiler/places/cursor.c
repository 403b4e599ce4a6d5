#include "compiler/places/cursor.h"

#include <string.h>

Cursor cursor_at(Bytes bytes, uint64_t offset) {
    const unsigned char *end = bytes.data + bytes.len;
    bool bad = offset > bytes.len;
    return (Cursor){bad ? end : bytes.data + offset, end, bad};
}

bool cursor_done(const Cursor *cursor) { return cursor->bad || cursor->at == cursor->end; }

static bool take(Cursor *cursor, uint64_t bytes) {
    if ((uint64_t)(cursor->end - cursor->at) < bytes)
        cursor->bad = true;
    return !cursor->bad;
}

void cursor_skip(Cursor *cursor, uint64_t bytes) {
    if (take(cursor, bytes))
        cursor->at += bytes;
}

uint64_t cursor_number(Cursor *cursor, unsigned bytes) {
    uint64_t value = 0;
    if (!take(cursor, bytes))
        return 0;
    memcpy(&value, cursor->at, bytes);
    cursor->at += bytes;
    return value;
}

// *shift: the bits that were read.
static uint64_t leb(Cursor *cursor, unsigned *shift, bool *negative) {
    uint64_t value = 0;
    unsigned char byte = 0x80;
    *shift = 0;
    while (byte & 0x80 && take(cursor, 1)) {
        byte = *cursor->at++;
        if (*shift < 64)
            value |= (uint64_t)(byte & 0x7f) << *shift;
        *shift += 7;
    }
    *negative = byte & 0x40;
    return value;
}

uint64_t cursor_unsigned(Cursor *cursor) {
    unsigned shift;
    bool negative;
    return leb(cursor, &shift, &negative);
}

int64_t cursor_signed(Cursor *cursor) {
    unsigned shift;
    bool negative;
    uint64_t value = leb(cursor, &shift, &negative);
    if (negative && shift < 64)
        value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

const char *cursor_text(Cursor *cursor) {
    const unsigned char *end = memchr(cursor->at, 0, (size_t)(cursor->end - cursor->at));
    const char *text = (const char *)cursor->at;
    if (!end) {
        cursor->bad = true;
        return "";
    }
    cursor->at = end + 1;
    return text;
}
