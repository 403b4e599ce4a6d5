// Maps and sets: calls of the runtime, to which keys and values go by address.
#include "compiler/codegen/lower.h"

enum { LIST_KEYS, LIST_VALUES, LIST_ENTRIES }; // fl_map_list

bool map_is_builtin(Builtin builtin) { return builtin >= BUILTIN_MAP_OF && builtin <= BUILTIN_SET_VALUES; }

static const Type *key_of(const Type *map) { return type_resolve(map)->map.key; }

static const Type *value_of(const Type *map) { return type_resolve(map)->map.value; }

static Value empty(Function *f) { return (Value){{LLVMConstNull(f->unit->ptr), unit_int(f->unit, 0)}}; }

// The address of a value's words.
static LLVMValueRef address(Function *f, unsigned which, const Type *type, Value value) {
    if (!type)
        return LLVMConstNull(f->unit->ptr);
    LLVMValueRef words = function_scratch(f, which);
    memory_store_value(f, repr_of(f, type), value, words, 0);
    return words;
}

static Value put(Function *f, const Type *type, Value map, Value key, Value value) {
    LLVMValueRef key_words = address(f, 0, key_of(type), key), value_words = address(f, 1, value_of(type), value);
    LLVMValueRef result = RUNTIME(f, fl_map_put, f->process, table_type_of(f->unit, type), map.word[0], map.word[1],
                                  key_words, value_words);
    return function_unpack(f, repr_of(f, type), result);
}

static Value from_list(Function *f, const Type *type, const Type *list, Value value) {
    LLVMValueRef result = RUNTIME(f, fl_map_from, f->process, table_type_of(f->unit, type),
                                  table_type_of(f->unit, list), value.word[0], value.word[1]);
    return function_unpack(f, repr_of(f, type), result);
}

static Value to_list(Function *f, const Type *map, const Type *list, Value value, int which) {
    LLVMValueRef result = RUNTIME(f, fl_map_list, f->process, table_type_of(f->unit, map), value.word[0], value.word[1],
                                  table_type_of(f->unit, list), unit_int(f->unit, which));
    return function_unpack(f, repr_of(f, list), result);
}

static const Type *entry_type(const Type *map) {
    TypeField fields[] = {{name_of("key"), key_of(map)}, {name_of("value"), value_of(map)}};
    return type_record(fields, 2);
}

// Through the list of its entries.
Value map_converted(Function *f, const Type *from, const Type *to, Value map) {
    bool set = !value_of(from);
    const Type *old = type_list(set ? key_of(from) : entry_type(from));
    const Type *new = type_list(set ? key_of(to) : entry_type(to));
    Value list = to_list(f, from, old, map, set ? LIST_KEYS : LIST_ENTRIES);
    return from_list(f, to, new, coerce(f, old, new, list));
}

// ---- the builtins --------------------------------------------------------------------------------------------------

static Value map_of(Function *f, const Tree *tree) {
    bool set = !value_of(tree->type);
    Value map = empty(f), key = {0};
    for (size_t i = 0; i < tree->builtin.count; i++) {
        Value argument = expr(f, tree->builtin.arguments[i]);
        if (set)
            map = put(f, tree->type, map, argument, argument);
        else if (i % 2 == 0)
            key = argument;
        else
            map = put(f, tree->type, map, key, argument);
    }
    return map;
}

// The address of the value found, or NULL. A map of no keys has none.
static LLVMValueRef find(Function *f, const Type *map, Value value, Value key) {
    if (type_is_never(key_of(map)))
        return LLVMConstNull(f->unit->ptr);
    return RUNTIME(f, fl_map_find, f->process, table_type_of(f->unit, map), value.word[0],
                   address(f, 0, key_of(map), key));
}

static LLVMValueRef is_found(Function *f, LLVMValueRef found) {
    return LLVMBuildICmp(f->builder, LLVMIntNE, found, LLVMConstNull(f->unit->ptr), "");
}

// What is given for a value that was found, and `other` for one that was not. `field`: of the record for it, or NULL.
static Value choose(Function *f, const Tree *tree, const Type *map, LLVMValueRef found, const char *field,
                    const Type *other_type, Value other) {
    Merge merge = merge_begin(f, repr_of(f, tree->type));
    LLVMBasicBlockRef good = function_block(f, "found"), bad = function_block(f, "missing");
    LLVMBuildCondBr(f->builder, is_found(f, found), good, bad);
    function_enter(f, good);
    const Type *type = value_of(map);
    Value value = memory_load_value(f, repr_of(f, type), found, 0);
    TypeField fields[] = {{name_of(field ? field : "found"), type}};
    merge_add(f, &merge, coerce(f, field ? type_record(fields, 1) : type, tree->type, value));
    function_enter(f, bad);
    merge_add(f, &merge, coerce(f, other_type, tree->type, other));
    return merge_end(f, &merge);
}

static Value get(Function *f, const Tree *tree, const Type *map, const Value *argument) {
    TypeField none = {name_of("notFound"), type_literal_bool(true)};
    LLVMValueRef found = find(f, map, argument[0], argument[1]);
    return choose(f, tree, map, found, "found", type_record(&none, 1), (Value){0});
}

static Value take(Function *f, const Type *type, const Value *argument) {
    if (type_is_never(key_of(type)))
        return argument[0];
    LLVMValueRef result = RUNTIME(f, fl_map_remove, f->process, table_type_of(f->unit, type), argument[0].word[0],
                                  argument[0].word[1], address(f, 0, key_of(type), argument[1]));
    return function_unpack(f, repr_of(f, type), result);
}

Value map_call(Function *f, const Tree *tree) {
    Tree *const *trees = tree->builtin.arguments;
    Builtin builtin = tree->builtin.builtin;
    if (builtin == BUILTIN_MAP_OF || builtin == BUILTIN_SET_OF)
        return map_of(f, tree);
    Value argument[3] = {0};
    for (size_t i = 0; i < tree->builtin.count; i++)
        argument[i] = expr(f, trees[i]);
    const Type *map = type_resolve(trees[0]->type);
    switch (builtin) {
    case BUILTIN_MAP_FROM:
    case BUILTIN_SET_FROM:
        return type_is_never(key_of(tree->type)) ? empty(f) : from_list(f, tree->type, map, argument[0]);
    case BUILTIN_MAP_SIZE:
    case BUILTIN_SET_SIZE:
        return value_one(argument[0].word[1]);
    case BUILTIN_MAP_GET:
        return get(f, tree, map, argument);
    case BUILTIN_MAP_GET_OR:
        return choose(f, tree, map, find(f, map, argument[0], argument[1]), NULL, trees[2]->type, argument[2]);
    case BUILTIN_MAP_HAS:
    case BUILTIN_SET_HAS:
        return value_one(is_found(f, find(f, map, argument[0], argument[1])));
    case BUILTIN_MAP_PUT:
    case BUILTIN_SET_ADD:
        return put(f, map, argument[0], argument[1], argument[2]);
    case BUILTIN_MAP_REMOVE:
    case BUILTIN_SET_REMOVE:
        return take(f, map, argument);
    case BUILTIN_MAP_VALUES:
        return to_list(f, map, tree->type, argument[0], LIST_VALUES);
    case BUILTIN_MAP_ENTRIES:
        return to_list(f, map, tree->type, argument[0], LIST_ENTRIES);
    default:
        return to_list(f, map, tree->type, argument[0], LIST_KEYS);
    }
}
