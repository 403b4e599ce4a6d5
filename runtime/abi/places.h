// The table that leads from addresses in generated code to places in the source: what call traces are read from.
//
// The compiler makes it from the line tables of each object file, with the functions that were inlined, and puts it
// into a section of its own, which is loaded with the program and stays when debug information is stripped. Linkers
// name the two ends of a section with such a name, PLACES_SECTION, by themselves. The section holds one table for each
// object.
//
// A table is a PlacesHeader, its ranges, its functions, then bytes to which offsets lead (counted from the first of
// them): texts ended by NUL, and for each function its rows. Numbers among these are LEB128: u unsigned, s signed.
//
//   rows   = u:contexts { context } u:rows { row }
//   context = u:file                                                   the first one: the function itself
//           | u:file u:name u:parent u:line u:column                   the others: a call that was inlined, of the
//                                                                      function `name`, at that place in `parent`
//   row    = u:(bytes since the last row * 2 + new) [u:context if new] s:(line - the last line) u:column
//
// file and name are offsets of texts, parent an earlier context. The first row counts from the start of the function,
// context 0, line 0. A row holds up to the next one. Line 0: unknown. A name that is empty: not to be shown.
#ifndef FLUFFY_RUNTIME_ABI_PLACES_H
#define FLUFFY_RUNTIME_ABI_PLACES_H

#include <stdint.h>

#define PLACES_SECTION "fl_places"
#define PLACES_MAGIC 0x31504c46u // "FLP1"

typedef struct PlacesHeader {
    uint32_t magic;
    uint32_t bytes; // of the whole table, a multiple of 8
    uint32_t ranges;
    uint32_t functions;
} PlacesHeader;

// A stretch of code that the linker moves as a whole.
typedef struct PlacesRange {
    int32_t start; // its address, relative to that of this field
    uint32_t bytes;
    uint32_t first; // its functions
    uint32_t count;
} PlacesRange;

// Sorted by start within a range.
typedef struct PlacesFunction {
    uint32_t start; // from the start of the range
    uint32_t bytes;
    uint32_t name; // offset of a text
    uint32_t rows; // offset
} PlacesFunction;

#endif
