// C's values as Fluffy's.
#include <string.h>

#include "runtime/foreign/pass.h"
#include "runtime/library/library.h"
#include "runtime/memory/holds.h"
#include "runtime/memory/object.h"
#include "runtime/memory/utf8.h"
#include "runtime/value/heap.h"

static void *pointer_at(const char *from) {
    void *pointer;
    memcpy(&pointer, from, sizeof pointer);
    return pointer;
}

const char *result_of_parameter(const FlCParam *param, const char *frame) {
    bool written = param->mode == FL_C_OUT || param->mode == FL_C_INOUT;
    return written && param->type->kind != FL_C_LIST ? frame + param->storage : NULL;
}

// ---- what nobody takes

static void drop(const FlCType *type, const char *from) {
    void *pointer = is_pointer(type) ? pointer_at(from) : NULL;
    if (pointer && type->function)
        call_with_pointer(type->function, pointer);
}

void results_drop(const FlForeign *function, const char *frame, uint64_t taken) {
    if (function->result && !(taken & RESULT_BIT))
        drop(function->result, frame + function->result_offset);
    for (uint64_t i = 0; i < function->param_count; i++) {
        const char *from = result_of_parameter(&function->params[i], frame);
        if (from && !(taken >> i & 1))
            drop(function->params[i].type, from);
    }
}

// ---- values

static FlWord integer(const FlCType *type, const char *from) {
    int64_t value = 0;
    switch (type->size) {
    case 1:
        memcpy(&value, from, 1);
        break;
    case 2:
        memcpy(&value, from, 2);
        break;
    case 4:
        memcpy(&value, from, 4);
        break;
    default:
        memcpy(&value, from, 8);
    }
    unsigned unused = 64 - 8 * type->size;
    bool is_signed = type->kind == FL_C_INT8 || type->kind == FL_C_INT16 || type->kind == FL_C_INT32;
    return (FlWord)(is_signed ? (int64_t)((uint64_t)value << unused) >> unused : value);
}

FlWord number_of_c(const FlCType *type, const char *from) {
    float narrow;
    double real;
    FlWord word;
    switch (type->kind) {
    case FL_C_FLOAT32:
        memcpy(&narrow, from, sizeof narrow);
        real = narrow;
        memcpy(&word, &real, sizeof word);
        return word;
    case FL_C_BOOL:
        return *from != 0;
    default:
        return integer(type, from);
    }
}

static FlWord take_number(ForeignCall *call, const FlCType *type, const char *from, const char *name) {
    FlWord word = number_of_c(type, from);
    if (type->kind == FL_C_UINT64 && (int64_t)word < 0)
        call_fail(call, "`%s`: %s is 2^63 or more, which does not fit into an int", call->function->name, name);
    return word;
}

// Text that is not UTF-8 is mended. Nothing here ends the process but by `call`, which knows what C's caller has to
// free.
static FlString *take_string(ForeignCall *call, const char *text, const char *name) {
    uint64_t given = strlen(text), length = given, points;
    bool good = utf8_check(text, given, &points);
    if (!good)
        length = library_mend(text, given, NULL, &points);
    if (length >= UINT32_MAX - 64)
        call_fail(call, "`%s`: %s is a text of 4 GB or more", call->function->name, name);
    uint64_t bytes = object_string_bytes(length);
    bool counted = bytes >= COUNTED_LEAST;
    FlString *string = counted ? counted_new(&call->self->arena, bytes)
                               : arena_allocate(&call->self->arena, &call->self->head.bump, bytes);
    if (!string)
        call_out_of_memory(call);
    memset((char *)string + bytes - 8, 0, 8);
    string->header = (FlObject){.type = FL_TYPE_STRING, .flags = counted ? OBJECT_COUNTED_FLAGS : 0};
    string->length = (uint32_t)length;
    string->points = (uint32_t)points;
    if (good)
        memcpy(string->bytes, text, length);
    else
        library_mend(text, given, string->bytes, &points);
    return string;
}

static FlWord take_pointer(ForeignCall *call, const FlCType *type, const char *from, const char *name, uint64_t bit) {
    char *pointer = pointer_at(from);
    if (!pointer && type->nullable)
        return FL_IMMEDIATE(FL_TAG_NIL, 0);
    if (!pointer)
        call_fail(call, "`%s`: %s is NULL; if that may be, its type is `%s | nil`", call->function->name, name,
                  type->kind == FL_C_HANDLE ? type->name : "string");
    FlObject *value =
        type->kind == FL_C_HANDLE ? handle_new(call->self, type, pointer) : &take_string(call, pointer, name)->header;
    if (!value)
        call_out_of_memory(call);
    *call_taken(call) |= bit;
    if (type->kind == FL_C_STRING)
        drop(type, from);
    return (FlWord)value;
}

