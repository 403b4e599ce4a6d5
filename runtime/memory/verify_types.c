// Checks the compiler's type table once, so that everything that is driven by descriptors may trust them.
#include <string.h>

#include "runtime/memory/object.h"
#include "runtime/memory/verify.h"

enum { WORDS_MAX = 65536 }; // of one object, more than any real program has

static uint32_t expected_words(const FlType *type) {
    switch (type->kind) {
    case FL_KIND_NIL:
    case FL_KIND_LITERAL:
    case FL_KIND_NEVER:
    case FL_KIND_TUPLE:
    case FL_KIND_CLOSURE:
    case FL_KIND_BUFFER:
    case FL_KIND_NODE:
        return 0;
    case FL_KIND_LIST:
    case FL_KIND_MAP:
        return 2;
    case FL_KIND_RECORD:
        return type->boxed ? 1 : type->object_words;
    default:
        return 1;
    }
}

// Whether bit `index` of the bitmap is as expected, and the same for a value of `type` from word `at` on.
static bool bit_is(const FlType *owner, uint64_t index, bool expected) {
    return (owner->references != NULL && object_bit(owner->references, index)) == expected;
}

static bool bits_of_value(const FlType *owner, const FlType *type, uint64_t at) {
    switch (type->kind) {
    case FL_KIND_BOOL:
    case FL_KIND_INT:
    case FL_KIND_FLOAT:
    case FL_KIND_PID:
        return bit_is(owner, at, false);
    case FL_KIND_LIST:
    case FL_KIND_MAP:
        return bit_is(owner, at, true) && bit_is(owner, at + 1, false);
    case FL_KIND_RECORD:
        if (type->boxed)
            return bit_is(owner, at, true);
        for (uint32_t i = 0; i < type->field_count; i++)
            if (!bits_of_value(owner, type->fields[i].type, at + type->fields[i].offset))
                return false;
        return true;
    default:
        return type->words == 0 || bit_is(owner, at, true);
    }
}

// Fields one after another, without gaps, to the object's end.
static const char *check_layout(const FlType *type) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < type->field_count; i++) {
        const FlField *field = &type->fields[i];
        if (field->offset != at)
            return "a field's offset is not where the field before it ends";
        at += field->type->words;
        if (at > type->object_words)
            return "a field reaches behind its object's end";
        if (!bits_of_value(type, field->type, field->offset))
            return "the bitmap of references contradicts a field's type";
        if (type->kind == FL_KIND_RECORD && i > 0 && strcmp(type->fields[i - 1].name, field->name) >= 0)
            return "a record's fields are not in alphabetical order";
    }
    return at == type->object_words ? NULL : "an object has words that belong to no field";
}

static const char *check_list_types(const FlType *type) {
    if (type->element == NULL)
        return "a list or buffer type has no element type";
    if (type->kind == FL_KIND_BUFFER)
        return bits_of_value(type, type->element, 0) ? NULL : "the bitmap of references contradicts the element's type";
    if (type->buffer == NULL || type->buffer->kind != FL_KIND_BUFFER || type->buffer->element != type->element)
        return "a list type has no buffer type, or one of other elements";
    if (type->object_words != 2 || !bit_is(type, 0, true) || !bit_is(type, 1, false))
        return "a boxed list is not a reference and a word of data";
    return NULL;
}

static const char *check_map_types(const FlType *type) {
    if (type->field_count != 1 && type->field_count != 2)
        return "a map has neither keys nor keys and values";
    if (type->kind == FL_KIND_NODE)
        return check_layout(type);
    const FlType *node = type->buffer;
    if (node == NULL || node->kind != FL_KIND_NODE || node->field_count != type->field_count ||
        node->fields[0].type != type->fields[0].type)
        return "a map has no nodes, or nodes of another map";
    if (type->object_words != 2 || !bit_is(type, 0, true) || !bit_is(type, 1, false))
        return "a boxed map is not a reference and a word of data";
    return NULL;
}

static const char *check_type(const FlProgram *program, const FlType *type) {
    static const uint8_t first_kinds[] = {FL_KIND_NIL,    FL_KIND_BOOL, FL_KIND_INT,   FL_KIND_FLOAT,
                                          FL_KIND_STRING, FL_KIND_PID,  FL_KIND_RECORD};
    if (type->kind > FL_KIND_NEVER)
        return "a type has no valid kind";
    if (type->id >= program->type_count || program->types[type->id] != type)
        return "a type's id is not its place in the table";
    if (type->id < FL_TYPE_FIRST_FREE && type->kind != first_kinds[type->id])
        return "one of the types that every program has is of another kind";
    if (type->id >= FL_TYPE_FIRST_FREE && type->kind < FL_KIND_LITERAL && type->kind != FL_KIND_STRING)
        return "a basic type occurs twice";
    if (type->object_words > WORDS_MAX || type->words != expected_words(type) || type->words > 3)
        return "a type has the wrong number of words";
    switch (type->kind) {
    case FL_KIND_INT:
    case FL_KIND_FLOAT:
    case FL_KIND_PID:
        return type->object_words == 1 && bit_is(type, 0, false) ? NULL : "a boxed number is not one word of data";
    case FL_KIND_CLOSURE:
        if (type->field_count == 0 || type->fields[0].type->kind != FL_KIND_INT)
            return "a closure does not begin with its id";
        return check_layout(type);
    case FL_KIND_RECORD:
    case FL_KIND_TUPLE:
        return check_layout(type);
    case FL_KIND_LIST:
    case FL_KIND_BUFFER:
        return check_list_types(type);
    case FL_KIND_MAP:
    case FL_KIND_NODE:
        return check_map_types(type);
    case FL_KIND_UNION:
        return type->field_count > 0 ? NULL : "a union has no members";
    default:
        return NULL;
    }
}

Violation verify_program(const FlProgram *program) {
    for (uint32_t i = 0; i < program->type_count; i++) {
        const FlType *type = program->types[i];
        const char *what = type == NULL ? "the type table has a hole" : check_type(program, type);
        if (what != NULL)
            return (Violation){.checked = true, .what = what, .type = type, .index = i};
    }
    return (Violation){.checked = true};
}
