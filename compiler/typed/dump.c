// `--dump=types`: every instance with the types that inference gave its parameters, captured and local variables and
// its result; every process kind with what is sent to it. One line each, in the order of the program.
#include "compiler/typed/node.h"

static void walk_tree(StringBuilder *out, const Tree *tree);
static void walk_pattern(StringBuilder *out, const TreePattern *pattern);

static void dump_local(StringBuilder *out, const Local *local) {
    sb_addf(out, "    %s: ", name_text(local->name));
    type_print(out, local->type);
    sb_add_char(out, '\n');
}

static void walk_trees(StringBuilder *out, Tree *const *trees, size_t count) {
    for (size_t i = 0; i < count; i++)
        walk_tree(out, trees[i]);
}

static void walk_members(StringBuilder *out, const TreePattern *pattern) {
    for (size_t i = 0; i < pattern->members.count; i++)
        walk_pattern(out, pattern->members.entries[i].pattern);
}

static void walk_list_pattern(StringBuilder *out, const TreePattern *pattern) {
    for (size_t i = 0; i < pattern->list.count; i++)
        walk_pattern(out, pattern->list.elements[i]);
    walk_pattern(out, pattern->list.rest);
}

static void walk_pattern(StringBuilder *out, const TreePattern *pattern) {
    if (!pattern)
        return;
    switch (pattern->kind) {
    case TREE_PATTERN_ANY:
    case TREE_PATTERN_CONSTANT:
    case TREE_PATTERN_FAIL:
        break;
    case TREE_PATTERN_BIND:
        dump_local(out, pattern->bind.local);
        walk_pattern(out, pattern->bind.inner);
        break;
    case TREE_PATTERN_MEMBERS:
        walk_members(out, pattern);
        break;
    case TREE_PATTERN_RECORD:
        for (size_t i = 0; i < pattern->record.count; i++)
            walk_pattern(out, pattern->record.fields[i].pattern);
        break;
    case TREE_PATTERN_LIST:
        walk_list_pattern(out, pattern);
        break;
    case TREE_PATTERN_GUARD:
        walk_pattern(out, pattern->guard.inner);
        walk_tree(out, pattern->guard.condition);
        break;
    }
}

static void walk_arms(StringBuilder *out, const TreeArm *arms, size_t count) {
    for (size_t i = 0; i < count; i++) {
        walk_pattern(out, arms[i].pattern);
        walk_tree(out, arms[i].body);
    }
}

static void walk_loop(StringBuilder *out, const Tree *tree) {
    for (size_t i = 0; i < tree->loop.count; i++) {
        const TreeClause *clause = &tree->loop.clauses[i];
        walk_tree(out, clause->source);
        walk_tree(out, clause->end);
        walk_pattern(out, clause->pattern);
    }
    walk_tree(out, tree->loop.body);
}

static void walk_options(StringBuilder *out, const TreeSpawnOptions *options) {
    if (!options)
        return;
    walk_trees(out,
               (Tree *const[]){options->name, options->link, options->monitor, options->mailbox, options->overflow,
                               options->memory, options->stack},
               7);
}

static void walk_child_options(StringBuilder *out, const TreeChild *child) {
    walk_trees(out, (Tree *const[]){child->restart, child->shutdown, child->significant, child->name}, 4);
}

static void walk_supervisor(StringBuilder *out, const Tree *tree) {
    walk_trees(out,
               (Tree *const[]){tree->supervisor.target, tree->supervisor.strategy, tree->supervisor.restarts,
                               tree->supervisor.within, tree->supervisor.auto_shutdown, tree->supervisor.name},
               6);
    if (tree->supervisor.model)
        walk_child_options(out, tree->supervisor.model);
    for (size_t i = 0; i < tree->supervisor.count; i++) {
        const TreeChild *child = &tree->supervisor.children[i];
        walk_tree(out, child->repeat);
        if (child->element)
            dump_local(out, child->element);
        walk_tree(out, child->id);
        walk_trees(out, child->start.arguments, child->start.count);
        walk_child_options(out, child);
    }
}

static void walk_request(StringBuilder *out, const Tree *tree) {
    walk_tree(out, tree->request.pid);
    if (tree->request.reply_to)
        dump_local(out, tree->request.reply_to);
    walk_tree(out, tree->request.message);
    walk_tree(out, tree->request.timeout);
}

