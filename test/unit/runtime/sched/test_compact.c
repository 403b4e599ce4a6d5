// What a process let go of before it waits for long is given back, however it waits; what it still needs is not, and
// nothing that is sent to it meanwhile is lost.
#include "test/unit/runtime/sched/program.h"

#include "runtime/process/process.h"
#include "runtime/sched/compact.h"

enum { LINKS = 30000, KEPT = 1000, TRIES = 20000 };

// Tells who asks how much memory it has.
static void tell(FlProcess *self, FlPid from) { send(self, from, 0, (int64_t)self->arena.bytes); }

// So that no word is left on the stack that looks like a reference.
static __attribute__((noinline)) void wipe_stack(void) {
    volatile char bytes[4096];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = 0;
}

static __attribute__((noinline)) void build_all(FlProcess *self) {
    FlWord much = chain(self, LINKS);
    while (arena_due(&self->arena))
        fl_poll(self);
    if (!is_chain(much, LINKS))
        fl_halt(self, 1);
}

static void build(FlProcess *self) {
    build_all(self);
    wipe_stack();
}

// Waits without a stack, with a chain.
static void parked(FlProcess *self) {
    FlMessage *message;
    while ((message = receive_or_park(self)) != NULL) {
        FlPid from = words(((FlMessageHead *)message)->root)[0];
        fl_receive_drop(self, message);
        if (!is_chain(words((FlWord)head(self)->frame)[1], KEPT))
            fl_halt(self, 1);
        tell(self, from);
    }
}

static void parks(FlProcess *self) {
    build(self);
    head(self)->frame = (FlObject *)chain(self, KEPT + 1);
    head(self)->resume = parked;
    parked(self);
}

static void waits_so(FlProcess *self, int64_t timeout) {
    build(self);
    FlWord kept = chain(self, KEPT);
    for (FlWord root;;) {
        while ((root = receive(self, timeout)) == 0)
            ;
        if (!is_chain(kept, KEPT))
            fl_halt(self, 1);
        tell(self, words(root)[0]);
    }
}

// With its stack; with a timeout that does not come, and with one that comes all the time.
static void waits(FlProcess *self) { waits_so(self, -1); }
static void waits_an_hour(FlProcess *self) { waits_so(self, 3600000); }
static void waits_shortly(FlProcess *self) { waits_so(self, 1); }

static int64_t ask(FlProcess *self, FlPid pid) {
    send(self, pid, head(self)->pid, 1);
    return (int64_t)words(receive(self, -1))[1];
}

static void expect_compacted(FlProcess *self, FlResume resume) {
    FlPid pid = spawn(self, resume, 0, 0, 0, 0, NULL);
    if (ask(self, pid) < LINKS * 24)
        fl_halt(self, 2);
    for (int i = 0; i < TRIES; i++) {
        fl_sleep(self, 20, &site_wait);
        if (ask(self, pid) < LINKS * 24 / 4) // words on a stack may keep some blocks
            return;
    }
    fl_halt(self, 3);
}

static void give_back(FlProcess *self) {
    expect_compacted(self, parks);
    expect_compacted(self, waits);
    expect_compacted(self, waits_an_hour);
    fl_halt(self, 7);
}

static void test_give_back(void **state) {
    (void)state;
    compact_period = 1000000;
    assert_int_equal(run_program(give_back, "1", NULL).status, 7);
    assert_int_equal(run_program(give_back, "3", NULL).status, 7);
}

// Rounds all the time, of processes that answer, and time out, meanwhile.
enum { ANSWERING = 20, QUESTIONS = 2000 };

static void disturb(FlProcess *self) {
    static const FlResume kinds[] = {parks, waits, waits_an_hour, waits_shortly};
    FlPid pids[ANSWERING];
    for (int i = 0; i < ANSWERING; i++)
        pids[i] = spawn(self, kinds[i % 4], 0, 0, 0, 0, NULL);
    for (int round = 0; round < QUESTIONS / ANSWERING; round++) {
        for (int i = 0; i < ANSWERING; i++)
            send(self, pids[i], head(self)->pid, 1);
        for (int i = 0; i < ANSWERING; i++)
            receive(self, -1);
        if (round % 4 == 0)
            fl_sleep(self, 1, &site_wait);
    }
    fl_halt(self, 7);
}

static void test_disturb(void **state) {
    static const char *const workers[] = {"1", "2", "16"};
    (void)state;
    compact_least = 0;
    for (int i = 0; i < 6; i++) {
        compact_period = i < 3 ? 0 : 200000;
        assert_int_equal(run_program(disturb, workers[i % 3], NULL).status, 7);
    }
}

// Each wait ends with its time, however it was parked: a message in between leaves an entry of the timers behind.
enum { TIMEOUTS = 100 };

static void ticks(FlProcess *self) {
    FlPid main = frame(self)[0];
    build(self);
    for (int left = TIMEOUTS; left > 0;)
        left -= receive(self, 1 + left % 4) == 0;
    send(self, main, 0, 1);
}

static void disturb_timeouts(FlProcess *self) {
    FlPid pids[ANSWERING];
    for (int i = 0; i < ANSWERING; i++)
        pids[i] = spawn(self, ticks, head(self)->pid, 0, 0, 0, NULL);
    for (int ended = 0, round = 0; ended < ANSWERING; round++) {
        send(self, pids[round % ANSWERING], 0, 1);
        ended += receive(self, 1) != 0;
    }
    fl_halt(self, 7);
}

static void test_timeouts(void **state) {
    (void)state;
    compact_least = 0;
    compact_period = 0;
    assert_int_equal(run_program(disturb_timeouts, "1", NULL).status, 7);
    assert_int_equal(run_program(disturb_timeouts, "3", NULL).status, 7);
}

// When nothing can run any more, the program ends, whatever the tick does.
static void builds_and_waits(FlProcess *self) {
    FlPid main = frame(self)[0];
    build(self);
    send(self, main, 0, 1);
    receive(self, -1);
}

static void leaves_waiting(FlProcess *self) {
    for (int i = 0; i < ANSWERING; i++)
        spawn(self, builds_and_waits, head(self)->pid, 0, 0, 0, NULL);
    for (int i = 0; i < ANSWERING; i++)
        receive(self, -1);
}

static void test_end(void **state) {
    (void)state;
    compact_least = 0;
    compact_period = 0;
    for (int i = 0; i < 20; i++)
        assert_int_equal(run_program(leaves_waiting, i % 2 ? "1" : "3", NULL).status, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_give_back),
        cmocka_unit_test(test_disturb),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
