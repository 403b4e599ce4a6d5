// Relations between two types: equal, fits, overlaps. Types without knots are finite, their answers are remembered for
// good. Recursive types are walked with the list of pairs above: a pair met again is assumed to be equal or to fit
// (greatest fixed point), but not to overlap (a common value is finite, so it must be found without coming round).
#include "compiler/typed/type.h"

#include <string.h>

#include "compiler/typed/node.h"

typedef bool Relation(const Type *a, const Type *b);

typedef struct Pair {
    const Type *a, *b;
    Relation *relation;
    const struct Pair *above;
} Pair;

static const Pair *pairs_above;

static bool pair_is_above(Relation *relation, const Type *a, const Type *b) {
    for (const Pair *pair = pairs_above; pair; pair = pair->above)
        if (pair->a == a && pair->b == b && pair->relation == relation)
            return true;
    return false;
}

// ---- memory of answers about types without knots -------------------------------------------------------------------

typedef struct Answer {
    uint64_t key; // ids of both, 0 is free (a pair of equal pointers is never kept)
    bool value;
} Answer;

typedef struct Memo {
    Answer *answers;
    size_t slot_count, len;
} Memo;

static Memo overlap_memo, fit_memo;

void type_relate_reset(void) {
    overlap_memo = fit_memo = (Memo){0};
    pairs_above = NULL;
}

static Answer *memo_slot(const Memo *memo, uint64_t key) {
    uint64_t mixed = key * 0x9E3779B97F4A7C15u; // the id of `a` reaches its upper half only
    size_t at = (size_t)(mixed >> 32) & (memo->slot_count - 1);
    while (memo->answers[at].key && memo->answers[at].key != key)
        at = (at + 1) & (memo->slot_count - 1);
    return &memo->answers[at];
}

static void memo_grow(Memo *memo) {
    Memo larger = {.slot_count = memo->slot_count ? memo->slot_count * 2 : 1024, .len = memo->len};
    larger.answers = mem_alloc_data(larger.slot_count * sizeof(Answer));
    for (size_t i = 0; i < memo->slot_count; i++)
        if (memo->answers[i].key)
            *memo_slot(&larger, memo->answers[i].key) = memo->answers[i];
    *memo = larger;
}

static bool remembered(Memo *memo, Relation *relation, const Type *a, const Type *b) {
    uint64_t key = (uint64_t)a->id << 32 | b->id;
    if (memo->slot_count) {
        Answer *known = memo_slot(memo, key);
        if (known->key)
            return known->value;
    }
    bool value = relation(a, b);
    if (memo->len * 2 >= memo->slot_count)
        memo_grow(memo);
    Answer *slot = memo_slot(memo, key);
    memo->len += slot->key == 0;
    *slot = (Answer){.key = key, .value = value};
    return value;
}

static bool walked(Relation *relation, const Type *a, const Type *b) {
    Pair here = {.a = a, .b = b, .relation = relation, .above = pairs_above};
    pairs_above = &here;
    bool value = relation(a, b);
    pairs_above = here.above;
    return value;
}

// ---- equality ------------------------------------------------------------------------------------------------------

static bool equal_fields(const Type *a, const Type *b) {
    if (a->record.shape != b->record.shape)
        return false;
    for (size_t i = 0; i < a->record.count; i++)
        if (!type_equal(a->record.fields[i].type, b->record.fields[i].type))
            return false;
    return true;
}

static bool equal_functions(const Type *a, const Type *b) {
    if (a->function.count != b->function.count || a->function.parameter_count != b->function.parameter_count ||
        !a->function.result != !b->function.result)
        return false;
    for (size_t i = 0; i < a->function.count; i++)
        if (a->function.closures[i] != b->function.closures[i])
            return false;
    for (size_t i = 0; i < a->function.parameter_count; i++)
        if (!type_equal(a->function.parameters[i], b->function.parameters[i]))
            return false;
    return !a->function.result || type_equal(a->function.result, b->function.result);
}

