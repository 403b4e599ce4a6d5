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

static void global_push_all(FlProcess *const *processes, uint32_t count) {
    pthread_mutex_lock(&global.lock);
    for (uint32_t i = 0; i < count; i++)
        append(&global.normal, processes[i]);
    atomic_fetch_add_explicit(&global.normal_count, count, memory_order_relaxed);
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

// Of both queues of a worker, how many the fuller one can take. Owner: thieves only make it more.
static uint32_t least_room(FlWorker *worker) {
    uint32_t run = atomic_load_explicit(&worker->ring_tail, memory_order_relaxed) -
                   atomic_load_explicit(&worker->ring_head, memory_order_relaxed);
    uint32_t fresh = atomic_load_explicit(&worker->fresh_bottom, memory_order_relaxed) -
                     atomic_load_explicit(&worker->fresh_top, memory_order_relaxed);
    return RING_SIZE - (run > fresh ? run : fresh);
}

FlProcess *global_pop(FlWorker *worker) {
    uint32_t count = atomic_load_explicit(&global.normal_count, memory_order_relaxed);
    if (count == 0)
        return NULL;
    uint32_t more = count / sched.worker_count;
    if (more > RING_SIZE / 2)
        more = RING_SIZE / 2;
    uint32_t room = least_room(worker);
    if (more > room)
        more = room;
    pthread_mutex_lock(&global.lock);
    FlProcess *first = take(&global.normal, &global.normal_count);
    for (FlProcess *process; more > 0 && (process = take(&global.normal, &global.normal_count)); more--)
        ring_push(worker, process);
    pthread_mutex_unlock(&global.lock);
    return first;
}

bool global_urgent(void) { return atomic_load_explicit(&global.urgent_count, memory_order_relaxed) != 0; }

bool global_empty(void) {
    return atomic_load_explicit(&global.normal_count, memory_order_relaxed) == 0 &&
           atomic_load_explicit(&global.urgent_count, memory_order_relaxed) == 0;
}

void global_reset(void) {
    global.urgent = global.normal = (List){NULL, NULL};
    atomic_store_explicit(&global.urgent_count, 0, memory_order_relaxed);
    atomic_store_explicit(&global.normal_count, 0, memory_order_relaxed);
}

// ---- the ring: processes that have run before

// Moves the older half of a full ring to the global queue; false: thieves were faster.
static bool spill(FlWorker *worker, uint32_t head) {
    FlProcess *batch[RING_SIZE / 2];
    for (uint32_t i = 0; i < RING_SIZE / 2; i++)
        batch[i] = atomic_load_explicit(&worker->ring[(head + i) % RING_SIZE], memory_order_relaxed);
    // Release: the elements were read before thieves or we may reuse their places.
    if (!atomic_compare_exchange_strong_explicit(&worker->ring_head, &head, head + RING_SIZE / 2, memory_order_acq_rel,
                                                 memory_order_relaxed))
        return false;
    global_push_all(batch, RING_SIZE / 2);
    return true;
}

static void push_run(FlWorker *worker, FlProcess *process) {
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

static FlProcess *pop_run(FlWorker *worker) {
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

static FlProcess *steal_run(FlWorker *worker, FlWorker *victim) {
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
        push_run(worker, batch[i]);
    return batch[0];
}

// ---- the deque: processes that have never run
//
// Chase and Lev, "Dynamic circular work-stealing deque" (2005), with a fixed size and the orders of Lê and others
// (2013). The counters run on and wrap around; what lies in the deque is [top, bottom).

// Any thread: the oldest one. NULL: it is empty, or another thread was faster (then *again).
static FlProcess *take_oldest(FlWorker *victim, bool *again) {
    uint32_t top = atomic_load_explicit(&victim->fresh_top, memory_order_acquire);
    // Partner: pop_newest. Either it sees that top has moved, or bottom is seen without the element that it takes.
    atomic_thread_fence(memory_order_seq_cst);
    // Acquire: the element, and all of the process.
    uint32_t bottom = atomic_load_explicit(&victim->fresh_bottom, memory_order_acquire);
    *again = false;
    if ((int32_t)(bottom - top) <= 0)
        return NULL;
    FlProcess *process = atomic_load_explicit(&victim->fresh[top % RING_SIZE], memory_order_relaxed);
    // Release: the element was read before the owner may use its place again.
    *again = !atomic_compare_exchange_strong_explicit(&victim->fresh_top, &top, top + 1, memory_order_seq_cst,
                                                      memory_order_relaxed);
    return *again ? NULL : process;
}

static FlProcess *pop_oldest(FlWorker *victim) {
    bool again;
    FlProcess *process;
    do
        process = take_oldest(victim, &again);
    while (again);
    return process;
}

// Moves the older half of a full deque to the global queue, or thieves were faster; either way there is room. Owner:
// nothing is taken at the bottom meanwhile, so that one exchange takes them all.
static void spill_fresh(FlWorker *worker, uint32_t top) {
    FlProcess *batch[RING_SIZE / 2];
    for (uint32_t i = 0; i < RING_SIZE / 2; i++)
        batch[i] = atomic_load_explicit(&worker->fresh[(top + i) % RING_SIZE], memory_order_relaxed);
    // As in take_oldest.
    if (atomic_compare_exchange_strong_explicit(&worker->fresh_top, &top, top + RING_SIZE / 2, memory_order_seq_cst,
                                                memory_order_relaxed))
        global_push_all(batch, RING_SIZE / 2);
}

static void push_fresh(FlWorker *worker, FlProcess *process) {
    uint32_t bottom = atomic_load_explicit(&worker->fresh_bottom, memory_order_relaxed);
    // Acquire: whoever advanced top has read the element that we are about to overwrite.
    uint32_t top = atomic_load_explicit(&worker->fresh_top, memory_order_acquire);
    if (bottom - top >= RING_SIZE)
        spill_fresh(worker, top);
    atomic_store_explicit(&worker->fresh[bottom % RING_SIZE], process, memory_order_relaxed);
    // Release: the element and all of the process, for thieves.
    atomic_store_explicit(&worker->fresh_bottom, bottom + 1, memory_order_release);
}

// Owner.
static FlProcess *pop_newest(FlWorker *worker) {
    uint32_t bottom = atomic_load_explicit(&worker->fresh_bottom, memory_order_relaxed);
    uint32_t top = atomic_load_explicit(&worker->fresh_top, memory_order_relaxed);
    if (bottom == top) // only the owner adds
        return NULL;
    bottom--;
    atomic_store_explicit(&worker->fresh_bottom, bottom, memory_order_relaxed);
    // Partner: take_oldest.
    atomic_thread_fence(memory_order_seq_cst);
    top = atomic_load_explicit(&worker->fresh_top, memory_order_relaxed);
    if ((int32_t)(bottom - top) > 0)
        return atomic_load_explicit(&worker->fresh[bottom % RING_SIZE], memory_order_relaxed);
    FlProcess *process = NULL;
    if (bottom == top) { // the last one: whoever advances top has it
        process = atomic_load_explicit(&worker->fresh[bottom % RING_SIZE], memory_order_relaxed);
        if (!atomic_compare_exchange_strong_explicit(&worker->fresh_top, &top, top + 1, memory_order_seq_cst,
                                                     memory_order_relaxed))
            process = NULL;
    }
    atomic_store_explicit(&worker->fresh_bottom, bottom + 1, memory_order_relaxed);
    return process;
}

static FlProcess *steal_fresh(FlWorker *worker, FlWorker *victim) {
    FlProcess *first = pop_oldest(victim);
    if (!first)
        return NULL;
    uint32_t left = atomic_load_explicit(&victim->fresh_bottom, memory_order_relaxed) -
                    atomic_load_explicit(&victim->fresh_top, memory_order_relaxed);
    for (uint32_t more = left <= RING_SIZE ? left / 2 : 0; more > 0; more--) {
        FlProcess *process = pop_oldest(victim);
        if (!process)
            break;
        push_fresh(worker, process);
    }
    return first;
}

// ---- both

// It has never been on a stack.
static bool is_fresh(const FlProcess *process) { return process->limit == 0; }

void ring_push(FlWorker *worker, FlProcess *process) {
    if (is_fresh(process)) {
        push_fresh(worker, process);
    } else {
        push_run(worker, process);
    }
}

static FlProcess *pop_fresh(FlWorker *worker) {
    if (!atomic_load_explicit(&worker->oldest_due, memory_order_relaxed))
        return pop_newest(worker);
    atomic_store_explicit(&worker->oldest_due, false, memory_order_relaxed);
    return pop_oldest(worker);
}

FlProcess *ring_pop(FlWorker *worker) {
    FlProcess *process = ++worker->pops % 2 == 0 ? pop_run(worker) : NULL;
    if (!process)
        process = pop_fresh(worker);
    return process ? process : pop_run(worker);
}

FlProcess *ring_steal(FlWorker *worker, FlWorker *victim) {
    FlProcess *process = steal_run(worker, victim);
    return process ? process : steal_fresh(worker, victim);
}
