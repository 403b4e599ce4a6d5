// Stacks: slots of one reserved region, reused last-in first-out, and large segments for deep recursion.
//
// Invariants:
//  - A slot is STACK_BYTES long and aligned to that; its upper end holds a StackSlot, below which the usable part ends.
//  - There are no guard pages (the kernel's limit on mappings would end them at 32,753): generated code checks its
//  stack pointer.
//  - A cache belongs to one worker; the region's own list is locked.
#ifndef FLUFFY_RUNTIME_PLATFORM_STACK_H
#define FLUFFY_RUNTIME_PLATFORM_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/platform/sanitizer.h"

typedef struct StackSlot StackSlot;
struct StackSlot {
    StackSlot *next; // in a free list
    SanitizedStack sanitized;
};

typedef struct StackCache {
    StackSlot *free;
    uint32_t count;
} StackCache;

// Reserves the region. false: there is no address space.
bool stacks_init(void);
// Releases it; no stack may be in use, no cache be used afterwards.
void stacks_deinit(void);

// A slot, by its lowest address; NULL: all are in use or memory is out.
char *stack_take(StackCache *cache);
void stack_give(StackCache *cache, char *stack);

static inline StackSlot *stack_slot(char *stack) { return (StackSlot *)(stack + STACK_BYTES) - 1; }

// The upper end of the usable part, 16-aligned. Neighbouring slots begin on different cache sets.
static inline char *stack_top(char *stack) {
    return stack + STACK_BYTES - 128 - ((uintptr_t)stack / STACK_BYTES % 16) * 192;
}

// A large segment of at least the size that could be had, *bytes (a power of two) or less; NULL: not even 1 MB.
char *segment_take(size_t *bytes);
// Gives it back: its memory goes to the system, the address space may be kept for the next taker.
void segment_give(char *segment, size_t bytes);

#endif
