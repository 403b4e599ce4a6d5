// Fluffy values as C values. What arrives may have more fields than the shape asks for, and another layout than its
// type would have: everything follows from the descriptor that the value brings along.
#include <string.h>

#include "runtime/host/host.h"
#include "runtime/memory/object.h"

static fluffy_status object_out(fluffy_scope *scope, const FlShape *shape, const FlObject *object, char *value);

// ---- unions: the first shape that takes it

static fluffy_status variant_out(fluffy_scope *scope, const FlShape *shape, const FlType *type, const FlWord *words,
                                 char *value) {
    for (uint32_t i = 0; i < shape->count; i++) {
        const FlShapeField *field = &shape->fields[i];
        fluffy_status status = value_out(scope, field->shape, type, words, value + field->offset);
        if (status == FLUFFY_OK)
            memcpy(value, &(int){(int)i}, sizeof(int));
        if (status != FLUFFY_OTHER)
            return status;
    }
    return FLUFFY_OTHER;
}

// ---- records and lists

static const FlField *type_field(const FlType *type, const char *name) {
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (strcmp(type->fields[i].name, name) == 0)
            return &type->fields[i];
    }
    return NULL;
}

static fluffy_status fields_out(fluffy_scope *scope, const FlShape *shape, const FlType *type, const FlWord *words,
                                char *value) {
    if (shape->kind != FL_SHAPE_RECORD)
        return FLUFFY_OTHER;
    for (uint32_t i = 0; i < shape->count; i++) {
        const FlShapeField *to = &shape->fields[i];
        const FlField *from = type_field(type, to->name);
        if (!from)
            return FLUFFY_OTHER;
        fluffy_status status = value_out(scope, to->shape, from->type, words + from->offset, value + to->offset);
        if (status != FLUFFY_OK)
            return status;
    }
    return FLUFFY_OK;
}

typedef struct Array {
    const void *items;
    size_t count;
} Array;

// Whether the elements are in C what they are in the buffer.
static bool same_elements(const FlShape *shape, const FlType *type) {
    return (shape->kind == FL_SHAPE_INT && type->kind == FL_KIND_INT) ||
           (shape->kind == FL_SHAPE_FLOAT && type->kind == FL_KIND_FLOAT) ||
           (shape->kind == FL_SHAPE_PID && type->kind == FL_KIND_PID);
}

static fluffy_status list_out(fluffy_scope *scope, const FlShape *shape, const FlType *type, const FlWord *words,
                              char *value) {
    const FlBuffer *buffer = (const FlBuffer *)words[0];
    const FlWord *elements = buffer ? buffer->elements + FL_LIST_OFFSET(words[1]) * (size_t)type->element->words : NULL;
    Array array = {elements, FL_LIST_LENGTH(words[1])};
    if (array.count > 0 && !same_elements(shape->element, type->element)) {
        char *items = scope_list(scope, array.count * shape->element->size);
        if (!items)
            return FLUFFY_NO_MEMORY;
        for (size_t i = 0; i < array.count; i++) {
            fluffy_status status = value_out(scope, shape->element, type->element, elements + i * type->element->words,
                                             items + i * shape->element->size);
            if (status != FLUFFY_OK)
                return status;
        }
        array.items = items;
    }
    memcpy(value, &array, sizeof array);
    return FLUFFY_OK;
}

// ---- texts and literals

static fluffy_status string_out(const FlShape *shape, const FlString *string, char *value) {
    if (shape->kind == FL_SHAPE_STRING) {
        memcpy(value, &(fluffy_string){string->bytes, string->length}, sizeof(fluffy_string));
        return FLUFFY_OK;
    }
    bool same = shape->kind == FL_SHAPE_TEXT && shape->text_length == string->length &&
                memcmp(shape->text, string->bytes, string->length) == 0;
    return same ? FLUFFY_OK : FLUFFY_OTHER;
}

static fluffy_status number_out(const FlShape *shape, int64_t number, char *value) {
    if (shape->kind == FL_SHAPE_INT) {
        memcpy(value, &number, sizeof number);
        return FLUFFY_OK;
    }
    return shape->kind == FL_SHAPE_NUMBER && shape->number == number ? FLUFFY_OK : FLUFFY_OTHER;
}

