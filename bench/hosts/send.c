// A thread that the runtime has not made sends messages to a process as fast as it can, until that has counted all of
// them. Argument: how many. The least of many turns counts, as in call.c.
#include "bench/common/bench.h"
#include "work.h"

enum { TURN = 10000 };

static double turn(fluffy_pid counter, fluffy_mailbox *mailbox, long *sum) {
    fluffy_scope scope = {0};
    work_sum reply = {0};
    work_counter_message ask = work_counter_message_of_ask(work_make_ask(fluffy_mailbox_pid(mailbox)));
    struct timespec start = bench_start();
    for (long i = 0; i < TURN; i++) {
        work_counter_message message = work_counter_message_of_number(work_make_number(i % 100));
        if (work_send_counter(counter, &message) != FLUFFY_OK)
            exit(1);
    }
    if (work_send_counter(counter, &ask) != FLUFFY_OK || work_receive_sum(mailbox, -1, &scope, &reply) != FLUFFY_OK)
        exit(1);
    double took = bench_since(start);
    *sum = reply.sum;
    fluffy_scope_end(&scope);
    return took;
}

int main(int argc, char **argv) {
    long turns = bench_argument(argc, argv, 1) / TURN, sum = 0;
    double least = 1e18;
    fluffy_runtime *runtime;
    fluffy_mailbox *mailbox;
    fluffy_pid counter;
    if (work_start(NULL, &runtime) != FLUFFY_OK || fluffy_mailbox_open(runtime, &mailbox) != FLUFFY_OK ||
        work_spawn_counter(0, NULL, &counter) != FLUFFY_OK)
        return 1;
    for (long i = 0; i < turns; i++)
        least = bench_less(least, turn(counter, mailbox, &sum));
    fluffy_mailbox_close(mailbox);
    fluffy_stop(runtime, 0);
    bench_figure(sum, least / TURN, "ns/message");
}
