// Starting processes, sending, request and reply.
#include <stddef.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

Value process_self(Function *f) {
    return value_one(memory_load(f, WORD_INT, f->process, offsetof(FlProcessHead, pid)));
}

LLVMValueRef process_word(Function *f, const Tree *tree, const Type *type) {
    Value value = expr(f, tree);
    return coerce(f, tree->type, type, value).word[0];
}

LLVMValueRef process_timeout(Function *f, const Tree *tree) {
    LLVMValueRef timeout = process_word(f, tree, type_int);
    LLVMValueRef negative = LLVMBuildICmp(f->builder, LLVMIntSLT, timeout, unit_int(f->unit, 0), "");
    return LLVMBuildSelect(f->builder, negative, unit_int(f->unit, 0), timeout, "");
}

// ---- starting ------------------------------------------------------------------------------------------------------

static const Layout *frame_layout(Unit *unit, const Instance *body) {
    const Type **types = mem_alloc((body->parameter_count + 1) * sizeof *types);
    for (size_t i = 0; i < body->parameter_count; i++)
        types[i] = body->parameters[i]->type;
    return represent_tuple(&unit->represent, types, body->parameter_count);
}

// The words of a frame in order, from the object that `process->frame` points to.
static void load_frame(Function *f, const Layout *layout, Words *words) {
    LLVMValueRef frame = memory_load(f, WORD_POINTER, f->process, offsetof(FlProcessHead, frame));
    for (unsigned i = 0; i < layout->words; i++)
        vec_push(words, memory_load(f, layout->word[i], frame, 8 + 8 * (uint64_t)i));
}

LLVMValueRef process_start_thunk(Unit *unit, const TreeStart *start) {
    LLVMValueRef known = map_get(&unit->start_thunks, start->body);
    if (known)
        return known;
    LLVMValueRef thunk =
        function_declare_c(unit, text_format("start.%s", start->body->name ? start->body->name->text : "lambda"), 1);
    map_set(&unit->start_thunks, start->body, thunk);
    Function f;
    function_begin(&f, unit, thunk, NULL, MODE_NORMAL, represent_type(&unit->represent, type_nil), start->body->span);
    Words words = {0};
    const Layout *layout = frame_layout(unit, start->body);
    if (layout->words)
        load_frame(&f, layout, &words);
    function_call(&f, function_of(unit, start->body, MODE_LOOP), words.data, words.len);
    function_return(&f, (Value){0});
    function_end(&f);
    return thunk;
}

const Layout *process_frame(Function *f, const TreeStart *start, Words *words) {
    for (size_t i = 0; i < start->count; i++) {
        const Type *to = start->body->parameters[i]->type;
        Value value = expr(f, start->arguments[i]);
        words_add(words, repr_of(f, to), coerce(f, start->arguments[i]->type, to, value));
    }
    return frame_layout(f->unit, start->body);
}

static const char *kind_text(const TreeStart *start) {
    if (start->kind && start->kind->function)
        return start->kind->function->text;
    return start->body->name ? start->body->name->text : "spawn";
}

static void option_word(Function *f, LLVMValueRef options, const Tree *tree, const Type *type, size_t offset) {
    if (tree)
        LLVMBuildStore(f->builder, process_word(f, tree, type), memory_at(f, options, offset));
}

static void option_flag(Function *f, LLVMValueRef options, const Tree *tree, size_t offset) {
    if (tree) {
        LLVMValueRef byte = LLVMBuildZExt(f->builder, process_word(f, tree, type_bool), f->unit->i8, "");
        LLVMBuildStore(f->builder, byte, memory_at(f, options, offset));
    }
}

static LLVMValueRef spawn_options(Function *f, const TreeSpawnOptions *given) {
    if (!given)
        return LLVMConstNull(f->unit->ptr);
    LLVMTypeRef type = LLVMArrayType2(f->unit->i64, sizeof(FlSpawnOptions) / 8);
    LLVMValueRef options = function_alloca(f, type, "options");
    LLVMBuildStore(f->builder, LLVMConstNull(type), options);
    option_word(f, options, given->name, type_string, offsetof(FlSpawnOptions, name));
    option_flag(f, options, given->link, offsetof(FlSpawnOptions, link));
    option_flag(f, options, given->monitor, offsetof(FlSpawnOptions, monitor));
    if (given->mailbox)
        LLVMBuildStore(f->builder, LLVMConstInt(f->unit->i8, 1, false),
                       memory_at(f, options, offsetof(FlSpawnOptions, bounded)));
    option_word(f, options, given->mailbox, type_int, offsetof(FlSpawnOptions, mailbox));
    option_word(f, options, given->overflow, type_string, offsetof(FlSpawnOptions, overflow));
    option_word(f, options, given->memory, type_int, offsetof(FlSpawnOptions, memory_limit));
    option_word(f, options, given->stack, type_int, offsetof(FlSpawnOptions, stack_limit));
    return options;
}

