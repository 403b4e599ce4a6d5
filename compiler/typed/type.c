// Nodes of types, hash-consed: a node is looked up by its kind and its children's pointers before it is made, so equal
// types without knots are equal pointers. Children are hashed by their ids, which follow the order of creation and so
// are the same in every run.
#include "compiler/typed/type.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/base/mem.h"
#include "compiler/typed/node.h"

static Type never_node = {.kind = TYPE_NEVER, .id = 0}, nil_node = {.kind = TYPE_NIL, .id = 1},
            bool_node = {.kind = TYPE_BOOL, .id = 2}, int_node = {.kind = TYPE_INT, .id = 3},
            float_node = {.kind = TYPE_FLOAT, .id = 4}, string_node = {.kind = TYPE_STRING, .id = 5},
            pid_any_node = {.kind = TYPE_PID, .id = 6, .pid = {.any = true}};
enum { FIRST_FREE_ID = 7 };

const Type *const type_never = &never_node, *const type_nil = &nil_node, *const type_bool = &bool_node,
                  *const type_int = &int_node, *const type_float = &float_node, *const type_string = &string_node,
                  *const type_pid_any = &pid_any_node;

static struct {
    const Type **slots; // open addressing, NULL is free
    size_t slot_count;  // a power of two
    size_t len;
    uint32_t next_id;
} table = {.next_id = FIRST_FREE_ID};

static uint32_t mix(uint32_t hash, uint64_t value) {
    uint64_t mixed = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(mixed >> 32) ^ (uint32_t)mixed;
}

static uint32_t mix_types(uint32_t hash, const Type *const *types, size_t count) {
    for (size_t i = 0; i < count; i++)
        hash = mix(hash, types[i]->id);
    return hash;
}

static uint32_t mix_record(uint32_t hash, const Type *node) {
    for (size_t i = 0; i < node->record.count; i++)
        hash = mix(mix(hash, node->record.fields[i].name->hash), node->record.fields[i].type->id);
    return hash;
}

static uint32_t mix_pid(uint32_t hash, const Type *node) {
    hash = mix(hash, node->pid.message ? node->pid.message->id + 1 : 0);
    for (size_t i = 0; i < node->pid.count; i++)
        hash = mix(hash, node->pid.kinds[i]->id);
    return hash;
}

static uint32_t mix_function(uint32_t hash, const Type *node) {
    for (size_t i = 0; i < node->function.count; i++)
        hash = mix(hash, node->function.closures[i]->id);
    hash =
        mix_types(mix(hash, node->function.parameter_count), node->function.parameters, node->function.parameter_count);
    return mix(hash, node->function.result ? node->function.result->id + 1 : 0);
}

static uint32_t node_hash(const Type *node) {
    uint32_t hash = mix(17, node->kind);
    switch (node->kind) {
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_INT:
        return mix(hash, (uint64_t)node->literal.integer);
    case TYPE_LITERAL_STRING:
    case TYPE_HANDLE:
        return mix(hash, node->literal.text->hash);
    case TYPE_PID:
        return mix_pid(hash, node);
    case TYPE_RECORD:
        return mix_record(hash, node);
    case TYPE_LIST:
        return mix(hash, node->element->id);
    case TYPE_MAP:
        return mix(mix(hash, node->map.key->id), node->map.value ? node->map.value->id + 1 : 0);
    case TYPE_FUNCTION:
        return mix_function(hash, node);
    case TYPE_UNION:
        return mix_types(hash, node->members.types, node->members.count);
    default:
        return hash;
    }
}

// bytes may be 0 with NULL arrays
static bool same_bytes(const void *a, const void *b, size_t bytes) { return bytes == 0 || memcmp(a, b, bytes) == 0; }

static bool same_record(const Type *a, const Type *b) {
    if (a->record.count != b->record.count)
        return false;
    for (size_t i = 0; i < a->record.count; i++)
        if (a->record.fields[i].name != b->record.fields[i].name ||
            a->record.fields[i].type != b->record.fields[i].type)
            return false;
    return true;
}