static fluffy_status truth_out(const FlShape *shape, bool truth, char *value) {
    if (shape->kind == FL_SHAPE_BOOL) {
        memcpy(value, &truth, sizeof truth);
        return FLUFFY_OK;
    }
    return shape->kind == FL_SHAPE_TRUTH && (shape->number != 0) == truth ? FLUFFY_OK : FLUFFY_OTHER;
}

static fluffy_status immediate_out(const FlShape *shape, FlWord word, char *value) {
    int64_t payload = FL_IMMEDIATE_PAYLOAD(word);
    switch (FL_IMMEDIATE_TAG(word)) {
    case FL_TAG_BOOL:
        return truth_out(shape, payload != 0, value);
    case FL_TAG_SYMBOL:
        return string_out(shape, fl_program.symbols[payload], value);
    case FL_TAG_INT:
        return number_out(shape, payload, value);
    default:
        return shape->kind == FL_SHAPE_NIL ? FLUFFY_OK : FLUFFY_OTHER;
    }
}

// ---- any value

fluffy_status value_out(fluffy_scope *scope, const FlShape *shape, const FlType *type, const FlWord *words,
                        char *value) {
    if (shape->kind == FL_SHAPE_UNION && type->kind != FL_KIND_UNION)
        return variant_out(scope, shape, type, words, value);
    switch ((FlKind)type->kind) {
    case FL_KIND_NIL:
        return shape->kind == FL_SHAPE_NIL ? FLUFFY_OK : FLUFFY_OTHER;
    case FL_KIND_BOOL:
        return truth_out(shape, words[0] != 0, value);
    case FL_KIND_INT:
        return number_out(shape, (int64_t)words[0], value);
    case FL_KIND_FLOAT:
    case FL_KIND_PID:
        if (shape->kind != (type->kind == FL_KIND_PID ? FL_SHAPE_PID : FL_SHAPE_FLOAT))
            return FLUFFY_OTHER;
        memcpy(value, words, sizeof *words);
        return FLUFFY_OK;
    case FL_KIND_STRING:
        return string_out(shape, (const FlString *)words[0], value);
    case FL_KIND_LITERAL:
        if (FL_IMMEDIATE_TAG(type->literal) == FL_TAG_INT)
            return number_out(shape, type->big, value);
        return immediate_out(shape, type->literal, value);
    case FL_KIND_RECORD:
        return fields_out(scope, shape, type, type->boxed ? object_words((const FlObject *)words[0]) : words, value);
    case FL_KIND_LIST:
        return shape->kind == FL_SHAPE_ARRAY ? list_out(scope, shape, type, words, value) : FLUFFY_OTHER;
    case FL_KIND_UNION:
        return value_out_word(scope, shape, words[0], value);
    default:
        return FLUFFY_OTHER;
    }
}

// A value in an object of its own: a record's fields whether it is boxed or not, else the words of the value.
static fluffy_status object_out(fluffy_scope *scope, const FlShape *shape, const FlObject *object, char *value) {
    const FlType *type = object_type(object);
    FlWord reference = (FlWord)object;
    if (object->type == FL_TYPE_STRING || type->boxed)
        return value_out(scope, shape, type, &reference, value);
    return value_out(scope, shape, type, object_words(object), value);
}

fluffy_status value_out_word(fluffy_scope *scope, const FlShape *shape, FlWord word, char *value) {
    if (object_is_pointer(word))
        return object_out(scope, shape, (const FlObject *)word, value);
    if (shape->kind != FL_SHAPE_UNION)
        return immediate_out(shape, word, value);
    for (uint32_t i = 0; i < shape->count; i++) {
        if (immediate_out(shape->fields[i].shape, word, value + shape->fields[i].offset) != FLUFFY_OK)
            continue;
        memcpy(value, &(int){(int)i}, sizeof(int));
        return FLUFFY_OK;
    }
    return FLUFFY_OTHER;
}
