// Strings. Positions are code points for users and bytes here; in a string of ASCII, whose two counts are equal,
// they are the same.
#define _GNU_SOURCE
#include <string.h>

#include "runtime/memory/utf8.h"
#include "runtime/value/heap.h"

FlString *fl_string_concat(FlProcess *self, FlString *a, FlString *b) {
    if (a->length == 0)
        return b;
    if (b->length == 0)
        return a;
    FlString *both = value_string(self, (uint64_t)a->length + b->length, (uint64_t)a->points + b->points);
    memcpy(both->bytes, a->bytes, a->length);
    memcpy(both->bytes + a->length, b->bytes, b->length);
    return both;
}

FlString *fl_string_join(FlProcess *self, FlString *const *parts, uint64_t count) {
    uint64_t length = 0, points = 0;
    for (uint64_t i = 0; i < count; i++) {
        length += parts[i]->length;
        points += parts[i]->points;
    }
    FlString *whole = value_string(self, length, points);
    char *at = whole->bytes;
    for (uint64_t i = 0; i < count; i++) {
        memcpy(at, parts[i]->bytes, parts[i]->length);
        at += parts[i]->length;
    }
    return whole;
}

bool fl_string_equal(FlString *a, FlString *b) {
    return a == b || (a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0);
}

// The order of code points is that of the bytes of UTF-8.
int64_t fl_string_compare(FlString *a, FlString *b) {
    uint32_t common = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, common);
    return order != 0 ? order : (int64_t)a->length - (int64_t)b->length;
}

bool fl_string_contains(FlString *text, FlString *part) {
    return memmem(text->bytes, text->length, part->bytes, part->length) != NULL;
}

bool fl_string_starts_with(FlString *text, FlString *part) {
    return part->length <= text->length && memcmp(text->bytes, part->bytes, part->length) == 0;
}

bool fl_string_ends_with(FlString *text, FlString *part) {
    return part->length <= text->length &&
           memcmp(text->bytes + text->length - part->length, part->bytes, part->length) == 0;
}

// ---- positions -----------------------------------------------------------------------------------------------------

static bool is_ascii(const FlString *text) { return text->points == text->length; }

// The byte at which code point `index` (0 to text->points) starts.
static uint64_t byte_of_point(const FlString *text, uint64_t index) {
    if (is_ascii(text))
        return index;
    if (index == text->points)
        return text->length;
    return utf8_skip(text->bytes, index);
}

static uint64_t point_of_byte(const FlString *text, uint64_t byte) {
    return is_ascii(text) ? byte : utf8_count(text->bytes, byte);
}

static uint64_t clamp(int64_t index, uint64_t length) {
    return index <= 0 ? 0 : (uint64_t)index < length ? (uint64_t)index : length;
}

static FlString *part_of(FlProcess *self, FlString *text, uint64_t first, uint64_t end, uint64_t points) {
    if (first == end)
        return &value_empty_string;
    if (end - first == text->length)
        return text;
    FlString *part = value_string(self, end - first, points);
    memcpy(part->bytes, text->bytes + first, end - first);
    return part;
}

FlString *fl_string_slice(FlProcess *self, FlString *text, int64_t from, int64_t to) {
    uint64_t first = clamp(from, text->points), last = clamp(to, text->points);
    if (first >= last)
        return &value_empty_string;
    uint64_t byte = byte_of_point(text, first);
    uint64_t end = last == text->points ? text->length
                   : is_ascii(text)     ? last
                                        : byte + utf8_skip(text->bytes + byte, last - first);
    return part_of(self, text, byte, end, last - first);
}

int64_t fl_string_find(FlString *text, FlString *part, int64_t from) {
    if (from > (int64_t)text->points)
        return -1;
    uint64_t start = byte_of_point(text, clamp(from, text->points));
    const char *found = memmem(text->bytes + start, text->length - start, part->bytes, part->length);
    return found == NULL ? -1 : (int64_t)point_of_byte(text, (uint64_t)(found - text->bytes));
}

// The Unicode property White_Space.
static bool is_space(uint32_t point) {
    return point == ' ' || (point >= 9 && point <= 13) || point == 0x85 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f ||
           point == 0x205f || point == 0x3000;
}

FlString *fl_string_trim(FlProcess *self, FlString *text) {
    uint64_t first = 0, end = text->length, points = text->points;
    while (first < end && is_space(utf8_decode(text->bytes + first))) {
        first += utf8_size(text->bytes[first]);
        points--;
    }
    while (first < end) {
        uint64_t last = end - 1;
        while ((text->bytes[last] & 0xc0) == 0x80)
            last--;
        if (!is_space(utf8_decode(text->bytes + last)))
            break;
        end = last;
        points--;
    }
    return part_of(self, text, first, end, points);
}

int64_t fl_string_code_at(FlProcess *self, FlString *text, int64_t index, const FlSite *site) {
    if (index < 0 || index >= (int64_t)text->points)
        fl_panic_index(self, index, text->points, site);
    return utf8_decode(text->bytes + byte_of_point(text, (uint64_t)index));
}

FlString *fl_string_from_code(FlProcess *self, int64_t code, const FlSite *site) {
    static VALUE_STATIC_STRING(no_point, " is not a code point of Unicode");
    if (!utf8_is_point(code))
        fl_panic(self, fl_string_concat(self, fl_text_int(self, code), &no_point), site);
    char bytes[4];
    unsigned size = utf8_encode((uint32_t)code, bytes);
    FlString *text = value_string(self, size, 1);
    memcpy(text->bytes, bytes, size);
    return text;
}
