// The table of type descriptors and `fl_program`, laid out exactly as runtime/abi/abi.h says.
#include <stddef.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

_Static_assert(sizeof(FlType) == 72 && offsetof(FlType, references) == 16 && offsetof(FlType, literal) == 48,
               "layout of FlType");
_Static_assert(sizeof(FlField) == 24 && sizeof(FlSite) == 24 && sizeof(FlProgram) == 56, "layouts of the tables");

LLVMValueRef table_type(Unit *unit, uint32_t id) {
    while (unit->types.len <= id)
        vec_push(&unit->types, NULL);
    if (!unit->types.data[id]) {
        LLVMTypeRef fields[] = {unit->i32, unit->i8,  unit->i8,  unit->i8,  unit->i8,  unit->i32, unit->i32,
                                unit->ptr, unit->ptr, unit->ptr, unit->ptr, unit->i64, unit->i64, unit->ptr};
        LLVMTypeRef type = LLVMStructTypeInContext(unit->context, fields, sizeof fields / sizeof *fields, false);
        LLVMValueRef global = LLVMAddGlobal(unit->module, type, "type");
        LLVMSetLinkage(global, LLVMPrivateLinkage);
        LLVMSetGlobalConstant(global, true);
        LLVMSetAlignment(global, 8);
        unit->types.data[id] = global;
    }
    return unit->types.data[id];
}

LLVMValueRef table_type_of(Unit *unit, const Type *type) {
    return table_type(unit, represent_id(&unit->represent, represent_type(&unit->represent, type)));
}

// The variable parts of a descriptor; the rest is zero.
typedef struct Row {
    FlKind kind;
    unsigned words, object_words;
    bool boxed;
    const WordKind *kinds; // of what `references` describes
    unsigned kind_count;
    LLVMValueRef *fields;
    uint32_t field_count;
    LLVMValueRef element, buffer;
    FlWord literal;
    int64_t big;
    const char *name;
} Row;

static LLVMValueRef null_pointer(const Unit *unit) { return LLVMConstNull(unit->ptr); }

static LLVMValueRef bitmap(Unit *unit, const WordKind *kinds, unsigned count) {
    unsigned cells = (count + 63) / 64;
    uint64_t *bits = mem_alloc_data((cells + 1) * sizeof *bits);
    bool any = false;
    for (unsigned i = 0; i < count; i++)
        if (kinds[i] == WORD_POINTER || kinds[i] == WORD_TAGGED) {
            bits[i / 64] |= UINT64_C(1) << (i % 64);
            any = true;
        }
    if (!any)
        return null_pointer(unit);
    LLVMValueRef *words = mem_alloc(cells * sizeof *words);
    for (unsigned i = 0; i < cells; i++)
        words[i] = unit_int(unit, (int64_t)bits[i]);
    return static_global(unit, "references", LLVMConstArray2(unit->i64, words, cells));
}

static LLVMValueRef field(Unit *unit, Name name, const Repr *type, uint32_t offset) {
    LLVMValueRef parts[] = {
        name ? static_c_string(unit, name->text) : null_pointer(unit),
        table_type(unit, represent_id(&unit->represent, type)),
        unit_i32(unit, offset),
    };
    return LLVMConstStructInContext(unit->context, parts, 3, false);
}

static const Repr *repr(Unit *unit, const Type *type) { return represent_type(&unit->represent, type); }

static void record_fields(Unit *unit, const Repr *record, Row *row) {
    const Type *type = record->type;
    row->field_count = (uint32_t)type->record.count;
    row->fields = mem_alloc((row->field_count + 1) * sizeof *row->fields);
    for (uint32_t i = 0; i < row->field_count; i++)
        row->fields[i] =
            field(unit, type->record.fields[i].name, repr(unit, type->record.fields[i].type), record->offsets[i]);
}

static void union_fields(Unit *unit, const Repr *of, Row *row) {
    row->field_count = (uint32_t)of->type->members.count;
    row->fields = mem_alloc((row->field_count + 1) * sizeof *row->fields);
    for (uint32_t i = 0; i < row->field_count; i++)
        row->fields[i] = field(unit, NULL, repr(unit, of->type->members.types[i]), 0);
}

