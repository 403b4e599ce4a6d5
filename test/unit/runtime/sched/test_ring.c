// The queues of a worker: order, and that of many takers each process is given to exactly one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/sched/ring.h"

// sched.c, which this pulls in, wants a program.
const FlProgram fl_program;

enum { MANY = 20000, THIEVES = 3 };

static FlProcess *processes; // MANY of them
static _Atomic(uint32_t) taken[MANY];
static _Atomic(bool) done;

static FlWorker *new_worker(void) {
    FlWorker *worker = aligned_alloc(64, (sizeof *worker + 63) & ~(size_t)63);
    memset(worker, 0, sizeof *worker);
    return worker;
}

static int setup(void **state) {
    (void)state;
    processes = aligned_alloc(64, MANY * sizeof *processes);
    memset(processes, 0, MANY * sizeof *processes);
    memset(taken, 0, sizeof taken);
    atomic_store(&done, false);
    sched.worker_count = 1;
    global_reset();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    free(processes);
    return 0;
}

static void new_ones_run_newest_first(void **state) {
    (void)state;
    FlWorker *worker = new_worker();
    for (int i = 0; i < 5; i++)
        ring_push(worker, &processes[i]);
    for (int i = 5; i-- > 0;)
        assert_ptr_equal(ring_pop(worker), &processes[i]);
    assert_null(ring_pop(worker));
    assert_true(ring_empty(worker));
    free(worker);
}

static void the_oldest_has_a_turn_at_each_tick(void **state) {
    (void)state;
    FlWorker *worker = new_worker();
    for (int i = 0; i < 5; i++)
        ring_push(worker, &processes[i]);
    atomic_store(&worker->oldest_due, true);
    assert_ptr_equal(ring_pop(worker), &processes[0]);
    assert_ptr_equal(ring_pop(worker), &processes[4]);
    free(worker);
}

static void those_that_ran_keep_their_order_and_get_every_second_turn(void **state) {
    (void)state;
    FlWorker *worker = new_worker();
    for (int i = 0; i < 8; i++) {
        processes[i].limit = i < 4;
        ring_push(worker, &processes[i]);
    }
    int next_run = 0, next_new = 7;
    for (int i = 0; i < 8; i++) {
        FlProcess *process = ring_pop(worker);
        assert_ptr_equal(process, &processes[process->limit ? next_run++ : next_new--]);
        assert_true(abs(next_run - (7 - next_new)) <= 1);
    }
    free(worker);
}

static void thieves_take_the_older_half(void **state) {
    (void)state;
    FlWorker *worker = new_worker(), *thief = new_worker();
    for (int i = 0; i < 9; i++)
        ring_push(worker, &processes[i]);
    assert_ptr_equal(ring_steal(thief, worker), &processes[0]);
    for (int i = 4; i > 0; i--)
        assert_ptr_equal(ring_pop(thief), &processes[i]);
    assert_null(ring_pop(thief));
    assert_ptr_equal(ring_pop(worker), &processes[8]);
    free(worker);
    free(thief);
}

static void what_is_too_much_goes_to_all(void **state) {
    (void)state;
    FlWorker *worker = new_worker();
    for (int i = 0; i < 1000; i++)
        ring_push(worker, &processes[i]);
    assert_false(global_empty());
    int count = 0;
    for (FlProcess *process; (process = ring_pop(worker)) || (process = global_pop(worker)); count++)
        assert_int_equal(atomic_fetch_add(&taken[process - processes], 1), 0);
    assert_int_equal(count, 1000);
    free(worker);
}

// ---- many threads

static void take(FlProcess *process) { atomic_fetch_add(&taken[process - processes], 1); }

static void *thief_thread(void *victim) {
    FlWorker *worker = new_worker();
    while (!atomic_load(&done)) {
        FlProcess *process = ring_steal(worker, victim);
        for (; process; process = ring_pop(worker))
            take(process);
    }
    free(worker);
    return NULL;
}

// The owner puts in bursts and takes some itself, so that the last element is fought for again and again.
static void own(FlWorker *worker) {
    for (uint32_t i = 0, burst = 1; i < MANY; burst = burst * 7 % 13 + 1) {
        for (uint32_t j = 0; j < burst && i < MANY; j++) {
            processes[i].limit = i % 3 == 0;
            ring_push(worker, &processes[i++]);
        }
        for (uint32_t j = 0; j < burst - burst / 4; j++) {
            FlProcess *process = ring_pop(worker);
            if (process)
                take(process);
        }
    }
    for (FlProcess *process; (process = ring_pop(worker)) || (process = global_pop(worker));)
        take(process);
}

static void each_is_given_to_one(void **state) {
    (void)state;
    FlWorker *worker = new_worker();
    pthread_t threads[THIEVES];
    for (int i = 0; i < THIEVES; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, thief_thread, worker), 0);
    own(worker);
    while (!ring_empty(worker))
        ;
    atomic_store(&done, true);
    for (int i = 0; i < THIEVES; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(atomic_load(&taken[i]), 1);
    free(worker);
}

#define QUEUE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(new_ones_run_newest_first),
        QUEUE_TEST(the_oldest_has_a_turn_at_each_tick),
        QUEUE_TEST(those_that_ran_keep_their_order_and_get_every_second_turn),
        QUEUE_TEST(thieves_take_the_older_half),
        QUEUE_TEST(what_is_too_much_goes_to_all),
        QUEUE_TEST(each_is_given_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
