// Every function with what it can't use: NULL, values that mean nothing, too early, too late, twice. Each says so, as
// fluffy.h promises, and nothing crashes; what is out of the ordinary but has a meaning works.
//
// library work work.fl
//
//$ valgrind
//> done
#undef NDEBUG
#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work.h"

static fluffy_runtime *runtime;
static fluffy_mailbox *mailbox;
static fluffy_pid echo;
static const work_size size = {6, 7};

#define INVALID(call, why)                                                                                             \
    do {                                                                                                               \
        assert((call) == FLUFFY_INVALID);                                                                              \
        assert(strcmp(fluffy_error(runtime), why) == 0);                                                               \
    } while (0)

static void start(void) {
    assert(work_start(NULL, &runtime) == FLUFFY_OK && fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    assert(work_spawn_echo(&size, NULL, &echo) == FLUFFY_OK);
}

static void stop(void) {
    fluffy_mailbox_close(mailbox);
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
}

// ---- no runtime

static void try_without(fluffy_runtime *none, fluffy_mailbox *closed) {
    fluffy_mailbox *opened = NULL;
    fluffy_scope scope = {0};
    fluffy_message message;
    fluffy_string text;
    fluffy_pid pid = 0;
    int64_t number;
    assert(fluffy_exit(none, echo, "over") == FLUFFY_STOPPED && !fluffy_alive(none, echo));
    assert(fluffy_register(none, "name", echo) == FLUFFY_STOPPED);
    assert(fluffy_whereis(none, "name", &pid) == FLUFFY_STOPPED);
    assert(fluffy_send_timeout(none, 1) == FLUFFY_STOPPED);
    assert(fluffy_mailbox_open(none, &opened) == FLUFFY_STOPPED);
    assert(fluffy_mailbox_open_bounded(none, 1, FLUFFY_BLOCK, &opened) == FLUFFY_STOPPED);
    assert(fluffy_stop(none, 0) == FLUFFY_STOPPED);
    work_echo said = work_make_echo(0, fluffy_text("x"));
    assert(work_twice(1, &number) == FLUFFY_STOPPED && work_greet(fluffy_text("x"), &scope, &text) == FLUFFY_STOPPED);
    assert(work_spawn_echo(&size, NULL, &pid) == FLUFFY_STOPPED && work_send_echo(echo, &said) == FLUFFY_STOPPED);
    assert(!opened && pid == 0);
    if (closed) {
        assert(fluffy_receive(closed, -1, &scope, &message) == FLUFFY_STOPPED);
        assert(fluffy_link(closed, echo) == FLUFFY_STOPPED && fluffy_demonitor(closed, echo) == FLUFFY_STOPPED);
        struct pollfd readable = {.fd = fluffy_mailbox_fd(closed), .events = POLLIN};
        assert(poll(&readable, 1, 0) == 1);
    }
    fluffy_scope_end(&scope);
}

static void try_after(void) {
    start();
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
    try_without(runtime, mailbox);
    fluffy_mailbox_close(mailbox);
}

// ---- NULL

static void try_null(void) {
    fluffy_scope scope = {0};
    fluffy_message message = {.kind = FLUFFY_MESSAGE};
    fluffy_string text;
    int64_t number;
    INVALID(work_start(NULL, NULL), "`runtime` is NULL");
    INVALID(fluffy_mailbox_open(runtime, NULL), "`mailbox` is NULL");
    INVALID(fluffy_whereis(runtime, "echo", NULL), "`pid` is NULL");
    INVALID(fluffy_whereis(runtime, NULL, &echo), "there is no name");
    INVALID(fluffy_register(runtime, NULL, echo), "there is no name");
    INVALID(fluffy_exit(runtime, echo, NULL), "there is no reason");
    INVALID(fluffy_receive(mailbox, 0, NULL, &message), "`scope` is NULL");
    INVALID(fluffy_receive(mailbox, 0, &scope, NULL), "`message` is NULL");
    INVALID(work_area(NULL, &number), "`of` is NULL");
    INVALID(work_area(&size, NULL), "`result` is NULL");
    INVALID(work_twice(1, NULL), "`result` is NULL");
    INVALID(work_half(1, NULL), "`result` is NULL");
    INVALID(work_greet(fluffy_text("x"), NULL, &text), "`scope` is NULL");
    INVALID(work_spawn_echo(NULL, NULL, NULL), "`size` is NULL");
    INVALID(work_send_echo(echo, NULL), "`message` is NULL");
    INVALID(work_greet((fluffy_string){NULL, 5}, &scope, &text), "a text has a length, but no bytes");
    INVALID(work_count((work_count_names){NULL, 5}, &number), "a list has a count, but no items");
    assert(fluffy_receive(NULL, 0, &scope, &message) == FLUFFY_INVALID);
    assert(fluffy_link(NULL, echo) == FLUFFY_INVALID && fluffy_unlink(NULL, echo) == FLUFFY_INVALID);
    assert(fluffy_monitor(NULL, echo) == FLUFFY_INVALID && fluffy_demonitor(NULL, echo) == FLUFFY_INVALID);
    assert(fluffy_mailbox_pid(NULL) == 0 && fluffy_mailbox_fd(NULL) == -1 && strcmp(fluffy_error(NULL), "") == 0);
    fluffy_mailbox_close(NULL);
    fluffy_scope_end(NULL);
    fluffy_scope_end(&scope);
    fluffy_scope_end(&scope);
    assert(work_greet(fluffy_text(NULL), &scope, &text) == FLUFFY_OK && strcmp(text.bytes, "Hello, ") == 0);
    fluffy_scope_end(&scope);
}

// ---- values

static void try_values(void) {
    fluffy_scope scope = {0};
    fluffy_message message;
    fluffy_string text;
    fluffy_mailbox *other;
    int64_t number;
    char *broken = "\xff", *name = calloc(1, 5000);
    memset(name, 'n', 4999);
    INVALID(work_greet((fluffy_string){"x", SIZE_MAX}, &scope, &text), "a text is longer than 4 GB");
    INVALID(work_greet(fluffy_text(broken), &scope, &text), "a text is not UTF-8");
    work_count_names most = {&text, SIZE_MAX};
    INVALID(work_count(most, &number), "a list has more than 4294967295 elements");
    INVALID(fluffy_exit(runtime, echo, broken), "the reason is not UTF-8");
    INVALID(fluffy_exit(runtime, echo, name), "the reason is longer than 4000 bytes");
    INVALID(fluffy_register(runtime, name, echo), "the name is longer than 4000 bytes");
    INVALID(fluffy_link(mailbox, 0), "`pid` is 0, which is no process");
    INVALID(fluffy_monitor(mailbox, 0), "`pid` is 0, which is no process");
    free(name);
    fluffy_spawn_options no_policy = {.mailbox = 1, .overflow = (fluffy_overflow)9}, no_owner = {.link = true};
    INVALID(work_spawn_echo(&size, &no_policy, NULL), "`overflow` is none of the four");
    INVALID(work_spawn_echo(&size, &no_owner, NULL), "`link` and `monitor` need an `owner`");
    assert(fluffy_mailbox_open_bounded(runtime, 0, FLUFFY_BLOCK, &other) == FLUFFY_INVALID);
    INVALID(fluffy_mailbox_open_bounded(runtime, 1, (fluffy_overflow)-1, &other), "`overflow` is none of the four");
    fluffy_pid nobody[] = {0, 1, UINT64_MAX, (fluffy_pid)1 << 32 | UINT32_MAX};
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        work_echo said = work_make_echo(nobody[i], fluffy_text("x"));
        assert(work_send_echo(nobody[i], &said) == FLUFFY_OK && work_send_echo(echo, &said) == FLUFFY_OK);
        assert(!fluffy_alive(runtime, nobody[i]) && fluffy_exit(runtime, nobody[i], "kill") == FLUFFY_OK);
        if (nobody[i] == 0)
            continue;
        assert(fluffy_monitor(mailbox, nobody[i]) == FLUFFY_OK && fluffy_demonitor(mailbox, nobody[i]) == FLUFFY_OK);
        assert(fluffy_link(mailbox, nobody[i]) == FLUFFY_OK);
        assert(fluffy_receive(mailbox, INT64_MAX, &scope, &message) == FLUFFY_OK && message.kind == FLUFFY_EXIT &&
               message.from == nobody[i] && strcmp(message.reason.bytes, "noproc") == 0);
    }
    fluffy_scope_end(&scope);
    assert(fluffy_alive(runtime, echo));
}

static void try_options(void) {
    fluffy_options wrong[] = {{.workers = UINT_MAX}, {.workers = 1025}, {.allocate = malloc}, {.release = free}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert(work_start(&wrong[i], &runtime) == FLUFFY_INVALID);
    fluffy_options large = {.process_memory = UINT64_MAX, .stack_memory = UINT64_MAX};
    int64_t number;
    assert(work_start(&large, &runtime) == FLUFFY_OK && work_start(&large, &runtime) == FLUFFY_BUSY);
    fluffy_spawn_options larger = {.memory_limit = UINT64_MAX, .stack_limit = UINT64_MAX, .mailbox = UINT64_MAX};
    assert(work_spawn_echo(&size, &larger, &echo) == FLUFFY_OK && fluffy_alive(runtime, echo));
    assert(work_area(&size, &number) == FLUFFY_OK && number == 42);
    assert(fluffy_stop(runtime, INT64_MAX) == FLUFFY_OK && fluffy_stop(runtime, INT64_MIN) == FLUFFY_STOPPED);
}

int main(void) {
    try_without(NULL, NULL);
    try_after();
    try_options();
    start();
    try_null();
    try_values();
    stop();
    puts("done");
}
