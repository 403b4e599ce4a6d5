// Turns (process/turn.c) and the last-in slot (process/slot.h): processes that wait and run on one stack after another,
// and what can happen to the one whose turn is next: it ends, is killed, is collected, gets more messages.
#include "program.h"

STATIC_STRING(text_kill, "kill")
STATIC_STRING(boom, "boom")

enum { COUNT = 40 };

// ---- some of those that take turns end, in every way

// Gives what it gets to the next one (without a poll, after which its frame would have to be stored again). A number
// that is its own ends it: with the stack of all others under it.
static void node(FlProcess *self) {
    FlPid next = frame(self)[0], parent = frame(self)[1];
    int64_t id = (int64_t)frame(self)[2];
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        int64_t value = (int64_t)words(((FlMessageHead *)message)->root)[1];
        fl_receive_drop(self, message);
        if (value == id && id % 3 == 0)
            return;
        if (value == id && id % 3 == 1)
            fl_panic(self, boom, &site_panic);
        if (value == id) {
            fl_exit(self, head(self)->pid, text_kill);
            poll(self);
        }
        send(self, next ? next : parent, 0, value);
    }
}

static void ends_main(FlProcess *self) {
    FlPid me = head(self)->pid, chain = 0;
    FlSpawnOptions monitored = {.monitor = true};
    FlPid nodes[COUNT];
    for (int64_t i = 0; i < COUNT; i++)
        nodes[i] = chain = spawn(self, node, chain, me, (FlWord)i, 0, &monitored);
    // Each number goes round; then the first of the chain ends by it, and the chain is one shorter.
    for (int64_t last = COUNT - 1; last >= 0; last--) {
        send(self, nodes[last], 0, 1000);
        if (words(receive(self, -1))[1] != 1000)
            fl_halt(self, 9);
        send(self, nodes[last], 0, last);
        if (words(receive(self, -1))[0] != nodes[last])
            fl_halt(self, 8);
    }
    say(self, "all have ended, %lld left", (long long)fl_mailbox_length(self));
}

static void test_ends(void **state) {
    (void)state;
    expect(ends_main, 0, "all have ended, 0 left\n");
}

// ---- killed with a message already in the private list, and more under way

static void echo(FlProcess *self) {
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        FlWord *fields = words(((FlMessageHead *)message)->root);
        FlPid to = fields[0];
        int64_t value = (int64_t)fields[1];
        fl_receive_drop(self, message);
        send(self, to, 0, value);
        poll(self);
    }
}

// The same with its stack kept.
static void deep_echo(FlProcess *self) {
    for (;;) {
        FlWord *fields = words(receive(self, -1));
        send(self, fields[0], 0, (int64_t)fields[1]);
        poll(self);
    }
}

static void kill_in_slot(FlProcess *self, FlResume kind, int64_t before) {
    FlSpawnOptions monitored = {.monitor = true};
    FlPid me = head(self)->pid, pid = spawn(self, kind, 0, 0, 0, 0, &monitored);
    send(self, pid, me, -1); // so that it waits when the others come
    if ((int64_t)words(receive(self, -1))[1] != -1)
        fl_halt(self, 9);
    for (int64_t i = 0; i < before; i++)
        send(self, pid, me, i);
    fl_exit(self, pid, text_kill);
    for (int64_t i = before; i < 10; i++)
        send(self, pid, me, i);
    // Some of the first ones may have been answered, in order; then it has ended, and nothing follows.
    for (int64_t next = 0;; next++) {
        FlWord root = receive(self, -1);
        if (((FlObject *)root)->type == FL_TYPE_DOWN)
            break;
        if ((int64_t)words(root)[1] != next || next >= before)
            fl_halt(self, 8);
    }
    if (fl_mailbox_length(self) != 0)
        fl_halt(self, 7);
}

static void kill_main(FlProcess *self) {
    for (int64_t i = 0; i < 300; i++)
        kill_in_slot(self, i % 2 ? echo : deep_echo, i % 10);
    say(self, "killed");
}

