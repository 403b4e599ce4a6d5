// An ELF object file in memory, as LLVM writes it for x86-64: its sections, symbols and relocations, and how a section
// is added.
//
// Addresses within the object are Positions: the section's number and an offset in it, in one number that can be
// compared and added to. Relocations of the sections that are read have been applied, with positions as addresses.
// Ownership: everything is in collected memory; the bytes given to object_read are borrowed and not changed.
#ifndef FLUFFY_COMPILER_PLACES_OBJECT_H
#define FLUFFY_COMPILER_PLACES_OBJECT_H

#include <stdbool.h>

#include "compiler/base/sb.h"
#include "compiler/base/vec.h"

typedef uint64_t Position;
#define POSITION(section, offset) (((Position)(section) << 40) + (offset))
#define POSITION_SECTION(position) ((uint32_t)((position) >> 40))
#define POSITION_OFFSET(position) ((position) & (((Position)1 << 40) - 1))

typedef struct Bytes {
    const unsigned char *data;
    size_t len;
} Bytes;

typedef struct ObjectFunction {
    const char *symbol;
    uint32_t symbol_index; // in the object's symbol table
    Position start;
    uint64_t bytes;
} ObjectFunction;

typedef struct Object {
    Bytes file;
    VEC(ObjectFunction) functions; // with code, by position
} Object;

// A relocation of a section to be added: the 32 bits at `offset` become the distance from there to `function`'s start
// less `back` bytes.
typedef struct ObjectDistance {
    uint32_t offset;
    const ObjectFunction *function;
    uint64_t back;
} ObjectDistance;

// false: it is no object file that this understands.
bool object_read(Object *object, Bytes file);

// A section's contents with its relocations applied; empty if there is none.
Bytes object_section(const Object *object, const char *name);

// The file with one more section, which is loaded with the program.
Bytes object_with_section(const Object *object, const char *name, Bytes contents, const ObjectDistance *distances,
                          size_t distance_count);

#endif
