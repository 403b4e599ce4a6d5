// What a test makes known of the value that a name stands for: the name is bound anew, to what the value is then.
//
// A branch or an arm that nothing can reach binds the name to never: it fits everywhere, so a function that asks what
// its argument is may treat it as that, whatever it is called with.
#include "compiler/semantic/check.h"

Binding *narrow_binding(Frame *frame, const Expr *value) {
    return value->kind == EXPR_NAME && !value->name.module ? scope_find(frame, value->name.name) : NULL;
}

Binding *narrow_push(Frame *frame, Binding *origin, const Type *type) {
    Binding *narrowed = scope_push(frame, origin->name, local_new(frame, origin->name, type), origin->span);
    narrowed->origin = origin;
    return narrowed;
}

bool narrow_never_passes(const Tree *test) {
    return test->kind == TREE_IS && test->is.pattern->kind == TREE_PATTERN_FAIL;
}

// ---- where a test has failed ---------------------------------------------------------------------------------------

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

Tree *narrow_otherwise(Frame *frame, const Expr *condition, const Tree *test, Span span) {
    Binding *binding =
        condition->kind == EXPR_IS && test->kind == TREE_IS ? narrow_binding(frame, condition->is.value) : NULL;
    if (!binding)
        return NULL;
    const Type *left = pattern_remaining(test->is.pattern);
    if (left->kind == TYPE_NEVER) {
        narrow_push(frame, binding, type_never)->used = true;
        return tree_never(span);
    }
    if (type_resolve(test->is.value->type)->kind != TYPE_UNION || type_equal(left, test->is.value->type))
        return NULL;
    Binding *narrowed = narrow_push(frame, binding, left);
    narrowed->used = true;
    Tree *let = tree_new(TREE_LET, type_nil, span);
    let->let.pattern = bind_members(narrowed->local, test->is.value->type, left, span);
    let->let.value = tree_local(binding->local, span);
    return let;
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

Binding *narrow_arm(Frame *frame, Binding *subject, const TreePattern *pattern, const Binding *outer) {
    for (const Binding *bound = frame->scope; bound != outer; bound = bound->next)
        if (subject && bound->name == subject->name)
            return NULL;
    const Type *matched = pattern_matched(pattern);
    return subject && !type_equal(matched, subject->local->type) ? narrow_push(frame, subject, matched) : NULL;
}