Value process_spawn(Function *f, const Tree *tree) {
    Unit *unit = f->unit;
    const TreeStart *start = &tree->spawn.start;
    LLVMValueRef options = spawn_options(f, tree->spawn.options);
    Words words = {0};
    const Layout *layout = process_frame(f, start, &words);
    LLVMValueRef child =
        RUNTIME(f, fl_spawn_begin, f->process, process_start_thunk(unit, start), table_type(unit, layout->id),
                static_c_string(unit, kind_text(start)), function_site(f));
    if (layout->words) {
        LLVMValueRef frame = memory_load(f, WORD_POINTER, child, offsetof(FlProcessHead, frame));
        memory_fill(f, frame, layout->word, words.data, layout->words);
    }
    return value_one(RUNTIME(f, fl_spawn_end, f->process, child, options));
}

// ---- sending -------------------------------------------------------------------------------------------------------

LLVMValueRef process_root(Function *f, const Type *type, Value value) { return union_make(f, type, value).word[0]; }

// Where a message goes. `reply_address`: it is the request of a call, or NULL.
typedef struct Address {
    LLVMValueRef pid, reply_address;
} Address;

static void send_root(Function *f, Address to, LLVMValueRef root) {
    LLVMValueRef word = LLVMBuildPtrToInt(f->builder, root, f->unit->i64, "");
    if (to.reply_address)
        RUNTIME(f, fl_request, f->process, to.pid, word, to.reply_address, function_site(f));
    else
        RUNTIME(f, fl_send, f->process, to.pid, word, function_site(f));
}

static void fill(Function *f, LLVMValueRef message, const Repr *record, const LLVMValueRef *words) {
    LLVMValueRef root = memory_load(f, WORD_POINTER, message, offsetof(FlMessageHead, root));
    memory_fill(f, root, record->object, words, record->object_words);
}

static bool is_flat(const Repr *record) {
    for (unsigned i = 0; i < record->object_words; i++)
        if (record->object[i] == WORD_POINTER || record->object[i] == WORD_TAGGED)
            return false;
    return true;
}

// One call sends a record of one or two words without references.
static bool send_small(Function *f, LLVMValueRef pid, uint32_t id, const Repr *record, const LLVMValueRef *words) {
    LLVMValueRef type = unit_int(f->unit, id), first, second;
    if (record->object_words == 0 || record->object_words > 2)
        return false;
    first = memory_data(f, record->object[0], words[0]);
    if (record->object_words == 1) {
        RUNTIME(f, fl_send_word, f->process, pid, type, first, function_site(f));
    } else {
        second = memory_data(f, record->object[1], words[1]);
        RUNTIME(f, fl_send_two_words, f->process, pid, type, first, second, function_site(f));
    }
    return true;
}

// A receiver that has ended gets no message.
static void send_plain(Function *f, LLVMValueRef pid, uint32_t id, const Repr *record, const LLVMValueRef *words) {
    Unit *unit = f->unit;
    bool flat = is_flat(record);
    if (flat && send_small(f, pid, id, record, words))
        return;
    LLVMValueRef message =
        flat ? RUNTIME(f, fl_send_flat_begin, f->process, pid, unit_int(unit, id), unit_int(unit, record->object_words))
             : RUNTIME(f, fl_send_begin, f->process, pid, table_type(unit, id));
    LLVMBasicBlockRef some = function_block(f, "fill"), done = function_block(f, "sent");
    LLVMBuildCondBr(f->builder, LLVMBuildIsNull(f->builder, message, ""), done, some);
    function_enter(f, some);
    fill(f, message, record, words);
    if (flat)
        RUNTIME(f, fl_send_flat_end, f->process, message, function_site(f));
    else
        RUNTIME(f, fl_send_end, f->process, pid, message, function_site(f));
    LLVMBuildBr(f->builder, done);
    function_enter(f, done);
}

