// The module being built: LLVM's types, the runtime's functions, attributes.
#include <string.h>

#include "compiler/codegen/lower.h"

void unit_init(Unit *unit, const TypedProgram *program, const CodegenOptions *options, Diagnostics *diagnostics) {
    *unit = (Unit){.program = program, .options = options, .diagnostics = diagnostics};
    represent_init(&unit->represent, program);
    LLVMContextRef context = LLVMContextCreate();
    // Names of local values serve readers of --emit=llvm only, and cost a tenth of the time of --debug.
    LLVMContextSetDiscardValueNames(context, options->output != CODEGEN_LLVM);
    unit->context = context;
    unit->module = LLVMModuleCreateWithNameInContext(options->source ? options->source : "program", context);
    unit->i1 = LLVMInt1TypeInContext(context);
    unit->i8 = LLVMInt8TypeInContext(context);
    unit->i32 = LLVMInt32TypeInContext(context);
    unit->i64 = LLVMInt64TypeInContext(context);
    unit->f64 = LLVMDoubleTypeInContext(context);
    unit->ptr = LLVMPointerTypeInContext(context, 0);
    unit->nothing = LLVMVoidTypeInContext(context);
    unit->list_struct = LLVMStructTypeInContext(context, (LLVMTypeRef[]){unit->ptr, unit->i64}, 2, false);
    LLVMMetadataRef rsp = LLVMMDStringInContext2(context, "rsp", 3);
    unit->sp_register = LLVMMetadataAsValue(context, LLVMMDNodeInContext2(context, &rsp, 1));
    LLVMMetadataRef weights[] = {
        LLVMMDStringInContext2(context, "branch_weights", 14),
        LLVMValueAsMetadata(LLVMConstInt(unit->i32, 1, false)),
        LLVMValueAsMetadata(LLVMConstInt(unit->i32, 100000, false)),
    };
    unit->unlikely = LLVMMetadataAsValue(context, LLVMMDNodeInContext2(context, weights, 3));
    for (size_t i = 0; i < program->instance_count; i++)
        if (program->instances[i]->id >= unit->instance_limit)
            unit->instance_limit = program->instances[i]->id + 1;
    unit->instances = mem_alloc((unit->instance_limit + 1) * sizeof(InstanceCode));
}

void unit_free(Unit *unit) {
    LLVMDisposeModule(unit->module);
    LLVMContextDispose(unit->context);
}

LLVMTypeRef unit_word_type(const Unit *unit, WordKind kind) {
    switch (kind) {
    case WORD_INT:
        return unit->i64;
    case WORD_BOOL:
        return unit->i1;
    case WORD_FLOAT:
        return unit->f64;
    case WORD_POINTER:
    case WORD_TAGGED:
        return unit->ptr;
    }
    return NULL;
}

LLVMTypeRef unit_result_type(const Unit *unit, const Repr *repr) {
    LLVMTypeRef words[REPR_MAX_WORDS];
    for (unsigned i = 0; i < repr->words; i++)
        words[i] = unit_word_type(unit, repr->word[i]);
    if (repr->words == 0)
        return unit->nothing;
    return repr->words == 1 ? words[0] : LLVMStructTypeInContext(unit->context, words, repr->words, false);
}

LLVMValueRef unit_int(const Unit *unit, int64_t value) { return LLVMConstInt(unit->i64, (uint64_t)value, true); }

LLVMValueRef unit_i32(const Unit *unit, uint32_t value) { return LLVMConstInt(unit->i32, value, false); }

void unit_attribute(const Unit *unit, LLVMValueRef function, int index, const char *name, uint64_t value) {
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    LLVMAddAttributeAtIndex(function, (LLVMAttributeIndex)index, LLVMCreateEnumAttribute(unit->context, kind, value));
}

void unit_attribute_text(const Unit *unit, LLVMValueRef function, const char *name, const char *value) {
    LLVMAttributeRef attribute =
        LLVMCreateStringAttribute(unit->context, name, (unsigned)strlen(name), value, (unsigned)strlen(value));
    LLVMAddAttributeAtIndex(function, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, attribute);
}

unsigned unit_instructions(LLVMValueRef function) {
    unsigned count = 0;
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at))
            count++;
    return count;
}

// ---- the runtime's functions, from the text of functions.def -------------------------------------------------------

