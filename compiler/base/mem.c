#include "compiler/base/mem.h"

#include "compiler/base/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The one place of the compiler that ends the process: no caller could go on without memory.
static _Noreturn void out_of_memory(size_t size) {
    fprintf(stderr, "fluffyc: out of memory (%zu bytes more were needed)\n", size);
    exit(1);
}

char *mem_copy_text(const char *text, size_t len) {
    char *copy = mem_alloc_data(len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

#ifdef FLUFFY_PLAIN_MALLOC

// Every block is in a list, so that a fuzz target can drop what one input left behind, and so that the leak check sees
// all of it as reachable.
typedef struct Block {
    struct Block *next;
    uint64_t unused; // keeps what follows aligned to 16 bytes
} Block;

static Block *blocks;

void mem_init(void) {}

void mem_stop_collecting(void) {}

void *mem_alloc(size_t size) {
    Block *block = size > SIZE_MAX - sizeof(Block) ? NULL : calloc(1, sizeof(Block) + size);
    if (!block)
        out_of_memory(size);
    block->next = blocks;
    blocks = block;
    return block + 1;
}

void *mem_alloc_data(size_t size) { return mem_alloc(size); }

void *mem_grow(void *old, size_t old_size, size_t new_size) {
    void *grown = mem_alloc(new_size);
    if (old_size)
        memcpy(grown, old, old_size);
    return grown;
}

void mem_free_everything(void) {
    names_forget();
    while (blocks) {
        Block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

#else

#include <gc.h>

// A compiler run is short: starting with a heap of some size and growing it in large steps avoids most collections.
enum { INITIAL_HEAP = 64 << 20 };

void mem_init(void) {
    GC_INIT();
    GC_set_warn_proc(GC_ignore_warn_proc);
    GC_set_free_space_divisor(1);
    GC_expand_hp(INITIAL_HEAP);
}

void mem_stop_collecting(void) { GC_disable(); }

void *mem_alloc(size_t size) {
    void *object = GC_MALLOC(size);
    if (!object)
        out_of_memory(size);
    return object;
}

void *mem_alloc_data(size_t size) {
    void *object = GC_MALLOC_ATOMIC(size);
    if (!object)
        out_of_memory(size);
    return memset(object, 0, size);
}

void *mem_grow(void *old, size_t old_size, size_t new_size) {
    void *grown = mem_alloc(new_size);
    if (old_size)
        memcpy(grown, old, old_size);
    return grown;
}

#endif
