// The ends of processes: links, monitors, exit, kill, defers, panics, stack overflow, memory limits; the end of the
// program, deadlock.
#include "program.h"

STATIC_STRING(boom, "boom")
STATIC_STRING(text_kill, "kill")
STATIC_STRING(text_normal, "normal")
STATIC_STRING(text_later, "later")
STATIC_STRING(name_db, "db")

static void crasher(FlProcess *self) { fl_panic(self, boom, &site_panic); }
static void quick(FlProcess *self) { (void)self; }
static void waiter(FlProcess *self) { receive(self, -1); }

// Parks without a stack, for ever.
static void parked(FlProcess *self) {
    FlMessage *message = receive_or_park(self);
    if (message)
        fl_receive_take(self, message);
}

// Computes for ever, but polls.
static void spinner(FlProcess *self) {
    for (;;)
        poll(self);
}

static const char *reason_of(FlWord down) { return ((FlString *)words(down)[1])->bytes; }

// ---- monitors

static void monitor_main(FlProcess *self) {
    FlSpawnOptions monitored = {.monitor = true};
    FlPid pid = spawn(self, crasher, 0, 0, 0, 0, &monitored);
    FlWord down = receive(self, -1);
    if (words(down)[0] != pid)
        fl_halt(self, 9);
    say(self, "%s", reason_of(down));
    spawn(self, quick, 0, 0, 0, 0, &monitored);
    say(self, "%s", reason_of(receive(self, -1)));
    fl_monitor(self, pid);
    say(self, "%s", reason_of(receive(self, -1)));
    pid = spawn(self, parked, 0, 0, 0, 0, NULL);
    fl_monitor(self, pid);
    fl_monitor(self, pid);
    fl_exit(self, pid, boom);
    say(self, "%s %s", reason_of(receive(self, -1)), reason_of(receive(self, -1)));
    pid = spawn(self, parked, 0, 0, 0, 0, &monitored);
    fl_demonitor(self, pid);
    fl_stop(self, pid);
    if (receive(self, 20))
        fl_halt(self, 8);
    while (fl_alive(self, pid))
        fl_sleep(self, 1, &site_main);
    if (receive(self, 0))
        fl_halt(self, 7);
}

static void test_monitors(void **state) {
    (void)state;
    expect(monitor_main, 0, "boom\nnormal\nnoproc\nboom boom\n");
}

// ---- exits of all kinds of processes

static void exit_main(FlProcess *self) {
    static const FlResume kinds[] = {waiter, parked, spinner};
    FlSpawnOptions monitored = {.monitor = true};
    for (int i = 0; i < 3; i++) {
        FlPid pid = spawn(self, kinds[i], 0, 0, 0, 0, &monitored);
        fl_exit(self, pid, text_normal); // ignored
        if (i > 0)
            fl_sleep(self, 3, &site_main);
        fl_exit(self, pid, i == 1 ? boom : text_kill);
        fl_exit(self, pid, text_later);
        say(self, "%s", reason_of(receive(self, -1)));
    }
}

static void test_exits(void **state) {
    (void)state;
    expect(exit_main, 0, "killed\nboom\nkilled\n");
}

// ---- links

static void linked_to(FlProcess *self) {
    fl_link(self, frame(self)[0]);
    send(self, frame(self)[1], 0, 0); // ready
    receive(self, -1);
}

static void link_main(FlProcess *self) {
    FlSpawnOptions monitored = {.monitor = true}, linked = {.link = true};
    // A chain: the death of the first one reaches the last one.
    FlPid first = spawn(self, parked, 0, 0, 0, 0, NULL), last = first;
    for (int i = 0; i < 20; i++)
        last = spawn(self, linked_to, last, head(self)->pid, 0, 0, &monitored);
    for (int i = 0; i < 20; i++)
        receive(self, -1);
    fl_exit(self, first, boom);
    for (int i = 0; i < 20; i++) {
        if (strcmp(reason_of(receive(self, -1)), "boom") != 0)
            fl_halt(self, 9);
    }
    // A normal end passes by; so does any after unlink.
    spawn(self, quick, 0, 0, 0, 0, &linked);
    FlPid pid = spawn(self, parked, 0, 0, 0, 0, &linked);
    fl_unlink(self, pid);
    fl_link(self, pid);
    fl_unlink(self, pid);
    fl_monitor(self, pid);
    fl_exit(self, pid, boom);
    receive(self, -1);
    // A link to one that has ended: noproc.
    spawn(self, linked_to, pid, 0, 0, 0, &monitored);
    say(self, "%s", reason_of(receive(self, -1)));
}

static void test_links(void **state) {
    (void)state;
    expect(link_main, 0, "noproc\n");
}

