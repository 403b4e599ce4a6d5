// Representations are found by structural equality after erasing what makes no difference in memory. Types may be
// recursive, so equality is coinductive (a pair under comparison counts as equal) and their hash looks only a few
// levels deep, through knots, which gives the same number however a recursive type is unrolled. That of others looks at
// all.
#include "compiler/codegen/represent.h"

#include <string.h>

#include "compiler/base/mem.h"

enum { HASH_DEPTH = 3 };

static uint32_t mix(uint32_t hash, uint32_t value) { return (hash ^ value) * 0x9E3779B1u + (hash >> 15); }

static uint32_t hash_type(const Type *type, int depth) {
    type = type_resolve(type);
    uint32_t hash = mix(2166136261u, (uint32_t)type->kind);
    if (depth == 0)
        return hash;
    switch (type->kind) {
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_INT:
        return mix(hash, (uint32_t)type->literal.integer);
    case TYPE_LITERAL_STRING:
    case TYPE_HANDLE:
        return mix(hash, type->literal.text->hash);
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count; i++)
            hash = mix(mix(hash, type->record.fields[i].name->hash), hash_type(type->record.fields[i].type, depth - 1));
        return hash;
    case TYPE_LIST:
        return mix(hash, hash_type(type->element, depth - 1));
    case TYPE_MAP:
        hash = mix(hash, hash_type(type->map.key, depth - 1));
        return type->map.value ? mix(hash, hash_type(type->map.value, depth - 1)) : hash;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count; i++) // a sum: the order of members means nothing
            hash += hash_type(type->members.types[i], depth - 1) | 1;
        return hash;
    default:
        return hash;
    }
}

enum { ENDLESS = 1 };

static uint32_t full_hash(Represent *represent, const Type *type);

static uint32_t add_full(Represent *represent, uint32_t hash, const Type *part) {
    uint32_t of_part = full_hash(represent, part);
    return hash == ENDLESS || of_part == ENDLESS ? ENDLESS : mix(hash, of_part) | 2;
}

static uint32_t full_inside(Represent *represent, const Type *type) {
    uint32_t hash = hash_type(type, 0) | 2, members = 0;
    switch (type->kind) {
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count; i++)
            hash = add_full(represent, hash == ENDLESS ? hash : mix(hash, type->record.fields[i].name->hash) | 2,
                            type->record.fields[i].type);
        return hash;
    case TYPE_LIST:
        return add_full(represent, hash, type->element);
    case TYPE_MAP:
        hash = add_full(represent, hash, type->map.key);
        return type->map.value ? add_full(represent, hash, type->map.value) : hash;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count; i++) { // a sum: the order of members means nothing
            uint32_t member = full_hash(represent, type->members.types[i]);
            if (member == ENDLESS)
                return ENDLESS;
            members += member;
        }
        return mix(hash, members) | 2;
    default:
        return hash_type(type, 1) | 2;
    }
}

// While it is looked at a type counts as endless: then it is, if it is met again. Through knots: a type that has one
// need not contain itself in memory.
static uint32_t full_hash(Represent *represent, const Type *type) {
    type = type_resolve(type);
    while (represent->full.len <= type->id)
        vec_push(&represent->full, 0);
    if (represent->full.data[type->id] == 0) {
        represent->full.data[type->id] = ENDLESS;
        uint32_t hash = full_inside(represent, type);
        represent->full.data[type->id] = hash;
    }
    return represent->full.data[type->id];
}

static uint32_t hash_of(Represent *represent, const Type *type) {
    uint32_t hash = full_hash(represent, type);
    return hash == ENDLESS ? hash_type(type, HASH_DEPTH) : hash;
}

// ---- equality ------------------------------------------------------------------------------------------------------

typedef struct Pair {
    const Type *a, *b;
} Pair;

typedef struct Comparison {
    Represent *represent;
    VEC(Pair) assumed;
} Comparison;

static bool same(Comparison *comparison, const Type *a, const Type *b);

static Repr *cached(const Represent *represent, const Type *type) {
    return type->id < represent->by_type.len ? represent->by_type.data[type->id] : NULL;
}

