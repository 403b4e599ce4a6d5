// What a call of an exported function costs more than one of a function in C that does the same. Argument: how many of
// each. The least of many turns counts: there is no peer beside it that suffers as much from what else the machine
// does.
#include "bench/common/bench.h"
#include "work.h"

enum { TURN = 2000 };

static __attribute__((noinline, noclone)) int area(int64_t w, int64_t h, int64_t *result) {
    return __builtin_mul_overflow(w, h, result);
}

static long in_c(long from) {
    long sum = 0;
    for (long i = from; i < from + TURN; i++) {
        int64_t result;
        if (area(i, 3, &result) == 0)
            sum += result;
    }
    return sum;
}

static long in_fluffy(long from) {
    long sum = 0;
    for (long i = from; i < from + TURN; i++) {
        int64_t result;
        if (work_area(i, 3, &result) == FLUFFY_OK)
            sum += result;
    }
    return sum;
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
        sum += in_fluffy(i * TURN);
        fluffy = bench_less(fluffy, bench_since(start));
        start = bench_start();
        sum -= in_c(i * TURN);
        c = bench_less(c, bench_since(start));
    }
    fluffy_stop(runtime, 0);
    bench_figure(sum, (fluffy - c) / TURN, "ns/call");
}
