// Messages between processes: order, ping-pong, a ring, selective receive, timeouts, calls.
#include "program.h"

#include <sys/resource.h>

// ---- hello

STATIC_STRING(hello, "hello")

static void hello_main(FlProcess *self) { fl_println(self, hello); }

static void test_hello(void **state) {
    (void)state;
    expect(hello_main, 0, "hello\n");
}

// ---- ping-pong, one side without a stack

enum { ROUNDS = 20000 };

static void echo(FlProcess *self) {
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        FlWord *fields = words(((FlMessageHead *)message)->root);
        FlPid from = fields[0];
        int64_t value = (int64_t)fields[1];
        fl_receive_take(self, message);
        if (value < 0)
            return;
        send(self, from, head(self)->pid, value + 1);
        poll(self);
    }
}

static void ping_main(FlProcess *self) {
    FlPid other = spawn(self, echo, 0, 0, 0, 0, NULL);
    int64_t sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
        send(self, other, head(self)->pid, i);
        sum += (int64_t)words(receive(self, -1))[1];
    }
    send(self, other, 0, -1);
    say(self, "%lld", (long long)sum);
}

static void test_ping_pong(void **state) {
    (void)state;
    expect(ping_main, 0, "200010000\n");
}

// ---- a ring

static void ring_node(FlProcess *self) {
    FlPid next = frame(self)[0];
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        int64_t value = (int64_t)words(((FlMessageHead *)message)->root)[1];
        fl_receive_take(self, message);
        send(self, next, 0, value - 1);
        if (value <= 503)
            return;
    }
}

static void ring_main(FlProcess *self) {
    FlPid first = head(self)->pid;
    for (int i = 0; i < 503; i++)
        first = spawn(self, ring_node, first, 0, 0, 0, NULL);
    send(self, first, 0, 503 * 20);
    for (;;) {
        int64_t value = (int64_t)words(receive(self, -1))[1];
        if (value <= 0)
            break;
        send(self, first, 0, value);
    }
    say(self, "round");
}

static void test_ring(void **state) {
    (void)state;
    expect(ring_main, 0, "round\n");
}

// ---- order: from each sender in the order sent, selective receive leaves the rest

static void sender(FlProcess *self) {
    FlPid to = frame(self)[0];
    for (int64_t i = 0; i < 100; i++) {
        send(self, to, head(self)->pid, i);
        poll(self);
    }
}

// Takes the oldest message from `from`.
static int64_t receive_from(FlProcess *self, FlPid from) {
    fl_receive_begin(self, -1, &site_wait);
    for (;;) {
        FlMessage *message = fl_receive_next(self);
        if (!message) {
            fl_receive_wait(self, &site_wait);
            continue;
        }
        FlWord *fields = words(((FlMessageHead *)message)->root);
        if (fields[0] != from)
            continue;
        int64_t value = (int64_t)fields[1];
        fl_receive_take(self, message);
        return value;
    }
}

static void order_main(FlProcess *self) {
    FlPid senders[8];
    for (int i = 0; i < 8; i++)
        senders[i] = spawn(self, sender, head(self)->pid, 0, 0, 0, NULL);
    for (int i = 7; i >= 0; i--) {
        for (int64_t n = 0; n < 100; n++) {
            if (receive_from(self, senders[i]) != n)
                fl_halt(self, 9);
        }
    }
    say(self, "in order, %lld left", (long long)fl_mailbox_length(self));
}

static void test_order(void **state) {
    (void)state;
    expect(order_main, 0, "in order, 0 left\n");
}

// ---- timeouts

static void timeout_main(FlProcess *self) {
    int64_t before = fl_now(self);
    if (receive(self, 20) != 0)
        fl_halt(self, 9);
    if (fl_now(self) - before < 19)
        fl_halt(self, 8);
    if (receive(self, 0) != 0)
        fl_halt(self, 7);
    send(self, head(self)->pid, 0, 5);
    if (words(receive(self, 0))[1] != 5)
        fl_halt(self, 6);
    fl_sleep(self, 5, &site_main);
    say(self, "timed");
}

static void test_timeouts(void **state) {
    (void)state;
    expect(timeout_main, 0, "timed\n");
}

static void sleeper(FlProcess *self) {
    FlPid to = frame(self)[0];
    int64_t before = fl_now(self), time = (int64_t)frame(self)[1];
    fl_sleep(self, time, &site_wait);
    if (fl_now(self) - before < time)
        fl_halt(self, 9);
    send(self, to, 0, time);
}

static void deadlines_main(FlProcess *self) {
    for (int i = 0; i < 8; i++)
        spawn(self, sleeper, head(self)->pid, (FlWord)(80 - i * 10), 0, 0, NULL);
    for (int i = 1; i <= 8; i++)
        say(self, "%lld", (long long)words(receive(self, -1))[1]);
}

