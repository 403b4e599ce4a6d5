// Calls: of named functions, function values, methods, builtins.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- arguments -----------------------------------------------------------------------------------------------------

static Expr *expr_at(Expr *const *exprs, size_t at) { return exprs ? exprs[at] : NULL; }

static void report_arity(Frame *frame, const char *what, size_t wanted, size_t given, Span span, Span declared) {
    Diag *diag = report(frame, DIAG_ARITY, span, "%s takes %zu argument%s, not %zu", what, wanted,
                        wanted == 1 ? "" : "s", given);
    if (declared.file)
        REPORT_LABEL(diag, declared, "defined here");
}

static Span param_span(const Template *template, size_t at) {
    if (template->kind == TEMPLATE_FUNCTION)
        return template->function->clauses.data[0]->params.data[at].span;
    if (template->kind == TEMPLATE_LAMBDA)
        return template->expr->lambda.params.data[at].span;
    return (Span){0};
}

// The type an argument has as a parameter: the annotation's with the argument's extra fields, or its own, widened.
static const Type *param_type(Frame *frame, Template *template, size_t at, const Tree *argument) {
    const Type *annotation = template_annotation(frame->check, template, at);
    if (!annotation || annotation->kind == TYPE_NEVER)
        return widen_tree(argument);
    return merge_bound(annotation, argument->type);
}

static bool check_argument(Frame *frame, Template *template, size_t at, const Tree *argument, const Expr *expr) {
    const Type *annotation = template_annotation(frame->check, template, at);
    return !annotation ||
           check_fits(frame, argument, annotation, expr, param_span(template, at), "the parameter is declared here");
}

static Tree **copy_trees(Tree **trees, size_t count) {
    Tree **copy = mem_alloc(sizeof(Tree *) * (count + 1));
    memcpy(copy, trees, sizeof(Tree *) * count);
    return copy;
}

static const char *template_words(const Template *template) {
    return template->name ? text_format("`%s`", name_text(template->name)) : "this function";
}

// Which arguments came with messages, at the first call.
static void note_received(Frame *frame, Inst *inst, Expr *const *exprs, size_t count) {
    if (inst->caller != frame->inst || inst->received || !exprs)
        return;
    for (size_t i = 0; i < count; i++) {
        bool is_name = exprs[i] && exprs[i]->kind == EXPR_NAME && !exprs[i]->name.module;
        const Binding *binding = is_name ? scope_find(frame, exprs[i]->name.name) : NULL;
        Received received = binding ? received_by(frame, binding) : (Received){0};
        if (!received.pattern)
            continue;
        if (!inst->received)
            inst->received = mem_alloc(sizeof(Received) * count);
        inst->received[i] = received;
    }
}

// ---- named functions -----------------------------------------------------------------------------------------------

Tree *call_template(Frame *frame, Template *template, ClosureInfo *closure, Tree **arguments, size_t count,
                    Expr *const *exprs, Span span, Span name_span) {
    if (template->kind == TEMPLATE_BUILTIN)
        return call_builtin(frame, template->builtin, arguments, count, exprs, span);
    if (count != template->param_count) {
        report_arity(frame, template_words(template), template->param_count, count, name_span, template->span);
        return tree_never(span);
    }
    Tree *never = tree_never_of(arguments, count, span);
    if (never)
        return never;
    const Type **types = mem_alloc(sizeof(Type *) * (count + 1));
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good &= check_argument(frame, template, i, arguments[i], expr_at(exprs, i));
        types[i] = param_type(frame, template, i, arguments[i]);
    }
    Inst *inst =
        good || !frame->check->reporting ? instance_for_call(frame, template, closure, types, count, span) : NULL;
    if (!inst)
        return tree_never(span);
    note_received(frame, inst, exprs, count);
    Tree *tree = tree_new(TREE_CALL, instance_result(frame, inst), span);
    tree->call.instance = &inst->instance;
    tree->call.arguments = copy_trees(arguments, count);
    tree->call.count = count;
    for (size_t i = 0; i < count; i++)
        tree->call.arguments[i] = convert(frame, arguments[i], inst->params[i].type);
    return tree;
}

// ---- function values -----------------------------------------------------------------------------------------------

static Tree *closure_call(Tree *callee, Tree **arguments, size_t count, const Type *result, Span span) {
    Tree *tree = tree_new(TREE_CALL_CLOSURE, result, span);
    tree->closure_call.callee = callee;
    tree->closure_call.arguments = copy_trees(arguments, count);
    tree->closure_call.count = count;
    return tree;
}

