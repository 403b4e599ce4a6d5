// Types as values: hash-consed, immutable, compared by pointer.
//
// Invariants:
//  - Two types that mean the same are the same pointer: every `type_*` constructor returns the canonical node.
//  Exception: knots (recursive
//    types) are compared by type_equal, which walks under the assumption that a pair being compared is equal.
//  - Record fields are sorted by name (bytewise), union members by an order fixed by the constructor; a union has at
//  least two
//    members, no member is a union, and any two members can be told apart at run time (see type_join).
//  - Types come from base/mem.h and are never freed one by one. One compilation runs in one thread.
#ifndef FLUFFY_COMPILER_TYPED_TYPE_H
#define FLUFFY_COMPILER_TYPED_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/base/name.h"
#include "compiler/base/sb.h"

typedef struct Type Type;
typedef struct Kind Kind;       // a process kind: tree.h
typedef struct Closure Closure; // a lambda or named function with the types of what it captures: tree.h

typedef enum TypeKind {
    TYPE_NEVER,          // no value: panic(), the element of []
    TYPE_NIL,            //
    TYPE_BOOL,           // true | false
    TYPE_INT,            //
    TYPE_FLOAT,          //
    TYPE_STRING,         //
    TYPE_LITERAL_BOOL,   // literal.integer is 0 or 1
    TYPE_LITERAL_INT,    // literal.integer
    TYPE_LITERAL_STRING, // literal.text
    TYPE_HANDLE,         // literal.text: `module:Name`; what only C knows
    TYPE_PID,            // pid: which processes it may be
    TYPE_RECORD,         // record
    TYPE_LIST,           // element
    TYPE_MAP,            // map: a map, or a set
    TYPE_FUNCTION,       // function: the set of closures it may be
    TYPE_UNION,          // members
    TYPE_KNOT, // a recursive type's reference to itself: knot.target, a union, list or record that contains this knot
} TypeKind;

typedef struct TypeField {
    Name name;
    const Type *type;
} TypeField;

struct Type {
    TypeKind kind;
    uint32_t id;   // dense, in order of creation: index for side tables
    uint32_t hash; // of the node, for the table of nodes
    bool has_knot; // a knot stands somewhere in it: compare with type_equal
    union {
        struct {
            int64_t integer;
            Name text; // interned text of a string literal type; name of a handle type
        } literal;
        struct {
            bool any;            // pid<any>: sends are not checked
            const Type *message; // pid<M> from an annotation, else NULL
            Kind *const *kinds;  // else the kinds it may be, sorted by id
            size_t count;
        } pid;
        struct {
            const TypeField *fields;
            size_t count;
            const Type *shape; // the record of the same field names, all nil: equal shapes are equal pointers
        } record;
        const Type *element;
        struct {
            const Type *key;
            const Type *value; // NULL: a set
        } map;
        struct {
            Closure *const *closures; // sorted by id; empty for a function type known only from an annotation
            size_t count;
            const Type *const *parameters; // of an annotation (A, B) -> R; NULL when known by closures only
            size_t parameter_count;
            const Type *result;
        } function;
        struct {
            const Type *const *types;
            size_t count;
        } members;
        struct {
            Name name; // of the alias, or NULL when inferred
            const Type *target;
        } knot;
    };
};

extern const Type *const type_never, *const type_nil, *const type_bool, *const type_int, *const type_float,
                                                                                             *const type_string;
// pid<any>
extern const Type *const type_pid_any;

const Type *type_literal_bool(bool value);
const Type *type_literal_int(int64_t value);
const Type *type_literal_string(Name text);
const Type *type_handle(Name name);
const Type *type_pid_of(Kind *const *kinds, size_t count);
const Type *type_pid_message(const Type *message);
// Borrows fields (any order; names distinct); copies them.
const Type *type_record(const TypeField *fields, size_t count);
const Type *type_list(const Type *element);
const Type *type_map(const Type *key, const Type *value); // value NULL: a set
const Type *type_function_of(Closure *const *closures, size_t count);
const Type *type_function_arrow(const Type *const *parameters, size_t count, const Type *result);
// A fresh knot without a target; type_tie gives it one. Until then only its identity may be used.
Type *type_knot(Name name);
void type_tie(Type *knot, const Type *target);

// The type itself, or what a knot stands for.
const Type *type_resolve(const Type *type);
bool type_equal(const Type *a, const Type *b);

// The least type that has all values of both, kept distinguishable at run time:
//  - equal types, never: the other; a literal joined with its base type: the base type; true | false: bool;
//  - lists: a list of the joined elements; maps: a map of the joined keys and the joined values; sets the same; pids:
//  the joined set (any absorbs); functions: the joined set;
//  - records with the same field names where the differing fields' types are not distinguishable from each other (pids,
//  functions, lists, or
//    one contains the other): one record with the fields joined; otherwise two members;
//  - more than 16 literals of one base type: the base type; more than 16 records of the same field names: fields
//  joined.
const Type *type_join(const Type *a, const Type *b);
const Type *type_union(const Type *const *members, size_t count);
// Literal types become their base types, at the top (deep: also within records and lists).
const Type *type_widen(const Type *type);
const Type *type_widen_deep(const Type *type);
// Every value of `sub` is a value of `super` structurally: records may have extra fields, pids fit as language.md says.
bool type_fits(const Type *sub, const Type *super);
// Some value may be of both types (what `==` and `is` ask). pids overlap with pids, functions with functions, lists
// with lists.
bool type_overlaps(const Type *a, const Type *b);
// The member of `super` (or super itself if it is no union) that a value of the non-union type `sub` becomes when it is
// coerced: the same type if there, else the one with the fewest fields lost; NULL if none fits.
const Type *type_best_member(const Type *sub, const Type *super);
// For inference: a record shape (or list) that has come to stand within itself several levels deep becomes a recursive
// type that has all its levels as values. Other types are given back as they are. type_fits(type, type_fold(type))
// holds.
const Type *type_fold(const Type *type);

// The field's type, or NULL. On a record only.
const Type *type_field(const Type *record, Name name);
// Number of union members, 1 for any other type (0 for never); and the i-th.
size_t type_member_count(const Type *type);
const Type *type_member(const Type *type, size_t index);

// The type is an alias's: where it is long it is shown by this name, the first that it was given.
void type_set_name(const Type *type, Name name);
void type_names_reset(void);
// As a user would write it; cut with … past about 200 characters.
void type_print(StringBuilder *out, const Type *type);
const char *type_text(const Type *type);

// Forgets every type. Only between two inputs of a fuzz target, after mem_free_everything.
void type_reset(void);

#endif
