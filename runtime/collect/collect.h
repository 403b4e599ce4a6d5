// Collection: what a process's roots reach moves into fresh blocks, the rest of its arena is given back.
//
// Steps, of which only the last two change anything, so that a lack of memory merely leaves the arena as it is:
//  1. mark what is reachable, in a table (reach.h); 2. decide where each object will be and take the blocks;
//  3. copy, and redirect the references; 4. free the old blocks.
//
// What stays where it is: large objects that have a block of their own, and what a word in the ranges may point to
// (pins.h); the rest of their blocks becomes fillers. Sharing is kept. Of a buffer the stretch that
// lists see is kept; room to append only if it is the owner's, at most as much again. What fits the embedded bytes goes
// there. Threads: the one that runs the process, or that has it off its run queue.
#ifndef FLUFFY_RUNTIME_COLLECT_COLLECT_H
#define FLUFFY_RUNTIME_COLLECT_COLLECT_H

#include "runtime/memory/arena.h"

// Words that may be references: a suspended stack with its saved registers.
typedef struct CollectRange {
    const char *from, *to;
} CollectRange;

typedef struct CollectRoots {
    FlObject **frame; // an object of the arena, a static one, or NULL; redirected
    FlPid owner;      // buffers of this owner stay its own, all others that move are nobody's afterwards
    const CollectRange *ranges;
    uint32_t range_count;
} CollectRoots;

// Reads FLUFFY_COLLECT: with "hard" a collection is due at every opportunity. Once, before there are arenas.
void collect_start(void);

// Nothing but the roots may refer to objects of the arena. Sets the next threshold: twice what is left and was scanned,
// or half way to the limit if that is nearer. false: memory is out, nothing was collected; the threshold is doubled.
bool collect(FlArena *arena, FlBump *bump, const CollectRoots *roots);

#endif
