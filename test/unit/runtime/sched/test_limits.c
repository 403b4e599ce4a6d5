// Scarcity: every allocation fails from the n-th on, little address space, malformed configuration, a million
// processes, output that nobody reads.
#include "program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "runtime/memory/alloc.h"
#include "runtime/platform/stack.h"
#include "runtime/process/process.h"

STATIC_STRING(line, "a line")
STATIC_STRING(bad, "bad")
STATIC_STRING(name, "name")

static void echo(FlProcess *self) {
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        FlWord root = ((FlMessageHead *)message)->root;
        FlPid from = words(root)[0];
        fl_receive_take(self, message);
        send(self, from, 0, 1);
    }
}

// ---- memory

static uint64_t fail_at;

static void everything(FlProcess *self) {
    FlSpawnOptions options = {.monitor = true, .link = true, .name = name};
    FlWord root;
    memory_fail_at(fail_at);
    FlPid pid = spawn(self, echo, 0, 0, 0, 0, NULL);
    for (int i = 0; i < 10; i++) {
        send(self, pid, head(self)->pid, i);
        receive(self, 10);
    }
    FlPid me = fl_call_begin(self, pid);
    send(self, pid, me, 1);
    fl_call_wait(self, me, pid, 10, &root, &site_main);
    fl_monitor(self, pid);
    fl_link(self, pid);
    fl_unlink(self, pid);
    fl_exit(self, pid, bad);
    receive(self, 10);
    fl_cancel(self, fl_send_after(self, 1, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 1)));
    fl_exit(self, spawn(self, echo, 0, 0, 0, 0, &options), bad);
    receive(self, -1);
}

static void test_allocations_fail(void **state) {
    (void)state;
    for (fail_at = 1; fail_at < 80; fail_at++) {
        for (int seeded = 0; seeded < 2; seeded++) {
            Result result = run_program(everything, "2", seeded ? "seed:5" : NULL);
            if (result.status != 1)
                fprintf(stderr, "%llu: %s", (unsigned long long)fail_at, result.err);
            assert_int_equal(result.status, 1); // by lack of memory, or at last by the link
        }
    }
}

// What was asked of the process that had this slot before does not end this one; what is asked of this one does.
static void asked_for_another(FlProcess *self) {
    FlPid before = self->head.pid - ((FlPid)1 << 32);
    process_request_no_memory(self, before);
    atomic_fetch_or(&self->requests, request_no_memory(before));
    process_request(self, REQUEST_SIGNALS);
    fl_poll(self);
    fl_halt(self, 7);
}

static void asked_for_both(FlProcess *self) {
    atomic_fetch_or(&self->requests, request_no_memory(self->head.pid - ((FlPid)1 << 32)));
    process_request_no_memory(self, self->head.pid);
    fl_poll(self);
    fl_halt(self, 7);
}

static void test_requests_in_reused_slots(void **state) {
    (void)state;
    assert_int_equal(run_program(asked_for_another, "1", NULL).status, 7);
    Result result = run_program(asked_for_both, "1", NULL);
    assert_int_equal(result.status, 1);
    assert_non_null(strstr(result.err, "out of memory"));
}

// ---- stacks

enum { DEEP = SANITIZED ? 30 : 1000 };
static volatile int64_t never = INT64_MAX;

static void go_deeper(FlProcess *self, void *argument);

// As generated code recurses: a check at each entry, which goes on on the segment.
static int64_t deeper(FlProcess *self, int64_t n, int64_t until) {
    volatile char room[1000];
    room[n % 1000] = 1;
    uintptr_t limit = __atomic_load_n(&head(self)->stack_limit, __ATOMIC_RELAXED);
    if ((uintptr_t)__builtin_frame_address(0) < limit && fl_poll_stack(self, 0)) {
        int64_t pack[2] = {n, until};
        fl_run_on_segment(self, go_deeper, pack, &site_main);
        return pack[0];
    }
    return n < until ? deeper(self, n + 1, until) + room[n % 1000] : 0;
}

static void go_deeper(FlProcess *self, void *argument) {
    int64_t *pack = argument;
    pack[0] = deeper(self, pack[0], pack[1]);
}

static void recurses(FlProcess *self) { deeper(self, 0, never); }

// All of them want more than there is for all together: each ends, others go on, and what they had is free again.
static void deep_main(FlProcess *self) {
    segments_allow(8 << 20);
    FlSpawnOptions watched = {.monitor = true};
    FlPid other = spawn(self, echo, 0, 0, 0, 0, NULL);
    for (int i = 0; i < DEEP; i++)
        spawn(self, recurses, 0, 0, 0, 0, &watched);
    for (int i = 0; i < DEEP; i++)
        send(self, other, head(self)->pid, 1);
    for (int i = 0; i < 2 * DEEP; i++) // DEEP answers, DEEP ends
        receive(self, -1);
    say(self, "%s", deeper(self, 0, 500) == 500 ? "again" : "wrong");
    fl_halt(self, 0);
}

