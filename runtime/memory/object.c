#include "runtime/memory/object.h"

bool object_counts_bits;

#ifdef __x86_64__
#include <cpuid.h>

// Not __builtin_cpu_supports, which asks for everything that a processor may have: each question costs microseconds in
// a virtual machine.
__attribute__((constructor)) static void look(void) {
    unsigned a, b, c, d;
    __cpuid(1, a, b, c, d);
    object_counts_bits = c & bit_POPCNT;
}
#endif

uint64_t object_bytes(const FlObject *object) {
    if (object->type == OBJECT_FILLER)
        return sizeof(FlObject) + (uint64_t)object->flags * sizeof(FlWord);
    if (object->type == FL_TYPE_STRING)
        return object_string_bytes(((const FlString *)object)->length);
    const FlType *type = object_type(object);
    if (type->kind == FL_KIND_STRING) // a handle
        return object_string_bytes(((const FlString *)object)->length);
    if (type->kind == FL_KIND_BUFFER)
        return object_buffer_bytes(((const FlBuffer *)object)->capacity, type->element->words);
    if (type->kind == FL_KIND_NODE) {
        const FlNode *node = (const FlNode *)object;
        return object_node_bytes(object_count_bits(node->children), object_count_bits(node->entries),
                                 type->object_words);
    }
    return sizeof(FlObject) + (uint64_t)type->object_words * sizeof(FlWord);
}

void object_fill(void *from, uint64_t bytes) {
    if (bytes == 0)
        return;
    *(FlObject *)from = (FlObject){.type = OBJECT_FILLER, .flags = (uint32_t)(bytes / sizeof(FlWord) - 1)};
}
