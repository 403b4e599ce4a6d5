// What sanitizers have to be told about stacks. The only file with conditions on them; empty functions in plain builds.
//
// A SanitizedStack stands for one stack: of a slot (at its upper end) or of a thread. It belongs to whoever runs on
// that stack.
#ifndef FLUFFY_RUNTIME_PLATFORM_SANITIZER_H
#define FLUFFY_RUNTIME_PLATFORM_SANITIZER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/platform/switch.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZER_ADDRESS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZER_ADDRESS 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define SANITIZER_THREAD 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZER_THREAD 1
#endif
#endif

#if defined(SANITIZER_ADDRESS) || defined(SANITIZER_THREAD)
#define SANITIZER_ANY 1
#endif

// Bytes of a stack slot, and how many there may be: sanitized frames are large, and each stack has a fiber.
#ifdef SANITIZER_ANY
enum { SANITIZED = 1, STACK_BYTES = 512 << 10, STACK_MAX = 8192, SANITIZER_SLACK = 128 << 10 };
#else
enum { SANITIZED = 0, STACK_BYTES = 64 << 10, STACK_MAX = 1 << 20, SANITIZER_SLACK = 0 };
#endif

// Default bytes of a large segment. TSan's own stack ends at 65,536 calls.
#ifdef SANITIZER_THREAD
#define SANITIZER_SEGMENT ((size_t)1 << 19)
#else
#define SANITIZER_SEGMENT ((size_t)(SANITIZED ? 32 : 256) << 20)
#endif

#ifdef SANITIZER_ADDRESS
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef SANITIZER_THREAD
#include <sanitizer/tsan_interface.h>
#endif

typedef struct SanitizedStack {
    void *fiber;        // TSan's
    void *fake;         // ASan's fake stack while the stack is suspended
    const char *bottom; // lowest address
    size_t size;
} SanitizedStack;

// Describes the stack of the calling thread.
static inline void sanitized_thread(SanitizedStack *stack) {
#ifdef SANITIZER_ADDRESS
    pthread_attr_t attributes;
    void *bottom;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &bottom, &stack->size);
    pthread_attr_destroy(&attributes);
    stack->bottom = bottom;
#endif
#ifdef SANITIZER_THREAD
    stack->fiber = __tsan_get_current_fiber();
#endif
    (void)stack;
}

// Describes a slot that is used for the first time.
static inline void sanitized_slot(SanitizedStack *stack, const char *bottom, size_t size) {
    *stack = (SanitizedStack){.bottom = bottom, .size = size};
}

// Before the memory of a slot is released.
static inline void sanitized_slot_end(SanitizedStack *stack) {
#ifdef SANITIZER_THREAD
    if (stack->fiber)
        __tsan_destroy_fiber(stack->fiber);
#endif
    (void)stack;
}

// Memory of a stack that is about to be used afresh: what the last user left poisoned in it is forgotten.
static inline void sanitized_fresh(const char *bottom, size_t size) {
#ifdef SANITIZER_ADDRESS
    __asan_unpoison_memory_region(bottom, size);
#endif
    (void)bottom, (void)size;
}

// The same for a slot whose last process may have left it in the middle of its calls, and while its description stood
// for a segment (sanitized_call_on). Each use has a fiber of its own: what was not returned from would stay on the
// fiber's stack of calls.
static inline void sanitized_reused(SanitizedStack *slot, const char *bottom, size_t size) {
    sanitized_fresh(bottom, size);
#ifdef SANITIZER_THREAD
    if (slot->fiber)
        __tsan_destroy_fiber(slot->fiber);
    slot->fiber = __tsan_create_fiber(0);
#endif
#ifdef SANITIZER_ADDRESS
    slot->bottom = bottom;
    slot->size = size;
#endif
    (void)slot;
}

// platform_switch between two described stacks. last: `from` is left for good.
#ifndef SANITIZER_ADDRESS
__attribute__((always_inline))
#endif
static inline void
sanitized_switch(FlContext *save, FlContext to, SanitizedStack *from, SanitizedStack *target, bool last) {
#ifdef SANITIZER_ADDRESS
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake, target->bottom, target->size);
#endif
#ifdef SANITIZER_THREAD
    __tsan_switch_to_fiber(target->fiber, 0);
#endif
    (void)from, (void)target, (void)last;
    platform_switch_here(save, to);
#ifdef SANITIZER_ADDRESS
    __sanitizer_finish_switch_fiber(from->fake, NULL, NULL);
#endif
}

// First thing on a stack that was entered by its first switch.
static inline void sanitized_entered(void) {
#ifdef SANITIZER_ADDRESS
    __sanitizer_finish_switch_fiber(NULL, NULL, NULL);
#endif
}

// platform_call_on from a slot to a large segment. While it runs, the slot's description stands for the segment, so
// that a switch away and back names the stack in use.
typedef struct SanitizedCall {
    void (*function)(void *a, void *b);
    void *a;
    void *b;
    SanitizedStack *slot;
    SanitizedStack outer;
} SanitizedCall;

static inline void sanitized_call_entry(void *argument, void *unused) {
    SanitizedCall *call = argument;
    (void)unused;
    sanitized_entered();
    call->function(call->a, call->b);
#ifdef SANITIZER_ADDRESS
    __sanitizer_start_switch_fiber(NULL, call->outer.bottom, call->outer.size);
#endif
}

static inline void sanitized_call_on(char *bottom, char *top, SanitizedStack *slot, void (*function)(void *a, void *b),
                                     void *a, void *b) {
#ifdef SANITIZER_ADDRESS
    void *fake;
    SanitizedCall call = {function, a, b, slot, *slot};
    slot->bottom = bottom;
    slot->size = (size_t)(top - bottom);
    __sanitizer_start_switch_fiber(&fake, slot->bottom, slot->size);
    platform_call_on(top, sanitized_call_entry, &call, NULL);
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
    *slot = call.outer;
#else
    (void)bottom, (void)slot;
    platform_call_on(top, function, a, b);
#endif
}

#endif
