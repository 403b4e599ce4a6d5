// C values as Fluffy values: by a shape on the one side and a descriptor on the other.
#include <string.h>

#include "runtime/host/host.h"
#include "runtime/memory/object.h"
#include "runtime/memory/utf8.h"

// ---- which type a shape becomes

static bool literal_is(const FlType *type, const FlShape *shape) {
    switch (FL_IMMEDIATE_TAG(type->literal)) {
    case FL_TAG_SYMBOL: {
        const FlString *text = fl_program.symbols[FL_IMMEDIATE_PAYLOAD(type->literal)];
        return shape->kind == FL_SHAPE_TEXT && shape->text_length == text->length &&
               memcmp(shape->text, text->bytes, text->length) == 0;
    }
    case FL_TAG_BOOL:
        return shape->kind == FL_SHAPE_TRUTH && (shape->number != 0) == (FL_IMMEDIATE_PAYLOAD(type->literal) != 0);
    default:
        return shape->kind == FL_SHAPE_NUMBER && shape->number == type->big;
    }
}

static const FlShapeField *shape_field(const FlShape *shape, const char *name) {
    for (uint32_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

static bool record_fits(const FlType *type, const FlShape *shape) {
    if (type->field_count != shape->count)
        return false;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const FlShapeField *field = shape_field(shape, type->fields[i].name);
        if (!field || !value_fits(type->fields[i].type, field->shape))
            return false;
    }
    return true;
}

static const FlType *member_for(const FlType *type, const FlShape *shape) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (value_fits(type->fields[i].type, shape))
            return type->fields[i].type;
    }
    return NULL;
}

static bool union_fits(const FlType *type, const FlShape *shape) {
    for (uint32_t i = 0; i < shape->count; i++) {
        if (!value_fits(type, shape->fields[i].shape))
            return false;
    }
    return true;
}

bool value_fits(const FlType *type, const FlShape *shape) {
    if (shape->kind == FL_SHAPE_UNION)
        return union_fits(type, shape);
    switch ((FlKind)type->kind) {
    case FL_KIND_NIL:
        return shape->kind == FL_SHAPE_NIL;
    case FL_KIND_BOOL:
        return shape->kind == FL_SHAPE_BOOL || shape->kind == FL_SHAPE_TRUTH;
    case FL_KIND_INT:
        return shape->kind == FL_SHAPE_INT || shape->kind == FL_SHAPE_NUMBER;
    case FL_KIND_FLOAT:
        return shape->kind == FL_SHAPE_FLOAT;
    case FL_KIND_STRING:
        return shape->kind == FL_SHAPE_STRING || shape->kind == FL_SHAPE_TEXT;
    case FL_KIND_PID:
        return shape->kind == FL_SHAPE_PID;
    case FL_KIND_LITERAL:
        return literal_is(type, shape);
    case FL_KIND_RECORD:
        return shape->kind == FL_SHAPE_RECORD && record_fits(type, shape);
    case FL_KIND_LIST:
        return shape->kind == FL_SHAPE_ARRAY && value_fits(type->element, shape->element);
    case FL_KIND_UNION:
        return member_for(type, shape) != NULL;
    default:
        return false;
    }
}

const FlShape *value_variant(const FlShape *shape, const char **value, uint32_t *tag) {
    int which;
    *tag = 0;
    if (shape->kind != FL_SHAPE_UNION)
        return shape;
    memcpy(&which, *value, sizeof which);
    if (which < 0 || (uint32_t)which >= shape->count)
        return NULL;
    *tag = (uint32_t)which;
    *value += shape->fields[which].offset;
    return shape->fields[which].shape;
}

// ---- making values

static bool fail(ValueIn *in, fluffy_status status, const char *text) {
    if (in->status == FLUFFY_OK)
        in->status = seat_fail(in->seat, status, "%s", text);
    return false;
}

static void *allocate(ValueIn *in, uint64_t bytes) {
    void *memory = arena_allocate(in->arena, in->bump, bytes);
    if (!memory)
        fail(in, FLUFFY_NO_MEMORY, "out of memory");
    return memory;
}

static FlObject *object(ValueIn *in, uint32_t type, uint64_t words) {
    FlObject *made = allocate(in, sizeof(FlObject) + words * sizeof(FlWord));
    if (made)
        *made = (FlObject){.type = type};
    return made;
}

static bool string_in(ValueIn *in, const char *bytes, size_t length, FlWord *word) {
    uint64_t points;
    if (length == 0)
        bytes = ""; // may be NULL
    if (!bytes)
        return fail(in, FLUFFY_INVALID, "a text has a length, but no bytes");
    if (length > UINT32_MAX - 64)
        return fail(in, FLUFFY_INVALID, "a text is longer than 4 GB");
    if (!utf8_check(bytes, length, &points))
        return fail(in, FLUFFY_INVALID, "a text is not UTF-8");
    FlString *string = allocate(in, object_string_bytes(length));
    if (!string)
        return false;
    *string = (FlString){.header = {.type = FL_TYPE_STRING}, .length = (uint32_t)length, .points = (uint32_t)points};
    memset((char *)string + object_string_bytes(length) - 8, 0, 8);
    if (length > 0)
        memcpy(string->bytes, bytes, length);
    *word = (FlWord)string;
    return true;
}

