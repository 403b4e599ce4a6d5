// Exported functions: thunks that the runtime enters them by, and the table that says what they take.
#include <stddef.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

_Static_assert(sizeof(FlExport) == 80, "layout of the table");

// ---- whether a function only computes ------------------------------------------------------------------------------

typedef struct Search {
    Map seen; // Instance
    VEC(const Instance *) work;
    bool found; // something that waits or knows of processes
} Search;

static bool only_computes(Builtin builtin) {
    switch (builtin) {
    case BUILTIN_PANIC:
    case BUILTIN_ASSERT:
    case BUILTIN_TEXT:
    case BUILTIN_FLOAT:
    case BUILTIN_TRUNCATE:
    case BUILTIN_SQRT:
    case BUILTIN_PARSE_INT:
    case BUILTIN_PARSE_FLOAT:
        return true;
    default:
        return (builtin >= BUILTIN_STRING_CONTAINS && builtin <= BUILTIN_STRING_FROM_CODE) ||
               (builtin >= BUILTIN_MAP_OF && builtin <= BUILTIN_SET_VALUES) ||
               (builtin >= BUILTIN_STRING_SPLIT && builtin <= BUILTIN_MATH_SHIFT_RIGHT) ||
               builtin == BUILTIN_STRING_BYTES || builtin == BUILTIN_JSON_ENCODE || builtin == BUILTIN_JSON_DECODE;
    }
}

static void look_at(Search *search, const Instance *instance) {
    if (map_add(&search->seen, instance))
        vec_push(&search->work, instance);
}

static void visit(const Tree *tree, void *context) {
    Search *search = context;
    switch (tree->kind) {
    case TREE_SELF:
    case TREE_SPAWN:
    case TREE_SEND:
    case TREE_RECEIVE:
    case TREE_REQUEST:
    case TREE_SUPERVISOR:
    case TREE_FOREIGN:
        search->found = true;
        return;
    case TREE_BUILTIN:
        search->found |= !only_computes(tree->builtin.builtin);
        break;
    case TREE_CALL:
        look_at(search, tree->call.instance);
        break;
    case TREE_CALL_CLOSURE:
        for (size_t i = 0; i < tree->closure_call.case_count; i++)
            look_at(search, tree->closure_call.cases[i].instance);
        break;
    default:
        break;
    }
    walk_children(tree, visit, search);
}

static bool is_plain(const Instance *instance) {
    Search search = {0};
    look_at(&search, instance);
    while (search.work.len > 0 && !search.found)
        visit(vec_pop(&search.work)->body, &search);
    return !search.found;
}

// ---- thunks --------------------------------------------------------------------------------------------------------

static const Layout *parameters(Unit *unit, const Instance *instance) {
    const Type **types = mem_alloc((instance->parameter_count + 1) * sizeof *types);
    for (size_t i = 0; i < instance->parameter_count; i++)
        types[i] = instance->parameters[i]->type;
    return represent_tuple(&unit->represent, types, instance->parameter_count);
}

// Calls the instance with words from memory, and stores those of its result.
static LLVMValueRef call_thunk(Unit *unit, const TypedExport *export) {
    LLVMValueRef thunk = map_get(&unit->export_thunks, export->call);
    if (thunk)
        return thunk;
    thunk = function_declare_c(unit, text_format("export.%s", export->name->text), 3);
    map_set(&unit->export_thunks, export->call, thunk);
    Function f;
    function_begin(&f, unit, thunk, NULL, MODE_NORMAL, represent_type(&unit->represent, type_nil), export->span);
    const Layout *layout = parameters(unit, export->call);
    const Repr *result = represent_type(&unit->represent, export->call->result);
    Words words = {0};
    for (unsigned i = 0; i < layout->words; i++)
        vec_push(&words, memory_load(&f, layout->word[i], LLVMGetParam(thunk, 1), 8 * (uint64_t)i));
    LLVMValueRef value = function_call(&f, function_of(unit, export->call, MODE_NORMAL), words.data, words.len);
    memory_store_value(&f, result, function_unpack(&f, result, value), LLVMGetParam(thunk, 2), 0);
    function_return(&f, (Value){0});
    function_end(&f);
    return thunk;
}

void export_thunks(Unit *unit) {
    for (size_t i = 0; i < unit->program->export_count; i++) {
        const TypedExport *export = &unit->program->exports[i];
        TreeStart start = {.kind = export->kind, .body = export->start};
        if (export->call)
            call_thunk(unit, export);
        if (export->start)
            process_start_thunk(unit, &start);
    }
}

// ---- the table -----------------------------------------------------------------------------------------------------

static LLVMValueRef layout_type(Unit *unit, const Layout *layout) { return table_type(unit, layout->id); }

static LLVMValueRef row(Unit *unit, const TypedExport *export) {
    LLVMValueRef none = LLVMConstNull(unit->ptr);
    const Instance *called = export->call;
    TreeStart start = {.kind = export->kind, .body = export->start};
    const Type *result[] = {called ? called->result : NULL};
    LLVMValueRef parts[] = {
        static_c_string(unit, export->name->text),
        static_site(unit, called ? called : start.body, export->span),
        called ? call_thunk(unit, export) : none,
        start.body ? process_start_thunk(unit, &start) : none,
        called ? layout_type(unit, parameters(unit, called)) : none,
        start.body ? layout_type(unit, parameters(unit, start.body)) : none,
        called ? table_type_of(unit, called->result) : none,
        called ? layout_type(unit, represent_tuple(&unit->represent, result, 1)) : none,
        export->message ? table_type_of(unit, export->kind->sent) : none,
        unit_int(unit, called && is_plain(called)),
    };
    return LLVMConstStructInContext(unit->context, parts, sizeof parts / sizeof *parts, false);
}

LLVMValueRef export_table(Unit *unit) {
    size_t count = unit->program->export_count;
    if (count == 0)
        return LLVMConstNull(unit->ptr);
    LLVMValueRef *rows = mem_alloc(count * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = row(unit, &unit->program->exports[i]);
    return static_global(unit, "exports", LLVMConstArray2(LLVMTypeOf(rows[0]), rows, (unsigned)count));
}
