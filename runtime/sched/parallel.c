// The parallel schedule: see sched.h for what it promises.
#include "runtime/memory/cache.h"
#include "runtime/platform/fence.h"
#include "runtime/platform/futex.h"
#include "runtime/platform/thread.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/slot.h"
#include "runtime/report/output.h"
#include "runtime/sched/compact.h"
#include "runtime/sched/herd.h"
#include "runtime/sched/ring.h"
#include "runtime/sched/sched.h"
#include "runtime/sched/terminate.h"

static struct {
    pthread_mutex_t idle_lock;
    _Atomic(uint32_t) idle_count; // workers asleep or not started; changed under the lock (sequentially consistent,
                                  // partner of notify)
    _Atomic(uint32_t) searching;  // workers that were woken and have not found work yet; in the same way
    // A worker was woken for next to nothing: until the next tick, workers wake no other one for what they push.
    // Relaxed: who reads a stale value wakes one in vain, or leaves it to the tick.
    _Atomic(bool) reluctant;
    pthread_t tick;
    // Futex: changes when the tick has to look again. Sequentially consistent: what it is to see was stored before, and
    // the tick reads the word before it looks.
    _Atomic(uint32_t) tick_word;
    // When the tick looks at the clock next, INT64_MAX: only when told. Stored by the tick before it looks at
    // deadlines, read by who has added one (parallel_earlier), both with a fence in between.
    _Atomic(int64_t) tick_wakes;
    bool tick_stop; // under the lock
} parallel = {.idle_lock = PTHREAD_MUTEX_INITIALIZER};

#define PATIENCE_NANOSECONDS ((int64_t)25000) // of the tick, at first, until a worker takes what is urgent
#define WORTH_NANOSECONDS ((int64_t)50000)    // what a worker has to find to do, to be worth the waking

enum { FIRED_AT_ONCE = 1000 }; // timers, between two looks of the tick at all else

static __thread bool is_tick;

void sched_host_thread(bool is) { process_thread_is_free = is; }

static void *worker_thread(void *argument);

// ---- waking workers

// Takes a sleeping worker out of the idle ones and makes it search. The lock is held.
static void wake_worker(FlWorker *worker) {
    // Before it can run: it stops searching itself.
    atomic_store_explicit(&worker->searching, true, memory_order_relaxed);
    atomic_fetch_add(&parallel.searching, 1);
    atomic_fetch_sub(&parallel.idle_count, 1);
    atomic_store_explicit(&worker->asleep, 0, memory_order_release);
    futex_wake(&worker->asleep, 1);
}

// Starts the thread of a worker that has none yet, already awake. The lock is held.
static void start_worker(FlWorker *worker) {
    if (atomic_load(&sched.stopping))
        return;
    wake_worker(worker);
    worker->started = true;
    if (thread_start(&worker->thread, NULL, worker_thread, worker))
        return;
    // The others have to do without it.
    worker->started = false;
    atomic_store_explicit(&worker->asleep, 1, memory_order_relaxed);
    atomic_store_explicit(&worker->searching, false, memory_order_relaxed);
    atomic_fetch_sub(&parallel.searching, 1);
    atomic_fetch_add(&parallel.idle_count, 1);
}

static void wake_tick(void) {
    atomic_fetch_add(&parallel.tick_word, 1);
    futex_wake(&parallel.tick_word, 1);
}

static void wake_some_worker(void) {
    pthread_mutex_lock(&parallel.idle_lock);
    bool all_idle = atomic_load(&parallel.idle_count) == sched.worker_count;
    for (uint32_t i = 0; i < sched.worker_count && atomic_load(&parallel.searching) == 0; i++) {
        FlWorker *worker = sched.workers[i];
        if (atomic_load_explicit(&worker->asleep, memory_order_relaxed) == 0)
            continue;
        if (worker->started) {
            wake_worker(worker);
        } else {
            start_worker(worker);
        }
    }
    pthread_mutex_unlock(&parallel.idle_lock);
    if (all_idle)
        wake_tick(); // it sleeps while nothing runs
}

