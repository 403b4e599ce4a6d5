// Expressions: literals, names, lists, lambdas, and the dispatch to the other files.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- literals ------------------------------------------------------------------------------------------------------

static Tree *eval_literal(const Expr *expr, const Type *expected) {
    const Literal *literal = &expr->literal;
    Tree *tree = tree_nil(expr->span);
    switch (literal->kind) {
    case LITERAL_INT:
        if (wants_float(expected)) {
            tree->type = type_float;
            tree->constant.real = (double)literal->integer;
            break;
        }
        tree->type = type_literal_int(literal->integer);
        tree->constant.integer = literal->integer;
        break;
    case LITERAL_FLOAT:
        tree->type = type_float;
        tree->constant.real = literal->number;
        break;
    case LITERAL_STRING:
        tree->constant.text = name_of_bytes(literal->string.data, literal->string.len);
        tree->type = type_literal_string(tree->constant.text);
        break;
    case LITERAL_BOOL:
        tree->type = type_literal_bool(literal->boolean);
        tree->constant.integer = literal->boolean;
        break;
    case LITERAL_NIL:
        break;
    }
    return tree;
}

Tree *text_of_tree(Tree *tree) {
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_STRING || type->kind == TYPE_NEVER)
        return tree;
    Tree *text = tree_new(TREE_TEXT, type_string, tree->span);
    text->operand = tree;
    return text;
}

static void add_parts(TreeVec *parts, Tree *tree) {
    if (tree->kind != TREE_CONCAT) {
        vec_push(parts, text_of_tree(tree));
        return;
    }
    for (size_t i = 0; i < tree->list.count; i++)
        vec_push(parts, tree->list.elements[i]);
}

static Tree *concat(const TreeVec *parts, Span span) {
    Tree *tree = tree_new(TREE_CONCAT, type_string, span);
    tree->list.elements = parts->data;
    tree->list.count = parts->len;
    return tree;
}

Tree *concat_trees(Tree *left, Tree *right, Span span) {
    TreeVec parts = {0};
    add_parts(&parts, left);
    vec_push(&parts, text_of_tree(right));
    return concat(&parts, span);
}

static Tree *eval_interpolate(Frame *frame, Expr *expr) {
    TreeVec parts = {0};
    for (size_t i = 0; i < expr->parts.len; i++) {
        Tree *part = eval(frame, expr->parts.data[i], NULL);
        vec_push(&parts,
                 part->type->kind == TYPE_LITERAL_STRING ? convert(frame, part, type_string) : text_of_tree(part));
    }
    Tree *never = tree_never_of(parts.data, parts.len, expr->span);
    return never ? never : concat(&parts, expr->span);
}

// ---- names ---------------------------------------------------------------------------------------------------------

static bool is_evaluating(const Frame *frame, const ConstantDecl *constant) {
    for (size_t i = 0; i < frame->constants.len; i++)
        if (frame->constants.data[i] == constant)
            return true;
    return false;
}

// A constant is evaluated where it is used, seeing nothing but its module.
static Tree *eval_constant(Frame *frame, ModuleInfo *module, ConstantDecl *constant, Span span) {
    if (is_evaluating(frame, constant)) {
        report(frame, DIAG_RECURSIVE_CONSTANT, constant->name_span, "constant `%s` is made of itself",
               name_text(constant->name));
        return tree_never(span);
    }
    vec_push(&frame->constants, constant);
    Binding *scope = frame->scope;
    ModuleInfo *outer = frame->module;
    Name binding = frame->binding;
    frame->scope = NULL;
    frame->module = module;
    frame->binding = constant->name;
    const Type *expected = constant->type ? annotation_type(frame->check, module, constant->type) : NULL;
    Tree *tree = eval(frame, constant->value, expected);
    if (expected)
        check_fits(frame, tree, expected, constant->value, constant->type->span, "declared here");
    tree = expected ? as_declared(frame, tree, expected) : convert(frame, tree, widen_tree(tree));
    frame->scope = scope;
    frame->module = outer;
    frame->binding = binding;
    frame->constants.len--;
    return tree;
}

Tree *closure_of_template(Frame *frame, Template *template, Span span) {
    ClosureInfo *closure = closure_intern(frame, template, NULL, 0, span);
    if (!closure)
        return tree_never(span);
    Closure *closures[] = {&closure->closure};
    Tree *tree = tree_new(TREE_CLOSURE, type_function_of(closures, 1), span);
    tree->closure.closure = &closure->closure;
    return tree;
}

