// Cells: types that grow, with the instances that read them. The one place where types are joined over time, and so the
// one where endless growth is cut: a type that stands within itself becomes recursive.
#include "compiler/semantic/check.h"

enum { FOLD_AFTER = 3, MAX_GROWTHS = 2000, MAX_DEPTH = 40 };

const Type *cell_read(Check *check, Cell *cell, Inst *reader) {
    if (reader && !check->reporting)
        map_add(&cell->readers, reader);
    return cell->type ? cell->type : type_never;
}

void cell_wake(Check *check, Cell *cell) {
    for (size_t i = 0; i < cell->readers.len; i++)
        instance_enqueue(check, (Inst *)cell->readers.entries[i].key);
}

bool cell_grow(Check *check, Cell *cell, const Type *type) {
    const Type *old = cell->type ? cell->type : type_never;
    if (check->reporting || type == old || type->kind == TYPE_NEVER)
        return false;
    const Type *joined = type_join(old, type);
    if (cell->growths >= FOLD_AFTER && type_depth(joined) > type_depth(old))
        joined = type_fold(joined);
    if (type_equal(joined, old) || cell->growths > MAX_GROWTHS ||
        (cell->growths >= FOLD_AFTER && type_depth(joined) > MAX_DEPTH))
        return false;
    cell->type = joined;
    cell->growths++;
    cell_wake(check, cell);
    return true;
}