static bool same_function(const Type *a, const Type *b) {
    return a->function.count == b->function.count && a->function.parameter_count == b->function.parameter_count &&
           a->function.result == b->function.result && !a->function.parameters == !b->function.parameters &&
           same_bytes(a->function.closures, b->function.closures, a->function.count * sizeof(Closure *)) &&
           same_bytes(a->function.parameters, b->function.parameters, a->function.parameter_count * sizeof(Type *));
}

static bool same_node(const Type *a, const Type *b) {
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_INT:
        return a->literal.integer == b->literal.integer;
    case TYPE_LITERAL_STRING:
    case TYPE_HANDLE:
        return a->literal.text == b->literal.text;
    case TYPE_PID:
        return a->pid.any == b->pid.any && a->pid.message == b->pid.message && a->pid.count == b->pid.count &&
               same_bytes(a->pid.kinds, b->pid.kinds, a->pid.count * sizeof(Kind *));
    case TYPE_RECORD:
        return same_record(a, b);
    case TYPE_LIST:
        return a->element == b->element;
    case TYPE_MAP:
        return a->map.key == b->map.key && a->map.value == b->map.value;
    case TYPE_FUNCTION:
        return same_function(a, b);
    case TYPE_UNION:
        return a->members.count == b->members.count &&
               same_bytes(a->members.types, b->members.types, a->members.count * sizeof(Type *));
    default:
        return false;
    }
}

static void table_grow(void) {
    size_t count = table.slot_count ? table.slot_count * 2 : 1024;
    const Type **slots = mem_alloc(count * sizeof(*slots));
    for (size_t i = 0; i < table.slot_count; i++) {
        if (!table.slots[i])
            continue;
        size_t at = table.slots[i]->hash & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = table.slots[i];
    }
    table.slots = slots;
    table.slot_count = count;
}

const Type *type_intern(Type *node) {
    if (table.len * 2 >= table.slot_count)
        table_grow();
    node->hash = node_hash(node);
    size_t at = node->hash & (table.slot_count - 1);
    for (; table.slots[at]; at = (at + 1) & (table.slot_count - 1))
        if (table.slots[at]->hash == node->hash && same_node(table.slots[at], node))
            return table.slots[at];
    Type *made = mem_new(Type);
    *made = *node;
    made->id = table.next_id++;
    table.slots[at] = made;
    table.len++;
    return made;
}

void type_reset(void) {
    table.slots = NULL;
    table.slot_count = table.len = 0;
    table.next_id = FIRST_FREE_ID;
    type_join_reset();
    type_names_reset();
    type_relate_reset();
}

// ---- leaves --------------------------------------------------------------------------------------------------------

const Type *type_literal_bool(bool value) {
    return type_intern(&(Type){.kind = TYPE_LITERAL_BOOL, .literal.integer = value});
}

const Type *type_literal_int(int64_t value) {
    return type_intern(&(Type){.kind = TYPE_LITERAL_INT, .literal.integer = value});
}

const Type *type_literal_string(Name text) {
    return type_intern(&(Type){.kind = TYPE_LITERAL_STRING, .literal.text = text});
}

const Type *type_handle(Name name) { return type_intern(&(Type){.kind = TYPE_HANDLE, .literal.text = name}); }

static void *copy_array(const void *array, size_t bytes) {
    void *copy = mem_alloc(bytes ? bytes : 1);
    if (bytes)
        memcpy(copy, array, bytes);
    return copy;
}

static int compare_kinds(const void *a, const void *b) {
    uint32_t x = (*(Kind *const *)a)->id, y = (*(Kind *const *)b)->id;
    return (x > y) - (x < y);
}

static int compare_closures(const void *a, const void *b) {
    uint32_t x = (*(Closure *const *)a)->id, y = (*(Closure *const *)b)->id;
    return (x > y) - (x < y);
}

// Sorts an array of pointers and drops repeated ones.
static size_t sort_distinct(void *array, size_t count, int (*compare)(const void *, const void *)) {
    if (count == 0)
        return 0;
    void **pointers = array;
    qsort(pointers, count, sizeof(void *), compare);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (pointers[i] != pointers[kept - 1])
            pointers[kept++] = pointers[i];
    return kept;
}