// Stores the words of a record into the message instead of building an object first.
static void send_words(Function *f, Address to, const Repr *record, const LLVMValueRef *words) {
    Unit *unit = f->unit;
    uint32_t id = represent_id(&unit->represent, record);
    if (static_all_constant(words, record->object_words)) {
        send_root(f, to, static_object(unit, id, words, record->object_words));
    } else if (to.reply_address) {
        LLVMValueRef message = RUNTIME(f, fl_request_begin, f->process, table_type(unit, id));
        fill(f, message, record, words);
        RUNTIME(f, fl_request_end, f->process, to.pid, message, to.reply_address, function_site(f));
    } else {
        send_plain(f, to.pid, id, record, words);
    }
}

static void send_value(Function *f, Address to, const Type *type, Value value) {
    const Repr *repr = repr_of(f, type);
    if (repr->kind == FL_KIND_RECORD && !repr->boxed)
        send_words(f, to, repr, value.word);
    else
        send_root(f, to, process_root(f, type, value));
}

static void send_tree(Function *f, Address to, const Tree *message) {
    // The coercion to the receiver's message type is done on the record, before there is an object.
    const Tree *inner = message;
    while (inner->kind == TREE_COERCE && type_resolve(inner->operand->type)->kind == TYPE_RECORD)
        inner = inner->operand;
    if (type_is_never(inner->type)) {
        expr(f, inner);
        return;
    }
    const Type *member = type_resolve(message->type);
    if (member->kind == TYPE_UNION && inner != message)
        member = coerce_member(f->unit, inner->type, member);
    if (inner->kind == TREE_RECORD && repr_of(f, inner->type) == repr_of(f, member)) {
        Words words = {0};
        record_words(f, inner, &words);
        send_words(f, to, repr_of(f, member), words.data);
        return;
    }
    Value value = expr(f, inner);
    send_value(f, to, member, coerce(f, inner->type, member, value));
}

void process_send(Function *f, const Tree *pid_tree, const Tree *message) {
    Value pid = expr(f, pid_tree);
    if (!type_is_never(pid_tree->type))
        send_tree(f, (Address){.pid = pid.word[0]}, message);
}

// ---- request and reply ---------------------------------------------------------------------------------------------

static const Type *one_field(const char *name, const Type *type) {
    TypeField field = {name_of(name), type};
    return type_record(&field, 1);
}

// The word that came as the reply, as a value of `to`.
static Value reply_value(Function *f, const Type *reply, const Type *to, LLVMValueRef root) {
    const Type *type = type_resolve(reply);
    Value value = type->kind == TYPE_UNION ? value_one(root) : union_open(f, type, root);
    return coerce(f, type, to, value);
}

Value process_request(Function *f, const Tree *tree) {
    Unit *unit = f->unit;
    LLVMValueRef pid = expr(f, tree->request.pid).word[0];
    LLVMValueRef address = RUNTIME(f, fl_call_open, f->process);
    function_store_local(f, tree->request.reply_to, value_one(address));
    send_tree(f, (Address){pid, address}, tree->request.message);
    LLVMValueRef timeout = process_timeout(f, tree->request.timeout);
    LLVMValueRef out = function_scratch(f, 0);
    LLVMValueRef result = RUNTIME(f, fl_call_wait, f->process, address, pid, timeout, out, function_site(f));
    LLVMValueRef root = LLVMBuildLoad2(f->builder, unit->ptr, out, "root");
    Merge merge = merge_begin(f, repr_of(f, tree->type));
    LLVMBasicBlockRef reply = function_block(f, "reply"), late = function_block(f, "timeout"),
                      down = function_block(f, "down");
    LLVMValueRef choice = LLVMBuildSwitch(f->builder, result, reply, 2);
    LLVMAddCase(choice, unit_int(unit, 1), late);
    LLVMAddCase(choice, unit_int(unit, 2), down);
    function_enter(f, reply);
    if (type_is_never(tree->request.reply))
        function_unreachable(f);
    else
        merge_add(f, &merge, reply_value(f, tree->request.reply, tree->type, root));
    function_enter(f, late);
    merge_add(f, &merge, coerce(f, one_field("timeout", type_literal_bool(true)), tree->type, (Value){0}));
    function_enter(f, down);
    merge_add(f, &merge, coerce(f, one_field("down", type_string), tree->type, value_one(root)));
    return merge_end(f, &merge);
}
