// A string that grows, for results whose length is not known before. Short ones are built on the C stack; longer
// ones in the arena, as a filler until they are finished, so that a poll finds nothing incomplete.
//
// Without a process (builder_fixed) the text is cut to the caller's memory instead.
#ifndef FLUFFY_RUNTIME_VALUE_BUILDER_H
#define FLUFFY_RUNTIME_VALUE_BUILDER_H

#include <string.h>

#include "runtime/abi/abi.h"

typedef struct Builder {
    FlProcess *self;   // NULL: fixed
    char *bytes;       // small, the bytes of `chunk`, or the caller's
    uint64_t length;   // bytes written
    uint64_t capacity; // bytes there are
    FlString *chunk;   // in the arena; NULL while it is on the C stack
    uint64_t chunk_bytes;
    bool full; // fixed: something was cut off
    char small[256];
} Builder;

void builder_begin(Builder *builder, FlProcess *self);
void builder_fixed(Builder *builder, char *bytes, uint64_t size);

// Adds bytes for which there is no room yet: makes room (panics when the string gets too long), or cuts.
void builder_add_slow(Builder *builder, const char *bytes, uint64_t length);

static inline void builder_add(Builder *builder, const char *bytes, uint64_t length) {
    if (length > builder->capacity - builder->length) {
        builder_add_slow(builder, bytes, length);
        return;
    }
    memcpy(builder->bytes + builder->length, bytes, length);
    builder->length += length;
}

static inline void builder_add_text(Builder *builder, const char *text) { builder_add(builder, text, strlen(text)); }

static inline void builder_add_byte(Builder *builder, char byte) { builder_add(builder, &byte, 1); }

// In quotes; quotes, backslashes, line ends and tabs with a backslash before them, other control characters (0x7f too)
// as `control` adds them.
void builder_add_quoted(Builder *builder, const char *bytes, uint64_t length,
                        void (*control)(Builder *builder, unsigned char byte));

// The string; the builder is used up.
FlString *builder_finish(Builder *builder);

#endif