static bool same_fields(Comparison *comparison, const Type *a, const Type *b) {
    if (a->record.count != b->record.count)
        return false;
    for (size_t i = 0; i < a->record.count; i++)
        if (a->record.fields[i].name != b->record.fields[i].name)
            return false;
    for (size_t i = 0; i < a->record.count; i++)
        if (!same(comparison, a->record.fields[i].type, b->record.fields[i].type))
            return false;
    return true;
}

static bool has_member(Comparison *comparison, const Type *type, const Type *member) {
    for (size_t i = 0; i < type->members.count; i++)
        if (same(comparison, member, type->members.types[i]))
            return true;
    return false;
}

static bool same_members(Comparison *comparison, const Type *a, const Type *b) {
    if (a->members.count != b->members.count)
        return false;
    for (size_t i = 0; i < a->members.count; i++)
        if (!has_member(comparison, b, a->members.types[i]))
            return false;
    return true;
}

static bool same_inside(Comparison *comparison, const Type *a, const Type *b) {
    switch (a->kind) {
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_INT:
        return a->literal.integer == b->literal.integer;
    case TYPE_LITERAL_STRING:
    case TYPE_HANDLE:
        return a->literal.text == b->literal.text;
    case TYPE_RECORD:
        return same_fields(comparison, a, b);
    case TYPE_LIST:
        return same(comparison, a->element, b->element);
    case TYPE_MAP:
        return !a->map.value == !b->map.value && same(comparison, a->map.key, b->map.key) &&
               (!a->map.value || same(comparison, a->map.value, b->map.value));
    case TYPE_UNION:
        return same_members(comparison, a, b);
    default:
        return true; // pids and functions are one type each in memory
    }
}

static bool same(Comparison *comparison, const Type *a, const Type *b) {
    a = type_resolve(a);
    b = type_resolve(b);
    if (a == b)
        return true;
    if (a->kind != b->kind)
        return false;
    const Repr *of_a = cached(comparison->represent, a), *of_b = cached(comparison->represent, b);
    if (of_a && of_b)
        return of_a == of_b;
    if (hash_of(comparison->represent, a) != hash_of(comparison->represent, b))
        return false;
    for (size_t i = 0; i < comparison->assumed.len; i++)
        if (comparison->assumed.data[i].a == a && comparison->assumed.data[i].b == b)
            return true;
    vec_push(&comparison->assumed, (Pair){a, b});
    bool result = same_inside(comparison, a, b);
    comparison->assumed.len--;
    return result;
}

// ---- words ----------------------------------------------------------------------------------------------------------

static void set_words(Repr *repr, FlKind kind, unsigned words, WordKind first, WordKind second) {
    repr->kind = kind;
    repr->words = words;
    repr->word[0] = first;
    repr->word[1] = second;
    repr->boxed = false;
    repr->object_words = words;
    repr->object = mem_alloc_data(2 * sizeof(WordKind));
    repr->object[0] = first;
    repr->object[1] = second;
}

// The words of a sequence of values, one behind the other; returns how many, `offsets` takes where each begins.
static unsigned join_words(const Repr *const *fields, size_t count, unsigned start, uint32_t *offsets,
                           WordKind **words) {
    unsigned total = start;
    for (size_t i = 0; i < count; i++) {
        offsets[i] = total;
        total += fields[i]->words;
    }
    *words = mem_alloc_data((total + 1) * sizeof(WordKind));
    for (size_t i = 0; i < count; i++)
        memcpy(*words + offsets[i], fields[i]->word, fields[i]->words * sizeof(WordKind));
    return total;
}

static void set_record(Represent *represent, Repr *repr) {
    size_t count = repr->type->record.count;
    const Repr **fields = mem_alloc((count + 1) * sizeof *fields);
    for (size_t i = 0; i < count; i++)
        fields[i] = represent_type(represent, repr->type->record.fields[i].type);
    repr->kind = FL_KIND_RECORD;
    repr->offsets = mem_alloc_data((count + 1) * sizeof(uint32_t));
    repr->object_words = join_words(fields, count, 0, repr->offsets, &repr->object);
    repr->boxed = repr->object_words > REPR_MAX_WORDS;
    repr->words = repr->boxed ? 1 : repr->object_words;
    if (repr->boxed)
        repr->word[0] = WORD_POINTER;
    else
        memcpy(repr->word, repr->object, repr->words * sizeof(WordKind));
}

