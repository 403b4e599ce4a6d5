// Lists: a buffer and a range of its elements. Elements are stored unboxed, one behind the other.
#include <stddef.h>

#include "compiler/codegen/lower.h"

enum { INLINE_BYTES = 2048 }; // larger literals take their buffer from the runtime

static const Type *element_type(const Type *list) { return type_resolve(list)->element; }

LLVMValueRef list_length(Function *f, Value list) {
    return LLVMBuildAnd(f->builder, list.word[1], unit_int(f->unit, UINT32_MAX), "length");
}

LLVMValueRef list_offset(Function *f, Value list) {
    return LLVMBuildLShr(f->builder, list.word[1], unit_int(f->unit, 32), "offset");
}

static LLVMValueRef element_at(Function *f, const Repr *element, LLVMValueRef buffer, LLVMValueRef index) {
    LLVMValueRef bytes = LLVMBuildMul(f->builder, index, unit_int(f->unit, 8 * element->words), "");
    LLVMValueRef base = memory_at(f, buffer, offsetof(FlBuffer, elements));
    return LLVMBuildInBoundsGEP2(f->builder, f->unit->i8, base, &bytes, 1, "");
}

Value list_element(Function *f, const Repr *element, Value list, LLVMValueRef index) {
    if (element->words == 0)
        return (Value){0};
    LLVMValueRef at = LLVMBuildAdd(f->builder, list_offset(f, list), index, "");
    return memory_load_value(f, element, element_at(f, element, list.word[0], at), 0);
}

static LLVMValueRef make_range(Function *f, LLVMValueRef offset, LLVMValueRef length) {
    return LLVMBuildOr(f->builder, LLVMBuildShl(f->builder, offset, unit_int(f->unit, 32), ""), length, "range");
}

Value list_rest(Function *f, Value list, uint64_t skip) {
    LLVMValueRef count = unit_int(f->unit, (int64_t)skip);
    LLVMValueRef offset = LLVMBuildAdd(f->builder, list_offset(f, list), count, "");
    LLVMValueRef length = LLVMBuildSub(f->builder, list_length(f, list), count, "");
    return (Value){{list.word[0], make_range(f, offset, length)}};
}

// ---- literals ------------------------------------------------------------------------------------------------------

static Value empty_list(const Unit *unit) { return (Value){{LLVMConstNull(unit->ptr), unit_int(unit, 0)}}; }

static LLVMValueRef static_buffer(Unit *unit, uint32_t type, const Words *words, uint32_t count) {
    LLVMValueRef *parts = mem_alloc((words->len + 5) * sizeof *parts);
    parts[0] = unit_i32(unit, type);
    parts[1] = unit_i32(unit, FL_OBJECT_STATIC);
    parts[2] = parts[3] = unit_i32(unit, count);
    parts[4] = unit_int(unit, 0);
    for (size_t i = 0; i < words->len; i++) {
        LLVMValueRef word = words->data[i];
        parts[i + 5] = LLVMTypeOf(word) == unit->i1 ? unit_int(unit, (int64_t)LLVMConstIntGetZExtValue(word)) : word;
    }
    LLVMValueRef object = LLVMConstStructInContext(unit->context, parts, (unsigned)words->len + 5, false);
    return static_global(unit, "buffer", object);
}

// Room for exactly these elements, filled in by the caller at once; `used` is set.
static LLVMValueRef new_buffer(Function *f, const Repr *list, uint64_t bytes, uint32_t count) {
    Unit *unit = f->unit;
    LLVMValueRef used = unit_i32(unit, count), buffer;
    if (bytes > INLINE_BYTES) {
        buffer = RUNTIME(f, fl_buffer_new, f->process, table_type_of(unit, list->type), unit_int(unit, count));
    } else {
        buffer = memory_alloc(f, bytes);
        LLVMBuildStore(f->builder, unit_int(unit, represent_buffer_id(&unit->represent, list)), buffer);
        LLVMBuildStore(f->builder, used, memory_at(f, buffer, offsetof(FlBuffer, capacity)));
        LLVMBuildStore(f->builder, unit_int(unit, 0), memory_at(f, buffer, offsetof(FlBuffer, owner)));
    }
    LLVMBuildStore(f->builder, used, memory_at(f, buffer, offsetof(FlBuffer, used)));
    return buffer;
}

static Value list_of_words(Function *f, const Repr *list, const Words *words, uint32_t count) {
    Unit *unit = f->unit;
    const Repr *element = repr_of(f, element_type(list->type));
    LLVMValueRef buffer;
    if (static_all_constant(words->data, (unsigned)words->len)) {
        buffer = static_buffer(unit, represent_buffer_id(&unit->represent, list), words, count);
    } else {
        buffer = new_buffer(f, list, sizeof(FlBuffer) + 8 * words->len, count);
        for (size_t i = 0; i < words->len; i++)
            memory_store(f, element->word[i % element->words], words->data[i], buffer,
                         offsetof(FlBuffer, elements) + 8 * i);
    }
    return (Value){{buffer, unit_int(unit, count)}};
}

