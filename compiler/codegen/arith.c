// Arithmetic and comparison. Overflow, division by zero panic; the panicking side of each test is a cold block.
#include <string.h>

#include "compiler/codegen/lower.h"

// Goes on only if `bad` is false, otherwise panics.
static void refuse(Function *f, LLVMValueRef bad, RuntimeFunction panic) {
    LLVMBasicBlockRef cold = function_block(f, "panic"), fine = function_block(f, "fine");
    function_branch_cold(f, bad, cold, fine);
    function_enter(f, cold);
    function_runtime(f, panic, (LLVMValueRef[]){f->process, function_site(f)}, 2);
    LLVMBuildUnreachable(f->builder);
    function_enter(f, fine);
}

LLVMValueRef arith_checked(Function *f, const char *operation, LLVMValueRef a, LLVMValueRef b) {
    char name[48] = "llvm.s";
    strcat(strcat(name, operation), ".with.overflow");
    LLVMValueRef function = unit_intrinsic(f->unit, name, &f->unit->i64, 1);
    LLVMValueRef pair =
        LLVMBuildCall2(f->builder, LLVMGlobalGetValueType(function), function, (LLVMValueRef[]){a, b}, 2, "");
    refuse(f, LLVMBuildExtractValue(f->builder, pair, 1, ""), RT_fl_panic_overflow);
    return LLVMBuildExtractValue(f->builder, pair, 0, "");
}

static LLVMValueRef divide(Function *f, LLVMValueRef a, LLVMValueRef b, bool remainder) {
    LLVMBuilderRef builder = f->builder;
    LLVMValueRef zero = unit_int(f->unit, 0), minus_one = unit_int(f->unit, -1);
    refuse(f, LLVMBuildICmp(builder, LLVMIntEQ, b, zero, ""), RT_fl_panic_division);
    // The smallest integer % -1 is 0, but the machine's division traps. Both operations divide by the same value, so
    // that x / y and x % y become one division.
    LLVMValueRef is_minus = LLVMBuildICmp(builder, LLVMIntEQ, b, minus_one, "");
    LLVMValueRef divisor = LLVMBuildSelect(builder, is_minus, unit_int(f->unit, 1), b, "");
    if (remainder)
        return LLVMBuildSRem(builder, a, divisor, "");
    LLVMValueRef smallest = LLVMBuildICmp(builder, LLVMIntEQ, a, unit_int(f->unit, INT64_MIN), "");
    refuse(f, LLVMBuildAnd(builder, smallest, is_minus, ""), RT_fl_panic_overflow);
    LLVMValueRef quotient = LLVMBuildSDiv(builder, a, divisor, "");
    return LLVMBuildSelect(builder, is_minus, LLVMBuildNeg(builder, quotient, ""), quotient, "");
}

static LLVMValueRef int_operation(Function *f, TreeOp op, LLVMValueRef a, LLVMValueRef b) {
    switch (op) {
    case TREE_ADD:
        return arith_checked(f, "add", a, b);
    case TREE_SUBTRACT:
        return arith_checked(f, "sub", a, b);
    case TREE_MULTIPLY:
        return arith_checked(f, "mul", a, b);
    default:
        return divide(f, a, b, op == TREE_REMAINDER);
    }
}

static LLVMValueRef float_operation(Function *f, TreeOp op, LLVMValueRef a, LLVMValueRef b) {
    switch (op) {
    case TREE_ADD:
        return LLVMBuildFAdd(f->builder, a, b, "");
    case TREE_SUBTRACT:
        return LLVMBuildFSub(f->builder, a, b, "");
    case TREE_MULTIPLY:
        return LLVMBuildFMul(f->builder, a, b, "");
    case TREE_DIVIDE:
        return LLVMBuildFDiv(f->builder, a, b, "");
    default:
        return LLVMBuildFRem(f->builder, a, b, "");
    }
}

