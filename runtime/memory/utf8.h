// UTF-8, strictly: shortest forms only, no surrogates, nothing past U+10FFFF. Pure functions, any thread.
#ifndef FLUFFY_RUNTIME_MEMORY_UTF8_H
#define FLUFFY_RUNTIME_MEMORY_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether `length` bytes are UTF-8; then *points is their number of code points.
bool utf8_check(const char *bytes, size_t length, uint64_t *points);

// The number of code points in `length` bytes of valid UTF-8.
uint64_t utf8_count(const char *bytes, size_t length);

// The bytes that the first `points` code points of valid UTF-8 take; there must be as many, and one more or a NUL.
size_t utf8_skip(const char *bytes, uint64_t points);

// The length in bytes (1 to 4) of the code point that starts with this byte of valid UTF-8.
static inline unsigned utf8_size(char first) {
    unsigned char byte = (unsigned char)first;
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// Decodes the code point at `bytes`, which is valid UTF-8.
static inline uint32_t utf8_decode(const char *bytes) {
    const unsigned char *at = (const unsigned char *)bytes;
    if (at[0] < 0x80)
        return at[0];
    if (at[0] < 0xe0)
        return (uint32_t)(at[0] & 0x1f) << 6 | (at[1] & 0x3f);
    if (at[0] < 0xf0)
        return (uint32_t)(at[0] & 0x0f) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    return (uint32_t)(at[0] & 0x07) << 18 | (uint32_t)(at[1] & 0x3f) << 12 | (uint32_t)(at[2] & 0x3f) << 6 |
           (at[3] & 0x3f);
}

// Writes the code point (valid: not a surrogate, at most U+10FFFF) to at most 4 bytes; its size.
static inline unsigned utf8_encode(uint32_t point, char *bytes) {
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        bytes[0] = (char)(0xc0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        bytes[0] = (char)(0xe0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    bytes[0] = (char)(0xf0 | point >> 18);
    bytes[1] = (char)(0x80 | (point >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (point >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

static inline bool utf8_is_point(int64_t code) {
    return code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

#endif
