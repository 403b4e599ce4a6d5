// Small typed programs built by hand, for tests of code generation: trees of one file without places.
#ifndef FLUFFY_TEST_CODEGEN_BUILD_H
#define FLUFFY_TEST_CODEGEN_BUILD_H

#include <stdarg.h>

#include "compiler/base/mem.h"
#include "compiler/typed/tree.h"

#define UNUSED __attribute__((unused))

static UNUSED Tree *node(TreeKind kind, const Type *type) {
    Tree *tree = mem_new(Tree);
    tree->kind = kind;
    tree->type = type;
    return tree;
}

static UNUSED Tree *integer(int64_t value) {
    Tree *tree = node(TREE_CONSTANT, type_int);
    tree->constant.integer = value;
    return tree;
}

static UNUSED Tree *text(const char *value) {
    Tree *tree = node(TREE_CONSTANT, type_string);
    tree->constant.text = name_of(value);
    return tree;
}

static UNUSED Local *local(uint32_t id, const char *name, const Type *type) {
    Local *made = mem_new(Local);
    *made = (Local){name_of(name), type, id};
    return made;
}

static UNUSED Tree *use(Local *variable) {
    Tree *tree = node(TREE_LOCAL, variable->type);
    tree->local = variable;
    return tree;
}

static UNUSED Tree *binary(TreeOp op, const Type *type, Tree *left, Tree *right) {
    Tree *tree = node(TREE_BINARY, type);
    tree->binary.op = op;
    tree->binary.left = left;
    tree->binary.right = right;
    return tree;
}

static UNUSED Tree *choose(Tree *condition, Tree *then, Tree *otherwise) {
    Tree *tree = node(TREE_IF, then->type);
    tree->if_.condition = condition;
    tree->if_.then = then;
    tree->if_.otherwise = otherwise;
    return tree;
}

// The trees up to a NULL.
static UNUSED Tree **trees(size_t *count, va_list list) {
    Tree **all = mem_alloc(16 * sizeof *all);
    *count = 0;
    for (Tree *tree = va_arg(list, Tree *); tree; tree = va_arg(list, Tree *))
        all[(*count)++] = tree;
    return all;
}

// The last one is the value.
static UNUSED Tree *block(Tree *first, ...) {
    va_list list;
    va_start(list, first);
    Tree *tree = node(TREE_BLOCK, NULL);
    size_t count;
    Tree **rest = trees(&count, list);
    va_end(list);
    tree->block.statements = mem_alloc((count + 1) * sizeof(Tree *));
    tree->block.statements[0] = first;
    for (size_t i = 0; i + 1 < count; i++)
        tree->block.statements[i + 1] = rest[i];
    tree->block.count = count;
    tree->block.result = count ? rest[count - 1] : first;
    tree->type = tree->block.result->type;
    return tree;
}

static UNUSED Tree *call(Instance *instance, ...) {
    va_list list;
    va_start(list, instance);
    Tree *tree = node(TREE_CALL, instance->result);
    tree->call.instance = instance;
    tree->call.arguments = trees(&tree->call.count, list);
    va_end(list);
    return tree;
}

static UNUSED Tree *builtin(Builtin which, const Type *type, Tree *argument) {
    Tree *tree = node(TREE_BUILTIN, type);
    tree->builtin.builtin = which;
    tree->builtin.arguments = mem_alloc(sizeof(Tree *));
    tree->builtin.arguments[0] = argument;
    tree->builtin.count = 1;
    return tree;
}

static UNUSED Tree *println(Tree *argument) { return builtin(BUILTIN_PRINTLN, type_nil, argument); }

static UNUSED Tree *coerced(Tree *tree, const Type *type) {
    Tree *made = node(TREE_COERCE, type);
    made->operand = tree;
    return made;
}

static UNUSED TreePattern *bound(Local *variable) {
    TreePattern *pattern = mem_new(TreePattern);
    pattern->kind = TREE_PATTERN_BIND;
    pattern->type = variable->type;
    pattern->bind.local = variable;
    return pattern;
}

static UNUSED Tree *let(Local *variable, Tree *value) {
    Tree *tree = node(TREE_LET, type_nil);
    tree->let.pattern = bound(variable);
    tree->let.value = value;
    return tree;
}

// for `variable` in range(from, to)
static UNUSED Tree *for_range(Local *variable, Tree *from, Tree *to, Tree *body) {
    Tree *tree = node(TREE_FOR, type_nil);
    tree->loop.clauses = mem_new(TreeClause);
    tree->loop.clauses[0] = (TreeClause){.kind = CLAUSE_RANGE, .pattern = bound(variable), .source = from, .end = to};
    tree->loop.count = 1;
    tree->loop.body = body;
    return tree;
}

static TypedProgram program; // the one being built

static UNUSED void start_program(void) { program = (TypedProgram){.instances = mem_alloc(16 * sizeof(Instance *))}; }

static UNUSED Instance *function(const char *name, const Type *result, size_t parameter_count, ...) {
    Instance *instance = mem_new(Instance);
    instance->id = (uint32_t)program.instance_count;
    instance->name = name_of(name);
    instance->module = name_of("test");
    instance->result = result;
    instance->parameters = mem_alloc((parameter_count + 1) * sizeof(Local *));
    instance->parameter_count = parameter_count;
    va_list list;
    va_start(list, parameter_count);
    for (size_t i = 0; i < parameter_count; i++)
        instance->parameters[i] = va_arg(list, Local *);
    va_end(list);
    program.instances[program.instance_count++] = instance;
    return instance;
}

static UNUSED void set_main(Tree *body) {
    program.main = function("main", body->type, 0);
    program.main->body = body;
}

#endif
