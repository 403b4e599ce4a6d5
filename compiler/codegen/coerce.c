// Values of one type as another that contains it. Most conversions change no word; those that rebuild lists or unions
// are functions of their own, one per pair of representations, because they may be recursive.
#include "compiler/codegen/lower.h"

enum { SEARCH_DEPTH = 5 }; // how deep types are compared when a member is chosen; deeper they are taken to fit

// ---- choosing ------------------------------------------------------------------------------------------------------

static bool convertible(Unit *unit, const Type *from, const Type *to, int depth);

static bool record_convertible(Unit *unit, const Type *from, const Type *to, int depth) {
    for (size_t i = 0; i < to->record.count; i++) {
        const Type *field = type_field(from, to->record.fields[i].name);
        if (!field || !convertible(unit, field, to->record.fields[i].type, depth - 1))
            return false;
    }
    return true;
}

static bool literal_convertible(const Type *from, const Type *to) {
    return (from->kind == TYPE_LITERAL_BOOL && to->kind == TYPE_BOOL) ||
           (from->kind == TYPE_LITERAL_INT && to->kind == TYPE_INT) ||
           (from->kind == TYPE_LITERAL_STRING && to->kind == TYPE_STRING);
}

static bool members_convertible(Unit *unit, const Type *from, const Type *to, int depth) {
    for (size_t i = 0; i < type_member_count(from); i++) {
        bool found = false;
        for (size_t j = 0; j < type_member_count(to) && !found; j++)
            found = convertible(unit, type_member(from, i), type_member(to, j), depth - 1);
        if (!found)
            return false;
    }
    return true;
}

static bool convertible(Unit *unit, const Type *from, const Type *to, int depth) {
    from = type_resolve(from);
    to = type_resolve(to);
    if (depth == 0 || from->kind == TYPE_NEVER ||
        represent_type(&unit->represent, from) == represent_type(&unit->represent, to))
        return true;
    if (from->kind == TYPE_UNION || to->kind == TYPE_UNION)
        return members_convertible(unit, from, to, depth);
    if (from->kind == TYPE_RECORD && to->kind == TYPE_RECORD)
        return record_convertible(unit, from, to, depth);
    if (from->kind == TYPE_LIST && to->kind == TYPE_LIST)
        return convertible(unit, from->element, to->element, depth - 1);
    if (from->kind == TYPE_MAP && to->kind == TYPE_MAP)
        return !from->map.value == !to->map.value && convertible(unit, from->map.key, to->map.key, depth - 1) &&
               (!from->map.value || convertible(unit, from->map.value, to->map.value, depth - 1));
    return literal_convertible(from, to);
}

// The same representation, or the checker's choice. When a test has excluded values of the type, the checker finds no
// member; then it is the one that keeps most of the value.
const Type *coerce_member(Unit *unit, const Type *from, const Type *of) {
    const Repr *repr = represent_type(&unit->represent, from);
    const Type *best = NULL;
    size_t best_fields = 0;
    for (size_t i = 0; i < type_member_count(of); i++)
        if (represent_type(&unit->represent, type_member(of, i)) == repr)
            return type_resolve(type_member(of, i));
    best = type_best_member(from, of);
    if (best)
        return best;
    for (size_t i = 0; i < type_member_count(of); i++) {
        const Type *member = type_resolve(type_member(of, i));
        size_t fields = member->kind == TYPE_RECORD ? member->record.count : 0;
        if (convertible(unit, from, member, SEARCH_DEPTH) && (!best || fields > best_fields)) {
            best = member;
            best_fields = fields;
        }
    }
    return best;
}

// ---- what costs nothing --------------------------------------------------------------------------------------------

// A member that is the same word in the other union.
static bool member_is_free(Unit *unit, const Type *from, const Type *to) {
    from = type_resolve(from);
    if (represent_type(&unit->represent, from) == represent_type(&unit->represent, to))
        return true;
    return literal_convertible(from, to) && from->kind != TYPE_LITERAL_STRING;
}

static bool union_is_free(Unit *unit, const Type *from, const Type *to) {
    for (size_t i = 0; i < from->members.count; i++) {
        const Type *member = coerce_member(unit, from->members.types[i], to);
        if (member &&
            !member_is_free(unit, from->members.types[i], member)) // a member without target was excluded by a test
            return false;
    }
    return true;
}

static bool record_is_free(Unit *unit, const Repr *from, const Repr *to) {
    if (from->boxed || to->boxed || from->type->record.count != to->type->record.count)
        return false;
    for (size_t i = 0; i < from->type->record.count; i++)
        if (from->type->record.fields[i].name != to->type->record.fields[i].name ||
            !coerce_is_free(unit, from->type->record.fields[i].type, to->type->record.fields[i].type))
            return false;
    return true;
}

