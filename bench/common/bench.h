// What every benchmark in C needs: its sizes from the command line, and its two lines of output.
#ifndef BENCH_COMMON_BENCH_H
#define BENCH_COMMON_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// The at-th word of the command line, counted from 1; the program ends if it is missing.
static inline long bench_argument(int argc, char **argv, int at) {
    if (at >= argc) {
        fprintf(stderr, "argument %d is missing\n", at);
        exit(2);
    }
    return atol(argv[at]);
}

static inline struct timespec bench_start(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now;
}

// Nanoseconds.
static inline double bench_since(struct timespec start) {
    struct timespec end = bench_start();
    return (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
}

static inline double bench_less(double a, double b) { return a < b ? a : b; }

static inline void bench_figure(long result, double figure, const char *unit) {
    printf("result %ld\n%g %s\n", result, figure, unit);
}

// Prints the result and the time since start over a count of things done, in a unit.
static inline void bench_report(long result, struct timespec start, long count, const char *unit) {
    bench_figure(result, bench_since(start) / (double)count, unit);
}

#endif
