// Modules and what names in them mean.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- templates -----------------------------------------------------------------------------------------------------

Template *template_new(Check *check, TemplateKind kind, ModuleInfo *module) {
    Template *template = mem_new(Template);
    template->kind = kind;
    template->module = module;
    template->id = check->next_template++;
    return template;
}

Template *template_of_syntax(Check *check, TemplateKind kind, ModuleInfo *module, Expr *expr) {
    Template *known = map_get(&check->syntax_templates, expr);
    if (known)
        return known;
    Template *template = template_new(check, kind, module);
    template->expr = expr;
    template->span = kind == TEMPLATE_LAMBDA ? expr->lambda.arrow_span : expr->span;
    template->param_count = kind == TEMPLATE_LAMBDA ? expr->lambda.params.len : 0;
    map_set(&check->syntax_templates, expr, template);
    template_facts(check, template);
    return template;
}

Template *template_of_builtin(Check *check, Builtin builtin) {
    const BuiltinInfo *row = &builtin_table[builtin];
    Template *known = map_get(&check->syntax_templates, row);
    if (known)
        return known;
    Template *template = template_new(check, TEMPLATE_BUILTIN, NULL);
    template->builtin = builtin;
    template->name = name_of(row->name);
    template->param_count = builtin_type(check, builtin)->function.parameter_count;
    template->uses_process = builtin == BUILTIN_MONITOR;
    map_set(&check->syntax_templates, row, template);
    return template;
}

Template *template_wrapper(Check *check, TemplateKind kind, Template *target, bool is_child, size_t param_count) {
    Name key = name_of(text_format("%d %d %d %zu", (int)kind, target ? (int)target->id : -1, is_child, param_count));
    Template *known = map_get(&check->wrappers, key);
    if (known)
        return known;
    Template *template = template_new(check, kind, target ? target->module : NULL);
    template->target = target;
    template->is_child = is_child;
    template->param_count = param_count;
    template->uses_process = true;
    if (target) {
        template->name = target->name;
        template->span = target->span;
    }
    map_set(&check->wrappers, key, template);
    return template;
}

// ---- modules -------------------------------------------------------------------------------------------------------

static void declare_functions(Check *check, ModuleInfo *module) {
    for (size_t i = 0; i < module->ast->functions.len; i++) {
        FunctionDecl *decl = module->ast->functions.data[i];
        Template *template = template_new(check, TEMPLATE_FUNCTION, module);
        template->function = decl;
        template->name = decl->name;
        template->span = decl->clauses.data[0]->header_span;
        template->param_count = decl->clauses.data[0]->params.len;
        map_set(&module->functions, decl->name, template);
        vec_push(&check->templates, template);
    }
}

static void declare_constants(ModuleInfo *module) {
    for (size_t i = 0; i < module->ast->constants.len; i++) {
        ConstantDecl *constant = module->ast->constants.data[i];
        map_set(&module->constants, constant->name, constant);
    }
}

static void declare_others(ModuleInfo *module) {
    Module *ast = module->ast;
    for (size_t i = 0; i < ast->aliases.len; i++) {
        AliasInfo *alias = mem_new(AliasInfo);
        alias->ast = ast->aliases.data[i];
        map_set(&module->aliases, alias->ast->name, alias);
    }
    for (size_t i = 0; i < ast->constraints.len; i++)
        map_set(&module->constraints, ast->constraints.data[i]->name, ast->constraints.data[i]);
    for (size_t i = 0; i < ast->externs.len; i++)
        for (size_t k = 0; k < ast->externs.data[i]->functions.len; k++) {
            ExternFunction *function = &ast->externs.data[i]->functions.data[k];
            if (!map_has(&module->externs, function->name)) // the second one is reported when it is declared
                map_set(&module->externs, function->name, function);
        }
}

static void declare_script(Check *check, ModuleInfo *module) {
    const StmtVec *statements = &module->ast->statements;
    for (size_t i = 0; i < statements->len; i++) {
        Stmt *statement = statements->data[i];
        if (statement->kind != STMT_BIND)
            continue;
        if (!map_has(&module->script, statement->bind.name))
            map_set(&module->script, statement->bind.name, statement);
    }
    if (statements->len == 0)
        return;
    module->body = template_new(check, TEMPLATE_SCRIPT, module);
    module->body->name = name_of("main");
    module->body->span = statements->data[0]->span;
    vec_push(&check->templates, module->body);
}

