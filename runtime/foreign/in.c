// Values as C has them.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/foreign/pass.h"
#include "runtime/memory/holds.h"
#include "runtime/memory/object.h"

// Of whom a conversion is, for messages.
typedef struct Put {
    ForeignCall *call;
    const char *name; // of the parameter
} Put;

static void put(const Put *put, const FlCType *type, const FlWord *words, char *to);

// ---- numbers

static const struct {
    int64_t least, most;
    const char *name;
} ranges[] = {
    [FL_C_INT8] = {INT8_MIN, INT8_MAX, "int8"},     [FL_C_UINT8] = {0, UINT8_MAX, "uint8"},
    [FL_C_INT16] = {INT16_MIN, INT16_MAX, "int16"}, [FL_C_UINT16] = {0, UINT16_MAX, "uint16"},
    [FL_C_INT32] = {INT32_MIN, INT32_MAX, "int32"}, [FL_C_UINT32] = {0, UINT32_MAX, "uint32"},
    [FL_C_INT64] = {INT64_MIN, INT64_MAX, "int64"}, [FL_C_UINT64] = {0, INT64_MAX, "uint64"},
};

// The bytes of an integer, the lowest first.
static void put_integer(const Put *by, const FlCType *type, int64_t value, char *to) {
    if (value < ranges[type->kind].least || value > ranges[type->kind].most)
        call_fail(by->call, "`%s`: `%s` is %" PRId64 ", which does not fit into %s (%" PRId64 " to %" PRId64 ")",
                  by->call->function->name, by->name, value, ranges[type->kind].name, ranges[type->kind].least,
                  ranges[type->kind].most);
    memcpy(to, &value, type->size);
}

static void put_number(const Put *by, const FlCType *type, FlWord word, char *to) {
    double real;
    float narrow;
    switch (type->kind) {
    case FL_C_FLOAT32:
        memcpy(&real, &word, sizeof real);
        narrow = (float)real;
        if (isinf(narrow) && !isinf(real))
            call_fail(by->call, "`%s`: `%s` is %g, which is too large for float32", by->call->function->name, by->name,
                      real);
        memcpy(to, &narrow, sizeof narrow);
        break;
    case FL_C_FLOAT64:
        memcpy(to, &word, sizeof word);
        break;
    case FL_C_BOOL:
        *to = word != 0;
        break;
    default:
        put_integer(by, type, (int64_t)word, to);
    }
}

// ---- what lies in memory

static void put_pointer(const void *pointer, char *to) { memcpy(to, &pointer, sizeof pointer); }

// Keeps an object that processes share alive during a blocking call. false: it is none.
static bool keep(ForeignCall *call, const FlObject *object, Handle *handle) {
    if (!call->job || !(object->flags & FL_OBJECT_COUNTED))
        return false;
    call_room(call, 0);
    counted_up(object);
    call->job->kept->object = object;
    call->job->kept->handle = handle;
    return true;
}

// Bytes that stay where they are until the call has returned.
static const char *stable(ForeignCall *call, const FlObject *object, const char *bytes, uint64_t length) {
    if (!call->job || object->flags == FL_OBJECT_STATIC || keep(call, object, NULL))
        return bytes;
    char *copy = call_room(call, length);
    memcpy(copy, bytes, length);
    return copy;
}

static void put_string(const Put *by, const FlCType *type, FlWord word, char *to) {
    if (type->nullable && word == FL_IMMEDIATE(FL_TAG_NIL, 0)) {
        put_pointer(NULL, to);
        return;
    }
    const FlString *string = (const FlString *)word;
    if (memchr(string->bytes, 0, string->length))
        call_fail(by->call, "`%s`: the string `%s` has a NUL in it, where C's strings end", by->call->function->name,
                  by->name);
    put_pointer(stable(by->call, &string->header, string->bytes, (uint64_t)string->length + 1), to);
}

static void put_bytes(const Put *by, FlWord word, char *to) {
    const FlString *string = (const FlString *)word;
    uint64_t length = string->length;
    put_pointer(stable(by->call, &string->header, string->bytes, length + 1), to);
    memcpy(to + 8, &length, sizeof length);
}

// Pointers have a NULL behind the last one; `ended`: so has everything.
static void put_copy(const Put *by, const FlCType *element, const FlWord *elements, uint64_t step, uint64_t length,
                     bool ended, char *to) {
    uint64_t bytes = length * element->size, end = ended || is_pointer(element) ? element->size : 0;
    char *copy = call_room(by->call, bytes + end);
    put_pointer(copy, to);
    for (uint64_t i = 0; i < length; i++)
        put(by, element, elements + i * step, copy + i * element->size);
    memset(copy + bytes, 0, end);
}

static void put_list(const Put *by, const FlCType *type, const FlWord *words, bool ended, char *to) {
    const FlBuffer *buffer = (const FlBuffer *)words[0];
    const FlCType *element = type->element;
    uint64_t length = FL_LIST_LENGTH(words[1]), step = type->type->element->words;
    const FlWord *elements = length > 0 ? buffer->elements + FL_LIST_OFFSET(words[1]) * step : NULL;
    bool same = element->kind == FL_C_INT64 || element->kind == FL_C_FLOAT64;
    memcpy(to + 8, &length, sizeof length);
    if (length == 0 && !ended)
        put_pointer(NULL, to);
    else if (same && !ended)
        put_pointer(stable(by->call, &buffer->header, (const char *)elements, length * sizeof(FlWord)), to);
    else
        put_copy(by, element, elements, step, length, ended, to);
}

