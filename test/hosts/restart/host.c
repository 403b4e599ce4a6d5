// Start, work, stop in a loop, while four threads of the host go on calling, sending and waiting all the time: they are
// told that the runtime has stopped, and nothing else.
//
// library work work.fl
//
//> 40 rounds
//$ valgrind
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "work.h"

enum { ROUNDS = 40, DISTURBERS = 4 };

static _Atomic(int) over;
static fluffy_runtime *_Atomic runtime;

static void *disturb(void *argument) {
    (void)argument;
    while (!over) {
        fluffy_runtime *now = runtime;
        fluffy_mailbox *mailbox;
        fluffy_pid pid;
        if (!now || fluffy_mailbox_open(now, &mailbox) != FLUFFY_OK) {
            nanosleep(&(struct timespec){0, 100000}, NULL);
            continue;
        }
        if (work_spawn_worker(2, &(fluffy_spawn_options){.owner = mailbox, .monitor = true}, &pid) == FLUFFY_OK) {
            fluffy_scope scope = {0};
            fluffy_message message;
            work_worker_message work = work_worker_message_of_work(work_make_work(fluffy_mailbox_pid(mailbox), 100));
            fluffy_status status = work_send_worker(pid, &work);
            assert(status == FLUFFY_OK || status == FLUFFY_STOPPED);
            do
                status = fluffy_receive(mailbox, -1, &scope, &message); // nobody ends it but the end of the runtime
            while (status == FLUFFY_OK);
            assert(status == FLUFFY_STOPPED);
            fluffy_scope_end(&scope);
        }
        fluffy_mailbox_close(mailbox);
    }
    return NULL;
}

static void work_once(fluffy_runtime *now) {
    fluffy_mailbox *mailbox;
    fluffy_pid pid;
    fluffy_scope scope = {0};
    work_done done;
    assert(fluffy_mailbox_open(now, &mailbox) == FLUFFY_OK && work_spawn_worker(10, NULL, &pid) == FLUFFY_OK);
    work_worker_message work = work_worker_message_of_work(work_make_work(fluffy_mailbox_pid(mailbox), 1000));
    assert(work_send_worker(pid, &work) == FLUFFY_OK);
    assert(work_receive_done(mailbox, -1, &scope, &done) == FLUFFY_OK && done.done == 10000);
    fluffy_scope_end(&scope);
    fluffy_mailbox_close(mailbox);
}

int main(void) {
    pthread_t disturbers[DISTURBERS];
    int rounds = 0;
    for (int i = 0; i < DISTURBERS; i++)
        assert(pthread_create(&disturbers[i], NULL, disturb, NULL) == 0);
    for (; rounds < ROUNDS; rounds++) {
        fluffy_options options = {.workers = 1 + (unsigned)rounds % 3};
        fluffy_runtime *now;
        assert(work_start(&options, &now) == FLUFFY_OK);
        runtime = now;
        work_once(now);
        assert(fluffy_stop(now, rounds % 2 ? 100 : 0) == FLUFFY_OK);
    }
    over = 1;
    for (int i = 0; i < DISTURBERS; i++)
        assert(pthread_join(disturbers[i], NULL) == 0);
    printf("%d rounds\n", rounds);
}
