// The least type of a set of types. A set is first flattened to its members (no unions, no knots); the members are
// sorted into one bool, one int…, one list, one pid, one function, and *groups* of records that can't be told apart;
// every list and group gives one member, whose element or fields are sets of types again. All those sets consist of
// pieces of the types at the start, never of types made on the way: there are finitely many, so a set that is met again
// within itself becomes a knot and the walk ends for recursive types too.
#include "compiler/typed/type.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/base/map.h"
#include "compiler/typed/node.h"

enum { MAX_LITERALS = 16, MAX_RECORDS = 16, MAX_GROUPS_TRIED = 64 };

// A set whose type is being made.
typedef struct Open {
    const TypeVec *members;
    Type *knot; // made when the set is met again
    struct Open *above;
} Open;

static Open *open_sets;

// How sets are walked beyond joining: every type within is made anew then, literals widened or nested occurrences
// folded.
static struct {
    bool rebuild;
    bool widen;
    const TypeFold *fold;
} mode;

// What a set's members are sorted into.
typedef struct Bins {
    TypeVec plain;              // nil, int, float, string, bool as they are
    TypeVec bools, ints, texts; // literals
    TypeVec elements;           // of lists
    TypeVec keys, values;       // of maps
    TypeVec sets;               // their keys
    const Type *pid, *function;
    TypeVec records;
} Bins;

// Records that become one member, all of one shape.
typedef struct Group {
    TypeVec records;
} Group;
typedef VEC(Group) GroupVec;

static const Type *join_set(const TypeVec *set);

// ---- finished sets without knots -----------------------------------------------------------------------------------

typedef struct Finished {
    const Type **members;
    size_t count;
    uint32_t hash;
    const Type *type; // NULL: a free slot
} Finished;

static struct {
    Finished *slots;
    size_t slot_count, len;
} finished;

void type_join_reset(void) {
    finished.slots = NULL;
    finished.slot_count = finished.len = 0;
    open_sets = NULL;
}

static uint32_t set_hash(const TypeVec *set) {
    uint32_t hash = 0;
    for (size_t i = 0; i < set->len; i++)
        hash = (hash ^ set->data[i]->id) * 0x9E3779B1u + 0x7F4A7C15u;
    return hash ^ hash >> 15;
}

static Finished *finished_slot(uint32_t hash, const TypeVec *set) {
    size_t at = hash & (finished.slot_count - 1);
    for (; finished.slots[at].type; at = (at + 1) & (finished.slot_count - 1)) {
        const Finished *slot = &finished.slots[at];
        if (slot->hash == hash && set && slot->count == set->len &&
            memcmp(slot->members, set->data, set->len * sizeof(Type *)) == 0)
            break;
    }
    return &finished.slots[at];
}

static void finished_grow(void) {
    Finished *old = finished.slots;
    size_t old_count = finished.slot_count;
    finished.slot_count = old_count ? old_count * 2 : 256;
    finished.slots = mem_alloc(finished.slot_count * sizeof(Finished));
    for (size_t i = 0; i < old_count; i++)
        if (old[i].type)
            *finished_slot(old[i].hash, NULL) = old[i];
}

static void finished_add(const TypeVec *set, const Type *type) {
    if (finished.len * 2 >= finished.slot_count)
        finished_grow();
    uint32_t hash = set_hash(set);
    Finished *slot = finished_slot(hash, set);
    finished.len += slot->type == NULL;
    *slot = (Finished){.members = set->data, .count = set->len, .hash = hash, .type = type};
}

static const Type *finished_find(const TypeVec *set) {
    return finished.slot_count ? finished_slot(set_hash(set), set)->type : NULL;
}

// ---- flattening ----------------------------------------------------------------------------------------------------

static int compare_ids(const void *a, const void *b) {
    uint32_t x = (*(const Type *const *)a)->id, y = (*(const Type *const *)b)->id;
    return (x > y) - (x < y);
}

