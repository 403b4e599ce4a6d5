// Sorting what is mostly short: the C library's function takes longer to begin than a few elements take.
#ifndef FLUFFY_RUNTIME_MEMORY_SORT_H
#define FLUFFY_RUNTIME_MEMORY_SORT_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SORT_FEW = 24, SORT_BYTES = 64 };

// As qsort, for elements of at most SORT_BYTES.
static inline void sort_few(void *array, size_t count, size_t bytes, int (*compare)(const void *a, const void *b)) {
    if (count > SORT_FEW) {
        qsort(array, count, bytes, compare);
        return;
    }
    char moved[SORT_BYTES];
    for (size_t i = 1; i < count; i++) {
        char *place = (char *)array + i * bytes;
        memcpy(moved, place, bytes);
        for (; place > (char *)array && compare(place - bytes, moved) > 0; place -= bytes)
            memcpy(place, place - bytes, bytes);
        memcpy(place, moved, bytes);
    }
}

#endif