// Nodes that hold patterns or several lists; the others are in walk_tree.
static void walk_binding_tree(StringBuilder *out, const Tree *tree) {
    switch (tree->kind) {
    case TREE_LET:
        walk_tree(out, tree->let.value);
        walk_pattern(out, tree->let.pattern);
        break;
    case TREE_MATCH:
        walk_tree(out, tree->match.value);
        walk_arms(out, tree->match.arms, tree->match.count);
        break;
    case TREE_IS:
        walk_tree(out, tree->is.value);
        walk_pattern(out, tree->is.pattern);
        break;
    case TREE_RECEIVE:
        walk_arms(out, tree->receive.arms, tree->receive.count);
        walk_tree(out, tree->receive.timeout);
        walk_tree(out, tree->receive.after);
        break;
    case TREE_FOR:
    case TREE_COMPREHENSION:
        walk_loop(out, tree);
        break;
    case TREE_SPAWN:
        walk_trees(out, tree->spawn.start.arguments, tree->spawn.start.count);
        walk_options(out, tree->spawn.options);
        break;
    case TREE_REQUEST:
        walk_request(out, tree);
        break;
    case TREE_SUPERVISOR:
        walk_supervisor(out, tree);
        break;
    default:
        break;
    }
}

static void walk_tree(StringBuilder *out, const Tree *tree) {
    if (!tree)
        return;
    switch (tree->kind) {
    case TREE_BLOCK:
        walk_trees(out, tree->block.statements, tree->block.count);
        walk_tree(out, tree->block.result);
        break;
    case TREE_DEFER:
        walk_tree(out, tree->defer.body);
        break;
    case TREE_CALL:
        walk_trees(out, tree->call.arguments, tree->call.count);
        break;
    case TREE_CALL_CLOSURE:
        walk_tree(out, tree->closure_call.callee);
        walk_trees(out, tree->closure_call.arguments, tree->closure_call.count);
        break;
    case TREE_CLOSURE:
        walk_trees(out, tree->closure.captures, tree->closure.count);
        break;
    case TREE_RECORD:
        walk_trees(out, tree->record.values, type_resolve(tree->type)->record.count);
        break;
    case TREE_FIELD:
        walk_tree(out, tree->field.record);
        break;
    case TREE_WITH:
        walk_tree(out, tree->with.record);
        walk_trees(out, tree->with.values, tree->with.count);
        break;
    case TREE_LIST:
    case TREE_CONCAT:
        walk_trees(out, tree->list.elements, tree->list.count);
        break;
    case TREE_INDEX:
        walk_trees(out, (Tree *const[]){tree->index.list, tree->index.position}, 2);
        break;
    case TREE_SLICE:
        walk_trees(out, (Tree *const[]){tree->slice.list, tree->slice.from, tree->slice.to}, 3);
        break;
    case TREE_APPEND:
    case TREE_BINARY:
        walk_trees(out, (Tree *const[]){tree->binary.left, tree->binary.right}, 2);
        break;
    case TREE_LENGTH:
    case TREE_NEGATE:
    case TREE_NOT:
    case TREE_TEXT:
    case TREE_EARLY_RETURN:
    case TREE_COERCE:
        walk_tree(out, tree->operand);
        break;
    case TREE_IF:
        walk_trees(out, (Tree *const[]){tree->if_.condition, tree->if_.then, tree->if_.otherwise}, 3);
        break;
    case TREE_BUILTIN:
        walk_trees(out, tree->builtin.arguments, tree->builtin.count);
        break;
    case TREE_FOREIGN:
        walk_trees(out, tree->foreign.arguments, tree->foreign.count);
        break;
    case TREE_SEND:
        walk_trees(out, (Tree *const[]){tree->send.pid, tree->send.message}, 2);
        break;
    case TREE_CONSTANT:
    case TREE_LOCAL:
    case TREE_SELF:
        break;
    default:
        walk_binding_tree(out, tree);
    }
}

static void dump_place(StringBuilder *out, Span span) {
    if (span.file) {
        SourcePlace place = span_place(span);
        sb_addf(out, "%s:%u:%u", span.file->path, place.line, place.column);
    }
}

static void dump_instance(StringBuilder *out, const Instance *instance) {
    sb_addf(out, "%s(", instance->name ? name_text(instance->name) : "lambda");
    for (size_t i = 0; i < instance->parameter_count; i++) {
        sb_addf(out, "%s%s: ", i ? ", " : "", name_text(instance->parameters[i]->name));
        type_print(out, instance->parameters[i]->type);
    }
    sb_add(out, ") ");
    type_print(out, instance->result);
    sb_add(out, "  // ");
    dump_place(out, instance->span);
    sb_add_char(out, '\n');
    for (size_t i = 0; instance->closure && i < instance->closure->capture_count; i++)
        dump_local(out, instance->captures[i]);
    walk_tree(out, instance->body);
}

static void dump_kind(StringBuilder *out, const Kind *kind) {
    sb_addf(out, "process %s receives ", name_text(kind->function));
    type_print(out, kind->sent ? kind->sent : type_never);
    sb_addf(out, "%s  // ", kind->any ? ", also untyped" : "");
    dump_place(out, kind->span);
    sb_add_char(out, '\n');
}

void typed_dump(StringBuilder *out, const TypedProgram *program) {
    for (size_t i = 0; i < program->instance_count; i++)
        dump_instance(out, program->instances[i]);
    for (size_t i = 0; i < program->kind_count; i++)
        dump_kind(out, program->kinds[i]);
}
