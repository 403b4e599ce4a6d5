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

Place place_of(const View *view, uint64_t *count) {
    if (view->kind == FL_KIND_RECORD) {
        *count = view->type->field_count;
        return (Place){view->type, view->words};
    }
    const FlBuffer *buffer = (const FlBuffer *)view->words[0];
    uint64_t range = view->words[1];
    *count = FL_LIST_LENGTH(range);
    const FlWord *first =
        *count == 0 ? NULL : buffer->elements + (uint64_t)FL_LIST_OFFSET(range) * view->type->element->words;
    return (Place){view->type, first};
}