ModuleInfo *module_declare(Check *check, Module *ast) {
    ModuleInfo *module = mem_new(ModuleInfo);
    module->ast = ast;
    module->name = ast->name;
    map_set(&check->modules, ast->name, module);
    declare_functions(check, module);
    declare_constants(module);
    declare_others(module);
    declare_script(check, module);
    return module;
}

// A module with builtin functions only needs no file.
static bool has_builtins(Name module) {
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (strncmp(builtin_table[i].name, module->text, module->len) == 0 && builtin_table[i].name[module->len] == ':')
            return true;
    return false;
}

// The library's names are taken: a file that is added to it one day shall not change in silence what a program means.
static void refuse_hidden(Check *check, const ModuleInfo *module, const ModuleRef *reference) {
    const ModuleLoader *loader = check->loader;
    const ModuleInfo *loaded = map_get(&check->modules, reference->module);
    if (module_is_library(module) || (loaded && !module_is_library(loaded)) || !loader || !loader->hidden)
        return;
    const char *path = loader->hidden(loader->context, reference->module);
    if (!path)
        return;
    Diag *diag = report_now(check, DIAG_LIBRARY_NAME, reference->span, "`%s` is the library's module, not `%s`",
                            name_text(reference->module), path);
    REPORT_HELP(diag, "give the file another name");
}

// The library's module with nearly this name, or that does what another language's does.
static void help_module(Check *check, Diag *diag, Name name) {
    static const char *const library[] = {"file",   "json", "list",   "log",  "map",  "math", "os",
                                          "random", "set",  "string", "task", "test", "time"};
    static const char *const words[][2] = {
        {"io", "println(x)"},
        {"erlang", "spawn_typed(f)`, `self()`, `text(x)"},
        {"gen_server", "spawn_typed(handler, state)`, `call(pid, (me) -> message, ms)"},
        {"supervisor", "spawn_supervisor({strategy: …, children: […]})"},
        {"timer", "send_after(ms, pid, message)"},
        {"ets", "map:of()`, in a process that keeps it"},
        {"process", "spawn_typed(f, a)"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i][0], name->text) == 0) {
            REPORT_HELP(diag, "see `%s`", words[i][1]);
            return;
        }
    Suggestion near = suggest_start(name);
    for (size_t i = 0; i < sizeof(library) / sizeof(*library); i++)
        suggest_offer(&near, name_of(library[i]));
    for (size_t i = 0; i < check->modules.len; i++)
        if (check->modules.entries[i].value)
            suggest_offer(&near, check->modules.entries[i].key);
    if (near.best)
        report_near(diag, &near);
    else
        REPORT_HELP(diag, "a module is a file `%s.fl` beside this one, or one of the library", name_text(name));
}

void module_load_references(Check *check, ModuleInfo *module) {
    for (size_t i = 0; i < module->ast->references.len; i++) {
        const ModuleRef *reference = &module->ast->references.data[i];
        if (module_load(check, reference->module) || has_builtins(reference->module)) {
            refuse_hidden(check, module, reference);
            continue;
        }
        Diag *diag = report_now(check, DIAG_UNKNOWN_MODULE, reference->span, "there is no module `%s`",
                                name_text(reference->module));
        if (diag && check->loader && check->loader->searched)
            diag_note(diag, "looked for %s", check->loader->searched(check->loader->context, reference->module));
        help_module(check, diag, reference->module);
    }
}

ModuleInfo *module_load(Check *check, Name name) {
    if (map_has(&check->modules, name))
        return map_get(&check->modules, name);
    map_set(&check->modules, name, NULL);
    Module *ast = check->loader ? check->loader->load(check->loader->context, name, check->diags) : NULL;
    if (!ast)
        return NULL;
    ModuleInfo *module = module_declare(check, ast);
    map_set(&check->modules, name, module);
    module_load_references(check, module);
    return module;
}

// ---- scopes --------------------------------------------------------------------------------------------------------

// A scope is a list, innermost first. Where it is long, the name's binding that was pushed last is looked up instead:
// if it is in scope, it is the innermost one.
enum { SCOPE_INDEXED = 32 };

static bool is_in_scope(const Frame *frame, const Binding *binding) {
    const Binding *at = frame->scope;
    while (at && at->depth > binding->depth)
        at = at->jump && at->jump->depth >= binding->depth ? at->jump : at->next;
    return at == binding;
}