static void test_recursion_without_end(void **state) {
    (void)state;
    for (int workers = 1; workers <= 3; workers++) {
        char count[] = {(char)('0' + workers), 0};
        Result result = run_program(deep_main, count, NULL);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "again\n");
        assert_non_null(strstr(result.err, "stack overflow"));
    }
}

static void poor_main(FlProcess *self) {
    for (int i = 0; i < 100; i++)
        spawn(self, echo, 0, 0, 0, 0, NULL);
    fl_println(self, line);
}

static void test_little_address_space(void **state) {
    (void)state;
    if (SANITIZED)
        return;
    struct rlimit before, little = {(rlim_t)400 << 20, RLIM_INFINITY};
    getrlimit(RLIMIT_AS, &before);
    little.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_AS, &little);
    Result result = run_program(poor_main, "2", NULL);
    setrlimit(RLIMIT_AS, &before);
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, "a line\n");
}

// ---- many processes

enum { MILLION = SANITIZED ? 20000 : 1000000 };

static void once(FlProcess *self) {
    FlMessage *message = receive_or_park(self);
    if (message)
        fl_receive_take(self, message);
}

static void million_main(FlProcess *self) {
    FlPid *pids = malloc(MILLION * sizeof(FlPid));
    for (int i = 0; i < MILLION; i++) {
        pids[i] = spawn(self, once, 0, 0, 0, 0, NULL);
        poll(self);
    }
    FlSpawnOptions monitored = {.monitor = true};
    pids[0] = spawn(self, once, 0, 0, 0, 0, &monitored);
    for (int i = MILLION - 1; i >= 0; i--) {
        send(self, pids[i], 0, 1);
        poll(self);
    }
    receive(self, -1);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    // 400 bytes each, and some for the messages and the program itself; plain builds only.
    if (!SANITIZED && usage.ru_maxrss > 600000)
        fl_halt(self, 9);
    free(pids);
    fl_println(self, line);
}

static void test_million(void **state) {
    (void)state;
    assert_int_equal(run_program(million_main, "2", NULL).status, 0);
}

// ---- configuration

static void test_configuration(void **state) {
    (void)state;
    SchedConfig config;
    static const char *const wrong_workers[] = {"0", "-1", "x", "1x", "1025", "99999999999999999999"};
    static const char *const wrong_schedules[] = {"seed",    "seed:", "seed:-1",
                                                  "seed:1x", "fast",  "seed:99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong_workers / sizeof wrong_workers[0]; i++)
        assert_non_null(config_read(&config, wrong_workers[i], NULL));
    for (size_t i = 0; i < sizeof wrong_schedules / sizeof wrong_schedules[0]; i++)
        assert_non_null(config_read(&config, NULL, wrong_schedules[i]));
    assert_null(config_read(&config, NULL, NULL));
    assert_true(config.workers >= 1 && !config.seeded);
    assert_null(config_read(&config, "", ""));
    assert_null(config_read(&config, "3", "parallel"));
    assert_true(config.workers == 3 && !config.seeded);
    assert_null(config_read(&config, NULL, "seed:18446744073709551615"));
    assert_true(config.seeded && config.seed == UINT64_MAX);
}

// ---- the same seed, the same run

static void racer(FlProcess *self) {
    for (int i = 0; i < 3; i++) {
        say(self, "%lld %lld", (long long)frame(self)[0], (long long)fl_random(self, 1000, &site_main));
        for (int64_t n = fl_random(self, 100, &site_main); n > 0; n--)
            poll(self);
        fl_sleep(self, fl_random(self, 3, &site_main), &site_main);
    }
}

static void race_main(FlProcess *self) {
    for (FlWord i = 0; i < 20; i++)
        spawn(self, racer, i, 0, 0, 0, NULL);
}

static void test_seeds(void **state) {
    (void)state;
    Result first = run_program(race_main, NULL, "seed:9"), again = run_program(race_main, NULL, "seed:9");
    Result other = run_program(race_main, NULL, "seed:10");
    assert_string_equal(first.out, again.out);
    assert_string_not_equal(first.out, other.out);
}

// ---- output

static void talker(FlProcess *self) {
    for (;;) {
        fl_println(self, line);
        poll(self);
    }
}

// Status of a program whose standard output is `file`.
static int run_into(int file) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        SchedConfig config;
        dup2(file, STDOUT_FILENO);
        close(STDERR_FILENO);
        alarm(600); // a watchdog
        signal(SIGPIPE, SIG_IGN);
        config_read(&config, "2", NULL);
        program_main = talker;
        config.tidy = true;
        _exit(sched_run(&fl_program, &config));
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_output_fails(void **state) {
    (void)state;
    int ends[2], full = open("/dev/full", O_WRONLY);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(run_into(ends[1]), 141);
    assert_int_equal(run_into(full), 1);
    close(ends[1]);
    close(full);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations_fail),
        cmocka_unit_test(test_requests_in_reused_slots),
        cmocka_unit_test(test_recursion_without_end),
        cmocka_unit_test(test_little_address_space),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_output_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
