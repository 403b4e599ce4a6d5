// Maps and sets: builtins whose types follow from those of their arguments. A map's type grows with what is put into
// it, as a list's does with what is appended.
#include "compiler/semantic/check.h"

// ---- types ---------------------------------------------------------------------------------------------------------

static const Type *one_field(const char *name, const Type *type) {
    TypeField field = {name_of(name), type};
    return type_record(&field, 1);
}

static const Type *entry_type(const Type *map) {
    TypeField fields[] = {{name_of("key"), map->map.key}, {name_of("value"), map->map.value}};
    return type_record(fields, 2);
}

static const Type *found_type(const Type *value) {
    const Type *members[] = {one_field("found", value), one_field("notFound", type_literal_bool(true))};
    return type_union(members, 2);
}

// What an argument adds to a type that it becomes part of.
static const Type *grown(const Type *type, const Tree *argument) {
    const Type *more = type_fits(argument->type, type) && type->kind != TYPE_NEVER ? merge_bound(type, argument->type)
                                                                                   : widen_tree(argument);
    return type_join(type, more);
}

static bool check_key(Frame *frame, const Type *key, const Tree *argument) {
    if (!type_has_function(key))
        return true;
    Diag *diag =
        report(frame, DIAG_BAD_KEY, argument->span, "functions do not compare, so `%s` is no key", type_words(key));
    report_instance(diag, frame);
    return false;
}

static Tree *finish(Builtin builtin, const Type *type, Tree **arguments, size_t count, Span span) {
    Tree **copy = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        copy[i] = arguments[i];
    return tree_builtin(builtin, type, span, copy, count);
}

// ---- making --------------------------------------------------------------------------------------------------------

// The map that an annotation asks for, or NULL.
static const Type *expected_map(const Type *expected, bool set) {
    for (size_t i = 0; expected && i < type_member_count(expected); i++) {
        const Type *member = type_resolve(type_member(expected, i));
        if (member->kind == TYPE_MAP && !member->map.value == set)
            return member;
    }
    return NULL;
}

static const Type *joined(const Type *type, const Type *asked, const Tree *argument) {
    bool fits = asked && type_fits(argument->type, asked);
    return type_join(type, fits ? merge_bound(asked, argument->type) : widen_tree(argument));
}

Tree *eval_map_of(Frame *frame, Builtin builtin, const Expr *expr, const Type *expected) {
    const ExprVec *args = &expr->call.args;
    bool set = builtin == BUILTIN_SET_OF;
    const Type *asked = expected_map(expected, set);
    const Type *key = type_never, *value = set ? NULL : type_never;
    size_t count = args->len;
    Span span = expr->span;
    Tree **arguments = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++) {
        bool is_key = set || i % 2 == 0;
        const Type *part = !asked ? NULL : is_key ? asked->map.key : asked->map.value;
        arguments[i] = eval(frame, args->data[i], part);
        if (is_key)
            key = joined(key, part, arguments[i]);
        else
            value = joined(value, part, arguments[i]);
    }
    Tree *never = tree_never_of(arguments, count, span);
    if (never)
        return never;
    if (count && !check_key(frame, key, arguments[0]))
        return tree_never(span);
    Tree **converted = mem_alloc(sizeof(Tree *) * (count + 1));
    for (size_t i = 0; i < count; i++)
        converted[i] = convert(frame, arguments[i], set || i % 2 == 0 ? key : value);
    return tree_builtin(builtin, type_map(key, value), span, converted, count);
}

// Of a list: `map:from([{key, value}])`, `set:from([k])`.
static Tree *eval_from(Frame *frame, Builtin builtin, Tree **arguments, Expr *const *exprs, Span span) {
    bool set = builtin == BUILTIN_SET_FROM;
    const Type *type = type_resolve(arguments[0]->type);
    const Type *element = type->kind == TYPE_LIST ? type_resolve(type->element) : NULL;
    if (element && element->kind == TYPE_NEVER)
        return finish(builtin, type_map(type_never, set ? NULL : type_never), arguments, 1, span);
    TypeField any[] = {{name_of("key"), type_never}, {name_of("value"), type_never}};
    for (size_t i = 0; i < 2 && element; i++)
        for (size_t k = 0; !set && element && k < type_member_count(element); k++) {
            const Type *field = type_field(type_member(element, k), any[i].name);
            if (field)
                any[i].type = type_join(any[i].type, field);
            else
                element = NULL;
        }
    if (!element) {
        Diag *diag = report(frame, DIAG_TYPE_MISMATCH, arguments[0]->span, "`%s` takes a list%s, found `%s`",
                            builtin_table[builtin].name, set ? "" : " of `{key, value}`", type_words(type));
        report_origin(diag, frame, exprs ? exprs[0] : NULL);
        report_instance(diag, frame);
        return tree_never(span);
    }
    const Type *result = set ? type_map(element, NULL) : type_map(any[0].type, any[1].type);
    if (!check_key(frame, result->map.key, arguments[0]))
        return tree_never(span);
    const Type *list = type_list(set ? element : type_record(any, 2));
    Tree *converted[] = {convert(frame, arguments[0], list)};
    return finish(builtin, result, converted, 1, span);
}

static Tree *eval_put(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Span span) {
    const Type *map = type_resolve(arguments[0]->type);
    const Type *key = grown(map->map.key, arguments[1]);
    const Type *value = map->map.value ? grown(map->map.value, arguments[2]) : NULL;
    if (!check_key(frame, key, arguments[1]))
        return tree_never(span);
    const Type *result = type_map(key, value);
    Tree *converted[] = {convert(frame, arguments[0], result), convert(frame, arguments[1], key),
                         count > 2 ? convert(frame, arguments[2], value) : NULL};
    return finish(builtin, result, converted, count, span);
}

