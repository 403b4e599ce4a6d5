// Idle workers cost no processor time, and a busy one is helped but not robbed of the only process it has.
#include <sys/resource.h>

#include "test/unit/runtime/sched/program.h"

enum { SLEEPERS = 1000, SECONDS = 2 };

static int64_t cpu_milliseconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void sleeper(FlProcess *self) {
    send(self, frame(self)[0], 0, 1);
    for (;;)
        fl_sleep(self, 3600000, &site_wait);
}

static void waiter(FlProcess *self) {
    send(self, frame(self)[0], 0, 1);
    receive(self, -1);
}

static void main_idle(FlProcess *self) {
    for (int i = 0; i < SLEEPERS; i++)
        spawn(self, i % 2 ? sleeper : waiter, head(self)->pid, 0, 0, 0, NULL);
    for (int i = 0; i < SLEEPERS; i++)
        receive(self, -1);
    fl_sleep(self, 100, &site_main); // workers go to sleep
    int64_t before = cpu_milliseconds();
    fl_sleep(self, SECONDS * 1000, &site_main);
    int64_t used = cpu_milliseconds() - before;
    if (used >= 50 * SECONDS)
        say(self, "%lld ms of processor time in %d s of sleep", (long long)used, SECONDS);
    fl_halt(self, used >= 50 * SECONDS);
}

static void test_idle(void **state) {
    static const char *const workers[] = {"1", "2", "64"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        Result result = run_program(main_idle, workers[i], NULL);
        if (result.status != 0)
            fail_msg("%s workers: status %d, %s%s", workers[i], result.status, result.out, result.err);
    }
}

// A ping-pong: whoever is woken is about to run. It stays on the worker that it is on, but for what the tick moves.
static FlWorker *worker_of(FlProcess *self) { return *(FlWorker *volatile *)&self->worker; }

enum { ROUNDS = 200000 };

static void pong(FlProcess *self) {
    for (;;) {
        FlWord *fields = words(receive(self, -1));
        send(self, fields[0], head(self)->pid, (int64_t)fields[1]);
    }
}

static void main_ping(FlProcess *self) {
    FlPid other = spawn(self, pong, 0, 0, 0, 0, NULL);
    int64_t moves = 0;
    for (int64_t i = 0; i < ROUNDS; i++) {
        FlWorker *before = worker_of(self);
        send(self, other, head(self)->pid, i);
        receive(self, -1);
        moves += worker_of(self) != before;
    }
    say(self, "%s", moves < ROUNDS / 10 ? "stays" : "is moved about");
    fl_halt(self, 0);
}

static void test_ping_pong_stays(void **state) {
    static const char *const workers[] = {"2", "16", "64"};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_string_equal(run_program(main_ping, workers[i], NULL).out, "stays\n");
}

// The ends of deadlines: nothing passes too early, zero at once, huge never, whatever else is set meanwhile.
static void main_deadlines(FlProcess *self) {
    int64_t ids[4] = {fl_send_after(self, INT64_MAX, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 0)),
                      fl_send_after(self, 30, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 3)),
                      fl_send_after(self, 20, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 2)),
                      fl_send_after(self, -5, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 1))};
    for (int64_t expected = 1; expected <= 3; expected++) {
        FlWord root = receive(self, -1);
        if (FL_IMMEDIATE_PAYLOAD(root) != expected)
            say(self, "%lld instead of %lld", (long long)FL_IMMEDIATE_PAYLOAD(root), (long long)expected);
    }
    if (receive(self, 0) != 0 || fl_cancel(self, ids[1]) != -1 || fl_cancel(self, ids[0]) < INT64_MAX / 2000000)
        say(self, "not as expected");
    int64_t begin = process_hooks.now();
    fl_sleep(self, 10, &site_main);
    if (process_hooks.now() - begin < 10000000)
        say(self, "woken too early");
    fl_send_after(self, 5, spawn(self, sleeper, head(self)->pid, 0, 0, 0, NULL), FL_IMMEDIATE(FL_TAG_INT, 1));
    receive(self, -1);
    say(self, "done");
    fl_halt(self, 0);
}

// Timers set by processes on many workers are fired in the order of their deadlines, also if many are due when the tick
// looks. What is known of a deadline are the times before and after it was set.
enum { SETTERS = 40 };
static FlPid collector_of_ticks;
static int64_t least[SETTERS];
static _Atomic(int64_t) most[SETTERS]; // 0: not known yet

static void sets_timer(FlProcess *self) {
    int64_t me = (int64_t)frame(self)[0], milliseconds = 100 - 2 * me;
    least[me] = process_hooks.now() + milliseconds * 1000000;
    fl_send_after(self, milliseconds, collector_of_ticks, FL_IMMEDIATE(FL_TAG_INT, me));
    most[me] = process_hooks.now() + milliseconds * 1000000;
    for (int i = 0; i < 100000; i++)
        poll(self);
}

static void main_order(FlProcess *self) {
    collector_of_ticks = head(self)->pid;
    for (FlWord i = 0; i < SETTERS; i++)
        spawn(self, sets_timer, i, 0, 0, 0, NULL);
    int64_t before = 0;
    for (int i = 0; i < SETTERS; i++) {
        int64_t me = FL_IMMEDIATE_PAYLOAD(receive(self, -1));
        if (most[me] != 0 && most[me] < before)
            say(self, "%lld us out of order", (long long)(before - most[me]) / 1000);
        before = least[me] > before ? least[me] : before;
    }
    say(self, "done");
}

static void test_order(void **state) {
    (void)state;
    expect(main_order, 0, "done\n");
}

static void test_deadlines(void **state) {
    (void)state;
    expect(main_deadlines, 0, "done\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_ping_pong_stays),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
