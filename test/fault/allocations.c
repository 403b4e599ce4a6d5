// Memory runs out at every place in turn: for each n, the n-th allocation of a program fails, alone or with all that
// follow, in each schedule.
//
// The program's processes do everything that allocates and tell main, who counts. Allowed: it ends well; or main ends
// for lack of memory, with a report. Either way no message that was sent is lost or comes out of order, who ended
// normally has told everything, nobody waits for ever, nothing crashes.
//
// Usage: allocations SEED [most numbers n to try in each schedule; 0: all]
#include <fcntl.h>
#include <sys/mman.h>

#include "runtime/memory/alloc.h"
#include "test/stress/dive.h"

enum { ACTORS = 24, ROUNDS = 5, LIMIT_SECONDS = 120, STATUS_BROKEN = 3 };

STATIC_STRING(text_shutdown, "shutdown")
STATIC_STRING(text_name, "somebody")
STATIC_STRING(text_id, "child")
STATIC_STRING(text_other_id, "other child")

static FlPid server, consumer, parent;
static _Atomic(FlPid) actors[ACTORS]; // 0: not spawned yet, which the first ones may find
static int64_t told[ACTORS];          // main's

static _Noreturn void broken(const char *what, int64_t a, int64_t b) {
    fprintf(stderr, "broken: %s: %lld, %lld\n", what, (long long)a, (long long)b);
    _exit(STATUS_BROKEN);
}

// ---- those that serve

static void serve(FlProcess *self) {
    for (;;) {
        FlWord *fields = words(receive(self, -1));
        if ((int64_t)fields[1] < 0)
            return;
        send(self, fields[0], 0, (int64_t)fields[1] + 1);
    }
}

// With a small mailbox; answers what asks for it.
static void consume(FlProcess *self) {
    for (;;) {
        FlWord *fields = words(receive(self, -1));
        if ((int64_t)fields[1] < 0)
            return;
        if (fields[0] != 0)
            send(self, fields[0], 0, 1);
    }
}

// ---- actors; each tells main ROUNDS times

static void tell(FlProcess *self, int64_t id, int64_t number) {
    send(self, parent, head(self)->pid, id << 32 | number);
}

static void call_server(FlProcess *self) {
    FlPid me = fl_call_begin(self, server);
    FlWord root;
    send(self, server, me, 5);
    int64_t result = fl_call_wait(self, me, server, -1, &root, &site_main);
    if (result == 1)
        broken("a call without a timeout timed out", 0, 0);
    if (result == 0 && words(root)[1] != 6)
        broken("reply", (int64_t)words(root)[1], 6);
}

static void short_life(FlProcess *self) { receive(self, 0); }

// Waits for the report of this process's end.
static void await_down(FlProcess *self, FlPid pid) {
    for (;;) {
        FlWord root = receive(self, -1);
        if (((FlObject *)root)->type == FL_TYPE_DOWN && words(root)[0] == pid)
            return;
    }
}

static void spawn_some(FlProcess *self) {
    static const FlSpawnOptions options = {
        .monitor = true, .link = true, .memory_limit = 100000, .stack_limit = 200000};
    await_down(self, spawn(self, short_life, 0, 0, 0, 0, &options));
}

static void set_timers(FlProcess *self) {
    int64_t cancelled = fl_send_after(self, 100000, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 2));
    fl_send_after(self, 0, head(self)->pid, FL_IMMEDIATE(FL_TAG_INT, 1));
    if (fl_cancel(self, cancelled) < 0)
        broken("a timer is gone", cancelled, 0);
    while (receive(self, -1) != FL_IMMEDIATE(FL_TAG_INT, 1))
        ;
    fl_sleep(self, 1, &site_main);
}

static void fill_mailbox(FlProcess *self) {
    fl_monitor(self, consumer);
    for (int i = 0; i < 3; i++)
        send(self, consumer, 0, i);
    send(self, consumer, head(self)->pid, 3);
    receive(self, -1); // the answer, or the report of its end
    fl_demonitor(self, consumer);
}

static void connect(FlProcess *self, int64_t round) {
    FlPid other = actors[(round * 7) % ACTORS];
    fl_link(self, other);
    fl_monitor(self, other);
    if (!fl_whereis(self, text_name))
        fl_register(self, text_name, head(self)->pid, &site_main);
    fl_unlink(self, other);
    fl_demonitor(self, other);
}

static void use_memory(FlProcess *self, int64_t round) {
    for (int i = 0; i < 20; i++) {
        FlObject *object = fl_alloc_slow(self, 4008);
        memset(object, 0, 4008);
        FlString *text = (FlString *)object;
        text->header = (FlObject){.type = FL_TYPE_STRING};
        text->length = text->points = 4008 - sizeof(FlString) - 8;
        memset(text->bytes, 'x', text->length);
        poll(self);
    }
    if (dive(self, round % 2 ? 100 : 3000) < 0)
        broken("dive", 0, 0);
}

static void obedient(FlProcess *self) { receive(self, -1); }

static void add(FlProcess *self, void *spec, FlString *id) {
    FlObject *template =
        fl_supervisor_child(self, spec, id, obedient, &type_frame, "child", NULL, -1, false, false, NULL, &site_main);
    memset(template + 1, 0, 4 * sizeof(FlWord));
}

