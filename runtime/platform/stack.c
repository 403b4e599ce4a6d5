#include "runtime/platform/stack.h"

#include "runtime/platform/vm.h"

enum {
    COMMIT_STACKS = 32, // slots committed at once
    CACHE_STACKS = 64,  // a cache that has more gives half of them to the region
    KEPT_SEGMENTS = 4,  // segments whose address space is kept
    SEGMENT_LEAST = 1 << 20,
};
#define KEPT_TOUCHED ((size_t)64 << 10) // of a segment given back, this much of its upper end stays resident

static struct {
    pthread_mutex_t lock;
    char *base;
    size_t bytes;
    size_t committed; // bytes
    size_t used;      // bytes that were handed out at least once
    StackSlot *free;
    struct {
        char *address;
        size_t bytes;
    } kept[KEPT_SEGMENTS];
} region = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool stacks_init(void) {
    size_t bytes = (size_t)STACK_BYTES * STACK_MAX;
    char *base = vm_reserve(&bytes, (size_t)STACK_BYTES * COMMIT_STACKS * 2);
    if (!base)
        return false;
    region.base = base;
    region.bytes = bytes;
    // Slots are aligned to their size.
    uintptr_t skip = -(uintptr_t)base % STACK_BYTES;
    region.used = region.committed = skip;
    region.free = NULL;
    return true;
}

void stacks_deinit(void) {
    uintptr_t skip = -(uintptr_t)region.base % STACK_BYTES;
    for (size_t at = skip; at < region.used; at += STACK_BYTES) {
        sanitized_slot_end(&stack_slot(region.base + at)->sanitized);
        sanitized_fresh(region.base + at, STACK_BYTES);
    }
    vm_release(region.base, region.bytes);
    region.base = NULL;
    for (int i = 0; i < KEPT_SEGMENTS; i++) {
        if (region.kept[i].address)
            vm_release(region.kept[i].address, region.kept[i].bytes);
        region.kept[i].address = NULL;
    }
}

// A slot that was never used. The region's lock is held.
static StackSlot *fresh_slot(void) {
    if (region.used + STACK_BYTES > region.committed) {
        size_t chunk = (size_t)STACK_BYTES * COMMIT_STACKS;
        if (region.committed + chunk > region.bytes)
            chunk = STACK_BYTES;
        if (region.committed + chunk > region.bytes)
            return NULL;
        if (!vm_commit(region.base + region.committed, chunk))
            return NULL;
        region.committed += chunk;
    }
    char *stack = region.base + region.used;
    region.used += STACK_BYTES;
    StackSlot *slot = stack_slot(stack);
    sanitized_slot(&slot->sanitized, stack, STACK_BYTES - 128);
    return slot;
}

static char *slot_stack(StackSlot *slot) { return (char *)(slot + 1) - STACK_BYTES; }

char *stack_take(StackCache *cache) {
    StackSlot *slot = cache->free;
    if (slot) {
        cache->free = slot->next;
        cache->count--;
        return slot_stack(slot);
    }
    pthread_mutex_lock(&region.lock);
    slot = region.free;
    if (slot) {
        region.free = slot->next;
    } else {
        slot = fresh_slot();
    }
    pthread_mutex_unlock(&region.lock);
    return slot ? slot_stack(slot) : NULL;
}

void stack_give(StackCache *cache, char *stack) {
    StackSlot *slot = stack_slot(stack);
    slot->next = cache->free;
    cache->free = slot;
    if (++cache->count <= CACHE_STACKS)
        return;
    pthread_mutex_lock(&region.lock);
    while (cache->count > CACHE_STACKS / 2) {
        slot = cache->free;
        cache->free = slot->next;
        slot->next = region.free;
        region.free = slot;
        cache->count--;
    }
    pthread_mutex_unlock(&region.lock);
}

char *segment_take(size_t *bytes) {
    pthread_mutex_lock(&region.lock);
    char *segment = NULL;
    for (int i = 0; i < KEPT_SEGMENTS && !segment; i++) {
        if (!region.kept[i].address || region.kept[i].bytes != *bytes)
            continue;
        segment = region.kept[i].address;
        region.kept[i].address = NULL;
    }
    pthread_mutex_unlock(&region.lock);
    while (!segment && *bytes >= SEGMENT_LEAST) {
        segment = vm_reserve(bytes, SEGMENT_LEAST);
        if (!segment || vm_commit(segment, *bytes))
            break;
        vm_release(segment, *bytes);
        segment = NULL;
        *bytes /= 2;
    }
    return segment;
}

void segment_give(char *segment, size_t bytes) {
    sanitized_fresh(segment, bytes);
    vm_discard(segment, bytes - KEPT_TOUCHED);
    pthread_mutex_lock(&region.lock);
    for (int i = 0; i < KEPT_SEGMENTS && segment; i++) {
        if (region.kept[i].address)
            continue;
        region.kept[i].address = segment;
        region.kept[i].bytes = bytes;
        segment = NULL;
    }
    pthread_mutex_unlock(&region.lock);
    if (segment)
        vm_release(segment, bytes);
}
