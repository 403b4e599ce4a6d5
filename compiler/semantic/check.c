// The checker's table of contents: load and declare, group, infer to the fixed point, walk once more for errors and
// trees, collect.
#include "compiler/semantic/check.h"

// ---- functions that nothing calls ----------------------------------------------------------------------------------

static Inst *uncalled_root(Check *check, Template *template, ClosureInfo *closure) {
    if (!check->library) {
        check->library = kind_new(check, name_of("uncalled"), (Span){0});
        check->library->accepts_all = true;
    }
    const Type **types = mem_alloc(sizeof(Type *) * (template->param_count + 1));
    for (size_t i = 0; i < template->param_count; i++) {
        const Type *annotation = template_annotation(check, template, i);
        types[i] = annotation ? annotation : type_never;
    }
    return instance_root(check, template, closure, types, check->library);
}

static void add_uncalled_functions(Check *check, InstVec *roots) {
    for (size_t i = 0; i < check->templates.len; i++) {
        Template *template = check->templates.data[i];
        if (!template->is_instantiated && !module_is_library(template->module))
            vec_push(roots, uncalled_root(check, template, NULL));
    }
}

static bool add_uncalled_lambdas(Check *check, InstVec *roots) {
    size_t before = roots->len;
    for (size_t i = 0; i < check->closures.len; i++) {
        ClosureInfo *closure = check->closures.data[i];
        if (!closure->template->is_instantiated && closure->template->kind != TEMPLATE_BUILTIN)
            vec_push(roots, uncalled_root(check, closure->template, closure));
    }
    return roots->len > before;
}

// ---- the end -------------------------------------------------------------------------------------------------------

// `{ok, n}` is how others write `{ok: n}`.
static void report_dead_shape(Check *check, const Pattern *pattern) {
    Diag *diag = report_now(check, DIAG_PATTERN_NEVER, pattern->span, "no value that comes here has this shape");
    bool is_pair = pattern->kind == PATTERN_RECORD && pattern->record.fields.len == 2;
    for (size_t i = 0; is_pair && i < 2; i++)
        is_pair = pattern->record.fields.data[i].is_short;
    if (is_pair)
        REPORT_HELP(diag, "this asks for two fields, `%s` and `%s`; the value of one is bound by `{%s: %s}`",
                    name_text(pattern->record.fields.data[0].name), name_text(pattern->record.fields.data[1].name),
                    name_text(pattern->record.fields.data[0].name), name_text(pattern->record.fields.data[1].name));
}

static void report_dead_arms(Check *check) {
    for (size_t i = 0; i < check->arms.len; i++) {
        const Arm *arm = check->arms.data[i];
        if (!map_get(&check->arm_reached, arm))
            report_dead_shape(check, arm->pattern);
        else if (!map_has(&check->arm_reached, arm->pattern))
            report_now(check, DIAG_UNREACHABLE_ARM, arm->pattern->span,
                       "the arms above take everything that this one would");
    }
}

static TypedProgram *collect(Check *check, size_t instances, Inst *main_inst) {
    TypedProgram *program = mem_new(TypedProgram);
    program->main = main_inst ? &main_inst->instance : NULL;
    program->instance_count = instances;
    program->instances = mem_alloc(sizeof(Instance *) * (instances + 1));
    for (size_t i = 0; i < instances; i++) {
        program->instances[i] = &check->walked.data[i]->instance;
        program->instances[i]->id = (uint32_t)i;
    }
    program->closure_count = check->closures.len;
    program->closures = mem_alloc(sizeof(Closure *) * (check->closures.len + 1));
    for (size_t i = 0; i < check->closures.len; i++)
        program->closures[i] = &check->closures.data[i]->closure;
    program->kind_count = check->kinds.len;
    program->kinds = mem_alloc(sizeof(Kind *) * (check->kinds.len + 1));
    for (size_t i = 0; i < check->kinds.len; i++) {
        KindInfo *kind = check->kinds.data[i];
        const Cell *sent = &kind_root(kind)->sent;
        kind->kind.sent = sent->type ? sent->type : type_never;
        program->kinds[i] = &kind->kind;
    }
    foreigns_collect(check, program);
    return program;
}

// ---- the passes ----------------------------------------------------------------------------------------------------

static ModuleInfo *load_all(Check *check, Module *root) {
    static const char *const library[] = {"list", "string", "math", "map", "set"};
    check->prelude = module_load(check, name_of("prelude"));
    for (size_t i = 0; i < sizeof(library) / sizeof(*library); i++)
        module_load(check, name_of(library[i]));
    ModuleInfo *module = module_declare(check, root);
    module_load_references(check, module);
    return module;
}

