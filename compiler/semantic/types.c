// Functions on types that only the checker needs: widening of what is bound, annotations as bounds, types without their
// pids.
#include "compiler/semantic/check.h"

// ---- widening ------------------------------------------------------------------------------------------------------

const Type *widen_part(const Type *type) {
    switch (type_resolve(type)->kind) {
    case TYPE_LITERAL_BOOL:
    case TYPE_LITERAL_INT:
    case TYPE_LITERAL_STRING:
        return type_widen(type);
    default:
        return type;
    }
}

// A value of a field written in a record literal or `with`.
static const Type *widen_field(const Tree *value) {
    if (value->kind == TREE_CONSTANT && value->type->kind == TYPE_LITERAL_INT)
        return type_int;
    return value->kind == TREE_RECORD || value->kind == TREE_WITH ? widen_tree(value) : value->type;
}

static const Type *widen_record(const Tree *tree) {
    size_t count = tree->type->record.count;
    TypeField *fields = mem_alloc(sizeof(TypeField) * (count + 1));
    for (size_t i = 0; i < count; i++)
        fields[i] = (TypeField){.name = tree->type->record.fields[i].name, .type = widen_field(tree->record.values[i])};
    return type_record(fields, count);
}

static const Type *widen_with(const Tree *tree) {
    size_t count = tree->type->record.count;
    TypeField *fields = mem_alloc(sizeof(TypeField) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        fields[i] = tree->type->record.fields[i];
        for (size_t k = 0; k < tree->with.count; k++)
            if (tree->with.updates[k].name == fields[i].name)
                fields[i].type = widen_field(tree->with.values[k]);
    }
    return type_record(fields, count);
}

static const Type *widen_arms(const TreeArm *arms, size_t count, const Type *type) {
    for (size_t i = 0; i < count; i++)
        type = type_join(type, widen_tree(arms[i].body));
    return type;
}

const Type *widen_tree(const Tree *tree) {
    switch (tree->kind) {
    case TREE_CONSTANT:
        return type_widen(tree->type);
    case TREE_RECORD:
        return widen_record(tree);
    case TREE_WITH:
        return widen_with(tree);
    case TREE_COERCE:
        return widen_tree(tree->operand);
    case TREE_BLOCK:
        return tree->block.result ? widen_tree(tree->block.result) : tree->type;
    case TREE_IF:
        return type_join(widen_tree(tree->if_.then), tree->if_.otherwise ? widen_tree(tree->if_.otherwise) : type_nil);
    case TREE_MATCH:
        return widen_arms(tree->match.arms, tree->match.count, type_never);
    case TREE_RECEIVE:
        return widen_arms(tree->receive.arms, tree->receive.count,
                          tree->receive.after ? widen_tree(tree->receive.after) : type_never);
    case TREE_LOCAL:
        return tree->type;
    default:
        return widen_part(tree->type);
    }
}

// ---- annotations as bounds -----------------------------------------------------------------------------------------

// Literals in a field that the annotation does not ask for.
static const Type *widen_extra(const Type *type) {
    if (type->kind == TYPE_LITERAL_INT)
        return type_int;
    if (type->kind != TYPE_RECORD || type->has_knot)
        return type;
    TypeField *fields = mem_alloc(sizeof(TypeField) * (type->record.count + 1));
    for (size_t i = 0; i < type->record.count; i++)
        fields[i] = (TypeField){.name = type->record.fields[i].name, .type = widen_extra(type->record.fields[i].type)};
    return type_record(fields, type->record.count);
}

static const Type *merge(const Type *annotation, const Type *actual, const Map *kept);

static const Type *merge_record(const Type *annotation, const Type *actual, const Map *kept) {
    VEC(TypeField) fields = {0};
    bool same = true;
    for (size_t i = 0; i < actual->record.count; i++) {
        TypeField field = actual->record.fields[i];
        const Type *asked = type_field(annotation, field.name);
        if (!asked && kept && !map_has(kept, field.name))
            continue;
        field.type = asked ? merge(asked, field.type, kept) : widen_extra(field.type);
        same &= asked && field.type == asked;
        vec_push(&fields, field);
    }
    return same ? annotation : type_record(fields.data, fields.len);
}

static const Type *merge_union(const Type *annotation, const Type *actual, const Map *kept) {
    TypeList members = {0};
    for (size_t i = 0; i < type_member_count(annotation); i++) {
        const Type *asked = type_member(annotation, i), *merged = NULL;
        for (size_t k = 0; k < type_member_count(actual); k++) {
            const Type *member = type_member(actual, k);
            if (type_best_member(member, annotation) != type_resolve(asked))
                continue;
            const Type *one = merge(asked, member, kept);
            merged = merged ? type_join(merged, one) : one;
        }
        vec_push(&members, merged ? merged : asked);
    }
    return type_union(members.data, members.len);
}

// Each variant keeps the fields that it has beyond those asked for.
static const Type *merge_variants(const Type *annotation, const Type *actual, const Map *kept) {
    TypeList variants = {0};
    for (size_t i = 0; i < actual->members.count; i++)
        vec_push(&variants, merge(annotation, actual->members.types[i], kept));
    return type_union(variants.data, variants.len);
}

