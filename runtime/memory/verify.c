// The heap verifier. First pass: walk all stretches of objects and note in a bitmap where objects start. Second
// pass: check every word against its descriptor. Recursion goes only into inline records, hence no deeper than
// types are nested.
#include "runtime/memory/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/holds.h"
#include "runtime/memory/message.h"
#include "runtime/memory/object.h"
#include "runtime/memory/utf8.h"

typedef struct Stretch {
    char *first, *end;
    uint64_t bit; // of the first word in the bitmap of starts
} Stretch;

typedef struct Heap {
    Stretch *stretches; // sorted by address
    size_t count;
    uint64_t words;       // of all stretches
    uint64_t *starts;     // bitmap: an object starts at this word
    const FlBlock *holds; // of the arena or message; blocks among them are none
    const char **counted; // objects that they count, sorted
    size_t counted_count;
    Violation violation;
    const FlObject *object; // being checked
} Heap;

// The image of the executable, in which static objects lie. Weak: a runtime inside a shared library has no such
// bounds.
extern const char __executable_start[] __attribute__((weak));
extern const char _end[] __attribute__((weak));

bool verify_enabled(void) {
    const char *wish = getenv("FLUFFY_VERIFY");
#ifdef FLUFFY_PLAIN_MALLOC // a sanitized build
    return wish == NULL || strcmp(wish, "0") != 0;
#else
    return wish != NULL && strcmp(wish, "1") == 0;
#endif
}

static bool violated(Heap *heap, const char *what, const FlWord *slot) {
    heap->violation.what = what;
    heap->violation.object = heap->object;
    if (heap->object != NULL && heap->object->type < fl_program.type_count)
        heap->violation.type = object_type(heap->object);
    if (slot != NULL && heap->object != NULL)
        heap->violation.index = (uint64_t)(slot - object_words(heap->object));
    if (slot != NULL)
        heap->violation.word = *slot;
    return false;
}

// ---- the first pass ------------------------------------------------------------------------------------------------

static bool is_object_kind(const FlType *type) {
    switch (type->kind) {
    case FL_KIND_INT:
    case FL_KIND_FLOAT:
    case FL_KIND_PID:
    case FL_KIND_STRING:
    case FL_KIND_RECORD:
    case FL_KIND_TUPLE:
    case FL_KIND_CLOSURE:
    case FL_KIND_LIST:
    case FL_KIND_BUFFER:
    case FL_KIND_MAP:
    case FL_KIND_NODE:
        return true;
    default:
        return false;
    }
}

static bool count_stretch(void *context, char *first, char *end) {
    Heap *heap = context;
    heap->count++;
    heap->words += (uint64_t)(end - first) / sizeof(FlWord);
    return true;
}

static bool add_stretch(void *context, char *first, char *end) {
    Heap *heap = context;
    heap->stretches[heap->count++] = (Stretch){.first = first, .end = end};
    return true;
}

