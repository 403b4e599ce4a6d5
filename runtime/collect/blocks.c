#include "runtime/collect/blocks.h"

#include <stdlib.h>

#include "runtime/memory/alloc.h"

// ---- the old ones

static int by_address(const void *a, const void *b) {
    const OldBlock *left = a, *right = b;
    return (left->block > right->block) - (left->block < right->block);
}

static void make_table(OldBlocks *old, const FlArena *arena) {
    size_t count = 0;
    old->tried = true;
    for (FlBlock *block = arena->others; block != NULL; block = block->next)
        count++;
    if (count == 0)
        return;
    old->blocks = memory_allocate(count * sizeof(OldBlock));
    if (old->blocks == NULL)
        return;
    for (FlBlock *block = arena->others; block != NULL; block = block->next)
        old->blocks[old->count++] = (OldBlock){.block = block};
    qsort(old->blocks, old->count, sizeof(OldBlock), by_address);
}

OldBlock *old_blocks_alone(OldBlocks *old, const FlArena *arena, const void *address, uint64_t bytes) {
    if (!old->tried)
        make_table(old, arena);
    size_t low = 0, high = old->count; // the last block whose address is below
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((const char *)old->blocks[middle].block < (const char *)address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    OldBlock *found = &old->blocks[low - 1];
    const FlBlock *block = found->block;
    return block->first == address && block->end == block->first + bytes ? found : NULL;
}

FlBlock *old_blocks_free(OldBlocks *old, const FlArena *arena) {
    FlBlock *kept = NULL;
    if (arena->current != NULL)
        memory_free(arena->current);
    if (old->blocks == NULL) {
        blocks_free(arena->others);
        return NULL;
    }
    for (size_t i = 0; i < old->count; i++) {
        FlBlock *block = old->blocks[i].block;
        if (old->blocks[i].kept) {
            block->next = kept;
            kept = block;
        } else {
            memory_free(block);
        }
    }
    memory_free(old->blocks);
    return kept;
}

// ---- the new ones

static FlBlock *take_block(uint64_t total) {
    FlBlock *block = memory_allocate(total);
    if (block != NULL)
        *block = (FlBlock){.first = (char *)(block + 1), .end = (char *)block + total, .bytes = total};
    return block;
}

// The last block has room for what is left, and to go on allocating.
static uint64_t block_size(uint64_t left) {
    uint64_t wanted = sizeof(FlBlock) + left + left / 4, size = ARENA_BLOCK_FIRST;
    while (size < wanted && size < ARENA_BLOCK_LAST)
        size *= 2;
    return size;
}

static void push(FreshBlocks *fresh, FlBlock *block) {
    block->next = fresh->others;
    fresh->others = block;
}

static void *take_large(FreshBlocks *fresh, uint64_t bytes) {
    FlBlock *block = take_block(sizeof(FlBlock) + bytes);
    if (block == NULL)
        return NULL;
    push(fresh, block);
    return block->first;
}

void *fresh_take(FreshBlocks *fresh, uint64_t bytes) {
    if (bytes >= FRESH_LARGE)
        return take_large(fresh, bytes);
    if (fresh->current == NULL || bytes > (uint64_t)(fresh->current->end - fresh->next)) {
        FlBlock *block = take_block(block_size(fresh->left));
        if (block == NULL)
            return NULL;
        if (fresh->current != NULL) {
            fresh->current->end = fresh->next;
            push(fresh, fresh->current);
        }
        fresh->current = block;
        fresh->next = block->first;
    }
    char *place = fresh->next;
    fresh->next += bytes;
    fresh->left -= bytes;
    return place;
}

void fresh_free(FreshBlocks *fresh) {
    if (fresh->current != NULL)
        memory_free(fresh->current);
    blocks_free(fresh->others);
}
