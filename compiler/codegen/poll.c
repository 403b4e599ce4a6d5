// Polls: one comparison of the stack pointer with the process's limit serves stack growth, preemption and requests. Functions
// in cycles of calls poll at their entry; loop.c polls once per chunk of rounds. Cycles are the strongly connected groups of the
// graph of instances (Tarjan's algorithm); a group with a call that is not a tail call needs the check that can go on on the large segment.
#include <stddef.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

// ---- analysis ---------------------------------------------------------------------------------------------------------------

typedef struct Edge {
    const Instance *to;
    bool tail;
} Edge;

typedef struct Node {
    VEC(Edge) edges;
    uint32_t order, low; // 0: not visited
    bool on_stack;
    uint32_t group; // 0: none yet
} Node;

typedef struct Graph {
    Unit *unit;
    Node *nodes; // by Instance.id
    const Instance *instance;
    VEC(const Instance *) stack;
    uint32_t next_order, next_group;
    unsigned defers; // scopes with deferred blocks around the node being visited
} Graph;

static void add_tail(Graph *graph, const Tree *tree);

static void add_edge(Graph *graph, const Instance *to, bool tail) {
    vec_push(&graph->nodes[graph->instance->id].edges, (Edge){to, tail});
}

static void add_calls(Graph *graph, const Tree *tree, bool tail) {
    Unit *unit = graph->unit;
    LLVMTypeRef own = unit_result_type(unit, represent_type(&unit->represent, graph->instance->result));
    size_t count = tree->kind == TREE_CALL ? 1 : tree->closure_call.case_count;
    for (size_t i = 0; i < count; i++) {
        const Instance *to = tree->kind == TREE_CALL ? tree->call.instance : tree->closure_call.cases[i].instance;
        bool same = unit_result_type(unit, represent_type(&unit->represent, to->result)) == own;
        add_edge(graph, to, tail && same && coerce_is_free(unit, to->result, tree->type));
    }
}

static void add_value(const Tree *tree, void *context) {
    Graph *graph = context;
    if (tree->kind == TREE_EARLY_RETURN && graph->defers == 0) {
        add_tail(graph, tree->operand);
        return;
    }
    if (tree->kind == TREE_CALL || tree->kind == TREE_CALL_CLOSURE)
        add_calls(graph, tree, false);
    bool defers = tree->kind == TREE_BLOCK && tree->block.has_defer;
    graph->defers += defers;
    walk_children(tree, add_value, graph);
    graph->defers -= defers;
}

static void add_arms(Graph *graph, const TreeArm *arms, size_t count) {
    for (size_t i = 0; i < count; i++) {
        Tree nothing = {.kind = TREE_SELF};
        Tree guards = {.kind = TREE_LET, .let = {arms[i].pattern, &nothing}};
        walk_children(&guards, add_value, graph);
        add_tail(graph, arms[i].body);
    }
}

// Calls in tail position: exactly what tail.c lowers as such. All others are added by add_value.
static void add_tail(Graph *graph, const Tree *tree) {
    switch (tree->kind) {
    case TREE_BLOCK:
        if (tree->block.has_defer) {
            add_value(tree, graph);
            break;
        }
        for (size_t i = 0; i < tree->block.count; i++)
            add_value(tree->block.statements[i], graph);
        if (tree->block.result)
            add_tail(graph, tree->block.result);
        break;
    case TREE_IF:
        add_value(tree->if_.condition, graph);
        add_tail(graph, tree->if_.then);
        if (tree->if_.otherwise)
            add_tail(graph, tree->if_.otherwise);
        break;
    case TREE_MATCH:
        add_value(tree->match.value, graph);
        add_arms(graph, tree->match.arms, tree->match.count);
        break;
    case TREE_RECEIVE:
        if (tree->receive.timeout)
            add_value(tree->receive.timeout, graph);
        add_arms(graph, tree->receive.arms, tree->receive.count);
        if (tree->receive.after)
            add_tail(graph, tree->receive.after);
        break;
    case TREE_CALL:
    case TREE_CALL_CLOSURE:
        add_calls(graph, tree, true);
        walk_children(tree, add_value, graph);
        break;
    case TREE_EARLY_RETURN:
        add_tail(graph, tree->operand);
        break;
    case TREE_COERCE:
        if (coerce_is_free(graph->unit, tree->operand->type, tree->type))
            add_tail(graph, tree->operand);
        else
            add_value(tree, graph);
        break;
    default:
        add_value(tree, graph);
    }
}

static void pop_group(Graph *graph, const Instance *root) {
    uint32_t group = ++graph->next_group;
    for (;;) {
        const Instance *member = vec_pop(&graph->stack);
        graph->nodes[member->id].on_stack = false;
        graph->nodes[member->id].group = group;
        if (member == root)
            return;
    }
}

static void visit(Graph *graph, const Instance *instance) {
    Node *node = &graph->nodes[instance->id];
    node->order = node->low = ++graph->next_order;
    node->on_stack = true;
    vec_push(&graph->stack, instance);
    for (size_t i = 0; i < node->edges.len; i++) {
        Node *to = &graph->nodes[node->edges.data[i].to->id];
        if (!to->order)
            visit(graph, node->edges.data[i].to);
        if (to->on_stack && to->low < node->low)
            node->low = to->low;
    }
    if (node->low == node->order)
        pop_group(graph, instance);
}

