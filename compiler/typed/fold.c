// A type that inference keeps nesting in itself (`nil | {head: int, tail: nil | {head: int, tail: …}}`) becomes
// recursive: all places where the nested shape stands are one knot, whose target is the join of what stood there, with
// the knot in place of what stood below.
#include "compiler/base/map.h"
#include "compiler/typed/node.h"

enum { RECORD_LIMIT = 5, LIST_LIMIT = 8 };

static size_t map_parts(const Type *type) { return type->map.value ? 2 : 1; }

static void collect(const Type *type, Map *seen) {
    if (type->kind == TYPE_KNOT || !map_add(seen, type))
        return;
    if (type->kind == TYPE_LIST)
        collect(type->element, seen);
    for (size_t i = 0; type->kind == TYPE_MAP && i < map_parts(type); i++)
        collect(i ? type->map.value : type->map.key, seen);
    for (size_t i = 0; type->kind == TYPE_RECORD && i < type->record.count; i++)
        collect(type->record.fields[i].type, seen);
    for (size_t i = 0; type->kind == TYPE_UNION && i < type->members.count; i++)
        collect(type->members.types[i], seen);
}

// How often a record of the shape (NULL: a list or map) stands within itself on one path down; `depths` remembers (plus
// one).
static uintptr_t depth_of(const Type *type, const Type *shape, Map *depths) {
    if (type->kind == TYPE_KNOT)
        return 0;
    uintptr_t known = (uintptr_t)map_get(depths, type);
    if (known)
        return known - 1;
    uintptr_t depth = 0;
    size_t count = type->kind == TYPE_RECORD  ? type->record.count
                   : type->kind == TYPE_UNION ? type->members.count
                   : type->kind == TYPE_MAP   ? map_parts(type)
                                              : type->kind == TYPE_LIST;
    for (size_t i = 0; i < count; i++) {
        const Type *child = type->kind == TYPE_RECORD  ? type->record.fields[i].type
                            : type->kind == TYPE_UNION ? type->members.types[i]
                            : type->kind == TYPE_MAP   ? (i ? type->map.value : type->map.key)
                                                       : type->element;
        uintptr_t below = depth_of(child, shape, depths);
        depth = below > depth ? below : depth;
    }
    depth += shape ? type->kind == TYPE_RECORD && type->record.shape == shape
                   : type->kind == TYPE_LIST || type->kind == TYPE_MAP;
    map_set(depths, type, (void *)(depth + 1));
    return depth;
}

static bool nests(const Type *type, const Type *shape) {
    Map depths = {0};
    return depth_of(type, shape, &depths) >= (shape ? RECORD_LIMIT : LIST_LIMIT);
}

static const Type *fold_shape(const Type *type, const Type *shape) {
    TypeVec found = {0};
    Type *knot = type_knot(NULL);
    TypeFold fold = {.shape = shape, .knot = knot, .found = &found};
    const Type *outer = type_replace_folded(type, &fold);
    const Type *target;
    size_t before;
    do {
        before = found.len;
        target = type_join_folded(&found, &fold);
    } while (found.len > before);
    type_tie(knot, target);
    return type_resolve(outer);
}

const Type *type_fold(const Type *type) {
    Map seen = {0};
    collect(type, &seen);
    if (seen.len < RECORD_LIMIT)
        return type;
    Map shapes = {0};
    for (size_t i = 0; i < seen.len; i++) {
        const Type *part = seen.entries[i].key;
        if (part->kind == TYPE_RECORD && map_add(&shapes, part->record.shape) && nests(type, part->record.shape))
            return type_fold(fold_shape(type, part->record.shape));
    }
    return nests(type, NULL) ? fold_shape(type, NULL) : type;
}
