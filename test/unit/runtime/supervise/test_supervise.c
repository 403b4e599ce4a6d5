// Supervisors, under several schedules: what they start, restart, stop, and when they give up.
#include "test/unit/runtime/supervise/family.h"

// ---- strategies

static void main_one_for_one(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, NULL, 3, worker);
    FlPid a = fl_supervisor_find(self, supervisor, text_a), b = fl_supervisor_find(self, supervisor, text_b);
    order(self, supervisor, text_b, OBEY_CRASH);
    HEAR(102, 2);
    CHECK(fl_supervisor_find(self, supervisor, text_a) == a);
    CHECK(fl_supervisor_find(self, supervisor, text_b) != b);
    CHECK(fl_supervisor_find(self, supervisor, text_d) == 0);
    fl_stop(self, supervisor);
    HEAR(103, 102, 101);
    say(self, "fine");
}

static void main_one_for_all(FlProcess *self) {
    FlPid supervisor = three(self, one_for_all, NULL, 3, worker);
    order(self, supervisor, text_b, OBEY_CRASH);
    HEAR(102, 103, 101, 1, 2, 3);
    order(self, supervisor, text_a, OBEY_END);
    HEAR(101, 103, 102, 1, 2, 3);
    fl_stop(self, supervisor);
    HEAR(103, 102, 101);
    say(self, "fine");
}

static void main_rest_for_one(FlProcess *self) {
    FlPid supervisor = three(self, rest_for_one, NULL, 3, worker);
    order(self, supervisor, text_b, OBEY_CRASH);
    HEAR(102, 103, 2, 3);
    order(self, supervisor, text_c, OBEY_CRASH);
    HEAR(103, 3);
    hear_nothing(self);
    say(self, "fine");
}

static void test_strategies(void **state) {
    (void)state;
    expect(main_one_for_one, 0, "fine\n");
    expect(main_one_for_all, 0, "fine\n");
    expect(main_rest_for_one, 0, "fine\n");
}

// ---- restart kinds

static void main_transient(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, transient, 3, quiet);
    order(self, supervisor, text_a, OBEY_END);
    order(self, supervisor, text_b, OBEY_SHUTDOWN);
    await_gone(self, supervisor, text_a);
    await_gone(self, supervisor, text_b);
    hear_nothing(self);
    order(self, supervisor, text_c, OBEY_CRASH);
    HEAR(3);
    say(self, "fine");
}

static void main_temporary(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, temporary, 0, quiet);
    order(self, supervisor, text_a, OBEY_CRASH);
    order(self, supervisor, text_b, OBEY_END);
    await_gone(self, supervisor, text_a);
    await_gone(self, supervisor, text_b);
    hear_nothing(self);
    CHECK(fl_supervisor_find(self, supervisor, text_c) != 0);
    say(self, "fine");
}

static void main_permanent(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, permanent, 3, quiet);
    order(self, supervisor, text_a, OBEY_END);
    HEAR(1);
    order(self, supervisor, text_a, OBEY_SHUTDOWN);
    HEAR(1);
    order(self, supervisor, text_a, OBEY_CRASH);
    HEAR(1);
    say(self, "fine");
}

// A temporary bystander is stopped with the others and not started again; a transient one that had ended is.
static void main_bystanders(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_all, 3, 60000, &site_supervisor);
    add(self, spec, text_a, worker, 1, temporary, -3);
    add(self, spec, text_b, worker, 2, permanent, -3);
    add(self, spec, text_c, worker, 3, transient, -3);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(1, 2, 3);
    order(self, supervisor, text_c, OBEY_END);
    HEAR(103);
    order(self, supervisor, text_b, OBEY_CRASH);
    HEAR(102, 101, 2, 3);
    CHECK(fl_supervisor_find(self, supervisor, text_a) == 0);
    say(self, "fine");
}

static void test_kinds(void **state) {
    (void)state;
    expect(main_transient, 0, "fine\n");
    expect(main_temporary, 0, "fine\n");
    expect(main_permanent, 0, "fine\n");
    expect(main_bystanders, 0, "fine\n");
}

