// Any value as JSON: one loop over a work list, as for its text. Records and maps of strings are objects, lists and
// sets arrays, nil is null; numbers that JSON has not (inf, nan) are null too.
#include <math.h>
#include <string.h>

#include "runtime/value/builder.h"
#include "runtime/value/heap.h"
#include "runtime/value/number.h"
#include "runtime/value/work.h"

static void add_control(Builder *text, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    if (byte == 0x7f)
        builder_add_byte(text, (char)byte);
    else
        builder_add(text, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
}

static void add_string(Builder *text, const char *bytes, uint64_t length) {
    builder_add_quoted(text, bytes, length, add_control);
}

static void add_float(Builder *text, FlWord bits) {
    char bytes[NUMBER_FLOAT_MAX];
    double value;
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value))
        builder_add(text, bytes, number_write_float(value, bytes));
    else
        builder_add(text, "null", 4);
}

static bool is_object(const FlType *type) {
    return type->kind == FL_KIND_RECORD || (type->kind == FL_KIND_MAP && type->field_count == 2);
}

static void open_place(Builder *text, Work *work, const View *view) {
    uint64_t count;
    Place place = place_of(view, &count);
    if (view->kind != FL_KIND_NODE)
        builder_add_byte(text, is_object(view->type) ? '{' : '[');
    work_push(work, place, (Place){0}, count);
}

static void add_view(Builder *text, Work *work, const View *view) {
    char bytes[NUMBER_INT_MAX];
    switch (view->kind) {
    case FL_KIND_BOOL:
        builder_add_text(text, view->scalar != 0 ? "true" : "false");
        break;
    case FL_KIND_INT:
        builder_add(text, bytes, number_write_int((int64_t)view->scalar, bytes));
        break;
    case FL_KIND_FLOAT:
        add_float(text, view->scalar);
        break;
    case FL_KIND_STRING:
        add_string(text, view_string(view)->bytes, view_string(view)->length);
        break;
    case FL_KIND_RECORD:
    case FL_KIND_LIST:
    case FL_KIND_MAP:
    case FL_KIND_NODE:
        open_place(text, work, view);
        break;
    default:
        builder_add(text, "null", 4);
    }
}

// What stands before part `index` of an open place. Only the first part of all follows an opening bracket.
static void separate(Builder *text, const WorkItem *top, uint64_t index, const View *part) {
    const FlType *type = top->left.type;
    bool node = type->kind == FL_KIND_MAP || type->kind == FL_KIND_NODE;
    if (part->kind == FL_KIND_NODE)
        return;
    if (node && type->field_count == 2 && (top->count - index) % 2 == 1) { // a map's value
        builder_add_byte(text, ':');
        return;
    }
    char before = text->bytes[text->length - 1];
    if (node ? before != '{' && before != '[' : index > 0)
        builder_add_byte(text, ',');
    if (type->kind == FL_KIND_RECORD) {
        add_string(text, type->fields[index].name, strlen(type->fields[index].name));
        builder_add_byte(text, ':');
    }
}

static void step(Builder *text, Work *work) {
    WorkItem *top = work_top(work);
    if (top->index == top->count) {
        if (top->left.type->kind != FL_KIND_NODE)
            builder_add_byte(text, is_object(top->left.type) ? '}' : ']');
        work->count--;
        return;
    }
    uint64_t index = top->index++;
    View part = place_part(&top->left, index);
    separate(text, top, index, &part);
    add_view(text, work, &part);
}

FlString *fl_json_encode(FlProcess *self, const FlType *type, const FlWord *value) {
    Builder text;
    Work work;
    View view = view_value(type, value);
    builder_begin(&text, self);
    work_begin(&work, self);
    add_view(&text, &work, &view);
    for (uint64_t round = 1; work.count > 0; round++) {
        step(&text, &work);
        if (round % VALUE_POLL_ROUNDS == 0)
            value_poll(self);
    }
    return builder_finish(&text);
}