static const Type *widen_literal(const Type *type) {
    switch (type->kind) {
    case TYPE_LITERAL_BOOL:
        return type_bool;
    case TYPE_LITERAL_INT:
        return type_int;
    case TYPE_LITERAL_STRING:
        return type_string;
    default:
        return type;
    }
}

// The members of all types in the set, sorted by id, each once.
static TypeVec flatten(const TypeVec *set) {
    TypeVec members = {0};
    for (size_t i = 0; i < set->len; i++)
        for (size_t k = 0; k < type_member_count(set->data[i]); k++)
            vec_push(&members, type_resolve(type_member(set->data[i], k)));
    for (size_t i = 0; mode.widen && i < members.len; i++)
        members.data[i] = widen_literal(members.data[i]);
    if (members.len < 2)
        return members;
    qsort(members.data, members.len, sizeof(*members.data), compare_ids);
    size_t kept = 1;
    for (size_t i = 1; i < members.len; i++)
        if (members.data[i] != members.data[kept - 1])
            members.data[kept++] = members.data[i];
    members.len = kept;
    return members;
}

static void sort_member(Bins *bins, const Type *member) {
    switch (member->kind) {
    case TYPE_LITERAL_BOOL:
        vec_push(&bins->bools, member);
        break;
    case TYPE_LITERAL_INT:
        vec_push(&bins->ints, member);
        break;
    case TYPE_LITERAL_STRING:
        vec_push(&bins->texts, member);
        break;
    case TYPE_PID:
        bins->pid = bins->pid ? type_join_pids(bins->pid, member) : member;
        break;
    case TYPE_FUNCTION:
        bins->function = bins->function ? type_join_functions(bins->function, member) : member;
        break;
    case TYPE_LIST:
        vec_push(&bins->elements, member->element);
        break;
    case TYPE_MAP:
        vec_push(member->map.value ? &bins->keys : &bins->sets, member->map.key);
        if (member->map.value)
            vec_push(&bins->values, member->map.value);
        break;
    case TYPE_RECORD:
        vec_push(&bins->records, member);
        break;
    default:
        vec_push(&bins->plain, member);
    }
}

static void add_literals(TypeVec *out, const TypeVec *literals, const Type *base, size_t limit) {
    if (type_vec_has(out, base))
        return;
    if (literals->len > limit) {
        vec_push(out, base);
        return;
    }
    for (size_t i = 0; i < literals->len; i++)
        vec_push(out, literals->data[i]);
}

// ---- groups of records ---------------------------------------------------------------------------------------------

static bool some_overlap(const TypeVec *a, const TypeVec *b, size_t field) {
    for (size_t i = 0; i < a->len; i++)
        for (size_t k = 0; k < b->len; k++)
            if (type_overlaps(a->data[i]->record.fields[field].type, b->data[k]->record.fields[field].type))
                return true;
    return false;
}

// Whether the records that both groups would give could not be told apart: their fields overlap one by one.
static bool groups_overlap(const Group *a, const Group *b) {
    for (size_t field = 0; field < a->records.data[0]->record.count; field++)
        if (!some_overlap(&a->records, &b->records, field))
            return false;
    return true;
}

// Adds a group to groups that are apart, merging until all are apart again.
static void add_group(GroupVec *groups, Group group) {
    for (size_t i = 0; i < groups->len;) {
        if (!groups_overlap(&groups->data[i], &group)) {
            i++;
            continue;
        }
        for (size_t k = 0; k < groups->data[i].records.len; k++)
            vec_push(&group.records, groups->data[i].records.data[k]);
        groups->data[i] = vec_pop(groups);
        i = 0;
    }
    vec_push(groups, group);
}

// `records` are of one shape.
static GroupVec group_records(const Type *const *records, size_t count) {
    GroupVec groups = {0};
    for (size_t i = 0; i < count; i++) {
        Group group = {0};
        vec_push(&group.records, records[i]);
        add_group(&groups, group);
        if (groups.len > MAX_GROUPS_TRIED)
            break;
    }
    if (groups.len <= MAX_RECORDS)
        return groups;
    Group all = {0};
    for (size_t i = 0; i < count; i++)
        vec_push(&all.records, records[i]);
    groups.len = 0;
    vec_push(&groups, all);
    return groups;
}

