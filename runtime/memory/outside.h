// What a collection does about what lies outside of the arena: finds out which holds are still needed, and replaces
// what was promoted by its shared copy.
//
// Steps: outside_begin; the collection visits (outside_visit) each reference that leads outside or to a promoted
// object; then outside_commit gives the arena new holds for what was visited, and lets the others go; or
// outside_abandon, if the collection came to nothing. In between the arena's holds stay as they were, so everything
// visited stays alive.
//
// Of a suspended stack each word counts that is an address within a counted block of the arena, or may be a
// reference into the shared heap.
// Threads: the one that has the arena.
#ifndef FLUFFY_RUNTIME_MEMORY_OUTSIDE_H
#define FLUFFY_RUNTIME_MEMORY_OUTSIDE_H

#include "runtime/memory/promote.h"

// A hold on a counted object.
typedef struct OutsideCounted {
    const FlObject *object;
    FlBlock *hold; // one of those that the arena has on it
    bool visited;
} OutsideCounted;

typedef struct Outside {
    FlArena *arena;          // NULL: there is nothing outside
    OutsideCounted *counted; // by address, each object once
    size_t counted_count;
    FlWord first, span; // of all of them: where the first one begins, and from there to the end of the last
    FlBlock *shared;    // new holds, for what was visited
    uintptr_t *seen;    // shared objects that have one: a hash table
    size_t seen_count, seen_capacity;
    bool failed; // memory is out
} Outside;

// A collection of the arena begins. Its result need not be looked at: if memory is out, outside_visit says so.
void outside_begin(Outside *outside, FlArena *arena);

// Words of a suspended stack.
void outside_scan(Outside *outside, const char *from, const char *to);

// A reference that leads outside, but not to a static object, or to a promoted object, whose copy it then gets.
// `context` is the Outside. false: memory is out.
bool outside_visit(void *context, FlWord *slot);

// The collection is done, or came to nothing. After commit the arena is charged for its holds in addition to its
// blocks, which arena->bytes counts before, and its threshold is moved on accordingly.
void outside_commit(Outside *outside);
void outside_abandon(Outside *outside);

#endif