static void map_fields(Unit *unit, const Repr *of, Row *row) {
    const Repr *key = repr(unit, of->type->map.key), *value = NULL;
    row->field_count = of->type->map.value ? 2 : 1;
    row->fields = mem_alloc(2 * sizeof *row->fields);
    row->fields[0] = field(unit, NULL, key, 0);
    if (of->type->map.value) {
        value = repr(unit, of->type->map.value);
        row->fields[1] = field(unit, NULL, value, key->words);
    }
}

static FlWord literal_word(Unit *unit, const Type *type) {
    switch (type->kind) {
    case TYPE_LITERAL_BOOL:
        return FL_IMMEDIATE(FL_TAG_BOOL, type->literal.integer);
    case TYPE_LITERAL_INT:
        return FL_IMMEDIATE(FL_TAG_INT, type->literal.integer);
    default:
        return FL_IMMEDIATE(FL_TAG_SYMBOL, static_symbol(unit, type->literal.text));
    }
}

static Row value_row(Unit *unit, const Repr *of) {
    Row row = {.kind = of->kind,
               .words = of->words,
               .object_words = of->object_words,
               .boxed = of->boxed,
               .kinds = of->object,
               .kind_count = of->object_words,
               .name = type_text(of->type)};
    switch (of->kind) {
    case FL_KIND_RECORD:
        record_fields(unit, of, &row);
        break;
    case FL_KIND_UNION:
        union_fields(unit, of, &row);
        break;
    case FL_KIND_LIST:
        row.element = table_type_of(unit, of->type->element);
        row.buffer = table_type(unit, represent_buffer_id(&unit->represent, of));
        break;
    case FL_KIND_MAP:
        map_fields(unit, of, &row);
        row.buffer = table_type(unit, represent_buffer_id(&unit->represent, of));
        break;
    case FL_KIND_LITERAL:
        row.literal = literal_word(unit, of->type);
        row.big = of->type->kind == TYPE_LITERAL_STRING ? 0 : of->type->literal.integer;
        break;
    default:
        break;
    }
    return row;
}

static Row buffer_row(Unit *unit, const Repr *list) {
    const Repr *element = repr(unit, list->type->element);
    return (Row){.kind = FL_KIND_BUFFER,
                 .kinds = element->word,
                 .kind_count = element->words,
                 .element = table_type_of(unit, list->type->element),
                 .name = text_format("buffer of %s", type_text(list->type))};
}

static Row node_row(Unit *unit, const Repr *map) {
    const Repr *key = repr(unit, map->type->map.key);
    const Repr *value = map->type->map.value ? repr(unit, map->type->map.value) : NULL;
    WordKind *kinds = mem_alloc_data(2 * REPR_MAX_WORDS * sizeof *kinds);
    unsigned count = 0;
    for (unsigned i = 0; i < key->words; i++)
        kinds[count++] = key->word[i];
    for (unsigned i = 0; value && i < value->words; i++)
        kinds[count++] = value->word[i];
    Row row = {.kind = FL_KIND_NODE,
               .object_words = count,
               .kinds = kinds,
               .kind_count = count,
               .name = text_format("node of %s", type_text(map->type))};
    map_fields(unit, map, &row);
    return row;
}

static Row layout_row(Unit *unit, const Layout *layout) {
    bool closure = layout->kind == FL_KIND_CLOSURE;
    Row row = {.kind = layout->kind,
               .object_words = layout->words,
               .kinds = layout->word,
               .kind_count = layout->words,
               .field_count = (uint32_t)layout->count + closure,
               .name = closure ? "closure" : "frame"};
    row.fields = mem_alloc((row.field_count + 1) * sizeof *row.fields);
    if (closure)
        row.fields[0] = field(unit, NULL, repr(unit, type_int), 0);
    for (size_t i = 0; i < layout->count; i++)
        row.fields[i + closure] = field(unit, NULL, layout->fields[i], layout->offsets[i]);
    return row;
}

static LLVMValueRef field_array(Unit *unit, const Row *row) {
    if (!row->field_count)
        return null_pointer(unit);
    return static_global(unit, "fields", LLVMConstArray2(LLVMTypeOf(row->fields[0]), row->fields, row->field_count));
}

static LLVMValueRef byte(const Unit *unit, unsigned value) { return LLVMConstInt(unit->i8, value, false); }

