// Processes that do everything to each other at random: send, call, link, monitor, exit, panic, sleep, recurse,
// register, set timers. One seed draws the workload and the schedule.
//
// Invariants: whatever a process sent to a collector before it ended arrives, in the order sent, once; each monitored
// process is reported ended once; timers fire once unless cancelled; a call is answered by its own reply. A watchdog
// ends the run.
//
// Usage: processes SEED [actors]
#include "test/stress/dive.h"

#include "runtime/sched/compact.h"

enum { COLLECTORS = 4, ALIVE = 200, STEPS = 60, ACTORS_MAX = 1 << 20 };

static long actor_count = 4000;
static uint64_t seed;
static _Atomic(FlPid) actors[ALIVE];         // some processes, of which some may have ended
static FlPid collectors[COLLECTORS], server; // written by main before it spawns actors
static _Atomic(int64_t) sent[COLLECTORS];    // messages that were sent to each
static _Atomic(int64_t) timed[COLLECTORS];   // timers set and not cancelled
static FlPid *pids;                          // main's: of all actors
static int32_t *last_seen[COLLECTORS];       // of each actor, by the collector

static _Noreturn void broken(const char *what, int64_t a, int64_t b) {
    fprintf(stderr, "seed %llu: %s: %lld, %lld\n", (unsigned long long)seed, what, (long long)a, (long long)b);
    _exit(3);
}

// ---- those that are never killed

static void collector(FlProcess *self) {
    int64_t me = (int64_t)frame(self)[0], messages = 0, timers = 0, finish = 0;
    while (!finish || messages < sent[me] || timers < timed[me]) {
        FlWord root = receive(self, finish ? 20000 : -1);
        if (root == 0)
            broken("messages or timers were lost", messages - sent[me], timers - timed[me]);
        if (root & 1) {
            timers++;
            continue;
        }
        int64_t value = (int64_t)words(root)[1];
        if (value < 0) {
            finish = 1;
            if (messages != sent[me])
                broken("a message arrived after a later one, or never", messages, sent[me]);
            continue;
        }
        int32_t actor = (int32_t)(value >> 32), number = (int32_t)value;
        if (last_seen[me][actor] >= number)
            broken("out of order", last_seen[me][actor], number);
        last_seen[me][actor] = number;
        messages++;
    }
    if (messages != sent[me] || timers != timed[me])
        broken("too many", messages - sent[me], timers - timed[me]);
}

static void answer(FlProcess *self) {
    for (;;) {
        FlWord *fields = words(receive(self, -1));
        FlPid from = fields[0];
        int64_t value = (int64_t)fields[1];
        if (value < 0)
            return;
        if (value % 7 == 0)
            poll(self);
        send(self, from, 0, value + 1);
        if (value % 11 == 0)
            send(self, from, 0, -5); // a second reply vanishes
    }
}

// ---- actors

STATIC_STRING(reason_kill_text, "kill")
STATIC_STRING(reason_normal_text, "normal")
STATIC_STRING(reason_bad, "bad")
STATIC_STRING(name_text, "somebody")

typedef struct Actor {
    FlDefer defer;
    int64_t id;
    int32_t number; // of the next message
    uint64_t state; // of random numbers
} Actor;

static uint64_t draw(Actor *actor, uint64_t n) {
    actor->state = actor->state * 6364136223846793005u + 1442695040888963407u;
    return (actor->state >> 33) % n;
}

static void tell(FlProcess *self, Actor *actor) {
    uint64_t to = draw(actor, COLLECTORS);
    send(self, collectors[to], head(self)->pid, actor->id << 32 | ++actor->number);
    sent[to]++;
}

static void last_words(FlProcess *self, void *environment) {
    poll(self);
    tell(self, environment);
}

static void ask(FlProcess *self, Actor *actor) {
    int64_t value = (int64_t)draw(actor, 1000000), timeout = draw(actor, 4) ? -1 : (int64_t)draw(actor, 3);
    FlPid me = fl_call_begin(self, server);
    send(self, server, me, value);
    FlWord root;
    int64_t result = fl_call_wait(self, me, server, timeout, &root, &site_main);
    if (result == 2 || (result == 1 && timeout < 0))
        broken("call", result, timeout);
    if (result == 0 && (int64_t)words(root)[1] != value + 1)
        broken("reply", value, (int64_t)words(root)[1]);
}

static void timer(FlProcess *self, Actor *actor) {
    uint64_t to = draw(actor, COLLECTORS);
    int64_t id = fl_send_after(self, (int64_t)draw(actor, 5), collectors[to], FL_IMMEDIATE(FL_TAG_INT, 1));
    timed[to]++;
    if (draw(actor, 2))
        return;
    if (fl_cancel(self, id) >= 0)
        timed[to]--;
}

