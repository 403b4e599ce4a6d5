// What a call of a function in C costs in Fluffy (`extern c`) more than in C: the program has the function, and the
// library calls it in a loop. Argument: how many of each. The least of many turns counts, as in call.c.
#include "bench/common/bench.h"
#include "work.h"

enum { TURN = 20000 };

int64_t c_step(int64_t sum, int32_t n);
__attribute__((noinline, noclone)) int64_t c_step(int64_t sum, int32_t n) {
    __asm__("");
    return sum + n;
}

static long in_c(void) {
    int64_t sum = 0;
    for (long i = 0; i < TURN; i++)
        sum = c_step(sum, 3);
    return sum;
}

static long in_fluffy(void) {
    int64_t sum = 0;
    return work_loop(TURN, 0, &sum) == FLUFFY_OK ? sum : 0;
}

int main(int argc, char **argv) {
    long turns = bench_argument(argc, argv, 1) / TURN, sum = 0;
    double fluffy = 1e18, c = 1e18;
    fluffy_options options = {.workers = 1};
    fluffy_runtime *runtime;
    if (work_start(&options, &runtime) != FLUFFY_OK)
        return 1;
    for (long i = 0; i < turns; i++) {
        struct timespec start = bench_start();
        sum += in_fluffy();
        fluffy = bench_less(fluffy, bench_since(start));
        start = bench_start();
        sum -= in_c();
        c = bench_less(c, bench_since(start));
    }
    fluffy_stop(runtime, 0);
    bench_figure(sum, (fluffy - c) / TURN, "ns/call");
}
