// Within the room: what the files of the type algebra share. Others include type.h.
#ifndef FLUFFY_COMPILER_TYPED_NODE_H
#define FLUFFY_COMPILER_TYPED_NODE_H

#include "compiler/base/vec.h"
#include "compiler/typed/tree.h"

typedef VEC(const Type *) TypeVec;

// The canonical node equal to *node, whose arrays must be final (the node is copied, the arrays are kept).
const Type *type_intern(Type *node);
// Makes the union of members that are already distinguishable from each other, no two of one kind but literals and
// records; sorts `members`.
const Type *type_union_of(const Type **members, size_t count);
// A pid or function type that may be what either is.
const Type *type_join_pids(const Type *a, const Type *b);
const Type *type_join_functions(const Type *a, const Type *b);
// Adds the type if it is not there by pointer; whether it was added.
bool type_vec_add(TypeVec *vec, const Type *type);
bool type_vec_has(const TypeVec *vec, const Type *type);

// Making a type recursive: wherever a set of types holds a record of `shape` (NULL: a list), it is added to `found` and
// `knot` stands for it.
typedef struct TypeFold {
    const Type *shape;
    const Type *knot;
    TypeVec *found;
} TypeFold;
// `type` with its outermost such places replaced; and the type of `members` with those below replaced.
const Type *type_replace_folded(const Type *type, const TypeFold *fold);
const Type *type_join_folded(const TypeVec *members, const TypeFold *fold);

void type_join_reset(void);
void type_relate_reset(void);

#endif