static void linked_main(FlProcess *self) {
    FlSpawnOptions linked = {.link = true};
    spawn(self, crasher, 0, 0, 0, 0, &linked);
    receive(self, -1);
}

static void test_main_dies_by_link(void **state) {
    (void)state;
    expect(linked_main, 1, "");
    Result result = run_program(linked_main, "2", NULL);
    assert_non_null(strstr(result.err, "crashed: boom\n    at test.fl:9:3 in crasher\n"));
    assert_non_null(strstr(result.err, "(main) was ended: boom\n"));
}

// ---- defers

typedef struct Scope {
    FlDefer defer;
    const char *text;
    FlProcess *self;
} Scope;

static void run_say(FlProcess *self, void *environment) { say(self, "%s", ((Scope *)environment)->text); }
static void run_panic(FlProcess *self, void *environment) {
    (void)environment;
    fl_panic_division(self, &site_main);
}
static void run_receive(FlProcess *self, void *environment) {
    (void)environment;
    receive(self, -1);
    say(self, "never");
}
static void run_spin(FlProcess *self, void *environment) {
    (void)environment;
    for (int i = 0; i < 1000; i++)
        poll(self);
    say(self, "spun");
}

static void push(FlProcess *self, Scope *scope, void (*run)(FlProcess *self, void *environment), const char *text) {
    scope->text = text;
    scope->defer = (FlDefer){head(self)->defers, run, scope};
    head(self)->defers = &scope->defer;
}

static void deferring(FlProcess *self) {
    Scope scopes[5];
    push(self, &scopes[0], run_say, "outer");
    push(self, &scopes[1], run_panic, NULL);
    push(self, &scopes[2], run_receive, NULL);
    push(self, &scopes[3], run_spin, NULL);
    push(self, &scopes[4], run_say, "inner");
    send(self, frame(self)[1], 0, 0); // ready
    if (frame(self)[0])
        fl_panic_index(self, 7, 3, &site_panic);
    receive(self, -1);
}

static void defer_main(FlProcess *self) {
    FlSpawnOptions monitored = {.monitor = true};
    for (FlWord panics = 0; panics < 2; panics++) {
        FlPid pid = spawn(self, deferring, panics, head(self)->pid, 0, 0, &monitored);
        receive(self, -1);
        if (!panics)
            fl_exit(self, pid, text_kill);
        say(self, "%s", reason_of(receive(self, -1)));
    }
}

static void test_defers(void **state) {
    (void)state;
    expect(defer_main, 0,
           "inner\nspun\nouter\nkilled\ninner\nspun\nouter\nindex 7 out of range: the list has 3 elements\n");
}

// ---- names

static void name_main(FlProcess *self) {
    FlSpawnOptions named = {.monitor = true, .name = name_db};
    for (int i = 0; i < 100; i++) {
        FlPid pid = spawn(self, parked, 0, 0, 0, 0, &named);
        if (fl_whereis(self, name_db) != pid)
            fl_halt(self, 9);
        fl_exit(self, pid, text_kill);
        receive(self, -1);
        if (fl_whereis(self, name_db) != 0)
            fl_halt(self, 8); // free before the end is reported
    }
    fl_register(self, name_db, head(self)->pid, &site_main);
    fl_register(self, name_db, head(self)->pid, &site_panic);
}

static void test_names(void **state) {
    (void)state;
    expect(name_main, 1, "");
    Result result = run_program(name_main, "1", NULL);
    assert_non_null(
        strstr(result.err, "(main, named \"db\") crashed: the name \"db\" is taken\n    at test.fl:9:3 in crasher\n"));
}

// ---- stacks

static int64_t deep(FlProcess *self, int64_t n);
typedef struct Deep {
    int64_t n, result;
} Deep;
static void deep_thunk(FlProcess *self, void *arguments) {
    Deep *call = arguments;
    call->result = deep(self, call->n);
}
static __attribute__((noinline)) int64_t deep(FlProcess *self, int64_t n) {
    volatile char space[64];
    uintptr_t limit = __atomic_load_n(&head(self)->stack_limit, __ATOMIC_RELAXED);
    if ((uintptr_t)__builtin_frame_address(0) < limit && fl_poll_stack(self, 0)) {
        Deep call = {n, 0};
        fl_run_on_segment(self, deep_thunk, &call, NULL);
        return call.result;
    }
    space[0] = 1;
    if (n == 0)
        return receive(self, 0) == 0 ? 0 : 1000;
    return deep(self, n - 1) + space[0];
}

static void recursion(FlProcess *self) {
    Scope scope;
    push(self, &scope, run_spin, NULL);
    deep(self, (int64_t)frame(self)[0]);
    head(self)->defers = NULL;
}

