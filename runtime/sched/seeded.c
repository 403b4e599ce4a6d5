// The deterministic schedule: one worker on the calling thread; order and preemption drawn from the seed; time passes
// only as processes run, and jumps to the next deadline when none can.
#include "runtime/sched/seeded.h"
#include "runtime/foreign/foreign.h"
#include "runtime/memory/alloc.h"
#include "runtime/platform/futex.h"
#include "runtime/report/output.h"
#include "runtime/report/report.h"
#include "runtime/sched/terminate.h"

#define NANOSECONDS_RUN 1000 // virtual time of entering a process
#define NANOSECONDS_POLL 50  // and of a poll

static struct {
    FlProcess **ready; // in no meaningful order
    uint32_t count;
    uint32_t capacity;
    FlProcess *collected; // the next one, whatever else is ready; or NULL
    int64_t now;
    Random random;
} seeded;

void seeded_init(uint64_t seed) {
    seeded.count = 0;
    seeded.collected = NULL;
    seeded.now = 1;
    random_seed(&seeded.random, seed);
}

void seeded_deinit(void) {
    memory_free(seeded.ready);
    seeded.ready = NULL;
    seeded.capacity = 0;
}

static void seeded_wake(FlProcess *process) {
    if (seeded.count == seeded.capacity) {
        uint32_t capacity = seeded.capacity ? seeded.capacity * 2 : 256;
        FlProcess **ready = memory_resize(seeded.ready, capacity * sizeof *ready);
        if (!ready)
            sched_fail("out of memory: the run queue of the seeded schedule");
        seeded.ready = ready;
        seeded.capacity = capacity;
    }
    seeded.ready[seeded.count++] = process;
}

static void seeded_wake_here(ProcessWorker *worker, FlProcess *process) {
    (void)worker;
    seeded_wake(process);
}

// Everything is picked by the worker's loop.
static bool seeded_park(ProcessWorker *worker, FlProcess *self) {
    (void)worker, (void)self;
    return false;
}

static void seeded_ended(ProcessWorker *worker) { (void)worker; }

static void seeded_yielded(FlWorker *worker, FlProcess *process) {
    (void)worker;
    seeded_wake(process);
}

// It goes on as if there had been no collection: when those are due depends on what looks like a reference on its
// stack, and so on the addresses that the system gave to this run.
static void seeded_collected(FlWorker *worker, FlProcess *process) {
    (void)worker;
    seeded.collected = process;
}

static FlProcess *take_collected(void) {
    FlProcess *process = seeded.collected;
    seeded.collected = NULL;
    return process;
}

static FlProcess *draw(void) {
    uint32_t drawn = (uint32_t)random_below(&seeded.random, seeded.count);
    FlProcess *process = seeded.ready[drawn];
    seeded.ready[drawn] = seeded.ready[--seeded.count];
    return process;
}

static FlProcess *seeded_pick(FlWorker *worker) {
    while (!atomic_load_explicit(&sched.stopping, memory_order_relaxed)) {
        if (seeded.collected)
            return take_collected();
        report_tick(seeded.now);
        timers_fire(&worker->timers, seeded.now, UINT32_MAX);
        terminate_begin(&worker->head);
        if (seeded.count > 0) {
            seeded.now += NANOSECONDS_RUN;
            return draw();
        }
        output_flush();
        if (foreign_deliver())
            continue;
        int64_t next = timers_next_live(&worker->timers);
        if (next == INT64_MAX && foreign_listens()) {
            foreign_await();
        } else if (next == INT64_MAX) {
            sched_quiescent();
        } else if (next > seeded.now) {
            seeded.now = next;
        }
    }
    return NULL;
}

static int64_t seeded_now(void) { return seeded.now; }

int64_t seeded_draw_slice(FlWorker *worker) {
    (void)worker;
    // Mostly short, so that races show; sometimes long, so that programs get on.
    uint64_t most = random_below(&seeded.random, 4) == 0 ? 2000 : 40;
    int64_t polls = 1 + (int64_t)random_below(&seeded.random, most);
    seeded.now += polls * NANOSECONDS_POLL;
    return polls;
}

static void seeded_earlier(int64_t deadline) { (void)deadline; }
static bool seeded_busy(void) { return false; }
static bool seeded_start(void) { return true; }
static void seeded_stop(void) {}

const Schedule schedule_seeded = {
    .wake = seeded_wake,
    .wake_here = seeded_wake_here,
    .park = seeded_park,
    .ended = seeded_ended,
    .yielded = seeded_yielded,
    .collected = seeded_collected,
    .pick = seeded_pick,
    .now = seeded_now,
    .soon = seeded_now,
    .earlier = seeded_earlier,
    .busy = seeded_busy,
    .start = seeded_start,
    .stop = seeded_stop,
    .join = seeded_stop,
};