// A group is a cycle if it has an edge within; the strongest need of any of its edges holds for all of it.
static void decide(Graph *graph) {
    const TypedProgram *program = graph->unit->program;
    Poll *polls = mem_alloc_data((graph->next_group + 1) * sizeof(Poll));
    for (size_t i = 0; i < program->instance_count; i++) {
        Node *node = &graph->nodes[program->instances[i]->id];
        for (size_t j = 0; j < node->edges.len; j++) {
            Edge edge = node->edges.data[j];
            Poll need = edge.tail ? POLL_SLICE : POLL_STACK;
            if (graph->nodes[edge.to->id].group == node->group && polls[node->group] < need)
                polls[node->group] = need;
        }
    }
    for (size_t i = 0; i < program->instance_count; i++) {
        uint32_t id = program->instances[i]->id;
        graph->unit->instances[id].poll = polls[graph->nodes[id].group];
    }
}

void poll_analyse(Unit *unit) {
    const TypedProgram *program = unit->program;
    Graph graph = {.unit = unit};
    graph.nodes = mem_alloc((unit->instance_limit + 1) * sizeof *graph.nodes);
    for (size_t i = 0; i < program->instance_count; i++) {
        graph.instance = program->instances[i];
        add_tail(&graph, graph.instance->body);
    }
    for (size_t i = 0; i < program->instance_count; i++)
        if (!graph.nodes[program->instances[i]->id].order)
            visit(&graph, program->instances[i]);
    decide(&graph);
}

// ---- checks -------------------------------------------------------------------------------------------------------------------

// The comparison. An atomic load: a plain one is hoisted out of loops, and the process could never be preempted.
static LLVMValueRef below_limit(Function *f) {
    Unit *unit = f->unit;
    LLVMValueRef limit = LLVMBuildLoad2(f->builder, unit->i64, memory_at(f, f->process, offsetof(FlProcessHead, stack_limit)), "limit");
    LLVMSetOrdering(limit, LLVMAtomicOrderingMonotonic);
    LLVMSetAlignment(limit, 8);
    LLVMValueRef read = unit_intrinsic(unit, "llvm.read_register", &unit->i64, 1);
    LLVMValueRef sp = LLVMBuildCall2(f->builder, LLVMGlobalGetValueType(read), read, &unit->sp_register, 1, "sp");
    return LLVMBuildICmp(f->builder, LLVMIntULT, sp, limit, "");
}

void poll_slice(Function *f) {
    LLVMBasicBlockRef cold = function_block(f, "poll"), go = function_block(f, "go");
    function_branch_cold(f, below_limit(f), cold, go);
    function_enter(f, cold);
    RUNTIME(f, fl_poll, f->process);
    LLVMBuildBr(f->builder, go);
    function_enter(f, go);
}

// The thunk that calls `function` again on the segment, with the words at `arguments`, which take the result.
static LLVMValueRef segment_thunk(Unit *unit, LLVMValueRef function, const Repr *result) {
    LLVMValueRef thunk = function_declare_c(unit, "segment.run", 2);
    Function f;
    function_begin(&f, unit, thunk, NULL, MODE_NORMAL, represent_type(&unit->represent, type_nil), (Span){0});
    LLVMValueRef pack = LLVMGetParam(thunk, 1);
    Words words = {0};
    unsigned count = LLVMCountParams(function);
    for (unsigned i = 1; i < count; i++) {
        LLVMTypeRef type = LLVMTypeOf(LLVMGetParam(function, i));
        vec_push(&words, LLVMBuildLoad2(f.builder, type, memory_at(&f, pack, 8 * (uint64_t)(i - 1)), ""));
    }
    LLVMValueRef called = function_call(&f, function, words.data, words.len);
    memory_store_value(&f, result, function_unpack(&f, result, called), pack, 0);
    function_return(&f, (Value){0});
    function_end(&f);
    return thunk;
}

// A cold function with the parameters of f's: packs them, so that f's own frame has no room for that.
static LLVMValueRef segment_function(Function *outer) {
    Unit *unit = outer->unit;
    unsigned count = LLVMCountParams(outer->function);
    VEC(LLVMTypeRef) types = {0};
    for (unsigned i = 1; i < count; i++)
        vec_push(&types, LLVMTypeOf(LLVMGetParam(outer->function, i)));
    LLVMTypeRef result = LLVMGetReturnType(LLVMGlobalGetValueType(outer->function));
    LLVMValueRef function = function_declare(unit, "segment", result, types.data, count - 1);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "noinline", 0);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "cold", 0);
    Function f;
    function_begin(&f, unit, function, NULL, MODE_NORMAL, outer->result, (Span){0});
    uint64_t cells = count - 1 > REPR_MAX_WORDS ? count - 1 : REPR_MAX_WORDS;
    LLVMValueRef pack = function_alloca(&f, LLVMArrayType2(unit->i64, cells), "pack");
    for (unsigned i = 1; i < count; i++)
        LLVMBuildStore(f.builder, LLVMGetParam(function, i), memory_at(&f, pack, 8 * (uint64_t)(i - 1)));
    RUNTIME(&f, fl_run_on_segment, f.process, segment_thunk(unit, outer->function, outer->result), pack);
    function_return(&f, memory_load_value(&f, outer->result, pack, 0));
    function_end(&f);
    return function;
}

static void check_stack(Function *f) {
    LLVMBasicBlockRef cold = function_block(f, "poll"), full = function_block(f, "full"), go = function_block(f, "go");
    function_branch_cold(f, below_limit(f), cold, go);
    function_enter(f, cold);
    LLVMBuildCondBr(f->builder, RUNTIME(f, fl_poll_stack, f->process), full, go);
    function_enter(f, full);
    Words words = {0};
    for (unsigned i = 1; i < LLVMCountParams(f->function); i++)
        vec_push(&words, LLVMGetParam(f->function, i));
    function_tail_call(f, segment_function(f), words.data, words.len);
    function_unreachable(f);
    function_enter(f, go);
}

void poll_entry(Function *f, Poll poll) {
    if (poll == POLL_SLICE)
        poll_slice(f);
    else if (poll == POLL_STACK)
        check_stack(f);
}
