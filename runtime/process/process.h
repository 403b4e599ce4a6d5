// The control block of a process: every field, who may touch it, in which order.
//
// Invariants:
//  - Control blocks are slots of one reserved region and are never unmapped: a stale pid leads to a slot, and the
//  serial tells that it is
//    another process. A stray wake-up, message or poisoned limit in a reused slot is harmless: messages carry their
//    addressee, a wake-up that finds nothing parks again, a poll that finds no request goes on.
//  - A process is in exactly one place: parked (its mailbox word says PARKED), in a run queue, or running on one
//  worker. Who replaces PARKED
//    has the right and the duty to schedule it. "The owner" below is the thread that runs it, or that took it out of a
//    run queue.
//  - Everything is handed from owner to owner through the mailbox word (acquire/release) or a run queue's lock or ring.
//  - All that arrives from others comes through the mailbox, in order: messages and signals. Only the owner touches
//  private lists and peers.
#ifndef FLUFFY_RUNTIME_PROCESS_PROCESS_H
#define FLUFFY_RUNTIME_PROCESS_PROCESS_H

#include <stdatomic.h>

#include "runtime/abi/abi.h"
#include "runtime/memory/arena.h"
#include "runtime/memory/message.h"
#include "runtime/platform/stack.h"
#include "runtime/platform/switch.h"

#define PROCESS_BYTES 320
#define PROCESS_STATE_BYTES 208 // what comes before the arena

// Values of the mailbox word that are not a list; others are the newest FlMessage of a list linked by head.next, newest
// first.
enum { MAILBOX_EMPTY = 0, MAILBOX_PARKED = 1, MAILBOX_CLOSED = 2 };

enum { ALIAS_BOUNDED = 1, ALIAS_REFERENCE = 2 }; // of alias_of; no pids: their serial is 0

// Bits of `requests`.
enum {
    REQUEST_PREEMPT = 1,    // the time slice is over
    REQUEST_SIGNALS = 2,    // a signal that must not wait for the next receive is in the mailbox
    REQUEST_OVER_LIMIT = 8, // end: what lives after a collection is more than the memory limit. By the owner
    // End: memory is out, and something it had to be told could not be. With the lowest bits of the serial of the
    // process that is meant, from REQUEST_SERIAL_SHIFT on: when the request arrives, the slot may have another one.
    REQUEST_NO_MEMORY = 4,
    REQUEST_SERIAL_SHIFT = 8,
};

// Why a process gave the worker back; set by the process, read by the scheduler right after the switch.
typedef enum ProcessStatus {
    PROCESS_RUNNING,  // it runs, or returned from its entry without announcing a park: it has ended normally
    PROCESS_YIELDED,  // preempted; its stack is kept
    PROCESS_DUE,      // a collection is due; its stack is kept
    PROCESS_WAITING,  // blocks in receive, sleep or call; its stack is kept
    PROCESS_PRINTING, // waits for room in standard output's buffer; its stack is kept
    PROCESS_PARKED,   // waits without a stack: frame and resume are set
    PROCESS_ENDED,    // its defers have run; the scheduler buries it on its own stack
    // Set by the scheduler: it goes on, waits or parks, but is being collected first, in steps (sched/collecting.h).
    PROCESS_COLLECTING,
} ProcessStatus;

// Bits of `flags` (owner only, but for FLAG_MAIN, which is constant).
enum {
    FLAG_MAIN = 1,      // the first process
    FLAG_DYING = 2,     // runs its defers: exit signals are ignored, receive is refused
    FLAG_REPORT = 4,    // it crashed: a report is due
    FLAG_TESTING = 8,   // *scan was given out by this receive and is not to be given out again
    FLAG_PARKED = 16,   // parked in a receive, which goes on when it is entered again
    FLAG_SERVICE = 32,  // a process of the runtime: exits (but for "kill") and requests arrive in its private list
    FLAG_STARTING = 64, // a supervisor's child that has not waited yet: its first wait is reported (SIGNAL_STARTED)
    FLAG_COLLECT = 128, // this receive pretends that nothing is left to test: a collection is due before it goes on
};

// Bits of `names`.
enum {
    NAMES_NONE = 0,
    NAMES_SOME = 1,  // it may have names; set under the registry's lock
    NAMES_ENDED = 2, // it has ended, though its mailbox may still be open; set by its last owner
};