// A function known from an annotation only: in a function that nothing calls, or an element of a list that is always
// empty.
static Tree *call_arrow(Frame *frame, Tree *callee, Tree **arguments, size_t count, Expr *const *exprs, Span span) {
    const Type *type = type_resolve(callee->type);
    if (!type->function.result)
        return tree_never(span);
    if (count != type->function.parameter_count) {
        report_arity(frame, "this function", type->function.parameter_count, count, span, (Span){0});
        return tree_never(span);
    }
    for (size_t i = 0; i < count; i++)
        check_fits(frame, arguments[i], type->function.parameters[i], expr_at(exprs, i), (Span){0}, "");
    return closure_call(callee, arguments, count, type->function.result, span);
}

static bool add_case(Frame *frame, ClosureInfo *closure, Tree **arguments, size_t count, Expr *const *exprs, Span span,
                     TreeClosureCase *out) {
    Template *template = closure->template;
    if (template->param_count != count) {
        report_arity(frame, template_words(template), template->param_count, count, span, template->span);
        return false;
    }
    const Type **types = mem_alloc(sizeof(Type *) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        if (!check_argument(frame, template, i, arguments[i], expr_at(exprs, i)) && frame->check->reporting)
            return false;
        types[i] = param_type(frame, template, i, arguments[i]);
    }
    Inst *inst = instance_for_call(frame, template, closure, types, count, span);
    if (!inst)
        return false;
    for (size_t i = 0; i < count; i++)
        flow(frame, arguments[i]->type, inst->params[i].type, span);
    *out = (TreeClosureCase){.closure = &closure->closure, .instance = &inst->instance};
    return true;
}

Tree *call_value(Frame *frame, Tree *callee, Tree **arguments, size_t count, Expr *const *exprs, Span span) {
    const Type *type = type_resolve(callee->type);
    if (type->kind == TYPE_NEVER)
        return callee;
    if (type->kind != TYPE_FUNCTION) {
        Diag *diag =
            report(frame, DIAG_NOT_CALLABLE, callee->span, "this is no function: it is `%s`", type_words(type));
        report_instance(diag, frame);
        return tree_never(span);
    }
    Tree *never = tree_never_of(arguments, count, span);
    if (never)
        return never;
    if (type->function.count == 0)
        return call_arrow(frame, callee, arguments, count, exprs, span);
    Tree *tree = closure_call(callee, arguments, count, type_never, span);
    tree->closure_call.cases = mem_alloc(sizeof(TreeClosureCase) * type->function.count);
    TypeList results = {0};
    for (size_t i = 0; i < type->function.count; i++) {
        TreeClosureCase *one = &tree->closure_call.cases[tree->closure_call.case_count];
        if (!add_case(frame, (ClosureInfo *)type->function.closures[i], arguments, count, exprs, span, one))
            continue;
        tree->closure_call.case_count++;
        vec_push(&results, instance_result(frame, (Inst *)one->instance));
    }
    tree->type = type_union(results.data, results.len);
    return tree->closure_call.case_count ? tree : tree_never(span);
}

// ---- builtins ------------------------------------------------------------------------------------------------------

static Tree *builtin_argument(Frame *frame, Builtin builtin, size_t at, Tree *argument, const Expr *expr) {
    const Type *wanted = builtin_type(frame->check, builtin)->function.parameters[at];
    if (is_any_marker(wanted))
        return convert(frame, argument, type_widen(argument->type));
    if (wanted == type_pid_any) {
        if (!type_is_pid(argument->type) && argument->type->kind != TYPE_NEVER)
            report(frame, DIAG_NOT_A_PID, argument->span, "expected a pid, found `%s`", type_words(argument->type));
        return argument; // keeps its own type: it is not given to anybody who could send to it
    }
    Diag *diag = NULL;
    if (!type_fits(argument->type, wanted)) {
        diag = report(frame, DIAG_TYPE_MISMATCH, argument->span, "`%s` expects `%s` here, found `%s`",
                      builtin_table[builtin].name, type_words(wanted), type_words(argument->type));
        report_origin(diag, frame, expr);
        report_instance(diag, frame);
    }
    return convert(frame, argument, wanted);
}

// `assert(c)`: the text is the condition as written.
static Tree **assert_arguments(Tree **arguments, size_t *count, Expr *const *exprs, Span span) {
    if (*count != 1)
        return arguments;
    Tree **both = mem_alloc(sizeof(Tree *) * 2);
    Text text = exprs ? span_text(exprs[0]->span) : text_of("assertion");
    both[0] = arguments[0];
    both[1] = tree_new(TREE_CONSTANT, type_string, span);
    both[1]->constant.text = name_of_bytes(text.data, text.len);
    *count = 2;
    return both;
}

