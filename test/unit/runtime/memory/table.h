// A program's type table written by hand, and values of its types built at random: for the tests of all runtime
// rooms. Defines fl_program.
#ifndef FLUFFY_TEST_UNIT_RUNTIME_MEMORY_TABLE_H
#define FLUFFY_TEST_UNIT_RUNTIME_MEMORY_TABLE_H

#include <string.h>

#include "runtime/memory/arena.h"
#include "runtime/memory/object.h"
#include "runtime/memory/utf8.h"

enum {
    T_INTS = FL_TYPE_FIRST_FREE,
    T_INTS_BUFFER,
    T_VALUE, // the union of nearly everything
    T_VALUES,
    T_VALUES_BUFFER,
    T_SMALL, // {a: int, b: string}, inline
    T_SMALLS,
    T_SMALLS_BUFFER,
    T_BIG, // {count: int, items: [value], left: value, name: string, small: small}, boxed
    T_FUNCTION,
    T_CLOSURE, // captures a string and a value
    T_RED,
    T_GREEN,
    T_FRAME, // (value, string, [int], big)
    T_EMPTY, // {}
    T_NILS,
    T_NILS_BUFFER,
    T_HUGE,   // the literal type of an integer beyond 56 bits
    T_FLOATS, // [float]
    T_FLOATS_BUFFER,
    T_MAP, // {int: int}
    T_NODE,
    T_COUNT,
};

static const FlType *const table_types[T_COUNT];
static const FlType table_all[T_COUNT];
#define TYPE(id) (&table_all[id])

static const uint64_t table_first[] = {1}, table_second[] = {2}, table_big[] = {0x5a}, table_closure[] = {6},
                      table_frame[] = {0x17};
static const FlField table_down[] = {{"pid", TYPE(FL_TYPE_PID), 0}, {"reason", TYPE(FL_TYPE_STRING), 1}};
static const FlField table_small[] = {{"a", TYPE(FL_TYPE_INT), 0}, {"b", TYPE(FL_TYPE_STRING), 1}};
static const FlField table_big_fields[] = {{"count", TYPE(FL_TYPE_INT), 0},
                                           {"items", TYPE(T_VALUES), 1},
                                           {"left", TYPE(T_VALUE), 3},
                                           {"name", TYPE(FL_TYPE_STRING), 4},
                                           {"small", TYPE(T_SMALL), 5}};
static const FlField table_closure_fields[] = {
    {NULL, TYPE(FL_TYPE_INT), 0}, {NULL, TYPE(FL_TYPE_STRING), 1}, {NULL, TYPE(T_VALUE), 2}};
static const FlField table_frame_fields[] = {
    {NULL, TYPE(T_VALUE), 0}, {NULL, TYPE(FL_TYPE_STRING), 1}, {NULL, TYPE(T_INTS), 2}, {NULL, TYPE(T_BIG), 4}};
static const FlField table_members[] = {
    {NULL, TYPE(FL_TYPE_NIL), 0},   {NULL, TYPE(FL_TYPE_BOOL), 0},   {NULL, TYPE(FL_TYPE_INT), 0},
    {NULL, TYPE(FL_TYPE_FLOAT), 0}, {NULL, TYPE(FL_TYPE_STRING), 0}, {NULL, TYPE(FL_TYPE_PID), 0},
    {NULL, TYPE(T_RED), 0},         {NULL, TYPE(T_GREEN), 0},        {NULL, TYPE(T_INTS), 0},
    {NULL, TYPE(T_VALUES), 0},      {NULL, TYPE(T_SMALL), 0},        {NULL, TYPE(T_BIG), 0},
    {NULL, TYPE(T_FUNCTION), 0},    {NULL, TYPE(T_EMPTY), 0},        {NULL, TYPE(T_SMALLS), 0}};

static const FlField table_entry[] = {{"key", TYPE(FL_TYPE_INT), 0}, {"value", TYPE(FL_TYPE_INT), 1}};

#define FIELDS(list) .fields = list, .field_count = sizeof(list) / sizeof *(list)
#define LIST(i, e, b, text)                                                                                            \
    [i] = {i,                                                                                                          \
           FL_KIND_LIST,                                                                                               \
           2,                                                                                                          \
           .object_words = 2,                                                                                          \
           .references = table_first,                                                                                  \
           .element = TYPE(e),                                                                                         \
           .buffer = TYPE(b),                                                                                          \
           .name = text}
#define BUFFER(i, e, bits) [i] = {i, FL_KIND_BUFFER, .references = bits, .element = TYPE(e), .name = "buffer"}

