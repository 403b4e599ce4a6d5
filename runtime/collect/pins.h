// Objects that stay where they are because a word on a stack may be a reference to them (Bartlett). Any word that is an
// address within an object of the arena counts, wherever in the object it points; other words are nothing.
//
// A filler that is pointed to is memory in use by the runtime: it stays as it is, and its words count too.
// Threads: the one that owns the arena.
#ifndef FLUFFY_RUNTIME_COLLECT_PINS_H
#define FLUFFY_RUNTIME_COLLECT_PINS_H

#include "runtime/collect/blocks.h"
#include "runtime/collect/collect.h"
#include "runtime/collect/reach.h"

typedef struct Pins {
    OldBlocks *old;
    uint64_t *map; // a bit for each word of the old blocks: it is pointed to
} Pins;

// Makes old's table, finds what the ranges point to and adds it to `reach`. false: memory is out.
bool pins_find(Pins *pins, OldBlocks *old, Reach *reach, const FlArena *arena, const FlBump *bump,
               const CollectRoots *roots);

// After everything else has moved, while marks are still there: what does not stay in pinned blocks becomes fillers.
void pins_sweep(const Pins *pins, const Reach *reach);

void pins_end(Pins *pins);

#endif
