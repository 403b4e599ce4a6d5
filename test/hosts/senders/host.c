// Eight threads of the host send as fast as they can, to one process each and to one together, while others come and
// go: nothing is lost, nothing comes twice. HOST_SECONDS: how long; `make soak` takes a minute.
//
// library sink sink.fl
//
//> nothing is lost
//$ timeout 300
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sink.h"

enum { SENDERS = 8, AHEAD = 20000 };

static fluffy_runtime *runtime;
static fluffy_pid shared;
static _Atomic(int) stop;

typedef struct Sent {
    int64_t count, sum, text;
} Sent;

static sink_total ask(fluffy_pid pid, fluffy_mailbox *mailbox) {
    fluffy_scope scope = {0};
    sink_total total;
    sink_sink_message message = sink_sink_message_of_ask(sink_make_ask(fluffy_mailbox_pid(mailbox)));
    assert(sink_send_sink(pid, &message) == FLUFFY_OK);
    assert(sink_receive_total(mailbox, -1, &scope, &total) == FLUFFY_OK);
    fluffy_scope_end(&scope);
    return total;
}

static void send_one(fluffy_pid to, Sent *sent, int64_t number) {
    sink_sink_message message = sink_sink_message_of_number(sink_make_number(number));
    if (number % 16 == 0) {
        message = sink_sink_message_of_said(sink_make_said(number, fluffy_text("some text")));
        sent->text += 9;
    }
    assert(sink_send_sink(to, &message) == FLUFFY_OK);
    sent->count++;
    sent->sum += number;
}

static void check(sink_total total, const Sent *sent) {
    assert(total.count == sent->count && total.sum == sent->sum && total.text == sent->text);
}

static void *send_all(void *argument) {
    Sent *to_shared = argument, own = {0};
    fluffy_mailbox *mailbox;
    fluffy_pid mine;
    assert(fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    assert(sink_spawn_sink(0, 0, 0, NULL, &mine) == FLUFFY_OK);
    for (int64_t number = 1; !stop; number++) {
        send_one(mine, &own, number);
        send_one(shared, to_shared, number);
        if (number % AHEAD == 0) { // so that the mailboxes don't grow without end
            check(ask(mine, mailbox), &own);
            ask(shared, mailbox);
        }
    }
    check(ask(mine, mailbox), &own);
    fluffy_mailbox_close(mailbox);
    return NULL;
}

// A thread that is there for one message.
static void *send_once(void *argument) {
    send_one(shared, argument, 16);
    return NULL;
}

int main(void) {
    const char *seconds = getenv("HOST_SECONDS");
    time_t end = time(NULL) + (seconds ? atoi(seconds) : 1);
    pthread_t senders[SENDERS];
    Sent sent[SENDERS + 1] = {{0}}, all = {0};
    fluffy_mailbox *mailbox;
    assert(sink_start(NULL, &runtime) == FLUFFY_OK && fluffy_mailbox_open(runtime, &mailbox) == FLUFFY_OK);
    assert(sink_spawn_sink(0, 0, 0, NULL, &shared) == FLUFFY_OK);
    for (int i = 0; i < SENDERS; i++)
        assert(pthread_create(&senders[i], NULL, send_all, &sent[i]) == 0);
    while (time(NULL) <= end) {
        pthread_t brief;
        assert(pthread_create(&brief, NULL, send_once, &sent[SENDERS]) == 0);
        assert(pthread_join(brief, NULL) == 0);
        sched_yield();
    }
    stop = 1;
    for (int i = 0; i < SENDERS; i++)
        assert(pthread_join(senders[i], NULL) == 0);
    for (int i = 0; i <= SENDERS; i++) {
        all.count += sent[i].count;
        all.sum += sent[i].sum;
        all.text += sent[i].text;
    }
    check(ask(shared, mailbox), &all);
    fluffy_mailbox_close(mailbox);
    assert(fluffy_stop(runtime, 0) == FLUFFY_OK);
    printf("nothing is lost\n");
    fprintf(stderr, "%lld messages\n", (long long)all.count * 2);
}