// ---- reading -------------------------------------------------------------------------------------------------------

// The key as one of the map's; an error if it can't be one.
static Tree *looked_up(Frame *frame, const Type *map, Tree *key, const Expr *expr) {
    const Type *wanted = map->map.key;
    if (wanted->kind == TYPE_NEVER || type_fits(key->type, wanted))
        return convert(frame, key, wanted);
    Diag *diag = report(frame, DIAG_TYPE_MISMATCH, key->span, "the %s of this %s are `%s`, this is `%s`",
                        map->map.value ? "keys" : "values", map->map.value ? "map" : "set", type_words(wanted),
                        type_words(key->type));
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return NULL;
}

static Tree *eval_get_or(Frame *frame, const Type *map, Tree *key, Tree **arguments, Span span) {
    const Type *value = grown(map->map.value, arguments[2]);
    const Type *whole = type_map(map->map.key, value);
    Tree *converted[] = {convert(frame, arguments[0], whole), key, convert(frame, arguments[2], value)};
    return finish(BUILTIN_MAP_GET_OR, value, converted, 3, span);
}

static Tree *eval_with_key(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs,
                           Span span) {
    const Type *map = type_resolve(arguments[0]->type);
    Tree *key = looked_up(frame, map, arguments[1], exprs ? exprs[1] : NULL);
    if (!key)
        return tree_never(span);
    Tree *converted[] = {arguments[0], key};
    switch (builtin) {
    case BUILTIN_MAP_GET:
        return finish(builtin, found_type(map->map.value), converted, count, span);
    case BUILTIN_MAP_GET_OR:
        return eval_get_or(frame, map, key, arguments, span);
    case BUILTIN_MAP_HAS:
    case BUILTIN_SET_HAS:
        return finish(builtin, type_bool, converted, count, span);
    default:
        return finish(builtin, map, converted, count, span); // remove
    }
}

static Tree *eval_list_of(Builtin builtin, Tree **arguments, Span span) {
    const Type *map = type_resolve(arguments[0]->type);
    const Type *element = builtin == BUILTIN_MAP_ENTRIES  ? entry_type(map)
                          : builtin == BUILTIN_MAP_VALUES ? map->map.value
                                                          : map->map.key;
    return finish(builtin, type_list(element), arguments, 1, span);
}

Tree *map_as_list(Tree *value) {
    const Type *type = type_resolve(value->type);
    if (type->kind != TYPE_MAP)
        return value;
    return eval_list_of(type->map.value ? BUILTIN_MAP_ENTRIES : BUILTIN_SET_VALUES, &value, value->span);
}

// ---- the dispatch --------------------------------------------------------------------------------------------------

static bool is_of_set(Builtin builtin) { return builtin >= BUILTIN_SET_OF && builtin <= BUILTIN_SET_VALUES; }

static bool is_map_builtin(Builtin builtin) { return builtin >= BUILTIN_MAP_OF && builtin <= BUILTIN_SET_VALUES; }

static bool expect_map(Frame *frame, Builtin builtin, const Tree *argument, const Expr *expr) {
    const Type *type = type_resolve(argument->type);
    bool either = builtin == BUILTIN_MAP_SIZE;
    if (type->kind == TYPE_MAP && (either || !type->map.value == is_of_set(builtin)))
        return true;
    Diag *diag = report(frame, DIAG_TYPE_MISMATCH, argument->span, "`%s` takes a %s, found `%s`",
                        builtin_table[builtin].name, is_of_set(builtin) ? "set" : "map", type_words(type));
    report_origin(diag, frame, expr);
    report_instance(diag, frame);
    return false;
}

const Type *expected_of_map(Builtin builtin, const Tree *map, size_t at) {
    const Type *type = type_resolve(map->type);
    if (!is_map_builtin(builtin) || type->kind != TYPE_MAP || builtin == BUILTIN_MAP_OF || builtin == BUILTIN_SET_OF)
        return NULL;
    const Type *expected = at == 1 ? type->map.key : type->map.value;
    return expected && expected->kind != TYPE_NEVER ? expected : NULL;
}

Tree *eval_map_builtin(Frame *frame, Builtin builtin, Tree **arguments, size_t count, Expr *const *exprs, Span span) {
    if (!is_map_builtin(builtin))
        return NULL;
    if (count != builtin_type(frame->check, builtin)->function.parameter_count)
        return NULL; // reported by the caller
    Tree *never = tree_never_of(arguments, count, span);
    if (never)
        return never;
    if (builtin == BUILTIN_MAP_OF || builtin == BUILTIN_SET_OF) // as a function value: of nothing
        return finish(builtin, type_map(type_never, builtin == BUILTIN_SET_OF ? NULL : type_never), arguments, 0, span);
    if (builtin == BUILTIN_MAP_FROM || builtin == BUILTIN_SET_FROM)
        return eval_from(frame, builtin, arguments, exprs, span);
    if (!expect_map(frame, builtin, arguments[0], exprs ? exprs[0] : NULL))
        return tree_never(span);
    switch (builtin) {
    case BUILTIN_MAP_SIZE:
    case BUILTIN_SET_SIZE:
        return finish(builtin, type_int, arguments, 1, span);
    case BUILTIN_MAP_PUT:
    case BUILTIN_SET_ADD:
        return eval_put(frame, builtin, arguments, count, span);
    case BUILTIN_MAP_KEYS:
    case BUILTIN_MAP_VALUES:
    case BUILTIN_MAP_ENTRIES:
    case BUILTIN_SET_VALUES:
        return eval_list_of(builtin, arguments, span);
    default:
        return eval_with_key(frame, builtin, arguments, count, exprs, span);
    }
}
