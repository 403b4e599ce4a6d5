#include "runtime/process/roots.h"

#include <pthread.h>
#include <stdatomic.h>

#include "runtime/memory/alloc.h"
#include "runtime/process/table.h"

static struct {
    pthread_mutex_t lock;
    FlPid *pids; // owned; some have ended
    uint32_t count, capacity;
    atomic_bool ending; // set once in a run
} roots = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void drop_ended(void) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < roots.count; i++) {
        if (process_find(roots.pids[i]))
            roots.pids[kept++] = roots.pids[i];
    }
    roots.count = kept;
}

// Room for one more: those that have ended make it, unless they are few.
static bool make_room(void) {
    if (roots.count < roots.capacity)
        return true;
    drop_ended();
    if (roots.count < roots.capacity / 2)
        return true;
    uint32_t capacity = roots.capacity ? 2 * roots.capacity : 8;
    FlPid *pids = memory_resize(roots.pids, capacity * sizeof *pids);
    if (!pids)
        return false;
    roots.pids = pids;
    roots.capacity = capacity;
    return true;
}

bool roots_add(FlPid pid) {
    pthread_mutex_lock(&roots.lock);
    bool room = make_room();
    if (room)
        roots.pids[roots.count++] = pid;
    pthread_mutex_unlock(&roots.lock);
    return room;
}

FlPid roots_take(void) {
    FlPid pid = 0;
    pthread_mutex_lock(&roots.lock);
    while (pid == 0 && roots.count > 0) {
        roots.count--;
        if (process_find(roots.pids[roots.count]))
            pid = roots.pids[roots.count];
    }
    pthread_mutex_unlock(&roots.lock);
    return pid;
}

void roots_end(void) { atomic_store_explicit(&roots.ending, true, memory_order_relaxed); }

bool roots_ending(void) { return atomic_load_explicit(&roots.ending, memory_order_relaxed); }

void roots_reset(void) {
    pthread_mutex_lock(&roots.lock);
    memory_free(roots.pids);
    roots.pids = NULL;
    roots.count = roots.capacity = 0;
    atomic_store_explicit(&roots.ending, false, memory_order_relaxed);
    pthread_mutex_unlock(&roots.lock);
}
