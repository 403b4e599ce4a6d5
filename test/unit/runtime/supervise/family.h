// Families for the tests of supervisors: children of all kinds, and what main asks of them.
//
// Children tell main when they start (their number) and when they end (100 + number, from a defer). They obey
// messages: see `obey`.
#ifndef FLUFFY_TEST_UNIT_RUNTIME_SUPERVISE_FAMILY_H
#define FLUFFY_TEST_UNIT_RUNTIME_SUPERVISE_FAMILY_H

#include "test/unit/runtime/sched/program.h"

#include "runtime/process/process.h"

STATIC_STRING(one_for_one, "one_for_one")
STATIC_STRING(one_for_all, "one_for_all")
STATIC_STRING(rest_for_one, "rest_for_one")
STATIC_STRING(permanent, "permanent")
STATIC_STRING(transient, "transient")
STATIC_STRING(temporary, "temporary")
STATIC_STRING(nonsense, "nonsense")
STATIC_STRING(text_a, "a")
STATIC_STRING(text_b, "b")
STATIC_STRING(text_c, "c")
STATIC_STRING(text_d, "d")
STATIC_STRING(boom, "boom \"1\"\n")
STATIC_STRING(shutdown, "shutdown")
STATIC_STRING(killing, "kill")
STATIC_STRING(tired, "tired")

static const FlSite site_child = {"test.fl", "child", 12, 9};
static const FlSite site_supervisor = {"test.fl", "main", 10, 5};

enum { OBEY_CRASH, OBEY_END, OBEY_SHUTDOWN, OBEY_UNLINK, OBEY_PING };

// ---- children: frame words are main's pid, a number, and a wish

static inline void tell(FlProcess *self, FlWord main, int64_t value) { send(self, main, head(self)->pid, value); }

static inline void say_end(FlProcess *self, void *environment) {
    FlWord *about = environment;
    tell(self, about[0], 100 + (int64_t)about[1]);
}

static inline bool obey(FlProcess *self, const FlWord *message, FlWord main) {
    switch (message[1]) {
    case OBEY_CRASH:
        fl_panic(self, boom, &site_panic);
        break;
    case OBEY_END:
        return false;
    case OBEY_SHUTDOWN:
        fl_exit(self, head(self)->pid, shutdown);
        break;
    case OBEY_UNLINK:
        fl_unlink(self, message[0]);
        tell(self, main, 50);
        break;
    case OBEY_PING:
        tell(self, main, 60);
        break;
    }
    return true;
}

static inline void worker(FlProcess *self) {
    FlWord about[] = {frame(self)[0], frame(self)[1]};
    FlDefer defer = {head(self)->defers, say_end, about};
    head(self)->defers = &defer;
    tell(self, about[0], (int64_t)about[1]);
    while (obey(self, words(receive(self, -1)), about[0]))
        ;
    head(self)->defers = defer.next;
    say_end(self, about);
}

// Without a stack, and silent at its end.
static inline void quiet_loop(FlProcess *self) {
    for (;;) {
        FlMessage *message = receive_or_park(self);
        if (!message)
            return;
        FlWord root = ((FlMessageHead *)message)->root, main = frame(self)[0];
        fl_receive_take(self, message);
        if (!obey(self, words(root), main))
            return;
    }
}

static inline void quiet(FlProcess *self) {
    tell(self, frame(self)[0], (int64_t)frame(self)[1]);
    head(self)->resume = quiet_loop;
    quiet_loop(self);
}

// Computes for ever.
static inline void busy(FlProcess *self) {
    tell(self, frame(self)[0], (int64_t)frame(self)[1]);
    for (;;)
        poll(self);
}

static inline void crash_at_once(FlProcess *self) {
    tell(self, frame(self)[0], (int64_t)frame(self)[1]);
    fl_panic(self, boom, &site_panic);
}

static inline void crash_sometimes(FlProcess *self) {
    if (fl_random(self, 3, &site_panic) == 0)
        fl_panic(self, boom, &site_panic);
    receive(self, fl_random(self, 8, &site_wait));
}

static inline void ends_at_once(FlProcess *self) { tell(self, frame(self)[0], (int64_t)frame(self)[1]); }

// Its defer outlasts the shutdown time.
static inline void dawdle(FlProcess *self, void *environment) {
    int64_t end = fl_now(self) + 120;
    while (fl_now(self) < end)
        poll(self);
    say_end(self, environment);
}

static inline void dawdler(FlProcess *self) {
    FlWord about[] = {frame(self)[0], frame(self)[1]};
    FlDefer defer = {NULL, dawdle, about};
    head(self)->defers = &defer;
    tell(self, about[0], (int64_t)about[1]);
    receive(self, -1);
}

