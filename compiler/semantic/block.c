// Blocks: bindings, the value of a block, names that are bound in vain.
#include <string.h>

#include "compiler/semantic/check.h"

// ---- bindings ------------------------------------------------------------------------------------------------------

static Tree *eval_binding(Frame *frame, Stmt *statement) {
    Name outer = frame->binding;
    frame->binding = statement->bind.name;
    const TypeExpr *annotation = statement->bind.type;
    const Type *expected = annotation ? annotation_type(frame->check, frame->module, annotation) : NULL;
    Binding *scope = frame->scope;
    Tree *value = eval(frame, statement->bind.value, expected);
    frame->scope = scope;
    frame->binding = outer;
    if (expected)
        check_fits(frame, value, expected, statement->bind.value, annotation->span, "declared here");
    bool is_annotated = expected && expected->kind != TYPE_NEVER;
    value = is_annotated ? as_declared(frame, value, expected) : convert(frame, value, widen_tree(value));
    if (strcmp(statement->bind.name->text, "_") == 0)
        return tree_let(NULL, value, statement->span);
    Local *local = local_new(frame, statement->bind.name,
                             is_annotated && value->type->kind == TYPE_NEVER ? expected : value->type);
    scope_push(frame, statement->bind.name, local, statement->bind.name_span);
    return tree_let(local, value, statement->span);
}

// `x = x + i` in a loop: a new `x` that ends with the round.
static void report_unused_shadows(Frame *frame, const Binding *outer) {
    for (Binding *binding = frame->scope; binding && binding != outer; binding = binding->next) {
        if (binding->used || binding->origin || !binding->span.file)
            continue;
        const Binding *shadowed = outer;
        while (shadowed && shadowed->name != binding->name)
            shadowed = shadowed->next;
        if (!shadowed)
            continue;
        Diag *diag = report(frame, DIAG_UNUSED_SHADOW, binding->span, "this `%s` is a new one that nothing reads",
                            name_text(binding->name));
        if (shadowed->span.file)
            REPORT_LABEL(diag, shadowed->span, "it does not change this one");
        REPORT_HELP(diag, "values never change; carry one through a loop with a fold: `xs.fold(start, (%s, x) -> …)`",
                    name_text(binding->name));
    }
}

// ---- narrowing behind an `if` that leaves, and behind an `assert`
// --------------------------------------------------------------------------

static bool never_passes(const Tree *tree) { return tree->type->kind == TYPE_NEVER; }

// Behind `assert(x is p)`; behind `if x is p { … }` whose block never ends normally. (With `else` the branches say it
// themselves.)
static void narrow_behind(Frame *frame, const Expr *expr, const Tree *tree, Facts *facts) {
    if (expr->kind == EXPR_CALL && tree->kind == TREE_BUILTIN && tree->builtin.builtin == BUILTIN_ASSERT)
        narrow_asserted(frame, expr->call.args.data[0], tree->builtin.arguments[0], facts);
    if (expr->kind != EXPR_IF || expr->if_.else_body || expr->if_.branches.len != 1 || tree->kind != TREE_IF)
        return;
    if (never_passes(tree->if_.then))
        narrow_facts(frame, expr->if_.branches.data[0].condition, tree->if_.condition, false, facts);
}

// A call at the end of a scope with a `defer` that comes back to this function.
static void warn_recursion(Frame *frame, const Tree *tree) {
    switch (tree->kind) {
    case TREE_CALL: {
        const Inst *called = (const Inst *)tree->call.instance;
        if (!called->activation || called->activation != frame->inst->activation)
            return;
        Diag *diag =
            report(frame, DIAG_DEFER_RECURSION, tree->span, "this call is no tail call: the scope has a `defer`");
        REPORT_HELP(diag, "the stack grows with every round; put the `defer` into a function around the loop");
        return;
    }
    case TREE_BLOCK:
        if (tree->block.result)
            warn_recursion(frame, tree->block.result);
        return;
    case TREE_IF:
        warn_recursion(frame, tree->if_.then);
        if (tree->if_.otherwise)
            warn_recursion(frame, tree->if_.otherwise);
        return;
    case TREE_MATCH:
        for (size_t i = 0; i < tree->match.count; i++)
            warn_recursion(frame, tree->match.arms[i].body);
        return;
    case TREE_RECEIVE:
        for (size_t i = 0; i < tree->receive.count; i++)
            warn_recursion(frame, tree->receive.arms[i].body);
        return;
    case TREE_COERCE:
        warn_recursion(frame, tree->operand);
        return;
    default:
        return;
    }
}

