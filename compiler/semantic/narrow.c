// What a test makes known of the value that a name, or a field of what a name stands for, has: the name is bound anew,
// to what the value is then. A field's name in scope is `p.x`, which no user can write; it counts as long as no newer
// `p` hides it.
//
// A branch or an arm that nothing can reach binds the name to never: it fits everywhere, so a function that asks what
// its argument is may treat it as that, whatever it is called with.
#include "compiler/semantic/check.h"

// ---- subjects ------------------------------------------------------------------------------------------------------

// `p` of `p`, `p.x`, `p.x.y`.
static const Expr *root_of(const Expr *expr) {
    while (expr->kind == EXPR_FIELD)
        expr = expr->field.receiver;
    return expr->kind == EXPR_NAME && !expr->name.module ? expr : NULL;
}

static Name path_name(const Expr *expr);

static Name field_path(const Expr *receiver, Name field) {
    return name_of(text_format("%s.%s", name_text(path_name(receiver)), name_text(field)));
}

static Name path_name(const Expr *expr) {
    return expr->kind == EXPR_NAME ? expr->name.name : field_path(expr->field.receiver, expr->field.name);
}

Tree *narrow_field(Frame *frame, const Expr *receiver, Name field, Span span) {
    const Expr *root = frame->has_paths ? root_of(receiver) : NULL;
    if (!root)
        return NULL;
    Binding *known = scope_find(frame, field_path(receiver, field)), *holder = scope_find(frame, root->name.name);
    if (!known || (holder && known->depth < holder->depth))
        return NULL;
    for (Binding *binding = known; binding; binding = binding->origin)
        binding->used = true;
    return tree_local(known->local, span);
}

bool narrow_subject(Frame *frame, Expr *expr, Subject *out) {
    const Expr *root = root_of(expr);
    Binding *binding = root ? scope_find(frame, root->name.name) : NULL;
    if (!binding)
        return false;
    Tree *value = expr->kind == EXPR_NAME ? tree_local(binding->local, expr->span) : eval(frame, expr, NULL);
    *out = (Subject){.name = path_name(expr), .origin = binding, .value = value, .type = value->type};
    return value->type->kind != TYPE_NEVER;
}

Binding *narrow_push(Frame *frame, const Subject *subject, const Type *type) {
    Binding *narrowed = scope_push(frame, subject->name, local_new(frame, subject->name, type), subject->origin->span);
    narrowed->origin = subject->origin;
    frame->has_paths |= subject->name != subject->origin->name;
    return narrowed;
}

// ---- facts ---------------------------------------------------------------------------------------------------------

// Binds each member of `over` that is left to `local`.
static TreePattern *bind_members(Local *local, const Type *over, const Type *left, Span span) {
    const Type *node = type_resolve(over);
    TreePattern *pattern = pattern_new(TREE_PATTERN_MEMBERS, over, span);
    pattern->members.entries = mem_alloc(sizeof(TreeMemberPattern) * node->members.count);
    for (size_t i = 0; i < node->members.count; i++) {
        const Type *member = node->members.types[i];
        if (type_fits(member, left))
            pattern->members.entries[pattern->members.count++] =
                (TreeMemberPattern){member, pattern_bind(local, member, NULL, span)};
    }
    return pattern;
}

// Its values are now known to be `left`, some members of the type that they had.
static void learn(Frame *frame, const Subject *subject, const Type *left, Facts *facts) {
    if (left->kind == TYPE_NEVER) {
        narrow_push(frame, subject, type_never)->used = true;
        facts->dead = true;
        return;
    }
    if (type_resolve(subject->type)->kind != TYPE_UNION || type_equal(left, subject->type))
        return;
    Binding *narrowed = narrow_push(frame, subject, left);
    narrowed->used = true;
    Tree *let = tree_new(TREE_LET, type_nil, facts->span);
    let->let.pattern = bind_members(narrowed->local, subject->type, left, facts->span);
    let->let.value = subject->value;
    vec_push(&facts->lets, let);
}

