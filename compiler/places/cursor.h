// Reading numbers and texts from bytes, front to back. Past the end everything is 0 or empty, and `bad` is set.
#ifndef FLUFFY_COMPILER_PLACES_CURSOR_H
#define FLUFFY_COMPILER_PLACES_CURSOR_H

#include "compiler/places/object.h"

typedef struct Cursor {
    const unsigned char *at, *end;
    bool bad;
} Cursor;

// From `offset` of the bytes on.
Cursor cursor_at(Bytes bytes, uint64_t offset);
bool cursor_done(const Cursor *cursor);
void cursor_skip(Cursor *cursor, uint64_t bytes);
// A little-endian number of 1 to 8 bytes.
uint64_t cursor_number(Cursor *cursor, unsigned bytes);
uint64_t cursor_unsigned(Cursor *cursor); // LEB128
int64_t cursor_signed(Cursor *cursor);
const char *cursor_text(Cursor *cursor);

#endif