// Elements of a long list are stored in groups as they are computed: thousands of live words cost LLVM quadratic time.
enum { GROUP = 64 };

typedef struct LongList {
    const Repr *list;
    size_t element_words, count;
    LLVMValueRef buffer; // NULL as long as all elements are constants
    size_t stored;       // elements
} LongList;

// Stores what has been computed since the last time, unless it may still become a static list.
static void store_group(Function *f, LongList *list, const Words *words, size_t computed) {
    size_t from = list->stored * list->element_words;
    if (!list->buffer && static_all_constant(words->data + from, (unsigned)(words->len - from)))
        return;
    if (!list->buffer)
        list->buffer = RUNTIME(f, fl_buffer_new, f->process, table_type_of(f->unit, list->list->type),
                               unit_int(f->unit, (int64_t)list->count));
    const Repr *element = repr_of(f, element_type(list->list->type));
    for (size_t i = from; i < words->len; i++)
        memory_store(f, element->word[i % list->element_words], words->data[i], list->buffer,
                     offsetof(FlBuffer, elements) + 8 * i);
    LLVMBuildStore(f->builder, unit_i32(f->unit, (uint32_t)computed),
                   memory_at(f, list->buffer, offsetof(FlBuffer, used)));
    list->stored = computed;
}

Value list_make(Function *f, const Tree *tree) {
    size_t count = tree->list.count;
    if (count == 0)
        return empty_list(f->unit);
    const Repr *list = repr_of(f, tree->type);
    const Type *element = element_type(list->type);
    LongList whole = {.list = list, .element_words = repr_of(f, element)->words, .count = count};
    Words words = {0};
    for (size_t i = 0; i < count; i++) {
        const Tree *value = tree->list.elements[i];
        words_add(&words, repr_of(f, element), coerce(f, value->type, element, expr(f, value)));
        if (count > GROUP && whole.element_words > 0 && ((i + 1) % GROUP == 0 || i + 1 == count))
            store_group(f, &whole, &words, i + 1);
    }
    if (whole.buffer)
        return (Value){{whole.buffer, unit_int(f->unit, (int64_t)count)}};
    return list_of_words(f, list, &words, (uint32_t)count);
}

// ---- parts ---------------------------------------------------------------------------------------------------------

Value list_index(Function *f, const Tree *tree) {
    Value list = expr(f, tree->index.list);
    Value position = expr(f, tree->index.position);
    if (type_is_never(tree->index.list->type) || type_is_never(tree->index.position->type))
        return value_undef(f->unit, repr_of(f, tree->type));
    if (type_resolve(tree->index.position->type)->kind == TYPE_LITERAL_INT)
        position = expr_literal(f, type_resolve(tree->index.position->type));
    LLVMValueRef index = position.word[0], length = list_length(f, list);
    LLVMBasicBlockRef bad = function_block(f, "index.bad"), fine = function_block(f, "index");
    function_branch_cold(f, LLVMBuildICmp(f->builder, LLVMIntUGE, index, length, ""), bad, fine);
    function_enter(f, bad);
    RUNTIME(f, fl_panic_index, f->process, index, length, function_site(f));
    LLVMBuildUnreachable(f->builder);
    function_enter(f, fine);
    const Type *element = element_type(tree->index.list->type);
    return coerce(f, element, tree->type, list_element(f, repr_of(f, element), list, index));
}

static LLVMValueRef int_operand(Function *f, const Tree *tree) {
    Value value = expr(f, tree);
    const Type *type = type_resolve(tree->type);
    if (type->kind == TYPE_LITERAL_INT)
        value = expr_literal(f, type);
    return type->kind == TYPE_NEVER ? LLVMGetUndef(f->unit->i64) : value.word[0];
}

