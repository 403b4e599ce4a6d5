// Calls on the calling thread that give it back, and mailboxes with a limit, of processes and of the host, under each
// policy. The library is written by hand, as the compiler would emit it.
#include "runtime/host/glue.h"
#include "runtime/process/run.h"

enum { AREA, LATE, SINK, SOURCE, EXPORTS };
static const FlExport exports[EXPORTS];
#define PROGRAM_EXPORTS exports
#define PROGRAM_EXPORT_COUNT EXPORTS
#include "test/unit/runtime/sched/program.h"

#include <pthread.h>
#include <sched.h>

#include "runtime/platform/sanitizer.h"
#include "runtime/process/signals.h"

// ---- the library

static void area(FlProcess *self, FlWord *arguments, FlWord *result) {
    int64_t product;
    if (__builtin_mul_overflow((int64_t)arguments[0], (int64_t)arguments[1], &product))
        fl_panic_overflow(self, &site_panic);
    *result = (FlWord)product;
}

// Gives the thread back so many times, then returns the second argument, or crashes if that is negative; allocates on
// the way.
static void late(FlProcess *self, FlWord *arguments, FlWord *result) {
    for (uint64_t i = 0; i < arguments[0]; i++) {
        FlObject *box = fl_alloc_slow(self, sizeof(FlObject) + 4 * sizeof(FlWord));
        *box = (FlObject){.type = TYPE_FRAME};
        process_request(self, REQUEST_PREEMPT);
        poll(self);
    }
    if ((int64_t)arguments[1] < 0)
        fl_panic_division(self, &site_panic);
    *result = arguments[1];
}

// What a sink has taken, in order.
enum { TAKEN_MOST = 100 };
static _Atomic(int64_t) taken[TAKEN_MOST];
static _Atomic(int) taken_count, begun, may_take, sent;

// Takes nothing until it may; then all that comes.
static void sink(FlProcess *self) {
    atomic_store(&begun, 1);
    while (!atomic_load(&may_take))
        fl_sleep(self, 1, &site_wait);
    for (;;) {
        int64_t value = (int64_t)words(receive(self, -1))[1];
        atomic_store(&taken[atomic_load(&taken_count)], value);
        atomic_fetch_add(&taken_count, 1);
    }
}

// Sends 1, 2, … as many as its second argument says, to the first; counts what it has sent.
static void source(FlProcess *self) {
    for (int64_t i = 1; i <= (int64_t)frame(self)[1]; i++) {
        send(self, frame(self)[0], 0, i);
        atomic_fetch_add(&sent, 1);
    }
}

static const FlExport exports[] = {
    [AREA] = {"area", &site_main, area, NULL, &type_frame, NULL, &type_int, NULL, NULL, 1},
    [LATE] = {"late", &site_main, late, NULL, &type_frame, NULL, &type_int, NULL, NULL, 1},
    [SINK] = {"sink", &site_main, NULL, sink, NULL, &type_frame, NULL, NULL, &type_message, 0},
    [SOURCE] = {"source", &site_main, NULL, source, NULL, &type_frame, NULL, NULL, NULL, 0},
};

// ---- as the generated C file has it

typedef struct Message {
    fluffy_pid from;
    int64_t value;
} Message;

static const FlShape shape_int = {.kind = FL_SHAPE_INT, .size = sizeof(int64_t)};
static const FlShape shape_pid = {.kind = FL_SHAPE_PID, .size = sizeof(fluffy_pid)};
static const FlShapeField fields_of_message[] = {{"from", offsetof(Message, from), &shape_pid},
                                                 {"value", offsetof(Message, value), &shape_int}};
static const FlShape shape_message = {
    .kind = FL_SHAPE_RECORD, .count = 2, .size = sizeof(Message), .fields = fields_of_message};
static const FlShapeField fields_of_frame[] = {
    {NULL, 0, &shape_int}, {NULL, 8, &shape_int}, {NULL, 16, &shape_int}, {NULL, 24, &shape_int}};
static const FlShape shape_frame = {
    .kind = FL_SHAPE_TUPLE, .count = 4, .size = 4 * sizeof(int64_t), .fields = fields_of_frame};

static fluffy_runtime *runtime;

static fluffy_status call(uint32_t exported, int64_t a, int64_t b, int64_t *result) {
    uint64_t given[4] = {(uint64_t)a, (uint64_t)b}, word = 0;
    fluffy_status status = fl_host_call_words(exported, given, &word);
    if (status == FLUFFY_OK)
        *result = (int64_t)word;
    return status;
}

static fluffy_pid start(uint32_t exported, int64_t a, int64_t b, const fluffy_spawn_options *options) {
    int64_t given[4] = {a, b};
    fluffy_pid pid = 0;
    assert_int_equal(fl_host_spawn(exported, &shape_frame, given, options, &pid), FLUFFY_OK);
    return pid;
}