// After work was pushed where others may take it.
static void notify(void) {
    // Partner: a worker counts itself idle, or stops searching, before its last look at the queues.
    fence_light();
    if (atomic_load_explicit(&parallel.idle_count, memory_order_relaxed) == 0)
        return;
    if (atomic_load_explicit(&parallel.searching, memory_order_relaxed) != 0)
        return;
    wake_some_worker();
}

// The same by a worker, which will run it itself if nobody else does. Where processes wait for each other most of the
// time, a server and its clients, a woken worker takes a client, which sends its next request, and has nothing to do
// any more: both sides of that are dearer than what it did. So after such a waking the next one is left to the tick.
static void notify_others(FlWorker *worker) {
    if (!atomic_load_explicit(&parallel.reluctant, memory_order_relaxed))
        notify();
    else
        atomic_store_explicit(&worker->left, true, memory_order_release); // partner: wake_for_left
}

static __attribute__((noinline)) void push_and_notify(FlWorker *worker, FlProcess *process) {
    ring_push(worker, process);
    notify_others(worker);
}

static void parallel_wake_here(ProcessWorker *head, FlProcess *process) {
    FlProcess *before = slot_put(head, process);
    if (__builtin_expect(before != NULL, 0))
        push_and_notify((FlWorker *)head, before);
}

static void parallel_wake(FlProcess *process) {
    FlWorker *worker = sched_worker();
    if (worker) {
        parallel_wake_here(&worker->head, process);
        return;
    }
    if (process_thread_is_free) {
        global_push(process, false);
        notify();
        return;
    }
    // A thread that may hold a lock now: the tick looks for a worker afterwards.
    global_push(process, true);
    if (!is_tick)
        wake_tick();
}

// To a worker that may sleep, or be about to.
static void join_herd(FlWorker *keeper, FlProcess *process) {
    herd_push(keeper, process);
    fence_light(); // partner: sleep_until_woken
    if (atomic_load_explicit(&keeper->asleep, memory_order_relaxed) == 0)
        return;
    pthread_mutex_lock(&parallel.idle_lock);
    if (atomic_load_explicit(&keeper->asleep, memory_order_relaxed) == 1)
        wake_worker(keeper);
    pthread_mutex_unlock(&parallel.idle_lock);
}

// Whether a sender that gives way has sent its messages in no time.
static bool floods(FlWorker *worker) {
    int64_t before = worker->gave_way, now = clock_now();
    worker->gave_way = now;
    return now - before < HERD_NANOSECONDS;
}

// Behind everything that spilled to the global queue, if anything did: else a process that spawns would run again
// before those that it made. A sender that gives way to its receiver is no work for others: each message would travel
// from core to core. If the receiver computes for long, the tick looks for another worker.
static void parallel_yielded(FlWorker *worker, FlProcess *process) {
    bool gives_way = worker->head.sends_left == 0;
    // None: this worker has collected the process for another one, and has run nothing yet.
    FlProcess *flooded = worker->head.flooded;
    if (gives_way && flooded && floods(worker)) {
        join_herd(herd_keeper(worker, flooded), process);
        return;
    }
    if (global_empty()) {
        ring_push(worker, process);
    } else {
        global_push(process, false);
    }
    if (!gives_way)
        notify_others(worker);
}

// ---- taking work

static FlProcess *steal(FlWorker *worker) {
    uint32_t first = (uint32_t)random_below(&worker->victims, sched.worker_count);
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        FlWorker *victim = sched.workers[(first + i) % sched.worker_count];
        if (victim == worker)
            continue;
        FlProcess *process = ring_steal(worker, victim);
        if (process)
            return process;
    }
    return NULL;
}