static void step(FlProcess *self, Actor *actor) {
    FlPid other = actors[draw(actor, ALIVE)];
    switch (draw(actor, 24)) {
    case 0:
        fl_link(self, other);
        break;
    case 1:
        fl_unlink(self, other);
        break;
    case 2:
        fl_monitor(self, other);
        break;
    case 3:
        fl_demonitor(self, other);
        break;
    case 4:
        if (draw(actor, 3) == 0)
            fl_exit(self, other, reason_kill_text);
        break;
    case 5:
        if (draw(actor, 4) == 0)
            fl_exit(self, other, reason_bad);
        break;
    case 6:
        fl_exit(self, other, reason_normal_text);
        break;
    case 7:
        if (draw(actor, 10) == 0)
            fl_exit(self, head(self)->pid, reason_bad);
        break;
    case 8:
        fl_sleep(self, (int64_t)draw(actor, 3), &site_main);
        break;
    case 9:
        receive(self, (int64_t)draw(actor, 3));
        break;
    case 10:
        ask(self, actor);
        break;
    case 11:
        timer(self, actor);
        break;
    case 12:
        if (dive(self, (int64_t)draw(actor, 4000)) < 0)
            broken("dive", 0, 0);
        break;
    case 13:
        for (uint64_t i = draw(actor, 20000); i > 0; i--)
            poll(self);
        break;
    case 14:
        if (fl_whereis(self, name_text) == 0 && draw(actor, 2))
            fl_register(self, name_text, head(self)->pid, &site_main);
        break;
    case 15:
        fl_mailbox_length(self);
        break;
    case 16:
    case 17:
        send(self, other, head(self)->pid, 1);
        break;
    default:
        tell(self, actor);
        poll(self);
    }
}

static __attribute__((noinline)) void push(FlProcess *self, Actor *actor) {
    actor->defer = (FlDefer){head(self)->defers, last_words, actor};
    head(self)->defers = &actor->defer;
}

static void actor_body(FlProcess *self) {
    Actor actor = {.id = (int64_t)frame(self)[0], .state = frame(self)[1]};
    if (draw(&actor, 2))
        push(self, &actor);
    for (int i = 0; i < STEPS; i++)
        step(self, &actor);
    if (head(self)->defers) {
        head(self)->defers = NULL;
        last_words(self, &actor);
    }
}

// Without a stack: tells a collector about each message, three times.
static void stackless(FlProcess *self) {
    FlMessage *message = receive_or_park(self);
    if (!message)
        return;
    fl_receive_take(self, message);
    Actor actor = {.id = (int64_t)frame(self)[0], .state = frame(self)[1], .number = (int32_t)frame(self)[2]};
    tell(self, &actor);
    frame(self)[2]++;
    if (frame(self)[2] < 3)
        stackless(self);
}

// ---- main

static void start(FlProcess *self, long id) {
    FlSpawnOptions monitored = {.monitor = true};
    uint64_t state = seed * 1000003 + (uint64_t)id * 7919;
    FlPid pid = spawn(self, id % 5 == 4 ? stackless : actor_body, (FlWord)id, state, 0, 0, &monitored);
    pids[id] = actors[id % ALIVE] = pid;
}

static void stress_main(FlProcess *self) {
    for (FlWord i = 0; i < COLLECTORS; i++) {
        last_seen[i] = calloc((size_t)actor_count, sizeof(int32_t));
        collectors[i] = spawn(self, collector, i, 0, 0, 0, NULL);
    }
    pids = calloc((size_t)actor_count, sizeof(FlPid));
    server = spawn(self, answer, 0, 0, 0, 0, NULL);
    long started = 0, ended = 0;
    while (ended < actor_count) {
        while (started < actor_count && started - ended < ALIVE)
            start(self, started++);
        // Stackless ones wait for somebody: at the end that is us.
        FlWord root = receive(self, 20);
        if (root == 0) {
            for (long i = 0; i < started; i++)
                send(self, pids[i], 0, 1);
        } else if (((FlObject *)root)->type == FL_TYPE_DOWN) {
            ended++;
        }
    }
    if (receive(self, 5) != 0)
        broken("a monitor fired twice", 0, 0);
    for (int i = 0; i < COLLECTORS; i++)
        fl_monitor(self, collectors[i]), send(self, collectors[i], 0, -1);
    for (int i = 0; i < COLLECTORS; i++)
        receive(self, -1);
    send(self, server, 0, -1);
    say(self, "seed %llu: %ld processes", (unsigned long long)seed, actor_count);
}

int main(int argc, char **argv) {
    SchedConfig config;
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    if (argc > 2)
        actor_count = atol(argv[2]);
    if (actor_count < 1 || actor_count > ACTORS_MAX)
        return 2;
    config_read(&config, getenv("FLUFFY_WORKERS"), NULL);
    if (seed % 3 == 0)
        config.seeded = true, config.seed = seed;
    if (seed % 3 == 1)
        config.workers = 1 + (uint32_t)(seed % 5);
    // Who waits is looked at all the time.
    if (seed % 3 == 2)
        compact_least = 0, compact_period = seed % 2 ? 0 : 100000;
    config.tidy = true;
    program_main = stress_main;
    alarm(800); // the watchdog
    return sched_run(&fl_program, &config);
}
