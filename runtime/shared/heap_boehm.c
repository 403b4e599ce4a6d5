#if !defined FLUFFY_PLAIN_MALLOC && !defined FLUFFY_HOSTED

// Boehm's collector as a heap that is collected only when it is told to, by one thread that it alone knows. Everything
// that it would take for roots by itself is taken away from it; what it looks at are the slots.
#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>
#include <gc/gc_mark.h>
#include <signal.h>

#include "runtime/shared/heap.h"
#include "runtime/shared/slots.h"

static void push(char *from, char *to) { GC_push_all(from, to); }

// Instead of Boehm's own procedure, which would push the stacks of the threads it knows.
static void push_slots(void) { slots_each(push); }

// Boehm takes two signals to stop threads with. It never has any to stop.
static void init_without_signals(void) {
    static const int taken[] = {SIGPWR, SIGXCPU, SIGSEGV, SIGBUS};
    struct sigaction before[sizeof taken / sizeof *taken];
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sigaction(taken[i], NULL, &before[i]);
    GC_init();
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sigaction(taken[i], &before[i], NULL);
}

void heap_init(void) {
    struct GC_stack_base base;
    GC_get_stack_base(&base);
    GC_set_stackbottom(NULL, &base); // this is no program's main thread
    GC_set_all_interior_pointers(0);
    GC_set_markers_count(1); // no threads beside this one
    GC_set_no_dls(1);
    GC_set_finalize_on_demand(1);
    GC_set_java_finalization(1);
    GC_set_warn_proc(GC_ignore_warn_proc);
    init_without_signals();
    GC_disable();
    GC_clear_roots();
    GC_set_push_other_roots(push_slots);
}

void *heap_allocate(uint64_t bytes, bool references) { return references ? GC_malloc(bytes) : GC_malloc_atomic(bytes); }

static void call(void *object, void *gone) { ((void (*)(void *))gone)(object); }

bool heap_watch(void *object, void (*gone)(void *object)) {
    GC_finalization_proc before = call;
    GC_register_finalizer_no_order(object, call, (void *)gone, &before, NULL);
    return before == NULL; // untouched if memory is out
}

void heap_collect(void) {
    GC_enable();
    GC_gcollect();
    GC_disable();
}

void heap_call_gone(void) { GC_invoke_finalizers(); }

bool heap_is_object(const void *start) { return GC_base((void *)(uintptr_t)start) == start; }

uint64_t heap_live(void) { return GC_get_heap_size() - GC_get_free_bytes() - GC_get_bytes_since_gc(); }

void heap_deinit(void) {} // ends with the program

#else
typedef int heap_boehm_is_in_executables_alone;
#endif
