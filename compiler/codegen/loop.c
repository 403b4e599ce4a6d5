// `for` and comprehensions. Counted loops run in chunks of LOOP_CHUNK rounds with a poll before each, so that the inner
// loop stays tight.
#include "compiler/codegen/lower.h"

enum { LOOP_CHUNK = 1000 };

LLVMValueRef loop_begin(Function *f, CountedLoop *loop, LLVMValueRef start, LLVMValueRef end, const Words *live) {
    Unit *unit = f->unit;
    LLVMBuilderRef b = f->builder;
    *loop = (CountedLoop){
        .chunk = function_block(f, "chunk"),
        .head = function_block(f, "chunk.head"),
        .body = function_block(f, "loop"),
        .next = function_block(f, "loop.next"),
        .after = function_block(f, "loop.end"),
        .index = function_alloca(f, unit->i64, "index"),
        .limit = function_alloca(f, unit->i64, "limit"),
        .end = end,
    };
    LLVMBuildStore(b, start, loop->index);
    LLVMBuildBr(b, loop->chunk);
    function_enter(f, loop->chunk);
    LLVMValueRef index = LLVMBuildLoad2(b, unit->i64, loop->index, "");
    LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntSLT, index, end, ""), loop->head, loop->after);
    function_enter(f, loop->head);
    poll_slice(f, live);
    LLVMValueRef left = LLVMBuildSub(b, end, index, "");
    LLVMValueRef many = LLVMBuildICmp(b, LLVMIntUGT, left, unit_int(unit, LOOP_CHUNK), "");
    LLVMValueRef stop = LLVMBuildAdd(b, index, unit_int(unit, LOOP_CHUNK), "");
    LLVMBuildStore(b, LLVMBuildSelect(b, many, stop, end, ""), loop->limit);
    LLVMBuildBr(b, loop->body);
    function_enter(f, loop->body);
    return LLVMBuildLoad2(b, unit->i64, loop->index, "i");
}

void loop_end(Function *f, CountedLoop *loop) {
    Unit *unit = f->unit;
    LLVMBuilderRef b = f->builder;
    LLVMBuildBr(b, loop->next);
    function_enter(f, loop->next);
    LLVMValueRef index = LLVMBuildNSWAdd(b, LLVMBuildLoad2(b, unit->i64, loop->index, ""), unit_int(unit, 1), "");
    LLVMBuildStore(b, index, loop->index);
    LLVMValueRef limit = LLVMBuildLoad2(b, unit->i64, loop->limit, "");
    LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntSLT, index, limit, ""), loop->body, loop->chunk);
    function_enter(f, loop->after);
}

// ---- clauses -------------------------------------------------------------------------------------------------------

// A loop being lowered: `builder` is NULL in a `for`.
typedef struct Clauses {
    const Tree *tree;
    ListBuilder *builder;
    LocalVec used; // variables from outside that the loop reads
} Clauses;

static void lower_clause(Function *f, Clauses *clauses, size_t at);

static void body(Function *f, Clauses *clauses) {
    const Tree *tree = clauses->tree;
    Value value = expr(f, tree->loop.body);
    if (!clauses->builder || type_is_never(tree->loop.body->type))
        return;
    const Type *element = type_resolve(tree->type)->element;
    list_builder_add(f, clauses->builder, coerce(f, tree->loop.body->type, element, value));
}

static LLVMValueRef int_value(Function *f, const Tree *tree) {
    Value value = expr(f, tree);
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_NEVER)
        return LLVMGetUndef(f->unit->i64);
    return type->kind == TYPE_LITERAL_INT ? unit_int(f->unit, type->literal.integer) : value.word[0];
}

// With one clause that takes all elements, their number is known before the first.
static void reserve(Function *f, Clauses *clauses, LLVMValueRef count) {
    const TreePattern *pattern = clauses->tree->loop.clauses[0].pattern;
    bool takes_all = pattern->kind == TREE_PATTERN_ANY || (pattern->kind == TREE_PATTERN_BIND && !pattern->bind.inner);
    if (clauses->builder && clauses->tree->loop.count == 1 && takes_all)
        *clauses->builder = list_builder(f, clauses->tree->type, count);
}

