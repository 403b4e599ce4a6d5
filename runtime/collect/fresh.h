// Where objects move to: the arena's embedded bytes, by way of a copy of them, then fresh blocks.
#ifndef FLUFFY_RUNTIME_COLLECT_FRESH_H
#define FLUFFY_RUNTIME_COLLECT_FRESH_H

#include "runtime/memory/arena.h"

enum {
    FRESH_LARGE = ARENA_BLOCK_LAST / 4, // objects from here on get blocks of their own
    FRESH_ASIDE = 160,                  // at least the embedded bytes of a control block
};

// Invariants: objects lie from `aside` to `aside_end` and from `first` to `end` in each block, but for the newest,
// where they end at `next`. All before `scan` were looked through. `end` of `large` ones is valid.
typedef struct Fresh {
    char *next, *end;        // room for the next object, aside or in the newest block
    int64_t shift;           // from where an object is written to where it will be; not 0 only while `next` is aside
    FlBlock *first, *newest; // in the order in which they were taken; NULL: none
    FlBlock *large;          // blocks of large objects, looked through
    FlBlock *large_grey;     // and not yet
    uint64_t size;           // of the next block
    FlBlock *scanned;        // where `scan` is; NULL: aside
    char *scan;
    char *embedded, *aside_end;
    char aside[FRESH_ASIDE] __attribute__((aligned(8)));
} Fresh;

// `embedded` bytes are free to be moved to, and nothing stays where it is; 0: not so.
void fresh_begin(Fresh *fresh, char *embedded, uint64_t embedded_bytes);

// fresh_take when there is no room at `next`. NULL: memory is out.
char *fresh_take_slow(Fresh *fresh, uint64_t bytes);

// Room for an object that will be at the result + fresh->shift.
static inline char *fresh_take(Fresh *fresh, uint64_t bytes) {
    char *place = fresh->next;
    if (__builtin_expect(bytes <= (uint64_t)(fresh->end - place), 1)) {
        fresh->next = place + bytes;
        return place;
    }
    return fresh_take_slow(fresh, bytes);
}

// Where an object lies for now that will be at `object`.
static inline void *fresh_now(Fresh *fresh, const void *object) {
    uint64_t offset = (uint64_t)((const char *)object - fresh->embedded);
    return offset < FRESH_ASIDE ? fresh->aside + offset : (char *)object;
}

// The end of what lies in a stretch: aside (NULL) or in a block.
static inline char *fresh_end(const Fresh *fresh, const FlBlock *block) {
    if (block == fresh->newest)
        return fresh->next;
    return block == NULL ? fresh->aside_end : block->end;
}

// Calls visit(context, object) for all that lies in it.
void fresh_each(Fresh *fresh, void (*visit)(void *context, FlObject *object), void *context);

void fresh_free(Fresh *fresh);

#endif