Tree *call_builtin(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs, Span span) {
    Tree *of_map = eval_map_builtin(frame, builtin, arguments, count, exprs, span);
    if (of_map)
        return of_map;
    const Type *type = builtin_type(frame->check, builtin);
    size_t given = count;
    if (builtin == BUILTIN_ASSERT)
        arguments = assert_arguments(arguments, &count, exprs, span);
    if (count != type->function.parameter_count) {
        report_arity(frame, text_format("`%s`", builtin_table[builtin].name), type->function.parameter_count, given,
                     span, (Span){0});
        return tree_never(span);
    }
    Tree *never = tree_never_of(arguments, count, span);
    if (never)
        return never;
    Tree **converted = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        converted[i] = builtin_argument(frame, builtin, i, arguments[i], given == count ? expr_at(exprs, i) : NULL);
    if (builtin == BUILTIN_JSON_ENCODE)
        check_encode(frame, converted[0]);
    Tree *special = eval_process_builtin(frame, builtin, converted, count, exprs, span);
    return special ? special : tree_builtin(builtin, type->function.result, span, converted, count);
}

// ---- the call expression -------------------------------------------------------------------------------------------

// What to expect of an argument: the parameter's annotation.
static const Type *expected_argument(Frame *frame, const Named *named, const Tree *callee, const Tree *first,
                                     size_t at) {
    if (named->kind == NAMED_BUILTIN && first) {
        const Type *type = expected_of_map(named->builtin, first, at);
        if (type)
            return type;
    }
    if (named->kind == NAMED_FUNCTION)
        return template_annotation(frame->check, named->template, at);
    if (named->kind == NAMED_BUILTIN) {
        const Type *type = builtin_type(frame->check, named->builtin);
        const Type *param = at < type->function.parameter_count ? type->function.parameters[at] : NULL;
        return param && !is_any_marker(param) && param != type_pid_any ? param : NULL;
    }
    const Type *type = callee ? type_resolve(callee->type) : NULL;
    if (!type || type->kind != TYPE_FUNCTION || type->function.count != 1)
        return NULL;
    return template_annotation(frame->check, ((ClosureInfo *)type->function.closures[0])->template, at);
}

static Tree **eval_arguments(Frame *frame, const ExprVec *args, const Named *named, const Tree *callee) {
    Tree **trees = mem_alloc(sizeof(Tree *) * (args->len + 1));
    for (size_t i = 0; i < args->len; i++)
        trees[i] = eval(frame, args->data[i], expected_argument(frame, named, callee, i ? trees[0] : NULL, i));
    return trees;
}

Tree *eval_call(Frame *frame, Expr *expr, const Type *expected) {
    Expr *callee = expr->call.callee;
    const ExprVec *args = &expr->call.args;
    Named named = {.kind = NAMED_LOCAL};
    if (callee->kind == EXPR_NAME)
        named = resolve_name(frame->check, frame, frame->module, &callee->name);
    if (expr->call.pairs && (named.kind != NAMED_BUILTIN || named.builtin != BUILTIN_MAP_OF)) {
        Diag *diag = report(frame, DIAG_NOT_PAIRS, expr->call.args_span, "only `map:of` takes pairs");
        REPORT_HELP(diag, "arguments are given by their order, without names");
        return tree_never(expr->span);
    }
    if (named.kind == NAMED_SPECIAL)
        return eval_special(frame, named.special, expr);
    if (named.kind == NAMED_EXTERN)
        return eval_foreign(frame, named.module, expr);
    if (named.kind == NAMED_FUNCTION) {
        Tree **arguments = eval_arguments(frame, args, &named, NULL);
        return call_template(frame, named.template, NULL, arguments, args->len, args->data, expr->span, callee->span);
    }
    if (named.kind == NAMED_BUILTIN && named.builtin == BUILTIN_MAP_OF && args->len && !expr->call.pairs) {
        Diag *diag = report(frame, DIAG_NOT_PAIRS, expr->call.args_span, "`map:of` takes pairs of key and value");
        REPORT_HELP(diag, "`map:of(\"a\": 1, \"b\": 2)`; of a list of `{key, value}` `map:from(list)` makes a map");
        return tree_never(expr->span);
    }
    if (named.kind == NAMED_BUILTIN && (named.builtin == BUILTIN_MAP_OF || named.builtin == BUILTIN_SET_OF))
        return eval_map_of(frame, named.builtin, expr, expected);
    if (named.kind == NAMED_BUILTIN) {
        Tree **arguments = eval_arguments(frame, args, &named, NULL);
        if (named.builtin == BUILTIN_JSON_DECODE && args->len == 1)
            return eval_decode(frame, expr, arguments, expected);
        return call_builtin(frame, named.builtin, arguments, args->len, args->data, expr->span);
    }
    Tree *value = eval(frame, callee, NULL);
    Tree **arguments = eval_arguments(frame, args, &named, value);
    return call_value(frame, value, arguments, args->len, args->data, expr->span);
}

