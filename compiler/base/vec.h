// Growable arrays. `VEC(T)` is a struct with `data`, `len`, `cap`; a zeroed one is empty and valid. Name a type that
// crosses functions: `typedef VEC(Expr *) ExprVec;`.
//
// Invariants: elements 0..len-1 are valid; `data` moves when a push grows the array, so keep indices, not pointers to
// elements. Ownership: the elements live in collected memory (mem.h).
#ifndef FLUFFY_COMPILER_BASE_VEC_H
#define FLUFFY_COMPILER_BASE_VEC_H

#include "compiler/base/mem.h"

#define VEC(T)                                                                                                         \
    struct {                                                                                                           \
        T *data;                                                                                                       \
        size_t len, cap;                                                                                               \
    }

// Appends one element.
#define vec_push(v, ...)                                                                                               \
    do {                                                                                                               \
        if ((v)->len == (v)->cap)                                                                                      \
            (v)->data = vec_grow((v)->data, (v)->len, &(v)->cap, sizeof(*(v)->data));                                  \
        (v)->data[(v)->len++] = (__VA_ARGS__);                                                                         \
    } while (0)

// The last element (an lvalue); the vector must not be empty.
#define vec_last(v) ((v)->data[(v)->len - 1])

// Removes the last element and gives it; the vector must not be empty.
#define vec_pop(v) ((v)->data[--(v)->len])

// `for (vec_each(i, v))`-style loops are not hidden in a macro: write `for (size_t i = 0; i < v.len; i++)`.

// Grows an array of `len` elements of `size` bytes to a larger capacity, written to *cap. Used by vec_push.
void *vec_grow(void *data, size_t len, size_t *cap, size_t size);

#endif
