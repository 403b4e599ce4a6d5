// Four threads of the host open mailboxes and close them while messages are on their way to them, and while the runtime
// stops and starts: all that was sent is freed, to the last byte of the program's own allocator.
//
// library work ../again/work.fl
//
//> 60 rounds
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include "../blocks.h"
#include "work.h"

enum { ROUNDS = 60, CLOSERS = 4, OPENED = 100 };

static _Atomic(int) over;
static _Atomic(long) opened;
static fluffy_runtime *_Atomic runtime;

// Up to five answers come, some of them before it is closed, some never.
static void use(fluffy_mailbox *mailbox, long number) {
    fluffy_scope scope = {0};
    fluffy_message message;
    fluffy_pid pid;
    work_echo ask = work_make_echo(fluffy_mailbox_pid(mailbox), fluffy_text("some text of a message"));
    if (work_spawn_echo(number % 6, NULL, &pid) != FLUFFY_OK || work_send_echo(pid, &ask) != FLUFFY_OK)
        return;
    if (number % 3 == 0)
        fluffy_receive(mailbox, number % 2, &scope, &message);
    if (number % 4 == 0)
        fluffy_mailbox_fd(mailbox);
    fluffy_scope_end(&scope);
}

static void *open_and_close(void *unused) {
    while (!over) {
        fluffy_mailbox *mailbox;
        if (fluffy_mailbox_open(runtime, &mailbox) != FLUFFY_OK) {
            sched_yield();
            continue;
        }
        use(mailbox, ++opened);
        fluffy_mailbox_close(mailbox);
    }
    return unused;
}

int main(void) {
    fluffy_options options = {.workers = 2, .allocate = allocate, .resize = resize, .release = release};
    pthread_t closers[CLOSERS];
    for (int i = 0; i < CLOSERS; i++)
        assert(pthread_create(&closers[i], NULL, open_and_close, NULL) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        fluffy_runtime *started;
        assert(work_start(&options, &started) == FLUFFY_OK);
        runtime = started;
        for (long before = opened; opened < before + OPENED;)
            sched_yield();
        assert(fluffy_stop(started, 0) == FLUFFY_OK && blocks == 0);
    }
    over = 1;
    for (int i = 0; i < CLOSERS; i++)
        pthread_join(closers[i], NULL);
    printf("%d rounds\n", ROUNDS);
}
