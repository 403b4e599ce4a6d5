// Programs written by hand, as the compiler would emit them: type tables, sites, entries. Each test links its own
// `fl_program`; tests of several programs run them one after another through run_program.
#ifndef FLUFFY_TEST_PROGRAM_H
#define FLUFFY_TEST_PROGRAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "runtime/process/table.h"
#include "runtime/sched/config.h"

static const uint64_t first_reference[] = {1}, second_reference[] = {2};
static const FlType type_nil = {.id = FL_TYPE_NIL, .kind = FL_KIND_NIL, .name = "nil"};
static const FlType type_bool = {
    .id = FL_TYPE_BOOL, .kind = FL_KIND_BOOL, .words = 1, .object_words = 1, .name = "bool"};
static const FlType type_int = {.id = FL_TYPE_INT, .kind = FL_KIND_INT, .words = 1, .object_words = 1, .name = "int"};
static const FlType type_float = {
    .id = FL_TYPE_FLOAT, .kind = FL_KIND_FLOAT, .words = 1, .object_words = 1, .name = "float"};
static const FlType type_string = {
    .id = FL_TYPE_STRING, .kind = FL_KIND_STRING, .words = 1, .references = first_reference, .name = "string"};
static const FlType type_pid = {.id = FL_TYPE_PID, .kind = FL_KIND_PID, .words = 1, .object_words = 1, .name = "pid"};
static const FlField down_fields[] = {{"down", &type_pid, 0}, {"reason", &type_string, 1}};
static const FlType type_down = {.id = FL_TYPE_DOWN,
                                 .kind = FL_KIND_RECORD,
                                 .words = 2,
                                 .object_words = 2,
                                 .field_count = 2,
                                 .references = second_reference,
                                 .fields = down_fields,
                                 .name = "{down: pid, reason: string}"};

// A frame of four numbers, a message {from: pid, value: int}, and a chain of records {number: int, rest: chain | nil}.
enum { TYPE_FRAME = FL_TYPE_FIRST_FREE, TYPE_MESSAGE, TYPE_LINK, TYPE_CHAIN, TYPE_COUNT };
static const FlField frame_fields[] = {
    {NULL, &type_int, 0}, {NULL, &type_int, 1}, {NULL, &type_int, 2}, {NULL, &type_int, 3}};
static const FlType type_frame = {.id = TYPE_FRAME,
                                  .kind = FL_KIND_TUPLE,
                                  .object_words = 4,
                                  .field_count = 4,
                                  .fields = frame_fields,
                                  .name = "frame"};
static const FlField message_fields[] = {{"from", &type_pid, 0}, {"value", &type_int, 1}};
static const FlType type_message = {.id = TYPE_MESSAGE,
                                    .kind = FL_KIND_RECORD,
                                    .words = 2,
                                    .object_words = 2,
                                    .field_count = 2,
                                    .fields = message_fields,
                                    .name = "{from: pid, value: int}"};
static const FlType type_link, type_chain;
static const FlField link_fields[] = {{"number", &type_int, 0}, {"rest", &type_chain, 1}};
static const FlField chain_fields[] = {{NULL, &type_link, 0}, {NULL, &type_nil, 0}};
static const FlType type_link = {.id = TYPE_LINK,
                                 .kind = FL_KIND_RECORD,
                                 .words = 1,
                                 .boxed = 1,
                                 .object_words = 2,
                                 .field_count = 2,
                                 .references = second_reference,
                                 .fields = link_fields,
                                 .name = "{number: int, rest: chain}"};
static const FlType type_chain = {
    .id = TYPE_CHAIN, .kind = FL_KIND_UNION, .words = 1, .field_count = 2, .fields = chain_fields, .name = "chain"};
static const FlType *const types[TYPE_COUNT] = {&type_nil,     &type_bool, &type_int,  &type_float,
                                                &type_string,  &type_pid,  &type_down, &type_frame,
                                                &type_message, &type_link, &type_chain};

static const FlSite site_main = {"test.fl", "main", 1, 1};
static const FlSite site_wait = {"test.fl", "waiter", 7, 5};
static const FlSite site_panic = {"test.fl", "crasher", 9, 3};

static void entry(FlProcess *self);
#ifndef PROGRAM_EXPORTS // a library's, and how many
#define PROGRAM_EXPORTS NULL
#define PROGRAM_EXPORT_COUNT 0
#endif
const FlProgram fl_program = {.abi_version = FL_ABI_VERSION,
                              .type_count = TYPE_COUNT,
                              .types = types,
                              .main = entry,
                              .main_site = &site_main,
                              .exports = PROGRAM_EXPORTS,
                              .export_count = PROGRAM_EXPORT_COUNT};

#define STATIC_STRING(name, text)                                                                                      \
    static struct {                                                                                                    \
        FlObject header;                                                                                               \
        uint32_t length, points;                                                                                       \
        char bytes[(sizeof(text) + 7) & ~(size_t)7];                                                                   \
    } name##_object = {{FL_TYPE_STRING, FL_OBJECT_STATIC}, sizeof(text) - 1, sizeof(text) - 1, text};                  \
    __attribute__((unused)) static FlString *const name = (FlString *)&name##_object;

static inline FlProcessHead *head(FlProcess *self) { return (FlProcessHead *)self; }
static inline FlWord *words(FlWord root) { return (FlWord *)((FlObject *)root + 1); }
static inline FlWord *frame(FlProcess *self) { return (FlWord *)(head(self)->frame + 1); }