static void decide(Represent *represent, Repr *repr) {
    switch (repr->type->kind) {
    case TYPE_NEVER:
        set_words(repr, FL_KIND_NEVER, 0, 0, 0);
        break;
    case TYPE_NIL:
        set_words(repr, FL_KIND_NIL, 0, 0, 0);
        break;
    case TYPE_BOOL:
        set_words(repr, FL_KIND_BOOL, 1, WORD_BOOL, 0);
        break;
    case TYPE_INT:
        set_words(repr, FL_KIND_INT, 1, WORD_INT, 0);
        break;
    case TYPE_FLOAT:
        set_words(repr, FL_KIND_FLOAT, 1, WORD_FLOAT, 0);
        break;
    case TYPE_STRING:
    case TYPE_HANDLE: // a string of another type, which stands for it (runtime/foreign/handle.h)
        set_words(repr, FL_KIND_STRING, 1, WORD_POINTER, 0);
        break;
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_INT:
    case TYPE_LITERAL_STRING:
        set_words(repr, FL_KIND_LITERAL, 0, 0, 0);
        break;
    case TYPE_PID:
        set_words(repr, FL_KIND_PID, 1, WORD_INT, 0);
        break;
    case TYPE_LIST:
        set_words(repr, FL_KIND_LIST, 2, WORD_POINTER, WORD_INT);
        break;
    case TYPE_MAP:
        set_words(repr, FL_KIND_MAP, 2, WORD_POINTER, WORD_INT);
        break;
    case TYPE_FUNCTION:
        set_words(repr, FL_KIND_FUNCTION, 1, WORD_POINTER, 0);
        break;
    case TYPE_UNION:
        set_words(repr, FL_KIND_UNION, 1, WORD_TAGGED, 0);
        break;
    case TYPE_RECORD:
        set_record(represent, repr);
        break;
    case TYPE_KNOT:
        break; // resolved before
    }
}

// ---- the table -----------------------------------------------------------------------------------------------------

static void insert(Represent *represent, uint32_t index) {
    size_t mask = represent->buckets.len - 1;
    size_t slot = represent->hashes.data[index] & mask;
    while (represent->buckets.data[slot])
        slot = (slot + 1) & mask;
    represent->buckets.data[slot] = index + 1;
}

static void grow_buckets(Represent *represent) {
    size_t size = represent->buckets.len ? represent->buckets.len * 2 : 256;
    represent->buckets.len = 0;
    for (size_t i = 0; i < size; i++)
        vec_push(&represent->buckets, 0);
    for (uint32_t i = 0; i < represent->all.len; i++)
        insert(represent, i);
}

static Repr *find(Represent *represent, const Type *type, uint32_t hash) {
    Comparison comparison = {.represent = represent};
    size_t mask = represent->buckets.len - 1;
    for (size_t slot = hash & mask; represent->buckets.data[slot]; slot = (slot + 1) & mask) {
        uint32_t index = represent->buckets.data[slot] - 1;
        Repr *repr = represent->all.data[index];
        if (represent->hashes.data[index] == hash && same(&comparison, type, repr->type))
            return repr;
    }
    return NULL;
}

static void remember(Represent *represent, const Type *type, Repr *repr) {
    while (represent->by_type.len <= type->id)
        vec_push(&represent->by_type, NULL);
    represent->by_type.data[type->id] = repr;
}

