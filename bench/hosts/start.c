// Starts a runtime with a worker for each processor and one process, and stops it. Argument: how often; the
// least time counts, as in call.c.
#include "bench/common/bench.h"
#include "work.h"

int main(int argc, char **argv) {
    long count = bench_argument(argc, argv, 1), done = 0;
    double least = 1e18;
    for (long i = 0; i < count; i++) {
        fluffy_runtime *runtime;
        struct timespec start = bench_start();
        done += work_start(NULL, &runtime) == FLUFFY_OK && work_spawn_counter(0, NULL, NULL) == FLUFFY_OK &&
                fluffy_stop(runtime, 0) == FLUFFY_OK;
        least = bench_less(least, bench_since(start));
    }
    bench_figure(done, least / 1e6, "ms");
}
