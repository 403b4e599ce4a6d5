// Lists. A buffer doubles when its owner appends, so that a loop of appends copies each element once or twice in
// all.
#include <string.h>

#include "runtime/value/heap.h"

enum { CAPACITY_LEAST = 4 };

static VALUE_STATIC_STRING(too_long, "a list would be longer than 4294967295 elements");

FlBuffer *fl_buffer_new(FlProcess *self, const FlType *type, uint64_t capacity) {
    if (capacity > UINT32_MAX)
        value_panic(self, &too_long);
    uint64_t bytes = object_buffer_bytes(capacity, type->element->words);
    bool counted = bytes >= COUNTED_LEAST && type->buffer->references == NULL;
    FlBuffer *buffer = counted ? process_allocate_flat(self, bytes) : value_allocate(self, bytes);
    buffer->header = (FlObject){.type = type->buffer->id, .flags = counted ? OBJECT_COUNTED_FLAGS : 0};
    buffer->capacity = (uint32_t)capacity;
    buffer->used = 0;
    buffer->owner = value_head(self)->pid;
    return buffer;
}

// What a buffer that must hold `needed` elements is made for: twice that, within what can be counted.
static uint64_t roomy(uint64_t needed) {
    uint64_t twice = needed < CAPACITY_LEAST / 2 ? CAPACITY_LEAST : 2 * needed;
    return needed <= UINT32_MAX && twice > UINT32_MAX ? UINT32_MAX : twice;
}

// Gives the last object of the arena room for `capacity` elements where it lies.
static bool extend(FlProcess *self, const FlType *type, FlBuffer *buffer, uint64_t capacity) {
    uint64_t words = type->element->words;
    if (capacity > UINT32_MAX || object_is_static(&buffer->header) ||
        !value_extend(self, buffer, object_buffer_bytes(buffer->capacity, words), object_buffer_bytes(capacity, words)))
        return false;
    buffer->capacity = (uint32_t)capacity;
    return true;
}

FlBuffer *fl_buffer_grow(FlProcess *self, const FlType *type, FlBuffer *buffer) {
    uint64_t capacity = roomy(buffer->capacity);
    if (capacity == buffer->capacity)
        value_panic(self, &too_long);
    if (buffer->owner == value_head(self)->pid && extend(self, type, buffer, capacity))
        return buffer;
    FlBuffer *larger = fl_buffer_new(self, type, capacity);
    memcpy(larger->elements, buffer->elements, (uint64_t)buffer->used * type->element->words * sizeof(FlWord));
    larger->used = buffer->used;
    return larger;
}

static void store(FlBuffer *to, const FlType *type, const FlBuffer *from, uint64_t range) {
    uint64_t words = type->element->words, length = FL_LIST_LENGTH(range);
    memcpy(to->elements + to->used * words, from->elements + FL_LIST_OFFSET(range) * words,
           length * words * sizeof(FlWord));
    to->used += (uint32_t)length;
}

FlList fl_list_append(FlProcess *self, const FlType *type, FlBuffer *a, uint64_t a_range, FlBuffer *b,
                      uint64_t b_range) {
    uint64_t offset = FL_LIST_OFFSET(a_range), length = FL_LIST_LENGTH(a_range), more = FL_LIST_LENGTH(b_range);
    if (more == 0)
        return (FlList){a, a_range};
    if (length == 0)
        return (FlList){b, b_range};
    uint64_t end = offset + length;
    bool in_place = a->owner == value_head(self)->pid && a->used == end;
    if (in_place && (more <= a->capacity - end || extend(self, type, a, roomy(end + more)))) {
        store(a, type, b, b_range);
        return (FlList){a, offset << 32 | (length + more)};
    }
    FlBuffer *both = fl_buffer_new(self, type, in_place ? roomy(length + more) : length + more);
    store(both, type, a, a_range);
    store(both, type, b, b_range);
    return (FlList){both, length + more};
}
