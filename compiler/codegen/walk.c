// Walking trees: direct children of any node, and the variables that a piece of a tree takes from outside.
#include "compiler/codegen/lower.h"

static void visit_all(Tree *const *trees, size_t count, WalkTree visit, void *context) {
    for (size_t i = 0; i < count; i++)
        visit(trees[i], context);
}

static void visit_some(const Tree *tree, WalkTree visit, void *context) {
    if (tree)
        visit(tree, context);
}

typedef void (*WalkPattern)(const TreePattern *pattern, void *context);

// The pattern and those within it, outer first.
static void walk_pattern(const TreePattern *pattern, WalkPattern visit, void *context) {
    if (!pattern)
        return;
    visit(pattern, context);
    switch (pattern->kind) {
    case TREE_PATTERN_BIND:
        walk_pattern(pattern->bind.inner, visit, context);
        break;
    case TREE_PATTERN_MEMBERS:
        for (size_t i = 0; i < pattern->members.count; i++)
            walk_pattern(pattern->members.entries[i].pattern, visit, context);
        break;
    case TREE_PATTERN_RECORD:
        for (size_t i = 0; i < pattern->record.count; i++)
            walk_pattern(pattern->record.fields[i].pattern, visit, context);
        break;
    case TREE_PATTERN_LIST:
        for (size_t i = 0; i < pattern->list.count; i++)
            walk_pattern(pattern->list.elements[i], visit, context);
        walk_pattern(pattern->list.rest, visit, context);
        break;
    case TREE_PATTERN_GUARD:
        walk_pattern(pattern->guard.inner, visit, context);
        break;
    default:
        break;
    }
}

// Calls `visit` with each pattern that belongs to the node itself.
static void walk_patterns(const Tree *tree, WalkPattern visit, void *context) {
    switch (tree->kind) {
    case TREE_LET:
        walk_pattern(tree->let.pattern, visit, context);
        break;
    case TREE_IS:
        walk_pattern(tree->is.pattern, visit, context);
        break;
    case TREE_MATCH:
        for (size_t i = 0; i < tree->match.count; i++)
            walk_pattern(tree->match.arms[i].pattern, visit, context);
        break;
    case TREE_RECEIVE:
        for (size_t i = 0; i < tree->receive.count; i++)
            walk_pattern(tree->receive.arms[i].pattern, visit, context);
        break;
    case TREE_FOR:
    case TREE_COMPREHENSION:
        for (size_t i = 0; i < tree->loop.count; i++)
            walk_pattern(tree->loop.clauses[i].pattern, visit, context);
        break;
    default:
        break;
    }
}

typedef struct Guards {
    WalkTree visit;
    void *context;
} Guards;

static void visit_guard(const TreePattern *pattern, void *context) {
    const Guards *guards = context;
    if (pattern->kind == TREE_PATTERN_GUARD)
        guards->visit(pattern->guard.condition, guards->context);
}

static void walk_start(const TreeStart *start, WalkTree visit, void *context) {
    visit_all(start->arguments, start->count, visit, context);
}

static void walk_spawn(const Tree *tree, WalkTree visit, void *context) {
    walk_start(&tree->spawn.start, visit, context);
    const TreeSpawnOptions *options = tree->spawn.options;
    if (!options)
        return;
    const Tree *given[] = {options->name,     options->link,   options->monitor, options->mailbox,
                           options->overflow, options->memory, options->stack};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        visit_some(given[i], visit, context);
}

static void walk_child_options(const TreeChild *child, WalkTree visit, void *context) {
    visit_some(child->restart, visit, context);
    visit_some(child->shutdown, visit, context);
    visit_some(child->significant, visit, context);
    visit_some(child->name, visit, context);
}

static void walk_supervisor(const Tree *tree, WalkTree visit, void *context) {
    visit_some(tree->supervisor.strategy, visit, context);
    visit_some(tree->supervisor.restarts, visit, context);
    visit_some(tree->supervisor.within, visit, context);
    visit_some(tree->supervisor.auto_shutdown, visit, context);
    visit_some(tree->supervisor.name, visit, context);
    visit_some(tree->supervisor.target, visit, context);
    if (tree->supervisor.model)
        walk_child_options(tree->supervisor.model, visit, context);
    for (size_t i = 0; i < tree->supervisor.count; i++) {
        const TreeChild *child = &tree->supervisor.children[i];
        visit_some(child->repeat, visit, context);
        visit_some(child->id, visit, context);
        walk_start(&child->start, visit, context);
        walk_child_options(child, visit, context);
    }
}

static void walk_loop(const Tree *tree, WalkTree visit, void *context) {
    for (size_t i = 0; i < tree->loop.count; i++) {
        visit_some(tree->loop.clauses[i].source, visit, context);
        visit_some(tree->loop.clauses[i].end, visit, context);
    }
    visit(tree->loop.body, context);
}

static void walk_arms(const TreeArm *arms, size_t count, WalkTree visit, void *context) {
    for (size_t i = 0; i < count; i++)
        visit(arms[i].body, context);
}

