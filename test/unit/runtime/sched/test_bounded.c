// Bounded mailboxes under several workers and seeds: what each policy does, blocked senders and receivers that end.
#include "program.h"

STATIC_STRING(block, "block")
STATIC_STRING(drop_newest, "drop_newest")
STATIC_STRING(drop_oldest, "drop_oldest")
STATIC_STRING(crash, "crash")
STATIC_STRING(nonsense, "nonsense")
STATIC_STRING(enough, "enough")

static FlPid spawn_bounded(FlProcess *self, FlResume resume, FlPid to, FlWord a, uint64_t limit, FlString *overflow) {
    FlSpawnOptions options = {.bounded = true, .mailbox = limit, .overflow = overflow, .monitor = true};
    return spawn(self, resume, to, a, 0, 0, &options);
}

static FlPid spawn_monitored(FlProcess *self, FlResume resume, FlPid to, FlWord a, FlWord b) {
    return spawn(self, resume, to, a, b, 0, &(FlSpawnOptions){.monitor = true});
}

// The reason of the next process that ends; other messages stay.
static const char *receive_down(FlProcess *self) {
    fl_receive_begin(self, -1, &site_wait);
    for (;;) {
        FlMessage *message = fl_receive_next(self);
        FlWord root = message ? ((FlMessageHead *)message)->root : 0;
        if (!message) {
            fl_receive_wait(self, &site_wait);
        } else if (((FlObject *)root)->type == FL_TYPE_DOWN) {
            fl_receive_take(self, message);
            return ((FlString *)words(root)[1])->bytes;
        }
    }
}

static void ended_with(FlProcess *self, const char *reason) {
    const char *found = receive_down(self);
    if (strcmp(found, reason) == 0)
        return;
    fprintf(stderr, "ended with \"%s\" instead of \"%s\"\n", found, reason);
    fl_halt(self, 9);
}

// ---- block: nothing lost, in order, never more than the limit

enum { PRODUCERS = 12, EACH = 400 };

static void produce(FlProcess *self) {
    FlPid to = frame(self)[0];
    FlWord me = frame(self)[1];
    for (int64_t i = 0; i < EACH; i++) {
        send(self, to, me, i);
        poll(self);
    }
}

static void consume(FlProcess *self) {
    int64_t next[PRODUCERS] = {0}, limit = (int64_t)frame(self)[1];
    for (int i = 0; i < PRODUCERS * EACH; i++) {
        if (fl_mailbox_length(self) > limit)
            fl_halt(self, 8);
        FlWord *fields = words(receive(self, -1));
        if ((int64_t)fields[1] != next[fields[0]]++)
            fl_halt(self, 9);
        poll(self);
    }
}

static void block_main(FlProcess *self) {
    for (uint64_t limit = 1; limit <= 50; limit += 7) {
        FlPid consumer = spawn_bounded(self, consume, 0, limit, limit, limit == 1 ? NULL : block);
        for (FlWord i = 0; i < PRODUCERS; i++)
            spawn_monitored(self, produce, consumer, i, 0);
        for (int i = 0; i < PRODUCERS + 1; i++)
            ended_with(self, "normal");
    }
    say(self, "all");
}

static void test_block(void **state) {
    (void)state;
    expect(block_main, 0, "all\n");
}

// ---- senders in line are served in order

static void send_one(FlProcess *self) { send(self, frame(self)[0], 0, (int64_t)frame(self)[1]); }

// Past the messages in its mailbox.
static void receive_timer(FlProcess *self) {
    fl_receive_begin(self, -1, &site_wait);
    for (FlMessage *message = NULL; !message;) {
        message = fl_receive_next(self);
        if (!message) {
            fl_receive_wait(self, &site_wait);
        } else if (((FlMessageHead *)message)->root & 1) {
            fl_receive_drop(self, message);
        } else {
            message = NULL;
        }
    }
}

static void in_line(FlProcess *self) {
    send(self, head(self)->pid, 0, 0);
    receive_timer(self);
    for (int64_t i = 0; i <= 20; i++) {
        if ((int64_t)words(receive(self, -1))[1] != i)
            fl_halt(self, 9);
        fl_mailbox_length(self);
    }
}

