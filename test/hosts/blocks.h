// The host's own allocator, for programs that look whether the library gives everything back: it counts the blocks that
// it has given out. Any thread.
#ifndef FLUFFY_TEST_HOSTS_BLOCKS_H
#define FLUFFY_TEST_HOSTS_BLOCKS_H

#include <stdlib.h>

static _Atomic(long) blocks;

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes);
    blocks += memory != NULL;
    return memory;
}

static void *resize(void *old, size_t bytes) {
    void *memory = realloc(old, bytes);
    blocks += !old && memory;
    return memory;
}

static void release(void *memory) {
    blocks -= memory != NULL;
    free(memory);
}

#endif
