// What is read of an object's debug information (DWARF 4, as LLVM writes it when asked for line tables only): places of
// the code, and which calls were inlined where.
//
// Ownership: collected memory; texts point into the sections that were read.
#ifndef FLUFFY_COMPILER_PLACES_DWARF_H
#define FLUFFY_COMPILER_PLACES_DWARF_H

#include "compiler/places/object.h"

// The place of the code from `at` up to the next row; `end`: there is no code up to it.
typedef struct LineRow {
    Position at;
    uint32_t file; // index into files
    uint32_t line; // 0: unknown
    uint32_t column;
    bool end;
} LineRow;

typedef struct Lines {
    VEC(const char *) files; // as they were named to the compiler; the first one is none
    VEC(LineRow) rows;       // in order within each sequence
} Lines;

enum { NOT_INLINED = UINT32_MAX };

// A call that was inlined.
typedef struct InlinedCall {
    const char *name; // of the function that was called
    uint32_t parent;  // index of the inlined call that it stands in, or NOT_INLINED: in the function itself
    uint32_t depth;   // 1: in the function itself
    uint32_t file, line, column;
} InlinedCall;

// Code of an inlined call, with what is inlined into it.
typedef struct InlinedRange {
    Position start, end;
    uint32_t call; // index
} InlinedRange;

typedef struct Inlined {
    VEC(InlinedCall) calls; // parents first
    VEC(InlinedRange) ranges;
} Inlined;

// false: something in there is not understood.
bool dwarf_lines(const Object *object, Lines *lines);
bool dwarf_inlined(const Object *object, Inlined *inlined);

#endif