static LLVMValueRef compare(Function *f, TreeOp op, const Repr *repr, LLVMValueRef a, LLVMValueRef b) {
    static const LLVMIntPredicate ints[] = {LLVMIntSLT, LLVMIntSLE, LLVMIntSGT, LLVMIntSGE};
    static const LLVMRealPredicate reals[] = {LLVMRealOLT, LLVMRealOLE, LLVMRealOGT, LLVMRealOGE};
    int which = (int)op - TREE_LESS;
    if (repr->kind == FL_KIND_FLOAT)
        return LLVMBuildFCmp(f->builder, reals[which], a, b, "");
    if (repr->kind == FL_KIND_STRING) {
        a = RUNTIME(f, fl_string_compare, a, b);
        b = unit_int(f->unit, 0);
    }
    return LLVMBuildICmp(f->builder, ints[which], a, b, "");
}

// The operands' value as one of its base type: literal types have no words.
static Value operand(Function *f, const Tree *tree, const Repr **repr) {
    Value value = expr(f, tree);
    const Type *type = type_resolve(tree->type);
    *repr = repr_of(f, type);
    if ((*repr)->kind != FL_KIND_LITERAL)
        return value;
    *repr = repr_of(f, type_widen(type));
    return expr_literal(f, type);
}

static Value short_circuit(Function *f, const Tree *tree) {
    LLVMBasicBlockRef yes = function_block(f, "true"), no = function_block(f, "false");
    Merge merge = merge_begin(f, repr_of(f, type_bool));
    condition(f, tree, yes, no);
    function_enter(f, yes);
    merge_add(f, &merge, value_one(LLVMConstInt(f->unit->i1, 1, false)));
    function_enter(f, no);
    merge_add(f, &merge, value_one(LLVMConstInt(f->unit->i1, 0, false)));
    return merge_end(f, &merge);
}

static Value equality(Function *f, const Tree *tree) {
    Value left = expr(f, tree->binary.left);
    Value right = expr(f, tree->binary.right);
    if (type_is_never(tree->binary.left->type) || type_is_never(tree->binary.right->type))
        return value_undef(f->unit, repr_of(f, tree->type));
    LLVMValueRef equal = equal_values(f, tree->binary.left->type, left, right);
    return value_one(tree->binary.op == TREE_EQUAL ? equal : LLVMBuildNot(f->builder, equal, ""));
}

Value arith_binary(Function *f, const Tree *tree) {
    TreeOp op = tree->binary.op;
    if (op == TREE_AND || op == TREE_OR)
        return short_circuit(f, tree);
    if (op == TREE_EQUAL || op == TREE_NOT_EQUAL)
        return equality(f, tree);
    const Repr *repr, *right_repr;
    Value left = operand(f, tree->binary.left, &repr);
    Value right = operand(f, tree->binary.right, &right_repr);
    if (repr->kind == FL_KIND_NEVER || right_repr->kind == FL_KIND_NEVER)
        return value_undef(f->unit, repr_of(f, tree->type));
    LLVMValueRef a = left.word[0], b = right.word[0];
    if (op >= TREE_LESS && op <= TREE_GREATER_EQUAL)
        return value_one(compare(f, op, repr, a, b));
    return value_one(repr->kind == FL_KIND_FLOAT ? float_operation(f, op, a, b) : int_operation(f, op, a, b));
}

Value arith_negate(Function *f, const Tree *tree) {
    const Repr *repr;
    Value value = operand(f, tree->operand, &repr);
    if (repr->kind == FL_KIND_NEVER)
        return value_undef(f->unit, repr_of(f, tree->type));
    if (repr->kind == FL_KIND_FLOAT)
        return value_one(LLVMBuildFNeg(f->builder, value.word[0], ""));
    return value_one(arith_checked(f, "sub", unit_int(f->unit, 0), value.word[0]));
}

LLVMValueRef arith_truncate(Function *f, LLVMValueRef real) {
    LLVMBuilderRef b = f->builder;
    LLVMValueRef low = LLVMBuildFCmp(b, LLVMRealOGE, real, LLVMConstReal(f->unit->f64, -0x1p63), "");
    LLVMValueRef high = LLVMBuildFCmp(b, LLVMRealOLT, real, LLVMConstReal(f->unit->f64, 0x1p63), "");
    refuse(f, LLVMBuildNot(b, LLVMBuildAnd(b, low, high, ""), ""), RT_fl_panic_overflow);
    return LLVMBuildFPToSI(b, real, f->unit->i64, "");
}
