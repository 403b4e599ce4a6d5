// How large an object is. What makes a block walkable.
//
// Invariants:
//  - An object's size follows from its header, its type and, for strings and buffers, its first word; never from
//    its address.
//  - Space that no object uses is covered by a filler: a header with type OBJECT_FILLER and, in `flags`, the number
//    of words behind it.
#ifndef FLUFFY_RUNTIME_MEMORY_OBJECT_H
#define FLUFFY_RUNTIME_MEMORY_OBJECT_H

#include "runtime/abi/abi.h"

#define OBJECT_FILLER UINT32_MAX

// FlObject.flags: four bits say what the object is (FL_OBJECT_*; none: an object of an arena or message, unless it is
// being copied). The rest is an index or a number by kind, of OBJECT_INDEX_BITS: the highest bit is the collector's; of
// what is none of them: 1 + the place in the table of a copy.
#define OBJECT_KIND_FLAGS 15
#define OBJECT_INDEX_SHIFT 4
#define OBJECT_INDEX_BITS 27
#define OBJECT_MARK_SHIFT 4
#define OBJECT_COUNTED_FLAGS (FL_OBJECT_STATIC | FL_OBJECT_COUNTED)

// Whether the processor has an instruction that counts bits; set before main.
extern bool object_counts_bits;

// Counts bits. Nearly every processor has an instruction for it, but the baseline of x86-64 does not.
static inline uint32_t object_count_bits(uint32_t bits) {
#ifdef __x86_64__
    if (__builtin_expect(object_counts_bits, 1)) {
        __asm__("popcnt %1, %0" : "=r"(bits) : "r"(bits) : "cc");
        return bits;
    }
#endif
    bits -= bits >> 1 & 0x55555555;
    bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
    return ((bits + (bits >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

// Bytes of a node with so many children and entries of `entry_words` words.
static inline uint64_t object_node_bytes(uint64_t children, uint64_t entries, uint64_t entry_words) {
    return sizeof(FlNode) + (children + entries * entry_words) * sizeof(FlWord);
}

static inline uint64_t object_round(uint64_t bytes) { return (bytes + 7) & ~(uint64_t)7; }

// Bytes of a string object whose text has `length` bytes.
static inline uint64_t object_string_bytes(uint64_t length) {
    return object_round(offsetof(FlString, bytes) + length + 1);
}

// Bytes of a buffer object for `capacity` elements of `element_words` words.
static inline uint64_t object_buffer_bytes(uint64_t capacity, uint64_t element_words) {
    return sizeof(FlBuffer) + capacity * element_words * sizeof(FlWord);
}

static inline const FlType *object_type(const FlObject *object) { return fl_program.types[object->type]; }

// The words behind the header (not of strings and buffers).
static inline FlWord *object_words(const FlObject *object) { return (FlWord *)(object + 1); }

// Whether it lies outside of all arenas and messages.
static inline bool object_is_static(const FlObject *object) { return object->flags & FL_OBJECT_STATIC; }

// Whether a reference (FlType.references) points to an object: it is neither NULL nor an immediate.
static inline bool object_is_pointer(FlWord word) { return word != 0 && (word & 1) == 0; }

static inline bool object_bit(const uint64_t *bitmap, uint64_t index) { return bitmap[index / 64] >> (index % 64) & 1; }

// The same as object_each_reference, for one element of a buffer whose type has references.
__attribute__((always_inline)) static inline void object_each_in_element(FlBuffer *buffer, const FlType *type,
                                                                         uint64_t index,
                                                                         void (*visit)(void *context, FlWord *slot),
                                                                         void *context) {
    FlWord *words = buffer->elements + index * type->element->words;
    for (uint64_t bits = type->references[0]; bits != 0; bits &= bits - 1)
        visit(context, words + __builtin_ctzll(bits));
}

// The same for a node.
__attribute__((always_inline)) static inline void
object_each_in_node(FlNode *node, const FlType *type, void (*visit)(void *context, FlWord *slot), void *context) {
    uint32_t children = object_count_bits(node->children);
    FlWord *words = node->words;
    for (uint32_t i = 0; i < children; i++)
        visit(context, words++);
    if (type->references == NULL)
        return;
    uint32_t entries = object_count_bits(node->entries);
    for (uint32_t i = 0; i < entries; i++, words += type->object_words)
        for (uint64_t bits = type->references[0]; bits != 0; bits &= bits - 1)
            visit(context, words + __builtin_ctzll(bits));
}

// Calls visit(context, slot) for each word of the object that its descriptor calls a reference, whatever it holds.
// Of a buffer: of the used elements. `visit` should be a static function: both are then inlined.
__attribute__((always_inline)) static inline void
object_each_reference(FlObject *object, void (*visit)(void *context, FlWord *slot), void *context) {
    if (object->type == FL_TYPE_STRING)
        return;
    const FlType *type = object_type(object);
    if (type->references == NULL && type->kind != FL_KIND_NODE)
        return;
    if (type->kind == FL_KIND_BUFFER) {
        FlBuffer *buffer = (FlBuffer *)object;
        for (uint64_t i = 0; i < buffer->used; i++)
            object_each_in_element(buffer, type, i, visit, context);
        return;
    }
    if (type->kind == FL_KIND_NODE) {
        object_each_in_node((FlNode *)object, type, visit, context);
        return;
    }
    FlWord *words = object_words(object);
    for (uint64_t base = 0; base < type->object_words; base += 64)
        for (uint64_t bits = type->references[base / 64]; bits != 0; bits &= bits - 1)
            visit(context, words + base + __builtin_ctzll(bits));
}

// Bytes of an object or filler, header included. Its type id must be valid.
uint64_t object_bytes(const FlObject *object);

// Covers `bytes` bytes (a multiple of 8, at most 32 GB; 0 does nothing) with a filler.
void object_fill(void *from, uint64_t bytes);

#endif
