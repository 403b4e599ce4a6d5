// A thread that the runtime has not made sends messages to a process as fast as it can, until that has counted all of
// them. Argument: how many.
#include "bench/common/bench.h"
#include "work.h"

int main(int argc, char **argv) {
    long count = bench_argument(argc, argv, 1);
    fluffy_runtime *runtime;
    fluffy_mailbox *mailbox;
    fluffy_pid counter;
    fluffy_scope scope = {0};
    work_sum reply = {0};
    if (work_start(NULL, &runtime) != FLUFFY_OK || fluffy_mailbox_open(runtime, &mailbox) != FLUFFY_OK ||
        work_spawn_counter(0, NULL, &counter) != FLUFFY_OK)
        return 1;
    work_counter_message ask = work_counter_message_of_ask(work_make_ask(fluffy_mailbox_pid(mailbox)));
    struct timespec start = bench_start();
    for (long i = 0; i < count; i++) {
        work_counter_message message = work_counter_message_of_number(work_make_number(i % 100));
        if (work_send_counter(counter, &message) != FLUFFY_OK)
            return 1;
    }
    if (work_send_counter(counter, &ask) != FLUFFY_OK || work_receive_sum(mailbox, -1, &scope, &reply) != FLUFFY_OK)
        return 1;
    bench_report(reply.sum, start, count, "ns/message");
    fluffy_mailbox_close(mailbox);
    fluffy_scope_end(&scope);
    fluffy_stop(runtime, 0);
}
