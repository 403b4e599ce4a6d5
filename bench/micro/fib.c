#include "bench/common/bench.h"

__attribute__((noinline)) static long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

int main(int argc, char **argv) {
    long n = bench_argument(argc, argv, 1);
    struct timespec start = bench_start();
    long result = fib(n);
    bench_report(result, start, 1000000, "ms");
}