static fluffy_status tell(fluffy_pid to, int64_t value) {
    static FlPlan plans[1];
    return fl_host_send(SINK, &shape_message, plans, to, &(Message){0, value});
}

static void until(_Atomic(int) *word, int value) {
    while (atomic_load(word) < value)
        sched_yield();
}

static int set_up(void **state) {
    (void)state;
    fluffy_options options = {.workers = 2};
    atomic_store(&taken_count, 0);
    atomic_store(&begun, 0);
    atomic_store(&may_take, 0);
    atomic_store(&sent, 0);
    return fl_host_start(&options, &runtime) != FLUFFY_OK;
}

static int tear_down(void **state) {
    (void)state;
    return fluffy_stop(runtime, 0) != FLUFFY_OK;
}

// ---- calls

static void test_calls(void **state) {
    (void)state;
    int64_t result = 7;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(call(AREA, 6, 7, &result), FLUFFY_OK);
        assert_int_equal(result, 42);
        assert_int_equal(call(AREA, INT64_MAX, 2, &result), FLUFFY_CRASHED);
        assert_string_equal(fluffy_error(runtime), "integer overflow");
        assert_int_equal(result, 42);
    }
}

static void test_calls_that_give_the_thread_back(void **state) {
    (void)state;
    int64_t result = 0;
    for (int64_t times = 0; times < 20; times++) {
        assert_int_equal(call(LATE, times, times + 1, &result), FLUFFY_OK);
        assert_int_equal(result, times + 1);
        assert_int_equal(call(LATE, times, -1, &result), FLUFFY_CRASHED);
        assert_string_equal(fluffy_error(runtime), "division by zero");
        assert_int_equal(call(AREA, times, 2, &result), FLUFFY_OK);
        assert_int_equal(result, 2 * times);
    }
}

static void test_a_runtime_that_is_not_there(void **state) {
    (void)state;
    int64_t result;
    assert_int_equal(call(AREA, 6, 7, &result), FLUFFY_STOPPED);
    assert_int_equal(tell(1, 1), FLUFFY_STOPPED);
    assert_int_equal(fluffy_send_timeout(runtime, 1), FLUFFY_STOPPED);
}

// ---- mailboxes of processes, with a limit

enum { LIMIT = 3 };

static fluffy_pid bounded_sink(fluffy_overflow overflow, fluffy_mailbox *owner) {
    fluffy_spawn_options options = {.mailbox = LIMIT, .overflow = overflow, .owner = owner, .monitor = owner != NULL};
    fluffy_pid pid = start(SINK, 0, 0, &options);
    until(&begun, 1);
    return pid;
}