// ---- intensity

static void main_gives_up(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, NULL, 2, worker);
    fl_monitor(self, supervisor);
    order(self, supervisor, text_b, OBEY_CRASH);
    HEAR(102, 2);
    order(self, supervisor, text_a, OBEY_CRASH);
    HEAR(101, 1);
    order(self, supervisor, text_b, OBEY_CRASH);
    HEAR(102, 103, 101);
    await_end(self, supervisor);
    say(self, "%s", end_reason->bytes);
}

static void main_forgets(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 2, 30, &site_supervisor);
    add(self, spec, text_a, quiet, 1, NULL, -3);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(1);
    for (int i = 0; i < 6; i++) {
        order(self, supervisor, text_a, OBEY_CRASH);
        HEAR(1);
        fl_sleep(self, 31, &site_wait);
    }
    say(self, "fine");
}

static void main_top(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 3, 60000, &site_supervisor);
    add(self, spec, text_a, worker, 7, NULL, -3);
    add(self, spec, text_b, crash_at_once, 1, NULL, -3);
    fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(7, 1, 1, 1, 1, 107);
    receive(self, -1);
    say(self, "never");
}

static void test_intensity(void **state) {
    (void)state;
    expect(main_gives_up, 0, "shutdown\n");
    expect(main_forgets, 0, "fine\n");
    expect(main_top, 1, "");
    Result result = run_program(main_top, "2", NULL);
    const char *expected[] = {
        "crashed: boom",
        "child \"b\" ended with \"boom \\\"1\\\"\\n\": restart 1 of 3 within 60000 ms (test.fl:12:9)\n",
        ": restart 3 of 3 within",
        " gives up: child \"b\" ended with \"boom \\\"1\\\"\\n\", more than 3 restarts within 60000 ms",
        " is at the top and no process monitors it: the program ends\n",
    };
    const char *at = result.err;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        at = at ? strstr(at, expected[i]) : NULL;
        if (!at)
            fail_msg("'%s' is missing in:\n%s", expected[i], result.err);
    }
}

// ---- start and stop

static void main_slow_starts(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 1, 5000, &site_supervisor);
    add(self, spec, text_a, busy, 1, NULL, -2);
    add(self, spec, text_b, ends_at_once, 2, temporary, -3);
    add(self, spec, text_c, worker, 3, NULL, -3);
    int64_t before = fl_now(self);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(1, 2, 3);
    CHECK(fl_now(self) - before >= 99);
    FlPid pid = fl_supervisor_find(self, supervisor, text_a);
    fl_monitor(self, pid);
    fl_stop(self, supervisor);
    await_end(self, pid); // the end of c is skipped on the way
    say(self, "%s", end_reason->bytes);
}

static void main_dawdles(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 1, 5000, &site_supervisor);
    add(self, spec, text_a, worker, 1, NULL, -1);
    add(self, spec, text_b, dawdler, 2, NULL, 20);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(1, 2);
    fl_monitor(self, supervisor);
    fl_exit(self, supervisor, tired);
    HEAR(102, 101);
    await_end(self, supervisor);
    say(self, "%s", end_reason->bytes);
}

static void main_unlinked(FlProcess *self) {
    FlPid supervisor = three(self, one_for_all, NULL, 1, worker);
    order(self, supervisor, text_b, OBEY_UNLINK);
    HEAR(50);
    order(self, supervisor, text_a, OBEY_CRASH);
    HEAR(101, 103, 102, 1, 2, 3);
    order(self, supervisor, text_c, OBEY_UNLINK);
    HEAR(50);
    fl_stop(self, supervisor);
    HEAR(103, 102, 101);
    say(self, "fine");
}