Value list_slice(Function *f, const Tree *tree) {
    LLVMBuilderRef b = f->builder;
    Value list = expr(f, tree->slice.list);
    if (type_is_never(tree->slice.list->type))
        return value_undef(f->unit, repr_of(f, tree->type));
    LLVMValueRef length = list_length(f, list);
    LLVMValueRef from = tree->slice.from ? int_operand(f, tree->slice.from) : unit_int(f->unit, 0);
    LLVMValueRef to = tree->slice.to ? int_operand(f, tree->slice.to) : length;
    LLVMValueRef beyond = LLVMBuildICmp(b, LLVMIntUGT, to, length, "");
    LLVMValueRef crossed = LLVMBuildICmp(b, LLVMIntUGT, from, to, "");
    LLVMBasicBlockRef bad = function_block(f, "slice.bad"), fine = function_block(f, "slice");
    function_branch_cold(f, LLVMBuildOr(b, beyond, crossed, ""), bad, fine);
    function_enter(f, bad);
    RUNTIME(f, fl_panic_slice, f->process, from, to, length, function_site(f));
    LLVMBuildUnreachable(b);
    function_enter(f, fine);
    LLVMValueRef offset = LLVMBuildAdd(b, list_offset(f, list), from, "");
    Value result = {{list.word[0], make_range(f, offset, LLVMBuildSub(b, to, from, ""))}};
    return coerce(f, tree->slice.list->type, tree->type, result);
}

// ---- appending -----------------------------------------------------------------------------------------------------

static Value append_lists(Function *f, const Type *type, Value a, Value b) {
    LLVMValueRef result = RUNTIME(f, fl_list_append, f->process, table_type_of(f->unit, type), a.word[0], a.word[1],
                                  b.word[0], b.word[1]);
    return function_unpack(f, repr_of(f, type), result);
}

// Whether the process owns the buffer, nothing lies behind the list in it yet, and there is room for one more. Ends in
// three branches to `slow`.
static LLVMValueRef test_in_place(Function *f, Value list, LLVMBasicBlockRef slow) {
    LLVMBuilderRef b = f->builder;
    Unit *unit = f->unit;
    LLVMBasicBlockRef some = function_block(f, "append.some"), owned = function_block(f, "append.owned"),
                      fast = function_block(f, "append.fast");
    LLVMBuildCondBr(b, LLVMBuildIsNull(b, list.word[0], ""), slow, some);
    function_enter(f, some);
    LLVMValueRef owner = memory_load(f, WORD_INT, list.word[0], offsetof(FlBuffer, owner));
    LLVMValueRef pid = memory_load(f, WORD_INT, f->process, offsetof(FlProcessHead, pid));
    LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntEQ, owner, pid, ""), owned, slow);
    function_enter(f, owned);
    LLVMValueRef used = LLVMBuildLoad2(b, unit->i32, memory_at(f, list.word[0], offsetof(FlBuffer, used)), "used");
    LLVMValueRef capacity =
        LLVMBuildLoad2(b, unit->i32, memory_at(f, list.word[0], offsetof(FlBuffer, capacity)), "capacity");
    LLVMValueRef end = LLVMBuildAdd(b, list_offset(f, list), list_length(f, list), "end");
    LLVMValueRef at_end = LLVMBuildICmp(b, LLVMIntEQ, LLVMBuildZExt(b, used, unit->i64, ""), end, "");
    LLVMValueRef room = LLVMBuildICmp(b, LLVMIntULT, used, capacity, "");
    LLVMBuildCondBr(b, LLVMBuildAnd(b, at_end, room, ""), fast, slow);
    function_enter(f, fast);
    return used;
}

// list ++ [element], the way lists are built: in place without a call when that is possible.
static Value append_one(Function *f, const Type *type, Value list, Value value) {
    Unit *unit = f->unit;
    const Repr *repr = repr_of(f, type), *element = repr_of(f, element_type(type));
    Merge merge = merge_begin(f, repr);
    LLVMBasicBlockRef slow = function_block(f, "append.slow");
    LLVMValueRef used = test_in_place(f, list, slow);
    LLVMValueRef at = element_at(f, element, list.word[0], LLVMBuildZExt(f->builder, used, unit->i64, ""));
    memory_store_value(f, element, value, at, 0);
    LLVMValueRef more = LLVMBuildAdd(f->builder, used, unit_i32(unit, 1), "");
    LLVMBuildStore(f->builder, more, memory_at(f, list.word[0], offsetof(FlBuffer, used)));
    merge_add(f, &merge, (Value){{list.word[0], LLVMBuildAdd(f->builder, list.word[1], unit_int(unit, 1), "")}});
    function_enter(f, slow);
    Words words = {0};
    words_add(&words, element, value);
    merge_add(f, &merge, append_lists(f, type, list, list_of_words(f, repr, &words, 1)));
    return merge_end(f, &merge);
}

Value list_append(Function *f, const Tree *tree) {
    const Tree *left = tree->binary.left, *right = tree->binary.right;
    Value a = expr(f, left);
    const Type *element = element_type(tree->type);
    if (right->kind == TREE_LIST && right->list.count == 1 && !type_is_never(left->type) &&
        !type_is_never(right->list.elements[0]->type)) {
        const Tree *only = right->list.elements[0];
        Value value = coerce(f, only->type, element, expr(f, only));
        return append_one(f, tree->type, coerce(f, left->type, tree->type, a), value);
    }
    Value b = expr(f, right);
    if (type_is_never(left->type) || type_is_never(right->type))
        return value_undef(f->unit, repr_of(f, tree->type));
    return append_lists(f, tree->type, coerce(f, left->type, tree->type, a), coerce(f, right->type, tree->type, b));
}

