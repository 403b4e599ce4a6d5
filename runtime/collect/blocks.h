// The blocks of an arena before and after a collection.
#ifndef FLUFFY_RUNTIME_COLLECT_BLOCKS_H
#define FLUFFY_RUNTIME_COLLECT_BLOCKS_H

#include "runtime/memory/arena.h"

// ---- the old ones, sorted by address. Made only when something may stay where it is.

typedef struct OldBlock {
    FlBlock *block;
    bool kept; // goes on to belong to the arena
} OldBlock;

typedef struct OldBlocks {
    OldBlock *blocks; // NULL: not made, or memory is out
    size_t count;
    bool tried;
} OldBlocks;

// The block that holds the object at `address` and nothing else, `bytes` bytes; NULL: none does. `current` never does.
OldBlock *old_blocks_alone(OldBlocks *old, const FlArena *arena, const void *address, uint64_t bytes);

// Frees all blocks of the arena but those kept, which are returned as a list, and the table.
FlBlock *old_blocks_free(OldBlocks *old, const FlArena *arena);

// ---- the new ones

typedef struct FreshBlocks {
    FlBlock *current; // the last one that is not of a large object; objects up to `next`
    FlBlock *others;
    char *next;
    uint64_t left; // bytes of small objects still to be asked for, by which the blocks are sized
} FreshBlocks;

enum { FRESH_LARGE = ARENA_BLOCK_LAST / 4 }; // objects from here on get blocks of their own

// Room for an object; NULL: memory is out. The sum of all `bytes` below FRESH_LARGE is what `left` was at first.
void *fresh_take(FreshBlocks *fresh, uint64_t bytes);

void fresh_free(FreshBlocks *fresh);

#endif