static Tree *eval_special_as_value(Frame *frame, const Expr *expr) {
    const char *name = name_text(expr->name.name);
    Diag *diag = report(frame, DIAG_NOT_A_VALUE, expr->span, "`%s` can only be called", name);
    if (strcmp(name, "self") == 0)
        REPORT_HELP(diag, "write `self()`");
    else
        REPORT_HELP(diag, "a function that calls it is a value: `(x) -> %s(x)`", name);
    return tree_never(expr->span);
}

static Tree *eval_foreign_as_value(Frame *frame, const Expr *expr) {
    Diag *diag = report(frame, DIAG_EXTERN, expr->span, "a C function is no value: it can only be called");
    REPORT_HELP(diag, "make a function of it: `(x) -> %s(x)`", name_text(expr->name.name));
    return tree_never(expr->span);
}

Tree *eval_name(Frame *frame, Expr *expr) {
    Named named = resolve_name(frame->check, frame, frame->module, &expr->name);
    switch (named.kind) {
    case NAMED_LOCAL:
        named.binding->used = true;
        for (Binding *origin = named.binding->origin; origin; origin = origin->origin)
            origin->used = true;
        return tree_local(named.binding->local, expr->span);
    case NAMED_FUNCTION:
        return closure_of_template(frame, named.template, expr->span);
    case NAMED_CONSTANT:
        return eval_constant(frame, named.module, named.constant, expr->span);
    case NAMED_BUILTIN:
        return closure_of_template(frame, template_of_builtin(frame->check, named.builtin), expr->span);
    case NAMED_SPECIAL:
        return eval_special_as_value(frame, expr);
    case NAMED_EXTERN:
        return eval_foreign_as_value(frame, expr);
    default:
        report_unknown_name(frame, expr);
        return tree_never(expr->span);
    }
}

// ---- lists ---------------------------------------------------------------------------------------------------------

static const Type *expected_element(const Type *expected) {
    for (size_t i = 0; expected && i < type_member_count(expected); i++) {
        const Type *member = type_resolve(type_member(expected, i));
        if (member->kind == TYPE_LIST)
            return member->element;
    }
    return NULL;
}

static bool is_int_literal(const Expr *expr) {
    if (expr->kind == EXPR_UNARY && expr->unary.op == UNARY_NEGATE)
        return is_int_literal(expr->unary.operand);
    return expr->kind == EXPR_LITERAL && expr->literal.kind == LITERAL_INT;
}

static Tree *eval_list(Frame *frame, Expr *expr, const Type *expected) {
    const Type *element = expected_element(expected);
    TreeVec trees = {0};
    bool has_float = false, has_other = false;
    for (size_t i = 0; i < expr->elements.len; i++) {
        Tree *tree = eval(frame, expr->elements.data[i], element);
        bool is_float = type_resolve(tree->type)->kind == TYPE_FLOAT;
        has_float |= is_float;
        has_other |= !is_float && !is_int_literal(expr->elements.data[i]);
        vec_push(&trees, tree);
    }
    for (size_t i = 0; i < trees.len && has_float && !has_other; i++) // among floats an integer literal is a float
        if (is_int_literal(expr->elements.data[i]))
            trees.data[i] = eval(frame, expr->elements.data[i], type_float);
    Tree *never = tree_never_of(trees.data, trees.len, expr->span);
    if (never)
        return never;
    TypeList types = {0};
    for (size_t i = 0; i < trees.len; i++) {
        const Type *type = trees.data[i]->type;
        bool fits = element && type_fits(type, element);
        vec_push(&types, fits ? merge_bound(element, type) : widen_tree(trees.data[i]));
    }
    const Type *joined = type_union(types.data, types.len);
    for (size_t i = 0; i < trees.len; i++)
        trees.data[i] = convert(frame, trees.data[i], joined);
    Tree *tree = tree_new(TREE_LIST, type_list(joined), expr->span);
    tree->list.elements = trees.data;
    tree->list.count = trees.len;
    return tree;
}

