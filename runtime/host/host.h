// What the files of this room share: the gate that threads of the host enter by, and values of C.
//
// The gate. Each thread of the host that calls in has a seat, a variable of the thread, registered in a list. Entering
// counts `inside` up, then looks whether the runtime is open; stopping closes it, then waits until no seat is inside.
// The fences between (light in the thread, heavy in who stops) see to it that either the thread finds it closed or
// who stops finds the thread inside. So between entering and leaving the runtime stays as it is; who waits inside is
// woken by the stop.
#ifndef FLUFFY_RUNTIME_HOST_HOST_H
#define FLUFFY_RUNTIME_HOST_HOST_H

#include <pthread.h>
#include <stdatomic.h>

#include "runtime/host/glue.h"
#include "runtime/memory/cache.h"
#include "runtime/platform/fence.h"
#include "runtime/process/bound.h"
#include "runtime/process/process.h"
#include "runtime/sched/sched.h"

// HOST_FORKED: in a child of a program that forked while the runtime ran; none of its threads are there, and any lock
// may be held for ever.
enum { HOST_CLOSED, HOST_OPEN, HOST_STOPPING, HOST_FORKED };

extern struct Host {
    fluffy_runtime handle; // what the host holds
    // HOST_*. Relaxed in enter, which fences pair with; sequentially consistent elsewhere.
    _Atomic(uint32_t) state;
} host;

typedef struct Seat Seat;
struct Seat {
    Seat *next; // in the list of seats; under its lock
    // In that list; written by its thread, and by who stops, when nobody is inside. Relaxed: `inside` orders it.
    _Atomic(bool) registered;
    // How deep its thread is within the runtime; written by the thread: up relaxed, before a light fence and the look
    // at `state`; down release, for who stops, which acquires it after a heavy one.
    _Atomic(uint32_t) inside;
    ProcessWorker worker; // only its caches are used, but by calls that run here (call.c)
    FlArena arena;        // values on their way in; empty between calls
    FlBump bump;
    CacheOfThread *pieces; // its thread's cache, which who stops empties
    int64_t patience;      // milliseconds that its sends wait for room; less than 0: for ever
    FlProcess *process;    // for calls that run here (here.c); NULL: none yet
    _Atomic(FlPid) called; // that process, for who stops the runtime; 0: none. Relaxed: a pid is never used again
    char *top;             // of its stack
    bool suspended;        // it has given the thread back in this call
    bool returned;         // and its function has returned since
    char error[512];       // of fluffy_error
};

extern __thread Seat host_seat;

// The thread's own. Finding it is a call in a shared library: the compiler is kept from doing that again and again.
static inline Seat *seat_own(void) {
    Seat *seat = &host_seat;
    __asm__("" : "+r"(seat));
    return seat;
}

// false: the runtime is not open, or was not when the seat's thread was here last.
static inline bool seat_try(Seat *seat) {
    // Written by this thread alone.
    uint32_t inside = atomic_load_explicit(&seat->inside, memory_order_relaxed);
    atomic_store_explicit(&seat->inside, inside + 1, memory_order_relaxed);
    fence_light(); // partner: stop
    // The seat, too, after the fence: the runtime may have stopped, and started, since its thread was here last.
    if (__builtin_expect(atomic_load_explicit(&host.state, memory_order_acquire) == HOST_OPEN, 1) &&
        __builtin_expect(atomic_load_explicit(&seat->registered, memory_order_relaxed), 1))
        return true;
    atomic_store_explicit(&seat->inside, inside, memory_order_release);
    return false;
}
Seat *seat_enter_slowly(void); // registers it, if need be

// NULL: the runtime is not open. Otherwise seat_leave is called by the same thread.
static inline Seat *seat_enter(void) {
    Seat *seat = seat_own();
    return __builtin_expect(seat_try(seat), 1) ? seat : seat_enter_slowly();
}

// Release: all that was done inside, for who stops the runtime.
static inline void seat_leave(Seat *seat) {
    uint32_t inside = atomic_load_explicit(&seat->inside, memory_order_relaxed);
    atomic_store_explicit(&seat->inside, inside - 1, memory_order_release);
}