// ---- main's side

static inline void add(FlProcess *self, void *spec, FlString *id, FlResume body, int64_t number, FlString *restart,
                       int64_t stop_time) {
    FlObject *template = fl_supervisor_child(self, spec, id, body, &type_frame, "child", restart, stop_time, false,
                                             false, NULL, &site_child);
    FlWord *fields = (FlWord *)(template + 1);
    fields[0] = head(self)->pid;
    fields[1] = (FlWord)number;
    fields[2] = fields[3] = 0;
}

static inline int64_t heard(FlProcess *self) {
    FlWord root = receive(self, 120000);
    return root == 0 ? -1 : (int64_t)words(root)[1];
}

static inline void check(FlProcess *self, bool condition, const char *what, int line) {
    if (condition)
        return;
    say(self, "line %d: %s", line, what);
    fl_halt(self, 3);
}
#define CHECK(condition) check(self, condition, #condition, __LINE__)

// Expects these numbers to be told, in this order.
#define HEAR(...) hear(self, (int64_t[]){__VA_ARGS__, -1}, __LINE__)
static inline void hear(FlProcess *self, const int64_t *numbers, int line) {
    for (; *numbers >= 0; numbers++) {
        int64_t got = heard(self);
        if (got == *numbers)
            continue;
        say(self, "line %d: heard %lld instead of %lld", line, (long long)got, (long long)*numbers);
        fl_halt(self, 3);
    }
}

static inline void hear_nothing(FlProcess *self) { CHECK(receive(self, 60) == 0); }

// Until the supervisor has heard of the end of a child that does not come back.
static inline void await_gone(FlProcess *self, FlPid supervisor, FlString *id) {
    while (fl_supervisor_find(self, supervisor, id) != 0)
        fl_sleep(self, 1, &site_wait);
}

static inline void order(FlProcess *self, FlPid supervisor, FlString *id, int64_t wish) {
    FlPid pid = fl_supervisor_find(self, supervisor, id);
    CHECK(pid != 0);
    send(self, pid, supervisor, wish);
}

static inline FlPid three(FlProcess *self, FlString *strategy, FlString *restart, int64_t restarts, FlResume body) {
    void *spec = fl_supervisor_new(self, strategy, restarts, 60000, &site_supervisor);
    add(self, spec, text_a, body, 1, restart, -3);
    add(self, spec, text_b, body, 2, restart, -3);
    add(self, spec, text_c, body, 3, restart, -3);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_supervisor);
    HEAR(1, 2, 3);
    return supervisor;
}

// Waits for the report of a process's end; its reason is in `end_reason`.
static FlString *end_reason;
static inline void await_end(FlProcess *self, FlPid pid) {
    for (;;) {
        FlWord root = receive(self, 120000);
        CHECK(root != 0);
        if (((FlObject *)root)->type != FL_TYPE_DOWN || words(root)[0] != pid)
            continue;
        end_reason = (FlString *)words(root)[1];
        return;
    }
}

// ---- trees

// A start function: makes a supervisor of two workers, 11 and 12. With a third word: fails.
static inline void make_pool(FlProcess *self) {
    FlWord main = frame(self)[0];
    tell(self, main, 10);
    if (frame(self)[2])
        fl_panic(self, boom, &site_panic);
    void *spec = fl_supervisor_new(self, one_for_one, 1, 60000, &site_supervisor);
    for (FlWord i = 0; i < 2; i++) {
        FlObject *template = fl_supervisor_child(self, spec, i ? text_b : text_a, worker, &type_frame, "worker", NULL,
                                                 -3, false, false, NULL, &site_child);
        memcpy(template + 1, (FlWord[]){main, 11 + i, 0, 0}, 32);
    }
    fl_supervisor_started(self, fl_supervisor_start(self, spec, &site_supervisor));
}

static inline FlPid tree(FlProcess *self, FlString *strategy, bool fails) {
    void *spec = fl_supervisor_new(self, strategy, 2, 60000, &site_supervisor);
    add(self, spec, text_a, worker, 1, NULL, -3);
    FlObject *template = fl_supervisor_child(self, spec, text_b, make_pool, &type_frame, "pool", NULL, -3, true, false,
                                             NULL, &site_child);
    memcpy(template + 1, (FlWord[]){head(self)->pid, 0, fails, 0}, 32);
    add(self, spec, text_c, worker, 3, NULL, -3);
    return fl_supervisor_start(self, spec, &site_supervisor);
}

#endif
