#include "runtime/memory/cache.h"

#ifndef FLUFFY_PLAIN_MALLOC

#include <pthread.h>
#include <string.h>

enum { DEPOT_PIECES = 64 * CACHE_BATCH }; // of a class; what is beyond goes back to the allocator

__thread CacheClass cache_classes[CACHE_CLASSES];

static struct {
    pthread_mutex_t lock;
    uint32_t count;
    void *pieces[DEPOT_PIECES];
} depot[CACHE_CLASSES] = {[0 ... CACHE_CLASSES - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

static void take_batch(CacheClass *class, size_t index) {
    pthread_mutex_lock(&depot[index].lock);
    uint32_t count = depot[index].count < CACHE_BATCH ? depot[index].count : CACHE_BATCH;
    depot[index].count -= count;
    memcpy(class->pieces + 1, depot[index].pieces + depot[index].count, count * sizeof(void *));
    pthread_mutex_unlock(&depot[index].lock);
    class->count = count;
}

// An injected failure has to meet every allocation: then nothing comes from a cache.
void *cache_allocate_slow(size_t bytes) {
    size_t index = (bytes - 1) / 64;
    CacheClass *class = &cache_classes[index];
    if (!memory_failing()) {
        take_batch(class, index);
        if (class->count > 0)
            return class->pieces[class->count--];
    }
    return memory_allocate((index + 1) * 64);
}

// The pieces that were freed first: the others are in the processor's cache.
static void give_batch(CacheClass *class, size_t index) {
    pthread_mutex_lock(&depot[index].lock);
    bool room = depot[index].count + CACHE_BATCH <= DEPOT_PIECES;
    if (room) {
        memcpy(depot[index].pieces + depot[index].count, class->pieces + 1, CACHE_BATCH * sizeof(void *));
        depot[index].count += CACHE_BATCH;
    }
    pthread_mutex_unlock(&depot[index].lock);
    for (uint32_t i = 1; i <= CACHE_BATCH && !room; i++)
        memory_free(class->pieces[i]);
    class->count -= CACHE_BATCH;
    memmove(class->pieces + 1, class->pieces + 1 + CACHE_BATCH, class->count * sizeof(void *));
}

void cache_free_slow(void *piece, uint32_t pieces) {
    if (pieces == 0) {
        memory_free(piece);
        return;
    }
    CacheClass *class = &cache_classes[pieces - 1];
    give_batch(class, pieces - 1);
    class->pieces[++class->count] = piece;
}

// ---- the end of threads and of the runtime

__attribute__((noinline)) CacheOfThread *cache_of_thread(void) { return cache_classes; }

void cache_flush(CacheOfThread *cache) {
    for (size_t index = 0; index < CACHE_CLASSES; index++) {
        for (CacheClass *class = &cache[index]; class->count > 0; class->count--)
            memory_free(class->pieces[class->count]);
    }
}

void cache_flush_thread(void) { cache_flush(cache_of_thread()); }

void cache_empty(void) {
    for (size_t index = 0; index < CACHE_CLASSES; index++) {
        pthread_mutex_lock(&depot[index].lock);
        for (; depot[index].count > 0; depot[index].count--)
            memory_free(depot[index].pieces[depot[index].count - 1]);
        pthread_mutex_unlock(&depot[index].lock);
    }
}

#endif
