#include "runtime/collect/blocks.h"

#include <stdlib.h>

#include "runtime/memory/alloc.h"

// ---- the old ones

static int by_address(const void *a, const void *b) {
    const OldBlock *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

static void add(OldBlocks *old, FlBlock *block, char *first, char *end) {
    old->blocks[old->count++] = (OldBlock){.block = block, .first = first, .end = end, .bit = old->words};
    old->words += (uint64_t)(end - first) / sizeof(FlWord);
}

void old_blocks_make(OldBlocks *old, const FlArena *arena, const FlBump *bump) {
    size_t count = 2;
    old->tried = true;
    for (FlBlock *block = arena->others; block != NULL; block = block->next)
        count++;
    old->blocks = memory_allocate(count * sizeof(OldBlock));
    if (old->blocks == NULL)
        return;
    add(old, NULL, arena->embedded, arena->current == NULL ? bump->next : arena->embedded + arena->embedded_end);
    if (arena->current != NULL)
        add(old, arena->current, arena->current->first, bump->next);
    for (FlBlock *block = arena->others; block != NULL; block = block->next)
        add(old, block, block->first, block->end);
    qsort(old->blocks, old->count, sizeof(OldBlock), by_address);
}

OldBlock *old_blocks_find(const OldBlocks *old, const void *address) {
    size_t low = 0, high = old->count; // the first block that begins behind the address
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (old->blocks[middle].first <= (const char *)address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && (const char *)address < old->blocks[low - 1].end ? &old->blocks[low - 1] : NULL;
}

FlBlock *old_blocks_free(OldBlocks *old, const FlArena *arena) {
    FlBlock *kept = NULL;
    if (old->blocks == NULL) {
        if (arena->current != NULL)
            memory_free(arena->current);
        blocks_free(arena->others);
        return NULL;
    }
    for (size_t i = 0; i < old->count; i++) {
        FlBlock *block = old->blocks[i].block;
        if (block == NULL)
            continue;
        if (old->blocks[i].kept) {
            block->end = old->blocks[i].end;
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
