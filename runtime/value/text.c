// The text of any value: one loop over a work list of the records and lists that are open.
#include "runtime/value/text.h"

#include <string.h>

#include "runtime/value/builder.h"
#include "runtime/value/heap.h"
#include "runtime/value/number.h"
#include "runtime/value/work.h"

// There are fewer slots than 2^25 (27 million control blocks fit the region), so that a slot and its generation
// make one number, small for the first process of each slot.
enum { PID_SLOT_BITS = 25 };

unsigned text_pid(FlPid pid, char *bytes) {
    memcpy(bytes, "<0.", 3);
    uint64_t slot = (uint32_t)pid, generation = (pid >> 32) - (pid >> 32 != 0);
    unsigned length = 3 + number_write_unsigned((generation << PID_SLOT_BITS) + slot, bytes + 3);
    bytes[length++] = '>';
    return length;
}

// ---- strings inside of values --------------------------------------------------------------------------------------

static void add_control(Builder *text, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    builder_add(text, "\\u{", 3);
    if (byte >= 0x10)
        builder_add_byte(text, hex[byte >> 4]);
    builder_add(text, (char[]){hex[byte & 15], '}'}, 2);
}

// ---- values --------------------------------------------------------------------------------------------------------

static void add_number(Builder *text, unsigned length, const char *bytes) { builder_add(text, bytes, length); }

static void add_float(Builder *text, FlWord bits) {
    char bytes[NUMBER_FLOAT_MAX];
    double value;
    memcpy(&value, &bits, sizeof value);
    add_number(text, number_write_float(value, bytes), bytes);
}

static const char *opening(const FlType *type) {
    switch (type->kind) {
    case FL_KIND_LIST:
        return "[";
    case FL_KIND_MAP:
        return type->field_count == 2 ? "map:of(" : "set:of(";
    case FL_KIND_NODE:
        return "";
    default:
        return "{";
    }
}

static const char *closing(const FlType *type) {
    switch (type->kind) {
    case FL_KIND_LIST:
        return "]";
    case FL_KIND_MAP:
        return ")";
    case FL_KIND_NODE:
        return "";
    default:
        return "}";
    }
}

static void open_place(Builder *text, Work *work, const View *view) {
    uint64_t count;
    Place place = place_of(view, &count);
    builder_add_text(text, opening(view->type));
    if (!work_push(work, place, (Place){0}, count)) { // a report: too deep
        builder_add_text(text, "…");
        builder_add_text(text, closing(view->type));
    }
}

static void add_view(Builder *text, Work *work, const View *view) {
    char bytes[TEXT_PID_MAX];
    switch (view->kind) {
    case FL_KIND_NIL:
        builder_add(text, "nil", 3);
        break;
    case FL_KIND_BOOL:
        builder_add_text(text, view->scalar != 0 ? "true" : "false");
        break;
    case FL_KIND_INT:
        add_number(text, number_write_int((int64_t)view->scalar, bytes), bytes);
        break;
    case FL_KIND_FLOAT:
        add_float(text, view->scalar);
        break;
    case FL_KIND_STRING:
        builder_add_quoted(text, view_string(view)->bytes, view_string(view)->length, add_control);
        break;
    case FL_KIND_PID:
        add_number(text, text_pid(view->scalar, bytes), bytes);
        break;
    case FL_KIND_RECORD:
    case FL_KIND_LIST:
    case FL_KIND_MAP:
    case FL_KIND_NODE:
        open_place(text, work, view);
        break;
    default:
        builder_add_text(text, "<function>");
    }
}

// What stands before a part of a node: the entries, keys and values in turn, are its last parts. Only the first entry
// of all follows the opening parenthesis, with which no value's text ends.
static void separate_entry(Builder *text, const FlType *type, uint64_t index, uint64_t count, const View *part) {
    if (part->kind == FL_KIND_NODE)
        return;
    bool value = type->field_count == 2 && (count - index) % 2 == 1;
    if (value)
        builder_add(text, ": ", 2);
    else if (text->length > 0 && text->bytes[text->length - 1] != '(')
        builder_add(text, ", ", 2);
}

// Writes the next part of the innermost open place, or closes it.
static void step(Builder *text, Work *work) {
    WorkItem *top = work_top(work);
    const FlType *type = top->left.type;
    if (top->index == top->count) {
        builder_add_text(text, closing(type));
        work->count--;
        return;
    }
    uint64_t index = top->index++;
    View part = place_part(&top->left, index);
    if (type->kind == FL_KIND_MAP || type->kind == FL_KIND_NODE)
        separate_entry(text, type, index, top->count, &part);
    else if (index > 0)
        builder_add(text, ", ", 2);
    if (type->kind == FL_KIND_RECORD) {
        builder_add_text(text, type->fields[index].name);
        builder_add(text, ": ", 2);
    }
    add_view(text, work, &part);
}

static void write_view(Builder *text, FlProcess *self, const View *view) {
    Work work;
    work_begin(&work, self);
    add_view(text, &work, view);
    for (uint64_t round = 1; work.count > 0 && !text->full; round++) {
        step(text, &work);
        if (self != NULL && round % VALUE_POLL_ROUNDS == 0)
            value_poll(self);
    }
}

FlString *fl_text(FlProcess *self, const FlType *type, const FlWord *value) {
    View view = view_value(type, value);
    if (view.kind == FL_KIND_STRING)
        return (FlString *)view.scalar;
    if (view.kind == FL_KIND_INT)
        return fl_text_int(self, (int64_t)view.scalar);
    Builder text;
    builder_begin(&text, self);
    write_view(&text, self, &view);
    return builder_finish(&text);
}

// ---- for reports ---------------------------------------------------------------------------------------------------

static size_t cut(const View *view, char *bytes, size_t size) {
    static const char mark[] = "…";
    Builder text;
    builder_fixed(&text, bytes, size - sizeof mark);
    write_view(&text, NULL, view);
    size_t length = text.length;
    if (text.full) {
        memcpy(bytes + length, mark, sizeof mark - 1);
        length += sizeof mark - 1;
    }
    bytes[length] = 0;
    return length;
}

size_t text_cut_word(FlWord word, char *bytes, size_t size) {
    View view = word == 0 ? (View){.kind = FL_KIND_NIL} : view_tagged(word); // 0: a message without a value
    return cut(&view, bytes, size);
}

size_t text_cut_value(const FlType *type, const FlWord *value, char *bytes, size_t size) {
    View view = view_value(type, value);
    return cut(&view, bytes, size);
}
