// Deep recursion as generated code does it, which goes on on the large segment and gives way at its end.
#ifndef FLUFFY_TEST_DIVE_H
#define FLUFFY_TEST_DIVE_H

#include "test/unit/runtime/sched/program.h"

static int64_t dive(FlProcess *self, int64_t n);

typedef struct Dive {
    int64_t n, result;
} Dive;

static void dive_thunk(FlProcess *self, void *arguments) {
    Dive *call = arguments;
    call->result = dive(self, call->n);
}

// n calls deep: n.
static __attribute__((noinline)) int64_t dive(FlProcess *self, int64_t n) {
    uintptr_t limit = __atomic_load_n(&head(self)->stack_limit, __ATOMIC_RELAXED);
    if ((uintptr_t)__builtin_frame_address(0) < limit && fl_poll_stack(self, 0)) {
        Dive call = {n, 0};
        fl_run_on_segment(self, dive_thunk, &call, &site_main);
        return call.result;
    }
    volatile int64_t one = 1;
    if (n == 0) {
        fl_sleep(self, 0, &site_main);
        return 0;
    }
    return dive(self, n - 1) + one;
}

#endif
