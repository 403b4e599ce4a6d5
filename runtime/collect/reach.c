#include "runtime/collect/reach.h"

#include <string.h>

#include "runtime/memory/alloc.h"

void reach_begin(Reach *reach) {
    reach->count = 0;
    reach->capacity = REACH_INLINE;
    reach->again = UINT32_MAX;
    reach->looked = 0;
    reach->entries = reach->few;
    reach->failed = false;
}

static bool grow(Reach *reach) {
    bool possible = reach->capacity < UINT32_MAX >> 4;
    ReachEntry *old = reach->entries == reach->few ? NULL : reach->entries;
    size_t capacity = 4 * (size_t)reach->capacity;
    ReachEntry *entries = possible ? memory_resize(old, capacity * sizeof(ReachEntry)) : NULL;
    if (entries == NULL) {
        reach->failed = true;
        return false;
    }
    if (old == NULL)
        memcpy(entries, reach->few, sizeof reach->few);
    reach->entries = entries;
    reach->capacity = (uint32_t)capacity;
    return true;
}

static void add(Reach *reach, FlObject *object, uint32_t first, uint32_t end) {
    if (reach->count == reach->capacity && !grow(reach))
        return;
    reach->entries[reach->count++] = (ReachEntry){.source = object, .first = first, .end = end};
    object->flags = reach->count << OBJECT_MARK_SHIFT;
}

// Another list sees elements of a buffer that is marked.
static void widen(Reach *reach, ReachEntry *entry, uint32_t first, uint32_t end) {
    if (first >= entry->first && end <= entry->end)
        return;
    if (first < entry->first)
        entry->first = first;
    if (end > entry->end)
        entry->end = end;
    uint32_t index = (uint32_t)(entry - reach->entries);
    if (index <= reach->looked && index < reach->again && object_type(entry->source)->references != NULL)
        reach->again = index;
}

static bool is_buffer(const FlObject *object) {
    return object->type != FL_TYPE_STRING && object_type(object)->kind == FL_KIND_BUFFER;
}

static void find(void *context, FlWord *slot) {
    Reach *reach = context;
    if (!object_is_pointer(*slot))
        return;
    FlObject *object = (FlObject *)*slot;
    if (object_is_static(object))
        return;
    if (!is_buffer(object)) {
        if (object->flags == 0)
            add(reach, object, 0, 0);
        return;
    }
    uint32_t first = FL_LIST_OFFSET(slot[1]), end = first + FL_LIST_LENGTH(slot[1]);
    if (first == end)
        return;
    if (object->flags == 0)
        add(reach, object, first, end);
    else
        widen(reach, reach_entry(reach, object), first, end);
}

static void look_through(Reach *reach, const ReachEntry *entry) {
    FlObject *object = entry->source;
    if (entry->end == 0) {
        object_each_reference(object, find, reach);
        return;
    }
    const FlType *type = object_type(object);
    if (type->references == NULL)
        return;
    uint32_t first = entry->first, end = entry->end; // finding may move the entry
    for (uint64_t i = first; i < end; i++)
        object_each_in_element((FlBuffer *)object, type, i, find, reach);
}

void reach_add(Reach *reach, FlObject *object) {
    if (object->flags == 0)
        add(reach, object, 0, 0);
}

void reach_pin(Reach *reach, FlObject *object) {
    uint32_t before = reach->count;
    add(reach, object, 0, is_buffer(object) ? ((const FlBuffer *)object)->used : 0);
    if (reach->count > before)
        reach->entries[before].copy = object;
}

void reach_all(Reach *reach) {
    uint32_t next = 0;
    while (next < reach->count && !reach->failed) {
        reach->looked = next;
        look_through(reach, &reach->entries[next++]);
        if (next == reach->count && reach->again != UINT32_MAX) {
            next = reach->again;
            reach->again = UINT32_MAX;
        }
    }
}

static void redirect(void *context, FlWord *slot) {
    const Reach *reach = context;
    if (!object_is_pointer(*slot))
        return;
    const FlObject *object = (const FlObject *)*slot;
    if (object_is_static(object))
        return;
    // What a reference leads to is marked, but for the buffer of a list without elements.
    if (object->flags == 0) {
        slot[0] = slot[1] = 0;
        return;
    }
    const ReachEntry *entry = reach_entry(reach, object);
    if (entry->end != 0 && FL_LIST_LENGTH(slot[1]) == 0) {
        slot[0] = slot[1] = 0;
        return;
    }
    if (entry->first != 0)
        slot[1] -= (uint64_t)entry->first << 32;
    slot[0] = (FlWord)entry->copy;
}

void reach_redirect(const Reach *reach, FlObject *object) { object_each_reference(object, redirect, (void *)reach); }

void reach_unmark(const Reach *reach) {
    for (uint32_t i = 0; i < reach->count; i++)
        reach->entries[i].source->flags = 0;
}

void reach_end(Reach *reach) {
    if (reach->entries != reach->few)
        memory_free(reach->entries);
}
