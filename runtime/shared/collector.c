// The lock of the shared heap, and the thread that collects it.
//
// The lock is held to allocate, to clear slots, and through a whole collection. No process is stopped for a collection:
// objects don't change, and a reference that moves from slot to slot meanwhile is still in the one it came from,
// because slots are cleared only under the lock. Who wants to allocate meanwhile waits.
//
// Nobody is held up between the moment when a collection is due and the one when the thread has got the lock. On a busy
// machine that can be long; so whoever allocates when twice the pace is used up gives the thread some time each time.
#include <pthread.h>
#include <stdatomic.h>

#include "runtime/platform/futex.h"
#include "runtime/platform/thread.h"
#include "runtime/shared/heap.h"
#include "runtime/shared/slots.h"

enum {
    PACE_LEAST = 4 << 20, // bytes allocated between two collections, at least; else half of what is live
    THREAD_STACK = 1 << 20,
};

static const int64_t settle = 1000000000; // nanoseconds after which an idle heap is collected once more
static const int64_t patience = 10000000; // nanoseconds that who allocates leaves to a collection that is long due

static struct {
    pthread_mutex_t lock;
    pthread_mutex_t starting;
    _Atomic(uint32_t) state; // STATE_*; release by the collector's thread when it is ready, acquire by all
    // Sequentially consistent, these four: what the collector's thread is to see is stored before `signal`, and the
    // thread reads `signal` before it looks.
    _Atomic(uint32_t) signal; // incremented to wake the collector's thread (futex)
    _Atomic(uint32_t) done;   // collections, for who waits for one (futex)
    _Atomic(uint32_t) wanted; // number that `done` is to reach
    _Atomic(bool) stops;      // the thread is to end
    pthread_t thread;
    _Atomic(bool) asleep; // the thread sleeps until it is woken, however long; who takes it away wakes it
    // Under the lock; read by anybody, relaxed.
    _Atomic(uint64_t) since; // bytes allocated since the last collection
    _Atomic(uint64_t) pace;  // bytes after which the next one is due
    _Atomic(uint64_t) live;  // after the last one
    uint64_t fixed_pace;     // 0: none
    // The least and greatest address of an object ever: written under the lock, read by anybody, relaxed (who has a
    // reference has got it after its object's allocation).
    _Atomic(uintptr_t) low, high;
} heap = {.lock = PTHREAD_MUTEX_INITIALIZER, .starting = PTHREAD_MUTEX_INITIALIZER, .low = UINTPTR_MAX};

enum { STATE_NONE, STATE_STARTING, STATE_READY, STATE_FAILED };

static void wake_collector(void) {
    atomic_fetch_add_explicit(&heap.signal, 1, memory_order_seq_cst);
    futex_wake(&heap.signal, 1);
}

static bool due(void) {
    uint32_t left = atomic_load_explicit(&heap.wanted, memory_order_seq_cst) -
                    atomic_load_explicit(&heap.done, memory_order_relaxed);
    return (int32_t)left > 0 || atomic_load_explicit(&heap.since, memory_order_relaxed) >=
                                    atomic_load_explicit(&heap.pace, memory_order_relaxed);
}

static void set_pace(uint64_t live) {
    uint64_t pace = heap.fixed_pace != 0 ? heap.fixed_pace : live / 2 < PACE_LEAST ? PACE_LEAST : live / 2;
    atomic_store_explicit(&heap.pace, pace, memory_order_relaxed);
    atomic_store_explicit(&heap.since, 0, memory_order_relaxed);
    atomic_store_explicit(&heap.live, live, memory_order_relaxed);
}

static void collect_once(void) {
    pthread_mutex_lock(&heap.lock);
    slots_clear();
    heap_collect();
    set_pace(heap_live());
    pthread_mutex_unlock(&heap.lock);
    heap_call_gone();
    atomic_fetch_add_explicit(&heap.done, 1, memory_order_seq_cst);
    futex_wake(&heap.done, INT32_MAX);
}

// Sleeps until a collection is due: by what was allocated; by a test's wish; or because the heap was changed and then
// left alone for a while. Unchanged, it costs nothing.
static void wait_for_work(int64_t took) {
    bool changed = false;
    for (uint64_t seen = 0;;) {
        uint32_t before = atomic_load_explicit(&heap.signal, memory_order_seq_cst);
        // Partner of shared_stir: either this sees what was given back, or that sees the sleeper.
        atomic_store_explicit(&heap.asleep, !changed, memory_order_seq_cst);
        if (due() || atomic_load_explicit(&heap.stops, memory_order_seq_cst))
            return;
        uint64_t since = atomic_load_explicit(&heap.since, memory_order_relaxed);
        bool more = (slots_given() > 0) | (since != seen);
        if (changed && !more)
            return;
        if (more && !changed)
            atomic_store_explicit(&heap.asleep, false, memory_order_relaxed);
        changed = more;
        seen = since;
        futex_wait(&heap.signal, before, changed ? settle + 50 * took : -1);
    }
}

void shared_stir(void) {
    if (__builtin_expect(atomic_load_explicit(&heap.asleep, memory_order_seq_cst), 0) &&
        atomic_exchange_explicit(&heap.asleep, false, memory_order_seq_cst))
        wake_collector();
}

static void *run(void *unused) {
    heap_init();
    set_pace(0);
    atomic_store_explicit(&heap.state, STATE_READY, memory_order_release);
    futex_wake(&heap.state, INT32_MAX);
    for (int64_t took = 0; !atomic_load_explicit(&heap.stops, memory_order_seq_cst);) {
        wait_for_work(took);
        int64_t started = clock_now();
        collect_once();
        took = clock_now() - started;
    }
    collect_once(); // what is left, for who watches it
    heap_deinit();
    return unused;
}