Binding *scope_find(Frame *frame, Name name) {
    if (frame->scope && frame->scope->depth >= SCOPE_INDEXED) {
        Binding *latest = map_get(&frame->latest, name);
        if (!latest || is_in_scope(frame, latest))
            return latest;
    }
    for (Binding *binding = frame->scope; binding; binding = binding->next)
        if (binding->name == name)
            return binding;
    return NULL;
}

// The bindings from the outermost to this one.
static void index_scope(Frame *frame, Binding *innermost) {
    VEC(Binding *) all = {0};
    for (Binding *binding = innermost; binding; binding = binding->next)
        vec_push(&all, binding);
    while (all.len > 0) {
        Binding *binding = vec_pop(&all);
        map_set(&frame->latest, binding->name, binding);
    }
}

Binding *scope_push(Frame *frame, Name name, Local *local, Span span) {
    Binding *binding = mem_new(Binding), *outer = frame->scope;
    binding->name = name;
    binding->local = local;
    binding->span = span;
    binding->next = outer;
    if (outer) {
        const Binding *jump = outer->jump;
        bool twice = jump && jump->jump && outer->depth - jump->depth == jump->depth - jump->jump->depth;
        binding->depth = outer->depth + 1;
        binding->jump = twice ? jump->jump : outer;
    }
    if (binding->depth == SCOPE_INDEXED)
        index_scope(frame, binding);
    else if (binding->depth > SCOPE_INDEXED)
        map_set(&frame->latest, name, binding);
    frame->scope = binding;
    return binding;
}

Name name_of_tested_field(Name field) { return name_of(text_format(".%s", name_text(field))); }

// ---- names ---------------------------------------------------------------------------------------------------------

static const char *const special_names[SPECIAL_COUNT] = {
    [SPECIAL_SPAWN] = "spawn",
    [SPECIAL_SPAWN_TYPED] = "spawn_typed",
    [SPECIAL_SPAWN_WITH] = "spawn_with",
    [SPECIAL_SPAWN_SUPERVISOR] = "spawn_supervisor",
    [SPECIAL_ADD_CHILD] = "add_child",
    [SPECIAL_START_CHILD] = "start_child",
    [SPECIAL_SELF] = "self",
    [SPECIAL_CALL] = "call",
    [SPECIAL_RANGE] = "range",
};

static void fill_tables(Check *check) {
    for (size_t i = 0; i < SPECIAL_COUNT; i++)
        map_set(&check->specials, name_of(special_names[i]), (void *)&special_names[i]);
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (builtin_table[i].name[0])
            map_set(&check->builtins, name_of(builtin_table[i].name), (void *)&builtin_table[i]);
}

static bool find_builtin(Check *check, Name name, Named *named) {
    if (check->builtins.len == 0)
        fill_tables(check);
    const BuiltinInfo *row = map_get(&check->builtins, name);
    if (!row)
        return false;
    *named = (Named){.kind = NAMED_BUILTIN, .builtin = (Builtin)(row - builtin_table)};
    return true;
}

static bool find_special(Check *check, Name name, Named *named) {
    if (check->builtins.len == 0)
        fill_tables(check);
    const char *const *row = map_get(&check->specials, name);
    if (!row)
        return false;
    *named = (Named){.kind = NAMED_SPECIAL, .special = (Special)(row - special_names)};
    return true;
}

// Functions, constants and C functions of one module.
static bool find_in_module(ModuleInfo *module, Name name, Named *named) {
    if (!module)
        return false;
    named->module = module;
    if ((named->template = map_get(&module->functions, name)))
        named->kind = NAMED_FUNCTION;
    else if ((named->constant = map_get(&module->constants, name)))
        named->kind = NAMED_CONSTANT;
    else if (map_has(&module->externs, name))
        named->kind = NAMED_EXTERN;
    else
        return false;
    return true;
}

Named resolve_in_library(Check *check, Name module_name, Name name) {
    Named named = {0};
    if (find_in_module(map_get(&check->modules, module_name), name, &named))
        return named;
    Name full = name_of(text_format("%s:%s", name_text(module_name), name_text(name)));
    return find_builtin(check, full, &named) ? named : (Named){.kind = NAMED_NOTHING};
}

