// Calls without monitor signals (process/call.h): every state that a request can be in when its callee ends, what
// becomes of answers that come late or twice, and what callees remember of askers that have ended.
#include "program.h"

#include "runtime/process/side.h"

STATIC_STRING(text_kill, "kill")
STATIC_STRING(boom, "boom")

enum { REPLY, TIMEOUT, DOWN };

typedef struct Outcome {
    int64_t kind, value;
    const char *reason;
} Outcome;

static FlPid ask(FlProcess *self, FlPid to, int64_t value) {
    FlPid me = fl_call_open(self);
    FlMessage *message = fl_request_begin(self, &type_message);
    FlWord *fields = words(((FlMessageHead *)message)->root);
    fields[0] = me;
    fields[1] = (FlWord)value;
    fl_request_end(self, to, message, me, &site_main);
    return me;
}

static Outcome await(FlProcess *self, FlPid me, FlPid to, int64_t timeout) {
    FlWord root = 0;
    Outcome outcome = {.kind = fl_call_wait(self, me, to, timeout, &root, &site_wait)};
    if (outcome.kind == REPLY)
        outcome.value = (int64_t)words(root)[1];
    if (outcome.kind == DOWN)
        outcome.reason = ((FlString *)root)->bytes;
    return outcome;
}

static Outcome call(FlProcess *self, FlPid to, int64_t value) { return await(self, ask(self, to, value), to, -1); }

static void answer(FlProcess *self, FlPid to, int64_t value) { send(self, to, head(self)->pid, value); }

static uint32_t remembered(FlProcess *self) {
    const FlSide *side = self->side;
    return side ? side->peers.count + (side->caller != 0) : 0;
}

// Waits until all but one are forgotten.
static void remembers_one(FlProcess *self) {
    while (remembered(self) > 1) {
        fl_sleep(self, 0, &site_wait); // lets others run
        fl_mailbox_length(self);       // drains
    }
}

// Answers with the next number; below zero it ends instead, without an answer.
static void server(FlProcess *self) {
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        FlWord *fields = words(((FlMessageHead *)message)->root);
        FlPid from = fields[0];
        int64_t value = (int64_t)fields[1];
        fl_receive_drop(self, message);
        if (value == -1)
            return;
        if (value == -2)
            fl_panic(self, boom, &site_panic);
        answer(self, from, value + 1);
        poll(self);
    }
}

static void answered_main(FlProcess *self) {
    FlPid pid = spawn(self, server, 0, 0, 0, 0, NULL);
    for (int64_t i = 0; i < 1000; i++) {
        Outcome outcome = call(self, pid, i);
        if (outcome.kind != REPLY || outcome.value != i + 1)
            fl_halt(self, 9);
    }
    say(self, "%s", call(self, pid, -1).reason);
    say(self, "%s", call(self, pid, -1).reason);
    pid = spawn(self, server, 0, 0, 0, 0, NULL);
    say(self, "%s, %lld left", call(self, pid, -2).reason, (long long)fl_mailbox_length(self));
}

static void test_answered(void **state) {
    (void)state;
    expect(answered_main, 0, "normal\nnoproc\nboom, 0 left\n");
}

// ---- the callee is killed: with the request in its hands, in its private list, or in its mailbox

// Says that it has received, then waits for something that never comes.
static void holder(FlProcess *self) {
    FlPid parent = frame(self)[0];
    receive(self, -1);
    send(self, parent, 0, 1);
    receive(self, -1);
    receive(self, -1);
}

// Has tested the request and not taken it.
static void picky(FlProcess *self) {
    FlPid parent = frame(self)[0];
    bool told = false;
    fl_receive_begin(self, -1, &site_wait);
    for (;;) {
        if (fl_receive_next(self)) {
            if (!told)
                send(self, parent, 0, 1);
            told = true;
        } else {
            fl_receive_wait(self, &site_wait);
        }
    }
}

// Computes, and tells when it has begun.
static void busy(FlProcess *self) {
    send(self, frame(self)[0], 0, 1);
    for (;;)
        poll(self);
}

static void asker(FlProcess *self) {
    FlPid parent = frame(self)[0], to = frame(self)[1];
    int64_t number = (int64_t)frame(self)[2];
    Outcome outcome = call(self, to, number);
    if (outcome.kind != DOWN)
        fl_halt(self, 9);
    // The request may find nobody.
    bool right = strcmp(outcome.reason, "killed") == 0 || strcmp(outcome.reason, "noproc") == 0;
    send(self, parent, 0, right ? 100 + number : -1);
}

// What two askers are told when the callee is killed after `signs` signs of it.
static void expect_down(FlProcess *self, FlResume callee, int signs, bool before) {
    FlPid me = head(self)->pid, pid = spawn(self, callee, me, 0, 0, 0, NULL);
    for (int i = 0; before && i < signs; i++)
        receive(self, -1);
    for (int i = 0; i < 2; i++)
        spawn(self, asker, me, pid, (FlWord)i, 0, NULL);
    for (int i = 0; !before && i < signs; i++)
        receive(self, -1);
    fl_exit(self, pid, text_kill);
    int64_t sum = 0;
    for (int i = 0; i < 2; i++)
        sum += (int64_t)words(receive(self, -1))[1];
    say(self, "%lld", (long long)sum);
}