static LLVMValueRef or_null(const Unit *unit, LLVMValueRef pointer) { return pointer ? pointer : null_pointer(unit); }

// Whether a float stands somewhere in a type that is not in `seen` yet.
static bool has_float(Map *seen, const Type *type) {
    type = type_resolve(type);
    if (type->kind == TYPE_FLOAT || type->kind == TYPE_FUNCTION)
        return true;
    if (!map_add(seen, type))
        return false;
    if (type->kind == TYPE_LIST)
        return has_float(seen, type->element);
    if (type->kind == TYPE_MAP)
        return has_float(seen, type->map.key) || (type->map.value && has_float(seen, type->map.value));
    for (size_t i = 0; type->kind == TYPE_RECORD && i < type->record.count; i++)
        if (has_float(seen, type->record.fields[i].type))
            return true;
    for (size_t i = 0; type->kind == TYPE_UNION && i < type->members.count; i++)
        if (has_float(seen, type->members.types[i]))
            return true;
    return false;
}

static bool is_reflexive(const Type *type) {
    Map seen = {0};
    return !has_float(&seen, type);
}

static void emit_type(Unit *unit, uint32_t id) {
    TypeEntry entry = unit->represent.entries.data[id];
    Row row = entry.value                            ? value_row(unit, entry.value)
              : entry.layout                         ? layout_row(unit, entry.layout)
              : entry.buffer_of->kind == FL_KIND_MAP ? node_row(unit, entry.buffer_of)
                                                     : buffer_row(unit, entry.buffer_of);
    LLVMValueRef parts[] = {
        unit_i32(unit, id),
        byte(unit, row.kind),
        byte(unit, row.words),
        byte(unit, row.boxed),
        byte(unit, entry.value && is_reflexive(entry.value->type)),
        unit_i32(unit, row.object_words),
        unit_i32(unit, row.field_count),
        bitmap(unit, row.kinds, row.kind_count),
        field_array(unit, &row),
        or_null(unit, row.element),
        or_null(unit, row.buffer),
        unit_int(unit, (int64_t)row.literal),
        unit_int(unit, row.big),
        static_c_string(unit, row.name),
    };
    LLVMSetInitializer(table_type(unit, id),
                       LLVMConstStructInContext(unit->context, parts, sizeof parts / sizeof *parts, false));
}

static void emit_symbols(Unit *unit) {
    LLVMTypeRef type = LLVMArrayType2(unit->ptr, unit->symbol_list.len);
    LLVMValueRef table = LLVMAddGlobal(unit->module, type, "symbols");
    LLVMSetInitializer(table, LLVMConstArray2(unit->ptr, unit->symbol_list.data, unit->symbol_list.len));
    LLVMSetLinkage(table, LLVMPrivateLinkage);
    LLVMSetGlobalConstant(table, true);
    if (unit->symbol_table) {
        LLVMReplaceAllUsesWith(unit->symbol_table, table);
        LLVMDeleteGlobal(unit->symbol_table);
    }
    unit->symbol_table = table;
}

void table_emit(Unit *unit) {
    const Instance *main = unit->program->main;
    TreeStart start = {.body = unit->program->main};
    LLVMValueRef main_thunk = main ? process_start_thunk(unit, &start) : null_pointer(unit);
    LLVMValueRef exports = export_table(unit);
    for (uint32_t id = 0; id < unit->represent.entries.len; id++) // grows while it is emitted
        emit_type(unit, id);
    emit_symbols(unit);
    uint32_t count = (uint32_t)unit->represent.entries.len;
    LLVMValueRef types = static_global(unit, "types", LLVMConstArray2(unit->ptr, unit->types.data, count));
    LLVMValueRef parts[] = {
        unit_i32(unit, FL_ABI_VERSION),
        unit_i32(unit, count),
        types,
        unit->symbol_table,
        unit_i32(unit, (uint32_t)unit->symbol_list.len),
        unit_i32(unit, (uint32_t)unit->program->export_count),
        main_thunk,
        main ? static_site(unit, main, main->span) : null_pointer(unit),
        exports,
    };
    LLVMValueRef program = static_global(unit, "fl_program", LLVMConstStructInContext(unit->context, parts, 9, false));
    LLVMSetLinkage(program, LLVMExternalLinkage);
}