static bool has_equal_member(const Type *members, const Type *wanted) {
    for (size_t i = 0; i < members->members.count; i++)
        if (type_equal(members->members.types[i], wanted))
            return true;
    return false;
}

// One direction is enough: the counts are equal and no two members of a union are.
static bool equal_members(const Type *a, const Type *b) {
    if (a->members.count != b->members.count)
        return false;
    for (size_t i = 0; i < a->members.count; i++)
        if (!has_equal_member(b, a->members.types[i]))
            return false;
    return true;
}

static bool equal_nodes(const Type *a, const Type *b) {
    switch (a->kind) {
    case TYPE_RECORD:
        return equal_fields(a, b);
    case TYPE_LIST:
        return type_equal(a->element, b->element);
    case TYPE_MAP:
        return !a->map.value == !b->map.value && type_equal(a->map.key, b->map.key) &&
               (!a->map.value || type_equal(a->map.value, b->map.value));
    case TYPE_UNION:
        return equal_members(a, b);
    case TYPE_FUNCTION:
        return equal_functions(a, b);
    case TYPE_PID:
        return a->pid.message && b->pid.message && type_equal(a->pid.message, b->pid.message);
    default:
        return false; // leaves are equal by pointer only, knots without a target too
    }
}

bool type_equal(const Type *a, const Type *b) {
    a = type_resolve(a);
    b = type_resolve(b);
    if (a == b)
        return true;
    if (a->kind != b->kind || (!a->has_knot && !b->has_knot))
        return false;
    return pair_is_above(equal_nodes, a, b) || walked(equal_nodes, a, b);
}

// ---- fits ----------------------------------------------------------------------------------------------------------

static bool pid_fits(const Type *sub, const Type *super) {
    if (super->pid.any || sub->pid.any || !super->pid.message)
        return super->pid.any || sub->pid.any || type_join_pids(sub, super) == super;
    // What kinds accept is the checker's to prove, where they flow into the annotation.
    return !sub->pid.message || type_fits(super->pid.message, sub->pid.message);
}

static bool arrow_fits(const Type *sub, const Type *super) {
    if (sub->function.parameter_count != super->function.parameter_count)
        return false;
    for (size_t i = 0; i < sub->function.parameter_count; i++)
        if (!type_fits(super->function.parameters[i], sub->function.parameters[i]))
            return false;
    return type_fits(sub->function.result, super->function.result);
}

static bool function_fits(const Type *sub, const Type *super) {
    if (super->function.result)
        return !sub->function.result ||
               arrow_fits(sub, super); // closures are checked against it where they flow into it
    return !sub->function.result && type_join_functions(sub, super) == super;
}

static bool record_fits(const Type *sub, const Type *super) {
    for (size_t i = 0; i < super->record.count; i++) {
        const Type *field = type_field(sub, super->record.fields[i].name);
        if (!field || !type_fits(field, super->record.fields[i].type))
            return false;
    }
    return true;
}

static bool literal_fits(TypeKind literal, TypeKind base) {
    return (literal == TYPE_LITERAL_BOOL && base == TYPE_BOOL) || (literal == TYPE_LITERAL_INT && base == TYPE_INT) ||
           (literal == TYPE_LITERAL_STRING && base == TYPE_STRING);
}

static bool single_fits(const Type *sub, const Type *super) {
    if (sub->kind != super->kind)
        return literal_fits(sub->kind, super->kind);
    switch (sub->kind) {
    case TYPE_RECORD:
        return record_fits(sub, super);
    case TYPE_LIST:
        return type_fits(sub->element, super->element);
    case TYPE_MAP:
        return !sub->map.value == !super->map.value && type_fits(sub->map.key, super->map.key) &&
               (!sub->map.value || type_fits(sub->map.value, super->map.value));
    case TYPE_PID:
        return pid_fits(sub, super);
    case TYPE_FUNCTION:
        return function_fits(sub, super);
    default:
        return false;
    }
}

