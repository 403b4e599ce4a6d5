// The scheduler: workers, two schedules behind one interface, the end of the program.
//
// Parallel: a thread per worker. A process that becomes runnable goes to the worker that woke it: into its last-in
// slot, what was there moves to its ring. A worker takes, in this order, its slot (while the slice lasts), urgent
// processes, its ring, the global queue, half of another's ring; then it sleeps. Seeded: one worker, on the calling
// thread; which process runs next, for how many polls, and every random number follow from the seed; time is virtual.
//
// No wake-up is lost: a process is pushed to a queue before idle workers are looked for; a worker counts itself idle
// before it looks at all queues for the last time; both sides with a fence in between, a light one where processes are
// pushed, a heavy one where a worker becomes idle (platform/fence.h). A worker that is woken searches before it sleeps
// again, and while one searches no other is woken.
//
// Locks, in this order: idle, output, timers of a worker, that of compact.c, herd of a worker, global queue.
#ifndef FLUFFY_RUNTIME_SCHED_SCHED_H
#define FLUFFY_RUNTIME_SCHED_SCHED_H

#include "runtime/process/process.h"
#include "runtime/sched/timers.h"

enum {
    RING_SIZE = 256,
    GLOBAL_EVERY = 61, // a worker looks at the global queue first each so many slices, so that nothing there starves
    STATUS_DEADLOCK = 2,
    TICKS_PATIENT = 2, // ticks that may find a slice used up before the worker's last-in slot is given to others
};
#define TICK_NANOSECONDS ((int64_t)1000000)

// xoshiro256++
typedef struct Random {
    uint64_t state[4];
} Random;
void random_seed(Random *random, uint64_t seed);
uint64_t random_next(Random *random);
// Uniform in [0, n), n > 0.
uint64_t random_below(Random *random, uint64_t n);

// Senders that gave way to their receivers, oldest first: herd.h.
typedef struct Herd {
    pthread_mutex_t lock;
    FlProcess *first, *last;
    _Atomic(uint32_t) count; // written under the lock
} Herd;

struct FlWorker {
    ProcessWorker head;
    uint32_t index;

    // Owner only.
    uint32_t picks;
    Random random;  // the program's random numbers
    Random victims; // whom to steal from first

    // Processes that have run before, oldest first: the owner writes elements and tail (release), owner and thieves
    // advance head (compare-and-swap).
    _Atomic(uint32_t) ring_head;
    _Atomic(uint32_t) ring_tail;
    _Atomic(FlProcess *) ring[RING_SIZE];

    // Processes that have never run: a deque after Chase and Lev (ring.c). The owner puts in and takes out at the
    // bottom; who takes at the top, thieves and sometimes the owner, advances top (compare-and-swap).
    _Atomic(uint32_t) fresh_top;
    _Atomic(uint32_t) fresh_bottom;
    _Atomic(FlProcess *) fresh[RING_SIZE];
    Herd herd;
    int64_t gave_way;         // owner: when a sender gave way here last
    _Atomic(bool) oldest_due; // set by each tick, taken by the owner (relaxed): the oldest one's turn has come
    uint32_t pops;            // owner only: counts calls of ring_pop

    // For the tick, written by the owner: `slice` and `urgent` before `running` (release), read after it (acquire), so
    // that a process is never taken for that of an older slice. A stale value preempts a process for nothing.
    _Atomic(FlProcess *) running;
    _Atomic(uint32_t) slice; // counts time slices, from 1
    uint32_t slice_seen;     // the tick's
    uint32_t ticks_over;     // the tick's: ticks that have found the slice used up
    // Set by the tick to the slice that is over, if it still is the present one: the slot gives way to the ring.
    // Relaxed.
    _Atomic(uint32_t) slice_over;
    // The present slice began with a process that was urgent: it is not cut short for another. Owner.
    _Atomic(bool) urgent;

    // 1 while it sleeps or was not started (futex). Changed under the idle lock, but that who stops takes it away
    // without. Release by who does, acquire by the sleeper: what its waker did before.
    _Atomic(uint32_t) asleep;
    // It has a thread: set under the idle lock, before there is one, and never while stopping. Sequentially consistent:
    // who stops looks at it without the lock, and then each worker at `stopping` before it sleeps.
    _Atomic(bool) started;
    // It was woken and has not found work yet: set by who wakes it, before `asleep` (which orders it), cleared by the
    // owner. Relaxed.
    _Atomic(bool) searching;
    int64_t woken; // owner: when it was woken last
    _Atomic(bool)
        left; // it has pushed what nobody was woken for: set by the owner (release), taken by the tick (acquire)
    pthread_t thread;