static bool start_thread(void) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    bool started = thread_start(&heap.thread, &attributes, run, NULL);
    pthread_attr_destroy(&attributes);
    return started;
}

static bool start(void) {
    pthread_mutex_lock(&heap.starting);
    if (atomic_load_explicit(&heap.state, memory_order_relaxed) == STATE_NONE) {
        atomic_store_explicit(&heap.state, STATE_STARTING, memory_order_relaxed);
        if (!start_thread())
            atomic_store_explicit(&heap.state, STATE_NONE, memory_order_relaxed);
    }
    pthread_mutex_unlock(&heap.starting);
    uint32_t state;
    while ((state = atomic_load_explicit(&heap.state, memory_order_acquire)) == STATE_STARTING)
        futex_wait(&heap.state, STATE_STARTING, -1);
    return state == STATE_READY;
}

#if defined FLUFFY_PLAIN_MALLOC || defined FLUFFY_HOSTED
void shared_stop(void) {
    if (!shared_started())
        return;
    atomic_store_explicit(&heap.stops, true, memory_order_seq_cst);
    wake_collector();
    pthread_join(heap.thread, NULL);
    slots_deinit();
    atomic_store_explicit(&heap.stops, false, memory_order_relaxed);
    atomic_store_explicit(&heap.low, UINTPTR_MAX, memory_order_relaxed);
    atomic_store_explicit(&heap.high, 0, memory_order_relaxed);
    atomic_store_explicit(&heap.state, STATE_NONE, memory_order_release);
}
#else
void shared_stop(void) {} // its collector knows only the thread that it began with
#endif

bool shared_started(void) { return atomic_load_explicit(&heap.state, memory_order_acquire) == STATE_READY; }

void shared_try_clear(void) {
    if (pthread_mutex_trylock(&heap.lock) != 0)
        return;
    slots_clear();
    pthread_mutex_unlock(&heap.lock);
}

// ---- allocating

static void note_range(uintptr_t object) {
    if (object < atomic_load_explicit(&heap.low, memory_order_relaxed))
        atomic_store_explicit(&heap.low, object, memory_order_relaxed);
    if (object > atomic_load_explicit(&heap.high, memory_order_relaxed))
        atomic_store_explicit(&heap.high, object, memory_order_relaxed);
}

// What was allocated counts for the pace; true: a collection has just become due. The lock is held.
static bool note_bytes(uint64_t bytes) {
    uint64_t since = atomic_load_explicit(&heap.since, memory_order_relaxed);
    uint64_t pace = atomic_load_explicit(&heap.pace, memory_order_relaxed);
    atomic_store_explicit(&heap.since, since + bytes, memory_order_relaxed);
    return since < pace && since + bytes >= pace;
}

// If a collection is long due: waits until it is over, but not for long, since the collector's thread may be waiting
// itself, for what the caller holds.
static void let_collect(void) {
    uint32_t before = atomic_load_explicit(&heap.done, memory_order_seq_cst);
    if (__builtin_expect(atomic_load_explicit(&heap.since, memory_order_relaxed) / 2 >=
                             atomic_load_explicit(&heap.pace, memory_order_relaxed),
                         0))
        futex_wait(&heap.done, before, patience);
}

static void *allocate(uint64_t bytes, bool references, void (*gone)(void *object), uintptr_t *slot) {
    if (!shared_started() && !start())
        return NULL;
    let_collect();
    pthread_mutex_lock(&heap.lock);
    void *object = heap_allocate(bytes, references);
    if (object != NULL && gone != NULL && !heap_watch(object, gone))
        object = NULL;
    bool is_due = false;
    if (object != NULL) {
        shared_root(slot, object);
        note_range((uintptr_t)object);
        is_due = note_bytes(bytes);
    }
    pthread_mutex_unlock(&heap.lock);
    if (is_due)
        wake_collector();
    shared_stir();
    return object;
}

void *shared_allocate(uint64_t bytes, bool references, uintptr_t *slot) {
    return allocate(bytes, references, NULL, slot);
}

void *shared_allocate_watched(uint64_t bytes, void (*gone)(void *object), uintptr_t *slot) {
    return allocate(bytes, false, gone, slot);
}

bool shared_may_refer(uintptr_t word) {
    return word >= atomic_load_explicit(&heap.low, memory_order_relaxed) &&
           word <= atomic_load_explicit(&heap.high, memory_order_relaxed) && word % 16 == 0;
}

// ---- for tests and the verifier

bool shared_is_object(const void *start_of) {
    if (!shared_started())
        return false;
    pthread_mutex_lock(&heap.lock);
    bool is = heap_is_object(start_of);
    pthread_mutex_unlock(&heap.lock);
    return is;
}

void shared_collect(void) {
    if (!shared_started())
        return;
    uint32_t now = atomic_load_explicit(&heap.done, memory_order_seq_cst), target = now + 3;
    atomic_store_explicit(&heap.wanted, target, memory_order_seq_cst);
    wake_collector();
    while ((int32_t)((now = atomic_load_explicit(&heap.done, memory_order_seq_cst)) - target) < 0)
        futex_wait(&heap.done, now, -1);
}

uint64_t shared_bytes(void) {
    return atomic_load_explicit(&heap.live, memory_order_relaxed) +
           atomic_load_explicit(&heap.since, memory_order_relaxed);
}

uint64_t shared_collections(void) { return atomic_load_explicit(&heap.done, memory_order_relaxed); }

void shared_set_pace(uint64_t bytes) { heap.fixed_pace = bytes; }