static void main_killed(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, NULL, 1, quiet);
    FlPid a = fl_supervisor_find(self, supervisor, text_a), c = fl_supervisor_find(self, supervisor, text_c);
    fl_monitor(self, a);
    fl_exit(self, supervisor, killing);
    await_end(self, a);
    say(self, "%s", end_reason->bytes);
    fl_monitor(self, c);
    await_end(self, c);
    CHECK(fl_supervisor_find(self, supervisor, text_a) == 0);
    CHECK(fl_supervisor_find(self, a, text_a) == 0);
}

static void main_nobody(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, -1, -1, &site_supervisor);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    fl_exit(self, supervisor, (FlString *)tired);
    fl_monitor(self, supervisor);
    await_end(self, supervisor);
    say(self, "fine");
}

static void main_strange_messages(FlProcess *self) {
    FlPid supervisor = three(self, one_for_one, NULL, 1, quiet);
    send(self, supervisor, 1, 2);
    fl_send(self, supervisor, FL_IMMEDIATE(FL_TAG_NIL, 0), &site_main);
    fl_send(self, supervisor, (FlWord)tired, &site_main);
    FlPid other = spawn(self, ends_at_once, head(self)->pid, 9, 0, 0, NULL);
    HEAR(9);
    CHECK(fl_supervisor_find(self, other, text_a) == 0);
    CHECK(fl_supervisor_find(self, supervisor, text_a) != 0);
    say(self, "fine");
}

static void test_start_and_stop(void **state) {
    (void)state;
    expect(main_slow_starts, 0, "killed\n");
    expect(main_dawdles, 0, "tired\n");
    expect(main_unlinked, 0, "fine\n");
    expect(main_killed, 0, "killed\n");
    expect(main_nobody, 0, "fine\n");
    expect(main_strange_messages, 0, "fine\n");
}

// ---- trees

static void main_tree(FlProcess *self) {
    FlPid top = tree(self, one_for_one, false);
    HEAR(1, 10, 11, 12, 3);
    FlPid pool = fl_supervisor_find(self, top, text_b);
    CHECK(pool != 0 && fl_supervisor_find(self, pool, text_a) != 0);
    order(self, pool, text_a, OBEY_CRASH);
    HEAR(111, 11);
    order(self, pool, text_b, OBEY_CRASH); // one too many: the pool gives up and is started again
    HEAR(112, 111, 10, 11, 12);
    CHECK(fl_supervisor_find(self, top, text_b) != pool);
    fl_stop(self, top);
    HEAR(103, 112, 111, 101);
    say(self, "fine");
}

static void main_tree_for_all(FlProcess *self) {
    FlPid top = tree(self, one_for_all, false);
    HEAR(1, 10, 11, 12, 3);
    order(self, top, text_a, OBEY_CRASH);
    HEAR(101, 103, 112, 111, 1, 10, 11, 12, 3);
    FlPid pool = fl_supervisor_find(self, top, text_b);
    fl_exit(self, pool, killing);
    int64_t sum = 0; // its workers end by themselves, in no order, while others are stopped and started again
    for (int i = 0; i < 9; i++)
        sum += heard(self);
    CHECK(sum == 111 + 112 + 101 + 103 + 1 + 10 + 11 + 12 + 3);
    say(self, "fine");
}

static void main_tree_gives_up(FlProcess *self) {
    FlPid top = tree(self, one_for_one, false);
    HEAR(1, 10, 11, 12, 3);
    for (int i = 0; i < 3; i++) {
        FlPid pool = fl_supervisor_find(self, top, text_b);
        order(self, pool, text_a, OBEY_CRASH);
        HEAR(111, 11);
        order(self, pool, text_a, OBEY_CRASH);
        HEAR(111, 112);
        if (i < 2)
            HEAR(10, 11, 12);
    }
    HEAR(103, 101);
    receive(self, -1);
}

static void main_tree_fails(FlProcess *self) {
    tree(self, one_for_one, true);
    HEAR(1, 10, 101);
    receive(self, -1);
}