// What lies in the worker's own queues, and its share of the global one.
static FlProcess *find_near(FlWorker *worker) {
    FlProcess *process = global_pop_urgent();
    atomic_store_explicit(&worker->urgent, process != NULL, memory_order_relaxed);
    if (!process && ++worker->picks % GLOBAL_EVERY == 0)
        process = global_pop(worker);
    if (!process && worker->picks % 2 == 0)
        process = herd_pop(worker);
    if (!process)
        process = ring_pop(worker);
    if (!process)
        process = global_pop(worker);
    if (!process)
        process = herd_pop(worker);
    return process;
}

static FlProcess *find_work(FlWorker *worker) {
    FlProcess *process = find_near(worker);
    return process ? process : steal(worker);
}

static bool any_work(void) {
    if (!global_empty())
        return true;
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        if (!ring_empty(sched.workers[i]))
            return true;
    }
    return false;
}

// true: it was searching, and so must look at the queues once more.
static bool stop_searching(FlWorker *worker) {
    if (!atomic_load_explicit(&worker->searching, memory_order_relaxed))
        return false;
    atomic_store_explicit(&worker->searching, false, memory_order_relaxed);
    atomic_fetch_sub(&parallel.searching, 1);
    return true;
}

// The idle lock is held. In this order: who takes the last work was counted as not idle before.
static bool parallel_busy(void) { return any_work() || atomic_load(&parallel.idle_count) != sched.worker_count; }

static void sleep_until_woken(FlWorker *worker) {
    if (clock_now() - worker->woken < WORTH_NANOSECONDS)
        atomic_store_explicit(&parallel.reluctant, true, memory_order_relaxed);
    output_flush_ready();
    stop_searching(worker);
    pthread_mutex_lock(&parallel.idle_lock);
    atomic_store_explicit(&worker->asleep, 1, memory_order_relaxed);
    uint32_t idle = atomic_fetch_add(&parallel.idle_count, 1) + 1;
    fence_heavy(); // partner: notify, join_herd
    bool stay = !any_work() && herd_empty(worker) && !atomic_load(&sched.stopping);
    if (stay && idle == sched.worker_count) {
        sched_quiescent();
        stay = !atomic_load(&sched.stopping);
    }
    if (!stay) {
        atomic_fetch_sub(&parallel.idle_count, 1);
        atomic_store_explicit(&worker->asleep, 0, memory_order_relaxed);
    }
    pthread_mutex_unlock(&parallel.idle_lock);
    if (!stay && idle == sched.worker_count)
        wake_tick(); // it may have seen nobody busy, and sleep
    while (atomic_load_explicit(&worker->asleep, memory_order_acquire) == 1)
        futex_wait(&worker->asleep, 1, -1);
    worker->woken = clock_now();
}

// A worker that has found work no longer searches: what was pushed meanwhile, and woke nobody, needs another one.
static void look_once_more(FlWorker *worker) {
    fence_heavy(); // partner: notify
    if (any_work())
        notify_others(worker);
}

static FlProcess *wait_for_work(FlWorker *worker) {
    while (!atomic_load_explicit(&sched.stopping, memory_order_relaxed)) {
        FlProcess *process = find_work(worker);
        if (process) {
            if (stop_searching(worker))
                look_once_more(worker);
            return process;
        }
        sleep_until_woken(worker);
    }
    return NULL;
}

static bool may_take_slot(FlWorker *worker) {
    uint32_t slice = atomic_load_explicit(&worker->slice, memory_order_relaxed);
    return atomic_load_explicit(&worker->slice_over, memory_order_relaxed) != slice &&
           !atomic_load_explicit(&sched.stopping, memory_order_relaxed);
}

static void next_slice(FlWorker *worker) {
    uint32_t slice = atomic_load_explicit(&worker->slice, memory_order_relaxed);
    atomic_store_explicit(&worker->slice, slice + 1, memory_order_relaxed);
}

