// From line rows and inlined calls to the table: a sweep over the code in order of address, in which rows, and the
// beginnings and ends of inlined calls, change what the present place is.
#include "compiler/places/places.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/places/dwarf.h"
#include "runtime/abi/places.h"

typedef struct PlaceRow {
    Position at;
    uint32_t line, column;
    uint32_t call; // index of the innermost inlined call, or NOT_INLINED
    uint32_t file;
} PlaceRow;

typedef VEC(PlaceRow) PlaceRows;

typedef struct Table {
    Object object;
    Lines lines;
    Inlined inlined;
    const Map *names;
    VEC(PlacesRange) ranges;
    VEC(PlacesFunction) functions;
    VEC(ObjectDistance) distances;
    StringBuilder bytes; // texts and rows
    Map texts;           // from Name to 1 + its offset
} Table;

// ---- the sweep

typedef enum EventKind { EVENT_LEAVE, EVENT_ENTER, EVENT_ROW } EventKind; // in this order at one address

typedef struct Event {
    Position at;
    EventKind kind;
    uint32_t index; // of the row or inlined call; rows at one address: the last one holds
} Event;

typedef VEC(Event) Events;

static int by_address(const void *a, const void *b) {
    const Event *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static Events all_events(const Table *table) {
    Events events = {0};
    for (size_t i = 0; i < table->lines.rows.len; i++)
        vec_push(&events, (Event){table->lines.rows.data[i].at, EVENT_ROW, (uint32_t)i});
    for (size_t i = 0; i < table->inlined.ranges.len; i++) {
        const InlinedRange *range = &table->inlined.ranges.data[i];
        vec_push(&events, (Event){range->start, EVENT_ENTER, range->call});
        vec_push(&events, (Event){range->end, EVENT_LEAVE, range->call});
    }
    if (events.len)
        qsort(events.data, events.len, sizeof(Event), by_address);
    return events;
}

typedef struct Sweep {
    const Table *table;
    VEC(uint32_t) open; // by depth: 1 + the inlined call that is open there, or 0
    LineRow row;
} Sweep;

static void apply(Sweep *sweep, const Event *event) {
    if (event->kind == EVENT_ROW) {
        sweep->row = sweep->table->lines.rows.data[event->index];
        return;
    }
    uint32_t depth = sweep->table->inlined.calls.data[event->index].depth;
    while (sweep->open.len <= depth)
        vec_push(&sweep->open, 0);
    if (event->kind == EVENT_ENTER)
        sweep->open.data[depth] = event->index + 1;
    else if (sweep->open.data[depth] == event->index + 1)
        sweep->open.data[depth] = 0;
    while (sweep->open.len && vec_last(&sweep->open) == 0)
        sweep->open.len--;
}

static PlaceRow present(const Sweep *sweep, Position at) {
    uint32_t call = sweep->open.len ? vec_last(&sweep->open) - 1 : NOT_INLINED;
    return (PlaceRow){at, sweep->row.line, sweep->row.column, call, sweep->row.file};
}

static void add_row(PlaceRows *rows, PlaceRow row) {
    if (rows->len) {
        const PlaceRow *last = &vec_last(rows);
        if (last->line == row.line && last->column == row.column && last->call == row.call)
            return;
    }
    vec_push(rows, row);
}

// The rows of each function, by its index.
static PlaceRows *sweep_code(const Table *table) {
    PlaceRows *rows = mem_alloc((table->object.functions.len + 1) * sizeof *rows);
    Events events = all_events(table);
    Sweep sweep = {.table = table};
    size_t function = 0;
    for (size_t i = 0; i < events.len;) {
        Position at = events.data[i].at;
        for (; i < events.len && events.data[i].at == at; i++)
            apply(&sweep, &events.data[i]);
        const ObjectFunction *functions = table->object.functions.data;
        while (function < table->object.functions.len && functions[function].start + functions[function].bytes <= at)
            function++;
        if (function < table->object.functions.len && functions[function].start <= at && !sweep.row.end)
            add_row(&rows[function], present(&sweep, at));
    }
    return rows;
}

// ---- writing

static void add_unsigned(StringBuilder *out, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        sb_add_char(out, (char)(value | 0x80));
    sb_add_char(out, (char)value);
}

static void add_signed(StringBuilder *out, int64_t value) {
    for (; value < -64 || value > 63; value >>= 7)
        sb_add_char(out, (char)(value | 0x80));
    sb_add_char(out, (char)(value & 0x7f));
}

static uint32_t text_offset(Table *table, const char *text) {
    Name name = name_of(text);
    uintptr_t known = (uintptr_t)map_get(&table->texts, name);
    if (known)
        return (uint32_t)known - 1;
    uint32_t offset = (uint32_t)table->bytes.len;
    sb_add_bytes(&table->bytes, name->text, name->len + 1);
    map_set(&table->texts, name, (void *)(uintptr_t)(offset + 1));
    return offset;
}

// What reports call the function with this symbol; "" if they don't show it.
static const char *shown_name(const Table *table, const char *symbol) {
    Name name = map_get(table->names, name_of(symbol));
    return name ? name->text : "";
}

// The inlined calls that the rows of one function lie in.
typedef struct Contexts {
    VEC(uint32_t) calls; // of each context; of the first one NOT_INLINED
    VEC(uint32_t) files; // index into lines.files
    Map numbers;         // from an InlinedCall to its context
} Contexts;

static uint32_t context_of(const Table *table, Contexts *contexts, uint32_t call, uint32_t file) {
    if (call == NOT_INLINED) {
        contexts->files.data[0] = file;
        return 0;
    }
    const InlinedCall *inlined = &table->inlined.calls.data[call];
    uint32_t known = (uint32_t)(uintptr_t)map_get(&contexts->numbers, inlined);
    if (known) {
        if (file)
            contexts->files.data[known] = file;
        return known;
    }
    context_of(table, contexts, inlined->parent, inlined->file);
    vec_push(&contexts->calls, call);
    vec_push(&contexts->files, file);
    map_set(&contexts->numbers, inlined, (void *)(contexts->calls.len - 1));
    return (uint32_t)contexts->calls.len - 1;
}

static uint32_t file_offset(Table *table, uint32_t file) {
    return text_offset(table, file < table->lines.files.len ? table->lines.files.data[file] : "");
}

// Texts that rows refer to come to lie in front of them.
static void write_contexts(Table *table, Contexts *contexts, StringBuilder *out) {
    add_unsigned(out, contexts->calls.len);
    for (size_t i = 0; i < contexts->calls.len; i++) {
        add_unsigned(out, file_offset(table, contexts->files.data[i]));
        if (i == 0)
            continue;
        const InlinedCall *call = &table->inlined.calls.data[contexts->calls.data[i]];
        add_unsigned(out, text_offset(table, shown_name(table, call->name)));
        add_unsigned(out, context_of(table, contexts, call->parent, call->file));
        add_unsigned(out, call->line);
        add_unsigned(out, call->column);
    }
}

static uint32_t write_rows(Table *table, const ObjectFunction *function, const PlaceRows *rows) {
    Contexts contexts = {0};
    StringBuilder out = {0};
    vec_push(&contexts.calls, NOT_INLINED);
    vec_push(&contexts.files, 0);
    for (size_t i = 0; i < rows->len; i++)
        context_of(table, &contexts, rows->data[i].call, rows->data[i].file);
    write_contexts(table, &contexts, &out);
    add_unsigned(&out, rows->len);
    PlaceRow last = {.at = function->start};
    uint32_t last_context = 0;
    for (size_t i = 0; i < rows->len; i++) {
        const PlaceRow *row = &rows->data[i];
        uint32_t context = context_of(table, &contexts, row->call, row->file);
        add_unsigned(&out, (row->at - last.at) * 2 + (context != last_context));
        if (context != last_context)
            add_unsigned(&out, context);
        add_signed(&out, (int64_t)row->line - last.line);
        add_unsigned(&out, row->column);
        last = *row;
        last_context = context;
    }
    uint32_t offset = (uint32_t)table->bytes.len;
    sb_add_bytes(&table->bytes, out.data, out.len);
    return offset;
}

static bool is_shown(const Table *table, const ObjectFunction *function, const PlaceRows *rows) {
    bool shown = *shown_name(table, function->symbol) != 0;
    for (size_t i = 0; i < rows->len && !shown; i++)
        shown = rows->data[i].call != NOT_INLINED;
    return shown;
}

static void add_function(Table *table, const ObjectFunction *function, const PlaceRows *rows) {
    uint32_t section = POSITION_SECTION(function->start);
    if (table->ranges.len == 0 || POSITION_SECTION(vec_last(&table->distances).function->start) != section) {
        vec_push(&table->ranges, (PlacesRange){.first = (uint32_t)table->functions.len});
        vec_push(&table->distances, (ObjectDistance){.function = function, .back = POSITION_OFFSET(function->start)});
    }
    PlacesRange *range = &vec_last(&table->ranges);
    uint32_t start = (uint32_t)POSITION_OFFSET(function->start);
    range->bytes = start + (uint32_t)function->bytes;
    range->count++;
    vec_push(&table->functions, (PlacesFunction){.start = start,
                                                 .bytes = (uint32_t)function->bytes,
                                                 .name = text_offset(table, shown_name(table, function->symbol)),
                                                 .rows = write_rows(table, function, rows)});
}

static Bytes put_together(Table *table) {
    StringBuilder out = {0};
    PlacesHeader header = {
        .magic = PLACES_MAGIC, .ranges = (uint32_t)table->ranges.len, .functions = (uint32_t)table->functions.len};
    sb_add_bytes(&out, (const char *)&header, sizeof header);
    for (size_t i = 0; i < table->ranges.len; i++) {
        table->distances.data[i].offset = (uint32_t)out.len;
        sb_add_bytes(&out, (const char *)&table->ranges.data[i], sizeof(PlacesRange));
    }
    sb_add_bytes(&out, (const char *)table->functions.data, table->functions.len * sizeof(PlacesFunction));
    sb_add_bytes(&out, table->bytes.data, table->bytes.len);
    while (out.len % 8)
        sb_add_char(&out, 0);
    header.bytes = (uint32_t)out.len;
    memcpy(out.data, &header, sizeof header);
    return (Bytes){(const unsigned char *)out.data, out.len};
}

bool places_add(Bytes object, const Map *names, Bytes *result) {
    Table table = {.names = names};
    if (!object_read(&table.object, object) || !dwarf_lines(&table.object, &table.lines) ||
        !dwarf_inlined(&table.object, &table.inlined))
        return false;
    text_offset(&table, ""); // at offset 0
    PlaceRows *rows = sweep_code(&table);
    for (size_t i = 0; i < table.object.functions.len; i++)
        if (is_shown(&table, &table.object.functions.data[i], &rows[i]))
            add_function(&table, &table.object.functions.data[i], &rows[i]);
    *result = object_with_section(&table.object, PLACES_SECTION, put_together(&table), table.distances.data,
                                  table.distances.len);
    return true;
}