const Type *type_pid_of(Kind *const *kinds, size_t count) {
    Kind **sorted = copy_array(kinds, count * sizeof(*kinds));
    count = sort_distinct(sorted, count, compare_kinds);
    return type_intern(&(Type){.kind = TYPE_PID, .pid = {.kinds = sorted, .count = count}});
}

const Type *type_pid_message(const Type *message) {
    return type_intern(&(Type){.kind = TYPE_PID, .has_knot = message->has_knot, .pid = {.message = message}});
}

static const Type *function_type(Closure *const *closures, size_t closure_count, const Type *arrow) {
    Closure **sorted = copy_array(closures, closure_count * sizeof(*closures));
    closure_count = sort_distinct(sorted, closure_count, compare_closures);
    Type node = {.kind = TYPE_FUNCTION};
    if (arrow)
        node = *arrow;
    node.function.closures = sorted;
    node.function.count = closure_count;
    return type_intern(&node);
}

const Type *type_function_of(Closure *const *closures, size_t count) { return function_type(closures, count, NULL); }

const Type *type_function_arrow(const Type *const *parameters, size_t count, const Type *result) {
    Type node = {.kind = TYPE_FUNCTION, .has_knot = result->has_knot};
    node.function.parameters = copy_array(parameters, count * sizeof(*parameters));
    node.function.parameter_count = count;
    node.function.result = result;
    for (size_t i = 0; i < count; i++)
        node.has_knot |= parameters[i]->has_knot;
    return type_intern(&node);
}

// ---- records, lists, unions ----------------------------------------------------------------------------------------

static int compare_fields(const void *a, const void *b) {
    return name_compare(((const TypeField *)a)->name, ((const TypeField *)b)->name);
}

static const Type *record_shape(const TypeField *sorted, size_t count) {
    TypeField *fields = copy_array(sorted, count * sizeof(*sorted));
    for (size_t i = 0; i < count; i++)
        fields[i].type = type_nil;
    Type *shape = (Type *)type_intern(&(Type){.kind = TYPE_RECORD, .record = {.fields = fields, .count = count}});
    shape->record.shape = shape; // the one write to a node in the table: a shape is its own
    return shape;
}

const Type *type_record(const TypeField *fields, size_t count) {
    TypeField *sorted = copy_array(fields, count * sizeof(*fields));
    if (count > 1)
        qsort(sorted, count, sizeof(*sorted), compare_fields);
    Type node = {.kind = TYPE_RECORD, .record = {.fields = sorted, .count = count}};
    node.record.shape = record_shape(sorted, count);
    for (size_t i = 0; i < count; i++)
        node.has_knot |= sorted[i].type->has_knot;
    return type_intern(&node);
}

const Type *type_list(const Type *element) {
    return type_intern(&(Type){.kind = TYPE_LIST, .has_knot = element->has_knot, .element = element});
}

const Type *type_map(const Type *key, const Type *value) {
    bool has_knot = key->has_knot || (value && value->has_knot);
    return type_intern(&(Type){.kind = TYPE_MAP, .has_knot = has_knot, .map = {.key = key, .value = value}});
}

static int compare_literals(const Type *a, const Type *b) {
    if (a->kind == TYPE_LITERAL_STRING)
        return name_compare(a->literal.text, b->literal.text);
    return (a->literal.integer > b->literal.integer) - (a->literal.integer < b->literal.integer);
}

static int compare_ids(const Type *a, const Type *b) { return (a->id > b->id) - (a->id < b->id); }

// By kind, literals by value, records by age.
static int compare_members(const void *left, const void *right) {
    const Type *a = *(const Type *const *)left, *b = *(const Type *const *)right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind == TYPE_LITERAL_BOOL || a->kind == TYPE_LITERAL_INT || a->kind == TYPE_LITERAL_STRING)
        return compare_literals(a, b);
    return compare_ids(a, b);
}

const Type *type_union_of(const Type **members, size_t count) {
    if (count == 0)
        return type_never;
    if (count == 1)
        return members[0];
    qsort(members, count, sizeof(*members), compare_members);
    Type node = {.kind = TYPE_UNION, .members = {.types = members, .count = count}};
    for (size_t i = 0; i < count; i++)
        node.has_knot |= members[i]->has_knot;
    return type_intern(&node);
}

