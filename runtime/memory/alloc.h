// The allocator under arenas, messages and tables: jemalloc under a prefix (a program's malloc stays the C
// library's), plain malloc when FLUFFY_PLAIN_MALLOC is defined, so that sanitizers know every block; within another
// program (FLUFFY_HOSTED) that program's malloc, or what it says instead.
//
// Any thread may allocate, and any thread may free what another allocated.
#ifndef FLUFFY_RUNTIME_MEMORY_ALLOC_H
#define FLUFFY_RUNTIME_MEMORY_ALLOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// `bytes` bytes, 16-aligned, not initialised; NULL when there are none (or a failure is injected). Owned by the
// caller.
void *memory_allocate(size_t bytes);

// As realloc: NULL leaves `old` as it was. `old` may be NULL.
void *memory_resize(void *old, size_t bytes);

// Gives back what the two above returned. NULL is allowed.
void memory_free(void *pointer);

// Gives pages that nobody uses back to the system; may take milliseconds.
void memory_trim(void);

// For memory that comes from elsewhere: counts as an allocation; false: it is to fail.
bool memory_may_allocate(void);

// Whether failures are injected: then no cache may stand before the allocator. Any thread; relaxed; other than 0 only
// in tests.
extern _Atomic uint64_t memory_fails_at;
static inline bool memory_failing(void) {
    return __builtin_expect(atomic_load_explicit(&memory_fails_at, memory_order_relaxed) != 0, 0);
}

// What memory comes from where the runtime is a library (FLUFFY_HOSTED); NULL: malloc, realloc, free again. Each as the
// C library's function of that name, for any thread. While there is no runtime and nothing of it.
typedef struct MemoryHooks {
    void *(*allocate)(size_t bytes);
    void *(*resize)(void *old, size_t bytes);
    void (*release)(void *pointer);
} MemoryHooks;
void memory_set_hooks(const MemoryHooks *hooks);

// ---- For tests: failures. Only where FLUFFY_FAULTS is defined: in the archives that tests are linked with and in
// sanitizer builds (there FLUFFY_FAIL=N or N:COUNT in the environment does the same), not in the product.

// The n-th allocation from now on (1 is the next) fails, and as many as `count` in all. n is 0: none fails.
void memory_fail(uint64_t n, uint64_t count);
// The same with all that follow the n-th.
void memory_fail_at(uint64_t n);

// Allocations made so far by all threads since one of the two was called with another n than 0.
uint64_t memory_allocations(void);

#endif
