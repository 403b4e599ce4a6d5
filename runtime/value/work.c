#include "runtime/value/work.h"

#include <string.h>

#include "runtime/value/heap.h"

static bool grow(Work *work) {
    if (work->self == NULL)
        return false;
    uint64_t bytes = work->capacity * sizeof(WorkItem);
    char *chunk = value_allocate(work->self, sizeof(FlObject) + 2 * bytes);
    object_fill(chunk, sizeof(FlObject) + 2 * bytes);
    WorkItem *items = (WorkItem *)(chunk + sizeof(FlObject));
    memcpy(items, work->items, bytes);
    work->items = items;
    work->capacity *= 2;
    return true;
}

bool work_push(Work *work, Place left, Place right, uint64_t count) {
    if (work->count == work->capacity && !grow(work))
        return false;
    work->items[work->count++] = (WorkItem){.left = left, .right = right, .count = count};
    return true;
}

// The next node of a list of keys of equal hash is missing in its last one.
static uint64_t child_count(const FlNode *node) {
    return node->words[0] == 0 && node->children != 0 ? 0 : (uint64_t)object_count_bits(node->children);
}

static uint64_t node_parts(const FlType *type, const FlNode *node) {
    return child_count(node) + (uint64_t)object_count_bits(node->entries) * type->field_count;
}

View place_node_part(const Place *place, uint64_t index) {
    const FlType *type = place->type->kind == FL_KIND_MAP ? place->type->buffer : place->type;
    const FlNode *node = (const FlNode *)place->words;
    uint64_t children = child_count(node);
    if (index < children)
        return (View){.kind = FL_KIND_NODE, .type = type, .words = (const FlWord *)node->words[index]};
    uint64_t entry = (index - children) / type->field_count;
    const FlField *field = &type->fields[(index - children) % type->field_count];
    const FlWord *entries = node->words + object_count_bits(node->children);
    return view_value(field->type, entries + entry * type->object_words + field->offset);
}

Place place_of(const View *view, uint64_t *count) {
    if (view->kind == FL_KIND_RECORD) {
        *count = view->type->field_count;
        return (Place){view->type, view->words};
    }
    if (view->kind == FL_KIND_MAP || view->kind == FL_KIND_NODE) {
        const FlWord *node = view->kind == FL_KIND_NODE ? view->words : (const FlWord *)view->words[0];
        *count = node == NULL ? 0 : node_parts(view->type, (const FlNode *)node);
        return (Place){view->type, node};
    }
    const FlBuffer *buffer = (const FlBuffer *)view->words[0];
    uint64_t range = view->words[1];
    *count = FL_LIST_LENGTH(range);
    const FlWord *first =
        *count == 0 ? NULL : buffer->elements + (uint64_t)FL_LIST_OFFSET(range) * view->type->element->words;
    return (Place){view->type, first};
}