bool coerce_is_free(Unit *unit, const Type *from, const Type *to) {
    const Repr *a = represent_type(&unit->represent, from), *b = represent_type(&unit->represent, to);
    if (a == b || a->kind == FL_KIND_NEVER || (a->words == 0 && b->words == 0))
        return true;
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FL_KIND_UNION:
        return union_is_free(unit, a->type, b->type);
    case FL_KIND_RECORD:
        return record_is_free(unit, a, b);
    default:
        return false;
    }
}

// ---- conversions as functions --------------------------------------------------------------------------------------

static void lower_list(Function *f, const Type *from, const Type *to, Value list) {
    ListBuilder builder = list_builder(f, to, list_length(f, list));
    CountedLoop loop;
    Words live = {0};
    vec_push(&live, list.word[0]);
    LLVMValueRef index = loop_begin(f, &loop, unit_int(f->unit, 0), list_length(f, list), &live);
    Value element = list_element(f, repr_of(f, from->element), list, index);
    list_builder_add(f, &builder, coerce(f, from->element, to->element, element));
    loop_end(f, &loop);
    function_return(f, list_builder_end(f, &builder));
}

// Literal strings that become string: all of them at once.
static bool lower_symbols(Function *f, const Type *from, const Type *to, Value value) {
    const Type *string = NULL;
    for (size_t i = 0; i < from->members.count; i++) {
        const Type *member = type_resolve(from->members.types[i]);
        const Type *target = member->kind == TYPE_LITERAL_STRING ? coerce_member(f->unit, member, to) : NULL;
        if (target && target->kind == TYPE_STRING)
            string = target;
    }
    if (!string)
        return false;
    LLVMBasicBlockRef is = function_block(f, "symbol"), other = function_block(f, "other");
    LLVMBuildCondBr(f->builder, union_is_symbol(f, value.word[0]), is, other);
    function_enter(f, is);
    function_return(f, union_make(f, string, value_one(union_symbol_text(f, value.word[0]))));
    function_enter(f, other);
    return true;
}

// One way out per member that changes; the rest keep their word.
static void lower_union(Function *f, const Type *from, const Type *to, Value value) {
    bool symbols = lower_symbols(f, from, to, value);
    for (size_t i = 0; i < from->members.count; i++) {
        const Type *member = from->members.types[i], *target = coerce_member(f->unit, member, to);
        if (!target || member_is_free(f->unit, member, target))
            continue;
        if (symbols && type_resolve(member)->kind == TYPE_LITERAL_STRING)
            continue;
        LLVMBasicBlockRef is = function_block(f, "member"), other = function_block(f, "other");
        LLVMBuildCondBr(f->builder, union_test(f, from, member, value.word[0], true), is, other);
        function_enter(f, is);
        Value changed = coerce(f, member, target, union_open(f, member, value.word[0]));
        function_return(f, union_make(f, target, changed));
        function_enter(f, other);
    }
    function_return(f, value);
}

static LLVMValueRef make_function(Unit *unit, Map *functions, const Repr *from, const Repr *to) {
    LLVMTypeRef words[REPR_MAX_WORDS];
    for (unsigned i = 0; i < from->words; i++)
        words[i] = unit_word_type(unit, from->word[i]);
    LLVMValueRef function = function_declare(unit, "coerce.value", unit_result_type(unit, to), words, from->words);
    map_set(functions, to, function);
    Function f;
    function_begin(&f, unit, function, NULL, MODE_NORMAL, to, (Span){0});
    poll_entry(&f, POLL_STACK);
    Value value = {0};
    for (unsigned i = 0; i < from->words; i++)
        value.word[i] = LLVMGetParam(function, i + 1);
    if (to->kind == FL_KIND_LIST)
        lower_list(&f, from->type, to->type, value);
    else if (to->kind == FL_KIND_MAP)
        function_return(&f, map_converted(&f, from->type, to->type, value));
    else
        lower_union(&f, from->type, to->type, value);
    function_end(&f);
    return function;
}

static Value call_function(Function *f, const Repr *from, const Repr *to, Value value) {
    Map *functions = map_get(&f->unit->coercions, from);
    if (!functions) {
        functions = mem_new(Map);
        map_set(&f->unit->coercions, from, functions);
    }
    LLVMValueRef function = map_get(functions, to);
    if (!function)
        function = make_function(f->unit, functions, from, to);
    return function_unpack(f, to, function_call(f, function, value.word, from->words));
}

// ---- conversions in place ------------------------------------------------------------------------------------------

