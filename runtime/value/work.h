// The work list of an operation on nested values: one item for each record or list that is entered and not yet
// left. On the C stack as long as they are few, then in the arena as fillers, so that depth has no bound but memory
// and death at a poll loses nothing.
#ifndef FLUFFY_RUNTIME_VALUE_WORK_H
#define FLUFFY_RUNTIME_VALUE_WORK_H

#include "runtime/value/view.h"

// A record, list, map or node of a map being visited: `type` says which; of a list, `words` are its first element's; of
// a map its root (or NULL), of a node itself. The parts of a map are those of its root; those of a node are its
// children, then keys and values in turn.
typedef struct Place {
    const FlType *type;
    const FlWord *words;
} Place;

typedef struct WorkItem {
    Place left, right; // `right` is used by comparisons only
    uint64_t index;    // of the next field or element
    uint64_t count;    // of fields or elements
} WorkItem;

enum { WORK_INLINE = 20 };

typedef struct Work {
    FlProcess *self; // NULL: does not grow
    WorkItem *items;
    uint64_t count, capacity;
    WorkItem few[WORK_INLINE];
} Work;

static inline void work_begin(Work *work, FlProcess *self) {
    work->self = self;
    work->items = work->few;
    work->count = 0;
    work->capacity = WORK_INLINE;
}

// Adds an item, its index 0; false: there is no room and no process to take it from.
bool work_push(Work *work, Place left, Place right, uint64_t count);

static inline WorkItem *work_top(Work *work) { return &work->items[work->count - 1]; }

// The place of a record, list, map or node, and the number of its parts.
Place place_of(const View *view, uint64_t *count);

View place_node_part(const Place *place, uint64_t index);

// Part `index` of a place.
static inline View place_part(const Place *place, uint64_t index) {
    if (place->type->kind == FL_KIND_MAP || place->type->kind == FL_KIND_NODE)
        return place_node_part(place, index);
    if (place->type->kind == FL_KIND_LIST)
        return view_value(place->type->element, place->words + index * place->type->element->words);
    const FlField *field = &place->type->fields[index];
    return view_value(field->type, place->words + field->offset);
}

#endif