static void test_deadlines(void **state) {
    (void)state;
    // On a machine that is busy elsewhere some are due at once: nothing is said of their order then.
    expect(deadlines_main, 0, NULL);
    Result result = run_program(deadlines_main, "1", "seed:3");
    assert_string_equal(result.out, "10\n20\n30\n40\n50\n60\n70\n80\n");
}

// ---- later messages

static void later_main(FlProcess *self) {
    FlPid me = head(self)->pid;
    int64_t cancelled = fl_send_after(self, 10000000, me, FL_IMMEDIATE(FL_TAG_INT, 1));
    fl_send_after(self, 20, me, FL_IMMEDIATE(FL_TAG_INT, 2));
    fl_send_after(self, 10, me, FL_IMMEDIATE(FL_TAG_INT, 3));
    int64_t left = fl_cancel(self, cancelled);
    if (left < 9000000 || left > 10000000 || fl_cancel(self, cancelled) != -1)
        fl_halt(self, 9);
    FlWord first = receive(self, -1), second = receive(self, -1);
    say(self, "%lld %lld", (long long)FL_IMMEDIATE_PAYLOAD(first), (long long)FL_IMMEDIATE_PAYLOAD(second));
}

static void test_later(void **state) {
    (void)state;
    expect(later_main, 0, NULL); // in real time the two may be set long after one another
    assert_string_equal(run_program(later_main, "1", "seed:3").out, "3 2\n");
}

// Timers of processes that have ended don't pile up: a million of an hour's would be 200 MB.
static void quick(FlProcess *self) { (void)self; }

static void piles_main(FlProcess *self) {
    struct rusage before, after;
    for (int64_t i = 0; i < 400000; i++) {
        if (i == 50000)
            getrusage(RUSAGE_SELF, &before);
        fl_send_after(self, 3600000, spawn(self, quick, 0, 0, 0, 0, NULL), FL_IMMEDIATE(FL_TAG_INT, 1));
        if (i % 100 == 0)
            fl_sleep(self, 0, &site_wait); // lets them end
    }
    getrusage(RUSAGE_SELF, &after);
    if (!SANITIZED && after.ru_maxrss - before.ru_maxrss > 20000)
        fl_halt(self, 9);
    FlPid gone = spawn(self, quick, 0, 0, 0, 0, &(FlSpawnOptions){.monitor = true});
    int64_t timer = fl_send_after(self, 3600000, gone, FL_IMMEDIATE(FL_TAG_INT, 1));
    receive(self, -1);
    say(self, "%lld", (long long)fl_cancel(self, timer));
}

static void test_timers_of_ended(void **state) {
    (void)state;
    assert_string_equal(run_program(piles_main, "1", NULL).out, "-1\n");
    assert_string_equal(run_program(piles_main, "1", "seed:1").out, "-1\n");
}

// ---- calls

static FlWord call(FlProcess *self, FlPid to, int64_t value, int64_t timeout, int64_t *result) {
    FlWord root = 0;
    FlPid me = fl_call_begin(self, to);
    send(self, to, me, value);
    *result = fl_call_wait(self, me, to, timeout, &root, &site_main);
    return root;
}

static void mute(FlProcess *self) {
    receive(self, -1);
    FlPid late = words(receive(self, -1))[0];
    send(self, late, 0, 1);
}

static void call_main(FlProcess *self) {
    int64_t result;
    FlPid server = spawn(self, echo, 0, 0, 0, 0, NULL);
    for (int64_t i = 0; i < 1000; i++) {
        send(self, head(self)->pid, 0, i); // old mail
        FlWord root = call(self, server, i, -1, &result);
        if (result != 0 || words(root)[1] != (FlWord)i + 1)
            fl_halt(self, 9);
    }
    FlPid silent = spawn(self, mute, 0, 0, 0, 0, NULL);
    call(self, silent, 0, 10, &result);
    if (result != 1)
        fl_halt(self, 8);
    FlWord reason = call(self, silent, 0, -1, &result); // replies after the first call timed out, then ends
    if (result != 0)
        fl_halt(self, 7);
    (void)reason;
    reason = call(self, silent, 0, -1, &result);
    if (result != 2)
        fl_halt(self, 6);
    say(self, "%s, %lld left", ((FlString *)reason)->bytes, (long long)fl_mailbox_length(self));
}

static void test_calls(void **state) {
    (void)state;
    expect(call_main, 0, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello), cmocka_unit_test(test_ping_pong),       cmocka_unit_test(test_ring),
        cmocka_unit_test(test_order), cmocka_unit_test(test_timeouts),        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_later), cmocka_unit_test(test_timers_of_ended), cmocka_unit_test(test_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
