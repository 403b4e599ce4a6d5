// spawn_supervisor: a specification is built child by child, then started.
#include "compiler/codegen/lower.h"

// A number of the program's; a negative one becomes what the runtime refuses: its own small ones mean something.
static LLVMValueRef count(Function *f, const Tree *tree) {
    LLVMValueRef word = process_word(f, tree, type_int);
    LLVMValueRef negative = LLVMBuildICmp(f->builder, LLVMIntSLT, word, unit_int(f->unit, 0), "");
    return LLVMBuildSelect(f->builder, negative, unit_int(f->unit, INT64_MIN), word, "");
}

static LLVMValueRef count_or_default(Function *f, const Tree *tree) {
    return tree ? count(f, tree) : unit_int(f->unit, -1);
}

static LLVMValueRef string_or_null(Function *f, const Tree *tree) {
    return tree ? process_word(f, tree, type_string) : LLVMConstNull(f->unit->ptr);
}

static LLVMValueRef shutdown_time(Function *f, const TreeChild *child) {
    switch (child->shutdown_kind) {
    case SHUTDOWN_VALUE:
        return count(f, child->shutdown);
    case SHUTDOWN_INFINITY:
        return unit_int(f->unit, -1);
    case SHUTDOWN_KILL:
        return unit_int(f->unit, -2);
    default:
        return unit_int(f->unit, -3);
    }
}

static LLVMValueRef is_significant(Function *f, const TreeChild *child) {
    return child->significant ? process_word(f, child->significant, type_bool) : LLVMConstInt(f->unit->i1, 0, false);
}

static void add_child(Function *f, const TreeChild *child, LLVMValueRef specification) {
    Unit *unit = f->unit;
    const Instance *body = child->start.body;
    LLVMValueRef id = string_or_null(f, child->id);
    Words words = {0};
    const Layout *layout = process_frame(f, &child->start, &words);
    LLVMValueRef restart = string_or_null(f, child->restart);
    LLVMValueRef shutdown = shutdown_time(f, child), significant = is_significant(f, child);
    LLVMValueRef registered = string_or_null(f, child->name);
    const char *name = child->start.kind && child->start.kind->function ? child->start.kind->function->text
                       : body->name                                     ? body->name->text
                                                                        : "spawn";
    LLVMValueRef frame =
        RUNTIME(f, fl_supervisor_child, f->process, specification, id, process_start_thunk(unit, &child->start),
                table_type(unit, layout->id), static_c_string(unit, name), restart, shutdown,
                LLVMConstInt(unit->i1, child->starts_supervisor, false), significant, registered, function_site(f));
    if (layout->words)
        memory_fill(f, frame, layout->word, words.data, layout->words);
}

static void add_children(Function *f, const TreeChild *child, LLVMValueRef specification) {
    if (!child->repeat) {
        add_child(f, child, specification);
        return;
    }
    Value list = expr(f, child->repeat);
    CountedLoop loop;
    Words live = {0};
    vec_push(&live, list.word[0]);
    LLVMValueRef index = loop_begin(f, &loop, unit_int(f->unit, 0), list_length(f, list), &live);
    const Type *element = type_resolve(child->repeat->type)->element;
    Value value = list_element(f, repr_of(f, element), list, index);
    function_store_local(f, child->element, coerce(f, element, child->element->type, value));
    add_child(f, child, specification);
    loop_end(f, &loop);
}

// To a supervisor that runs.
static Value add_to(Function *f, const Tree *tree) {
    LLVMValueRef target = expr(f, tree->supervisor.target).word[0], out = function_alloca(f, f->unit->i64, "outcome");
    LLVMValueRef request = RUNTIME(f, fl_supervisor_request, f->process, function_site(f));
    add_children(f, tree->supervisor.children, request);
    return builtin_started(f, tree, RUNTIME(f, fl_supervisor_add, f->process, target, request, out), out);
}

static void add_options(Function *f, const Tree *tree, LLVMValueRef specification) {
    const TreeChild *model = tree->supervisor.model;
    if (tree->supervisor.auto_shutdown)
        RUNTIME(f, fl_supervisor_shutdown, f->process, specification,
                process_word(f, tree->supervisor.auto_shutdown, type_string), function_site(f));
    if (tree->supervisor.name)
        RUNTIME(f, fl_supervisor_name, f->process, specification, process_word(f, tree->supervisor.name, type_string));
    if (model) {
        LLVMValueRef restart = string_or_null(f, model->restart), shutdown = shutdown_time(f, model);
        RUNTIME(f, fl_supervisor_model, f->process, specification, restart, shutdown, is_significant(f, model),
                function_site(f));
    }
}

Value supervisor_spawn(Function *f, const Tree *tree) {
    if (tree->supervisor.target)
        return add_to(f, tree);
    LLVMValueRef strategy = string_or_null(f, tree->supervisor.strategy);
    LLVMValueRef restarts = count_or_default(f, tree->supervisor.restarts);
    LLVMValueRef within = count_or_default(f, tree->supervisor.within);
    LLVMValueRef specification =
        RUNTIME(f, fl_supervisor_new, f->process, strategy, restarts, within, function_site(f));
    add_options(f, tree, specification);
    for (size_t i = 0; i < tree->supervisor.count; i++) {
        Span outer = f->span;
        f->span = tree->supervisor.children[i].span;
        add_children(f, &tree->supervisor.children[i], specification);
        f->span = outer;
    }
    return value_one(RUNTIME(f, fl_supervisor_start, f->process, specification, function_site(f)));
}