static const Type *merge(const Type *annotation, const Type *actual, const Map *kept) {
    const Type *asked = type_resolve(annotation), *have = type_resolve(actual);
    if (asked == have || have->kind == TYPE_NEVER || asked->has_knot || have->has_knot || !type_fits(have, asked))
        return annotation;
    if (asked->kind == TYPE_UNION)
        return merge_union(asked, have, kept);
    if (asked->kind == TYPE_RECORD && have->kind == TYPE_UNION)
        return merge_variants(asked, have, kept);
    if (asked->kind != have->kind)
        return annotation;
    switch (asked->kind) {
    case TYPE_RECORD:
        return merge_record(asked, have, kept);
    case TYPE_LIST:
        return type_list(merge(asked->element, have->element, kept));
    case TYPE_MAP:
        return type_map(merge(asked->map.key, have->map.key, kept),
                        asked->map.value ? merge(asked->map.value, have->map.value, kept) : NULL);
    case TYPE_FUNCTION:
        return have->function.count ? actual : annotation;
    default:
        return annotation;
    }
}

const Type *merge_bound(const Type *annotation, const Type *actual) { return merge(annotation, actual, NULL); }

const Type *merge_result(const Type *annotation, const Type *actual, const Map *kept) {
    return merge(annotation, actual, kept);
}

enum { EXTRA_DEPTH = 16 };

void extra_fields(Map *names, const Type *annotation, const Type *actual, unsigned depth) {
    actual = type_resolve(actual);
    if (actual == annotation || depth > EXTRA_DEPTH)
        return;
    annotation = annotation ? type_resolve(annotation) : NULL;
    for (size_t i = 0; i < type_member_count(actual); i++) {
        const Type *have = type_resolve(type_member(actual, i));
        const Type *asked = annotation ? type_best_member(have, annotation) : NULL;
        asked = asked ? type_resolve(asked) : NULL;
        if (have->kind == TYPE_LIST)
            extra_fields(names, asked && asked->kind == TYPE_LIST ? asked->element : NULL, have->element, depth + 1);
        else if (have->kind == TYPE_MAP && have->map.value)
            extra_fields(names, asked && asked->kind == TYPE_MAP ? asked->map.value : NULL, have->map.value, depth + 1);
        for (size_t k = 0; have->kind == TYPE_RECORD && k < have->record.count; k++) {
            const TypeField *field = &have->record.fields[k];
            const Type *known = asked && asked->kind == TYPE_RECORD ? type_field(asked, field->name) : NULL;
            if (!known)
                map_add(names, field->name);
            extra_fields(names, known, field->type, depth + 1);
        }
    }
}

// ---- without pids --------------------------------------------------------------------------------------------------

static const Type *erase_closure(Check *check, const ClosureInfo *closure) {
    VEC(TypeField) fields = {0};
    for (size_t i = 0; i < closure->closure.capture_count; i++)
        vec_push(&fields, (TypeField){.name = name_of(text_format("%zu", i)),
                                      .type = erase_pids(check, closure->closure.captures[i].type)});
    const Type *captures = type_record(fields.data, fields.len);
    TypeField only = {.name = name_of(text_format("closure %u", closure->template->id)), .type = captures};
    return type_record(&only, 1);
}

static const Type *erase_function(Check *check, const Type *type) {
    TypeList members = {0};
    for (size_t i = 0; i < type->function.count; i++)
        vec_push(&members, erase_closure(check, (ClosureInfo *)type->function.closures[i]));
    return members.len ? type_union(members.data, members.len) : type;
}

const Type *erase_pids(Check *check, const Type *type) {
    if (type->has_knot)
        return type;
    switch (type->kind) {
    case TYPE_PID:
        return type_pid_any;
    case TYPE_LIST:
        return type_list(erase_pids(check, type->element));
    case TYPE_MAP:
        return type_map(erase_pids(check, type->map.key), type->map.value ? erase_pids(check, type->map.value) : NULL);
    case TYPE_FUNCTION:
        return erase_function(check, type);
    case TYPE_RECORD: {
        VEC(TypeField) fields = {0};
        for (size_t i = 0; i < type->record.count; i++)
            vec_push(&fields, (TypeField){.name = type->record.fields[i].name,
                                          .type = erase_pids(check, type->record.fields[i].type)});
        return type_record(fields.data, fields.len);
    }
    case TYPE_UNION: {
        TypeList members = {0};
        for (size_t i = 0; i < type->members.count; i++)
            vec_push(&members, erase_pids(check, type->members.types[i]));
        return type_union(members.data, members.len);
    }
    default:
        return type;
    }
}

// ---- small questions -----------------------------------------------------------------------------------------------

bool type_is_pid(const Type *type) { return type_resolve(type)->kind == TYPE_PID; }

bool types_same(const Type *const *a, const Type *const *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!type_equal(a[i], b[i]))
            return false;
    return true;
}

size_t type_depth(const Type *type) {
    size_t depth = 0;
    switch (type->kind) {
    case TYPE_LIST:
        return 1 + type_depth(type->element);
    case TYPE_MAP:
        depth = type_depth(type->map.key);
        if (type->map.value && type_depth(type->map.value) > depth)
            depth = type_depth(type->map.value);
        return 1 + depth;
    case TYPE_RECORD:
        for (size_t i = 0; i < type->record.count; i++) {
            size_t field = type_depth(type->record.fields[i].type);
            depth = field > depth ? field : depth;
        }
        return depth + 1;
    case TYPE_UNION:
        for (size_t i = 0; i < type->members.count; i++) {
            size_t member = type_depth(type->members.types[i]);
            depth = member > depth ? member : depth;
        }
        return depth;
    default:
        return 0;
    }
}

bool wants_float(const Type *expected) {
    if (!expected)
        return false;
    bool has_float = false, has_int = false;
    for (size_t i = 0; i < type_member_count(expected); i++) {
        TypeKind kind = type_resolve(type_member(expected, i))->kind;
        has_float |= kind == TYPE_FLOAT;
        has_int |= kind == TYPE_INT || kind == TYPE_LITERAL_INT;
    }
    return has_float && !has_int;
}

const char *type_words(const Type *type) { return type_text(type); }
