// How each type lives: in registers, in objects and in messages. The one module that decides; it knows no LLVM.
//
// Invariants:
//  - Every value is at most three words. Two types whose values can't be told apart in memory have one Repr (compared
//  by
//    pointer) and one descriptor id: pids whatever they accept, function values whatever closures they may be, a
//    recursive type however far it is unrolled.
//  - A record of at most three words (its fields' words, in the type's order) is these words; a larger one is a
//  reference to an object.
//  - Ids below FL_TYPE_FIRST_FREE are those of abi.h; the closures of the program have the ids that follow, in their
//  order.
// Ownership: collected memory, as long as the Represent. Threads: one.
#ifndef FLUFFY_COMPILER_CODEGEN_REPRESENT_H
#define FLUFFY_COMPILER_CODEGEN_REPRESENT_H

#include "compiler/base/map.h"
#include "compiler/base/vec.h"
#include "compiler/typed/tree.h"
#include "runtime/abi/abi.h"

#define REPR_MAX_WORDS 3
#define REPR_NO_ID UINT32_MAX

// What one word holds. In memory a bool is the integer 0 or 1.
typedef enum WordKind {
    WORD_INT,
    WORD_BOOL,
    WORD_FLOAT,
    WORD_POINTER, // a reference to an object, or NULL
    WORD_TAGGED,  // a union: a reference or an odd immediate
} WordKind;

typedef struct Repr {
    const Type *type; // one type of this representation; not a knot
    FlKind kind;
    unsigned words;
    WordKind word[REPR_MAX_WORDS];
    bool boxed;            // a record that is a reference to an object
    unsigned object_words; // of the object that a value becomes in a union (records: also when boxed)
    WordKind *object;      // their kinds
    uint32_t *offsets;     // record: first word of each field
    uint32_t id;           // REPR_NO_ID until something needs the descriptor
    uint32_t buffer_id;    // list: of its buffers' descriptor; map: of its nodes'
} Repr;

// Words that exist only as an object: captured values of a closure, live variables of a process.
typedef struct Layout {
    FlKind kind; // TUPLE or CLOSURE
    uint32_t id;
    unsigned words;
    WordKind *word;
    size_t count;
    const Repr **fields; // closure: without the closure id in word 0
    uint32_t *offsets;   // first word of each field
    const Closure *closure;
} Layout;

// A row of the table of descriptors: exactly one of the pointers, or a list (map) whose buffer (node) it is.
typedef struct TypeEntry {
    const Repr *value;
    const Layout *layout;
    const Repr *buffer_of;
} TypeEntry;

typedef struct Represent {
    VEC(Repr *) by_type; // by Type.id; a cache
    VEC(Repr *) all;
    VEC(uint32_t) hashes;  // of all
    VEC(uint32_t) full;    // by Type.id: the hash of the whole type, ENDLESS if it contains itself, 0: not known
    VEC(uint32_t) buckets; // hash table of indices into all, plus 1
    VEC(TypeEntry) entries;
    VEC(Layout *) tuples;
    Layout **closures; // by Closure.id
} Represent;

// Gives the fixed ids and those of the program's closures.
void represent_init(Represent *represent, const TypedProgram *program);

const Repr *represent_type(Represent *represent, const Type *type);
// The descriptor's id, made now if it is new.
uint32_t represent_id(Represent *represent, const Repr *repr);
// The id of the descriptor of a list's buffers, a map's nodes.
uint32_t represent_buffer_id(Represent *represent, const Repr *list);
// The layout of an object with these values; one per sequence of representations.
const Layout *represent_tuple(Represent *represent, const Type *const *types, size_t count);
const Layout *represent_closure(Represent *represent, const Closure *closure);

#endif