static void expect_int(Frame *frame, const Tree *tree, const Expr *expr, const char *what) {
    if (type_fits(tree->type, type_int))
        return;
    Diag *diag = report(frame, DIAG_TYPE_MISMATCH, tree->span, "%s has to be an `int`, found `%s`", what,
                        type_words(tree->type));
    report_origin(diag, frame, expr);
}

static bool expect_list(Frame *frame, const Tree *tree, const Expr *expr) {
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_LIST)
        return true;
    Diag *diag = report(frame, DIAG_NOT_A_LIST, tree->span, "expected a list, found `%s`", type_words(type));
    if (diag && type_resolve(type_widen(type))->kind == TYPE_STRING)
        diag_help(diag, "`text.slice(from, to)` cuts a string, by code points");
    if (diag && type->kind == TYPE_RECORD)
        diag_help(diag, "a field is read by its name: `x.name`");
    if (diag && type->kind == TYPE_MAP)
        diag_help(diag,
                  "`m.get(key)` gives `{found: value}` or `{notFound: true}`, `m.get_or(key, otherwise)` a value");
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return false;
}

static Tree *eval_index(Frame *frame, Expr *expr) {
    Tree *values[] = {eval(frame, expr->index.value, NULL), eval(frame, expr->index.index, NULL)};
    Tree *never = tree_never_of(values, 2, expr->span);
    if (never)
        return never;
    if (!expect_list(frame, values[0], expr->index.value))
        return tree_never(expr->span);
    expect_int(frame, values[1], expr->index.index, "an index");
    Tree *tree = tree_new(TREE_INDEX, type_resolve(values[0]->type)->element, expr->span);
    tree->index.list = values[0];
    tree->index.position = convert(frame, values[1], type_int);
    return tree;
}

static Tree *eval_bound(Frame *frame, Expr *expr) {
    Tree *tree = eval(frame, expr, NULL);
    expect_int(frame, tree, expr, "a bound");
    return convert(frame, tree, type_int);
}

static Tree *eval_slice(Frame *frame, Expr *expr) {
    Tree *list = eval(frame, expr->slice.value, NULL);
    if (list->type->kind == TYPE_NEVER)
        return list;
    if (!expect_list(frame, list, expr->slice.value))
        return tree_never(expr->span);
    Tree *tree = tree_new(TREE_SLICE, list->type, expr->span);
    tree->slice.list = list;
    tree->slice.from = expr->slice.from ? eval_bound(frame, expr->slice.from) : NULL;
    tree->slice.to = expr->slice.to ? eval_bound(frame, expr->slice.to) : NULL;
    return tree;
}

// ---- lambdas -------------------------------------------------------------------------------------------------------

Tree *eval_lambda(Frame *frame, Expr *expr) {
    Check *check = frame->check;
    Template *template = template_of_syntax(check, TEMPLATE_LAMBDA, frame->module, expr);
    template->uses_process |= template_uses_process(check, template);
    template->bound_to = frame->binding;
    VEC(TypeField) captures = {0};
    TreeVec values = {0};
    for (size_t i = 0; i < template->free_names.len; i++) {
        Binding *binding = scope_find(frame, template->free_names.data[i]);
        if (!binding)
            continue;
        for (Binding *origin = binding; origin; origin = origin->origin)
            origin->used = true;
        vec_push(&values, tree_local(binding->local, expr->span));
        vec_push(&captures, (TypeField){.name = binding->name, .type = binding->local->type});
    }
    ClosureInfo *closure = closure_intern(frame, template, captures.data, captures.len, expr->span);
    if (!closure)
        return tree_never(expr->span);
    Closure *closures[] = {&closure->closure};
    Tree *tree = tree_new(TREE_CLOSURE, type_function_of(closures, 1), expr->span);
    tree->closure.closure = &closure->closure;
    tree->closure.captures = values.data;
    tree->closure.count = values.len;
    return tree;
}

// ---- the dispatch --------------------------------------------------------------------------------------------------

static Tree *eval_is(Frame *frame, Expr *expr) {
    Binding *scope = frame->scope;
    Tree *tree = eval_condition(frame, expr);
    frame->scope = scope;
    return tree;
}

