// A timed wait whose entry still is in the timers' heap parks without their lock (timers.c, park_armed). Here the steps
// of others come in between, each time: its time is over just before it parks, and then the tick takes it out of PARKED
// to look how long it has waited (compact.c). Both files are compiled into this one, with steps that wait for each
// other.
#include "test/unit/runtime/sched/program.h"

#include "runtime/process/mailbox.h"
#include "runtime/process/process.h"
#include "runtime/sched/compact.h"
#include "runtime/sched/sched.h"

enum { TIMES = 20, FIRST = 20, THEN = 40, PATIENCE = 50000 };

// Sequentially consistent, all of them: the worker and the tick go by them.
static _Atomic(int) stage;
enum { OFF, PARKED, TAKEN, LEFT };
static bool looked_at;      // the tick looks too; constant while a program runs
static _Atomic(int) forced; // how often it came so
static bool late;           // the next wait parks late; the process's own

// Until the other side has got there; if the machine is too slow for that, nothing is forced this time.
static bool until_stage(int awaited) {
    for (int i = 0; i < PATIENCE && atomic_load(&stage) != awaited; i++)
        usleep(100);
    return atomic_load(&stage) == awaited;
}

// ---- of timers.c

static bool parks_late(FlProcess *process);

static bool unparks(FlProcess *process) {
    bool done = mailbox_unpark(process);
    if (sched_worker() && atomic_load(&stage) == TAKEN)
        atomic_store(&stage, LEFT);
    return done;
}

#define mailbox_park parks_late
#define mailbox_unpark unparks
#include "runtime/sched/timers.c"
#undef mailbox_park
#undef mailbox_unpark

static bool parks_late(FlProcess *process) {
    pthread_mutex_t *lock = &timers_of(process)->lock;
    if (!sched_worker() || !late || pthread_mutex_trylock(lock) != 0)
        return mailbox_park(process); // or not by park_armed: the lock is held
    pthread_mutex_unlock(lock);
    late = false;
    while (place_of(process) != 0)
        usleep(100); // until the tick has taken the entry out, which finds nobody PARKED
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    atomic_store(&stage, looked_at ? PARKED : OFF);
    bool parked = mailbox_park(process);
    if (!parked || (looked_at && !until_stage(TAKEN)))
        atomic_store(&stage, OFF);
    else
        atomic_fetch_add(&forced, 1);
    return parked;
}

// ---- of compact.c

static bool takes(FlProcess *process) {
    bool taken = mailbox_unpark(process);
    int expected = PARKED;
    if (taken && atomic_compare_exchange_strong(&stage, &expected, TAKEN))
        until_stage(LEFT);
    return taken;
}

#define mailbox_unpark takes
#define make_room make_room_for_noted
#include "runtime/sched/compact.c"
#undef mailbox_unpark
#undef make_room

// ---- the program

static void answers(FlProcess *self) { send(self, frame(self)[0], 0, 1); }

// Collected, and so noted by compact.c; twice, in case that the first one is what compact.c asked for.
static void be_collected(FlProcess *self) {
    for (int i = 0; i < 2; i++) {
        while (!arena_due(&self->arena))
            chain(self, 100);
        while (arena_due(&self->arena))
            fl_poll(self);
    }
}

// A message ends the first wait, whose entry stays; the second one parks by it.
static void waits_again(FlProcess *self) {
    while (atomic_load(&forced) < TIMES) {
        spawn(self, answers, head(self)->pid, 0, 0, 0, NULL);
        receive(self, FIRST);
        be_collected(self);
        late = true;
        receive(self, THEN);
        late = false;
        atomic_store(&stage, OFF);
    }
    fl_halt(self, 7);
}

static void run(bool looks) {
    looked_at = looks;
    compact_least = looks ? 0 : UINT64_MAX;
    compact_period = 0;
    Result result = run_program(waits_again, "1", NULL);
    if (result.status != 7)
        fail_msg("status %d: %s", result.status, result.err);
}

static void test_time_over(void **state) {
    (void)state;
    run(false);
}

static void test_looked_at(void **state) {
    (void)state;
    run(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_time_over), cmocka_unit_test(test_looked_at)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
