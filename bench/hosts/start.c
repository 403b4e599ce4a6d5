// Starts a runtime with a worker for each processor and one process, and stops it. Argument: how often.
#include "bench/common/bench.h"
#include "work.h"

int main(int argc, char **argv) {
    long count = bench_argument(argc, argv, 1), done = 0;
    struct timespec start = bench_start();
    for (long i = 0; i < count; i++) {
        fluffy_runtime *runtime;
        done += work_start(NULL, &runtime) == FLUFFY_OK && work_spawn_counter(0, NULL, NULL) == FLUFFY_OK &&
                fluffy_stop(runtime, 0) == FLUFFY_OK;
    }
    bench_report(done, start, 1000000 * count, "ms");
}
