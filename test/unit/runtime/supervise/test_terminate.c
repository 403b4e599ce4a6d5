// The program is asked to end: root supervisors stop in the reverse order of their start, nothing else is waited for.
#include "family.h"

#include "runtime/sched/terminate.h"

static void say_stopped(FlProcess *self, void *environment) { say(self, "stopped %d", (int)*(FlWord *)environment); }

static void child(FlProcess *self) {
    FlWord number = frame(self)[1];
    FlDefer defer = {head(self)->defers, say_stopped, &number};
    head(self)->defers = &defer;
    receive(self, -1);
}

// A supervisor of three: first, first + 1, first + 2.
static FlPid start(FlProcess *self, int64_t first) {
    void *spec = fl_supervisor_new(self, one_for_one, 1, 60000, &site_supervisor);
    add(self, spec, text_a, child, first, NULL, -3);
    add(self, spec, text_b, child, first + 1, NULL, -3);
    add(self, spec, text_c, child, first + 2, NULL, -3);
    return fl_supervisor_start(self, spec, &site_supervisor);
}

static void say_never(FlProcess *self, void *environment) {
    (void)environment;
    say(self, "a defer of main");
}

static void terminate(FlProcess *self) {
    sched_terminate(143);
    for (;;)
        poll(self);
}

static void two_main(FlProcess *self) {
    start(self, 1);
    start(self, 4);
    FlDefer defer = {NULL, say_never, NULL};
    head(self)->defers = &defer;
    terminate(self);
}

static void test_order(void **state) {
    (void)state;
    expect(two_main, 143, "stopped 6\nstopped 5\nstopped 4\nstopped 3\nstopped 2\nstopped 1\n");
}

// Many have come and gone before; main is linked to one of the two that are left.
static void many_main(FlProcess *self) {
    start(self, 1);
    for (int i = 0; i < 40; i++) {
        void *spec = fl_supervisor_new(self, one_for_one, 1, 60000, &site_supervisor);
        FlPid pid = fl_supervisor_start(self, spec, &site_supervisor);
        fl_monitor(self, pid);
        fl_stop(self, pid);
        await_end(self, pid);
    }
    fl_link(self, start(self, 4));
    terminate(self);
}

static void test_many(void **state) {
    (void)state;
    expect(many_main, 143, "stopped 6\nstopped 5\nstopped 4\nstopped 3\nstopped 2\nstopped 1\n");
}

// A tree: its inner supervisor is stopped by its parent, in its turn.
static void tree_main(FlProcess *self) {
    tree(self, one_for_one, false);
    HEAR(1, 10, 11, 12, 3);
    sched_terminate(143);
    HEAR(103, 112, 111, 101);
    say(self, "all have ended");
    for (;;)
        poll(self);
}

static void test_tree(void **state) {
    (void)state;
    // Whether main hears the last of it before the end is open.
    Result result = run_program(tree_main, "2", NULL);
    assert_int_equal(result.status, 143);
    assert_string_equal(result.err, "");
}

// It computes in a defer until its shutdown time is over and it is killed.
static void slow_main(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 1, 60000, &site_supervisor);
    add(self, spec, text_a, child, 1, NULL, -3);
    add(self, spec, text_b, dawdler, 2, NULL, 20);
    add(self, spec, text_c, busy, 3, NULL, -2);
    fl_supervisor_start(self, spec, &site_supervisor);
    terminate(self);
}

static void test_slow(void **state) {
    (void)state;
    expect(slow_main, 143, "stopped 1\n");
}

static void no_supervisor_main(FlProcess *self) {
    say(self, "first");
    spawn(self, busy, head(self)->pid, 1, 0, 0, NULL);
    terminate(self);
}

static void test_no_supervisor(void **state) {
    (void)state;
    expect(no_supervisor_main, 143, "first\n");
}

// A supervisor that gives up while another one stops does not end the program in its own way.
static void kill_a_child(FlProcess *self, void *environment) { fl_exit(self, *(FlPid *)environment, killing); }

static void killer(FlProcess *self) {
    FlPid victim = frame(self)[1];
    FlDefer defer = {NULL, kill_a_child, &victim};
    head(self)->defers = &defer;
    receive(self, -1);
}

static void gives_up_main(FlProcess *self) {
    void *first = fl_supervisor_new(self, one_for_one, 0, 60000, &site_supervisor);
    add(self, first, text_a, child, 1, NULL, -3);
    FlPid supervisor = fl_supervisor_start(self, first, &site_supervisor);
    void *second = fl_supervisor_new(self, one_for_one, 0, 60000, &site_supervisor);
    add(self, second, text_a, child, 2, NULL, -3);
    add(self, second, text_b, killer, (int64_t)fl_supervisor_find(self, supervisor, text_a), NULL, -3);
    fl_supervisor_start(self, second, &site_supervisor);
    terminate(self);
}

static void test_gives_up(void **state) {
    (void)state;
    static const char *const schedules[] = {NULL, "seed:1", "seed:5"};
    for (int i = 0; i < 3; i++) {
        Result result = run_program(gives_up_main, "2", schedules[i]);
        assert_int_equal(result.status, 143);
        assert_non_null(strstr(result.out, "stopped 2\n"));
        assert_non_null(strstr(result.out, "stopped 1\n"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order), cmocka_unit_test(test_many),          cmocka_unit_test(test_tree),
        cmocka_unit_test(test_slow),  cmocka_unit_test(test_no_supervisor), cmocka_unit_test(test_gives_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