static const FlType table_all[T_COUNT] = {
    [FL_TYPE_NIL] = {FL_TYPE_NIL, FL_KIND_NIL, 0, .name = "nil"},
    [FL_TYPE_BOOL] = {FL_TYPE_BOOL, FL_KIND_BOOL, 1, .name = "bool"},
    [FL_TYPE_INT] = {FL_TYPE_INT, FL_KIND_INT, 1, .object_words = 1, .name = "int"},
    [FL_TYPE_FLOAT] = {FL_TYPE_FLOAT, FL_KIND_FLOAT, 1, .object_words = 1, .name = "float"},
    [FL_TYPE_STRING] = {FL_TYPE_STRING, FL_KIND_STRING, 1, .name = "string"},
    [FL_TYPE_PID] = {FL_TYPE_PID, FL_KIND_PID, 1, .object_words = 1, .name = "pid"},
    [FL_TYPE_DOWN] = {FL_TYPE_DOWN, FL_KIND_RECORD, 2, .object_words = 2, .references = table_second,
                      FIELDS(table_down), .name = "down"},
    LIST(T_INTS, FL_TYPE_INT, T_INTS_BUFFER, "[int]"),
    BUFFER(T_INTS_BUFFER, FL_TYPE_INT, NULL),
    [T_VALUE] = {T_VALUE, FL_KIND_UNION, 1, FIELDS(table_members), .name = "value"},
    LIST(T_VALUES, T_VALUE, T_VALUES_BUFFER, "[value]"),
    BUFFER(T_VALUES_BUFFER, T_VALUE, table_first),
    [T_SMALL] = {T_SMALL, FL_KIND_RECORD, 2, .object_words = 2, .references = table_second, FIELDS(table_small),
                 .name = "small"},
    LIST(T_SMALLS, T_SMALL, T_SMALLS_BUFFER, "[small]"),
    BUFFER(T_SMALLS_BUFFER, T_SMALL, table_second),
    [T_BIG] = {T_BIG, FL_KIND_RECORD, 1, 1, .object_words = 7, .references = table_big, FIELDS(table_big_fields),
               .name = "big"},
    [T_FUNCTION] = {T_FUNCTION, FL_KIND_FUNCTION, 1, .name = "function"},
    [T_CLOSURE] = {T_CLOSURE, FL_KIND_CLOSURE, 0, .object_words = 3, .references = table_closure,
                   FIELDS(table_closure_fields), .name = "closure"},
    [T_RED] = {T_RED, FL_KIND_LITERAL, 0, .literal = FL_IMMEDIATE(FL_TAG_SYMBOL, 0), .name = "\"red\""},
    [T_GREEN] = {T_GREEN, FL_KIND_LITERAL, 0, .literal = FL_IMMEDIATE(FL_TAG_SYMBOL, 1), .name = "\"green\""},
    [T_FRAME] = {T_FRAME, FL_KIND_TUPLE, 0, .object_words = 5, .references = table_frame, FIELDS(table_frame_fields),
                 .name = "frame"},
    [T_EMPTY] = {T_EMPTY, FL_KIND_RECORD, 0, .name = "{}"},
    LIST(T_NILS, FL_TYPE_NIL, T_NILS_BUFFER, "[nil]"),
    BUFFER(T_NILS_BUFFER, FL_TYPE_NIL, NULL),
    [T_HUGE] = {T_HUGE, FL_KIND_LITERAL, 0, .big = INT64_MAX, .name = "9223372036854775807"},
    LIST(T_FLOATS, FL_TYPE_FLOAT, T_FLOATS_BUFFER, "[float]"),
    BUFFER(T_FLOATS_BUFFER, FL_TYPE_FLOAT, NULL),
    [T_MAP] = {T_MAP, FL_KIND_MAP, 2, .object_words = 2, .references = table_first, FIELDS(table_entry),
               .buffer = TYPE(T_NODE), .name = "map"},
    [T_NODE] = {T_NODE, FL_KIND_NODE, .object_words = 2, FIELDS(table_entry), .name = "node"},
};

#define ENTRY(i) TYPE(i)
static const FlType *const table_types[T_COUNT] = {
    ENTRY(0),  ENTRY(1),  ENTRY(2),  ENTRY(3),  ENTRY(4),  ENTRY(5),  ENTRY(6),  ENTRY(7),  ENTRY(8),  ENTRY(9),
    ENTRY(10), ENTRY(11), ENTRY(12), ENTRY(13), ENTRY(14), ENTRY(15), ENTRY(16), ENTRY(17), ENTRY(18), ENTRY(19),
    ENTRY(20), ENTRY(21), ENTRY(22), ENTRY(23), ENTRY(24), ENTRY(25), ENTRY(26), ENTRY(27), ENTRY(28)};