static int by_address(const void *a, const void *b) {
    const Stretch *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

// Whether the flags name the object's own entry in the arena's table of promotions.
static bool is_promoted(const Heap *heap, const FlObject *object) {
    const FlBlock *first = heap->holds;
    if (first == NULL || !hold_is(first) || first->end != HOLD_TABLE ||
        (object->flags & OBJECT_KIND_FLAGS) != FL_OBJECT_PROMOTED)
        return false;
    const Promotions *table = (const Promotions *)first;
    uint32_t index = object->flags >> OBJECT_INDEX_SHIFT;
    return index < table->count && table->entries[index].source == object &&
           shared_is_object(promotions_copy(table, index));
}

static void mark_start(Heap *heap, const Stretch *stretch, const void *at) {
    uint64_t bit = stretch->bit + (uint64_t)((const char *)at - stretch->first) / sizeof(FlWord);
    heap->starts[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static bool walk_stretch(Heap *heap, const Stretch *stretch) {
    for (char *at = stretch->first; at < stretch->end;) {
        FlObject *object = (FlObject *)at;
        heap->object = object;
        if (object->type != OBJECT_FILLER) {
            if (object->type >= fl_program.type_count)
                return violated(heap, "an object's type id is not in the table", NULL);
            if (!is_object_kind(object_type(object)))
                return violated(heap, "an object has a type of which there are no objects", NULL);
            if (object->flags != 0 && !is_promoted(heap, object))
                return violated(heap, "an object of the heap is marked or static", NULL);
            mark_start(heap, stretch, at);
        }
        uint64_t bytes = object_bytes(object);
        if (bytes > (uint64_t)(stretch->end - at))
            return violated(heap, "an object reaches behind its block's end", NULL);
        at += bytes;
    }
    return true;
}

// Sorts the stretches, places them in the bitmap and fills it in.
static bool index_heap(Heap *heap) {
    qsort(heap->stretches, heap->count, sizeof *heap->stretches, by_address);
    uint64_t bit = 0;
    for (size_t i = 0; i < heap->count; i++) {
        heap->stretches[i].bit = bit;
        bit += (uint64_t)(heap->stretches[i].end - heap->stretches[i].first) / sizeof(FlWord);
    }
    for (size_t i = 0; i < heap->count; i++)
        if (!walk_stretch(heap, &heap->stretches[i]))
            return false;
    return true;
}

// ---- the second pass -----------------------------------------------------------------------------------------------

static bool is_start(const Heap *heap, const char *pointer) {
    size_t low = 0, high = heap->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pointer >= heap->stretches[middle].end)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == heap->count || pointer < heap->stretches[low].first)
        return false;
    const Stretch *stretch = &heap->stretches[low];
    return object_bit(heap->starts, stretch->bit + (uint64_t)(pointer - stretch->first) / sizeof(FlWord));
}

static bool is_static(const char *pointer) {
    if (__executable_start != NULL && (pointer < __executable_start || pointer >= _end))
        return false;
    const FlObject *object = (const FlObject *)pointer;
    return object_is_static(object) && object->type < fl_program.type_count && is_object_kind(object_type(object));
}

static int by_pointer(const void *a, const void *b) {
    const char *left = *(const char *const *)a, *right = *(const char *const *)b;
    return (left > right) - (left < right);
}

// Whether a pointer leads to what the holds keep; what lies in the shared heap only has to be an object there.
static bool is_outside(const Heap *heap, const char *pointer) {
    bool counted = heap->counted_count > 0 &&
                   bsearch(&pointer, heap->counted, heap->counted_count, sizeof pointer, by_pointer) != NULL;
    uint32_t kind = counted ? OBJECT_COUNTED_FLAGS : FL_OBJECT_STATIC | FL_OBJECT_SHARED;
    if (!counted && !shared_is_object(pointer))
        return false;
    const FlObject *object = (const FlObject *)pointer;
    return (object->flags & OBJECT_KIND_FLAGS) == kind && object->type < fl_program.type_count &&
           is_object_kind(object_type(object));
}

static bool check_pointer(Heap *heap, const FlWord *slot) {
    if (*slot == 0)
        return violated(heap, "a reference is NULL", slot);
    if (*slot % 8 != 0)
        return violated(heap, "a reference is not aligned", slot);
    if (!is_start(heap, (const char *)*slot) && !is_static((const char *)*slot) &&
        !is_outside(heap, (const char *)*slot))
        return violated(heap, "a reference points to no object of this heap, to no static one and to none held", slot);
    return true;
}

static bool check_immediate(Heap *heap, const FlWord *slot) {
    int64_t payload = FL_IMMEDIATE_PAYLOAD(*slot);
    switch (FL_IMMEDIATE_TAG(*slot)) {
    case FL_TAG_NIL:
        return payload == 0 || violated(heap, "an immediate nil has a payload", slot);
    case FL_TAG_BOOL:
        return payload == 0 || payload == 1 || violated(heap, "an immediate bool is neither false nor true", slot);
    case FL_TAG_SYMBOL:
        return (payload >= 0 && payload < fl_program.symbol_count) ||
               violated(heap, "an immediate symbol is not in the table", slot);
    case FL_TAG_INT:
        return true;
    default:
        return violated(heap, "an immediate has an unknown tag", slot);
    }
}

static bool immediate_is_member(FlWord word, const FlType *member) {
    switch (FL_IMMEDIATE_TAG(word)) {
    case FL_TAG_NIL:
        return member->kind == FL_KIND_NIL;
    case FL_TAG_BOOL:
        return member->kind == FL_KIND_BOOL || (member->kind == FL_KIND_LITERAL && member->literal == word);
    case FL_TAG_INT:
        return member->kind == FL_KIND_INT || (member->kind == FL_KIND_LITERAL && member->literal == word);
    default: // a symbol is also a member of a union with string in it only as its own literal type
        return member->kind == FL_KIND_LITERAL && member->literal == word;
    }
}

static bool object_is_member(const FlObject *object, const FlType *member) {
    if (member->kind == FL_KIND_FUNCTION)
        return object_type(object)->kind == FL_KIND_CLOSURE;
    if (member->kind == FL_KIND_LITERAL) // an integer literal beyond 56 bits
        return object->type == FL_TYPE_INT && member->big == (int64_t)*object_words(object);
    return object->type == member->id;
}

static bool is_member(FlWord word, const FlType *type) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        const FlType *member = type->fields[i].type;
        if (member->kind == FL_KIND_UNION ? is_member(word, member)
            : word & 1                    ? immediate_is_member(word, member)
                                          : object_is_member((const FlObject *)word, member))
            return true;
    }
    return false;
}

