// The blocks of an arena before and after a collection.
#ifndef FLUFFY_RUNTIME_COLLECT_BLOCKS_H
#define FLUFFY_RUNTIME_COLLECT_BLOCKS_H

#include "runtime/memory/arena.h"

// ---- the old ones, sorted by address. Made only when something may stay where it is.

typedef struct OldBlock {
    FlBlock *block; // NULL: the embedded bytes
    char *first, *end;
    uint64_t bit; // of its first word in the map of pins
    bool kept;    // goes on to belong to the arena
    bool pinned;  // kept for some of its objects, which do not move
    bool fresh;   // pins were added since it was last looked through
} OldBlock;

typedef struct OldBlocks {
    OldBlock *blocks; // NULL: not made, or memory is out
    size_t count;
    uint64_t words; // in all of them
    bool tried;
} OldBlocks;

void old_blocks_make(OldBlocks *old, const FlArena *arena, const FlBump *bump);

// The block that an address lies in; NULL: none. Only if the table was made.
OldBlock *old_blocks_find(const OldBlocks *old, const void *address);

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
