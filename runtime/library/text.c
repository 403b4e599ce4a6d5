// Strings: what would take quadratic time by code points.
#define _GNU_SOURCE
#include <string.h>

#include "runtime/library/library.h"
#include "runtime/memory/utf8.h"
#include "runtime/value/builder.h"
#include "runtime/value/heap.h"

static FlString *piece(FlProcess *self, const char *bytes, uint64_t length) {
    if (length == 0)
        return &value_empty_string;
    FlString *string = value_string(self, length, utf8_count(bytes, length));
    memcpy(string->bytes, bytes, length);
    return string;
}

static void add(FlBuffer *list, const FlString *string) {
    list->elements[list->used] = (FlWord)string;
    list->used++;
}

// ---- taking apart --------------------------------------------------------------------------------------------------

static FlList points_of(FlProcess *self, const FlType *type, const FlString *text) {
    FlBuffer *list = fl_buffer_new(self, type, text->points);
    for (uint64_t at = 0; at < text->length;) {
        uint64_t size = utf8_size(text->bytes[at]);
        add(list, piece(self, text->bytes + at, size));
        at += size;
    }
    return (FlList){list, list->used};
}

static uint64_t occurrences(const FlString *text, const FlString *part) {
    uint64_t count = 0;
    const char *at = text->bytes, *end = text->bytes + text->length;
    while ((at = memmem(at, (size_t)(end - at), part->bytes, part->length)) != NULL) {
        at += part->length;
        count++;
    }
    return count;
}

FlList fl_string_split(FlProcess *self, const FlType *type, FlString *text, FlString *separator) {
    if (separator->length == 0)
        return points_of(self, type, text);
    FlBuffer *list = fl_buffer_new(self, type, occurrences(text, separator) + 1);
    const char *at = text->bytes, *end = text->bytes + text->length, *next;
    while ((next = memmem(at, (size_t)(end - at), separator->bytes, separator->length)) != NULL) {
        add(list, piece(self, at, (uint64_t)(next - at)));
        at = next + separator->length;
    }
    add(list, piece(self, at, (uint64_t)(end - at)));
    return (FlList){list, list->used};
}

FlList fl_string_codes(FlProcess *self, const FlType *type, FlString *text) {
    FlBuffer *list = fl_buffer_new(self, type, text->points);
    for (uint64_t at = 0; at < text->length; at += utf8_size(text->bytes[at])) {
        list->elements[list->used] = utf8_decode(text->bytes + at);
        list->used++;
    }
    return (FlList){list, list->used};
}

// ---- putting together ----------------------------------------------------------------------------------------------

FlString *fl_string_join_list(FlProcess *self, FlBuffer *parts, uint64_t range, FlString *separator) {
    uint64_t count = FL_LIST_LENGTH(range);
    if (count == 0)
        return &value_empty_string;
    FlString *const *strings = (FlString *const *)(parts->elements + FL_LIST_OFFSET(range));
    uint64_t length = (count - 1) * separator->length, points = (count - 1) * separator->points;
    for (uint64_t i = 0; i < count; i++) {
        length += strings[i]->length;
        points += strings[i]->points;
    }
    FlString *whole = value_string(self, length, points);
    char *at = whole->bytes;
    for (uint64_t i = 0; i < count; i++) {
        at = mempcpy(at, strings[i]->bytes, strings[i]->length);
        if (i + 1 < count)
            at = mempcpy(at, separator->bytes, separator->length);
    }
    return whole;
}

FlString *fl_string_replace(FlProcess *self, FlString *text, FlString *old, FlString *by) {
    uint64_t count = old->length == 0 ? 0 : occurrences(text, old);
    if (count == 0)
        return text;
    FlString *whole = value_string(self, text->length - count * old->length + count * by->length,
                                   text->points - count * old->points + count * by->points);
    const char *at = text->bytes, *end = text->bytes + text->length, *next;
    char *to = whole->bytes;
    while ((next = memmem(at, (size_t)(end - at), old->bytes, old->length)) != NULL) {
        to = mempcpy(to, at, (size_t)(next - at));
        to = mempcpy(to, by->bytes, by->length);
        at = next + old->length;
    }
    memcpy(to, at, (size_t)(end - at));
    return whole;
}

FlString *fl_string_from_codes(FlProcess *self, FlBuffer *codes, uint64_t range, const FlSite *site) {
    Builder text;
    builder_begin(&text, self);
    for (uint64_t i = 0; i < FL_LIST_LENGTH(range); i++) {
        int64_t code = (int64_t)codes->elements[FL_LIST_OFFSET(range) + i];
        char bytes[4];
        if (!utf8_is_point(code))
            return fl_string_from_code(self, code, site); // panics
        builder_add(&text, bytes, utf8_encode((uint32_t)code, bytes));
    }
    return builder_finish(&text);
}

int64_t fl_string_bytes(FlString *text) { return text->length; }