// The members that are (or are not) surely of another type than `type`, which has one value.
static const Type *members_like(const Type *over, const Type *type, bool equal, Name field) {
    TypeList members = {0};
    for (size_t i = 0; i < type_member_count(over); i++) {
        const Type *member = type_member(over, i);
        const Type *part = field ? type_field(member, field) : member;
        bool kept = !part || (equal ? type_overlaps(part, type) : !type_equal(part, type));
        if (kept)
            vec_push(&members, member);
    }
    return type_union(members.data, members.len);
}

// A field's literal tells the variants of what it is a field of apart.
static void learn_variant(Frame *frame, Expr *expr, const Type *type, bool equal, Facts *facts) {
    Subject record;
    if (expr->kind == EXPR_FIELD && narrow_subject(frame, expr->field.receiver, &record) &&
        type_resolve(record.type)->kind == TYPE_UNION)
        learn(frame, &record, members_like(record.type, type, equal, expr->field.name), facts);
}

static bool is_singleton(const Type *type) {
    return type->kind == TYPE_NIL || type->kind == TYPE_LITERAL_STRING || type->kind == TYPE_LITERAL_INT ||
           type->kind == TYPE_LITERAL_BOOL;
}

static const Type *literal_type(const Expr *expr) {
    if (expr->kind != EXPR_LITERAL)
        return NULL;
    switch (expr->literal.kind) {
    case LITERAL_NIL:
        return type_nil;
    case LITERAL_BOOL:
        return type_literal_bool(expr->literal.boolean);
    case LITERAL_INT:
        return type_literal_int(expr->literal.integer);
    case LITERAL_STRING:
        return type_literal_string(name_of_bytes(expr->literal.string.data, expr->literal.string.len));
    default:
        return NULL;
    }
}

// `x == nil`, `p.kind == "circle"`.
static void learn_equality(Frame *frame, const Expr *expr, bool equal, Facts *facts) {
    const Type *type = literal_type(expr->binary.right);
    Expr *tested = type ? expr->binary.left : expr->binary.right;
    Subject subject;
    type = type ? type : literal_type(expr->binary.left);
    if (!type || !narrow_subject(frame, tested, &subject))
        return;
    if (type_resolve(subject.type)->kind == TYPE_UNION)
        learn(frame, &subject, members_like(subject.type, type, equal, NULL), facts);
    learn_variant(frame, tested, type, equal, facts);
}

static void learn_test(Frame *frame, const Expr *expr, const Tree *test, bool outcome, Facts *facts) {
    Subject subject;
    if (test->kind != TREE_IS || !narrow_subject(frame, expr->is.value, &subject))
        return;
    const Type *matched = pattern_matched(test->is.pattern), *left = pattern_remaining(test->is.pattern);
    learn(frame, &subject, outcome ? matched : left, facts);
    if (outcome || is_singleton(matched))
        learn_variant(frame, expr->is.value, matched, outcome, facts);
}

// Without what was added to a condition for what follows it.
static const Tree *bare(const Expr *expr, const Tree *test) {
    bool is_and = expr->kind == EXPR_BINARY && expr->binary.op == BINARY_AND;
    if (test->kind == TREE_BINARY && test->binary.op == TREE_AND && !is_and)
        return test->binary.left;
    return test->kind == TREE_BLOCK && expr->kind != EXPR_BLOCK && test->block.result ? bare(expr, test->block.result)
                                                                                      : test;
}

// What is known where the condition (evaluated to `test`) has this outcome: binds the names anew, by facts->lets.
void narrow_facts(Frame *frame, const Expr *expr, const Tree *test, bool outcome, Facts *facts) {
    test = bare(expr, test);
    if (expr->kind == EXPR_IS)
        learn_test(frame, expr, test, outcome, facts);
    else if (expr->kind == EXPR_UNARY && expr->unary.op == UNARY_NOT && test->kind == TREE_NOT)
        narrow_facts(frame, expr->unary.operand, test->operand, !outcome, facts);
    else if (expr->kind == EXPR_BINARY && (expr->binary.op == BINARY_EQ || expr->binary.op == BINARY_NE))
        learn_equality(frame, expr, outcome == (expr->binary.op == BINARY_EQ), facts);
    else if (expr->kind == EXPR_BINARY && expr->binary.op == BINARY_OR && !outcome && test->kind == TREE_BINARY) {
        narrow_facts(frame, expr->binary.left, test->binary.left, false, facts);
        narrow_facts(frame, expr->binary.right, test->binary.right, false, facts);
    }
}