// ---- methods -------------------------------------------------------------------------------------------------------

static const char *library_of(const Type *type) {
    switch (type_resolve(type_widen(type))->kind) {
    case TYPE_LIST:
        return "list";
    case TYPE_MAP:
        return type_resolve(type)->map.value ? "map" : "set";
    case TYPE_STRING:
        return "string";
    case TYPE_INT:
    case TYPE_FLOAT:
        return "math";
    default:
        return NULL;
    }
}

static bool has_field(const Type *type, Name name) {
    type = type_resolve(type);
    for (size_t i = 0; i < type_member_count(type); i++) {
        const Type *member = type_resolve(type_member(type, i));
        if (member->kind == TYPE_RECORD && type_field(member, name))
            return true;
    }
    return false;
}

static Tree *no_method(Frame *frame, const Tree *receiver, const Expr *expr, const char *library) {
    Name name = expr->method.name;
    Diag *diag = report(frame, DIAG_NO_METHOD, expr->method.name_span, "`%s` has no function `%s`",
                        type_words(receiver->type), name_text(name));
    const char *help = habit_help(library ? library : "", name);
    if (help)
        REPORT_HELP(diag, "%s", help);
    else if (library) {
        Suggestion near = suggest_start(name);
        const ModuleInfo *module = map_get(&frame->check->modules, name_of(library));
        for (size_t i = 0; module && i < module->functions.len; i++)
            suggest_offer(&near, module->functions.entries[i].key);
        size_t len = strlen(library);
        for (size_t i = 0; i < BUILTIN_COUNT; i++)
            if (strncmp(builtin_table[i].name, library, len) == 0 && builtin_table[i].name[len] == ':')
                suggest_offer(&near, name_of(builtin_table[i].name + len + 1));
        report_near(diag, &near);
    }
    QualifiedName own = {.name = name};
    Named named = resolve_top(frame->check, frame->module, &own);
    if (named.kind == NAMED_FUNCTION)
        REPORT_HELP(diag, "`%s` is a function here: write `%s(…)` with the value as its argument", name_text(name),
                    name_text(name));
    report_origin(diag, frame, expr->method.receiver);
    report_instance(diag, frame);
    return tree_never(expr->span);
}

static Tree *call_library(Frame *frame, Tree *receiver, Expr *expr, const Named *named) {
    size_t count = expr->method.args.len + 1;
    Tree **arguments = mem_alloc(sizeof(Tree *) * count);
    Expr **exprs = mem_alloc(sizeof(Expr *) * count);
    exprs[0] = expr->method.receiver;
    arguments[0] = convert(frame, receiver, type_widen(receiver->type));
    for (size_t i = 1; i < count; i++) {
        exprs[i] = expr->method.args.data[i - 1];
        arguments[i] = eval(frame, exprs[i], expected_argument(frame, named, NULL, arguments[0], i));
    }
    if (named->kind == NAMED_BUILTIN)
        return call_builtin(frame, named->builtin, arguments, count, exprs, expr->span);
    return call_template(frame, named->template, NULL, arguments, count, exprs, expr->span, expr->method.name_span);
}

Tree *eval_method(Frame *frame, Expr *expr) {
    Tree *receiver = eval(frame, expr->method.receiver, NULL);
    Name name = expr->method.name;
    if (receiver->type->kind == TYPE_NEVER) {
        for (size_t i = 0; i < expr->method.args.len; i++)
            eval(frame, expr->method.args.data[i], NULL);
        return receiver;
    }
    if (has_field(receiver->type, name)) {
        Tree *known = narrow_field(frame, expr->method.receiver, name, expr->span);
        Tree *callee =
            known ? known : field_of(frame, receiver, name, expr->method.name_span, expr->span, expr->method.receiver);
        Named none = {.kind = NAMED_LOCAL};
        Tree **arguments = eval_arguments(frame, &expr->method.args, &none, callee);
        return call_value(frame, callee, arguments, expr->method.args.len, expr->method.args.data, expr->span);
    }
    const char *library = library_of(receiver->type);
    Named named = library ? resolve_in_library(frame->check, name_of(library), name) : (Named){.kind = NAMED_NOTHING};
    if (named.kind != NAMED_FUNCTION && named.kind != NAMED_BUILTIN)
        return no_method(frame, receiver, expr, library);
    return filter_narrows(receiver, expr) ? eval_filter(frame, receiver, expr)
                                          : call_library(frame, receiver, expr, &named);
}
