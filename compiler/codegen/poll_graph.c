// Which functions poll at their entry. Those in cycles of calls do: the strongly connected groups of the graph of
// instances (Tarjan's algorithm). A group with a call that is not a tail call needs the check that can go on on the
// large segment; so do functions from which calls without a check go so deep that they might use up the slack that a
// check leaves. The same graph decides on calling conventions and on what is unrolled.
#include <string.h>

#include "compiler/codegen/lower.h"

// Bytes of stack that calls may take between two checks, by the estimate below; the rest of the slack is for C and for
// errors of the estimate.
enum { DEPTH_BUDGET = FL_STACK_SLACK / 2, FRAME_BASE = 96, FRAME_PER_NODE = 2, FRAME_MAX = 2048 };

typedef struct Edge {
    const Instance *to;
    bool tail;
} Edge;

typedef struct Node {
    VEC(Edge) edges;
    uint32_t order, low; // 0: not visited
    bool on_stack;
    uint32_t group; // 0: none yet; callees have lower ones
    uint32_t size;  // trees in the body
    uint32_t depth; // estimated bytes from its entry to the next check, by whatever way
    bool searches;  // it calls itself as the last operand of `&&` or `||`
    uint32_t link;  // by tail calls: instance id + 1 of another of its set, towards the set's root; 0: it is the root
    bool uneven;    // of a root: the set has a tail call between different parameters, or more than registers hold
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

static void add_value(const Tree *tree, void *context);

// Before the first `defer` of a block nothing is deferred yet: `early_return f()` is a tail call there.
static void add_deferring(Graph *graph, const Tree *tree) {
    unsigned before = graph->defers;
    for (size_t i = 0; i < tree->block.count; i++) {
        add_value(tree->block.statements[i], graph);
        graph->defers += tree->block.statements[i]->kind == TREE_DEFER;
    }
    if (tree->block.result)
        add_value(tree->block.result, graph);
    graph->defers = before;
}

static void add_value(const Tree *tree, void *context) {
    Graph *graph = context;
    graph->nodes[graph->instance->id].size++;
    if (tree->kind == TREE_EARLY_RETURN && graph->defers == 0) {
        add_tail(graph, tree->operand);
        return;
    }
    if (tree->kind == TREE_CALL || tree->kind == TREE_CALL_CLOSURE)
        add_calls(graph, tree, false);
    if (tree->kind == TREE_BLOCK && tree->block.has_defer)
        add_deferring(graph, tree);
    else
        walk_children(tree, add_value, graph);
}

static void add_arms(Graph *graph, const TreeArm *arms, size_t count) {
    for (size_t i = 0; i < count; i++) {
        Tree nothing = {.kind = TREE_SELF};
        Tree guards = {.kind = TREE_LET, .let = {arms[i].pattern, &nothing}};
        walk_children(&guards, add_value, graph);
        add_tail(graph, arms[i].body);
    }
}

static void add_last_operand(Graph *graph, const Tree *tree) {
    Node *node = &graph->nodes[graph->instance->id];
    size_t before = node->edges.len;
    add_tail(graph, tree);
    for (size_t i = before; i < node->edges.len; i++)
        node->searches |= node->edges.data[i].to == graph->instance;
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
    case TREE_BINARY:
        if (tail_is_logic(tree)) {
            add_value(tree->binary.left, graph);
            add_last_operand(graph, tree->binary.right);
        } else {
            add_value(tree, graph);
        }
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

static uint32_t frame_estimate(const Node *node) {
    uint32_t bytes = FRAME_BASE + FRAME_PER_NODE * node->size;
    return bytes < FRAME_MAX ? bytes : FRAME_MAX;
}

// Callees come first, so that their depth is known.
static void bound_depth(Graph *graph, const Instance *instance) {
    Node *node = &graph->nodes[instance->id];
    Poll *poll = &graph->unit->instances[instance->id].poll;
    uint32_t own = frame_estimate(node), total = own;
    for (size_t i = 0; i < node->edges.len; i++) {
        const Node *to = &graph->nodes[node->edges.data[i].to->id];
        if (to->group == node->group)
            continue;
        uint32_t depth = to->depth + (node->edges.data[i].tail ? 0 : own);
        total = depth > total ? depth : total;
    }
    if (total > DEPTH_BUDGET)
        *poll = POLL_STACK;
    node->depth = *poll == POLL_STACK ? own : total;
}

static void bound_depths(Graph *graph) {
    const TypedProgram *program = graph->unit->program;
    VEC(const Instance *) *members = mem_alloc((graph->next_group + 1) * sizeof *members);
    for (size_t i = 0; i < program->instance_count; i++)
        vec_push(&members[graph->nodes[program->instances[i]->id].group], program->instances[i]);
    for (uint32_t group = 1; group <= graph->next_group; group++)
        for (size_t i = 0; i < members[group].len; i++)
            bound_depth(graph, members[group].data[i]);
}

// ---- the calling convention
//
// With C's convention, a call in tail position can be the last act only between functions with the same parameters, all
// in registers. Where that holds for all tail calls from and to a function, and for those functions in turn, it has
// that convention: with tailcc the callee takes a word of arguments off the stack, which costs every other call two
// instructions more and a slow return.

enum { REGISTER_WORDS = 6 };

static Node *root_of(Graph *graph, uint32_t id) {
    Node *nodes = graph->nodes;
    while (nodes[id].link) {
        uint32_t next = nodes[id].link - 1;
        if (nodes[next].link) // the way becomes half as long each time
            nodes[id].link = nodes[next].link;
        id = next;
    }
    return &nodes[id];
}

static bool same_parameters(Unit *unit, const Instance *a, const Instance *b) {
    WordTypes left = {0}, right = {0};
    function_parameters(unit, a, &left);
    function_parameters(unit, b, &right);
    return left.len == right.len && (left.len == 0 || memcmp(left.data, right.data, left.len * sizeof *left.data) == 0);
}

static void join(Graph *graph, const Instance *from, const Instance *to) {
    Node *a = root_of(graph, from->id), *b = root_of(graph, to->id);
    a->uneven |= b->uneven || !same_parameters(graph->unit, from, to);
    if (a != b)
        b->link = (uint32_t)(a - graph->nodes) + 1;
}

static void choose_conventions(Graph *graph) {
    Unit *unit = graph->unit;
    const TypedProgram *program = unit->program;
    for (size_t i = 0; i < program->instance_count; i++) {
        const Instance *instance = program->instances[i];
        WordTypes words = {0};
        function_parameters(unit, instance, &words);
        root_of(graph, instance->id)->uneven |= words.len > REGISTER_WORDS;
        const Node *node = &graph->nodes[instance->id];
        for (size_t j = 0; j < node->edges.len; j++)
            if (node->edges.data[j].tail)
                join(graph, instance, node->edges.data[j].to);
    }
    for (size_t i = 0; i < program->instance_count; i++) {
        uint32_t id = program->instances[i]->id;
        unit->instances[id].plain = !root_of(graph, id)->uneven;
    }
}

// ---- recursion unrolled
//
// A small function that calls itself, other than as its last act, is inlined into itself, once or twice, as long as all
// copies together stay small: that halves or quarters the calls, frames and polls. One that calls itself only as its
// last act is a loop, whose body is repeated: a poll serves several rounds, and what one round has tested the next
// knows. Not if it searches: then it mostly ends after few rounds, and is better inlined as a whole where it is called.

enum { UNROLLED_SIZE = 200, UNROLLED_CALLS = 4, UNROLLED_MOST = 2 }; // trees of all copies; calls of itself in one
enum { ROUNDS_SIZE = 100, ROUNDS_MOST = 3 };

static uint32_t calls_of_itself(const Node *node, const Instance *instance, bool tail) {
    uint32_t calls = 0;
    for (size_t i = 0; i < node->edges.len; i++)
        calls += node->edges.data[i].to == instance && node->edges.data[i].tail == tail;
    return calls;
}

// How often `calls` calls of a function of that size can be replaced by its body.
static uint8_t copies_within(uint32_t size, uint32_t calls, uint32_t limit, uint8_t most) {
    uint32_t copies = 1, total = size;
    uint8_t times = 0;
    for (; times < most && calls > 0 && calls <= UNROLLED_CALLS; times++) {
        copies *= calls;
        total += copies * size;
        if (total > limit)
            break;
    }
    return times;
}

static void choose_unrolled(Graph *graph, const Instance *instance) {
    const Node *node = &graph->nodes[instance->id];
    InstanceCode *code = &graph->unit->instances[instance->id];
    uint32_t calls = calls_of_itself(node, instance, false);
    code->unrolled = copies_within(node->size, calls, UNROLLED_SIZE, UNROLLED_MOST);
    code->rounds = 0;
    if (calls == 0 && !node->searches && !graph->unit->options->debug)
        code->rounds = copies_within(node->size, calls_of_itself(node, instance, true), ROUNDS_SIZE, ROUNDS_MOST);
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
    bound_depths(&graph);
    choose_conventions(&graph);
    for (size_t i = 0; i < program->instance_count; i++)
        choose_unrolled(&graph, program->instances[i]);
}