static void expect_taken(const int64_t *values, int count) {
    atomic_store(&may_take, 1);
    until(&taken_count, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(atomic_load(&taken[i]), values[i]);
}

static void test_block(void **state) {
    (void)state;
    fluffy_pid pid = bounded_sink(FLUFFY_BLOCK, NULL);
    for (int i = 1; i <= LIMIT; i++)
        assert_int_equal(tell(pid, i), FLUFFY_OK);
    assert_int_equal(tell(pid, 4), FLUFFY_FULL);
    assert_int_equal(fluffy_send_timeout(runtime, 5), FLUFFY_OK);
    assert_int_equal(tell(pid, 4), FLUFFY_FULL);
    expect_taken((int64_t[]){1, 2, 3}, LIMIT);
    assert_int_equal(fluffy_send_timeout(runtime, -1), FLUFFY_OK);
    assert_int_equal(tell(pid, 5), FLUFFY_OK);
    expect_taken((int64_t[]){1, 2, 3, 5}, 4);
}

typedef struct Teller {
    fluffy_pid to;
    int64_t value;
    fluffy_status status;
    pthread_t thread;
} Teller;

static _Atomic(int) tellers_begun;

static void *tell_patiently(void *argument) {
    Teller *teller = argument;
    assert_int_equal(fluffy_send_timeout(runtime, -1), FLUFFY_OK);
    atomic_fetch_add(&tellers_begun, 1);
    teller->status = tell(teller->to, teller->value);
    return NULL;
}

static void start_teller(Teller *teller, fluffy_pid to, int64_t value) {
    *teller = (Teller){.to = to, .value = value, .status = FLUFFY_OTHER};
    atomic_store(&tellers_begun, 0);
    assert_int_equal(pthread_create(&teller->thread, NULL, tell_patiently, teller), 0);
    until(&tellers_begun, 1);
}

static fluffy_status join_teller(Teller *teller) {
    pthread_join(teller->thread, NULL);
    return teller->status;
}

static void fill(fluffy_pid pid) {
    for (int i = 1; i <= LIMIT; i++)
        assert_int_equal(tell(pid, i), FLUFFY_OK);
}

static void test_threads_in_line(void **state) {
    (void)state;
    enum { TELLERS = 4 };
    Teller tellers[TELLERS];
    int64_t sum = 0;
    fluffy_pid pid = bounded_sink(FLUFFY_BLOCK, NULL);
    fill(pid);
    for (int i = 0; i < TELLERS; i++)
        start_teller(&tellers[i], pid, 10 + i);
    atomic_store(&may_take, 1);
    for (int i = 0; i < TELLERS; i++)
        assert_int_equal(join_teller(&tellers[i]), FLUFFY_OK);
    until(&taken_count, LIMIT + TELLERS);
    for (int i = 0; i < LIMIT + TELLERS; i++)
        sum += atomic_load(&taken[i]);
    assert_int_equal(sum, 1 + 2 + 3 + 10 + 11 + 12 + 13);
}

static void test_a_receiver_that_ends(void **state) {
    (void)state;
    Teller teller;
    fluffy_pid pid = bounded_sink(FLUFFY_BLOCK, NULL);
    fill(pid);
    start_teller(&teller, pid, 4);
    assert_int_equal(fluffy_exit(runtime, pid, "kill"), FLUFFY_OK);
    assert_int_equal(join_teller(&teller), FLUFFY_OK);
    assert_int_equal(tell(pid, 5), FLUFFY_OK);
}

static void test_a_runtime_that_stops(void **state) {
    Teller teller;
    set_up(state);
    fluffy_pid pid = bounded_sink(FLUFFY_BLOCK, NULL);
    fill(pid);
    start_teller(&teller, pid, 4);
    tear_down(state);
    assert_int_equal(join_teller(&teller), FLUFFY_STOPPED);
}

static void test_drop_newest(void **state) {
    (void)state;
    fluffy_pid pid = bounded_sink(FLUFFY_DROP_NEWEST, NULL);
    for (int i = 1; i <= 10; i++)
        assert_int_equal(tell(pid, i), FLUFFY_OK);
    expect_taken((int64_t[]){1, 2, 3}, LIMIT);
}

static void test_drop_oldest(void **state) {
    (void)state;
    fluffy_pid pid = bounded_sink(FLUFFY_DROP_OLDEST, NULL);
    for (int i = 1; i <= 10; i++)
        assert_int_equal(tell(pid, i), FLUFFY_OK);
    expect_taken((int64_t[]){8, 9, 10}, LIMIT);
}

static void test_crash(void **state) {
    (void)state;
    fluffy_mailbox *mailbox;
    fluffy_message message;
    fluffy_scope scope = {0};
    assert_int_equal(fluffy_mailbox_open(runtime, &mailbox), FLUFFY_OK);
    fluffy_pid pid = bounded_sink(FLUFFY_CRASH, mailbox);
    fill(pid);
    assert_int_equal(tell(pid, 4), FLUFFY_OK);
    assert_int_equal(fluffy_receive(mailbox, -1, &scope, &message), FLUFFY_OK);
    assert_int_equal(message.kind, FLUFFY_DOWN);
    assert_string_equal(message.reason.bytes, "mailbox overflow: its limit is 3 messages");
    fluffy_scope_end(&scope);
    fluffy_mailbox_close(mailbox);
}

static void test_wrong_options(void **state) {
    (void)state;
    fluffy_mailbox *mailbox = NULL;
    fluffy_spawn_options wrong = {.mailbox = 3, .overflow = (fluffy_overflow)4};
    int64_t given[4] = {0};
    assert_int_equal(fl_host_spawn(SINK, &shape_frame, given, &wrong, NULL), FLUFFY_INVALID);
    assert_string_equal(fluffy_error(runtime), "`overflow` is none of the four");
    assert_int_equal(fluffy_mailbox_open_bounded(runtime, 0, FLUFFY_BLOCK, &mailbox), FLUFFY_INVALID);
    assert_int_equal(fluffy_mailbox_open_bounded(runtime, 1, (fluffy_overflow)9, &mailbox), FLUFFY_INVALID);
    assert_null(mailbox);
}

// ---- mailboxes of the host, with a limit

enum { MANY = 20 };

static fluffy_mailbox *bounded_mailbox(fluffy_overflow overflow) {
    fluffy_mailbox *mailbox;
    assert_int_equal(fluffy_mailbox_open_bounded(runtime, LIMIT, overflow, &mailbox), FLUFFY_OK);
    return mailbox;
}

// The value of the next message; 0: there is none now, -1: the mailbox has ended.
static int64_t take_value(fluffy_mailbox *mailbox, int64_t timeout) {
    fluffy_scope scope = {0};
    Message message = {0, 0};
    fluffy_status status = fl_host_receive(mailbox, timeout, &shape_message, &scope, &message);
    fluffy_scope_end(&scope);
    assert_true(status == FLUFFY_OK || status == FLUFFY_TIMEOUT || status == FLUFFY_ENDED);
    return status == FLUFFY_OK ? message.value : status == FLUFFY_TIMEOUT ? 0 : -1;
}

// Everything that comes until the last one, in order.
static int take_until(fluffy_mailbox *mailbox, int64_t last, int64_t *values) {
    int count = 0;
    do
        values[count] = take_value(mailbox, -1);
    while (values[count++] != last);
    return count;
}

static void test_host_block(void **state) {
    (void)state;
    fluffy_mailbox *mailbox = bounded_mailbox(FLUFFY_BLOCK);
    start(SOURCE, (int64_t)fluffy_mailbox_pid(mailbox), MANY, NULL);
    for (int64_t i = 1; i <= MANY; i++) {
        until(&sent, i + LIMIT - 1 < MANY ? (int)i + LIMIT - 1 : MANY);
        assert_true(atomic_load(&sent) <= i + LIMIT - 1); // the next one waits for room
        assert_int_equal(take_value(mailbox, -1), i);
    }
    assert_int_equal(take_value(mailbox, 0), 0);
    fluffy_mailbox_close(mailbox);
}

static void test_host_drop_newest(void **state) {
    (void)state;
    fluffy_mailbox *mailbox = bounded_mailbox(FLUFFY_DROP_NEWEST);
    fluffy_pid pid = fluffy_mailbox_pid(mailbox);
    start(SOURCE, (int64_t)pid, MANY, NULL);
    until(&sent, MANY);
    for (int64_t i = 1; i <= LIMIT; i++)
        assert_int_equal(take_value(mailbox, -1), i);
    assert_int_equal(tell(pid, 77), FLUFFY_OK); // there is room again, and nothing lies before it
    assert_int_equal(take_value(mailbox, -1), 77);
    fluffy_mailbox_close(mailbox);
}

static void test_host_drop_oldest(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        int64_t values[MANY];
        fluffy_mailbox *mailbox = bounded_mailbox(FLUFFY_DROP_OLDEST);
        atomic_store(&sent, 0);
        start(SOURCE, (int64_t)fluffy_mailbox_pid(mailbox), MANY, NULL);
        until(&sent, MANY);
        // What is taken before the mailbox's process has freed the dropped ones counts as received in time.
        int count = take_until(mailbox, MANY, values);
        assert_true(count >= LIMIT && count <= 2 * LIMIT);
        for (int i = 1; i < count; i++)
            assert_true(values[i] > values[i - 1]);
        for (int i = 1; i <= LIMIT; i++)
            assert_int_equal(values[count - i], MANY + 1 - i);
        assert_int_equal(take_value(mailbox, 0), 0);
        fluffy_mailbox_close(mailbox);
    }
}