#define STATIC_STRING(name, text)                                                                                      \
    static FlString name = {{FL_TYPE_STRING, FL_OBJECT_STATIC}, sizeof(text) - 1, sizeof(text) - 1, {text}}
STATIC_STRING(table_red, "red");
STATIC_STRING(table_green, "green");
STATIC_STRING(table_static, "a static text");
static FlString *const table_symbols[] = {&table_red, &table_green};
const FlProgram fl_program = {FL_ABI_VERSION, T_COUNT, table_types, table_symbols, 2, 0, NULL, NULL, NULL};

// ---- a heap and values in it
// --------------------------------------------------------------------------------------------

typedef struct TestHeap {
    FlBump bump;
    FlArena arena;
    _Alignas(8) char embedded[128];
    uint64_t seed;
    FlWord pool[64]; // values built before, to be shared
    unsigned pooled;
} TestHeap;

static inline void heap_begin(TestHeap *heap, uint64_t seed) {
    arena_init(&heap->arena, &heap->bump, heap->embedded, sizeof heap->embedded);
    heap->seed = seed * 2654435761u + 88172645463325252u;
    heap->pooled = 0;
}

static inline void heap_end(TestHeap *heap) { arena_deinit(&heap->arena, &heap->bump); }

// xorshift, in [0, n)
static inline uint64_t draw(TestHeap *heap, uint64_t n) {
    heap->seed ^= heap->seed << 13;
    heap->seed ^= heap->seed >> 7;
    heap->seed ^= heap->seed << 17;
    return heap->seed % n;
}

static inline void *make(TestHeap *heap, uint64_t bytes, uint32_t type) {
    FlObject *object = arena_allocate(&heap->arena, &heap->bump, bytes);
    *object = (FlObject){.type = type};
    return object;
}

static inline FlWord *make_words(TestHeap *heap, uint32_t type) {
    return object_words(make(heap, 8 + 8 * (uint64_t)table_all[type].object_words, type));
}

static inline FlWord word_of(const void *object) { return (FlWord)object; }
static inline FlWord object_of(FlWord *words) { return (FlWord)(words - 1); }

static inline FlString *make_string(TestHeap *heap, const char *bytes, uint64_t length) {
    FlString *string = make(heap, object_string_bytes(length), FL_TYPE_STRING);
    uint64_t points = 0;
    utf8_check(bytes, length, &points);
    string->length = (uint32_t)length;
    string->points = (uint32_t)points;
    memcpy(string->bytes, bytes, length);
    string->bytes[length] = 0;
    return string;
}

static inline FlString *make_text(TestHeap *heap, const char *text) { return make_string(heap, text, strlen(text)); }

static inline FlBuffer *make_buffer(TestHeap *heap, uint32_t type, uint32_t capacity) {
    FlBuffer *buffer = make(heap, object_buffer_bytes(capacity, table_all[type].element->words), type);
    buffer->capacity = capacity;
    buffer->used = 0;
    buffer->owner = 1;
    return buffer;
}

static inline FlWord make_int(TestHeap *heap, int64_t value) {
    if ((int64_t)((uint64_t)value << 8) >> 8 == value)
        return FL_IMMEDIATE(FL_TAG_INT, value);
    FlWord *words = make_words(heap, FL_TYPE_INT);
    words[0] = (FlWord)value;
    return object_of(words);
}

static inline FlString *random_string(TestHeap *heap) {
    static const char *const parts[] = {"a", "Bo", "\"", "\\", "\n", "ä", "€", "😀", "\x01", " "};
    char bytes[64];
    uint64_t length = 0;
    if (draw(heap, 4) == 0)
        return &table_static;
    for (uint64_t n = draw(heap, 12); n > 0; n--) {
        const char *part = parts[draw(heap, 10)];
        memcpy(bytes + length, part, strlen(part));
        length += strlen(part);
    }
    return make_string(heap, bytes, length);
}

static inline FlList random_ints(TestHeap *heap) {
    uint32_t capacity = (uint32_t)draw(heap, 9);
    if (capacity == 0)
        return (FlList){NULL, 0};
    FlBuffer *buffer = make_buffer(heap, T_INTS_BUFFER, capacity);
    uint32_t used = (uint32_t)draw(heap, capacity + 1), offset = (uint32_t)draw(heap, used + 1);
    for (uint32_t i = 0; i < used; i++)
        buffer->elements[i] = draw(heap, 1000);
    buffer->used = used;
    return (FlList){buffer, (uint64_t)offset << 32 | (used - offset)};
}

static inline FlWord random_value(TestHeap *heap, unsigned depth);