const Repr *represent_type(Represent *represent, const Type *type) {
    type = type_resolve(type);
    Repr *repr = cached(represent, type);
    if (repr)
        return repr;
    if (represent->buckets.len < 2 * (represent->all.len + 1))
        grow_buckets(represent);
    uint32_t hash = hash_of(represent, type);
    repr = find(represent, type, hash);
    if (!repr) {
        repr = mem_new(Repr);
        *repr = (Repr){.type = type, .id = REPR_NO_ID, .buffer_id = REPR_NO_ID};
        repr->kind = FL_KIND_RECORD; // what a record directly within itself (it has no values) sees of itself
        repr->boxed = true;
        repr->words = 1;
        repr->word[0] = WORD_POINTER;
        remember(represent, type, repr);
        decide(represent, repr); // may add others first
        if (represent->buckets.len < 2 * (represent->all.len + 1))
            grow_buckets(represent);
        vec_push(&represent->all, repr);
        vec_push(&represent->hashes, hash);
        insert(represent, (uint32_t)represent->all.len - 1);
    }
    remember(represent, type, repr);
    return repr;
}

uint32_t represent_id(Represent *represent, const Repr *repr) {
    if (repr->id == REPR_NO_ID) {
        ((Repr *)repr)->id = (uint32_t)represent->entries.len; // the one thing about a Repr that is decided late
        vec_push(&represent->entries, (TypeEntry){.value = repr});
    }
    return repr->id;
}

uint32_t represent_buffer_id(Represent *represent, const Repr *list) {
    if (list->buffer_id == REPR_NO_ID) {
        ((Repr *)list)->buffer_id = (uint32_t)represent->entries.len;
        vec_push(&represent->entries, (TypeEntry){.buffer_of = list});
    }
    return list->buffer_id;
}

static Layout *new_layout(Represent *represent, FlKind kind, const Repr *const *fields, size_t count) {
    Layout *layout = mem_new(Layout);
    layout->kind = kind;
    layout->count = count;
    layout->fields = mem_alloc((count + 1) * sizeof *fields);
    memcpy(layout->fields, fields, count * sizeof *fields);
    layout->offsets = mem_alloc_data((count + 1) * sizeof(uint32_t));
    unsigned start = kind == FL_KIND_CLOSURE;
    layout->words = join_words(fields, count, start, layout->offsets, &layout->word);
    if (start)
        layout->word[0] = WORD_INT;
    layout->id = (uint32_t)represent->entries.len;
    vec_push(&represent->entries, (TypeEntry){.layout = layout});
    return layout;
}

const Layout *represent_tuple(Represent *represent, const Type *const *types, size_t count) {
    const Repr **fields = mem_alloc((count + 1) * sizeof *fields);
    for (size_t i = 0; i < count; i++)
        fields[i] = represent_type(represent, types[i]);
    for (size_t i = 0; i < represent->tuples.len; i++) {
        Layout *tuple = represent->tuples.data[i];
        if (tuple->count == count && memcmp(tuple->fields, fields, count * sizeof *fields) == 0)
            return tuple;
    }
    Layout *tuple = new_layout(represent, FL_KIND_TUPLE, fields, count);
    vec_push(&represent->tuples, tuple);
    return tuple;
}

const Layout *represent_closure(Represent *represent, const Closure *closure) {
    return represent->closures[closure->id];
}

static void fixed(Represent *represent, const Type *type) { represent_id(represent, represent_type(represent, type)); }

static const Type *down_type(void) {
    TypeField fields[] = {{name_of("down"), type_pid_any}, {name_of("reason"), type_string}};
    return type_record(fields, 2);
}

void represent_init(Represent *represent, const TypedProgram *program) {
    *represent = (Represent){0};
    fixed(represent, type_nil); // in the order of abi.h
    fixed(represent, type_bool);
    fixed(represent, type_int);
    fixed(represent, type_float);
    fixed(represent, type_string);
    fixed(represent, type_pid_any);
    fixed(represent, down_type());
    represent->closures = mem_alloc((program->closure_count + 1) * sizeof(Layout *));
    for (size_t i = 0; i < program->closure_count; i++) {
        const Closure *closure = program->closures[i];
        const Repr **fields = mem_alloc((closure->capture_count + 1) * sizeof *fields);
        for (size_t j = 0; j < closure->capture_count; j++)
            fields[j] = represent_type(represent, closure->captures[j].type);
        Layout *layout = new_layout(represent, FL_KIND_CLOSURE, fields, closure->capture_count);
        layout->closure = closure;
        represent->closures[closure->id] = layout;
    }
}