Named resolve_top(Check *check, ModuleInfo *module, const QualifiedName *name) {
    Named named = {0};
    if (name->module) {
        named = resolve_in_library(check, name->module, name->name);
        if (named.kind == NAMED_NOTHING && !map_get(&check->modules, name->module) && !has_builtins(name->module))
            named.kind = NAMED_MODULE_MISSING;
        return named;
    }
    if (find_in_module(module, name->name, &named))
        return named;
    Stmt *statement = module ? map_get(&module->script, name->name) : NULL;
    if (statement)
        return (Named){.kind = NAMED_SCRIPT, .span = statement->bind.name_span};
    if (find_in_module(check->prelude, name->name, &named) || find_special(check, name->name, &named) ||
        find_builtin(check, name->name, &named))
        return named;
    return (Named){.kind = NAMED_NOTHING};
}

Named resolve_name(Check *check, Frame *frame, ModuleInfo *module, const QualifiedName *name) {
    Binding *binding = frame && !name->module ? scope_find(frame, name->name) : NULL;
    if (binding)
        return (Named){.kind = NAMED_LOCAL, .binding = binding};
    Named named = resolve_top(check, module, name);
    bool is_own = frame && !name->module && frame->binding == name->name;
    if (is_own && (named.kind == NAMED_NOTHING || named.kind == NAMED_SCRIPT))
        named.kind = NAMED_OWN;
    return named;
}

// ---- unknown names -------------------------------------------------------------------------------------------------

static void offer_map(Suggestion *near, const Map *map) {
    for (size_t i = 0; i < map->len; i++)
        suggest_offer(near, map->entries[i].key);
}

static void offer_module(Suggestion *near, const ModuleInfo *module) {
    if (!module)
        return;
    offer_map(near, &module->functions);
    offer_map(near, &module->constants);
}

static void offer_builtins(Suggestion *near, Name module) {
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        const char *name = builtin_table[i].name, *colon = strchr(name, ':');
        if (!module && !colon && *name)
            suggest_offer(near, name_of(name));
        else if (module && colon && (size_t)(colon - name) == module->len &&
                 strncmp(name, module->text, module->len) == 0)
            suggest_offer(near, name_of(colon + 1));
    }
}

static Suggestion near_names(const Frame *frame, const QualifiedName *name) {
    Suggestion near = suggest_start(name->name);
    offer_builtins(&near, name->module);
    if (name->module) {
        offer_module(&near, map_get(&frame->check->modules, name->module));
        return near;
    }
    for (const Binding *binding = frame->scope; binding; binding = binding->next)
        if (!strchr(binding->name->text, '.')) // what is known of a field
            suggest_offer(&near, binding->name);
    offer_module(&near, frame->module);
    offer_module(&near, frame->check->prelude);
    offer_map(&near, &frame->check->specials);
    return near;
}

static void report_script_name(Frame *frame, const Expr *expr, Span bound) {
    Name name = expr->name.name;
    const Template *template = frame->inst->template;
    if (template->kind != TEMPLATE_FUNCTION && expr->span.start < bound.start) {
        Diag *diag = report(frame, DIAG_UNKNOWN_NAME, expr->span, "`%s` is used before it is bound", name_text(name));
        REPORT_LABEL(diag, bound, "bound here");
        return;
    }
    Diag *diag =
        report(frame, DIAG_SCRIPT_NAME, expr->span, "`%s` belongs to the script's statements", name_text(name));
    REPORT_LABEL(diag, bound, "bound here, visible to later statements only");
    REPORT_HELP(diag, "pass it to the function as an argument");
}