void narrow_asserted(Frame *frame, const Expr *expr, const Tree *test, Facts *facts) {
    bool both = expr->kind == EXPR_BINARY && expr->binary.op == BINARY_AND && test->kind == TREE_BINARY;
    if (!both) {
        narrow_facts(frame, expr, test, true, facts);
        return;
    }
    narrow_asserted(frame, expr->binary.left, test->binary.left, facts);
    narrow_asserted(frame, expr->binary.right, test->binary.right, facts);
}

Tree *narrow_before(const Facts *facts, Tree *tree) {
    if (facts->lets.len == 0)
        return tree;
    return tree_block(facts->lets.data, facts->lets.len, tree, tree->span);
}

Tree *narrow_behind_condition(Frame *frame, const Expr *expr, Tree *test) {
    Facts facts = {.span = expr->span};
    if (test->type->kind == TYPE_NEVER || narrow_never_passes(test))
        return test;
    if (expr->kind != EXPR_IS)
        narrow_facts(frame, expr, test, true, &facts);
    else if (is_singleton(pattern_matched(test->is.pattern))) // what it tests it has bound itself
        learn_variant(frame, expr->is.value, pattern_matched(test->is.pattern), true, &facts);
    if (!facts.dead && facts.lets.len == 0)
        return test;
    Tree *then = facts.dead ? tree_bool(false, expr->span) : narrow_before(&facts, tree_bool(true, expr->span));
    return tree_binary(TREE_AND, type_bool, test, then, expr->span);
}

bool narrow_never_passes(const Tree *test) {
    if (test->kind == TREE_BINARY && test->binary.op == TREE_AND) {
        const Tree *right = test->binary.right;
        return right->kind == TREE_CONSTANT && !right->constant.integer;
    }
    return test->kind == TREE_IS && test->is.pattern->kind == TREE_PATTERN_FAIL;
}

// ---- arms ----------------------------------------------------------------------------------------------------------

// A pattern that binds everything of `left` to a name binds each of its members.
static TreePattern *over_bound(TreePattern *pattern, const Type *over) {
    const Type *left = pattern->type;
    TreePattern *inner = pattern->bind.inner;
    if (!inner || inner->kind == TREE_PATTERN_ANY)
        return bind_members(pattern->bind.local, over, left, pattern->span);
    return pattern_bind_matched(narrow_pattern_over(inner, over), pattern->bind.local);
}

TreePattern *narrow_pattern_over(TreePattern *pattern, const Type *over) {
    const Type *left = type_resolve(pattern->type);
    if (type_equal(left, over))
        return pattern;
    bool is_union = left->kind == TYPE_UNION;
    if (pattern->kind == TREE_PATTERN_GUARD)
        pattern->guard.inner = narrow_pattern_over(pattern->guard.inner, over);
    else if (pattern->kind == TREE_PATTERN_BIND && is_union)
        return over_bound(pattern, over);
    else if (!is_union && pattern->kind != TREE_PATTERN_ANY && pattern->kind != TREE_PATTERN_FAIL) {
        TreePattern *made = pattern_new(TREE_PATTERN_MEMBERS, over, pattern->span);
        made->members.entries = mem_new(TreeMemberPattern);
        made->members.entries[made->members.count++] = (TreeMemberPattern){pattern->type, pattern};
        return made;
    }
    pattern->type = over;
    return pattern;
}

Binding *narrow_arm(Frame *frame, Expr *expr, const Subject *subject, const TreePattern *pattern, const Binding *outer,
                    Facts *facts) {
    if (!subject->name)
        return NULL;
    for (const Binding *bound = frame->scope; bound != outer; bound = bound->next)
        if (bound->name == subject->origin->name)
            return NULL;
    const Type *matched = pattern_matched(pattern);
    if (is_singleton(matched))
        learn_variant(frame, expr, matched, true, facts);
    return type_equal(matched, subject->type) ? NULL : narrow_push(frame, subject, matched);
}