static inline FlList random_values(TestHeap *heap, unsigned depth) {
    uint32_t length = (uint32_t)draw(heap, 5);
    if (length == 0)
        return (FlList){NULL, 0};
    FlWord words[4];
    for (uint32_t i = 0; i < length; i++)
        words[i] = random_value(heap, depth - 1);
    FlBuffer *buffer = make_buffer(heap, T_VALUES_BUFFER, length + (uint32_t)draw(heap, 3));
    memcpy(buffer->elements, words, length * sizeof *words);
    buffer->used = length;
    uint32_t offset = (uint32_t)draw(heap, length + 1);
    return (FlList){buffer, (uint64_t)offset << 32 | (length - offset)};
}

static inline FlWord random_small(TestHeap *heap) {
    FlString *b = random_string(heap);
    FlWord *words = make_words(heap, T_SMALL);
    words[0] = draw(heap, 100);
    words[1] = word_of(b);
    return object_of(words);
}

static inline FlWord random_big(TestHeap *heap, unsigned depth) {
    FlList items = random_values(heap, depth);
    FlWord left = random_value(heap, depth - 1), name = word_of(random_string(heap)), b = word_of(random_string(heap));
    FlWord *words = make_words(heap, T_BIG);
    FlWord all[] = {draw(heap, 100), word_of(items.buffer), items.range, left, name, draw(heap, 100), b};
    memcpy(words, all, sizeof all);
    return object_of(words);
}

static inline FlWord random_smalls(TestHeap *heap) {
    FlBuffer *buffer = make_buffer(heap, T_SMALLS_BUFFER, 3);
    for (uint32_t i = 0; i < 3; i++) {
        FlWord b = word_of(random_string(heap));
        buffer->elements[2 * i] = draw(heap, 100);
        buffer->elements[2 * i + 1] = b;
        buffer->used = i + 1;
    }
    FlWord *words = make_words(heap, T_SMALLS);
    words[0] = word_of(buffer);
    words[1] = (uint64_t)1 << 32 | 2;
    return object_of(words);
}

static inline FlWord random_closure(TestHeap *heap, unsigned depth) {
    FlWord captured = random_value(heap, depth - 1), string = word_of(random_string(heap));
    FlWord *words = make_words(heap, T_CLOSURE);
    words[0] = draw(heap, 5);
    words[1] = string;
    words[2] = captured;
    return object_of(words);
}

static inline FlWord boxed_list(TestHeap *heap, uint32_t type, FlList list) {
    FlWord *words = make_words(heap, type);
    words[0] = word_of(list.buffer);
    words[1] = list.range;
    return object_of(words);
}

static inline FlWord random_fresh(TestHeap *heap, unsigned depth) {
    double number;
    FlWord *words;
    switch (draw(heap, depth == 0 ? 8 : 14)) {
    case 0:
        return FL_IMMEDIATE(FL_TAG_NIL, 0);
    case 1:
        return FL_IMMEDIATE(FL_TAG_BOOL, draw(heap, 2));
    case 2:
        return make_int(heap, (int64_t)draw(heap, UINT64_MAX));
    case 3:
        return make_int(heap, (int64_t)draw(heap, 2000) - 1000);
    case 4:
        number = (double)draw(heap, 100000) / 8;
        words = make_words(heap, FL_TYPE_FLOAT);
        memcpy(words, &number, 8);
        return object_of(words);
    case 5:
        return word_of(random_string(heap));
    case 6:
        words = make_words(heap, FL_TYPE_PID);
        words[0] = draw(heap, 1000000);
        return object_of(words);
    case 7:
        return FL_IMMEDIATE(FL_TAG_SYMBOL, draw(heap, 2));
    case 8:
        return boxed_list(heap, T_INTS, random_ints(heap));
    case 9:
        return boxed_list(heap, T_VALUES, random_values(heap, depth));
    case 10:
        return random_small(heap);
    case 11:
        return random_closure(heap, depth);
    case 12:
        return random_smalls(heap);
    default:
        return random_big(heap, depth);
    }
}

static inline FlWord random_value(TestHeap *heap, unsigned depth) {
    if (heap->pooled > 0 && draw(heap, 5) == 0)
        return heap->pool[draw(heap, heap->pooled)];
    FlWord word = random_fresh(heap, depth);
    if (heap->pooled < 64)
        heap->pool[heap->pooled++] = word;
    return word;
}

// [[[…]]], `depth` deep, of the type [value]
static inline FlWord nested_lists(TestHeap *heap, unsigned depth) {
    FlWord word = FL_IMMEDIATE(FL_TAG_INT, 7);
    for (; depth > 0; depth--) {
        FlBuffer *buffer = make_buffer(heap, T_VALUES_BUFFER, 1);
        buffer->elements[0] = word;
        buffer->used = 1;
        word = boxed_list(heap, T_VALUES, (FlList){buffer, 1});
    }
    return word;
}

#endif
