// Supervisors of many children, hurt at random, without memory.
#include "test/unit/runtime/supervise/family.h"

#include "runtime/memory/alloc.h"

// ---- many

enum { MANY = 3000 };

static FlString *number_text(FlProcess *self, int64_t number) { return fl_text_int(self, number); }

static void main_many(FlProcess *self) {
    void *spec = fl_supervisor_new(self, one_for_one, 1000000, 60000, &site_supervisor);
    for (int64_t i = 0; i < MANY; i++)
        add(self, spec, number_text(self, i), quiet, 1000 + i, NULL, -3);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    for (int64_t i = 0; i < MANY; i++)
        HEAR(1000 + i);
    for (int64_t i = 0; i < 2000; i++) { // it goes on answering; few crash: nobody reads the reports meanwhile
        order(self, supervisor, number_text(self, i * 7 % MANY), i % 100 == 0 ? OBEY_CRASH : OBEY_END);
        if (i % 50 == 0)
            CHECK(fl_supervisor_find(self, supervisor, number_text(self, MANY)) == 0);
    }
    for (int64_t i = 0; i < 2000; i++)
        CHECK(heard(self) >= 1000);
    fl_monitor(self, supervisor);
    fl_stop(self, supervisor);
    await_end(self, supervisor);
    say(self, "%s", end_reason->bytes);
}

static void test_many(void **state) {
    (void)state;
    Result result = run_program(main_many, "2", NULL);
    assert_string_equal(result.out, "shutdown\n");
    assert_int_equal(result.status, 0);
}

// ---- storms

// A random tree is hurt at random; in the end each child is there, and everything stops.
static void main_storm(FlProcess *self) {
    FlString *strategies[] = {one_for_one, one_for_all, rest_for_one};
    void *spec = fl_supervisor_new(self, strategies[fl_random(self, 3, &site_main)], 1000000, 1, &site_supervisor);
    add(self, spec, text_a, quiet, 1, NULL, -3);
    FlObject *template = fl_supervisor_child(self, spec, text_b, make_pool, &type_frame, "pool", NULL, -3, true, false,
                                             NULL, &site_child);
    memcpy(template + 1, (FlWord[]){head(self)->pid, 0, 0, 0}, 32);
    add(self, spec, text_c, quiet, 3, NULL, 20);
    add(self, spec, text_d, crash_sometimes, 4, NULL, 20);
    FlPid top = fl_supervisor_start(self, spec, &site_supervisor);
    FlString *ids[] = {text_a, text_b, text_c, text_d};
    for (int i = 0; i < 60; i++) {
        FlPid pid = fl_supervisor_find(self, top, ids[fl_random(self, 4, &site_main)]);
        if (pid != 0)
            fl_exit(self, pid, fl_random(self, 2, &site_main) ? killing : tired);
        if (fl_random(self, 4, &site_main) == 0)
            fl_sleep(self, 2, &site_main);
    }
    for (int i = 0; i < 3; i++) {
        while (fl_supervisor_find(self, top, ids[i]) == 0) // until it is there again
            fl_sleep(self, 1, &site_main);
    }
    fl_monitor(self, top);
    fl_stop(self, top);
    await_end(self, top);
    say(self, "%s", end_reason->bytes);
}

static void test_storm(void **state) {
    (void)state;
    for (int seed = 1; seed <= 20; seed++) {
        char schedule[32];
        snprintf(schedule, sizeof schedule, "seed:%d", seed);
        Result result = run_program(main_storm, seed % 2 ? "4" : "1", seed % 2 ? NULL : schedule);
        if (strcmp(result.out, "shutdown\n") != 0 || result.status != 0)
            fail_msg("seed %d: status %d, %s%s", seed, result.status, result.out, result.err);
    }
}

// Memory runs out at every place in turn: the program ends by itself, with whatever status.
static uint64_t fail_at;
static void main_without_memory(FlProcess *self) {
    memory_fail_at(fail_at);
    FlPid top = tree(self, one_for_all, false);
    HEAR(1, 10, 11, 12, 3);
    order(self, top, text_a, OBEY_CRASH);
    HEAR(101, 103, 112, 111, 1, 10, 11, 12, 3);
    fl_stop(self, top);
    HEAR(103, 112, 111, 101);
    say(self, "fine");
}

static void test_no_memory(void **state) {
    (void)state;
    for (fail_at = 1; fail_at < 120; fail_at++) {
        Result result = run_program(main_without_memory, "1", "seed:5");
        if (result.status < 0 || result.status > 3) // 3: a check of main, which was not told all
            fail_msg("%llu: status %d, %s%s", (unsigned long long)fail_at, result.status, result.out, result.err);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_storm),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
