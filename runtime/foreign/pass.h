// Within the room: a call in progress.
#ifndef FLUFFY_RUNTIME_FOREIGN_PASS_H
#define FLUFFY_RUNTIME_FOREIGN_PASS_H

#include "runtime/foreign/handle.h"

enum { PARAMETERS_MOST = 60 }; // of a C function: the checker sees to it; bits of ForeignJob.taken

#define RESULT_BIT ((uint64_t)1 << PARAMETERS_MOST)

// Memory that a blocking call needs: copies, or an object that it keeps alive.
typedef struct Kept Kept;
struct Kept {
    Kept *next;
    const FlObject *object; // one of its counts is ours; NULL: none
    Handle *handle;         // it is in use; NULL: none
    char bytes[];
};

// A blocking call: all that the thread which makes it touches.
typedef struct ForeignJob {
    ProcessJob job;
    const FlForeign *function;
    Kept *kept;
    void *closing; // what the call closes, taken from its handle; NULL: nothing
    bool ran;
    uint64_t taken; // results that have an owner, by parameter, and RESULT_BIT. The process's
    _Alignas(16) char frame[];
} ForeignJob;

typedef struct ForeignCall {
    FlProcess *self;
    const FlForeign *function;
    const FlSite *site;
    char *frame;
    ForeignJob *job; // NULL: it is made on this thread
    bool returned;   // the C function has been called
    uint64_t taken;  // as of a job; used without one
    uint32_t used;
    Handle *handles[PARAMETERS_MOST]; // in use
} ForeignCall;

// Ends self with a report; what the call has is given back.
_Noreturn void call_fail(ForeignCall *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void call_out_of_memory(ForeignCall *call);

// `bytes` bytes until the call has returned.
char *call_room(ForeignCall *call, uint64_t bytes);

// Values as C has them (in.c): fills the frame.
void call_put_arguments(ForeignCall *call, const FlWord *arguments);

// C's values as Fluffy's (out.c): the words of the call's value.
void call_take_results(ForeignCall *call, const FlWord *arguments, FlWord *result);

// Closes and frees what the C function gave and nobody has taken.
void results_drop(const FlForeign *function, const char *frame, uint64_t taken);

// The word of a number.
FlWord number_of_c(const FlCType *type, const char *from);

// Where a result lies in a frame, and what it is; NULL: the parameter is none.
const char *result_of_parameter(const FlCParam *param, const char *frame);

// Calls a C function that closes or frees, whatever it gives and what kind of pointer it takes: its declaration is not
// known, so nobody can check it.
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
static inline void
call_with_pointer(void *function, void *pointer) {
    ((void (*)(void *))function)(pointer);
}

static inline uint64_t *call_taken(ForeignCall *call) { return call->job ? &call->job->taken : &call->taken; }

static inline bool is_pointer(const FlCType *type) { return type->kind == FL_C_HANDLE || type->kind == FL_C_STRING; }

// C may send to this process from now on (callback.c). false: memory is out.
bool callback_allow(FlPid pid);

#endif