// Asks its supervisor, whose pid main sends, about a child that starts later: it waits, so its start is complete.
static void asker(FlProcess *self) {
    FlWord main = frame(self)[0];
    tell(self, main, 70);
    FlWord *message = words(receive(self, -1));
    CHECK(fl_supervisor_find(self, message[0], text_b) != 0);
    tell(self, main, 71);
    receive(self, -1);
}

// Main is not told the supervisor's pid before all is started: another process finds it by its number, the first one
// that a fresh program spawns.
static void ask_early(FlProcess *self) {
    FlWord main = frame(self)[0], asked = frame(self)[1];
    send(self, main, asked, 80);
    tell(self, main, fl_supervisor_find(self, asked, text_b) != 0 ? 81 : 82);
}

static void main_early(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 2, 60000, &site_supervisor);
    FlPid supervisor = (FlPid)1 << 32 | 1;
    spawn(self, ask_early, head(self)->pid, supervisor, 0, 0, NULL);
    add(self, spec, text_a, busy, 1, NULL, -2);
    add(self, spec, text_b, worker, 2, NULL, -3);
    add(self, spec, text_c, asker, 3, NULL, -3);
    CHECK(fl_supervisor_start(self, spec, &site_supervisor) == supervisor);
    int64_t sum = 0;
    for (int i = 0; i < 5; i++)
        sum += heard(self);
    CHECK(sum == 80 + 1 + 2 + 70 + 81);
    send(self, fl_supervisor_find(self, supervisor, text_c), supervisor, 0);
    HEAR(71);
    fl_stop(self, supervisor);
    HEAR(102);
    say(self, "fine");
}

// A start function that asks its own supervisor does not wait for itself.
static void make_and_ask(FlProcess *self) {
    FlPid top = (FlPid)1 << 32 | 1;
    CHECK(fl_supervisor_find(self, top, text_b) == 0);
    CHECK(fl_supervisor_find(self, top, text_c) == 0);
    make_pool(self);
}

static void main_make_and_ask(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 2, 60000, &site_supervisor);
    FlObject *template = fl_supervisor_child(self, spec, text_b, make_and_ask, &type_frame, "pool", NULL, -3, true,
                                             false, NULL, &site_child);
    memcpy(template + 1, (FlWord[]){head(self)->pid, 0, 0, 0}, 32);
    add(self, spec, text_c, worker, 3, NULL, -3);
    fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(10, 11, 12, 3);
    say(self, "fine");
}

static void test_questions(void **state) {
    (void)state;
    expect(main_early, 0, "fine\n");
    expect(main_make_and_ask, 0, "fine\n");
}

static void test_trees(void **state) {
    (void)state;
    expect(main_tree, 0, "fine\n");
    expect(main_tree_for_all, 0, "fine\n");
    expect(main_tree_gives_up, 1, "");
    expect(main_tree_fails, 1, "");
    Result result = run_program(main_tree_fails, "2", NULL);
    assert_non_null(strstr(result.err, " ends: child \"b\" failed to start: \"boom \\\"1\\\"\\n\" (test.fl:12:9)\n"));
}

// ---- wrong specifications

static void main_wrong_strategy(FlProcess *self) { fl_supervisor_new(self, nonsense, 3, 5, &site_supervisor); }

static void main_wrong_restart(FlProcess *self) {
    add(self, fl_supervisor_new(self, one_for_one, 3, 5, &site_supervisor), text_a, quiet, 1, nonsense, -3);
}

static void main_duplicate(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 3, 5, &site_supervisor);
    add(self, spec, text_a, quiet, 1, NULL, -3);
    add(self, spec, text_a, quiet, 2, NULL, -3);
}

static void test_wrong(void **state) {
    (void)state;
    expect(main_wrong_strategy, 1, "");
    expect(main_wrong_restart, 1, "");
    expect(main_duplicate, 1, "");
    Result result = run_program(main_duplicate, "1", NULL);
    assert_non_null(strstr(result.err, "two children have the id \"a\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strategies),     cmocka_unit_test(test_kinds), cmocka_unit_test(test_intensity),
        cmocka_unit_test(test_start_and_stop), cmocka_unit_test(test_trees), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