static bool check_tagged(Heap *heap, const FlWord *slot) {
    return *slot & 1 ? check_immediate(heap, slot) : check_pointer(heap, slot);
}

static bool check_typed_pointer(Heap *heap, const FlWord *slot, uint32_t id) {
    if (!check_pointer(heap, slot))
        return false;
    return ((const FlObject *)*slot)->type == id ||
           violated(heap, "a reference points to an object of another type", slot);
}

static bool check_list(Heap *heap, const FlType *type, const FlWord *words) {
    uint64_t length = FL_LIST_LENGTH(words[1]), offset = FL_LIST_OFFSET(words[1]);
    if (words[0] == 0)
        return length == 0 || violated(heap, "a list without a buffer has a length", &words[1]);
    if (!check_typed_pointer(heap, &words[0], type->buffer->id))
        return false;
    const FlBuffer *buffer = (const FlBuffer *)words[0];
    // How much a counted one uses is its owner's to know.
    uint32_t used = buffer->header.flags & FL_OBJECT_COUNTED ? buffer->capacity : buffer->used;
    return offset + length <= used || violated(heap, "a list reaches behind what its buffer holds", &words[1]);
}

static bool check_map(Heap *heap, const FlType *type, const FlWord *words) {
    if (words[0] == 0)
        return words[1] == 0 || violated(heap, "a map without nodes has entries", &words[1]);
    return check_typed_pointer(heap, &words[0], type->buffer->id) &&
           (words[1] != 0 || violated(heap, "a map with nodes has no entries", &words[1]));
}

static bool check_value(Heap *heap, const FlType *type, const FlWord *words);

static bool check_fields(Heap *heap, const FlType *type, const FlWord *words) {
    for (uint32_t i = 0; i < type->field_count; i++)
        if (!check_value(heap, type->fields[i].type, words + type->fields[i].offset))
            return false;
    return true;
}

static bool check_value(Heap *heap, const FlType *type, const FlWord *words) {
    switch (type->kind) {
    case FL_KIND_BOOL:
        return *words <= 1 || violated(heap, "a bool is neither 0 nor 1", words);
    case FL_KIND_STRING:
        return check_typed_pointer(heap, words, type->id); // of a string, or a handle
    case FL_KIND_RECORD:
        return type->boxed ? check_typed_pointer(heap, words, type->id) : check_fields(heap, type, words);
    case FL_KIND_FUNCTION:
        return check_pointer(heap, words) && (object_type((const FlObject *)*words)->kind == FL_KIND_CLOSURE ||
                                              violated(heap, "a function is not a closure object", words));
    case FL_KIND_LIST:
        return check_list(heap, type, words);
    case FL_KIND_MAP:
        return check_map(heap, type, words);
    case FL_KIND_UNION:
        return check_tagged(heap, words) &&
               (is_member(*words, type) || violated(heap, "a union holds no member of it", words));
    default: // data, and what has no words
        return true;
    }
}

static bool check_string(Heap *heap, const FlString *string) {
    if (string->bytes[string->length] != 0)
        return violated(heap, "a string is not closed by a NUL", NULL);
    uint64_t points;
    if (!utf8_check(string->bytes, string->length, &points))
        return violated(heap, "a string is not UTF-8", NULL);
    return points == string->points || violated(heap, "a string's count of code points is wrong", NULL);
}

static bool check_buffer(Heap *heap, const FlBuffer *buffer, const FlType *element) {
    if (buffer->used > buffer->capacity)
        return violated(heap, "a buffer uses more than it has", NULL);
    for (uint64_t i = 0; i < buffer->used && element->words > 0; i++)
        if (!check_value(heap, element, buffer->elements + i * element->words))
            return false;
    return true;
}

static bool check_node(Heap *heap, const FlNode *node, const FlType *type) {
    uint32_t children = object_count_bits(node->children);
    uint32_t entries = object_count_bits(node->entries);
    bool collision = node->children & node->entries;
    if (children + entries == 0)
        return violated(heap, "a node of a map is empty", NULL);
    if (collision && node->children != 1)
        return violated(heap, "a node of a map has children and entries in one place", NULL);
    for (uint32_t i = 0; i < children; i++)
        if (!(collision && node->words[i] == 0) && !check_typed_pointer(heap, &node->words[i], type->id))
            return false;
    for (uint32_t i = 0; i < entries; i++)
        if (!check_fields(heap, type, node->words + children + i * type->object_words))
            return false;
    return true;
}

