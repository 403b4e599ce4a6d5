#include "compiler/base/vec.h"

enum { FIRST_CAPACITY = 4 };

void *vec_grow(void *data, size_t len, size_t *cap, size_t size) {
    *cap = *cap ? *cap * 2 : FIRST_CAPACITY;
    return mem_grow(data, len * size, *cap * size);
}
