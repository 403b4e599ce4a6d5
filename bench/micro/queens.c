#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Queen {
    long column;
    const struct Queen *others;
} Queen;

static int safe(long column, const Queen *placed) {
    for (long distance = 1; placed; distance++, placed = placed->others)
        if (column == placed->column || column == placed->column + distance || column == placed->column - distance)
            return 0;
    return 1;
}

static long place(long left, long size, const Queen *placed) {
    if (left == 0)
        return 1;
    long found = 0;
    for (long column = 1; column <= size; column++)
        if (safe(column, placed)) {
            Queen queen = {column, placed};
            found += place(left - 1, size, &queen);
        }
    return found;
}

int main(int argc, char **argv) {
    long size = argc > 1 ? atol(argv[1]) : 11;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long result = place(size, size, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("result %ld\n%g ms\n", result, (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) * 1e-6);
}