static void walk_trees(const Tree *tree, WalkTree visit, void *context) {
    switch (tree->kind) {
    case TREE_CONSTANT:
    case TREE_LOCAL:
    case TREE_SELF:
        break;
    case TREE_BLOCK:
        visit_all(tree->block.statements, tree->block.count, visit, context);
        visit_some(tree->block.result, visit, context);
        break;
    case TREE_LET:
        visit(tree->let.value, context);
        break;
    case TREE_DEFER:
        visit(tree->defer.body, context);
        break;
    case TREE_CALL:
        visit_all(tree->call.arguments, tree->call.count, visit, context);
        break;
    case TREE_CALL_CLOSURE:
        visit(tree->closure_call.callee, context);
        visit_all(tree->closure_call.arguments, tree->closure_call.count, visit, context);
        break;
    case TREE_CLOSURE:
        visit_all(tree->closure.captures, tree->closure.count, visit, context);
        break;
    case TREE_RECORD:
        visit_all(tree->record.values, type_resolve(tree->type)->record.count, visit, context);
        break;
    case TREE_FIELD:
        visit(tree->field.record, context);
        break;
    case TREE_WITH:
        visit(tree->with.record, context);
        visit_all(tree->with.values, tree->with.count, visit, context);
        break;
    case TREE_LIST:
    case TREE_CONCAT:
        visit_all(tree->list.elements, tree->list.count, visit, context);
        break;
    case TREE_INDEX:
        visit(tree->index.list, context);
        visit(tree->index.position, context);
        break;
    case TREE_SLICE:
        visit(tree->slice.list, context);
        visit_some(tree->slice.from, visit, context);
        visit_some(tree->slice.to, visit, context);
        break;
    case TREE_APPEND:
    case TREE_BINARY:
        visit(tree->binary.left, context);
        visit(tree->binary.right, context);
        break;
    case TREE_LENGTH:
    case TREE_NEGATE:
    case TREE_NOT:
    case TREE_TEXT:
    case TREE_EARLY_RETURN:
    case TREE_COERCE:
        visit(tree->operand, context);
        break;
    case TREE_IF:
        visit(tree->if_.condition, context);
        visit(tree->if_.then, context);
        visit_some(tree->if_.otherwise, visit, context);
        break;
    case TREE_MATCH:
        visit(tree->match.value, context);
        walk_arms(tree->match.arms, tree->match.count, visit, context);
        visit_some(tree->match.refused, visit, context);
        break;
    case TREE_IS:
        visit(tree->is.value, context);
        break;
    case TREE_FOR:
    case TREE_COMPREHENSION:
        walk_loop(tree, visit, context);
        break;
    case TREE_BUILTIN:
        visit_all(tree->builtin.arguments, tree->builtin.count, visit, context);
        break;
    case TREE_FOREIGN:
        visit_all(tree->foreign.arguments, tree->foreign.count, visit, context);
        break;
    case TREE_SPAWN:
        walk_spawn(tree, visit, context);
        break;
    case TREE_SEND:
        visit(tree->send.pid, context);
        visit(tree->send.message, context);
        break;
    case TREE_RECEIVE:
        visit_some(tree->receive.timeout, visit, context);
        walk_arms(tree->receive.arms, tree->receive.count, visit, context);
        visit_some(tree->receive.after, visit, context);
        break;
    case TREE_REQUEST:
        visit(tree->request.pid, context);
        visit(tree->request.message, context);
        visit_some(tree->request.timeout, visit, context);
        break;
    case TREE_SUPERVISOR:
        walk_supervisor(tree, visit, context);
        break;
    }
}

void walk_children(const Tree *tree, WalkTree visit, void *context) {
    Guards guards = {visit, context};
    walk_patterns(tree, visit_guard, &guards);
    walk_trees(tree, visit, context);
}

// ---- free variables ------------------------------------------------------------------------------------------------

typedef struct Variables {
    Map read, bound; // sets of Local
} Variables;

static void note_binding(const TreePattern *pattern, void *context) {
    Variables *variables = context;
    if (pattern->kind == TREE_PATTERN_BIND)
        map_add(&variables->bound, pattern->bind.local);
}

static void note(const Tree *tree, void *context) {
    Variables *variables = context;
    if (tree->kind == TREE_LOCAL)
        map_add(&variables->read, tree->local);
    if (tree->kind == TREE_REQUEST)
        map_add(&variables->bound, tree->request.reply_to);
    if (tree->kind == TREE_SUPERVISOR)
        for (size_t i = 0; i < tree->supervisor.count; i++)
            if (tree->supervisor.children[i].element)
                map_add(&variables->bound, tree->supervisor.children[i].element);
    walk_patterns(tree, note_binding, variables);
    walk_children(tree, note, variables);
}

void walk_free_locals(const Tree *tree, LocalVec *out) {
    Variables variables = {0};
    note(tree, &variables);
    for (size_t i = 0; i < variables.read.len; i++)
        if (!map_has(&variables.bound, variables.read.entries[i].key))
            vec_push(out, variables.read.entries[i].key);
}

// ---- references ----------------------------------------------------------------------------------------------------

typedef struct References {
    Unit *unit;
    bool found;
} References;

static void note_reference(const TreePattern *pattern, void *context) {
    References *references = context;
    if (pattern->kind != TREE_PATTERN_BIND)
        return;
    const Repr *repr = represent_type(&references->unit->represent, pattern->bind.local->type);
    for (unsigned i = 0; i < repr->words; i++)
        references->found |= repr->word[i] == WORD_POINTER || repr->word[i] == WORD_TAGGED;
}

bool walk_binds_reference(Unit *unit, const TreePattern *pattern) {
    References references = {.unit = unit};
    walk_pattern(pattern, note_reference, &references);
    return references.found;
}
