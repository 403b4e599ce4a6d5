// Blocks double from 512 bytes to 64 KB. An object larger than a quarter of the block that would come next gets a
// block of its own, so that the rest of the current block stays in use and at most a quarter of a block is lost at
// its end.
#include "runtime/memory/arena.h"

#include "runtime/memory/alloc.h"
#include "runtime/memory/holds.h"

uint32_t arena_least_threshold = 4;

void blocks_free(FlBlock *first) {
    while (first != NULL) {
        FlBlock *next = first->next;
        if (__builtin_expect(hold_is(first), 0))
            hold_free(first);
        else
            memory_free(first);
        first = next;
    }
}

void arena_init(FlArena *arena, FlBump *bump, void *embedded, uint32_t size) {
    *arena = (FlArena){.embedded = embedded,
                       .embedded_bytes = (uint16_t)(size & ~7u),
                       .embedded_end = (uint16_t)(size & ~7u),
                       .threshold = arena_least_threshold};
    *bump = (FlBump){.next = embedded, .end = (char *)embedded + arena->embedded_bytes};
}

void arena_deinit(FlArena *arena, FlBump *bump) {
    blocks_free(arena->current);
    blocks_free(arena->others);
    holds_free(arena->holds);
    uint64_t limit = arena->limit;
    arena_init(arena, bump, arena->embedded, arena->embedded_bytes);
    arena->limit = limit;
}

// A block for objects of `bytes` bytes, charged; NULL if the limit would be passed or memory is out.
static FlBlock *take_block(FlArena *arena, uint64_t bytes) {
    uint64_t total = sizeof(FlBlock) + bytes;
    if (!arena_may_take(arena, total))
        return NULL;
    FlBlock *block = memory_allocate(total);
    if (block == NULL)
        return NULL;
    arena->bytes += total;
    char *first = (char *)(block + 1);
    *block = (FlBlock){.first = first, .end = first + bytes, .bytes = total};
    return block;
}

// The bump pointer leaves the present block, which thereby is complete.
static void complete_current(FlArena *arena, const FlBump *bump) {
    FlBlock *block = arena->current;
    if (block == NULL) {
        arena->embedded_end = (uint16_t)(bump->next - arena->embedded);
        return;
    }
    block->end = bump->next;
    block->next = arena->others;
    arena->others = block;
}

static uint64_t next_block(const FlArena *arena) {
    if (arena->current == NULL)
        return ARENA_BLOCK_FIRST;
    uint64_t twice = 2 * arena->current->bytes;
    return twice < ARENA_BLOCK_LAST ? twice : ARENA_BLOCK_LAST;
}

void *arena_allocate_slow(FlArena *arena, FlBump *bump, uint64_t bytes) {
    if (bytes <= (uint64_t)(bump->end - bump->next)) {
        void *object = bump->next;
        bump->next += bytes;
        return object;
    }
    if (bytes > UINT64_MAX / 2)
        return NULL;
    uint64_t next = next_block(arena);
    if (bytes > next / 4) {
        FlBlock *large = take_block(arena, bytes);
        if (large == NULL)
            return NULL;
        large->next = arena->others;
        arena->others = large;
        return large->first;
    }
    FlBlock *block = take_block(arena, next - sizeof(FlBlock));
    if (block == NULL)
        return NULL;
    complete_current(arena, bump);
    arena->current = block;
    *bump = (FlBump){.next = block->first + bytes, .end = block->end};
    return block->first;
}

uint64_t arena_used(const FlArena *arena, const FlBump *bump) {
    uint64_t embedded = arena->embedded_end;
    return arena->bytes + embedded - (uint64_t)(bump->end - bump->next);
}

void arena_adopt(FlArena *arena, FlBlock *blocks) {
    while (blocks != NULL) {
        FlBlock *next = blocks->next;
        if (__builtin_expect(hold_is(blocks), 0)) {
            blocks->next = NULL;
            holds_give(arena, blocks);
        } else {
            arena->bytes += blocks->bytes;
            blocks->next = arena->others;
            arena->others = blocks;
        }
        blocks = next;
    }
}

bool arena_each_block(const FlArena *arena, const FlBump *bump, bool (*visit)(void *context, char *first, char *end),
                      void *context) {
    char *embedded_end = arena->current != NULL ? arena->embedded + arena->embedded_end : bump->next;
    if (!visit(context, arena->embedded, embedded_end))
        return false;
    if (arena->current != NULL && !visit(context, arena->current->first, bump->next))
        return false;
    for (const FlBlock *block = arena->others; block != NULL; block = block->next)
        if (!visit(context, block->first, block->end))
            return false;
    return true;
}