static const Type *group_type(const Group *group) {
    const Type *first = group->records.data[0];
    if (group->records.len == 1 && !mode.rebuild)
        return first;
    VEC(TypeField) fields = {0};
    for (size_t i = 0; i < first->record.count; i++) {
        TypeVec set = {0};
        for (size_t k = 0; k < group->records.len; k++)
            type_vec_add(&set, group->records.data[k]->record.fields[i].type);
        vec_push(&fields, (TypeField){.name = first->record.fields[i].name, .type = join_set(&set)});
    }
    return type_record(fields.data, fields.len);
}

// Literals that became too many within one group may make its record overlap with another's: then those groups are one
// as well.
static bool merge_overlapping(GroupVec *groups, const TypeVec *types) {
    for (size_t i = 0; i < types->len; i++)
        for (size_t k = i + 1; k < types->len; k++) {
            if (!type_overlaps(types->data[i], types->data[k]))
                continue;
            for (size_t j = 0; j < groups->data[k].records.len; j++)
                vec_push(&groups->data[i].records, groups->data[k].records.data[j]);
            groups->data[k] = vec_pop(groups);
            return true;
        }
    return false;
}

static void add_shape(TypeVec *out, const Type *const *records, size_t count) {
    GroupVec groups = group_records(records, count);
    TypeVec types;
    do {
        types = (TypeVec){0};
        for (size_t i = 0; i < groups.len; i++)
            vec_push(&types, group_type(&groups.data[i]));
    } while ((mode.rebuild || count > groups.len) && merge_overlapping(&groups, &types));
    for (size_t i = 0; i < types.len; i++)
        vec_push(out, types.data[i]);
}

static int compare_shapes(const void *a, const void *b) {
    const Type *x = *(const Type *const *)a, *y = *(const Type *const *)b;
    if (x->record.shape != y->record.shape)
        return x->record.shape->id < y->record.shape->id ? -1 : 1;
    return compare_ids(a, b);
}

static void add_records(TypeVec *out, TypeVec *records) {
    if (records->len > 1)
        qsort(records->data, records->len, sizeof(*records->data), compare_shapes);
    for (size_t from = 0, to; from < records->len; from = to) {
        for (to = from + 1; to < records->len; to++)
            if (records->data[to]->record.shape != records->data[from]->record.shape)
                break;
        add_shape(out, records->data + from, to - from);
    }
}

// ---- sets ----------------------------------------------------------------------------------------------------------

static const Type *make_union(const TypeVec *members) {
    Bins bins = {0};
    for (size_t i = 0; i < members->len; i++)
        sort_member(&bins, members->data[i]);
    TypeVec out = bins.plain;
    if (bins.bools.len == 2 && !type_vec_has(&out, type_bool))
        vec_push(&out, type_bool);
    add_literals(&out, &bins.bools, type_bool, 1);
    add_literals(&out, &bins.ints, type_int, MAX_LITERALS);
    add_literals(&out, &bins.texts, type_string, MAX_LITERALS);
    if (bins.pid)
        vec_push(&out, bins.pid);
    if (bins.elements.len)
        vec_push(&out, type_list(join_set(&bins.elements)));
    if (bins.keys.len)
        vec_push(&out, type_map(join_set(&bins.keys), join_set(&bins.values)));
    if (bins.sets.len)
        vec_push(&out, type_map(join_set(&bins.sets), NULL));
    if (bins.function)
        vec_push(&out, bins.function);
    add_records(&out, &bins.records);
    return type_union_of(out.data, out.len);
}

static bool same_set(const TypeVec *a, const TypeVec *b) {
    return a->len == b->len && memcmp(a->data, b->data, a->len * sizeof(*a->data)) == 0;
}