static Tree *eval_early_return(Frame *frame, Expr *expr) {
    Expr *value = expr->early_return.value;
    if (frame->in_defer)
        report(frame, DIAG_RETURN_IN_DEFER, expr->span, "`early_return` cannot leave a `defer`");
    const TypeExpr *declared = frame->declared;
    const Type *expected = declared ? annotation_type(frame->check, frame->module, declared) : NULL;
    Tree *tree = value ? eval(frame, value, expected) : tree_nil(expr->span);
    if (tree->type->kind == TYPE_NEVER)
        return tree;
    if (expected) {
        check_fits(frame, tree, expected, value, declared->span, "the result is declared here");
        tree = as_result(frame, tree, expected);
    }
    const Type *type = expected ? tree->type : widen_tree(tree);
    Inst *inst = frame->inst;
    const Type *result = cell_read(frame->check, &inst->result, inst);
    inst->early = inst->early ? type_join(inst->early, type) : type;
    Tree *made = tree_new(TREE_EARLY_RETURN, type_never, expr->span);
    made->operand = convert(frame, convert(frame, tree, type), result);
    return made;
}

static Tree *eval_defer(Frame *frame, Expr *expr) {
    Binding *scope = frame->scope;
    frame->in_defer++;
    Tree *tree = tree_new(TREE_DEFER, type_nil, expr->span);
    tree->defer.body = eval(frame, expr->body, NULL);
    frame->in_defer--;
    frame->scope = scope;
    return tree;
}

static Tree *eval_subject(Frame *frame, const Expr *expr) {
    if (frame->subject)
        return frame->subject;
    report(frame, DIAG_UNKNOWN_NAME, expr->span, "`_` has no value here");
    return tree_never(expr->span);
}

static Tree *eval_kind(Frame *frame, Expr *expr, const Type *expected) {
    switch (expr->kind) {
    case EXPR_ERROR:
        return tree_never(expr->span);
    case EXPR_LITERAL:
        return eval_literal(expr, expected);
    case EXPR_INTERPOLATE:
        return eval_interpolate(frame, expr);
    case EXPR_NAME:
        return eval_name(frame, expr);
    case EXPR_SUBJECT:
        return eval_subject(frame, expr);
    case EXPR_LIST:
        return eval_list(frame, expr, expected);
    case EXPR_RECORD:
        return eval_record(frame, expr, expected);
    case EXPR_UNARY:
        return eval_unary(frame, expr, expected);
    case EXPR_BINARY:
        return eval_binary(frame, expr, expected);
    case EXPR_IS:
        return eval_is(frame, expr);
    case EXPR_SEND:
        return eval_send(frame, expr);
    case EXPR_CALL:
        return eval_call(frame, expr, expected);
    case EXPR_METHOD_CALL:
        return eval_method(frame, expr);
    case EXPR_FIELD:
        return eval_field(frame, expr);
    case EXPR_INDEX:
        return eval_index(frame, expr);
    case EXPR_SLICE:
        return eval_slice(frame, expr);
    case EXPR_WITH:
        return eval_with(frame, expr);
    case EXPR_LAMBDA:
        return eval_lambda(frame, expr);
    case EXPR_BLOCK:
        return eval_block(frame, expr, expected);
    case EXPR_IF:
        return eval_if(frame, expr, expected);
    case EXPR_MATCH:
        return eval_match(frame, expr, expected);
    case EXPR_RECEIVE:
        return eval_receive(frame, expr, expected);
    case EXPR_FOR:
        return eval_for(frame, expr);
    case EXPR_COMPREHENSION:
        return eval_comprehension(frame, expr, expected);
    case EXPR_DEFER:
        return eval_defer(frame, expr);
    case EXPR_SPAWN:
        return eval_spawn_block(frame, expr);
    case EXPR_EARLY_RETURN:
        return eval_early_return(frame, expr);
    }
    return tree_never(expr->span);
}

// Whether the value of one of its parts is the expression's own, so that a call there is in tail position.
static bool passes_on(ExprKind kind) {
    return kind == EXPR_BLOCK || kind == EXPR_IF || kind == EXPR_MATCH || kind == EXPR_RECEIVE ||
           kind == EXPR_EARLY_RETURN;
}

Tree *eval(Frame *frame, Expr *expr, const Type *expected) {
    Tree *tree = eval_kind(frame, expr, expected);
    bool is_part =
        tree->type->kind == TYPE_NEVER && (tree->span.start != expr->span.start || tree->span.end != expr->span.end);
    return is_part && !passes_on(expr->kind) ? tree_ends(tree, expr->span) : tree;
}
