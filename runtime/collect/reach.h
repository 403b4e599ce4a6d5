// The table of what is reachable: first the list of work to do, then the forwarding table.
//
// Invariants:
//  - A marked object's flags hold 1 + its place in the table; reach_end takes the marks away.
//  - Every reference to a buffer is the first word of a list, whose range is the word behind it.
//  - All elements of a buffer in [first, end) have been looked through.
// Threads: the one that owns the heap.
#ifndef FLUFFY_RUNTIME_COLLECT_REACH_H
#define FLUFFY_RUNTIME_COLLECT_REACH_H

#include "runtime/memory/object.h"

enum { REACH_INLINE = 20 };

typedef struct ReachEntry {
    FlObject *source;
    FlObject *copy;      // where it will be; `source` if it stays; NULL: not decided
    uint32_t first, end; // of a buffer with visible elements: these; otherwise 0
} ReachEntry;

typedef struct Reach {
    uint32_t count, capacity; // of entries
    uint32_t again;  // from this entry on, buffers were widened after they had been looked through; UINT32_MAX: none
    uint32_t looked; // the entry that is being looked through
    ReachEntry *entries; // `few`, or allocated
    bool failed;         // memory is out, or more than 2^28 objects
    ReachEntry few[REACH_INLINE];
} Reach;

void reach_begin(Reach *reach);

// Marks an object, which is not static. A pinned one, added before all others, stays where it is with all its elements.
void reach_add(Reach *reach, FlObject *object);
void reach_pin(Reach *reach, FlObject *object);

// Marks all that what was added refers to.
void reach_all(Reach *reach);

// Redirects the references of an object, at its new place, to where entries say that their targets will be.
void reach_redirect(const Reach *reach, FlObject *object);

// The entry of a marked object.
static inline ReachEntry *reach_entry(const Reach *reach, const FlObject *object) {
    return &reach->entries[(object->flags >> OBJECT_MARK_SHIFT) - 1];
}

// Takes the marks off all sources: nothing was moved.
void reach_unmark(const Reach *reach);

void reach_end(Reach *reach);

#endif