static void put_struct(const Put *by, const FlCType *type, const FlWord *words, char *to) {
    const FlWord *fields = type->type->boxed ? object_words((const FlObject *)words[0]) : words;
    memset(to, 0, type->size);
    for (uint64_t i = 0; i < type->field_count; i++) {
        const FlCField *field = &type->fields[i];
        put(by, field->type, fields + type->type->fields[field->index].offset, to + field->offset);
    }
}

// ---- handles and callbacks

static _Noreturn void fail_closed(const Put *by, const FlObject *object) {
    handle_wait_if_ended();
    call_fail(by->call, "`%s`: `%s` is closed: %s", by->call->function->name, by->name,
              ((const FlString *)object)->bytes);
}

static void put_closing(const Put *by, const FlObject *object, char *to) {
    Handle *handle = handle_of(object);
    uint32_t state = handle_take(handle);
    if (state == HANDLE_CLOSED)
        fail_closed(by, object);
    if (state > 0)
        call_fail(by->call, "`%s`: `%s` is in use by another call: %s", by->call->function->name, by->name,
                  ((const FlString *)object)->bytes);
    put_pointer(handle->pointer, to);
    if (by->call->job)
        by->call->job->closing = handle->pointer;
}

static void put_handle(const Put *by, const FlCType *type, FlWord word, char *to) {
    if (type->nullable && word == FL_IMMEDIATE(FL_TAG_NIL, 0)) {
        put_pointer(NULL, to);
        return;
    }
    const FlObject *object = (const FlObject *)word;
    Handle *handle = handle_use(object);
    if (!handle)
        fail_closed(by, object);
    if (!by->call->job)
        by->call->handles[by->call->used++] = handle;
    else
        keep(by->call, object, handle);
    put_pointer(handle->pointer, to);
}

static void put_callback(const Put *by, const FlCType *type, FlWord pid, char *to) {
    put_pointer(type->function, to);
    memcpy(to + 8, &pid, sizeof pid);
    if (!callback_allow(pid))
        call_out_of_memory(by->call);
}

static void put(const Put *by, const FlCType *type, const FlWord *words, char *to) {
    switch ((FlCKind)type->kind) {
    case FL_C_STRING:
        put_string(by, type, words[0], to);
        break;
    case FL_C_HANDLE:
        put_handle(by, type, words[0], to);
        break;
    case FL_C_STRUCT:
        put_struct(by, type, words, to);
        break;
    case FL_C_BYTES:
        put_bytes(by, words[0], to);
        break;
    case FL_C_LIST:
        put_list(by, type, words, false, to);
        break;
    case FL_C_CALLBACK:
        put_callback(by, type, words[0], to);
        break;
    default:
        put_number(by, type, words[0], to);
    }
}

// ---- arguments

// A list that C fills in: the argument says how many elements it has.
static void put_room(const Put *by, const FlCType *type, int64_t count, char *to) {
    if (count < 0 || count > UINT32_MAX)
        call_fail(by->call, "`%s`: `%s` would have %" PRId64 " elements", by->call->function->name, by->name, count);
    uint64_t bytes = (uint64_t)count * type->element->size;
    char *room = call_room(by->call, bytes > 0 ? bytes : 1);
    memset(room, 0, bytes);
    put_pointer(room, to);
    memcpy(to + 8, &count, sizeof count);
}

static void put_parameter(ForeignCall *call, const FlCParam *param, const FlWord *words) {
    const Put by = {call, param->name};
    char *to = call->frame + param->offset, *storage = call->frame + param->storage;
    if (param->mode == FL_C_IN) {
        put(&by, param->type, words, to);
    } else if (param->type->kind == FL_C_LIST && param->mode == FL_C_REF) {
        put_list(&by, param->type, words, true, to);
    } else if (param->type->kind == FL_C_LIST) {
        put_room(&by, param->type, (int64_t)words[0], to);
    } else {
        put_pointer(storage, to);
        memset(storage, 0, param->type->size);
        if (param->mode != FL_C_OUT)
            put(&by, param->type, words, storage);
    }
}

void call_put_arguments(ForeignCall *call, const FlWord *arguments) {
    const FlForeign *function = call->function;
    // What it closes comes last: nothing fails any more when its handle is closed.
    for (uint64_t i = function->closes; i < function->param_count; i++)
        put_parameter(call, &function->params[i], arguments + function->params[i].words);
    if (function->closes) {
        const Put by = {call, function->params[0].name};
        const FlObject *object = (const FlObject *)arguments[function->params[0].words];
        if (function->params[0].type->nullable && (FlWord)object == FL_IMMEDIATE(FL_TAG_NIL, 0))
            put_pointer(NULL, call->frame + function->params[0].offset);
        else
            put_closing(&by, object, call->frame + function->params[0].offset);
    }
}