    Timers timers;
};

// The two schedules.
typedef struct Schedule {
    void (*wake)(FlProcess *process);                             // see ProcessHooks; any thread
    void (*wake_here)(ProcessWorker *worker, FlProcess *process); // see ProcessHooks
    bool (*park)(ProcessWorker *worker, FlProcess *self);         // see ProcessHooks
    void (*ended)(ProcessWorker *worker);                         // see ProcessHooks
    void (*yielded)(FlWorker *worker, FlProcess *process);        // a preempted process
    // A process that was, or is being, collected when that was due, and would have gone on if it had not been.
    void (*collected)(FlWorker *worker, FlProcess *process);
    FlProcess *(*pick)(FlWorker *worker); // the next process; waits for one; NULL: the program ends
    int64_t (*now)(void);
    int64_t (*soon)(void);             // see ProcessHooks
    void (*earlier)(int64_t deadline); // a deadline was added: who waits for timers may have to wake earlier
    bool (*busy)(void);                // within sched_quiescent: a timer has made something runnable meanwhile
    bool (*start)(void);               // threads; false: it can't
    void (*stop)(void);                // makes all workers return from pick soon. Any thread
    void (*join)(void);                // waits for the threads that start and wake made
} Schedule;
extern const Schedule schedule_parallel, schedule_seeded;

typedef struct SchedConfig {
    uint32_t workers; // 0: as many as the processors that this program may use
    bool seeded;
    uint64_t seed;
    bool tidy;   // free everything at the end; otherwise the end of the system process does it
    bool hosted; // within another program: no main, idleness is no end, nothing ends the system process. With tidy
} SchedConfig;

extern struct Sched {
    const Schedule *schedule;
    FlWorker **workers;
    uint32_t worker_count;
    bool verify;
    bool hosted; // SchedConfig.hosted
    // How the program ends: exchanged by all who would end it, the first one decides. Sequentially consistent, as all
    // here.
    _Atomic(bool) ended;
    _Atomic(int) status; // of the system process: written by who set `ended`, before `stopping`
    // No more processes are run. Before it sleeps a worker counts itself idle and then looks at it; who sets it wakes
    // those who sleep afterwards. Elsewhere it is read relaxed: a worker that sees it late runs one process more.
    _Atomic(bool) stopping;
    _Atomic(bool) main_ended;     // set by the worker that buries main; read when nothing runs
    _Atomic(uint32_t) terminated; // hosted: 1 when the root supervisors have ended (futex)
} sched;

// The worker that the calling thread is; NULL: none. Not inlined, so that no caller keeps the address of a thread's
// variable over a switch.
FlWorker *sched_worker(void);

// Runs a program to its end; its exit status. One at a time.
int sched_run(const FlProgram *program, const SchedConfig *config);

// The same within another program: starts workers on threads of their own and returns. false: there is not enough
// memory, address space or threads, and nothing is left behind. One runtime at a time; not when another thread is
// within any of these functions.
bool sched_host_start(const FlProgram *program, const SchedConfig *config);
// Root supervisors end in order, for at most so many milliseconds; once.
void sched_host_end_supervisors(int64_t patience);
// All that is left ends, threads are joined, everything is freed. No other thread may use the runtime any more.
void sched_host_stop(void);

// Says that the calling thread is none of the runtime's and holds none of its locks while it wakes processes.
void sched_host_thread(bool is);

// A failure that leaves nothing to go on with: says so and ends the system process.
_Noreturn void sched_fail(const char *text);

// Ends the program with this status, if nothing else has yet. Any thread.
void sched_stop(int status);

// Makes the tick of the parallel schedule look around. Any thread, at any time.
void parallel_look(void);

// Parks a process, with its deadline if it has one. false: something has arrived, or memory is out; the process still
// is the caller's and goes on.
bool sched_park(FlWorker *worker, FlProcess *process);

// The loop of a worker on its thread.
void worker_loop(FlWorker *worker);

// All workers are idle, no queue has anything: decides whether the program is over, and ends it then. The idle lock (if
// there is one) is held.
void sched_quiescent(void);

#endif
