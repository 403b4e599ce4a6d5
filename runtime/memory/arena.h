// The arena of one process: where its values live until it ends.
//
// Starts in bytes of the control block, so that a small process allocates nothing, and goes on in blocks that
// double up to 64 KB; objects too large for a block get one of their own. Allocation never collects: it fails when
// the limit is passed by too much (arena_may_take) or memory is out, and the process room decides what that means.
// Everything is freed at the end.
//
// Invariants:
//  - `current` is the block that the bump pointer runs through (NULL: the embedded bytes); all other blocks are
//    complete.
//  - `bytes` is the sum of FlBlock.bytes of all blocks and holds. Past `threshold` the arena is due for a collection
//    (runtime/collect), which sets the next one.
//  - The FlBump stands in the control block (FlProcessHead.bump), outside of this struct, and is passed along.
//    Threads: only the one that runs the process (or that frees it when nobody runs it any more).
#ifndef FLUFFY_RUNTIME_MEMORY_ARENA_H
#define FLUFFY_RUNTIME_MEMORY_ARENA_H

#include "runtime/memory/block.h"

typedef struct FlArena {
    FlBlock *current;        // the block in use
    FlBlock *others;         // complete blocks, those of large objects, and adopted messages
    FlBlock *holds;          // what keeps memory outside alive (holds.h)
    uint64_t bytes;          // charged for all blocks and holds
    uint64_t limit;          // bytes that may be in use after a collection; 0: none. May be changed at any time
    char *embedded;          // the control block's bytes, 8-aligned
    uint16_t embedded_bytes; // how many these are
    uint16_t embedded_end;   // of them hold objects; valid once current != NULL
    uint32_t threshold;      // KB that `bytes` may reach before a collection is due
} FlArena;

// The threshold of an arena that is not collected any more.
#define ARENA_NEVER UINT32_MAX

// The threshold of a fresh arena, and the least one, in KB; 0: a collection is always due. Set once, before there are
// arenas.
extern uint32_t arena_least_threshold;

// Sizes of blocks: they double from the first to the last.
enum { ARENA_BLOCK_FIRST = 512, ARENA_BLOCK_LAST = 65536 };

// An arena in `size` bytes (at most 65528) at `embedded` (8-aligned, borrowed, not NULL; may be 0 bytes), without a
// limit.
void arena_init(FlArena *arena, FlBump *bump, void *embedded, uint32_t size);

// Frees all blocks and holds; the arena is then as init left it, with no embedded bytes in use.
void arena_deinit(FlArena *arena, FlBump *bump);

// The slow path of bump allocation: `bytes` bytes (a multiple of 8) for a fresh object, not written yet. NULL: the
// limit would be passed or memory is out; the arena is unchanged, and the same call may be tried again after the
// limit was raised.
void *arena_allocate_slow(FlArena *arena, FlBump *bump, uint64_t bytes);

// The whole allocation, fast path first.
static inline void *arena_allocate(FlArena *arena, FlBump *bump, uint64_t bytes) {
    char *object = bump->next;
    if (__builtin_expect(bytes <= (uint64_t)(bump->end - object), 1)) {
        bump->next = object + bytes;
        return object;
    }
    return arena_allocate_slow(arena, bump, bytes);
}

// Bytes in use, for limits and reports: blocks and embedded bytes without what is still free in the current one.
uint64_t arena_used(const FlArena *arena, const FlBump *bump);

// Takes a list of blocks and holds over; they must have nothing but complete objects. Never fails, whatever the limit.
void arena_adopt(FlArena *arena, FlBlock *blocks);

// Whether `total` bytes more may be charged. Garbage alone is to end no process, but nothing is collected where memory
// is taken: until the next collection, after which the process room looks at the limit, it may be passed by as much
// again and a little. An arena that is not collected may not pass it.
static inline bool arena_may_take(const FlArena *arena, uint64_t total) {
    if (arena->limit == 0)
        return true;
    uint64_t most = arena->threshold == ARENA_NEVER ? arena->limit
                    : arena->limit < UINT64_MAX / 4 ? 2 * arena->limit + ARENA_BLOCK_LAST
                                                    : UINT64_MAX / 2;
    return total <= most && arena->bytes <= most - total;
}

// Bytes until the next collection is due, if it would be `growth` without a limit: half of what the limit leaves, or,
// if that is little, an eighth of what lives, so that who is near its limit is not collected all the time.
static inline uint64_t arena_pace(const FlArena *arena, uint64_t growth) {
    if (arena->limit == 0)
        return growth;
    uint64_t left = arena->limit > arena->bytes ? (arena->limit - arena->bytes) / 2 : 0;
    uint64_t most = left > arena->bytes / 8 ? left : arena->bytes / 8;
    return growth < most ? growth : most;
}

// Whether it is worth a collection.
static inline bool arena_due(const FlArena *arena) { return arena->bytes >= (uint64_t)arena->threshold << 10; }

// A visit of all stretches of objects: calls visit(context, first, end) for each block, the embedded bytes
// included. false stops, and is returned.
bool arena_each_block(const FlArena *arena, const FlBump *bump, bool (*visit)(void *context, char *first, char *end),
                      void *context);

#endif
