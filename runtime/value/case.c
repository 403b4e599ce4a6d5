// Upper and lower case by the full mappings of Unicode that hold for all languages: one code point may become three
// ("ß" → "SS"), and a capital sigma at the end of a word becomes "ς".
#include "runtime/memory/utf8.h"
#include "runtime/value/builder.h"
#include "runtime/value/case_table.h"
#include "runtime/value/heap.h"

#define LENGTH(table) (sizeof(table) / sizeof *(table))

enum { CAPITAL_SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2 };

typedef struct CaseTable {
    const CaseRange *ranges;
    size_t range_count;
    const CaseSpecial *specials;
    size_t special_count;
    char first, last; // the ASCII letters that change
} CaseTable;

static const CaseTable to_upper = {case_upper, LENGTH(case_upper), case_upper_special, LENGTH(case_upper_special), 'a',
                                   'z'};
static const CaseTable to_lower = {case_lower, LENGTH(case_lower), case_lower_special, LENGTH(case_lower_special), 'A',
                                   'Z'};

static uint32_t map_point(const CaseTable *table, uint32_t point) {
    size_t low = 0, high = table->range_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > table->ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == table->range_count)
        return point;
    const CaseRange *range = &table->ranges[low];
    if (point < range->first || (point - range->first) % range->step != 0)
        return point;
    return (uint32_t)((int32_t)point + range->delta);
}

static const CaseSpecial *find_special(const CaseTable *table, uint32_t point) {
    size_t low = 0, high = table->special_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > table->specials[middle].point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->special_count && table->specials[low].point == point ? &table->specials[low] : NULL;
}

static bool in_ranges(const PointRange *ranges, size_t count, uint32_t point) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && point >= ranges[low].first;
}

static bool is_cased(uint32_t point) { return in_ranges(case_cased, LENGTH(case_cased), point); }

static bool is_ignorable(uint32_t point) { return in_ranges(case_ignorable, LENGTH(case_ignorable), point); }

// Whether a cased letter follows from byte `at` on, past what is ignored.
static bool cased_follows(const FlString *text, uint64_t at) {
    for (; at < text->length; at += utf8_size(text->bytes[at])) {
        uint32_t point = utf8_decode(text->bytes + at);
        if (!is_ignorable(point))
            return is_cased(point);
    }
    return false;
}

static void add_point(Builder *result, uint32_t point) {
    char bytes[4];
    builder_add(result, bytes, utf8_encode(point, bytes));
}

static void add_mapped(Builder *result, const CaseTable *table, uint32_t point) {
    const CaseSpecial *special = find_special(table, point);
    if (special == NULL) {
        add_point(result, map_point(table, point));
        return;
    }
    for (int i = 0; i < 3 && special->to[i] != 0; i++)
        add_point(result, special->to[i]);
}

static FlString *convert(FlProcess *self, const FlString *text, const CaseTable *table) {
    Builder result;
    builder_begin(&result, self);
    bool after_cased = false; // what precedes, past what is ignored, is a cased letter
    for (uint64_t at = 0, round = 1; at < text->length; round++) {
        uint32_t point = utf8_decode(text->bytes + at);
        at += utf8_size(text->bytes[at]);
        if (point == CAPITAL_SIGMA && table == &to_lower && after_cased && !cased_follows(text, at))
            add_point(&result, FINAL_SIGMA);
        else
            add_mapped(&result, table, point);
        if (!is_ignorable(point))
            after_cased = is_cased(point);
        if (round % VALUE_POLL_ROUNDS == 0)
            value_poll(self);
    }
    return builder_finish(&result);
}

static FlString *convert_ascii(FlProcess *self, const FlString *text, const CaseTable *table) {
    FlString *result = value_string(self, text->length, text->points);
    for (uint64_t i = 0; i < text->length; i++) {
        char byte = text->bytes[i];
        result->bytes[i] = byte >= table->first && byte <= table->last ? (char)(byte ^ 0x20) : byte;
    }
    return result;
}

static FlString *change(FlProcess *self, FlString *text, const CaseTable *table) {
    if (text->length == 0)
        return text;
    return text->points == text->length ? convert_ascii(self, text, table) : convert(self, text, table);
}

FlString *fl_string_upper(FlProcess *self, FlString *text) { return change(self, text, &to_upper); }

FlString *fl_string_lower(FlProcess *self, FlString *text) { return change(self, text, &to_lower); }
