// Work that takes long and that others need not wait for. Collections of large heaps: others run between their steps,
// and the process goes on as if there had been none (in the seeded schedule nobody runs meanwhile: it is as if there
// had been none for the others either). A search through a long mailbox. On one worker, so that nobody else can run the
// others; on many, which take steps of each other's collections.
#include "test/unit/runtime/sched/program.h"

#include "runtime/process/process.h"

enum { LINKS = 800000 };

enum { OTHERS_RAN = 7, ALONE = 2 }; // statuses

static uint64_t rounds; // how often the neighbour has run

static void assert_chain(FlProcess *self, FlWord rest, uint64_t length) {
    if (!is_chain(rest, length))
        fl_halt(self, 1);
}

static void neighbour(FlProcess *self) {
    for (;;) {
        rounds++;
        fl_sleep(self, 0, &site_wait);
    }
}

// A poll with a heap that is due; the first link stays where it is.
static void polls(FlProcess *self) {
    spawn(self, neighbour, 0, 0, 0, 0, NULL);
    FlWord kept = chain(self, LINKS);
    while (arena_due(&self->arena)) {
        rounds = 0;
        fl_poll(self);
    }
    uint64_t meanwhile = rounds;
    chain(self, LINKS); // over what was given back
    assert_chain(self, kept, LINKS);
    fl_halt(self, meanwhile >= 5 ? OTHERS_RAN : ALONE);
}

static void test_polls(void **state) {
    (void)state;
    assert_int_equal(run_program(polls, "1", NULL).status, OTHERS_RAN);
    assert_int_equal(run_program(polls, "1", "seed:1").status, ALONE);
    assert_int_equal(run_program(polls, "1", "seed:2").status, ALONE);
}

// Waits without a stack while it is collected: what arrives meanwhile wakes it afterwards.
static void woken(FlProcess *self) {
    if (!receive_or_park(self))
        return;
    uint64_t meanwhile = rounds;
    assert_chain(self, head(self)->frame != NULL ? words((FlWord)head(self)->frame)[1] : 0, LINKS);
    fl_halt(self, meanwhile >= 5 ? OTHERS_RAN : ALONE);
}

static void sends(FlProcess *self) {
    FlPid to = frame(self)[0];
    for (int i = 0; i < 5; i++) {
        rounds++;
        fl_sleep(self, 0, &site_wait);
    }
    send(self, to, 0, 1);
}

static void parks(FlProcess *self) {
    FlWord kept = chain(self, LINKS + 1);
    spawn(self, sends, head(self)->pid, 0, 0, 0, NULL);
    head(self)->frame = (FlObject *)kept;
    head(self)->resume = woken;
    woken(self);
}

static void test_parks(void **state) {
    (void)state;
    assert_int_equal(run_program(parks, "1", NULL).status, OTHERS_RAN);
    assert_int_equal(run_program(parks, "1", "seed:1").status, OTHERS_RAN);
}

// The program ends in the middle of a collection: the tidy end frees everything.
static void halts(FlProcess *self) {
    for (int i = 0; i < 4; i++)
        fl_sleep(self, 0, &site_wait);
    fl_halt(self, 9);
}

static void is_ended(FlProcess *self) {
    spawn(self, halts, 0, 0, 0, 0, NULL);
    FlWord kept = chain(self, LINKS);
    fl_poll(self);
    assert_chain(self, kept, LINKS);
    for (;;)
        fl_poll(self);
}

static void test_end(void **state) {
    (void)state;
    assert_int_equal(run_program(is_ended, "1", NULL).status, 9);
    assert_int_equal(run_program(is_ended, "1", "seed:1").status, 9);
}

// Several at once, on more workers than there are processors: some of these have run nothing yet when they take steps
// of a collection that another one began. What is garbage is messages, whose steps, in the end, are short.
enum { HOARDERS = 12, HOARDED = 20000, TIMES = 4 };

static void hoards(FlProcess *self) {
    FlPid main = frame(self)[0];
    FlWord kept = chain(self, HOARDED);
    for (int i = 0; i < TIMES; i++) {
        while (arena_due(&self->arena))
            fl_poll(self);
        while (!arena_due(&self->arena)) {
            send(self, head(self)->pid, 0, 1);
            receive(self, -1);
        }
    }
    assert_chain(self, kept, HOARDED);
    send(self, main, 0, 1);
}

static void gathers(FlProcess *self) {
    for (int i = 0; i < HOARDERS; i++)
        spawn(self, hoards, head(self)->pid, 0, 0, 0, NULL);
    for (int i = 0; i < HOARDERS; i++)
        receive(self, -1);
    fl_halt(self, 7);
}

static void test_taken_over(void **state) {
    (void)state;
    for (int i = 0; i < 10; i++)
        assert_int_equal(run_program(gathers, "64", NULL).status, 7);
}

// Looks for a message behind many others. In the seeded schedule each poll is taken.
enum { BEFORE = 20000 };

static void searches(FlProcess *self) {
    for (int i = 1; i <= BEFORE; i++)
        send(self, head(self)->pid, 0, i);
    send(self, head(self)->pid, 0, 0);
    spawn(self, neighbour, 0, 0, 0, 0, NULL);
    fl_receive_begin(self, -1, &site_wait);
    rounds = 0;
    FlMessage *message = fl_receive_next(self);
    for (int i = 1; i <= BEFORE; i++) {
        if (words(((FlMessageHead *)message)->root)[1] != (FlWord)i)
            fl_halt(self, 1);
        message = fl_receive_next(self);
    }
    uint64_t meanwhile = rounds;
    fl_receive_drop(self, message);
    fl_halt(self, meanwhile >= 5 ? OTHERS_RAN : ALONE);
}

static void test_search(void **state) {
    (void)state;
    assert_int_equal(run_program(searches, "1", "seed:1").status, OTHERS_RAN);
    assert_int_equal(run_program(searches, "1", "seed:2").status, OTHERS_RAN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls),      cmocka_unit_test(test_parks),  cmocka_unit_test(test_end),
        cmocka_unit_test(test_taken_over), cmocka_unit_test(test_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