static void take(ForeignCall *call, const FlCType *type, const char *from, const char *name, FlWord *words);

// The record's words lie in a filler until all of them are there.
static void take_struct(ForeignCall *call, const FlCType *type, const char *from, const char *name, FlWord *words) {
    const FlType *record = type->type;
    FlObject *object = NULL;
    if (record->boxed) {
        uint64_t bytes = sizeof(FlObject) + record->object_words * sizeof(FlWord);
        object = value_allocate(call->self, bytes);
        object_fill(object, bytes);
    }
    FlWord *fields = object ? object_words(object) : words;
    for (uint64_t i = 0; i < type->field_count; i++) {
        const FlCField *field = &type->fields[i];
        take(call, field->type, from + field->offset, name, fields + record->fields[field->index].offset);
    }
    if (object) {
        *object = (FlObject){.type = record->id};
        words[0] = (FlWord)object;
    }
}

static void take(ForeignCall *call, const FlCType *type, const char *from, const char *name, FlWord *words) {
    if (type->kind == FL_C_STRUCT)
        take_struct(call, type, from, name, words);
    else if (is_pointer(type))
        words[0] = take_pointer(call, type, from, name, 0);
    else
        words[0] = take_number(call, type, from, name);
}

static void take_list(ForeignCall *call, const FlCParam *param, uint64_t count, FlWord *words) {
    const FlCType *element = param->type->element;
    const char *from = pointer_at(call->frame + param->offset);
    words[0] = 0;
    words[1] = count;
    if (count == 0)
        return;
    FlBuffer *buffer = fl_buffer_new(call->self, param->type->type, count);
    uint64_t step = param->type->type->element->words;
    for (uint64_t i = 0; i < count; i++)
        take(call, element, from + i * element->size, param->name, buffer->elements + i * step);
    buffer->used = (uint32_t)count;
    words[0] = (FlWord)buffer;
}

// ---- results

// Where the words of one of the call's results go.
static FlWord *field_words(const ForeignCall *call, FlWord *fields, uint32_t output) {
    return output == UINT32_MAX ? fields : fields + call->function->value->fields[output].offset;
}

// Twice: what has to be owned first, so that nothing is lost if something else is no value.
static void take_all(ForeignCall *call, const FlWord *arguments, FlWord *fields, bool owned) {
    const FlForeign *function = call->function;
    for (uint64_t i = 0; i < function->param_count; i++) {
        const FlCParam *param = &function->params[i];
        const char *from = result_of_parameter(param, call->frame);
        bool is_list = param->mode == FL_C_OUT && param->type->kind == FL_C_LIST;
        FlWord *words = from || is_list ? field_words(call, fields, param->output) : NULL;
        if (is_list && !owned)
            take_list(call, param, arguments[param->words], words);
        else if (from && owned && is_pointer(param->type))
            words[0] = take_pointer(call, param->type, from, param->name, (uint64_t)1 << i);
        else if (from && !owned && !is_pointer(param->type))
            take(call, param->type, from, param->name, words);
    }
    const FlCType *result = function->result;
    if (!result || is_pointer(result) != owned)
        return;
    const char *from = call->frame + function->result_offset;
    FlWord *words = field_words(call, fields, function->result_output);
    if (owned)
        words[0] = take_pointer(call, result, from, "the result", RESULT_BIT);
    else
        take(call, result, from, "the result", words);
}

void call_take_results(ForeignCall *call, const FlWord *arguments, FlWord *result) {
    const FlType *record = call->function->value;
    FlObject *object = NULL;
    uint64_t bytes = record && record->boxed ? sizeof(FlObject) + record->object_words * sizeof(FlWord) : 0;
    if (bytes > 0) {
        object = arena_allocate(&call->self->arena, &call->self->head.bump, bytes);
        if (!object)
            call_out_of_memory(call);
        object_fill(object, bytes);
    }
    FlWord *fields = object ? object_words(object) : result;
    take_all(call, arguments, fields, true);
    take_all(call, arguments, fields, false);
    if (object) {
        *object = (FlObject){.type = record->id};
        result[0] = (FlWord)object;
    }
}
