// The allocator under arenas, messages and tables: jemalloc under a prefix (a program's malloc stays the C
// library's), plain malloc when FLUFFY_PLAIN_MALLOC is defined, so that sanitizers know every block.
//
// Any thread may allocate, and any thread may free what another allocated.
#ifndef FLUFFY_RUNTIME_MEMORY_ALLOC_H
#define FLUFFY_RUNTIME_MEMORY_ALLOC_H

#include <stddef.h>
#include <stdint.h>

// `bytes` bytes, 16-aligned, not initialised; NULL when there are none (or a failure is injected). Owned by the
// caller.
void *memory_allocate(size_t bytes);

// As realloc: NULL leaves `old` as it was. `old` may be NULL.
void *memory_resize(void *old, size_t bytes);

// Gives back what the two above returned. NULL is allowed.
void memory_free(void *pointer);

// For tests: the n-th allocation from now on (1 is the next) fails, and each one after it until this is called
// again. 0: none fails.
void memory_fail_at(uint64_t n);

// For tests: allocations made so far by all threads, while memory_fail_at is armed with a number that is never
// reached. Else 0.
uint64_t memory_allocations(void);

#endif