// Binds the element, goes on with the clauses after this one and comes back; an element that the pattern does not take
// is left out.
static void with_element(Function *f, Clauses *clauses, size_t at, Value value) {
    LLVMBasicBlockRef next = function_block(f, "element.next");
    pattern_test(f, clauses->tree->loop.clauses[at].pattern, value, next, true);
    lower_clause(f, clauses, at + 1);
    LLVMBuildBr(f->builder, next);
    function_enter(f, next);
}

// The references that the loop uses from outside.
static Words live_words(Function *f, const Clauses *clauses) {
    Words live = {0};
    for (size_t i = 0; i < clauses->used.len; i++) {
        const Local *local = clauses->used.data[i];
        if (function_has_local(f, local))
            poll_add_live(&live, repr_of(f, local->type), function_load_local(f, local));
    }
    return live;
}

static void lower_list(Function *f, Clauses *clauses, const TreeClause *clause, size_t at) {
    Value list = expr(f, clause->source);
    if (type_is_never(clause->source->type))
        return;
    LLVMValueRef length = list_length(f, list);
    reserve(f, clauses, length);
    CountedLoop loop;
    Words live = live_words(f, clauses);
    vec_push(&live, list.word[0]);
    LLVMValueRef index = loop_begin(f, &loop, unit_int(f->unit, 0), length, &live);
    const Type *element = type_resolve(clause->source->type)->element;
    Value value = list_element(f, repr_of(f, element), list, index);
    with_element(f, clauses, at, coerce(f, element, clause->pattern->type, value));
    loop_end(f, &loop);
}

static void lower_range(Function *f, Clauses *clauses, const TreeClause *clause, size_t at) {
    LLVMValueRef start = int_value(f, clause->source), end = int_value(f, clause->end);
    LLVMValueRef some = LLVMBuildICmp(f->builder, LLVMIntSGT, end, start, "");
    LLVMValueRef count =
        LLVMBuildSelect(f->builder, some, LLVMBuildSub(f->builder, end, start, ""), unit_int(f->unit, 0), "");
    reserve(f, clauses, count);
    CountedLoop loop;
    Words live = live_words(f, clauses);
    LLVMValueRef index = loop_begin(f, &loop, start, end, &live);
    with_element(f, clauses, at, value_one(index));
    loop_end(f, &loop);
}

static void lower_condition(Function *f, Clauses *clauses, const TreeClause *clause, size_t at) {
    LLVMBasicBlockRef yes = function_block(f, "if"), next = function_block(f, "skip");
    condition(f, clause->source, yes, next);
    function_enter(f, yes);
    lower_clause(f, clauses, at + 1);
    LLVMBuildBr(f->builder, next);
    function_enter(f, next);
}

static void lower_clause(Function *f, Clauses *clauses, size_t at) {
    if (at == clauses->tree->loop.count) {
        body(f, clauses);
        return;
    }
    const TreeClause *clause = &clauses->tree->loop.clauses[at];
    if (clause->kind == CLAUSE_LIST)
        lower_list(f, clauses, clause, at);
    else if (clause->kind == CLAUSE_RANGE)
        lower_range(f, clauses, clause, at);
    else
        lower_condition(f, clauses, clause, at);
}

Value loop_for(Function *f, const Tree *tree) {
    Clauses clauses = {.tree = tree};
    walk_free_locals(tree, &clauses.used);
    lower_clause(f, &clauses, 0);
    return (Value){0};
}

Value loop_comprehension(Function *f, const Tree *tree) {
    ListBuilder builder;
    Clauses clauses = {.tree = tree, .builder = &builder};
    walk_free_locals(tree, &clauses.used);
    builder = list_builder(f, tree->type, NULL);
    lower_clause(f, &clauses, 0);
    return list_builder_end(f, &builder);
}