// The process woken last, as long as the slice of who woke it lasts; else NULL, and another slice begins.
static FlProcess *within_slice(FlWorker *worker) {
    FlProcess *process = slot_take(&worker->head);
    if (process) {
        if (may_take_slot(worker))
            return process;
        ring_push(worker, process);
    }
    next_slice(worker);
    return NULL;
}

static FlProcess *parallel_pick(FlWorker *worker) {
    FlProcess *process = worker->head.next;
    worker->head.next = NULL;
    if (!process)
        process = within_slice(worker);
    return process ? process : wait_for_work(worker);
}

static __attribute__((noinline)) FlProcess *find_in_next_slice(FlWorker *worker) {
    next_slice(worker);
    return find_near(worker);
}

// Within a slice that has just been looked at.
static inline FlProcess *find_next(FlWorker *worker) {
    FlProcess *process = slot_take(&worker->head);
    return process ? process : find_in_next_slice(worker);
}

static void run_next(FlWorker *worker, FlProcess *process) {
    // Release: partner of the tick, see sched.h.
    atomic_store_explicit(&worker->running, process, memory_order_release);
    worker->head.next = process;
}

static bool parallel_park(ProcessWorker *head, FlProcess *self) {
    FlWorker *worker = (FlWorker *)head;
    if (sched.verify || !may_take_slot(worker))
        return false;
    // Itself, if something has come meanwhile.
    bool parked = self->deadline == INT64_MAX ? mailbox_park(self) : sched_park(worker, self);
    run_next(worker, parked ? find_next(worker) : self);
    return true;
}

static void parallel_ended(ProcessWorker *head) {
    FlWorker *worker = (FlWorker *)head;
    run_next(worker, may_take_slot(worker) ? find_next(worker) : NULL);
}

static void *worker_thread(void *argument) {
    ((FlWorker *)argument)->woken = clock_now();
    worker_loop(argument);
    cache_flush_thread();
    return NULL;
}

// ---- the tick

// A process that does not reach a poll, deep in the runtime, keeps what its worker would run next from running: the
// ring can be stolen from, the last-in slot is given to all.
static void hand_on(FlWorker *worker) {
    if (!atomic_load_explicit(&worker->head.last_in, memory_order_relaxed))
        return;
    // Under the idle lock, so that who looks whether anything can still run never finds the process in neither place.
    pthread_mutex_lock(&parallel.idle_lock);
    FlProcess *process = slot_take_over(&worker->head);
    if (process)
        global_push(process, true); // the tick looks for a worker afterwards
    pthread_mutex_unlock(&parallel.idle_lock);
}

// Wakes a worker for what was left to the tick.
static void wake_for_left(void) {
    bool left = false;
    atomic_store_explicit(&parallel.reluctant, false, memory_order_relaxed);
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        // Acquire: what was pushed before. If `left` is set again in between, the next tick finds it.
        if (atomic_load_explicit(&sched.workers[i]->left, memory_order_relaxed))
            left |= atomic_exchange_explicit(&sched.workers[i]->left, false, memory_order_acquire);
    }
    if (left && any_work())
        notify();
}

// Its senders don't wait longer for a worker whose slice is used up. The lock as in hand_on.
static void disband_herd(FlWorker *worker) {
    if (herd_empty(worker))
        return;
    pthread_mutex_lock(&parallel.idle_lock);
    FlProcess *process;
    while ((process = herd_pop(worker)) != NULL)
        global_push(process, false); // the tick looks for a worker afterwards
    pthread_mutex_unlock(&parallel.idle_lock);
}

