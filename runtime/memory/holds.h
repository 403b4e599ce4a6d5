// Holds: what keeps memory outside of all arenas alive, and what it costs the holder.
//
// Outside lies what processes share (FlObject.flags tells): counted blocks, each a flat object (FL_OBJECT_COUNTED: a
// string, or a buffer without references) under one atomic count; and objects of the shared heap (FL_OBJECT_SHARED).
//
// A hold is an FlBlock with first == NULL, in the list of an arena or a message, so that it goes where blocks go: with
// a message to its receiver, and at its end. By FlBlock.end it is
//  - the counted object that it holds: one of its counts belongs to the hold. The maker's hold is part of the block.
//  - HOLD_SLOTS: four slots of the shared heap (SharedSlots, of which FlBlock is the head).
//  - HOLD_TABLE: the promotions of an arena (promote.h), always the first in its list.
//
// Invariants:
//  - An object of an arena or message refers only to objects that its holds keep: counted ones by a hold of their own,
//    shared ones perhaps by way of others.
//  - `bytes` of a hold is what its holder is charged: each holder all of it. A shared object is charged with what can
//    be reached from it (holds_weight), what is reached twice perhaps twice.
//  - Only the owner of a counted buffer (FlBuffer.owner) writes behind what others see of it; nobody else reads `used`.
// Threads: a list belongs to the one that has the arena or message; counts are atomic.
#ifndef FLUFFY_RUNTIME_MEMORY_HOLDS_H
#define FLUFFY_RUNTIME_MEMORY_HOLDS_H

#include <stdatomic.h>

#include "runtime/memory/arena.h"
#include "runtime/memory/object.h"

// Bytes from which on a flat object is counted.
enum { COUNTED_LEAST = 4096 };

#define HOLD_SLOTS ((char *)1)
#define HOLD_TABLE ((char *)2)

typedef struct Counted {
    FlBlock own; // the hold of the arena that made it
    // Holds and cells (promote.h) that have a part in it. Up: relaxed, by who has a part. Down: release; who takes the
    // last one acquires what all others did.
    _Atomic(uint64_t) count;
    uint64_t bytes; // of the whole block
    // Instead of freeing the block when the last part is gone; any thread, on any stack. NULL: it is freed.
    void (*finish)(const FlObject *object);
} Counted; // the object follows

static inline bool hold_is(const FlBlock *block) { return block->first == NULL; }

static inline Counted *counted_of(const FlObject *object) { return (Counted *)(uintptr_t)object - 1; }

// A flat object of `bytes` bytes in a counted block, held by the arena; the caller writes the whole object, with flags
// OBJECT_COUNTED_FLAGS. NULL: the limit would be passed, or memory is out.
void *counted_new(FlArena *arena, uint64_t bytes);

void counted_up(const FlObject *object);
void counted_down(const FlObject *object);

// What a holder of a shared object is charged.
static inline uint64_t holds_weight(const FlObject *shared) {
    return (uint64_t)(shared->flags >> OBJECT_INDEX_SHIFT) << 4;
}

// Flags of a shared object that is charged with `weight` bytes, at most 2 GB.
static inline uint32_t holds_shared_flags(uint64_t weight) {
    uint64_t most = (1u << OBJECT_INDEX_BITS) - 1, units = (weight + 15) >> 4;
    return FL_OBJECT_STATIC | FL_OBJECT_SHARED | (uint32_t)(units < most ? units : most) << OBJECT_INDEX_SHIFT;
}

// Puts a hold on an object outside, which the caller may follow, in front of a list. false: memory is out.
bool holds_add(FlBlock **list, FlObject *object);

// The same for a word that may refer to a shared object or be none at all; nothing is charged.
bool holds_add_word(FlBlock **list, FlWord word);

// Frees a list of holds.
void holds_free(FlBlock *list);

// Frees one; it is in no list any more.
void hold_free(FlBlock *hold);

// Gives a list of holds to an arena, which is charged.
void holds_give(FlArena *arena, FlBlock *list);

#endif
