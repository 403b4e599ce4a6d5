#include "runtime/sched/terminate.h"

#include "runtime/platform/futex.h"
#include "runtime/process/roots.h"
#include "runtime/process/spawn.h"
#include "runtime/sched/sched.h"

// The exit status, 0: the program goes on. Set once, sequentially consistent, before the tick is woken; read relaxed.
static _Atomic(int) wanted;

void sched_terminate(int status) {
    int none = 0;
    if (atomic_compare_exchange_strong(&wanted, &none, status))
        parallel_look(); // the seeded schedule looks by itself
}

int terminate_status(void) { return atomic_load_explicit(&wanted, memory_order_relaxed); }

// The process that does it. A supervisor never answers this call, but its end does.
static void terminator(FlProcess *self) {
    for (FlPid root; (root = roots_take()) != 0;) {
        FlPid reply_address = fl_call_begin(self, root);
        FlWord reason;
        fl_stop(self, root);
        fl_call_wait(self, reply_address, root, -1, &reason, self->site);
    }
    if (sched.hosted) {
        atomic_store(&sched.terminated, 1); // sequentially consistent, as the futex wants; partner: sched_host_stop
        futex_wake(&sched.terminated, 1);
        return;
    }
    fl_halt(self, terminate_status());
}

static ProcessWorker of_tick; // only its cache of control blocks is used
static bool begun;            // by one thread

void terminate_reset(void) {
    atomic_store_explicit(&wanted, 0, memory_order_relaxed);
    of_tick = (ProcessWorker){0};
    begun = false;
    roots_reset();
}

void terminate_begin(ProcessWorker *worker) {
    int status = terminate_status();
    if (status == 0 || begun)
        return;
    begun = true;
    roots_end();
    FlProcess *process = spawn_new(worker ? worker : &of_tick, terminator, "terminator", fl_program.main_site);
    if (process) {
        sched.schedule->wake(process);
    } else {
        sched_stop(status);
    }
}