// ---- knots ---------------------------------------------------------------------------------------------------------

Type *type_knot(Name name) {
    Type *knot = mem_new(Type);
    knot->kind = TYPE_KNOT;
    knot->id = table.next_id++;
    knot->has_knot = true;
    knot->knot.name = name;
    return knot;
}

void type_tie(Type *knot, const Type *target) {
    target = type_resolve(target);
    knot->knot.target = target == knot ? type_never : target;
}

const Type *type_resolve(const Type *type) {
    while (type->kind == TYPE_KNOT && type->knot.target)
        type = type->knot.target;
    return type;
}

// ---- reading -------------------------------------------------------------------------------------------------------

const Type *type_field(const Type *record, Name name) {
    record = type_resolve(record);
    if (record->kind != TYPE_RECORD)
        return NULL;
    for (size_t i = 0; i < record->record.count; i++)
        if (record->record.fields[i].name == name)
            return record->record.fields[i].type;
    return NULL;
}

size_t type_member_count(const Type *type) {
    type = type_resolve(type);
    return type->kind == TYPE_UNION ? type->members.count : type->kind != TYPE_NEVER;
}

const Type *type_member(const Type *type, size_t index) {
    type = type_resolve(type);
    return type->kind == TYPE_UNION ? type->members.types[index] : type;
}

bool type_vec_has(const TypeVec *vec, const Type *type) {
    for (size_t i = 0; i < vec->len; i++)
        if (vec->data[i] == type)
            return true;
    return false;
}

bool type_vec_add(TypeVec *vec, const Type *type) {
    if (type_vec_has(vec, type))
        return false;
    vec_push(vec, type);
    return true;
}

// ---- pids and functions --------------------------------------------------------------------------------------------

// What fits both: the messages that a pid of either annotation surely accepts.
static const Type *meet(const Type *a, const Type *b) {
    TypeVec both = {0};
    for (size_t i = 0; i < type_member_count(a); i++)
        if (type_fits(type_member(a, i), b))
            type_vec_add(&both, type_member(a, i));
    for (size_t i = 0; i < type_member_count(b); i++)
        if (type_fits(type_member(b, i), a))
            type_vec_add(&both, type_member(b, i));
    return type_union(both.data, both.len);
}

const Type *type_join_pids(const Type *a, const Type *b) {
    if (a == b)
        return a;
    if (a->pid.any || b->pid.any)
        return type_pid_any;
    if (a->pid.message && b->pid.message)
        return type_pid_message(meet(a->pid.message, b->pid.message));
    // Kinds that flow into an annotation are checked against it where they do.
    if (a->pid.message || b->pid.message)
        return a->pid.message ? a : b;
    VEC(Kind *) kinds = {0};
    for (size_t i = 0; i < a->pid.count; i++)
        vec_push(&kinds, a->pid.kinds[i]);
    for (size_t i = 0; i < b->pid.count; i++)
        vec_push(&kinds, b->pid.kinds[i]);
    return type_pid_of(kinds.data, kinds.len);
}

// The annotation that functions of both annotations fulfil; one alone stays; with different arities none does.
static const Type *join_arrows(const Type *a, const Type *b) {
    if (!a->function.result || !b->function.result)
        return a->function.result ? a : b->function.result ? b : NULL;
    if (a->function.parameter_count != b->function.parameter_count)
        return NULL;
    TypeVec parameters = {0};
    for (size_t i = 0; i < a->function.parameter_count; i++)
        vec_push(&parameters, meet(a->function.parameters[i], b->function.parameters[i]));
    return type_function_arrow(parameters.data, parameters.len, type_join(a->function.result, b->function.result));
}

const Type *type_join_functions(const Type *a, const Type *b) {
    if (a == b)
        return a;
    VEC(Closure *) closures = {0};
    for (size_t i = 0; i < a->function.count; i++)
        vec_push(&closures, a->function.closures[i]);
    for (size_t i = 0; i < b->function.count; i++)
        vec_push(&closures, b->function.closures[i]);
    return function_type(closures.data, closures.len, join_arrows(a, b));
}