static bool check_object(Heap *heap, const FlObject *object) {
    const FlType *type = object_type(object);
    const FlWord *words = object_words(object);
    heap->object = object;
    switch (type->kind) {
    case FL_KIND_STRING:
        return check_string(heap, (const FlString *)object);
    case FL_KIND_BUFFER:
        return check_buffer(heap, (const FlBuffer *)object, type->element);
    case FL_KIND_INT:
        return (int64_t)(*words << 8) >> 8 != (int64_t)*words || violated(heap, "a boxed int fits an immediate", words);
    case FL_KIND_LIST:
        return check_list(heap, type, words);
    case FL_KIND_MAP:
        return check_map(heap, type, words);
    case FL_KIND_NODE:
        return check_node(heap, (const FlNode *)object, type);
    default:
        return check_fields(heap, type, words);
    }
}

static bool check_heap(Heap *heap) {
    for (size_t i = 0; i < heap->count; i++) {
        const Stretch *stretch = &heap->stretches[i];
        for (char *at = stretch->first; at < stretch->end; at += object_bytes((FlObject *)at))
            if (((FlObject *)at)->type != OBJECT_FILLER && !check_object(heap, (FlObject *)at))
                return false;
    }
    heap->object = NULL;
    return true;
}

// ---- entries -------------------------------------------------------------------------------------------------------

// Room for `count` stretches with `words` words in total; false: memory is out.
static bool heap_init(Heap *heap) {
    size_t map = (heap->words / 64 + 1) * sizeof(uint64_t);
    heap->starts = memory_allocate(map);
    heap->stretches = memory_allocate(heap->count * sizeof(Stretch));
    if (heap->starts == NULL || heap->stretches == NULL)
        return false;
    size_t holds = 0;
    for (const FlBlock *hold = heap->holds; hold != NULL; hold = hold->next)
        holds += hold_is(hold);
    heap->counted = memory_allocate((holds + 1) * sizeof *heap->counted);
    if (heap->counted == NULL)
        return false;
    for (const FlBlock *hold = heap->holds; hold != NULL; hold = hold->next)
        if (hold_is(hold) && hold->end != HOLD_SLOTS && hold->end != HOLD_TABLE)
            heap->counted[heap->counted_count++] = hold->end;
    qsort(heap->counted, heap->counted_count, sizeof *heap->counted, by_pointer);
    memset(heap->starts, 0, map);
    heap->count = 0;
    heap->violation.checked = true;
    return true;
}

static Violation heap_finish(Heap *heap) {
    memory_free(heap->starts);
    memory_free(heap->stretches);
    memory_free(heap->counted);
    return heap->violation;
}

Violation verify_arena(const FlArena *arena, const FlBump *bump, const FlObject *root) {
    Heap heap = {.holds = arena->holds};
    FlWord word = (FlWord)root;
    arena_each_block(arena, bump, count_stretch, &heap);
    if (heap_init(&heap)) {
        arena_each_block(arena, bump, add_stretch, &heap);
        if (index_heap(&heap) && check_heap(&heap) && root != NULL)
            check_pointer(&heap, &word);
    }
    return heap_finish(&heap);
}

static void message_stretches(const FlMessage *message, bool (*visit)(void *, char *, char *), Heap *heap) {
    visit(heap, message_first(message), message_end(message));
    if (message->more != NULL && !hold_is(message->more))
        visit(heap, message->more->first, message->more->end);
}

Violation verify_message(const FlMessage *message) {
    Heap heap = {.holds = message->more};
    message_stretches(message, count_stretch, &heap);
    if (heap_init(&heap)) {
        message_stretches(message, add_stretch, &heap);
        if (index_heap(&heap) && check_heap(&heap) && message->head.root != 0)
            check_tagged(&heap, &message->head.root);
    }
    return heap_finish(&heap);
}

void verify_describe(const Violation *violation, char *text, size_t size) {
    if (!violation->checked)
        snprintf(text, size, "no memory to verify the heap with");
    else if (violation->what == NULL)
        snprintf(text, size, "the heap is well formed");
    else
        snprintf(text, size, "%s: object %p of type %s, word %llu is %#llx", violation->what,
                 (const void *)violation->object, violation->type != NULL ? violation->type->name : "(unknown)",
                 (unsigned long long)violation->index, (unsigned long long)violation->word);
}
