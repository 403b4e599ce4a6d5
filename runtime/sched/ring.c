#include "runtime/sched/ring.h"

typedef struct List {
    FlProcess *first;
    FlProcess *last;
} List;

static struct {
    pthread_mutex_t lock;
    List urgent;
    List normal;
    // Written under the lock, read without: a stale value is caught by the last look before sleeping, which follows a
    // fence.
    _Atomic(uint32_t) urgent_count;
    _Atomic(uint32_t) normal_count;
} global = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void append(List *list, FlProcess *process) {
    process->queue_next = NULL;
    if (list->first) {
        list->last->queue_next = process;
    } else {
        list->first = process;
    }
    list->last = process;
}

static FlProcess *take(List *list, _Atomic(uint32_t) *count) {
    FlProcess *process = list->first;
    if (!process)
        return NULL;
    list->first = process->queue_next;
    atomic_fetch_sub_explicit(count, 1, memory_order_relaxed);
    return process;
}

void global_push(FlProcess *process, bool urgent) {
    pthread_mutex_lock(&global.lock);
    append(urgent ? &global.urgent : &global.normal, process);
    atomic_fetch_add_explicit(urgent ? &global.urgent_count : &global.normal_count, 1, memory_order_relaxed);
    pthread_mutex_unlock(&global.lock);
}

FlProcess *global_pop_urgent(void) {
    if (atomic_load_explicit(&global.urgent_count, memory_order_relaxed) == 0)
        return NULL;
    pthread_mutex_lock(&global.lock);
    FlProcess *process = take(&global.urgent, &global.urgent_count);
    pthread_mutex_unlock(&global.lock);
    return process;
}

FlProcess *global_pop(FlWorker *worker) {
    uint32_t count = atomic_load_explicit(&global.normal_count, memory_order_relaxed);
    if (count == 0)
        return NULL;
    uint32_t more = count / sched.worker_count;
    if (more > RING_SIZE / 2)
        more = RING_SIZE / 2;
    uint32_t used = atomic_load_explicit(&worker->ring_tail, memory_order_relaxed) -
                    atomic_load_explicit(&worker->ring_head, memory_order_relaxed);
    if (more > RING_SIZE - used)
        more = RING_SIZE - used;
    pthread_mutex_lock(&global.lock);
    FlProcess *first = take(&global.normal, &global.normal_count);
    for (FlProcess *process; more > 0 && (process = take(&global.normal, &global.normal_count)); more--) {
        uint32_t tail = atomic_load_explicit(&worker->ring_tail, memory_order_relaxed);
        atomic_store_explicit(&worker->ring[tail % RING_SIZE], process, memory_order_relaxed);
        atomic_store_explicit(&worker->ring_tail, tail + 1, memory_order_release);
    }
    pthread_mutex_unlock(&global.lock);
    return first;
}

bool global_empty(void) {
    return atomic_load_explicit(&global.normal_count, memory_order_relaxed) == 0 &&
           atomic_load_explicit(&global.urgent_count, memory_order_relaxed) == 0;
}

void global_reset(void) {
    global.urgent = global.normal = (List){NULL, NULL};
    atomic_store_explicit(&global.urgent_count, 0, memory_order_relaxed);
    atomic_store_explicit(&global.normal_count, 0, memory_order_relaxed);
}

// ---- rings

// Moves the older half of a full ring to the global queue; false: thieves were faster.
static bool spill(FlWorker *worker, uint32_t head) {
    FlProcess *batch[RING_SIZE / 2];
    for (uint32_t i = 0; i < RING_SIZE / 2; i++)
        batch[i] = atomic_load_explicit(&worker->ring[(head + i) % RING_SIZE], memory_order_relaxed);
    // Release: the elements were read before thieves or we may reuse their places.
    if (!atomic_compare_exchange_strong_explicit(&worker->ring_head, &head, head + RING_SIZE / 2, memory_order_acq_rel,
                                                 memory_order_relaxed))
        return false;
    pthread_mutex_lock(&global.lock);
    for (uint32_t i = 0; i < RING_SIZE / 2; i++)
        append(&global.normal, batch[i]);
    atomic_fetch_add_explicit(&global.normal_count, RING_SIZE / 2, memory_order_relaxed);
    pthread_mutex_unlock(&global.lock);
    return true;
}

void ring_push(FlWorker *worker, FlProcess *process) {
    for (;;) {
        // Acquire: whoever advanced head has read the element that we are about to overwrite.
        uint32_t head = atomic_load_explicit(&worker->ring_head, memory_order_acquire);
        uint32_t tail = atomic_load_explicit(&worker->ring_tail, memory_order_relaxed);
        if (tail - head < RING_SIZE) {
            atomic_store_explicit(&worker->ring[tail % RING_SIZE], process, memory_order_relaxed);
            // Release: the element and all of the process, for thieves.
            atomic_store_explicit(&worker->ring_tail, tail + 1, memory_order_release);
            return;
        }
        spill(worker, head);
    }
}

FlProcess *ring_pop(FlWorker *worker) {
    uint32_t head = atomic_load_explicit(&worker->ring_head, memory_order_acquire);
    for (;;) {
        if (head == atomic_load_explicit(&worker->ring_tail, memory_order_relaxed))
            return NULL;
        FlProcess *process = atomic_load_explicit(&worker->ring[head % RING_SIZE], memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(&worker->ring_head, &head, head + 1, memory_order_acq_rel,
                                                  memory_order_acquire))
            return process;
    }
}

FlProcess *ring_steal(FlWorker *worker, FlWorker *victim) {
    FlProcess *batch[RING_SIZE / 2];
    uint32_t head = atomic_load_explicit(&victim->ring_head, memory_order_acquire), count;
    do {
        // Acquire: the elements that the owner stored before it moved tail.
        uint32_t tail = atomic_load_explicit(&victim->ring_tail, memory_order_acquire);
        count = tail - head;
        count -= count / 2;
        if (count == 0)
            return NULL;
        if (count > RING_SIZE / 2) { // head and tail are of different moments
            head = atomic_load_explicit(&victim->ring_head, memory_order_acquire);
            continue;
        }
        for (uint32_t i = 0; i < count; i++)
            batch[i] = atomic_load_explicit(&victim->ring[(head + i) % RING_SIZE], memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(&victim->ring_head, &head, head + count, memory_order_acq_rel,
                                                  memory_order_acquire))
            break;
    } while (true);
    for (uint32_t i = 1; i < count; i++)
        ring_push(worker, batch[i]);
    return batch[0];
}
