// Blocks, conditions and choices. A choice ends either in a Merge or, in tail position, by returning from each of its
// ways.
#include "compiler/codegen/lower.h"

void control_end(Function *f, const Tree *tree, Merge *merge) {
    if (!merge) {
        tail(f, tree);
        return;
    }
    Value value = expr(f, tree);
    if (type_is_never(tree->type))
        function_unreachable(f);
    else
        merge_add(f, merge, coerce(f, tree->type, merge->repr->type, value));
}

// ---- conditions ----------------------------------------------------------------------------------------------------

static void both(Function *f, const Tree *tree, LLVMBasicBlockRef yes, LLVMBasicBlockRef no) {
    bool and = tree->binary.op == TREE_AND;
    LLVMBasicBlockRef right = function_block(f, and? "and" : "or");
    condition(f, tree->binary.left, and? right : yes, and? no : right);
    function_enter(f, right);
    condition(f, tree->binary.right, yes, no);
}

void condition(Function *f, const Tree *tree, LLVMBasicBlockRef yes, LLVMBasicBlockRef no) {
    if (tree->kind == TREE_BINARY && (tree->binary.op == TREE_AND || tree->binary.op == TREE_OR)) {
        both(f, tree, yes, no);
    } else if (tree->kind == TREE_NOT) {
        condition(f, tree->operand, no, yes);
    } else if (tree->kind == TREE_IS) {
        Value value = expr(f, tree->is.value);
        pattern_test(f, tree->is.pattern, value, no, true);
        function_jump(f, yes);
    } else {
        Value value = expr(f, tree);
        const Type *type = type_resolve(tree->type);
        if (type->kind == TYPE_NEVER)
            function_unreachable(f);
        else if (type->kind == TYPE_LITERAL_BOOL)
            function_jump(f, type->literal.integer ? yes : no);
        else {
            LLVMBuildCondBr(f->builder, value.word[0], yes, no);
            function_enter(f, function_block(f, "dead"));
        }
    }
}

Value control_is(Function *f, const Tree *tree) {
    Unit *unit = f->unit;
    Merge merge = merge_begin(f, represent_type(&unit->represent, type_bool));
    LLVMBasicBlockRef no = function_block(f, "is.no");
    Value value = expr(f, tree->is.value);
    pattern_test(f, tree->is.pattern, value, no, true);
    merge_add(f, &merge, value_one(LLVMConstInt(unit->i1, 1, false)));
    function_enter(f, no);
    merge_add(f, &merge, value_one(LLVMConstInt(unit->i1, 0, false)));
    Value result = merge_end(f, &merge);
    return repr_of(f, tree->type)->words ? result : (Value){0};
}

// ---- choices -------------------------------------------------------------------------------------------------------

void control_if(Function *f, const Tree *tree, Merge *merge) {
    LLVMBasicBlockRef then = function_block(f, "then"), otherwise = function_block(f, "else");
    condition(f, tree->if_.condition, then, otherwise);
    function_enter(f, then);
    control_end(f, tree->if_.then, merge);
    function_enter(f, otherwise);
    if (tree->if_.otherwise)
        control_end(f, tree->if_.otherwise, merge);
    else if (merge)
        merge_add(f, merge, (Value){0});
    else
        function_return(f, (Value){0});
}

void control_arms(Function *f, const TreeArm *arms, size_t count, Value value, LLVMBasicBlockRef none, Merge *merge) {
    for (size_t i = 0; i < count; i++) {
        LLVMBasicBlockRef fail = i + 1 < count ? function_block(f, "arm") : none;
        pattern_test(f, arms[i].pattern, value, fail, true);
        control_end(f, arms[i].body, merge);
        function_enter(f, fail);
    }
    if (count == 0)
        function_jump(f, none);
}

static void no_match(Function *f, const Type *type, Value value, const char *what) {
    const Repr *repr = repr_of(f, type);
    LLVMValueRef words = function_scratch(f, 0);
    memory_store_value(f, repr, value, words, 0);
    RUNTIME(f, fl_panic_no_match, f->process, table_type_of(f->unit, type), words, static_c_string(f->unit, what),
            function_site(f));
    function_unreachable(f);
}

static void refuse(Function *f, const Tree *tree, Value value) {
    const Tree *refused = tree->match.refused;
    if (refused)
        no_match(f, refused->type, expr(f, refused), tree->match.what);
    else
        no_match(f, tree->match.value->type, value, tree->match.what);
}

void control_match(Function *f, const Tree *tree, Merge *merge) {
    Value value = expr(f, tree->match.value);
    if (type_is_never(tree->match.value->type)) {
        function_unreachable(f);
        return;
    }
    LLVMBasicBlockRef none = function_block(f, "match.none");
    control_arms(f, tree->match.arms, tree->match.count, value, none, merge);
    function_enter(f, none);
    if (tree->match.total)
        function_unreachable(f);
    else
        refuse(f, tree, value);
}

void control_let(Function *f, const Tree *tree) {
    Value value = expr(f, tree->let.value);
    if (type_is_never(tree->let.value->type))
        return;
    LLVMBasicBlockRef none = function_block(f, "let.none"), done = function_block(f, "let");
    pattern_test(f, tree->let.pattern, coerce(f, tree->let.value->type, tree->let.pattern->type, value), none, true);
    LLVMBuildBr(f->builder, done);
    function_enter(f, none);
    no_match(f, tree->let.value->type, value, "binding");
    function_unreachable(f);
    function_enter(f, done);
}

// ---- blocks --------------------------------------------------------------------------------------------------------

Value control_block(Function *f, const Tree *tree) {
    DeferRecord *outer = f->defers;
    Value value = {0};
    for (size_t i = 0; i < tree->block.count; i++) {
        const Tree *statement = tree->block.statements[i];
        expr(f, statement);
        if (type_is_never(statement->type)) { // what follows can't be reached
            f->defers = outer;
            return value_undef(f->unit, repr_of(f, tree->type));
        }
    }
    if (tree->block.result)
        value = expr(f, tree->block.result);
    if (f->defers != outer) {
        defer_leave(f, outer);
        f->defers = outer;
    }
    return value;
}