static Value convert_record(Function *f, const Repr *from, const Repr *to, Value value) {
    Words words = {0};
    for (size_t i = 0; i < to->type->record.count; i++) {
        const TypeField *field = &to->type->record.fields[i];
        size_t index = record_index(from->type, field->name);
        if (index == SIZE_MAX) { // excluded by a test before
            words_add(&words, repr_of(f, field->type), value_undef(f->unit, repr_of(f, field->type)));
            continue;
        }
        Value old = record_field(f, from, value, index);
        words_add(&words, repr_of(f, field->type), coerce(f, from->type->record.fields[index].type, field->type, old));
    }
    return record_from_words(f, to, words.data);
}

static Value convert_to_union(Function *f, const Type *from, const Type *to, Value value) {
    const Type *member = coerce_member(f->unit, from, to);
    if (!member)
        return value_undef(f->unit, repr_of(f, to)); // excluded by a test before
    return union_make(f, member, coerce(f, from, member, value));
}

// Every member is `base` or one of its literals.
static bool only_literals_of(const Type *type, TypeKind base, TypeKind literal) {
    for (size_t i = 0; i < type->members.count; i++) {
        TypeKind kind = type_resolve(type->members.types[i])->kind;
        if (kind != base && kind != literal)
            return false;
    }
    return true;
}

// Unions of literals as their base type, without looking at which one it is.
static bool convert_literals(Function *f, const Type *from, const Type *to, Value *value) {
    TypeKind kind = type_resolve(to)->kind;
    if (kind == TYPE_INT ? only_literals_of(from, TYPE_INT, TYPE_LITERAL_INT)
                         : kind == TYPE_BOOL && only_literals_of(from, TYPE_BOOL, TYPE_LITERAL_BOOL)) {
        *value = union_open(f, to, value->word[0]);
        return true;
    }
    if (kind != TYPE_STRING || !only_literals_of(from, TYPE_LITERAL_STRING, TYPE_LITERAL_STRING))
        return false;
    *value = value_one(union_symbol_text(f, value->word[0]));
    return true;
}

// After narrowing: those members that can become `to`.
static Value convert_from_union(Function *f, const Type *from, const Type *to, Value value) {
    if (convert_literals(f, from, to, &value))
        return value;
    Merge merge = merge_begin(f, repr_of(f, to));
    for (size_t i = 0; i < from->members.count; i++) {
        const Type *member = from->members.types[i];
        if (!convertible(f->unit, member, to, SEARCH_DEPTH))
            continue;
        LLVMBasicBlockRef is = function_block(f, "member"), other = function_block(f, "other");
        LLVMBuildCondBr(f->builder, union_test(f, from, member, value.word[0], true), is, other);
        function_enter(f, is);
        merge_add(f, &merge, coerce(f, member, to, union_open(f, member, value.word[0])));
        function_enter(f, other);
    }
    function_unreachable(f);
    return merge_end(f, &merge);
}

static Value convert_literal(Function *f, const Type *from, const Repr *to) {
    if (to->kind == FL_KIND_FLOAT)
        return value_one(LLVMConstReal(f->unit->f64, (double)from->literal.integer));
    return expr_literal(f, from);
}

static Value convert_list(Function *f, const Repr *from, const Repr *to, Value value) {
    if (type_is_never(from->type->element))
        return (Value){{LLVMConstNull(f->unit->ptr), unit_int(f->unit, 0)}};
    return call_function(f, from, to, value);
}

Value coerce(Function *f, const Type *from_type, const Type *to_type, Value value) {
    const Repr *from = repr_of(f, from_type), *to = repr_of(f, to_type);
    if (from->kind == FL_KIND_NEVER)
        return value_undef(f->unit, to);
    if (to->words == 0)
        return (Value){0};
    if (coerce_is_free(f->unit, from_type, to_type))
        return value;
    if (from->kind == FL_KIND_UNION)
        return to->kind == FL_KIND_UNION ? call_function(f, from, to, value)
                                         : convert_from_union(f, from->type, to_type, value);
    if (to->kind == FL_KIND_UNION)
        return convert_to_union(f, from->type, to->type, value);
    if (from->kind == FL_KIND_LITERAL)
        return convert_literal(f, from->type, to);
    if (from->kind == FL_KIND_LIST)
        return convert_list(f, from, to, value);
    if (from->kind == FL_KIND_MAP && type_is_never(from->type->map.key))
        return (Value){{LLVMConstNull(f->unit->ptr), unit_int(f->unit, 0)}};
    if (from->kind == FL_KIND_MAP)
        return call_function(f, from, to, value);
    if (from->kind == FL_KIND_RECORD)
        return convert_record(f, from, to, value);
    return value_one(LLVMBuildSIToFP(f->builder, value.word[0], f->unit->f64, "")); // int to float
}