// A worker that is in the slice it was in at the last tick has used it up.
static void end_slices(bool all) {
    wake_for_left();
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        FlWorker *worker = sched.workers[i];
        FlProcess *process = atomic_load_explicit(&worker->running, memory_order_acquire);
        uint32_t slice = atomic_load_explicit(&worker->slice, memory_order_relaxed);
        bool over = slice == worker->slice_seen;
        worker->slice_seen = slice;
        atomic_store_explicit(&worker->oldest_due, true, memory_order_relaxed);
        worker->ticks_over = over ? worker->ticks_over + 1 : 0;
        if (!over && !all)
            continue;
        if (!ring_empty(worker))
            notify(); // of a sender that gave way
        disband_herd(worker);
        if (worker->ticks_over > TICKS_PATIENT)
            hand_on(worker);
        atomic_store_explicit(&worker->slice_over, slice, memory_order_relaxed);
        if (process)
            process_request(process, REQUEST_PREEMPT);
    }
}

// Ends the slice of a worker for what is urgent; false: it runs nothing, or something that was urgent itself.
static bool cut_short(FlWorker *worker) {
    FlProcess *process = atomic_load_explicit(&worker->running, memory_order_acquire);
    uint32_t slice = atomic_load_explicit(&worker->slice, memory_order_relaxed);
    if (!process || atomic_load_explicit(&worker->urgent, memory_order_relaxed))
        return false;
    atomic_store_explicit(&worker->slice_over, slice, memory_order_relaxed);
    process_request(process, REQUEST_PREEMPT);
    return true;
}

// Sees that what lies in the global queue finds an idle worker, and that what is urgent runs soon: by one whose process
// is preempted, if none is idle. When to look whether it does: the worker may just have been between two processes, or
// its process in the middle of something long.
static int64_t hurry(int64_t now) {
    static uint32_t turn;
    static int64_t patience;
    if (!global_urgent())
        patience = PATIENCE_NANOSECONDS;
    if (global_empty())
        return INT64_MAX;
    notify();
    if (!global_urgent() || atomic_load(&parallel.idle_count) > 0)
        return INT64_MAX;
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        if (cut_short(sched.workers[turn++ % sched.worker_count]))
            break;
    }
    patience = patience < TICK_NANOSECONDS / 2 ? 2 * patience : TICK_NANOSECONDS;
    return now + patience;
}

static int64_t earlier_of(int64_t one, int64_t other) { return one < other ? one : other; }

// The worker whose timers have the earliest deadline; *other is the earliest of all others.
static FlWorker *earliest_worker(int64_t *earliest, int64_t *other) {
    FlWorker *first = sched.workers[0];
    *earliest = *other = INT64_MAX;
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        int64_t next = atomic_load_explicit(&sched.workers[i]->timers.earliest, memory_order_relaxed);
        *other = earlier_of(*other, next < *earliest ? *earliest : next);
        if (next < *earliest) {
            *earliest = next;
            first = sched.workers[i];
        }
    }
    return first;
}

// Fires what is due, in the order of deadlines whichever worker they were set on; the earliest deadline left. If a
// million are due at once, slices are ended in between.
static int64_t fire_timers(int64_t now) {
    for (uint32_t left = FIRED_AT_ONCE;;) {
        int64_t earliest, other;
        FlWorker *worker = earliest_worker(&earliest, &other);
        if (earliest > now || left == 0)
            return earliest;
        left = timers_fire(&worker->timers, earlier_of(now, other), left);
    }
}

static bool tick_stopped(void) {
    pthread_mutex_lock(&parallel.idle_lock);
    bool stop = parallel.tick_stop;
    pthread_mutex_unlock(&parallel.idle_lock);
    return stop;
}

void parallel_look(void) { wake_tick(); }