typedef struct Array {
    const char *items;
    size_t count;
} Array;

static bool list_in(ValueIn *in, const FlType *type, FlWord *words, const FlShape *shape, const char *value) {
    Array array;
    uint64_t element = type->element->words;
    memcpy(&array, value, sizeof array);
    words[0] = 0;
    words[1] = array.count;
    if (array.count == 0)
        return true;
    if (!array.items)
        return fail(in, FLUFFY_INVALID, "a list has a count, but no items");
    if (array.count > UINT32_MAX)
        return fail(in, FLUFFY_INVALID, "a list has more than 4294967295 elements");
    FlBuffer *buffer = allocate(in, object_buffer_bytes(array.count, element));
    if (!buffer)
        return false;
    *buffer = (FlBuffer){
        .header = {.type = type->buffer->id}, .capacity = (uint32_t)array.count, .used = (uint32_t)array.count};
    words[0] = (FlWord)buffer;
    for (size_t i = 0; i < array.count; i++) {
        const char *item = array.items + i * shape->element->size;
        if (!value_in(in, type->element, buffer->elements + i * element, shape->element, item))
            return false;
    }
    return true;
}

bool value_in_fields(ValueIn *in, const FlType *type, FlWord *words, const FlShape *shape, const char *value) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        const FlField *to = &type->fields[i];
        const FlShapeField *from = &shape->fields[i]; // most often in the same order
        if (to->name && strcmp(from->name, to->name) != 0)
            from = shape_field(shape, to->name);
        if (!value_in(in, to->type, words + to->offset, from->shape, value + from->offset))
            return false;
    }
    return true;
}

static bool record_in(ValueIn *in, const FlType *type, FlWord *words, const FlShape *shape, const char *value) {
    if (!type->boxed)
        return value_in_fields(in, type, words, shape, value);
    FlObject *record = object(in, type->id, type->object_words);
    if (!record)
        return false;
    words[0] = (FlWord)record;
    return value_in_fields(in, type, object_words(record), shape, value);
}

// A value of a member as the one word of a union.
static bool union_in(ValueIn *in, const FlType *type, FlWord *word, const FlShape *shape, const char *value) {
    const FlType *member = member_for(type, shape);
    int64_t number;
    if (!member)
        return fail(in, FLUFFY_INVALID, "a value has a shape that does not fit");
    switch ((FlKind)member->kind) {
    case FL_KIND_NIL:
        *word = FL_IMMEDIATE(FL_TAG_NIL, 0);
        return true;
    case FL_KIND_LITERAL:
        *word = member->literal;
        return true;
    case FL_KIND_BOOL:
        value_in(in, member, word, shape, value);
        *word = FL_IMMEDIATE(FL_TAG_BOOL, *word);
        return true;
    case FL_KIND_STRING:
        return value_in(in, member, word, shape, value);
    case FL_KIND_INT:
        value_in(in, member, (FlWord *)&number, shape, value);
        *word = FL_IMMEDIATE(FL_TAG_INT, number);
        if (FL_IMMEDIATE_PAYLOAD(*word) == number)
            return true;
        break;
    default:
        if (member->boxed)
            return value_in(in, member, word, shape, value);
        break;
    }
    FlObject *box = object(in, member->id, member->object_words);
    *word = (FlWord)box;
    return box && value_in(in, member, object_words(box), shape, value);
}

bool value_in(ValueIn *in, const FlType *type, FlWord *words, const FlShape *shape, const char *value) {
    uint32_t tag;
    if (shape->kind == FL_SHAPE_UNION && !(shape = value_variant(shape, &value, &tag)))
        return fail(in, FLUFFY_INVALID, "a tag names no shape");
    if (type->kind == FL_KIND_UNION)
        return union_in(in, type, words, shape, value);
    switch (shape->kind) {
    case FL_SHAPE_BOOL:
        words[0] = *(const unsigned char *)value != 0;
        return true;
    case FL_SHAPE_INT:
    case FL_SHAPE_FLOAT:
    case FL_SHAPE_PID:
        memcpy(words, value, sizeof *words);
        return true;
    case FL_SHAPE_STRING: {
        fluffy_string string;
        memcpy(&string, value, sizeof string);
        return string_in(in, string.bytes, string.length, words);
    }
    case FL_SHAPE_TEXT:
        return type->kind == FL_KIND_LITERAL || string_in(in, shape->text, shape->text_length, words);
    case FL_SHAPE_NUMBER:
    case FL_SHAPE_TRUTH:
        if (type->kind != FL_KIND_LITERAL)
            words[0] = (FlWord)shape->number;
        return true;
    case FL_SHAPE_RECORD:
        return record_in(in, type, words, shape, value);
    case FL_SHAPE_ARRAY:
        return list_in(in, type, words, shape, value);
    default:
        return true; // nil
    }
}