// The embedded entry of the timer queue: the receive timeout. Written under the timers' lock; the owner looks at
// `armed` and `index` without it (timers_park).
typedef struct FlTimeout {
    _Atomic(int64_t) armed;  // nanoseconds; meaningful while index != 0. Relaxed
    _Atomic(uint32_t) index; // 1 + place in the heap; 0: not armed
    uint32_t shard;
} FlTimeout;

// Free control blocks, linked by queue_next; belongs to one worker.
typedef struct ProcessCache {
    FlProcess *free;
    FlProcess *aliases; // free ones that were reply addresses last
    uint32_t count;     // of `free`
    uint32_t alias_count;
} ProcessCache;

typedef struct FlSide FlSide;     // side.h
typedef struct FlWorker FlWorker; // the scheduler's; its head is ProcessWorker

struct FlProcess {
    // What generated code touches. stack_limit and pid are accessed by others with relaxed atomics; pid is written only
    // when a slot is reused (release), before its mailbox opens.
    FlProcessHead head;
    // ALIAS_BOUNDED: the mailbox is bounded (bound.h). ALIAS_REFERENCE: no process but a reference (reference.h).
    // Another value but 0: a one-shot reply address; what is sent to it goes to this pid's mailbox. Atomic, relaxed: a
    // stale value leads to a mailbox whose drain drops the message.
    _Atomic(FlPid) alias_of;

    // ---- shared line
    // Its states, who changes them and in which order: mailbox.h.
    _Atomic(uintptr_t) mailbox;
    // Bits are set by anybody, then the limit is poisoned; the slow path of a poll restores the limit, then takes the
    // bits: all four sequentially consistent, so either the poller sees the bit or the poison stays.
    _Atomic(uint32_t) requests;
    uint8_t status;         // ProcessStatus; owner
    uint8_t flags;          // FLAG_*; owner
    _Atomic(uint8_t) names; // NAMES_*; see names.c
    bool awaits_output;     // it is in the list of those that wait for room; under the output's lock
    FlProcess *queue_next;  // link in a run queue or free list; belongs to that queue
    FlMessage *first;       // private list: drained messages not yet taken, oldest first; owner
    FlMessage **last;       // where the next drained message is linked
    FlMessage **scan;       // the link to the message that this receive tests, or (not FLAG_TESTING) tests next
    uint32_t mail_count;    // messages in the private list; owner
    uint32_t verified;      // KB of the arena when the scheduler last had the heap verified
    // Who runs it, or did last; set at each resume. NULL: nobody since the tick took it away. Others read it as a hint
    // (relaxed).
    FlWorker *worker;

    // ---- owner only
    union {
        int64_t deadline; // of the present wait, nanoseconds of the scheduler's clock; INT64_MAX: none
        FlPid called;     // of a reply address: whom its request was sent to; 0: nobody yet
    };
    FlTimeout timeout;
    const FlSite *site; // where it waits; of the spawn before its first wait
    const FlSite *spawned_at;
    const char *kind_name; // static
    char *stack;           // lowest address of its stack slot; NULL while it has none
    FlContext context;     // saved stack pointer while it is suspended with its stack
    uintptr_t limit;       // the value of stack_limit when it is not poisoned; 0 before the first run
    FlSide *side;          // links, monitors, names, call in progress, segment, way of death; NULL until needed

    // ---- memory: everything that the process allocates
    FlArena arena;
    char embedded[PROCESS_BYTES - PROCESS_STATE_BYTES - sizeof(FlArena)];
} __attribute__((aligned(64)));

_Static_assert(offsetof(FlProcess, arena) == PROCESS_STATE_BYTES, "state has its place");
_Static_assert(sizeof(FlProcess) == PROCESS_BYTES, "a control block is 320 bytes");

