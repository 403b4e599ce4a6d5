// A piece of UTF-8 text with its length; not necessarily NUL-terminated, may hold NULs (`\0` in a string literal).
// Plain value; the bytes belong to collected memory or to a source file.
#ifndef FLUFFY_COMPILER_BASE_TEXT_H
#define FLUFFY_COMPILER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Text {
    const char *data;
    size_t len;
} Text;

// The text of a C string literal or other NUL-terminated string; borrows it.
Text text_of(const char *nul_terminated);

bool text_equal(Text a, Text b);

// Decodes the code point at `data` (at least one byte, `len` in all) and writes its length in bytes to *size.
// An invalid sequence gives UTF8_INVALID with *size the number of bytes to skip (at least 1).
#define UTF8_INVALID 0xFFFFFFFFu
uint32_t utf8_decode(const char *data, size_t len, size_t *size);

// Writes a valid code point as UTF-8 (1 to 4 bytes) and returns the number of bytes.
size_t utf8_encode(uint32_t code_point, char out[4]);

// Columns a terminal uses for a code point: 0 (combining), 1, or 2 (East Asian wide, emoji).
int utf8_width(uint32_t code_point);

#endif
