#include "runtime/platform/stack.h"

#include <stdatomic.h>

#include "runtime/platform/vm.h"

enum {
    COMMIT_STACKS = 32, // slots committed at once
    CACHE_STACKS = 64,  // a cache that has more gives half of them to the region
    KEPT_SEGMENTS = 4,  // segments whose address space is kept
    SEGMENT_LEAST = 1 << 19,
    KEPT_SLOTS = 256,      // free slots that keep their memory in any case
    TRIMMED_AT_ONCE = 8,   // slots, under the lock
    TRIMMED_PER_CALL = 32, // slots
};
#define SEGMENT_SMALL ((size_t)2 << 20)         // of a segment's upper end, pages are small
#define TRIM_NANOSECONDS ((int64_t)1000000)     // between calls while there is something to give back
#define UNUSED_NANOSECONDS ((int64_t)200000000) // so long nobody needed a slot that gives its memory back
#define KEPT_OF_DEEP ((size_t)8 << 10)          // of a slot that was used to its lower end, this much stays resident
#define KEPT_TOUCHED ((size_t)64 << 10)         // of a segment given back, this much of its upper end stays resident

static struct {
    pthread_mutex_t lock;
    char *base;
    size_t bytes;
    size_t committed; // bytes
    size_t used;      // bytes that were handed out at least once
    // Free slots, by number: a stack of them, of which those at the bottom, `cold` ones, have given their memory back.
    uint32_t *free;
    uint32_t free_count, cold;
    uint32_t least; // free_count was at least this since trim_from
    int64_t trim_from;
    uint32_t trim_to; // what is below this was not needed in the last such time
    struct {
        char *address;
        size_t bytes;
    } kept[KEPT_SEGMENTS];
} region = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Of all segments. Relaxed: they guard nothing but themselves.
static _Atomic(size_t) granted; // bytes
static _Atomic(size_t) allowed; // 0: not yet asked for

// The stack of free slots, as large as there can be slots.
static bool make_free(void) {
    size_t bytes = sizeof *region.free * STACK_MAX;
    char *free = vm_reserve(&bytes, sizeof *region.free * STACK_MAX);
    region.free = (uint32_t *)free;
    region.free_count = region.cold = region.least = region.trim_to = 0;
    region.trim_from = 0;
    return free && vm_commit(free, bytes);
}

bool stacks_init(void) {
    size_t bytes = (size_t)STACK_BYTES * STACK_MAX;
    char *base = vm_reserve(&bytes, (size_t)STACK_BYTES * COMMIT_STACKS * 2);
    if (!base || !make_free())
        return false;
    region.base = base;
    region.bytes = bytes;
    // Slots are aligned to their size.
    uintptr_t skip = -(uintptr_t)base % STACK_BYTES;
    region.used = region.committed = skip;
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
    vm_release((char *)region.free, sizeof *region.free * STACK_MAX);
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

static uint32_t number_of(StackSlot *slot) {
    return (uint32_t)((size_t)(slot_stack(slot) - region.base) / STACK_BYTES);
}

static char *stack_of(uint32_t number) {
    uintptr_t skip = -(uintptr_t)region.base % STACK_BYTES;
    return region.base + skip + (size_t)number * STACK_BYTES;
}

// The last free slot that was given, or NULL. The lock is held.
static StackSlot *pop_free(void) {
    if (region.free_count == 0)
        return NULL;
    uint32_t count = --region.free_count;
    if (count < region.cold)
        region.cold = count; // its memory comes back as it is touched
    if (count < region.least)
        region.least = count;
    if (count < region.trim_to)
        region.trim_to = count;
    return stack_slot(stack_of(region.free[count]));
}

char *stack_take(StackCache *cache) {
    StackSlot *slot = cache->free;
    if (slot) {
        cache->free = slot->next;
        cache->count--;
        return slot_stack(slot);
    }
    pthread_mutex_lock(&region.lock);
    slot = pop_free();
    if (!slot)
        slot = fresh_slot();
    pthread_mutex_unlock(&region.lock);
    return slot ? slot_stack(slot) : NULL;
}

static void give_some_back(StackCache *cache, uint32_t keep) {
    pthread_mutex_lock(&region.lock);
    while (cache->count > keep) {
        StackSlot *slot = cache->free;
        cache->free = slot->next;
        region.free[region.free_count++] = number_of(slot);
        cache->count--;
    }
    pthread_mutex_unlock(&region.lock);
}

void stacks_give_back(StackCache *cache) { give_some_back(cache, 0); }

void stack_give(StackCache *cache, char *stack) {
    StackSlot *slot = stack_slot(stack);
    if (__builtin_expect(slot->deep, 0)) {
        slot->deep = false;
        vm_discard(stack, STACK_BYTES - KEPT_OF_DEEP);
    }
    slot->next = cache->free;
    cache->free = slot;
    if (++cache->count > CACHE_STACKS)
        give_some_back(cache, CACHE_STACKS / 2);
}

// ---- giving memory back
//
// The free slots are used last in, first out, so those at the bottom that were not needed for some time are the
// coldest.

// Some slots of those that were not needed; false: there are no more. The lock is not held for long, and the kernel
// needs a microsecond or two for each.
static bool trim_some(void) {
    pthread_mutex_lock(&region.lock);
    for (int i = 0; i < TRIMMED_AT_ONCE && region.cold < region.trim_to; i++)
        vm_discard(stack_of(region.free[region.cold++]), STACK_BYTES);
    bool more = region.cold < region.trim_to;
    pthread_mutex_unlock(&region.lock);
    return more;
}

// When the slots that are free now will have been free for long; INT64_MAX: no slot keeps memory needlessly.
static int64_t look_again(int64_t now) {
    pthread_mutex_lock(&region.lock);
    if (now - region.trim_from >= UNUSED_NANOSECONDS) {
        region.trim_to = region.least > KEPT_SLOTS ? region.least - KEPT_SLOTS : 0;
        region.least = region.free_count;
        region.trim_from = now;
    }
    bool warm = region.free_count > region.cold + KEPT_SLOTS;
    int64_t next = region.cold < region.trim_to ? now + TRIM_NANOSECONDS : region.trim_from + UNUSED_NANOSECONDS;
    pthread_mutex_unlock(&region.lock);
    return warm ? next : INT64_MAX;
}

int64_t stacks_trim(int64_t now) {
    if (SANITIZED) // descriptions of stacks lie in them
        return INT64_MAX;
    for (int i = 0; i < TRIMMED_PER_CALL / TRIMMED_AT_ONCE && trim_some(); i++)
        ;
    return look_again(now);
}

// ---- segments

size_t segments_allowed(void) {
    size_t bytes = atomic_load_explicit(&allowed, memory_order_relaxed);
    if (bytes == 0) {
        bytes = vm_memory() / 2;
        atomic_store_explicit(&allowed, bytes, memory_order_relaxed);
    }
    return bytes;
}

void segments_allow(size_t bytes) { atomic_store_explicit(&allowed, bytes, memory_order_relaxed); }

bool segment_grant(size_t bytes) {
    if (atomic_fetch_add_explicit(&granted, bytes, memory_order_relaxed) + bytes <= segments_allowed())
        return true;
    segment_ungrant(bytes);
    return false;
}

void segment_ungrant(size_t bytes) { atomic_fetch_sub_explicit(&granted, bytes, memory_order_relaxed); }

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
        if (!segment)
            break;
        if (vm_commit(segment, *bytes)) {
            if (*bytes > SEGMENT_SMALL)
                vm_large_pages(segment, *bytes - SEGMENT_SMALL);
            break;
        }
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