// The head of a worker: all that the process room knows of it. Touched by the thread that runs the worker, but for the
// last-in slot.
typedef struct ProcessWorker {
    FlContext scheduler; // where the process that runs gives the worker back to
    FlProcess *left;     // who just gave it back; NULL: its last process has parked already (run.h)
    char *empty;         // the stack that was left last, in nobody's use; or NULL (turn.c)
    FlProcess *next;     // who runs next, if that is decided already; NULL: to be picked
    uint32_t sends_left; // messages that may be sent to processes that don't wait, until the sender gives way
    FlProcess *flooded;  // when there are none left: to whom the last one went. NULL: none was sent

    // The process woken last, and what gives the tick access to it: slot.h.
    _Atomic(FlProcess *) last_in;
    _Atomic(bool) slot_busy;
    _Atomic(bool) slot_wanted;

    SanitizedStack sanitized; // of the thread
    StackCache stacks;
    ProcessCache slots;
    int64_t polls_left; // seeded schedule: polls until the next preemption; otherwise unused
    bool counts_polls;  // seeded schedule: every poll is taken, the limit stays poisoned
    char *c_stack;      // of the C functions that its processes call; NULL: none has yet (foreign/call.c)
} ProcessWorker;

// What the process room asks of its scheduler. Set once before the first process exists.
typedef struct ProcessHooks {
    void (*wake)(
        FlProcess *process); // makes a process that was just taken out of PARKED (or is new) runnable; any thread
    void (*wake_here)(ProcessWorker *worker, FlProcess *process); // the same, for the thread that runs this worker
    // On a process's stack: parks self, which has nothing else to settle, and decides in worker->next who runs next
    // (NULL: to be picked). false: nothing was done.
    bool (*park)(ProcessWorker *worker, FlProcess *self);
    // On the stack of a process that has ended and is gone: decides in worker->next who runs next (NULL: to be picked).
    void (*ended)(ProcessWorker *worker);
    int64_t (*now)(void);                    // nanoseconds; virtual in the seeded schedule
    int64_t (*soon)(void);                   // a little later than now, and cheaper: up to a hundredth of a second
    void (*disarm)(FlProcess *process);      // takes its timeout out of the timer queue
    int64_t (*draw_slice)(FlWorker *worker); // seeded schedule: polls of the next slice
    // Warns of an unbounded mailbox that has grown beyond MAILBOX_CROWDED; once per process, by its owner in a drain.
    void (*crowded)(FlProcess *process, FlPid sender);
    bool (*traces)(void); // whether a report written now would show calls; NULL: always. Any thread
} ProcessHooks;
extern ProcessHooks process_hooks;

// Set once by a thread that is no worker's and holds no lock whenever it wakes a process: the scheduler may take its
// own then, and need not leave the rest to the tick.
extern __thread bool process_thread_is_free;

// ---- Services to the rooms below (runtime/memory, runtime/value declare these themselves: they may not include this
// header).

// The arena of a process.
FlArena *process_arena(FlProcess *self);
// Ends self: no memory. Never allocates. Runs self's defers.
_Noreturn void process_out_of_memory(FlProcess *self);
// Ends self with a report: text is static or lives until the end of the process; site may be NULL.
_Noreturn void process_panic(FlProcess *self, const char *text, const FlSite *site);
_Noreturn void process_panic_name(FlProcess *self, const FlString *name, const FlSite *site); // the name is taken
// A flat object of at least COUNTED_LEAST bytes, in a counted block (memory/holds.h). Never NULL: ends self instead.
void *process_allocate_flat(FlProcess *self, uint64_t bytes);
// What fl_poll, fl_poll_stack and fl_alloc_slow do, which keep registers (runtime/abi/keep_x86_64.S).
void process_poll(FlProcess *self);
bool process_poll_stack(FlProcess *self, uint64_t bytes);
void *process_alloc_slow(FlProcess *self, uint64_t bytes);
// All fl_panic* but fl_panic_no_match's text of the value are in this room.

static inline uint32_t request_no_memory(FlPid pid) {
    return REQUEST_NO_MEMORY | (uint32_t)(pid >> 32) << REQUEST_SERIAL_SHIFT;
}

// Asks for a poll: sets REQUEST_* bits (not REQUEST_NO_MEMORY), then poisons the limit. Any thread; harmless if the
// slot has another process by now.
void process_request(FlProcess *process, uint32_t request);

// The same with REQUEST_NO_MEMORY, for the process with this pid, which was seen in this slot. Any thread.
void process_request_no_memory(FlProcess *process, FlPid pid);

static inline FlPid process_pid(const FlProcess *process) {
    return __atomic_load_n(&process->head.pid, __ATOMIC_RELAXED);
}

#endif