// Notes what fluffy_error tells; the status is given back. The seat is the thread's own, but need not be entered.
fluffy_status seat_fail(Seat *seat, fluffy_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum { LOOK_NANOSECONDS = 20000000 }; // how often who waits inside looks whether the runtime is stopping

// Who waits inside gives up when it no longer is.
static inline bool host_open(void) { return atomic_load(&host.state) == HOST_OPEN; }

static inline bool host_forked(void) { return atomic_load(&host.state) == HOST_FORKED; }

static inline const FlExport *host_export(uint32_t exported) { return &fl_program.exports[exported]; }

// ---- values in (value_in.c)

// The words of a value of `type` that the C value of that shape means, into `words`; what they refer to into the arena.
// The first failure is noted in `status`.
typedef struct ValueIn {
    FlArena *arena;
    FlBump *bump;
    Seat *seat;
    fluffy_status status;
} ValueIn;
bool value_in(ValueIn *in, const FlType *type, FlWord *words, const FlShape *shape, const char *value);
// The same of a tuple, or of a record's object: the words behind its header.
bool value_in_fields(ValueIn *in, const FlType *type, FlWord *words, const FlShape *shape, const char *value);
// Whether values of this shape become values of the type.
bool value_fits(const FlType *type, const FlShape *shape);
// Which of the union's shapes the value has, and where; NULL: its tag names none. Of other shapes: itself.
const FlShape *value_variant(const FlShape *shape, const char **value, uint32_t *tag);

// ---- values out (value_out.c)

// Writes the C value of a word as in a message; text and numbers in lists are referred to where they lie, other lists
// are made in the scope. FLUFFY_OTHER: it has another shape. Nothing is changed then but what `value` points to.
fluffy_status value_out_word(fluffy_scope *scope, const FlShape *shape, FlWord word, char *value);
// The same of the words of a type.
fluffy_status value_out(fluffy_scope *scope, const FlShape *shape, const FlType *type, const FlWord *words,
                        char *value);

// ---- scopes (scope.c). The message is the scope's from then on, as the list is: `bytes` zero bytes.
void scope_keep(fluffy_scope *scope, FlMessage *message);
void *scope_list(fluffy_scope *scope, size_t bytes);
void scope_end(fluffy_scope *scope);
// When the runtime stops: all of them.
void scopes_end(void);

// ---- mailboxes (mailbox.c)
// limit 0: none.
fluffy_status mailbox_open(fluffy_runtime *runtime, uint64_t limit, fluffy_overflow overflow, fluffy_mailbox **mailbox);
fluffy_status host_policy(Seat *seat, fluffy_overflow overflow, BoundPolicy *policy);
void mailbox_close(fluffy_mailbox *mailbox);
int mailbox_fd(fluffy_mailbox *mailbox);
fluffy_status mailbox_peer(fluffy_mailbox *mailbox, int request, fluffy_pid pid);
fluffy_status mailbox_receive(fluffy_mailbox *mailbox, int64_t timeout, fluffy_scope *scope, fluffy_message *message);
// FLUFFY_OK, or why a link or monitor of the mailbox can't be made: it is another library's, or has ended.
fluffy_status mailbox_check(Seat *seat, fluffy_mailbox *mailbox);
// Before a process runs: the mailbox will hear of its end, as if it had linked or monitored it. false: memory is out.
bool mailbox_expect(fluffy_mailbox *mailbox, FlPid child, bool link, bool monitor);
// The runtime is closing: who waits gives up.
void mailboxes_wake(void);
// The runtime has closed, and its processes are about to be dropped: what lies in mailboxes is freed, and none is known
// any more.
void mailboxes_end(void);

// ---- calls (call.c)

enum { RESULT_WORDS = 4, ARGUMENTS_MOST = 256, ERROR_BYTES = 400 };

typedef struct Call {
    const FlExport *export;
    _Atomic(uint32_t)
        shares; // who still needs it, of caller and process; who takes the last one (acquire, release) frees it
    _Atomic(uint32_t) done; // 1: what follows is there (release; acquire by who waits); futex
    bool returned;
    FlMessage *message; // a tuple of the result, if that refers to something; else NULL. Owned
    FlWord words[RESULT_WORDS];
    char error[ERROR_BYTES]; // why it has not returned
} Call;

// On the process's stack: calls the function with the words of the process's frame, keeps its result.
void call_run(FlProcess *self, Call *call);
void call_note_end(Call *call, const FlProcess *process);
// A call of numbers as a process: where the calling thread can't run it.
fluffy_status call_words(Seat *seat, const FlExport *export, const uint64_t *arguments, uint64_t *result);
// What a call that has returned gives, as a C value. The message may be the scope's then.
fluffy_status call_take_result(Seat *seat, Call *call, const FlShape *shape, fluffy_scope *scope, void *out);

// ---- calls on the calling thread (here.c)
fluffy_status here_call(Seat *seat, const FlExport *export, const FlShape *shape, const void *arguments,
                        const FlShape *result, fluffy_scope *scope, void *out);
// The seat's thread ends, or the runtime.
void here_end(Seat *seat);

#endif
