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
#include "runtime/process/process.h"
#include "runtime/sched/sched.h"

enum { HOST_CLOSED, HOST_OPEN, HOST_STOPPING };

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
    _Atomic(uint32_t) inside; // how deep its thread is within the runtime; written by the thread
    ProcessWorker worker;     // only its caches are used, but by calls that run here (call.c)
    FlArena arena;            // values on their way in; empty between calls
    FlBump bump;
    CacheOfThread *pieces; // its thread's cache, which who stops empties
    FlProcess *process;    // for calls that run here; NULL: none yet
    bool suspended;        // that process has given the thread back in this call
    bool returned;         // and its function has returned since
    char error[512];       // of fluffy_error
};

// NULL: the runtime is not open. Otherwise seat_leave is called by the same thread.
Seat *seat_enter(void);
void seat_leave(Seat *seat);

// Notes what fluffy_error tells; the status is given back.
fluffy_status seat_fail(Seat *seat, fluffy_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Who waits inside gives up when it no longer is.
static inline bool host_open(void) { return atomic_load(&host.state) == HOST_OPEN; }

const FlExport *host_export(uint32_t exported);

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
fluffy_status mailbox_open(fluffy_runtime *runtime, fluffy_mailbox **mailbox);
void mailbox_close(fluffy_mailbox *mailbox);
int mailbox_fd(fluffy_mailbox *mailbox);
fluffy_status mailbox_peer(fluffy_mailbox *mailbox, int request, fluffy_pid pid);
fluffy_status mailbox_receive(fluffy_mailbox *mailbox, int64_t timeout, fluffy_scope *scope, fluffy_message *message);
// Before a process runs: the mailbox will hear of its end, as if it had linked or monitored it. false: memory is out.
bool mailbox_expect(fluffy_mailbox *mailbox, FlPid child, bool link, bool monitor);
// The runtime is closing: who waits gives up.
void mailboxes_wake(void);

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
// What a call that has returned gives, as a C value. The message may be the scope's then.
fluffy_status call_take_result(Seat *seat, Call *call, const FlShape *shape, fluffy_scope *scope, void *out);

// ---- calls on the calling thread (here.c)
fluffy_status here_call(Seat *seat, const FlExport *export, const FlShape *shape, const void *arguments,
                        const FlShape *result, fluffy_scope *scope, void *out);
fluffy_status here_call_words(Seat *seat, const FlExport *export, const uint64_t *arguments, uint64_t *result);
// The seat's thread ends, or the runtime.
void here_end(Seat *seat);

#endif
