// The heap of the running process, as the functions of this room use it.
//
// Invariant: between calls of value_poll everything below the bump pointer is complete objects or fillers. Threads:
// the one that runs `self`.
#ifndef FLUFFY_RUNTIME_VALUE_HEAP_H
#define FLUFFY_RUNTIME_VALUE_HEAP_H

#include "runtime/abi/abi.h"
#include "runtime/memory/holds.h"

static inline FlProcessHead *value_head(FlProcess *self) { return (FlProcessHead *)self; }

// `bytes` bytes (a multiple of 8) for an object, not written. Never NULL: ends the process instead.
static inline void *value_allocate(FlProcess *self, uint64_t bytes) {
    FlBump *bump = &value_head(self)->bump;
    char *object = bump->next;
    if (__builtin_expect(bytes <= (uint64_t)(bump->end - object), 1)) {
        bump->next = object + bytes;
        return object;
    }
    return fl_alloc_slow(self, bytes);
}

// The same for a flat object (a string, or a buffer without references) of COUNTED_LEAST bytes or more, which processes
// share instead of copying it; its flags are OBJECT_COUNTED_FLAGS. Of the process room.
void *process_allocate_flat(FlProcess *self, uint64_t bytes);

// Makes an object longer where it lies, if it is the last one and its block has room. false: nothing happened.
static inline bool value_extend(FlProcess *self, void *object, uint64_t old_bytes, uint64_t new_bytes) {
    FlBump *bump = &value_head(self)->bump;
    if ((char *)object + old_bytes != bump->next || new_bytes - old_bytes > (uint64_t)(bump->end - bump->next))
        return false;
    bump->next += new_bytes - old_bytes;
    return true;
}

// Gives back what is behind an object's first new_bytes bytes, at least as a filler.
static inline void value_shrink(FlProcess *self, void *object, uint64_t old_bytes, uint64_t new_bytes) {
    FlBump *bump = &value_head(self)->bump;
    if ((char *)object + old_bytes == bump->next)
        bump->next = (char *)object + new_bytes;
    else
        object_fill((char *)object + new_bytes, old_bytes - new_bytes);
}

// For loops without a constant bound: lets others run, or dies, if that is requested. May not return.
static inline void value_poll(FlProcess *self) {
    if (__atomic_load_n(&value_head(self)->stack_limit, __ATOMIC_RELAXED) == UINTPTR_MAX)
        fl_poll(self);
}

enum { VALUE_POLL_ROUNDS = 1024 };

extern FlString value_empty_string;

// A string object for `length` bytes, whose bytes are not written but for the closing NUL. Panics if that is too
// long.
FlString *value_string(FlProcess *self, uint64_t length, uint64_t points);

// Ends the process: `text` is a static string object. The place is that of the runtime's function.
_Noreturn void value_panic(FlProcess *self, FlString *text);

#define VALUE_STATIC_STRING(name, text)                                                                                \
    FlString name = {{FL_TYPE_STRING, FL_OBJECT_STATIC}, sizeof(text) - 1, sizeof(text) - 1, {text}}

#endif
