// A runtime that starts and stops within another program, again and again: whatever its processes are doing then.
#include "test/unit/runtime/sched/program.h"

#include <pthread.h>

#include "runtime/process/signals.h"
#include "runtime/process/spawn.h"

enum { ROUNDS = 60, PROCESSES = 40 };

static _Atomic(int) begun;

static void ends(FlProcess *self) { (void)self; }

// Waits without a stack, with a message in its mailbox.
static void waits(FlProcess *self) {
    atomic_fetch_add(&begun, 1);
    fl_receive_park(self, &site_wait);
}

static void sleeps(FlProcess *self) {
    atomic_fetch_add(&begun, 1);
    fl_sleep(self, 1000000, &site_wait);
}

static void computes(FlProcess *self) {
    atomic_fetch_add(&begun, 1);
    for (;;)
        poll(self);
}

static void crashes(FlProcess *self) {
    atomic_fetch_add(&begun, 1);
    fl_halt(self, 3); // can't end the host: it ends the process
}

// From a thread that is no worker.
static void start_some(ProcessWorker *cache, int how_many) {
    static const FlResume ways[] = {waits, sleeps, computes, crashes, ends};
    sched_host_thread(true);
    for (int i = 0; i < how_many; i++) {
        FlProcess *process = spawn_new(cache, ways[i % 5], "child", &site_main);
        assert_non_null(process);
        FlPid pid = process->head.pid;
        process_hooks.wake(process);
        signal_send(SIGNAL_MONITOR, 0, pid);
    }
    sched_host_thread(false);
}

static void test_again_and_again(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        SchedConfig config = {.workers = 1 + (uint32_t)round % 3, .tidy = true, .hosted = true};
        ProcessWorker cache = {0};
        atomic_store(&begun, 0);
        assert_true(sched_host_start(&fl_program, &config));
        start_some(&cache, PROCESSES);
        while (round % 2 && atomic_load(&begun) < PROCESSES * 4 / 5) // else it stops before they have begun
            sched_yield();
        sched_host_stop();
    }
}

static void test_stop_of_an_idle_one(void **state) {
    (void)state;
    SchedConfig config = {.workers = 2, .tidy = true, .hosted = true};
    for (int round = 0; round < ROUNDS; round++) {
        assert_true(sched_host_start(&fl_program, &config));
        sched_host_end_supervisors(1000); // there is none: nothing is waited for
        sched_host_stop();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again_and_again),
        cmocka_unit_test(test_stop_of_an_idle_one),
    };
    setenv("FLUFFY_REPORTS", "none", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
