// Small pieces of memory that go from thread to thread, messages above all: for each thread and each size class an
// array of free pieces in front of the allocator. A thread that frees more than it allocates gives pieces in batches to
// the depot, from which those that allocate more take them, so that a lock is taken once in CACHE_BATCH pieces.
//
// Invariants:
//  - A piece is a block of memory_allocate of its class's size: memory_free may be given one too.
//  - Size classes are multiples of 64 bytes up to CACHE_BYTES; larger pieces go straight to the allocator.
//  - The arrays are variables of threads, and a process's stack may go on in another thread: so these functions may
//    only be inlined into functions that neither switch nor call something that may.
// In sanitizer builds there are no caches: every piece is known to the sanitizer by its size.
#ifndef FLUFFY_RUNTIME_MEMORY_CACHE_H
#define FLUFFY_RUNTIME_MEMORY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/memory/alloc.h"

enum {
    CACHE_BYTES = 512, // the largest class
    CACHE_BATCH = 63,  // pieces that move between a thread and the depot at once
    CACHE_MOST = 2 * CACHE_BATCH,
    CACHE_CLASSES = CACHE_BYTES / 64,
};

typedef struct CacheClass {
    uint64_t count;
    void *pieces[1 + CACHE_MOST]; // from 1 to count; the last ones are the next to be given out. [0] is NULL
} CacheClass;

_Static_assert(sizeof(CacheClass) == 1024, "a class is found by a shift");

#ifdef FLUFFY_PLAIN_MALLOC

static inline void *cache_pop(size_t pieces) {
    (void)pieces;
    return NULL;
}
static inline void *cache_allocate(size_t bytes) { return memory_allocate(bytes); }
static inline uint8_t cache_pieces(size_t bytes) {
    (void)bytes;
    return 0;
}
static inline void cache_free_pieces(void *piece, uint32_t pieces) {
    (void)pieces;
    memory_free(piece);
}
typedef void CacheOfThread;
static inline CacheOfThread *cache_of_thread(void) { return NULL; }
static inline void cache_flush(CacheOfThread *cache) { (void)cache; }
static inline void cache_flush_thread(void) {}
static inline void cache_empty(void) {}

#else

extern __thread CacheClass cache_classes[CACHE_CLASSES];

typedef CacheClass CacheOfThread; // CACHE_CLASSES of them

// The calling thread's; and what empties one that no thread uses meanwhile.
CacheOfThread *cache_of_thread(void);
void cache_flush(CacheOfThread *cache);

// A thread that has used caches calls the first when it ends; when the runtime ends, the second gives all that lies in
// the depot back to the allocator.
void cache_flush_thread(void);
void cache_empty(void);

void *cache_allocate_slow(size_t bytes);
void cache_free_slow(void *piece, uint32_t pieces);

// How many 64 bytes cache_allocate(bytes) gives; 0: it does not come from a cache.
static inline uint8_t cache_pieces(size_t bytes) { return bytes <= CACHE_BYTES ? (uint8_t)((bytes + 63) / 64) : 0; }

// From a class, by the number of its pieces' 64 bytes, from 1; NULL: there is none.
static inline void *cache_pop(size_t pieces) {
    CacheClass *class = &cache_classes[pieces - 1];
    void *piece = class->pieces[class->count];
    if (__builtin_expect(piece == NULL || memory_failing(), 0))
        return NULL;
    class->count--;
    return piece;
}

// `bytes` bytes (greater than 0), 16-aligned, not initialised; NULL: memory is out.
static inline void *cache_allocate(size_t bytes) {
    if (__builtin_expect(bytes > CACHE_BYTES, 0))
        return memory_allocate(bytes);
    void *piece = cache_pop((bytes + 63) / 64);
    return __builtin_expect(piece != NULL, 1) ? piece : cache_allocate_slow(bytes);
}

static inline bool cache_push(CacheClass *class, void *piece) {
    if (__builtin_expect(class->count == CACHE_MOST, 0))
        return false;
    class->pieces[++class->count] = piece;
    return true;
}

// Gives back what cache_allocate gave; `pieces` as cache_pieces said. Any thread. The most frequent class, whose
// address is a constant, is found faster by itself.
static inline void cache_free_pieces(void *piece, uint32_t pieces) {
    bool kept = __builtin_expect(pieces == 1, 1) ? cache_push(&cache_classes[0], piece)
                                                 : pieces > 0 && cache_push(&cache_classes[pieces - 1], piece);
    if (__builtin_expect(!kept, 0))
        cache_free_slow(piece, pieces);
}

#endif
#endif