static bool every_member_fits(const Type *sub, const Type *super) {
    for (size_t i = 0; i < sub->members.count; i++)
        if (!type_fits(sub->members.types[i], super))
            return false;
    return true;
}

static bool fits_nodes(const Type *sub, const Type *super) {
    if (sub->kind == TYPE_UNION)
        return every_member_fits(sub, super);
    if (super->kind != TYPE_UNION) // bool is true | false
        return single_fits(sub, super);
    if (sub->kind == TYPE_BOOL && type_fits(type_literal_bool(true), super) &&
        type_fits(type_literal_bool(false), super))
        return true;
    for (size_t i = 0; i < super->members.count; i++)
        if (type_fits(sub, super->members.types[i]))
            return true;
    return false;
}

bool type_fits(const Type *sub, const Type *super) {
    sub = type_resolve(sub);
    super = type_resolve(super);
    if (sub == super || sub->kind == TYPE_NEVER)
        return true;
    if (!sub->has_knot && !super->has_knot)
        return remembered(&fit_memo, fits_nodes, sub, super);
    return pair_is_above(fits_nodes, sub, super) || walked(fits_nodes, sub, super);
}

// Of two members that a value fits, the one that says more of it.
static bool says_more(const Type *member, const Type *than) {
    if (type_fits(member, than))
        return true;
    return member->kind == TYPE_RECORD && member->record.count > than->record.count && !type_fits(than, member);
}

const Type *type_best_member(const Type *sub, const Type *super) {
    sub = type_resolve(sub);
    const Type *best = NULL;
    for (size_t i = 0; i < type_member_count(super); i++) {
        const Type *member = type_resolve(type_member(super, i));
        if (member == sub)
            return member;
        if (!type_fits(sub, member))
            continue;
        if (!best || says_more(member, best))
            best = member;
    }
    return best;
}

// ---- overlap -------------------------------------------------------------------------------------------------------

static bool records_overlap(const Type *a, const Type *b) {
    if (a->record.shape != b->record.shape)
        return false;
    for (size_t i = 0; i < a->record.count; i++)
        if (!type_overlaps(a->record.fields[i].type, b->record.fields[i].type))
            return false;
    return true;
}

static bool some_member_overlaps(const Type *members, const Type *other) {
    for (size_t i = 0; i < members->members.count; i++)
        if (type_overlaps(members->members.types[i], other))
            return true;
    return false;
}

static bool overlap_nodes(const Type *a, const Type *b) {
    if (a->kind == TYPE_UNION)
        return some_member_overlaps(a, b);
    if (b->kind == TYPE_UNION)
        return some_member_overlaps(b, a);
    if (a->kind != b->kind)
        return literal_fits(a->kind, b->kind) || literal_fits(b->kind, a->kind);
    if (a->kind == TYPE_RECORD)
        return records_overlap(a, b);
    if (a->kind == TYPE_MAP)
        return !a->map.value == !b->map.value;                                      // both may be empty
    return a->kind == TYPE_LIST || a->kind == TYPE_PID || a->kind == TYPE_FUNCTION; // other leaves are equal by pointer
}

bool type_overlaps(const Type *a, const Type *b) {
    a = type_resolve(a);
    b = type_resolve(b);
    // Never has no value, but a record with such a field is not yet known well enough to be told apart; nor is an open
    // knot.
    if (a == b || a->kind == TYPE_NEVER || b->kind == TYPE_NEVER || a->kind == TYPE_KNOT || b->kind == TYPE_KNOT)
        return true;
    if (!a->has_knot && !b->has_knot)
        return remembered(&overlap_memo, overlap_nodes, a, b);
    return !pair_is_above(overlap_nodes, a, b) && walked(overlap_nodes, a, b);
}
