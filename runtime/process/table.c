#include "runtime/process/table.h"

#include <string.h>

#include "runtime/platform/vm.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

#define REGION_BYTES ((size_t)8 << 30) // about 27 million control blocks
#define REGION_LEAST ((size_t)1 << 20)
#define COMMIT_BYTES ((size_t)320 << 10)

enum { BATCH = 32 }; // slots moved at once between a cache and the region

ProcessHooks process_hooks;
__thread bool process_thread_is_free;
struct ProcessRegion process_region;

static struct {
    pthread_mutex_t lock;
    size_t bytes;     // reserved
    size_t committed; // bytes
    FlProcess *free;
    uint32_t lived; // the highest serial of earlier runs of the runtime: what still names a pid of theirs meets nobody
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool processes_init(void) {
    side_of_last_resort.reason = reason_no_memory;
    table.bytes = REGION_BYTES;
    process_region.slots = (FlProcess *)vm_reserve(&table.bytes, REGION_LEAST);
    table.committed = 0;
    table.free = NULL;
    atomic_store_explicit(&process_region.used, 0, memory_order_relaxed);
    return process_region.slots != NULL;
}

void processes_deinit(void) {
    uint32_t used = atomic_load_explicit(&process_region.used, memory_order_relaxed);
    for (uint32_t index = 0; index < used; index++) {
        uint32_t serial = (uint32_t)(process_region.slots[index].head.pid >> 32);
        table.lived = serial > table.lived ? serial : table.lived;
    }
    vm_release((char *)process_region.slots, table.bytes);
    process_region.slots = NULL;
}

// Puts up to BATCH slots that were never used into the cache. The lock is held.
static void take_fresh(ProcessCache *cache) {
    uint32_t used = atomic_load_explicit(&process_region.used, memory_order_relaxed);
    uint32_t end = used + BATCH;
    if ((size_t)end * sizeof(FlProcess) > table.bytes)
        return;
    while ((size_t)end * sizeof(FlProcess) > table.committed) {
        size_t chunk = COMMIT_BYTES;
        if (table.committed + chunk > table.bytes)
            chunk = (table.bytes - table.committed) & ~(size_t)4095;
        if (chunk == 0 || !vm_commit((char *)process_region.slots + table.committed, chunk))
            return;
        table.committed += chunk;
    }
    for (uint32_t index = end; index-- > used;) {
        FlProcess *process = &process_region.slots[index];
        __atomic_store_n(&process->head.pid, (FlPid)table.lived << 32 | index, __ATOMIC_RELAXED); // was never alive
        atomic_store_explicit(&process->mailbox, MAILBOX_CLOSED, memory_order_relaxed);
        process->queue_next = cache->free;
        cache->free = process;
        cache->count++;
    }
    atomic_store_explicit(&process_region.used, end, memory_order_release);
}

static bool refill(ProcessCache *cache) {
    pthread_mutex_lock(&table.lock);
    for (int i = 0; i < BATCH && table.free; i++) {
        FlProcess *process = table.free;
        table.free = process->queue_next;
        process->queue_next = cache->free;
        cache->free = process;
        cache->count++;
    }
    if (!cache->free)
        take_fresh(cache);
    pthread_mutex_unlock(&table.lock);
    return cache->free != NULL;
}

static FlPid next_pid(FlPid pid) {
    uint32_t serial = (uint32_t)(pid >> 32) + 1;
    if (serial == 0)
        serial = 1;
    return (FlPid)serial << 32 | (uint32_t)pid;
}

static void clear_between(FlProcess *process, size_t from, size_t to) { memset((char *)process + from, 0, to - from); }

// What comes before the arena. Its timeout by single stores: who parked the process before may still look there
// (timers.c, park_armed).
static void clear(FlProcess *process) {
    clear_between(process, offsetof(FlProcess, queue_next), offsetof(FlProcess, timeout));
    atomic_store_explicit(&process->timeout.armed, 0, memory_order_relaxed);
    atomic_store_explicit(&process->timeout.index, 0, memory_order_relaxed);
    process->timeout.shard = 0;
    clear_between(process, offsetof(FlProcess, timeout) + sizeof(FlTimeout), offsetof(FlProcess, arena));
}

// A slot whose mailbox is still closed, under the pid that it had.
static FlProcess *take_slot(ProcessCache *cache) {
    if (!cache->free && !refill(cache))
        return NULL;
    FlProcess *process = cache->free;
    cache->free = process->queue_next;
    cache->count--;
    process->head.resume = NULL;
    process->head.frame = NULL;
    process->head.defers = NULL;
    clear(process);
    process->status = PROCESS_RUNNING;
    process->flags = 0;
    process->last = &process->first;
    process->scan = &process->first;
    process->deadline = INT64_MAX;
    arena_init(&process->arena, &process->head.bump, process->embedded, sizeof process->embedded);
    __atomic_store_n(&process->head.stack_limit, (uintptr_t)0, __ATOMIC_RELAXED);
    atomic_store_explicit(&process->requests, 0, memory_order_relaxed);
    atomic_store_explicit(&process->alias_of, 0, memory_order_relaxed);
    atomic_store_explicit(&process->names, NAMES_NONE, memory_order_relaxed);
    return process;
}

FlProcess *process_allocate(ProcessCache *cache) {
    FlProcess *process = take_slot(cache);
    if (!process)
        return NULL;
    // The pid before the mailbox opens: who finds it open and compares pids afterwards sees the new one, or its message
    // is dropped by the drain.
    __atomic_store_n(&process->head.pid, next_pid(process->head.pid), __ATOMIC_RELEASE);
    atomic_store_explicit(&process->mailbox, MAILBOX_EMPTY, memory_order_release);
    return process;
}

FlProcess *process_allocate_alias(ProcessCache *cache, FlPid owner) {
    FlProcess *alias = cache->aliases;
    if (alias) {
        cache->aliases = alias->queue_next;
        cache->alias_count--;
    } else if ((alias = take_slot(cache)) == NULL) {
        return NULL;
    }
    alias->first = NULL;
    alias->called = 0;
    // As in process_allocate. Its mailbox stays closed, so no order with it is needed.
    __atomic_store_n(&alias->head.pid, next_pid(alias->head.pid), __ATOMIC_RELEASE);
    atomic_store_explicit(&alias->alias_of, owner, memory_order_relaxed);
    return alias;
}

void process_release_alias(ProcessCache *cache, FlProcess *alias) {
    atomic_store_explicit(&alias->alias_of, 0, memory_order_relaxed);
    if (cache->alias_count == BATCH) {
        process_release(cache, alias);
        return;
    }
    alias->queue_next = cache->aliases;
    cache->aliases = alias;
    cache->alias_count++;
}

void process_release(ProcessCache *cache, FlProcess *process) {
    process->queue_next = cache->free;
    cache->free = process;
    if (++cache->count <= 2 * BATCH)
        return;
    pthread_mutex_lock(&table.lock);
    while (cache->count > BATCH) {
        process = cache->free;
        cache->free = process->queue_next;
        process->queue_next = table.free;
        table.free = process;
        cache->count--;
    }
    pthread_mutex_unlock(&table.lock);
}

void processes_give_back(ProcessCache *cache) {
    pthread_mutex_lock(&table.lock);
    for (FlProcess **list = &cache->free; list; list = list == &cache->free ? &cache->aliases : NULL) {
        for (FlProcess *process; (process = *list) != NULL;) {
            *list = process->queue_next;
            process->queue_next = table.free;
            table.free = process;
        }
    }
    cache->count = cache->alias_count = 0;
    pthread_mutex_unlock(&table.lock);
}

FlProcess *process_find(FlPid pid) {
    FlProcess *process = process_slot(pid);
    if (!process || process_closed(process) || process_pid(process) != pid)
        return NULL;
    // It has ended and tells those who want to know, some of them already.
    if (atomic_load_explicit(&process->names, memory_order_relaxed) & NAMES_ENDED)
        return NULL;
    return process;
}

void processes_each(void (*visit)(void *context, FlProcess *process), void *context) {
    uint32_t used = atomic_load_explicit(&process_region.used, memory_order_acquire);
    for (uint32_t index = 0; index < used; index++)
        visit(context, &process_region.slots[index]);
}
