// What the parallel schedule promises of workers that don't come to a poll.
#include "program.h"

#include <stdatomic.h>

#include "runtime/platform/futex.h"

static atomic_int flag;

static void sets_flag(FlProcess *self) {
    receive(self, -1);
    atomic_store(&flag, 1);
}

// The woken process lies in this worker's last-in slot, and the worker stays in C until it has run.
static void stuck_main(FlProcess *self) {
    FlPid pid = spawn(self, sets_flag, 0, 0, 0, 0, NULL);
    until_parked(self, pid);
    send(self, pid, head(self)->pid, 1);
    int64_t end = clock_now() + 20000000000;
    while (!atomic_load(&flag) && clock_now() < end)
        ;
    say(self, "%s", atomic_load(&flag) ? "handed on" : "kept");
}

static void test_stuck(void **state) {
    (void)state;
    for (int workers = 2; workers <= 4; workers++) {
        char count[] = {(char)('0' + workers), 0};
        Result result = run_program(stuck_main, count, NULL);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "handed on\n");
    }
}

// Partners that wake each other all the time while the tick takes what they wake from them now and then.
static void ponger(FlProcess *self) {
    for (;;) {
        FlWord *fields = words(receive(self, -1));
        if (fields[1] == 0)
            return;
        send(self, fields[0], head(self)->pid, 1);
    }
}

static void pinger(FlProcess *self) {
    FlPid main = frame(self)[0], partner = spawn(self, ponger, 0, 0, 0, 0, NULL);
    for (int i = 0; i < 60; i++) {
        send(self, partner, head(self)->pid, 1);
        int64_t end = clock_now() + (i % 20 == 0 ? 5000000 : 0);
        while (clock_now() < end)
            ;
        receive(self, -1);
    }
    send(self, partner, head(self)->pid, 0);
    send(self, main, head(self)->pid, 1);
}

static void partners_main(FlProcess *self) {
    for (int i = 0; i < 6; i++)
        spawn(self, pinger, head(self)->pid, 0, 0, 0, NULL);
    for (int i = 0; i < 6; i++)
        receive(self, -1);
    say(self, "done");
}

static void test_partners(void **state) {
    (void)state;
    expect(partners_main, 0, "done\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stuck), cmocka_unit_test(test_partners)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
