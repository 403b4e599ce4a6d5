// Eight threads of the host send as fast as they can while the runtime stops: each is told so once, and from then on
// always; what had not been received is freed, to the last byte of the program's own allocator. An event loop that
// polls a mailbox meanwhile wakes up.
//
// library sink ../senders/sink.fl
//
//> 20 rounds
//$ valgrind
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include "../blocks.h"
#include "sink.h"

enum { ROUNDS = 20, SENDERS = 8, AHEAD = 500 };

static fluffy_runtime *runtime;
static fluffy_pid sink;
static _Atomic(int) sending;

// ---- senders

static fluffy_status send_one(int64_t number) {
    sink_sink_message message = number % 16
                                    ? sink_sink_message_of_number(sink_make_number(number))
                                    : sink_sink_message_of_said(sink_make_said(number, fluffy_text("some text")));
    return sink_send_sink(sink, &message);
}

// Asks now and then, and waits for the answer, so that the mailbox doesn't grow without end. false: it stops.
static bool wait_for_sink(fluffy_mailbox *mailbox) {
    fluffy_scope scope = {0};
    sink_total total;
    sink_sink_message ask = sink_sink_message_of_ask(sink_make_ask(fluffy_mailbox_pid(mailbox)));
    fluffy_status status = sink_send_sink(sink, &ask);
    if (status == FLUFFY_OK)
        status = sink_receive_total(mailbox, -1, &scope, &total);
    assert(status == FLUFFY_OK || status == FLUFFY_STOPPED);
    fluffy_scope_end(&scope);
    return status == FLUFFY_OK;
}

static void *send_until_stopped(void *argument) {
    fluffy_mailbox *mailbox;
    (void)argument;
    if (fluffy_mailbox_open(runtime, &mailbox) != FLUFFY_OK)
        return NULL;
    fluffy_status status = FLUFFY_OK;
    for (int64_t number = 1; status == FLUFFY_OK; number++) {
        status = send_one(number);
        sending += number == AHEAD;
        if (status == FLUFFY_OK && number % AHEAD == 0 && !wait_for_sink(mailbox))
            break;
    }
    assert(status == FLUFFY_OK || status == FLUFFY_STOPPED);
    assert(send_one(1) == FLUFFY_STOPPED);
    fluffy_mailbox_close(mailbox);
    return NULL;
}

static _Atomic(int) polling;

static void *poll_until_stopped(void *argument) {
    fluffy_mailbox *mailbox = argument;
    fluffy_scope scope = {0};
    fluffy_message message;
    struct pollfd readable = {fluffy_mailbox_fd(mailbox), POLLIN, 0};
    polling = 1;
    assert(poll(&readable, 1, -1) == 1);
    assert(fluffy_receive(mailbox, 0, &scope, &message) == FLUFFY_STOPPED);
    fluffy_mailbox_close(mailbox);
    return NULL;
}

int main(void) {
    int rounds = 0;
    for (; rounds < ROUNDS; rounds++) {
        fluffy_options options = {
            .workers = 1 + (unsigned)rounds % 3, .allocate = allocate, .resize = resize, .release = release};
        pthread_t senders[SENDERS], poller;
        fluffy_mailbox *mailbox;
        assert(sink_start(&options, &runtime) == FLUFFY_OK);
        assert(sink_spawn_sink(0, 0, 0, NULL, &sink) == FLUFFY_OK);
        assert(fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
        polling = sending = 0;
        assert(pthread_create(&poller, NULL, poll_until_stopped, mailbox) == 0);
        for (int i = 0; i < SENDERS; i++)
            assert(pthread_create(&senders[i], NULL, send_until_stopped, NULL) == 0);
        while (!polling || sending < rounds % (SENDERS + 1)) // in some rounds it stops before all of them send
            sched_yield();
        assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
        for (int i = 0; i < SENDERS; i++)
            assert(pthread_join(senders[i], NULL) == 0);
        assert(pthread_join(poller, NULL) == 0);
        assert(blocks == 0);
    }
    printf("%d rounds\n", rounds);
}