static void line_main(FlProcess *self) {
    FlPid to = spawn_bounded(self, in_line, 0, 0, 1, NULL);
    until_parked(self, to);
    for (FlWord i = 1; i <= 20; i++)
        until_parked(self, spawn(self, send_one, to, i, 0, 0, NULL));
    fl_send_after(self, 0, to, FL_IMMEDIATE(FL_TAG_NIL, 0)); // past the full queue
    ended_with(self, "normal");
}

static void test_line(void **state) {
    (void)state;
    expect(line_main, 0, NULL);
}

// ---- the ends of senders and receivers that wait

static void idle(FlProcess *self) { receive(self, 1000000); }

static void run_say(FlProcess *self, void *environment) { say(self, "%s", (const char *)environment); }

static void guarded_send(FlProcess *self) {
    FlDefer defer = {head(self)->defers, run_say, "defer"};
    FlPid to = frame(self)[0], parent = frame(self)[1];
    head(self)->defers = &defer;
    if (parent)
        send(self, parent, 0, 0);
    send(self, to, head(self)->pid, 2);
    head(self)->defers = defer.next;
    say(self, "sent");
}

// Waits for a timer, past what fills its mailbox; then takes two messages and says what they were.
static void count(FlProcess *self) {
    receive_timer(self);
    for (int i = 0; i < 2; i++)
        say(self, "%lld", (long long)words(receive(self, -1))[1]);
    say(self, "%lld left", (long long)fl_mailbox_length(self));
}

static void ends_main(FlProcess *self) {
    // A sender that is ended while it waits: its message isn't sent, those behind it go on.
    FlPid to = spawn_bounded(self, count, 0, 0, 1, NULL);
    send(self, to, 0, 1);
    FlPid waits = spawn_monitored(self, guarded_send, to, head(self)->pid, 0);
    receive(self, -1);
    until_parked(self, waits);
    until_parked(self, spawn_monitored(self, send_one, to, 4, 0));
    fl_exit(self, waits, enough);
    ended_with(self, "enough");
    fl_send_after(self, 0, to, FL_IMMEDIATE(FL_TAG_NIL, 0));
    ended_with(self, "normal");
    ended_with(self, "normal");
}

static void brief(FlProcess *self) { fl_sleep(self, 10, &site_wait); }

static void receiver_main(FlProcess *self) {
    FlPid to = spawn_bounded(self, brief, 0, 0, 1, block);
    send(self, to, 0, 1);
    for (int i = 0; i < 5; i++)
        spawn_monitored(self, guarded_send, to, 0, 0);
    send(self, to, 0, 1); // waits too
    for (int i = 0; i < 6; i++)
        ended_with(self, "normal");
    to = spawn_bounded(self, idle, 0, 0, 1, block);
    send(self, to, 0, 1);
    fl_exit(self, to, enough); // past the full queue
    ended_with(self, "enough");
    send(self, to, 0, 1);
    send(self, to, 0, 1);
}

static void test_ends(void **state) {
    (void)state;
    expect(ends_main, 0, "defer\n1\n4\n0 left\n");
    expect(receiver_main, 0, "sent\nsent\nsent\nsent\nsent\n");
}

// ---- a defer doesn't wait for room

// Takes nothing.
static void never(FlProcess *self) {
    fl_receive_begin(self, -1, &site_wait);
    for (;;) {
        while (fl_receive_next(self)) {
        }
        fl_receive_wait(self, &site_wait);
    }
}

static void run_send(FlProcess *self, void *environment) {
    send(self, *(FlPid *)environment, 0, 2);
    say(self, "never");
}

static void sends_last(FlProcess *self) {
    FlPid to = frame(self)[0];
    FlDefer first = {head(self)->defers, run_say, "first"}, last = {&first, run_send, &to};
    head(self)->defers = &last;
    fl_panic(self, enough, &site_panic);
}

static void defer_main(FlProcess *self) {
    FlPid to = spawn_bounded(self, never, 0, 0, 1, block);
    send(self, to, 0, 1);
    spawn_monitored(self, sends_last, to, 0, 0);
    ended_with(self, "enough");
    fl_stop(self, to);
    ended_with(self, "shutdown");
}

static void test_defer(void **state) {
    (void)state;
    expect(defer_main, 0, "first\n");
}

// ---- what is dropped, with the messages in the queue or drained already

