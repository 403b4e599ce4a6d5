#include "runtime/trace/places.h"

#include <string.h>

#include "runtime/abi/places.h"

enum { NESTED = 64, DECODED = 1 << 20 }; // inlined into each other; contexts and rows of one function

typedef struct Table {
    const unsigned char *start, *end;
    const PlacesRange *ranges;
    const PlacesFunction *functions;
    const unsigned char *bytes; // what offsets count from
    uint32_t range_count, function_count;
} Table;

typedef struct Reader {
    const unsigned char *at, *end;
    bool bad;
} Reader;

static uint64_t leb(Reader *in, bool is_signed) {
    uint64_t value = 0;
    unsigned shift = 0;
    unsigned char byte = 0x80;
    while (byte & 0x80) {
        if (in->at >= in->end || shift > 63) {
            in->bad = true;
            return 0;
        }
        byte = *in->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    }
    if (is_signed && byte & 0x40 && shift < 64)
        value |= ~(uint64_t)0 << shift;
    return value;
}

static uint64_t unsigned_number(Reader *in) { return leb(in, false); }

static bool open_table(Table *table, const void *start, size_t bytes) {
    const PlacesHeader *header = start;
    if (bytes < sizeof *header || header->magic != PLACES_MAGIC || header->bytes > bytes ||
        header->bytes < sizeof *header || header->bytes % 8 != 0)
        return false;
    uint64_t ranges = header->ranges * (uint64_t)sizeof(PlacesRange);
    uint64_t functions = header->functions * (uint64_t)sizeof(PlacesFunction);
    if (ranges + functions > header->bytes - sizeof *header)
        return false;
    table->start = start;
    table->end = table->start + header->bytes;
    table->ranges = (const PlacesRange *)(header + 1);
    table->range_count = header->ranges;
    table->functions = (const PlacesFunction *)(table->ranges + header->ranges);
    table->function_count = header->functions;
    table->bytes = (const unsigned char *)(table->functions + header->functions);
    return true;
}

// "" if there is none.
static const char *text_at(const Table *table, uint64_t offset) {
    size_t bytes = (size_t)(table->end - table->bytes);
    if (offset >= bytes || !memchr(table->bytes + offset, 0, bytes - offset))
        return "";
    return (const char *)table->bytes + offset;
}

// The function that holds this offset of the range, or NULL.
static const PlacesFunction *find_function(const Table *table, const PlacesRange *range, uint64_t offset) {
    if (range->first > table->function_count || range->count > table->function_count - range->first)
        return NULL;
    const PlacesFunction *functions = table->functions + range->first;
    uint32_t low = 0, high = range->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (functions[middle].start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || offset - functions[low - 1].start >= functions[low - 1].bytes)
        return NULL;
    return &functions[low - 1];
}

// ---- the rows of a function

typedef struct Context {
    uint64_t file, name, parent, line, column;
} Context;

static Context read_context(Reader *in, bool first) {
    Context context = {.file = unsigned_number(in)};
    if (first)
        return context;
    context.name = unsigned_number(in);
    context.parent = unsigned_number(in);
    context.line = unsigned_number(in);
    context.column = unsigned_number(in);
    return context;
}

typedef struct Row {
    uint64_t context, column;
    uint64_t line;
    bool found;
} Row;

// The last row that begins at or before `offset`.
static Row read_rows(Reader *in, uint64_t offset) {
    uint64_t count = unsigned_number(in), at = 0;
    Row row = {0}, next = {0};
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        uint64_t step = unsigned_number(in);
        at += step / 2;
        if (at > offset)
            break;
        if (step & 1)
            next.context = unsigned_number(in);
        next.line += leb(in, true);
        next.column = unsigned_number(in);
        next.found = !in->bad;
        row = next;
    }
    return row;
}

static void skip_contexts(Reader *in, uint64_t count) {
    for (uint64_t i = 0; i < count && !in->bad; i++)
        read_context(in, i == 0);
}

// Contexts have no index: they are read up to the wanted one.
static Context context_at(Reader in, uint64_t index) {
    skip_contexts(&in, index);
    Context context = read_context(&in, index == 0);
    return in.bad ? (Context){0} : context;
}

static unsigned unfold(const Table *table, const PlacesFunction *function, Reader contexts, Row row, FlSite *places,
                       unsigned most) {
    unsigned count = 0;
    uint64_t line = row.line, column = row.column;
    for (uint64_t index = row.context, depth = 0; depth < NESTED; depth++) {
        Context context = context_at(contexts, index);
        const char *name = text_at(table, index ? context.name : function->name);
        if (*name && count < most)
            places[count++] = (FlSite){text_at(table, context.file), name, (uint32_t)line, (uint32_t)column};
        if (index == 0 || context.parent >= index)
            break;
        index = context.parent;
        line = context.line;
        column = context.column;
    }
    return count;
}

static unsigned find_in_function(const Table *table, const PlacesFunction *function, uint64_t offset, FlSite *places,
                                 unsigned most) {
    if (function->rows > (size_t)(table->end - table->bytes))
        return 0;
    Reader in = {table->bytes + function->rows, table->end, false};
    uint64_t contexts = unsigned_number(&in);
    Reader first = in;
    if (contexts > DECODED)
        return 0;
    skip_contexts(&in, contexts);
    Row row = read_rows(&in, offset);
    return row.found && row.context < contexts ? unfold(table, function, first, row, places, most) : 0;
}

unsigned places_find_in(const void *start, size_t bytes, uintptr_t address, FlSite *places, unsigned most) {
    Table table;
    if (!open_table(&table, start, bytes))
        return 0;
    for (uint32_t i = 0; i < table.range_count; i++) {
        const PlacesRange *range = &table.ranges[i];
        uintptr_t base = (uintptr_t)&range->start + (uintptr_t)(intptr_t)range->start;
        if (address - base >= range->bytes)
            continue;
        const PlacesFunction *function = find_function(&table, range, address - base);
        if (function)
            return find_in_function(&table, function, address - base - function->start, places, most);
    }
    return 0;
}

// ---- the tables of this program; the linker defines the ends if there is one

extern const unsigned char __start_fl_places[] __attribute__((weak, visibility("hidden")));
extern const unsigned char __stop_fl_places[] __attribute__((weak, visibility("hidden")));

unsigned places_find(uintptr_t address, FlSite *places, unsigned most) {
    const unsigned char *at = __start_fl_places, *end = __stop_fl_places;
    while (at && (size_t)(end - at) >= sizeof(PlacesHeader)) {
        unsigned count = places_find_in(at, (size_t)(end - at), address, places, most);
        uint32_t bytes = ((const PlacesHeader *)at)->bytes;
        if (count > 0 || bytes < sizeof(PlacesHeader) || bytes > (size_t)(end - at))
            return count;
        at += bytes;
    }
    return 0;
}
