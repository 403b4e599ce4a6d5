#include "bench/common/bench.h"

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
    long size = bench_argument(argc, argv, 1);
    struct timespec start = bench_start();
    long result = place(size, size, NULL);
    bench_report(result, start, 1000000, "ms");
}