typedef struct RuntimeRow {
    const char *name, *result, *parameters;
} RuntimeRow;

static const RuntimeRow runtime_rows[RT_COUNT] = {
#define FL_FUNCTION(result, name, ...) {#name, #result, #__VA_ARGS__},
#include "runtime/abi/functions.def"
#undef FL_FUNCTION
};

// The LLVM type of a C type or parameter: every type in functions.def is a pointer or one of these.
static LLVMTypeRef c_type(const Unit *unit, const char *text, size_t len) {
    static const struct {
        const char *name;
        char type;
    } names[] = {{"void", 'v'},    {"bool", 'b'},     {"double", 'd'},  {"FlList", 'l'},
                 {"FlMap", 'l'},   {"FlResume", 'p'}, {"FlWord", 'i'},  {"uint64_t", 'i'},
                 {"int64_t", 'i'}, {"FlPid", 'i'},    {"FlBuffer", 'p'}};
    if (memchr(text, '*', len))
        return unit->ptr;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t name_len = strlen(names[i].name);
        if (len < name_len || memcmp(text, names[i].name, name_len) != 0)
            continue;
        switch (names[i].type) {
        case 'v':
            return unit->nothing;
        case 'b':
            return unit->i1;
        case 'd':
            return unit->f64;
        case 'l':
            return unit->list_struct;
        case 'p':
            return unit->ptr;
        default:
            return unit->i64;
        }
    }
    return NULL;
}

enum { MAX_RUNTIME_PARAMETERS = 16 };

// Splits at commas outside parentheses.
static unsigned c_parameters(const Unit *unit, const char *text, LLVMTypeRef *types) {
    unsigned count = 0;
    int depth = 0;
    const char *start = text;
    for (const char *at = text;; at++) {
        depth += (*at == '(') - (*at == ')');
        if (*at && (*at != ',' || depth))
            continue;
        while (*start == ' ')
            start++;
        types[count++] = c_type(unit, start, (size_t)(at - start));
        start = at + 1;
        if (!*at)
            return count;
    }
}

static bool starts_with(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

static void add_bool_attributes(const Unit *unit, LLVMValueRef function, LLVMTypeRef result, const LLVMTypeRef *types,
                                unsigned count) {
    if (result == unit->i1)
        unit_attribute(unit, function, LLVMAttributeReturnIndex, "zeroext", 0);
    for (unsigned i = 0; i < count; i++)
        if (types[i] == unit->i1)
            unit_attribute(unit, function, (int)i + 1, "zeroext", 0);
}

LLVMValueRef unit_runtime(Unit *unit, RuntimeFunction function) {
    if (unit->runtime[function])
        return unit->runtime[function];
    const RuntimeRow *row = &runtime_rows[function];
    LLVMTypeRef types[MAX_RUNTIME_PARAMETERS];
    unsigned count = c_parameters(unit, row->parameters, types);
    LLVMTypeRef result = c_type(unit, row->result, strlen(row->result));
    LLVMTypeRef type = LLVMFunctionType(result, types, count, false);
    LLVMValueRef value = LLVMAddFunction(unit->module, row->name, type);
    unit_attribute(unit, value, LLVMAttributeFunctionIndex, "nounwind", 0);
    add_bool_attributes(unit, value, result, types, count);
    bool panics = starts_with(row->name, "fl_panic");
    if (panics || starts_with(row->name, "fl_halt"))
        unit_attribute(unit, value, LLVMAttributeFunctionIndex, "noreturn", 0);
    bool keeps = starts_with(row->name, "fl_poll") || function == RT_fl_alloc_slow;
    if (panics || keeps)
        unit_attribute(unit, value, LLVMAttributeFunctionIndex, "cold", 0);
    if (keeps) // runtime/abi/keep_x86_64.S
        LLVMSetFunctionCallConv(value, function == RT_fl_poll ? LLVMPreserveAllCallConv : LLVMPreserveMostCallConv);
    unit->runtime_type[function] = type;
    unit->runtime[function] = value;
    return value;
}

LLVMValueRef unit_intrinsic(Unit *unit, const char *name, LLVMTypeRef *types, unsigned count) {
    return LLVMGetIntrinsicDeclaration(unit->module, LLVMLookupIntrinsicID(name, strlen(name)), types, count);
}