static void killed_main(FlProcess *self) {
    expect_down(self, holder, 1, false);
    expect_down(self, picky, 1, false);
    expect_down(self, busy, 1, true);
}

static void test_killed(void **state) {
    (void)state;
    expect(killed_main, 0, "201\n201\n201\n");
}

// ---- late, double and other answers

// Keeps the addresses of three calls unanswered, then answers all of them twice, and the last call once more.
static void late_server(FlProcess *self) {
    FlPid late[3];
    for (int i = 0; i < 3; i++)
        late[i] = words(receive(self, -1))[0];
    receive(self, -1); // all three have timed out
    for (int i = 0; i < 6; i++)
        answer(self, late[i % 3], i);
    FlPid last = words(receive(self, -1))[0];
    answer(self, last, 77);
    answer(self, last, 78);
    receive(self, -1);
    if (remembered(self) != 0)
        fl_halt(self, 9);
    answer(self, words(receive(self, -1))[0], 79);
}

static void late_main(FlProcess *self) {
    FlPid pid = spawn(self, late_server, 0, 0, 0, 0, NULL);
    for (int i = 0; i < 3; i++) {
        FlPid me = ask(self, pid, i);
        if (await(self, me, pid, i == 1 ? 0 : 2).kind != TIMEOUT)
            fl_halt(self, 8);
    }
    send(self, pid, 0, 0);
    say(self, "%lld", (long long)call(self, pid, 3).value);
    send(self, pid, 0, 0);
    say(self, "%lld", (long long)call(self, pid, 4).value);
    say(self, "%lld left", (long long)fl_mailbox_length(self));
}

static void test_late(void **state) {
    (void)state;
    expect(late_main, 0, "77\n79\n0 left\n");
}

// Gives each request to another process, which answers; the callee forgets it nevertheless.
static void forwarder(FlProcess *self) {
    FlPid other = frame(self)[0];
    for (int i = 0; i < 100; i++) {
        FlWord *fields = words(receive(self, -1));
        send(self, other, fields[0], (int64_t)fields[1]);
    }
    FlPid last = words(receive(self, -1))[0];
    remembers_one(self);
    answer(self, last, 1);
}

static void forward_main(FlProcess *self) {
    FlPid other = spawn(self, server, 0, 0, 0, 0, NULL);
    FlPid pid = spawn(self, forwarder, other, 0, 0, 0, NULL);
    for (int64_t i = 0; i < 100; i++) {
        if (call(self, pid, i).value != i + 1)
            fl_halt(self, 9);
    }
    say(self, "%lld", (long long)call(self, pid, 0).value);
}

static void test_forwarded(void **state) {
    (void)state;
    expect(forward_main, 0, "1\n");
}

// ---- askers that are killed

enum { ASKERS = 200 };

// Never answers the others; counts what it remembers when all but the first have ended.
static void deaf(FlProcess *self) {
    FlPid parent = frame(self)[0], first = 0;
    for (int i = 0; i <= ASKERS; i++) {
        FlPid from = words(receive(self, -1))[0];
        if (i == 0)
            first = from;
        else
            send(self, parent, 0, 1); // this one is held
    }
    remembers_one(self); // signs of the others' ends are under way
    answer(self, first, 5);
}

static void one_call(FlProcess *self) { call(self, frame(self)[1], 0); }

static void askers_main(FlProcess *self) {
    FlPid pid = spawn(self, deaf, head(self)->pid, 0, 0, 0, NULL), me = ask(self, pid, 0);
    FlSpawnOptions monitored = {.monitor = true};
    for (int i = 0; i < ASKERS; i++) {
        FlPid asks = spawn(self, one_call, 0, pid, 0, 0, &monitored);
        receive(self, -1);
        fl_exit(self, asks, text_kill);
        if (words(receive(self, -1))[0] != asks)
            fl_halt(self, 9);
    }
    say(self, "%lld", (long long)await(self, me, pid, -1).value);
}

static void test_askers_killed(void **state) {
    (void)state;
    expect(askers_main, 0, "5\n");
}

// ---- many at once: each call has one outcome

static void many(FlProcess *self) {
    FlPid parent = frame(self)[0], to = frame(self)[1];
    int64_t answers = 0;
    for (int64_t i = 0; i < 50; i++) {
        Outcome outcome = call(self, to, i);
        if (outcome.kind == REPLY && outcome.value != i + 1)
            fl_halt(self, 9);
        answers += outcome.kind == REPLY;
        if (outcome.kind == TIMEOUT)
            fl_halt(self, 8);
    }
    send(self, parent, 0, answers);
}

static void storm_main(FlProcess *self) {
    for (int round = 0; round < 20; round++) {
        FlPid pid = spawn(self, server, 0, 0, 0, 0, NULL);
        for (int i = 0; i < 8; i++)
            spawn(self, many, head(self)->pid, pid, 0, 0, NULL);
        for (int i = 0; i < round * 5; i++)
            call(self, pid, i);
        fl_exit(self, pid, text_kill);
        for (int i = 0; i < 8; i++)
            receive(self, -1);
    }
    say(self, "all told");
}

static void test_storm(void **state) {
    (void)state;
    expect(storm_main, 0, "all told\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answered),  cmocka_unit_test(test_killed),        cmocka_unit_test(test_late),
        cmocka_unit_test(test_forwarded), cmocka_unit_test(test_askers_killed), cmocka_unit_test(test_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
