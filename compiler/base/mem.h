// Memory of the compiler. Everything that the compiler builds (trees, types, diagnostics, tables) comes from here and
// is never freed by hand: Boehm's collector takes it back. A build with FLUFFY_PLAIN_MALLOC (sanitizers, fuzzing) uses
// calloc instead.
//
// Invariants: memory is zeroed; running out of it ends the compiler with a message, so no caller tests for NULL.
// Threads: one thread only, unless the collector was built for more and the thread is registered with it.
#ifndef FLUFFY_COMPILER_BASE_MEM_H
#define FLUFFY_COMPILER_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

// Call once, first thing in main: sets the collector up for a short-lived process that allocates much.
void mem_init(void);

// From here on memory only grows: for a forked child that ends soon, where the collector's threads are missing.
void mem_stop_collecting(void);

// A zeroed object of `size` bytes that may hold pointers to other such objects.
void *mem_alloc(size_t size);

// A zeroed object of `size` bytes that holds no pointer to collected memory (text, numbers): it is never scanned.
void *mem_alloc_data(size_t size);

// A block of `new_size` bytes that begins with the first `old_size` bytes of `old` (NULL if old_size is 0). `old` must
// not be used afterwards. The new part is zeroed.
void *mem_grow(void *old, size_t old_size, size_t new_size);

// An owned copy of `len` bytes with a NUL behind them.
char *mem_copy_text(const char *text, size_t len);

// A zeroed object of type T.
#define mem_new(T) ((T *)mem_alloc(sizeof(T)))

#ifdef FLUFFY_PLAIN_MALLOC
// Frees everything ever allocated, interned names included. Only for fuzz targets, between two inputs.
void mem_free_everything(void);
#endif

#endif