static void test_killed_in_slot(void **state) {
    (void)state;
    expect(kill_main, 0, "killed\n");
}

// ---- requests for what lies in the slot: timers, exits that don't end it, monitors, all between messages

static void requests_main(FlProcess *self) {
    FlPid me = head(self)->pid, pid = spawn(self, deep_echo, 0, 0, 0, 0, NULL);
    for (int64_t i = 0; i < 2000; i++) {
        send(self, pid, me, i);
        if (i % 2)
            fl_monitor(self, pid);
        if (i % 3 == 0)
            fl_link(self, pid);
        if (i % 5 == 0)
            fl_send_after(self, 0, me, FL_IMMEDIATE(FL_TAG_INT, i));
        send(self, pid, me, i);
        if (i % 2)
            fl_demonitor(self, pid);
        if (i % 3 == 0)
            fl_unlink(self, pid);
        for (int replies = 0, timers = i % 5 == 0; replies < 2 || timers;) {
            FlWord root = receive(self, -1);
            if (root & 1)
                timers--;
            else if ((int64_t)words(root)[1] == i)
                replies++;
            else
                fl_halt(self, 9);
        }
    }
    say(self, "%lld left", (long long)fl_mailbox_length(self));
}

static void test_requests(void **state) {
    (void)state;
    expect(requests_main, 0, "0 left\n");
}

// ---- collected between two turns

// Keeps a chain of records, and looks through it each time.
static void hoarder(FlProcess *self) {
    FlWord *own = frame(self);
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        FlWord *fields = words(((FlMessageHead *)message)->root);
        FlPid to = fields[0];
        int64_t value = (int64_t)fields[1];
        fl_receive_take(self, message);
        own = frame(self);
        own[0] += (FlWord)value;
        if (value < 0)
            return;
        send(self, to, 0, (int64_t)own[0]);
    }
}

static void collected_main(FlProcess *self) {
    FlPid me = head(self)->pid, pids[10];
    int64_t sum = 0;
    for (int i = 0; i < 10; i++)
        pids[i] = spawn(self, hoarder, 0, 0, 0, 0, NULL);
    for (int64_t i = 0; i < 500; i++) {
        sum += i;
        for (int j = 0; j < 10; j++)
            send(self, pids[j], me, i);
        for (int j = 0; j < 10; j++) {
            if ((int64_t)words(receive(self, -1))[1] != sum)
                fl_halt(self, 9);
        }
    }
    for (int j = 0; j < 10; j++)
        send(self, pids[j], me, -1);
    say(self, "%lld", (long long)sum);
}

static void test_collected(void **state) {
    (void)state;
    expect(collected_main, 0, "124750\n");
    setenv("FLUFFY_COLLECT", "hard", 1);
    expect(collected_main, 0, "124750\n");
    expect(kill_main, 0, "killed\n");
    expect(ends_main, 0, "all have ended, 0 left\n");
    unsetenv("FLUFFY_COLLECT");
}

// ---- a sender that never waits

static void flood(FlProcess *self) {
    for (int64_t i = 0; i < 20000; i++) {
        send(self, frame(self)[0], 0, i);
        poll(self);
    }
}

static void flood_main(FlProcess *self) {
    FlPid me = head(self)->pid;
    for (int i = 0; i < 3; i++)
        spawn(self, flood, me, 0, 0, 0, NULL);
    int64_t sum = 0;
    for (int i = 0; i < 3 * 20000; i++)
        sum += (int64_t)words(receive(self, -1))[1];
    say(self, "%lld, %lld left", (long long)sum, (long long)fl_mailbox_length(self));
}

static void test_flood(void **state) {
    (void)state;
    expect(flood_main, 0, "599970000, 0 left\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),      cmocka_unit_test(test_killed_in_slot), cmocka_unit_test(test_requests),
        cmocka_unit_test(test_collected), cmocka_unit_test(test_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
