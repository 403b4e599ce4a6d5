// What a program still has of a runtime that has stopped means nothing in the next one: pids, mailboxes, scopes. And
// what lay in a mailbox that had ended is freed with the runtime, to the last byte.
//
// library work work.fl
//
//$ valgrind
//> done
#undef NDEBUG
#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "../blocks.h"
#include "work.h"

static fluffy_runtime *start(void) {
    fluffy_options options = {.workers = 2, .allocate = allocate, .resize = resize, .release = release};
    fluffy_runtime *runtime;
    assert(work_start(&options, &runtime) == FLUFFY_OK);
    return runtime;
}

static fluffy_pid spawn(int64_t times) {
    fluffy_pid pid;
    assert(work_spawn_echo(times, NULL, &pid) == FLUFFY_OK);
    return pid;
}

static void send(fluffy_pid to, const fluffy_mailbox *mailbox) {
    work_echo message = work_make_echo(fluffy_mailbox_pid(mailbox), fluffy_text("some text of a message"));
    assert(work_send_echo(to, &message) == FLUFFY_OK);
}

// Three messages lie in it, and a fourth has ended it.
static fluffy_mailbox *overflown(fluffy_runtime *runtime) {
    fluffy_mailbox *mailbox;
    assert(fluffy_mailbox_open_bounded(runtime, 3, FLUFFY_CRASH, &mailbox) == FLUFFY_OK);
    send(spawn(4), mailbox);
    while (fluffy_alive(runtime, fluffy_mailbox_pid(mailbox)))
        sched_yield();
    return mailbox;
}

// All have the same numbers as what the first runtime made, if numbers begin anew.
static void try_old(fluffy_mailbox *old, fluffy_pid old_pid, fluffy_scope *old_scope) {
    fluffy_runtime *runtime = start();
    fluffy_mailbox *mailbox;
    fluffy_scope scope = {0};
    fluffy_message message;
    fluffy_string text;
    assert(fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    fluffy_pid pid = spawn(1);
    assert(!fluffy_alive(runtime, old_pid) && !fluffy_alive(runtime, fluffy_mailbox_pid(old)));
    assert(fluffy_exit(runtime, old_pid, "kill") == FLUFFY_OK);
    assert(fluffy_receive(old, -1, &scope, &message) == FLUFFY_ENDED);
    assert(fluffy_link(old, pid) == FLUFFY_ENDED && fluffy_unlink(old, pid) == FLUFFY_ENDED);
    fluffy_spawn_options options = {.owner = old, .monitor = true};
    assert(work_spawn_echo(1, &options, NULL) == FLUFFY_ENDED);
    fluffy_mailbox_close(old);
    fluffy_scope_end(old_scope);
    send(pid, mailbox);
    assert(fluffy_receive(mailbox, -1, &scope, &message) == FLUFFY_OK && message.kind == FLUFFY_MESSAGE);
    fluffy_scope_end(&scope);
    assert(work_greet(fluffy_text("you"), old_scope, &text) == FLUFFY_OK && strcmp(text.bytes, "Hello, you") == 0);
    fluffy_scope_end(old_scope);
    assert(fluffy_alive(runtime, pid) && fluffy_alive(runtime, fluffy_mailbox_pid(mailbox)));
    fluffy_mailbox_close(mailbox);
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK && blocks == 0);
}

int main(void) {
    for (int round = 0; round < 5; round++) {
        fluffy_runtime *runtime = start();
        fluffy_mailbox *old, *full = overflown(runtime), *closed = overflown(runtime);
        fluffy_scope scope = {0};
        fluffy_string text;
        assert(fluffy_mailbox_open(runtime, &old) == FLUFFY_OK);
        fluffy_pid pid = spawn(1);
        send(pid, old);
        assert(work_greet(fluffy_text("me"), &scope, &text) == FLUFFY_OK);
        fluffy_mailbox_close(closed);
        assert(fluffy_stop(runtime, 0) == FLUFFY_OK && blocks == 0);
        fluffy_mailbox_close(full);
        try_old(old, pid, &scope);
    }
    puts("done");
}