static void deep_main(FlProcess *self) {
    FlSpawnOptions monitored = {.monitor = true}, small = {.monitor = true, .stack_limit = 200 << 10};
    say(self, "%lld", (long long)deep(self, 100));
    say(self, "%lld", (long long)deep(self, 10000));
    say(self, "%lld", (long long)deep(self, 10001));
    spawn(self, recursion, INT64_MAX, 0, 0, 0, &monitored);
    say(self, "%s", reason_of(receive(self, -1)));
    spawn(self, recursion, 9999, 0, 0, 0, &small);
    say(self, "%s", reason_of(receive(self, -1)));
    say(self, "%lld", (long long)deep(self, 9000));
}

static void test_deep(void **state) {
    (void)state;
    expect(deep_main, 0, "100\n10000\n10001\nspun\nstack overflow\nspun\nstack overflow\n9000\n");
}

// ---- memory

// What it allocates stays in use, so that no collection helps.
static void hungry(FlProcess *self) {
    enum { PIECES = 512 };
    char *volatile kept[PIECES];
    for (int i = 0; i < PIECES; i++) {
        say(self, "");
        char *bytes = fl_alloc_slow(self, 4096);
        memset(bytes, 0, 4096);
        *(FlObject *)bytes = (FlObject){.type = UINT32_MAX, .flags = 4096 / 8 - 1};
        kept[i] = bytes;
        poll(self);
    }
    (void)kept[0];
}

static void memory_main(FlProcess *self) {
    FlSpawnOptions limited = {.monitor = true, .memory_limit = 1 << 20};
    spawn(self, hungry, 0, 0, 0, 0, &limited);
    if (strcmp(reason_of(receive(self, -1)), "killed") != 0)
        fl_halt(self, 9);
}

static void test_memory_limit(void **state) {
    (void)state;
    expect(memory_main, 0, NULL);
    Result result = run_program(memory_main, "1", NULL);
    assert_non_null(strstr(result.err, "crashed: memory limit of 1048576 bytes reached"));
}

// ---- the end of the program

static void crash_main(FlProcess *self) {
    say(self, "before");
    fl_panic_division(self, &site_panic);
}

static void halt_main(FlProcess *self) {
    spawn(self, spinner, 0, 0, 0, 0, NULL);
    spawn(self, spinner, 0, 0, 0, 0, NULL);
    spawn(self, parked, 0, 0, 0, 0, NULL);
    say(self, "before");
    fl_halt(self, 42);
}

static void slow(FlProcess *self) {
    fl_sleep(self, 10, &site_wait);
    say(self, "after main");
}

static void leave_main(FlProcess *self) {
    spawn(self, slow, 0, 0, 0, 0, NULL);
    spawn(self, parked, 0, 0, 0, 0, NULL);
    FlPid gone = spawn(self, quick, 0, 0, 0, 0, NULL);
    fl_send_after(self, 1000000, gone, FL_IMMEDIATE(FL_TAG_INT, 2)); // must not keep the program
}

static void deadlock_main(FlProcess *self) {
    for (int i = 0; i < 30; i++)
        spawn(self, parked, 0, 0, 0, 0, NULL);
    send(self, head(self)->pid, 0, 7);
    receive(self, 1000);
    send(self, head(self)->pid, 0, 8);
    fl_receive_begin(self, -1, &site_wait);
    for (;;) {
        while (fl_receive_next(self)) {
        }
        fl_receive_wait(self, &site_wait);
    }
}

static void test_program_end(void **state) {
    (void)state;
    expect(crash_main, 1, "before\n");
    expect(halt_main, 42, "before\n");
    expect(leave_main, 0, "after main\n");
    expect(deadlock_main, 2, "");
}

static void test_deadlock_report(void **state) {
    (void)state;
    Result result = run_program(deadlock_main, "2", NULL);
    assert_non_null(strstr(result.err,
                           "deadlock: main waits and nothing can wake it\n    process <0.0> (main) waits at "
                           "test.fl:7:5 in waiter\n        unmatched message: {from: "));
    assert_non_null(strstr(result.err, "value: 8}\n"));
    assert_non_null(strstr(result.err, "and 11 more wait at test.fl:7:5 in waiter\n"));
}

// ---- preemption

static void busy_main(FlProcess *self) {
    for (int i = 0; i < 8; i++)
        spawn(self, spinner, 0, 0, 0, 0, NULL);
    for (int i = 0; i < 5; i++)
        fl_sleep(self, 2, &site_main);
    say(self, "still here");
    fl_halt(self, 0);
}

static void test_preemption(void **state) {
    (void)state;
    expect(busy_main, 0, "still here\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monitors),    cmocka_unit_test(test_exits),
        cmocka_unit_test(test_links),       cmocka_unit_test(test_main_dies_by_link),
        cmocka_unit_test(test_defers),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_deep),        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_program_end), cmocka_unit_test(test_deadlock_report),
        cmocka_unit_test(test_preemption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
