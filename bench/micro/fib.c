#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((noinline)) static long fib(long n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

int main(int argc, char **argv) {
    long n = argc > 1 ? atol(argv[1]) : 38;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long result = fib(n);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("result %ld\n%g ms\n", result, (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) * 1e-6);
}