static bool has_knots(const TypeVec *set) {
    for (size_t i = 0; i < set->len; i++)
        if (set->data[i]->has_knot)
            return true;
    return false;
}

// A recursive type that is equal to one of the types it was made from is that type: fixed points come to rest.
static const Type *prefer_known(const Type *type, const TypeVec *set) {
    for (size_t i = 0; type->has_knot && i < set->len; i++)
        if (type_equal(type, set->data[i]))
            return set->data[i];
    return type;
}

static const Type *join_recursive(const TypeVec *set, const TypeVec *members) {
    for (Open *open = open_sets; open; open = open->above)
        if (same_set(open->members, members))
            return open->knot ? open->knot : (open->knot = type_knot(NULL));
    Open here = {.members = members, .above = open_sets};
    open_sets = &here;
    const Type *type = make_union(members);
    open_sets = here.above;
    if (here.knot)
        type_tie(here.knot, type);
    return here.above ? type : prefer_known(type, set);
}

static bool folds(const TypeVec *members) {
    for (size_t i = 0; i < members->len; i++)
        if (mode.fold->shape
                ? members->data[i]->kind == TYPE_RECORD && members->data[i]->record.shape == mode.fold->shape
                : members->data[i]->kind == TYPE_LIST || members->data[i]->kind == TYPE_MAP)
            return true;
    return false;
}

static const Type *join_set(const TypeVec *set) {
    if (set->len == 1 && !mode.rebuild)
        return set->data[0];
    TypeVec members = flatten(set);
    if (members.len <= 1 && !mode.rebuild)
        return members.len ? members.data[0] : type_never;
    if (mode.fold && folds(&members)) {
        for (size_t i = 0; i < members.len; i++)
            type_vec_add(mode.fold->found, members.data[i]);
        return mode.fold->knot;
    }
    if (has_knots(&members))
        return join_recursive(set, &members);
    if (mode.rebuild)
        return make_union(&members);
    const Type *known = finished_find(&members);
    if (!known) {
        known = make_union(&members);
        finished_add(&members, known);
    }
    return known;
}

const Type *type_replace_folded(const Type *type, const TypeFold *fold) {
    mode.rebuild = true;
    mode.fold = fold;
    const Type *result = type_union(&type, 1);
    mode.rebuild = false;
    mode.fold = NULL;
    return result;
}

const Type *type_join_folded(const TypeVec *members, const TypeFold *fold) {
    TypeVec set = *members;
    mode.rebuild = true;
    mode.fold = fold;
    const Type *result = make_union(&set);
    mode.rebuild = false;
    mode.fold = NULL;
    return result;
}

// ---- the face ------------------------------------------------------------------------------------------------------

const Type *type_union(const Type *const *types, size_t count) {
    TypeVec set = {0};
    for (size_t i = 0; i < count; i++)
        vec_push(&set, types[i]);
    return join_set(&set);
}

const Type *type_join(const Type *a, const Type *b) {
    if (a == b || b->kind == TYPE_NEVER)
        return a;
    if (a->kind == TYPE_NEVER)
        return b;
    return type_union((const Type *[]){a, b}, 2);
}

const Type *type_widen(const Type *type) {
    const Type *resolved = type_resolve(type);
    if (resolved->kind != TYPE_UNION)
        return widen_literal(resolved) == resolved ? type : widen_literal(resolved);
    TypeVec set = {0};
    bool changed = false;
    for (size_t i = 0; i < resolved->members.count; i++) {
        const Type *member = resolved->members.types[i];
        changed |= widen_literal(member) != member;
        vec_push(&set, widen_literal(member));
    }
    return changed ? join_set(&set) : type;
}

const Type *type_widen_deep(const Type *type) {
    mode.rebuild = mode.widen = true;
    const Type *widened = type_union(&type, 1);
    mode.rebuild = mode.widen = false;
    return type_equal(widened, type) ? type : widened;
}
