// A block: a piece of memory that holds objects one after another from `first` to `end`, without gaps.
//
// Invariants:
//  - Blocks come from memory_allocate; the header stands at the address to be freed. Objects are 8-aligned.
//  - From `first`, adding object_bytes again and again ends exactly at `end`, except in the block that an arena
//    bumps through: there it ends at the bump pointer and `end` is not yet valid.
//  - In the lists of blocks of messages, and in a list of an arena's own, there are also holds, which have no objects.
//  - A message (message.h) is a block too, once adopted: its header becomes a block's.
#ifndef FLUFFY_RUNTIME_MEMORY_BLOCK_H
#define FLUFFY_RUNTIME_MEMORY_BLOCK_H

#include "runtime/abi/abi.h"

typedef struct FlBlock FlBlock;
struct FlBlock {
    FlBlock *next;
    char *first;    // first object; NULL: a hold (holds.h)
    char *end;      // behind the last object
    uint64_t bytes; // that are charged for the block, header included
};

// Frees a list of blocks and holds. Any thread; the list must be private to the caller.
void blocks_free(FlBlock *first);

#endif
