#include "runtime/memory/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#ifdef FLUFFY_HOSTED
static const MemoryHooks usual = {malloc, realloc, free};
static MemoryHooks hooks = {malloc, realloc, free};

void memory_set_hooks(const MemoryHooks *wanted) { hooks = wanted ? *wanted : usual; }

#define je_malloc hooks.allocate
#define je_realloc hooks.resize
#define je_free hooks.release
#elif defined FLUFFY_PLAIN_MALLOC
#define je_malloc malloc
#define je_realloc realloc
#define je_free free
#else
// Pages that nobody uses go back to the system within a second instead of ten: who passes big values on would otherwise
// keep ten times what is in use. It costs nothing that could be measured.
extern const char *je_malloc_conf;
const char *je_malloc_conf = "dirty_decay_ms:1000";

void *je_malloc(size_t bytes);
void *je_realloc(void *old, size_t bytes);
void je_free(void *pointer);
int je_mallctl(const char *name, void *old, size_t *old_bytes, void *fresh, size_t fresh_bytes);
#endif

_Atomic uint64_t memory_fails_at;

#ifdef FLUFFY_FAULTS
// `memory_fails_at` 0 means that nothing is counted. Relaxed: tests that need an exact n run one thread.
static _Atomic uint64_t fail_count; // how many fail, from that one on
static _Atomic uint64_t allocations;

static bool injected(void) {
    uint64_t n = atomic_load_explicit(&memory_fails_at, memory_order_relaxed);
    if (__builtin_expect(n == 0, 1))
        return false;
    uint64_t this = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
    return this >= n && this - n < atomic_load_explicit(&fail_count, memory_order_relaxed);
}

void memory_fail(uint64_t n, uint64_t count) {
    atomic_store_explicit(&allocations, 0, memory_order_relaxed);
    atomic_store_explicit(&fail_count, count, memory_order_relaxed);
    atomic_store_explicit(&memory_fails_at, n, memory_order_relaxed);
}

void memory_fail_at(uint64_t n) { memory_fail(n, UINT64_MAX); }

uint64_t memory_allocations(void) { return atomic_load_explicit(&allocations, memory_order_relaxed); }

// FLUFFY_FAIL=N or N:COUNT, for whole programs.
__attribute__((constructor)) static void read_environment(void) {
    const char *text = getenv("FLUFFY_FAIL");
    char *rest;
    if (!text)
        return;
    uint64_t n = strtoull(text, &rest, 10);
    memory_fail(n, *rest == ':' ? strtoull(rest + 1, NULL, 10) : UINT64_MAX);
}
#else
static inline bool injected(void) { return false; }
#endif

bool memory_may_allocate(void) { return !injected(); }

void *memory_allocate(size_t bytes) { return injected() ? NULL : je_malloc(bytes); }

void *memory_resize(void *old, size_t bytes) { return injected() ? NULL : je_realloc(old, bytes); }

void memory_free(void *pointer) { je_free(pointer); }

void memory_trim(void) {
#if !defined FLUFFY_HOSTED && !defined FLUFFY_PLAIN_MALLOC
    je_mallctl("arena.4096.purge", NULL, NULL, NULL, 0); // 4096: of all arenas
#endif
}