// What other languages call a value that has another name here.
static const char *own_word(Name name) {
    static const char *const words[][2] = {
        {"null", "nil"},
        {"undefined", "nil"},
        {"None", "nil"},
        {"True", "true"},
        {"False", "false"},
        {"this", "self()"},
        {"len", "x.length"},
        {"str", "text(x)"},
        {"int", "truncate(x)` of a float, `parse_int(text)` of text, as in `parse_int(\"5\")"},
        {"printf", "println(\"… ${x} …\")"},
        {"console", "println(x)"},
        {"fmt", "println(x)"},
        {"IO", "println(x)"},
        {"System", "println(x)"},
        {"echo", "println(x)"},
        {"Enum", "list:map(xs, f)` or `xs.map(f)"},
        {"Process", "spawn_typed(f, a)"},
        {"process", "os:args()`, `os:env(name)`, `halt(status)"},
        {"exports", "module:name"},
        {"parseInt", "parse_int(text)"},
        {"parseFloat", "parse_float(text)"},
        {"setTimeout", "send_after(ms, pid, message)"},
        {"raise", "panic(text)"},
        {"throw", "panic(text)"},
        {"append", "xs ++ [x]"},
        {"enumerate", "xs.enumerate()"},
        {"isinstance", "x is int"},
        {"is_nil", "x == nil"},
        {"input", "os:read_line()"},
        {"main", "main() { … }` on one line with its `{"},
        {"print_string", "print(text)"},
        {"send", "pid <- message"},
        {"number", "int` or `float"},
        {"sizeof", "x.length"},
        {"length", "x.length"},
        {"put", "println(x)"},
        {"puts", "println(x)"},
        {"break", "early_return value` in a function of its own, or look at less: `xs.take_while(test)"},
        {"continue", "if condition { … }` around the rest, or leave elements out: `[e for x in xs if condition]"},
        {"error", "panic(text)"},
        {"typeof", "x is int"},
        {"format", "string:format(template, values)"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i][0], name->text) == 0)
            return words[i][1];
    return NULL;
}

// Whether this character stands right behind a place of the source.
static bool is_before(Span span, const char *text) {
    return span.file && span.end < span.file->len && span.file->text[span.end] == *text;
}

// The module of this name, however it is written.
static const char *module_like(Check *check, Name name) {
    size_t len = strlen(name->text);
    char *text = text_format("%s", name->text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    Name lower = name_of_bytes(text, len);
    return module_load(check, lower) || has_builtins(lower) ? lower->text : NULL;
}

// The binding of that name further down.
static const Stmt *bound_later(const Frame *frame, Name name, Span use) {
    for (const Statements *block = frame->statements; block; block = block->outer)
        for (size_t i = 0; i < block->all->len; i++) {
            const Stmt *statement = block->all->data[i];
            if (statement->kind == STMT_BIND && statement->bind.name == name && statement->span.file == use.file &&
                statement->span.start > use.start)
                return statement;
        }
    return NULL;
}

void report_unknown_name(Frame *frame, const Expr *expr) {
    Named named = resolve_name(frame->check, frame, frame->module, &expr->name);
    Name name = expr->name.name;
    Diag *diag;
    switch (named.kind) {
    case NAMED_MODULE_MISSING:
        return; // reported where the module is first named
    case NAMED_SCRIPT:
        report_script_name(frame, expr, named.span);
        return;
    case NAMED_OWN:
        diag = report(frame, DIAG_OWN_NAME, expr->span, "`%s` is not bound yet in its own right side", name_text(name));
        REPORT_NOTE(diag, "a binding is visible to the statements behind it");
        return;
    default:
        break;
    }
    Suggestion near = near_names(frame, &expr->name);
    if (expr->name.module)
        diag = report(frame, DIAG_UNKNOWN_NAME, expr->name.name_span, "module `%s` has no `%s`",
                      name_text(expr->name.module), name_text(name));
    else
        diag = report(frame, DIAG_UNKNOWN_NAME, expr->span, "unknown name `%s`", name_text(name));
    const Stmt *later = expr->name.module ? NULL : bound_later(frame, name, expr->span);
    if (later) {
        REPORT_LABEL(diag, later->bind.name_span, "bound here, visible behind it only");
        return;
    }
    const Binding *tested = expr->name.module ? NULL : scope_find(frame, name_of_tested_field(name));
    if (tested) {
        REPORT_LABEL(diag, tested->span, "this tests the field's type and binds nothing");
        REPORT_HELP(diag, "write `{%s}`, or `{%s: %s: T}` to test and bind it", name_text(name), name_text(name),
                    name_text(name));
        return;
    }
    if (frame->inst->template->bound_to == name && !expr->name.module) {
        REPORT_HELP(diag, "a lambda cannot call itself: make `%s` a function, at top level", name_text(name));
        return;
    }
    const char *module = is_before(expr->span, ".") ? module_like(frame->check, name) : NULL;
    if (module)
        REPORT_HELP(diag, "what belongs to a module is written with a colon: `%s:name`", module);
    else if (is_before(expr->span, ":"))
        REPORT_HELP(diag, "a key that is text stands in quotation marks: `\"%s\": …`", name_text(name));
    else if (own_word(name) && !expr->name.module)
        REPORT_HELP(diag, "write `%s`", own_word(name));
    else
        report_near(diag, &near);
}