static void drops(FlProcess *self) {
    FlPid me = head(self)->pid;
    bool drained = frame(self)[1] & 1, oldest = frame(self)[1] & 2;
    for (int64_t i = 0; i < 100; i++) {
        send(self, me, 0, i);
        if (drained && i % 3 == 0)
            fl_mailbox_length(self);
    }
    fl_send_after(self, 0, me, FL_IMMEDIATE(FL_TAG_NIL, 0));
    while (fl_mailbox_length(self) < 8)
        fl_sleep(self, 1, &site_wait);
    if (fl_mailbox_length(self) != 8)
        fl_halt(self, 8);
    for (int64_t i = 0; i < 7; i++) {
        if ((int64_t)words(receive(self, 0))[1] != (oldest ? 93 + i : i))
            fl_halt(self, 9);
    }
    if (receive(self, 0) != FL_IMMEDIATE(FL_TAG_NIL, 0) || receive(self, 0) != 0)
        fl_halt(self, 7);
}

static void drops_main(FlProcess *self) {
    for (FlWord way = 0; way < 4; way++) {
        spawn_bounded(self, drops, 0, way, 7, way & 2 ? drop_oldest : drop_newest);
        ended_with(self, "normal");
    }
}

// Of many senders at once: what arrives is in order, and the last one sent of all arrives under drop_oldest.
static void survivors(FlProcess *self) {
    int64_t last[PRODUCERS], seen = 0;
    memset(last, -1, sizeof last);
    for (;;) {
        if (fl_mailbox_length(self) > 5)
            fl_halt(self, 8);
        FlWord *fields = words(receive(self, -1));
        if (fields[0] == PRODUCERS)
            break;
        if ((int64_t)fields[1] <= last[fields[0]])
            fl_halt(self, 9);
        last[fields[0]] = (int64_t)fields[1];
        seen++;
        poll(self);
    }
    if (seen == 0)
        fl_halt(self, 7);
}

static void flood_main(FlProcess *self) {
    FlPid to = spawn_bounded(self, survivors, 0, 0, 5, drop_oldest);
    for (FlWord i = 0; i < PRODUCERS; i++)
        spawn_monitored(self, produce, to, i, 0);
    for (int i = 0; i < PRODUCERS; i++)
        ended_with(self, "normal");
    send(self, to, PRODUCERS, 0);
    ended_with(self, "normal");
}

static void test_drops(void **state) {
    (void)state;
    expect(drops_main, 0, "");
    expect(flood_main, 0, "");
}

// ---- crash, and what is refused

static void spin(FlProcess *self) {
    for (;;)
        poll(self);
}

static void overfill(FlProcess *self) {
    for (;;)
        send(self, head(self)->pid, 0, 1);
}

static void refused(FlProcess *self) {
    spawn_bounded(self, idle, 0, 0, frame(self)[0], frame(self)[1] ? nonsense : NULL);
}

static void crash_main(FlProcess *self) {
    FlPid to = spawn_bounded(self, spin, 0, 0, 1, crash);
    for (int i = 0; i < 10; i++)
        send(self, to, 0, 1);
    ended_with(self, "mailbox overflow: its limit is 1 message");
    spawn_bounded(self, overfill, 0, 0, 9, crash);
    ended_with(self, "mailbox overflow: its limit is 9 messages");
    spawn_bounded(self, overfill, 0, 0, 9, block);
    ended_with(self, "its own mailbox is full: it can't wait for itself to make room");
    spawn_monitored(self, refused, 0, 0, 0);
    ended_with(self, "`mailbox` must be greater than 0");
    spawn_monitored(self, refused, UINT64_MAX, 0, 0);
    ended_with(self, "`mailbox` must be greater than 0");
    spawn_monitored(self, refused, 1, 1, 0);
    ended_with(self, "`overflow` is \"block\", \"drop_newest\", \"drop_oldest\" or \"crash\"");
}

static void test_crash(void **state) {
    (void)state;
    expect(crash_main, 0, "");
}

// ---- everything at once: who is ended at random loses only what it had not sent yet

enum { ACTORS = 40, NODES = 6, MESSAGES = 300 };

static _Atomic(int64_t) sent[2 * ACTORS]; // messages whose send has returned; the second half's are not looked at

