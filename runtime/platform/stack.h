// Stacks: slots of one reserved region, reused last-in first-out, and large segments for deep recursion.
//
// Invariants:
//  - A slot is STACK_BYTES long and aligned to that; its upper end holds a StackSlot, below which the usable part ends.
//  - There are no guard pages (the kernel's limit on mappings would end them at 32,753): generated code checks its
//  stack pointer.
//  - A cache belongs to one worker; the region's own free slots are locked. Those that nobody needed for a while give
//  their memory back (stacks_trim).
//  - What segments use is granted before it is touched: all together never use more than half of the memory that there
//  is, whatever recursion without end does.
#ifndef FLUFFY_RUNTIME_PLATFORM_STACK_H
#define FLUFFY_RUNTIME_PLATFORM_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/platform/sanitizer.h"

typedef struct StackSlot StackSlot;
struct StackSlot {
    StackSlot *next; // in a cache
    bool deep;       // used to its lower end since it was given last; by who has it
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
// Gives it back, to be the next that is taken. One marked `deep` keeps only the memory of its upper end: else in time
// all slots of all caches would be resident as a whole.
void stack_give(StackCache *cache, char *stack);

// Gives all that the cache has back, when nobody uses it any more.
void stacks_give_back(StackCache *cache);

// Gives the memory of a few free slots back that nobody needed since some calls ago. `now`: nanoseconds of a clock.
// When to call it again; INT64_MAX: nothing is to be given back as long as no slot is. Any thread.
int64_t stacks_trim(int64_t now);

static inline StackSlot *stack_slot(char *stack) { return (StackSlot *)(stack + STACK_BYTES) - 1; }

// The upper end of the usable part, 16-aligned. Neighbouring slots begin on different cache sets.
static inline char *stack_top(char *stack) {
    return stack + STACK_BYTES - 128 - ((uintptr_t)stack / STACK_BYTES % 16) * 192;
}

// Asks for `bytes` more of memory for segments; false: all of them would have too much. Any thread.
bool segment_grant(size_t bytes);
void segment_ungrant(size_t bytes);
// What all of them may have, in bytes, instead of half of the memory that there is; 0: that again.
void segments_allow(size_t bytes);
size_t segments_allowed(void);

// A large segment of at least the size that could be had, *bytes (a power of two) or less; NULL: not even 512 KB.
char *segment_take(size_t *bytes);
// Gives it back: its memory goes to the system, the address space may be kept for the next taker.
void segment_give(char *segment, size_t bytes);

#endif
