// Collection: what a process's roots reach moves into fresh blocks, the rest of its arena is given back.
//
// Objects are copied as they are found, breadth first (Cheney): the header of an object that has moved says where to,
// and the fresh blocks are the list of work to do. Sharing is kept. What stays where it is: large objects that have a
// block of their own, what a word in the ranges may point to (pins.h), and whatever lies outside of the arena. Of a
// buffer the stretch that lists see is kept (views.h); room to append only if it is the owner's, at most as much again.
// What is copied first goes into the embedded bytes.
//
// If memory runs out, everything that has moved moves back (undo.h): nothing has happened then. Threads: the one that
// runs the process, or that has it off its run queue.
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
    // Called for references to what is neither in the arena nor static (FlObject.flags says so), at least once for each
    // object that is reached; may replace the reference. false: memory is out. May be called again for a collection
    // that is undone. NULL: there are no such references.
    bool (*outside)(void *context, FlWord *slot);
    void *context;
} CollectRoots;

// Reads FLUFFY_COLLECT: with "hard" a collection is due at every opportunity. Once, before there are arenas.
void collect_start(void);

// Nothing but the roots may refer to objects of the arena. Sets the next threshold: twice what is left and was scanned,
// or half way to the limit if that is nearer. false: memory is out, nothing was collected; the threshold is doubled.
bool collect(FlArena *arena, FlBump *bump, const CollectRoots *roots);

// The same in steps, for heaps that take long: MORE says that *rest is to be given to collect_step, whose answer is
// like this one's. Until then nobody may touch the arena, what the roots say stays true, and any thread may take the
// next step. If there is no memory for the state, all is done in one step.
bool collect_takes_long(const FlArena *arena);
typedef struct Collection Collection;
typedef enum CollectResult { COLLECT_DONE, COLLECT_FAILED, COLLECT_MORE } CollectResult;
CollectResult collect_begin(FlArena *arena, FlBump *bump, const CollectRoots *roots, Collection **rest);
CollectResult collect_step(Collection *rest);

#endif