static void *tick_thread(void *argument) {
    int64_t next_slice = 0, next_flush = 0;
    uint32_t last_word = 0;
    (void)argument;
    is_tick = true;
    thread_run_soon();
    while (!tick_stopped()) {
        uint32_t word = atomic_load(&parallel.tick_word);
        int64_t now = clock_now();
        bool busy = atomic_load(&parallel.idle_count) < sched.worker_count;
        bool slices_end = busy && now >= next_slice;
        if (slices_end)
            next_slice = now + TICK_NANOSECONDS;
        // First announced, then looked: a deadline that is added in between is either seen or changes the word.
        atomic_store(&parallel.tick_wakes, busy ? next_slice : INT64_MAX);
        atomic_thread_fence(memory_order_seq_cst);
        int64_t wakes = fire_timers(now);
        terminate_begin(NULL);
        // What was woken lies in the queue before slices end, and workers look there.
        if (slices_end)
            end_slices(atomic_load(&sched.stopping));
        wakes = earlier_of(wakes, hurry(now));
        if (busy && now >= next_flush) {
            output_flush_ready();
            next_flush = now + 16 * TICK_NANOSECONDS;
        }
        if (busy)
            wakes = earlier_of(wakes, next_slice);
        wakes = earlier_of(wakes, stacks_trim(now));
        // What runs for less than a tick changes the word.
        wakes = earlier_of(wakes, compact_look(now, busy || word != last_word, &parallel.idle_lock));
        last_word = word;
        atomic_store(&parallel.tick_wakes, wakes);
        if (wakes == INT64_MAX) {
            futex_wait(&parallel.tick_word, word, -1);
        } else if (wakes > now) {
            futex_wait(&parallel.tick_word, word, wakes - now);
        }
    }
    cache_flush_thread();
    return NULL;
}

static void parallel_earlier(int64_t deadline) {
    atomic_thread_fence(memory_order_seq_cst);
    if (deadline < atomic_load_explicit(&parallel.tick_wakes, memory_order_relaxed))
        wake_tick();
}

// ---- start and end

static bool parallel_start(void) {
    global_reset();
    atomic_store(&parallel.searching, 0);
    atomic_store(&parallel.idle_count, sched.worker_count - 1);
    atomic_store(&parallel.tick_wakes, INT64_MAX);
    atomic_store(&parallel.reluctant, false);
    parallel.tick_stop = false;
    for (uint32_t i = 1; i < sched.worker_count; i++)
        atomic_store(&sched.workers[i]->asleep, 1);
    sched.workers[0]->started = true;
    return thread_start(&parallel.tick, NULL, tick_thread, NULL);
}

// The caller may hold the idle lock (sched_quiescent): workers are woken without it, each one once more looks at
// `stopping` before it sleeps.
static void parallel_stop(void) {
    for (uint32_t i = 0; i < sched.worker_count; i++) {
        uint32_t asleep = 1;
        // Only who takes `asleep` away wakes; the counts of idle and searching workers mean nothing any more.
        if (sched.workers[i]->started)
            atomic_compare_exchange_strong(&sched.workers[i]->asleep, &asleep, 0);
        futex_wake(&sched.workers[i]->asleep, 1);
    }
    wake_tick();
}

static void parallel_join(void) {
    for (uint32_t i = 1; i < sched.worker_count; i++) {
        pthread_mutex_lock(&parallel.idle_lock);
        bool started = sched.workers[i]->started;
        pthread_mutex_unlock(&parallel.idle_lock);
        if (started)
            pthread_join(sched.workers[i]->thread, NULL);
    }
    pthread_mutex_lock(&parallel.idle_lock);
    parallel.tick_stop = true;
    pthread_mutex_unlock(&parallel.idle_lock);
    wake_tick();
    pthread_join(parallel.tick, NULL);
}

const Schedule schedule_parallel = {
    .wake = parallel_wake,
    .wake_here = parallel_wake_here,
    .park = parallel_park,
    .ended = parallel_ended,
    .yielded = parallel_yielded,
    .collected = parallel_yielded,
    .pick = parallel_pick,
    .now = clock_now,
    .soon = clock_soon,
    .earlier = parallel_earlier,
    .busy = parallel_busy,
    .start = parallel_start,
    .stop = parallel_stop,
    .join = parallel_join,
};