// ---- statements ----------------------------------------------------------------------------------------------------

Tree *eval_statements(Frame *frame, const StmtVec *statements, Span span, const Type *expected) {
    Binding *outer = frame->scope;
    Statements here = {.all = statements, .outer = frame->statements};
    frame->statements = &here;
    TreeVec trees = {0};
    Tree *result = NULL;
    bool has_defer = false, ends = false;
    for (size_t i = 0; i < statements->len; i++) {
        Stmt *statement = statements->data[i];
        bool last = i + 1 == statements->len;
        Tree *tree = statement->kind == STMT_BIND ? eval_binding(frame, statement)
                                                  : eval(frame, statement->expr, last ? expected : NULL);
        has_defer |= tree->kind == TREE_DEFER;
        bool binds_never = statement->kind == STMT_BIND && tree->let.value->type->kind == TYPE_NEVER;
        ends |= tree->type->kind == TYPE_NEVER || binds_never;
        if (last && statement->kind == STMT_EXPR && tree->kind != TREE_DEFER) {
            result = tree;
            break;
        }
        vec_push(&trees, tree);
        Facts facts = {.span = span_after(statement->span)};
        if (statement->kind == STMT_EXPR)
            narrow_behind(frame, statement->expr, tree, &facts);
        for (size_t k = 0; k < facts.lets.len; k++)
            vec_push(&trees, facts.lets.data[k]);
        ends |= facts.dead;
    }
    report_unused_shadows(frame, outer);
    frame->scope = outer;
    frame->statements = here.outer;
    if (has_defer && result)
        warn_recursion(frame, result);
    Tree *block = tree_block(trees.data, trees.len, result, span);
    block->block.has_defer = has_defer;
    if (ends && block->type->kind != TYPE_NEVER) {
        if (result)
            vec_push(&trees, result);
        block->block.statements = trees.data;
        block->block.count = trees.len;
        block->block.result = tree_never(span);
        block->type = type_never;
    }
    return block;
}

Tree *eval_block(Frame *frame, Expr *block, const Type *expected) {
    return eval_statements(frame, &block->block.statements, block->span, expected);
}

// ---- if ------------------------------------------------------------------------------------------------------------

const Type *join_trees(Frame *frame, Tree **trees, size_t count) {
    TypeList types = {0};
    for (size_t i = 0; i < count; i++)
        vec_push(&types, trees[i]->type);
    const Type *type = type_union(types.data, types.len);
    for (size_t i = 0; i < count; i++)
        trees[i] = convert(frame, trees[i], type);
    return type;
}

static Tree *eval_branches(Frame *frame, Expr *expr, size_t at, const Type *expected) {
    if (at == expr->if_.branches.len)
        return expr->if_.else_body ? eval(frame, expr->if_.else_body, expected) : tree_nil(span_after(expr->span));
    const IfBranch *branch = &expr->if_.branches.data[at];
    Binding *outer = frame->scope;
    Tree *condition = eval_condition(frame, branch->condition);
    expect_bool(frame, condition, branch->condition, "a condition");
    Tree *branches[2] = {eval(frame, branch->body, expected), NULL};
    frame->scope = outer;
    bool has_else = expr->if_.else_body || at + 1 < expr->if_.branches.len;
    Facts facts = {.span = branch->condition->span};
    if (has_else && condition->type->kind != TYPE_NEVER)
        narrow_facts(frame, branch->condition, condition, false, &facts);
    branches[1] = eval_branches(frame, expr, at + 1, expected);
    frame->scope = outer;
    if (narrow_never_passes(condition))
        branches[0] = tree_never(branch->body->span);
    branches[1] = facts.dead ? tree_never(branch->condition->span) : narrow_before(&facts, branches[1]);
    if (condition->type->kind == TYPE_NEVER)
        return condition;
    Tree *tree = tree_new(TREE_IF, join_trees(frame, branches, 2),
                          at == 0 ? expr->span : span_join(branch->condition->span, expr->span));
    tree->if_.condition = condition;
    tree->if_.then = branches[0];
    tree->if_.otherwise = branches[1];
    return tree;
}

Tree *eval_if(Frame *frame, Expr *expr, const Type *expected) { return eval_branches(frame, expr, 0, expected); }