static void test_host_crash(void **state) {
    (void)state;
    fluffy_mailbox *mailbox = bounded_mailbox(FLUFFY_CRASH);
    start(SOURCE, (int64_t)fluffy_mailbox_pid(mailbox), MANY, NULL);
    until(&sent, MANY);
    int64_t value;
    while ((value = take_value(mailbox, -1)) > 0)
        assert_true(value <= LIMIT);
    assert_int_equal(value, -1);
    assert_false(fluffy_alive(runtime, fluffy_mailbox_pid(mailbox)));
    fluffy_mailbox_close(mailbox);
}

// Senders wait in line for the host while it closes its mailbox: they go on.
static void test_host_closes(void **state) {
    (void)state;
    fluffy_mailbox *mailbox = bounded_mailbox(FLUFFY_BLOCK);
    start(SOURCE, (int64_t)fluffy_mailbox_pid(mailbox), MANY, NULL);
    until(&sent, LIMIT);
    fluffy_mailbox_close(mailbox);
    until(&sent, MANY);
}

int main(void) {
#define IN_A_RUNTIME(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_A_RUNTIME(test_calls),
        IN_A_RUNTIME(test_calls_that_give_the_thread_back),
        cmocka_unit_test(test_a_runtime_that_is_not_there),
        IN_A_RUNTIME(test_block),
        IN_A_RUNTIME(test_threads_in_line),
        IN_A_RUNTIME(test_a_receiver_that_ends),
        cmocka_unit_test(test_a_runtime_that_stops),
        IN_A_RUNTIME(test_drop_newest),
        IN_A_RUNTIME(test_drop_oldest),
        IN_A_RUNTIME(test_crash),
        IN_A_RUNTIME(test_wrong_options),
        IN_A_RUNTIME(test_host_block),
        IN_A_RUNTIME(test_host_drop_newest),
        IN_A_RUNTIME(test_host_drop_oldest),
        IN_A_RUNTIME(test_host_crash),
        IN_A_RUNTIME(test_host_closes),
    };
    setenv("FLUFFY_REPORTS", "none", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