static bool exports_something(const Module *module) {
    bool found = false;
    for (size_t i = 0; i < module->functions.len; i++)
        found |= module->functions.data[i]->is_exported;
    return found;
}

static Template *find_main(Check *check, ModuleInfo *module) {
    Template *main_template = module->body ? module->body : map_get(&module->functions, name_of("main"));
    if (!main_template) {
        Span start = {.file = module->ast->file};
        Diag *diag =
            report_now(check, DIAG_NO_MAIN, start, "`%s` has no `main` and no statements", name_text(module->name));
        if (exports_something(module->ast))
            REPORT_HELP(diag, "`fluffyc build --lib NAME` makes a library for C of what it exports");
        else
            REPORT_HELP(diag, "a program begins with `main() { … }`, or is a script");
        return NULL;
    }
    if (main_template->param_count) {
        report_now(check, DIAG_MAIN_PARAMETERS, main_template->span, "`main` takes no arguments");
        return NULL;
    }
    return main_template;
}

static void infer(Check *check, InstVec *roots) {
    instances_run(check);
    add_uncalled_functions(check, roots);
    instances_run(check);
    while (add_uncalled_lambdas(check, roots))
        instances_run(check);
}

static KindInfo *special_kind(void) {
    KindInfo *kind = mem_new(KindInfo);
    kind->accepts_all = true;
    return kind;
}

static TypedProgram *run(Check *check, Module *root, bool needs_main) {
    size_t errors = check->diags->error_count;
    ModuleInfo *module = load_all(check, root);
    modules_group(check);
    Template *main_template = needs_main ? find_main(check, module) : NULL;
    if (needs_main && !main_template)
        return NULL;
    check->any = special_kind();
    Inst *main_inst = NULL;
    InstVec roots = {0};
    if (main_template)
        main_inst =
            instance_root(check, main_template, NULL, NULL, kind_new(check, name_of("main"), main_template->span));
    infer(check, &roots);
    check->reporting = true;
    if (main_inst)
        instances_walk(check, main_inst);
    size_t reached = check->walked.len;
    for (size_t i = 0; i < roots.len; i++)
        instances_walk(check, roots.data[i]);
    report_dead_arms(check);
    foreigns_declare(check, module);
    if (check->diags->error_count > errors)
        return NULL;
    return main_inst ? collect(check, reached, main_inst) : mem_new(TypedProgram);
}

TypedProgram *semantic_check(const ModuleLoader *loader, struct Module *root, Diagnostics *diags) {
    char here;
    Check check = {.loader = loader, .diags = diags, .stack_base = &here};
    return run(&check, root, true);
}

bool semantic_check_module(const ModuleLoader *loader, struct Module *module, Diagnostics *diags) {
    char here;
    Check check = {.loader = loader, .diags = diags, .stack_base = &here};
    return run(&check, module, module->statements.len > 0) != NULL;
}

// Modules that are not there already; the first is the root.
static ModuleInfo **load_roots(Check *check, Module *const *roots, size_t count) {
    ModuleInfo **modules = mem_alloc(sizeof(ModuleInfo *) * (count + 1));
    modules[0] = load_all(check, roots[0]);
    for (size_t i = 1; i < count; i++) {
        modules[i] = map_get(&check->modules, roots[i]->name);
        if (modules[i])
            continue;
        modules[i] = module_declare(check, roots[i]);
        module_load_references(check, modules[i]);
    }
    return modules;
}

static TypedProgram *run_library(Check *check, Module *const *roots, size_t count) {
    size_t errors = check->diags->error_count;
    ModuleInfo **modules = load_roots(check, roots, count);
    InstVec uncalled = {0};
    modules_group(check);
    check->any = special_kind();
    Exports *exports = exports_begin(check, modules, count);
    instances_run(check);
    exports_connect(check, exports);
    infer(check, &uncalled);
    check->reporting = true;
    exports_walk(check, exports);
    size_t reached = check->walked.len;
    for (size_t i = 0; i < uncalled.len; i++)
        instances_walk(check, uncalled.data[i]);
    report_dead_arms(check);
    for (size_t i = 0; i < count; i++)
        foreigns_declare(check, modules[i]);
    TypedProgram *program = collect(check, reached, NULL);
    exports_collect(check, exports, modules, count, program);
    return check->diags->error_count > errors ? NULL : program;
}

TypedProgram *semantic_check_library(const ModuleLoader *loader, struct Module *const *roots, size_t count,
                                     Diagnostics *diags) {
    char here;
    Check check = {.loader = loader, .diags = diags, .stack_base = &here};
    return run_library(&check, roots, count);
}