static void supervise(FlProcess *self) {
    void *spec = fl_supervisor_new(self, NULL, 1, 5000, &site_main);
    add(self, spec, text_id);
    add(self, spec, text_other_id);
    FlPid supervisor = fl_supervisor_start(self, spec, &site_main);
    fl_monitor(self, supervisor);
    fl_exit(self, fl_supervisor_find(self, supervisor, text_id), text_shutdown);
    fl_exit(self, supervisor, text_shutdown);
    await_down(self, supervisor);
}

static void actor(FlProcess *self) {
    int64_t id = (int64_t)frame(self)[0];
    for (int64_t round = 1; round <= ROUNDS; round++) {
        switch (id % 8) {
        case 1:
            call_server(self);
            break;
        case 2:
            spawn_some(self);
            break;
        case 3:
            set_timers(self);
            break;
        case 4:
            fill_mailbox(self);
            break;
        case 5:
            connect(self, round);
            break;
        case 6:
            use_memory(self, round);
            break;
        case 7:
            if (round == 1)
                supervise(self);
            break;
        }
        tell(self, id, round);
    }
}

// ---- main

static void hear(const FlWord *fields) {
    int64_t id = (int64_t)fields[1] >> 32, number = (int64_t)fields[1] & 0xffffffff;
    if (number != told[id] + 1)
        broken("lost or out of order", told[id], number);
    told[id] = number;
}

static void end_of(const FlWord *down) {
    const FlString *reason = (const FlString *)down[1];
    for (int64_t id = 0; id < ACTORS; id++) {
        if (actors[id] == down[0] && strcmp(reason->bytes, "normal") == 0 && told[id] != ROUNDS)
            broken("an actor ended normally, but its messages did not arrive", id, told[id]);
    }
}

static void count_all(FlProcess *self) {
    static const FlSpawnOptions monitored = {.monitor = true}, small = {.bounded = true, .mailbox = 2};
    parent = head(self)->pid;
    server = spawn(self, serve, 0, 0, 0, 0, NULL);
    consumer = spawn(self, consume, 0, 0, 0, 0, &small);
    for (FlWord id = 0; id < ACTORS; id++)
        actors[id] = spawn(self, actor, id, 0, 0, 0, &monitored);
    for (int ended = 0; ended < ACTORS;) {
        FlWord root = receive(self, -1);
        if (((FlObject *)root)->type == FL_TYPE_DOWN) {
            end_of(words(root));
            ended++;
        } else {
            hear(words(root));
        }
    }
    send(self, server, 0, -1);
    send(self, consumer, 0, -1);
    say(self, "done");
}

// ---- the runs

static uint64_t *allocations; // shared with the runs: how many there were

static _Noreturn void run(const char *workers, const char *schedule, uint64_t n, uint64_t count, int output) {
    SchedConfig config;
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    alarm(LIMIT_SECONDS);
    config_read(&config, workers, schedule);
    config.tidy = true;
    program_main = count_all;
    memory_fail(n, count);
    int status = sched_run(&fl_program, &config);
    *allocations = memory_allocations();
    _exit(status);
}

// Ends this program if the run did not end as it may.
static void try(const char *workers, const char *schedule, uint64_t n, uint64_t count) {
    int output = memfd_create("output", 0), status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        run(workers, schedule, n, count, output);
    waitpid(child, &status, 0);
    char text[16384];
    ssize_t length = pread(output, text, sizeof text - 1, 0);
    text[length < 0 ? 0 : length] = 0;
    close(output);
    bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0 && strstr(text, "done\n");
    bool without_memory = n != UINT64_MAX && WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
                          (strstr(text, "out of memory") || strstr(text, "not enough memory"));
    if (well || without_memory)
        return;
    printf("allocation %llu%s fails, %s workers, %s: %s %d\n%s\n", (unsigned long long)n,
           count == 1 ? "" : " and all later", workers, schedule ? schedule : "parallel",
           WIFEXITED(status) ? "status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), text);
    exit(1);
}

int main(int argc, char **argv) {
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, most = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    char seeded[40];
    snprintf(seeded, sizeof seeded, "seed:%llu", (unsigned long long)seed);
    const char *const schedules[][2] = {{"1", seeded}, {"2", NULL}, {"64", NULL}};
    allocations = mmap(NULL, sizeof *allocations, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 3; i++) {
        try(schedules[i][0], schedules[i][1], UINT64_MAX, 1);
        uint64_t step = most == 0 || *allocations <= most ? 1 : *allocations / most;
        for (uint64_t n = 1 + seed % step; n <= *allocations; n += step) {
            uint64_t all = *allocations; // a run that fails sets another number
            try(schedules[i][0], schedules[i][1], n, n % 2 ? 1 : UINT64_MAX);
            if (most == 0)
                try(schedules[i][0], schedules[i][1], n, n % 2 ? UINT64_MAX : 1);
            *allocations = all;
        }
        printf("%s: %llu allocations\n", schedules[i][1] ? schedules[i][1] : schedules[i][0],
               (unsigned long long)*allocations);
    }
    return 0;
}