// Polls as generated code does.
static inline void poll(FlProcess *self) {
    uintptr_t limit = __atomic_load_n(&head(self)->stack_limit, __ATOMIC_RELAXED);
    if ((uintptr_t)__builtin_frame_address(0) < limit)
        fl_poll(self);
}

static inline void send(FlProcess *self, FlPid to, FlPid from, int64_t value) {
    FlMessage *message = fl_send_begin(self, to, &type_message);
    if (!message)
        return;
    FlWord *fields = words(((FlMessageHead *)message)->root);
    fields[0] = from;
    fields[1] = (FlWord)value;
    fl_send_end(self, to, message, &site_main);
}

// A process with a frame of four numbers.
static inline FlPid spawn(FlProcess *self, FlResume resume, FlWord a, FlWord b, FlWord c, FlWord d,
                          const FlSpawnOptions *options) {
    FlProcess *child = fl_spawn_begin(self, resume, &type_frame, "child", &site_main);
    FlWord *fields = frame(child);
    fields[0] = a, fields[1] = b, fields[2] = c, fields[3] = d;
    return fl_spawn_end(self, child, options);
}

// The next message whatever it is, keeping the stack: its root. 0 after a timeout.
static inline FlWord receive(FlProcess *self, int64_t timeout) {
    fl_receive_begin(self, timeout, &site_wait);
    for (;;) {
        FlMessage *message = fl_receive_next(self);
        if (message) {
            FlWord root = ((FlMessageHead *)message)->root;
            fl_receive_take(self, message);
            return root;
        }
        if (fl_receive_expired(self))
            return 0;
        fl_receive_wait(self, &site_wait);
    }
}

// A receive without a stack that goes on at self->resume: the message, or NULL after it parked (the caller returns).
// As generated code, it keeps what it needs on its stack while it looks for a message: it may be collected meanwhile.
static inline FlMessage *receive_or_park(FlProcess *self) {
    FlObject *volatile frame = head(self)->frame;
    FlMessage *message = fl_receive_next(self);
    head(self)->frame = frame;
    if (!message)
        fl_receive_park(self, &site_wait);
    return message;
}

// Returns when the process waits, with its stack or without.
static inline void until_parked(FlProcess *self, FlPid pid) {
    while (atomic_load(&process_slot(pid)->mailbox) != MAILBOX_PARKED)
        fl_sleep(self, 0, &site_main);
}

// ---- running

static FlResume program_main;
static void entry(FlProcess *self) { program_main(self); }

typedef struct Result {
    int status;
    char out[4096];
    char err[8192];
} Result;

static inline void read_all(int file, char *text, size_t size) {
    ssize_t got, length = 0;
    while ((got = read(file, text + length, size - 1 - (size_t)length)) > 0)
        length += got;
    text[length] = 0;
    close(file);
}

// Runs main in a system process of its own. `schedule`: as FLUFFY_SCHEDULE; `workers`: as FLUFFY_WORKERS.
static inline Result run_program(FlResume main, const char *workers, const char *schedule) {
    int out[2], err[2], status;
    Result result;
    assert_int_equal(pipe(out), 0);
    assert_int_equal(pipe(err), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        SchedConfig config;
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        alarm(600); // a watchdog
        if (config_read(&config, workers, schedule))
            _exit(99);
        config.tidy = true;
        program_main = main;
        _exit(sched_run(&fl_program, &config));
    }
    close(out[1]);
    close(err[1]);
    read_all(out[0], result.out, sizeof result.out);
    read_all(err[0], result.err, sizeof result.err);
    waitpid(child, &status, 0);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (result.status != 0 && getenv("VERBOSE"))
        fprintf(stderr, "[%d] %s%s\n", result.status, result.out, result.err);
    return result;
}

// Runs main under several schedules, and expects a status and exactly this output.
static inline void expect(FlResume main, int status, const char *out) {
    static const char *const schedules[][2] = {
        {"1", NULL}, {"2", NULL}, {"4", NULL}, {"1", "seed:1"}, {"1", "seed:77"}};
    for (size_t i = 0; i < sizeof schedules / sizeof schedules[0]; i++) {
        Result result = run_program(main, schedules[i][0], schedules[i][1]);
        if (result.status != status)
            fprintf(stderr, "schedule %zu: %s%s", i, result.out, result.err);
        assert_int_equal(result.status, status);
        if (out)
            assert_string_equal(result.out, out);
    }
}

// A line of output.
static inline void say(FlProcess *self, const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    FlString *string = fl_alloc_slow(self, (sizeof(FlString) + (size_t)length + 8) & ~(size_t)7);
    string->header = (FlObject){.type = FL_TYPE_STRING};
    string->length = string->points = (uint32_t)length;
    memset(string->bytes, 0, ((size_t)length + 8) & ~(size_t)7);
    memcpy(string->bytes, text, (size_t)length);
    fl_println(self, string);
}

// The chain of the numbers from length - 1 down to 0, and whether it is that.
static inline FlWord chain(FlProcess *self, uint64_t length) {
    FlWord rest = FL_IMMEDIATE(FL_TAG_NIL, 0);
    for (uint64_t i = 0; i < length; i++) {
        FlObject *link = arena_allocate(&self->arena, &head(self)->bump, 3 * sizeof(FlWord));
        *link = (FlObject){.type = TYPE_LINK};
        words((FlWord)link)[0] = i;
        words((FlWord)link)[1] = rest;
        rest = (FlWord)link;
    }
    return rest;
}

static inline bool is_chain(FlWord rest, uint64_t length) {
    while (length-- > 0 && words(rest)[0] == length)
        rest = words(rest)[1];
    return rest == FL_IMMEDIATE(FL_TAG_NIL, 0);
}

#endif