// ---- building ------------------------------------------------------------------------------------------------------

static void set_buffer(Function *f, ListBuilder *builder, LLVMValueRef buffer) {
    LLVMValueRef capacity =
        LLVMBuildLoad2(f->builder, f->unit->i32, memory_at(f, buffer, offsetof(FlBuffer, capacity)), "");
    LLVMBuildStore(f->builder, buffer, builder->buffer);
    LLVMBuildStore(f->builder, LLVMBuildZExt(f->builder, capacity, f->unit->i64, ""), builder->capacity);
}

static LLVMValueRef fresh_buffer(Function *f, ListBuilder *builder, LLVMValueRef capacity) {
    return RUNTIME(f, fl_buffer_new, f->process, table_type_of(f->unit, builder->list->type), capacity);
}

ListBuilder list_builder(Function *f, const Type *list, LLVMValueRef capacity) {
    Unit *unit = f->unit;
    ListBuilder builder = {.list = repr_of(f, list), .element = repr_of(f, element_type(list))};
    builder.buffer = function_alloca(f, unit->ptr, "buffer");
    builder.used = function_alloca(f, unit->i64, "used");
    builder.capacity = function_alloca(f, unit->i64, "capacity");
    LLVMBuildStore(f->builder, LLVMConstNull(unit->ptr), builder.buffer);
    LLVMBuildStore(f->builder, unit_int(unit, 0), builder.used);
    LLVMBuildStore(f->builder, unit_int(unit, 0), builder.capacity);
    if (!capacity)
        return builder;
    LLVMBasicBlockRef some = function_block(f, "reserve"), done = function_block(f, "reserved");
    LLVMBuildCondBr(f->builder, LLVMBuildICmp(f->builder, LLVMIntSGT, capacity, unit_int(unit, 0), ""), some, done);
    function_enter(f, some);
    set_buffer(f, &builder, fresh_buffer(f, &builder, capacity));
    LLVMBuildBr(f->builder, done);
    function_enter(f, done);
    return builder;
}

static void make_room(Function *f, ListBuilder *builder) {
    Unit *unit = f->unit;
    LLVMBasicBlockRef first = function_block(f, "first"), grow = function_block(f, "grow"),
                      done = function_block(f, "room");
    LLVMValueRef buffer = LLVMBuildLoad2(f->builder, unit->ptr, builder->buffer, "");
    LLVMBuildCondBr(f->builder, LLVMBuildIsNull(f->builder, buffer, ""), first, grow);
    function_enter(f, first);
    set_buffer(f, builder, fresh_buffer(f, builder, unit_int(unit, 4)));
    LLVMBuildBr(f->builder, done);
    function_enter(f, grow);
    set_buffer(f, builder, RUNTIME(f, fl_buffer_grow, f->process, table_type_of(unit, builder->list->type), buffer));
    LLVMBuildBr(f->builder, done);
    function_enter(f, done);
}

void list_builder_add(Function *f, ListBuilder *builder, Value element) {
    Unit *unit = f->unit;
    LLVMBuilderRef b = f->builder;
    LLVMBasicBlockRef full = function_block(f, "full"), store = function_block(f, "store");
    LLVMValueRef used = LLVMBuildLoad2(b, unit->i64, builder->used, "");
    LLVMValueRef capacity = LLVMBuildLoad2(b, unit->i64, builder->capacity, "");
    function_branch_cold(f, LLVMBuildICmp(b, LLVMIntEQ, used, capacity, ""), full, store);
    function_enter(f, full);
    make_room(f, builder);
    LLVMBuildBr(b, store);
    function_enter(f, store);
    LLVMValueRef buffer = LLVMBuildLoad2(b, unit->ptr, builder->buffer, "");
    memory_store_value(f, builder->element, element, element_at(f, builder->element, buffer, used), 0);
    LLVMValueRef more = LLVMBuildAdd(b, used, unit_int(unit, 1), "");
    LLVMBuildStore(b, more, builder->used);
    LLVMBuildStore(b, LLVMBuildTrunc(b, more, unit->i32, ""), memory_at(f, buffer, offsetof(FlBuffer, used)));
}

Value list_builder_end(Function *f, ListBuilder *builder) {
    LLVMValueRef buffer = LLVMBuildLoad2(f->builder, f->unit->ptr, builder->buffer, "");
    return (Value){{buffer, LLVMBuildLoad2(f->builder, f->unit->i64, builder->used, "")}};
}
