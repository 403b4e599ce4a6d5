// Makes tree nodes. The only file that fills in their common fields.
#include <string.h>

#include "compiler/semantic/check.h"

Tree *tree_new(TreeKind kind, const Type *type, Span span) {
    Tree *tree = mem_new(Tree);
    tree->kind = kind;
    tree->type = type;
    tree->span = span;
    return tree;
}

Tree *tree_nil(Span span) { return tree_new(TREE_CONSTANT, type_nil, span); }

Tree *tree_never(Span span) { return tree_new(TREE_CONSTANT, type_never, span); }

Tree *tree_int(int64_t value, Span span) {
    Tree *tree = tree_new(TREE_CONSTANT, type_int, span);
    tree->constant.integer = value;
    return tree;
}

Tree *tree_text(const char *text, Span span) {
    Tree *tree = tree_new(TREE_CONSTANT, type_string, span);
    tree->constant.text = name_of(text);
    return tree;
}

Tree *tree_bool(bool value, Span span) {
    Tree *tree = tree_new(TREE_CONSTANT, type_bool, span);
    tree->constant.integer = value;
    return tree;
}

Tree *tree_local(Local *local, Span span) {
    Tree *tree = tree_new(TREE_LOCAL, local->type, span);
    tree->local = local;
    return tree;
}

Tree *tree_field(Tree *record, Name name, const Type *type, Span span) {
    Tree *tree = tree_new(TREE_FIELD, type, span);
    tree->field.record = record;
    tree->field.name = name;
    return tree;
}

Tree *tree_builtin(Builtin builtin, const Type *type, Span span, Tree **arguments, size_t count) {
    Tree *tree = tree_new(TREE_BUILTIN, type, span);
    tree->builtin.builtin = builtin;
    tree->builtin.arguments = arguments;
    tree->builtin.count = count;
    return tree;
}

Tree *tree_binary(TreeOp op, const Type *type, Tree *left, Tree *right, Span span) {
    Tree *tree = tree_new(TREE_BINARY, type, span);
    tree->binary.op = op;
    tree->binary.left = left;
    tree->binary.right = right;
    return tree;
}

Tree *tree_block(Tree **statements, size_t count, Tree *result, Span span) {
    Tree *tree = tree_new(TREE_BLOCK, result ? result->type : type_nil, span);
    tree->block.statements = statements;
    tree->block.count = count;
    tree->block.result = result;
    return tree;
}

Tree *tree_let(Local *local, Tree *value, Span span) {
    Tree *tree = tree_new(TREE_LET, type_nil, span);
    tree->let.pattern =
        local ? pattern_bind(local, value->type, NULL, span) : pattern_new(TREE_PATTERN_ANY, value->type, span);
    tree->let.value = value;
    return tree;
}

Tree *tree_never_of(Tree *const *values, size_t count, Span span) {
    for (size_t i = 0; i < count; i++) {
        if (values[i]->type->kind != TYPE_NEVER)
            continue;
        Tree **before = mem_alloc(sizeof(Tree *) * (i + 1));
        for (size_t k = 0; k < i; k++)
            before[k] = tree_let(NULL, values[k], values[k]->span);
        before[i] = values[i];
        Tree *tree = tree_block(before, i + 1, NULL, span);
        tree->type = type_never;
        return tree;
    }
    return NULL;
}

Tree *tree_ends(Tree *value, Span span) { return tree_never_of(&value, 1, span); }

Local *local_new(Frame *frame, Name name, const Type *type) {
    Local *local = mem_new(Local);
    local->name = name;
    local->type = type;
    local->id = frame->local_count++;
    return local;
}

TreePattern *pattern_new(TreePatternKind kind, const Type *type, Span span) {
    TreePattern *pattern = mem_new(TreePattern);
    pattern->kind = kind;
    pattern->type = type;
    pattern->span = span;
    return pattern;
}

TreePattern *pattern_bind(Local *local, const Type *type, TreePattern *inner, Span span) {
    TreePattern *pattern = pattern_new(TREE_PATTERN_BIND, type, span);
    pattern->bind.local = local;
    pattern->bind.inner = inner;
    return pattern;
}