static void actor(FlProcess *self) {
    FlPid to = frame(self)[0];
    FlWord me = frame(self)[1];
    for (int64_t i = 0; i < MESSAGES; i++) {
        send(self, to, me, i);
        atomic_fetch_add(&sent[me], 1);
        poll(self);
    }
}

// Receives from everybody without a gap until main says that all have ended; then nothing that was sent is missing.
static void node(FlProcess *self) {
    int64_t next[ACTORS] = {0};
    FlWord me = frame(self)[1]; // the frame goes with the first collection
    for (;;) {
        FlWord root = receive(self, 60000);
        if (root == 0)
            fl_halt(self, 9);
        FlWord from = words(root)[0];
        if (from == ACTORS)
            break;
        if ((int64_t)words(root)[1] != next[from]++)
            fl_halt(self, 8);
        poll(self);
    }
    for (FlWord i = me; i < ACTORS; i += NODES) {
        if (next[i] < sent[i])
            fl_halt(self, 7);
    }
}

static void victim(FlProcess *self) {
    for (;;)
        receive(self, -1);
}

static void random_main(FlProcess *self) {
    FlPid nodes[NODES], actors[ACTORS], victims[NODES];
    for (FlWord i = 0; i < NODES; i++) {
        nodes[i] = spawn_bounded(self, node, 0, i, 1 + i, block);
        victims[i] = spawn_bounded(self, victim, 0, 0, 1, block);
    }
    for (FlWord i = 0; i < ACTORS; i++) {
        actors[i] = spawn_monitored(self, actor, nodes[i % NODES], i, 0);
        spawn_monitored(self, actor, victims[i % NODES], ACTORS + i, 0);
    }
    for (int i = 0; i < ACTORS / 2; i++) {
        fl_exit(self, actors[fl_random(self, ACTORS, &site_main)], enough);
        if (i < NODES)
            fl_exit(self, victims[i], enough);
        fl_sleep(self, fl_random(self, 2, &site_main), &site_wait);
    }
    for (int i = 0; i < 2 * ACTORS + NODES; i++)
        receive_down(self);
    for (int i = 0; i < NODES; i++) {
        send(self, nodes[i], ACTORS, 0);
        ended_with(self, "normal");
    }
    say(self, "done");
}

static void test_random(void **state) {
    (void)state;
    for (int seed = 1; seed <= 20; seed++) {
        char schedule[32], workers[8];
        snprintf(schedule, sizeof schedule, "seed:%d", seed);
        snprintf(workers, sizeof workers, "%d", 1 << seed % 5);
        Result result = run_program(random_main, "1", schedule);
        if (result.status != 0)
            fprintf(stderr, "%s: %s", schedule, result.err);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "done\n");
        result = run_program(random_main, workers, NULL);
        if (result.status != 0)
            fprintf(stderr, "%s workers: %s", workers, result.err);
        assert_int_equal(result.status, 0);
        assert_string_equal(result.out, "done\n");
    }
}

// ---- the report of a deadlock, and the end of the runtime with senders in line

static void deadlock_main(FlProcess *self) {
    FlPid to = spawn(self, never, 0, 0, 0, 0, &(FlSpawnOptions){.bounded = true, .mailbox = 2});
    send(self, to, 0, 1);
    send(self, to, 0, 2); // full now, so that whoever is first of the next two, both wait
    spawn(self, send_one, to, 3, 0, 0, NULL);
    send(self, to, 0, 4);
}

static void test_deadlock(void **state) {
    (void)state;
    expect(deadlock_main, 2, "");
    Result result = run_program(deadlock_main, "2", NULL);
    assert_non_null(strstr(result.err, "process <0.0> (main) waits at test.fl:1:1 in main for room in the mailbox of "
                                       "process <0.1>\n"));
    assert_non_null(strstr(result.err, "(child) waits at test.fl:1:1 in main for room in the mailbox of process"));
    assert_non_null(strstr(result.err, "value: 2}\n"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block),  cmocka_unit_test(test_line),     cmocka_unit_test(test_ends),
        cmocka_unit_test(test_defer),  cmocka_unit_test(test_drops),    cmocka_unit_test(test_crash),
        cmocka_unit_test(test_random), cmocka_unit_test(test_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
