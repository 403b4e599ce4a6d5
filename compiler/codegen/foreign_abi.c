// How C functions take arguments and give results on x86-64 (System V ABI 3.2.3).
//
// Numbers and pointers go as LLVM passes them. A struct of at most 16 bytes goes in registers, each eight bytes of it
// in one of the class of what lies in them: SSE if that is floats only, else INTEGER. If not all of its registers are
// left it goes to memory as a whole, as larger ones do: a copy on the stack (byval). Results of such structs come back
// in the same way, larger ones in memory whose address goes ahead of the arguments (sret).
#include <string.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

enum { INTEGER_REGISTERS = 6, SSE_REGISTERS = 8, EIGHTBYTES = 2, MAX_C_PARAMETERS = 256 };

// A struct, in registers: `count` parts of 8 bytes; 0: in memory.
typedef struct Parts {
    LLVMTypeRef type[EIGHTBYTES];
    unsigned count;
} Parts;

typedef enum EightbyteClass { CLASS_NONE, CLASS_SSE, CLASS_INTEGER } EightbyteClass; // joined: the larger one

typedef struct Classes {
    EightbyteClass of[EIGHTBYTES];
    uint32_t used[EIGHTBYTES]; // bytes, up to behind the last field
} Classes;

static bool is_floating(ForeignKind kind) { return kind == FOREIGN_FLOAT32 || kind == FOREIGN_FLOAT64; }

static void classify(const ForeignType *type, uint32_t offset, Classes *classes) {
    for (size_t i = 0; type->kind == FOREIGN_STRUCT && i < type->field_count; i++)
        classify(type->fields[i].type, offset + type->fields[i].offset, classes);
    if (type->kind == FOREIGN_STRUCT)
        return;
    uint32_t at = offset / 8, end = offset % 8 + type->size;
    EightbyteClass class = is_floating(type->kind) ? CLASS_SSE : CLASS_INTEGER;
    classes->of[at] = class > classes->of[at] ? class : classes->of[at];
    classes->used[at] = end > classes->used[at] ? end : classes->used[at];
}

static Parts parts_of(const Unit *unit, const ForeignType *type) {
    Parts parts = {.count = 0};
    Classes classes = {0};
    if (type->size > 8 * EIGHTBYTES)
        return parts;
    classify(type, 0, &classes);
    LLVMTypeRef real = LLVMFloatTypeInContext(unit->context);
    parts.count = (type->size + 7) / 8;
    for (unsigned i = 0; i < parts.count; i++)
        parts.type[i] = classes.of[i] != CLASS_SSE ? unit->i64 : classes.used[i] == 4 ? real : unit->f64;
    return parts;
}

static LLVMTypeRef scalar_type(const Unit *unit, ForeignKind kind) {
    switch (kind) {
    case FOREIGN_INT8:
    case FOREIGN_UINT8:
    case FOREIGN_BOOL:
        return unit->i8;
    case FOREIGN_INT16:
    case FOREIGN_UINT16:
        return LLVMInt16TypeInContext(unit->context);
    case FOREIGN_INT32:
    case FOREIGN_UINT32:
        return unit->i32;
    case FOREIGN_INT64:
    case FOREIGN_UINT64:
        return unit->i64;
    case FOREIGN_FLOAT32:
        return LLVMFloatTypeInContext(unit->context);
    case FOREIGN_FLOAT64:
        return unit->f64;
    default:
        return unit->ptr;
    }
}

// Whoever passes a small integer extends it to 32 bits.
static const char *extension(ForeignKind kind) {
    switch (kind) {
    case FOREIGN_INT8:
    case FOREIGN_INT16:
        return "signext";
    case FOREIGN_UINT8:
    case FOREIGN_UINT16:
    case FOREIGN_BOOL:
        return "zeroext";
    default:
        return NULL;
    }
}

// ---- a call --------------------------------------------------------------------------------------------------------

typedef struct Attribute {
    unsigned index; // of the parameter, from 1; 0: the result
    const char *name;
    LLVMTypeRef type; // of what the parameter points to, or NULL
} Attribute;

typedef struct CCall {
    Unit *unit;
    LLVMBuilderRef builder;
    LLVMValueRef frame;
    LLVMValueRef arguments[MAX_C_PARAMETERS];
    LLVMTypeRef types[MAX_C_PARAMETERS];
    unsigned count;
    unsigned integers, sse; // registers in use
    VEC(Attribute) attributes;
} CCall;

static LLVMValueRef place(CCall *call, uint32_t offset) {
    LLVMValueRef at = unit_int(call->unit, offset);
    return LLVMBuildInBoundsGEP2(call->builder, call->unit->i8, call->frame, &at, 1, "");
}

static void attribute(CCall *call, unsigned index, const char *name, LLVMTypeRef type) {
    if (name)
        vec_push(&call->attributes, (Attribute){index, name, type});
}

static void add_argument(CCall *call, LLVMTypeRef type, LLVMValueRef value) {
    bool sse = type == call->unit->f64 || LLVMGetTypeKind(type) == LLVMFloatTypeKind;
    call->types[call->count] = type;
    call->arguments[call->count++] = value;
    *(sse ? &call->sse : &call->integers) += 1;
}

static void add_scalar(CCall *call, ForeignKind kind, uint32_t offset) {
    LLVMTypeRef type = scalar_type(call->unit, kind);
    add_argument(call, type, LLVMBuildLoad2(call->builder, type, place(call, offset), ""));
    attribute(call, call->count, extension(kind), NULL);
}

static LLVMTypeRef in_memory(const CCall *call, const ForeignType *type) {
    return LLVMArrayType2(call->unit->i64, (type->size + 7) / 8);
}

static void add_struct(CCall *call, const ForeignType *type, uint32_t offset) {
    Parts parts = parts_of(call->unit, type);
    unsigned integers = 0, sse = 0;
    for (unsigned i = 0; i < parts.count; i++)
        *(parts.type[i] == call->unit->i64 ? &integers : &sse) += 1;
    bool fits = (integers == 0 || call->integers + integers <= INTEGER_REGISTERS) &&
                (sse == 0 || call->sse + sse <= SSE_REGISTERS);
    if (parts.count > 0 && fits) {
        for (unsigned i = 0; i < parts.count; i++)
            add_argument(call, parts.type[i],
                         LLVMBuildLoad2(call->builder, parts.type[i], place(call, offset + 8 * i), ""));
        return;
    }
    call->types[call->count] = call->unit->ptr;
    call->arguments[call->count++] = place(call, offset);
    attribute(call, call->count, "byval", in_memory(call, type));
}

static void add_parameter(CCall *call, const ForeignParam *param, uint32_t offset) {
    const ForeignType *type = param->type;
    if (type->kind == FOREIGN_ERRNO)
        return;
    bool two = type->kind == FOREIGN_BYTES || type->kind == FOREIGN_LIST || type->kind == FOREIGN_CALLBACK;
    if (two && param->mode != FOREIGN_REF) {
        add_scalar(call, FOREIGN_STRING, offset);
        add_scalar(call, FOREIGN_UINT64, offset + 8);
    } else if (param->mode != FOREIGN_IN) {
        add_scalar(call, FOREIGN_STRING, offset);
    } else if (type->kind == FOREIGN_STRUCT) {
        add_struct(call, type, offset);
    } else {
        add_scalar(call, type->kind, offset);
    }
}

static LLVMAttributeRef make_attribute(const Unit *unit, const Attribute *attribute) {
    unsigned kind = LLVMGetEnumAttributeKindForName(attribute->name, strlen(attribute->name));
    return attribute->type ? LLVMCreateTypeAttribute(unit->context, kind, attribute->type)
                           : LLVMCreateEnumAttribute(unit->context, kind, 0);
}

static void call_with(CCall *call, Name name, LLVMTypeRef result, LLVMValueRef *value) {
    LLVMTypeRef type = LLVMFunctionType(result, call->types, call->count, false);
    *value = LLVMBuildCall2(call->builder, type, foreign_symbol(call->unit, name), call->arguments, call->count, "");
    for (size_t i = 0; i < call->attributes.len; i++)
        LLVMAddCallSiteAttribute(*value, call->attributes.data[i].index,
                                 make_attribute(call->unit, &call->attributes.data[i]));
}

static LLVMTypeRef parts_type(const Unit *unit, Parts *parts) {
    return parts->count == 1 ? parts->type[0]
                             : LLVMStructTypeInContext(unit->context, parts->type, parts->count, false);
}

// Calls, and stores the result.
static void finish_call(CCall *call, const Foreign *foreign, uint32_t offset) {
    const ForeignType *result = foreign->result;
    LLVMValueRef value;
    Parts parts = result && result->kind == FOREIGN_STRUCT ? parts_of(call->unit, result) : (Parts){.count = 0};
    if (parts.count > 0) {
        call_with(call, foreign->name, parts_type(call->unit, &parts), &value);
        for (unsigned i = 0; i < parts.count; i++) {
            LLVMValueRef part = parts.count == 1 ? value : LLVMBuildExtractValue(call->builder, value, i, "");
            LLVMBuildStore(call->builder, part, place(call, offset + 8 * i));
        }
    } else if (!result || result->kind == FOREIGN_STRUCT) {
        call_with(call, foreign->name, call->unit->nothing, &value);
    } else {
        attribute(call, 0, extension(result->kind), NULL);
        call_with(call, foreign->name, scalar_type(call->unit, result->kind), &value);
        LLVMBuildStore(call->builder, value, place(call, offset));
    }
}

// ---- errno ---------------------------------------------------------------------------------------------------------

static LLVMValueRef errno_place(CCall *call) {
    LLVMTypeRef type = LLVMFunctionType(call->unit->ptr, NULL, 0, false);
    LLVMValueRef function = foreign_symbol(call->unit, name_of("__errno_location"));
    return LLVMBuildCall2(call->builder, type, function, NULL, 0, "");
}

static void clear_errno(CCall *call, const Foreign *foreign) {
    for (size_t i = 0; i < foreign->param_count; i++)
        if (foreign->params[i].type->kind == FOREIGN_ERRNO)
            LLVMBuildStore(call->builder, unit_i32(call->unit, 0), errno_place(call));
}

static void keep_errno(CCall *call, const Foreign *foreign, const ForeignFrame *frame) {
    for (size_t i = 0; i < foreign->param_count; i++) {
        if (foreign->params[i].type->kind != FOREIGN_ERRNO)
            continue;
        LLVMValueRef code = LLVMBuildLoad2(call->builder, call->unit->i32, errno_place(call), "errno");
        LLVMBuildStore(call->builder, code, place(call, frame->storage[i]));
    }
}

// ---- the functions -------------------------------------------------------------------------------------------------

static void free_name(LLVMValueRef value, const char *name) {
    const char *other = text_format("%s.fluffy", name);
    LLVMSetValueName2(value, other, strlen(other));
}

LLVMValueRef foreign_symbol(Unit *unit, Name name) {
    LLVMValueRef function = LLVMGetNamedFunction(unit->module, name->text);
    LLVMValueRef variable = LLVMGetNamedGlobal(unit->module, name->text);
    if (variable)
        free_name(variable, name->text);
    if (function && LLVMGetLinkage(function) == LLVMExternalLinkage)
        return function;
    if (function)
        free_name(function, name->text);
    return LLVMAddFunction(unit->module, name->text, LLVMFunctionType(unit->nothing, NULL, 0, false));
}

static LLVMValueRef define(Unit *unit, const char *name, LLVMTypeRef type, LLVMBuilderRef *builder) {
    LLVMValueRef function = LLVMAddFunction(unit->module, name, type);
    LLVMSetLinkage(function, LLVMInternalLinkage);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "nounwind", 0);
    unit_attribute(unit, function, LLVMAttributeFunctionIndex, "noinline", 0);
    unit_attribute_text(unit, function, "frame-pointer", "all");
    *builder = LLVMCreateBuilderInContext(unit->context);
    LLVMPositionBuilderAtEnd(*builder, LLVMAppendBasicBlockInContext(unit->context, function, "entry"));
    return function;
}

LLVMValueRef foreign_thunk(Unit *unit, const Foreign *foreign, const ForeignFrame *frame) {
    LLVMTypeRef parameters[] = {unit->ptr};
    CCall call = {.unit = unit};
    LLVMValueRef thunk = define(unit, text_format("extern.%s", foreign->name->text),
                                LLVMFunctionType(unit->nothing, parameters, 1, false), &call.builder);
    call.frame = LLVMGetParam(thunk, 0);
    if (foreign->result && foreign->result->kind == FOREIGN_STRUCT && parts_of(unit, foreign->result).count == 0) {
        add_argument(&call, unit->ptr, place(&call, frame->result));
        attribute(&call, 1, "sret", in_memory(&call, foreign->result));
    }
    for (size_t i = 0; i < foreign->param_count; i++)
        add_parameter(&call, &foreign->params[i], frame->offset[i]);
    clear_errno(&call, foreign);
    finish_call(&call, foreign, frame->result);
    keep_errno(&call, foreign, frame);
    LLVMBuildRetVoid(call.builder);
    LLVMDisposeBuilder(call.builder);
    return thunk;
}

LLVMValueRef foreign_callback(Unit *unit, const ForeignType *callback, LLVMValueRef descriptor) {
    LLVMTypeRef *types = mem_alloc(sizeof(LLVMTypeRef) * (callback->field_count + 1));
    for (size_t i = 0; i < callback->field_count; i++)
        types[i] = callback->fields[i].type ? scalar_type(unit, callback->fields[i].type->kind) : unit->ptr;
    LLVMTypeRef result = callback->result ? scalar_type(unit, callback->result->kind) : unit->nothing;
    LLVMBuilderRef builder;
    LLVMValueRef function =
        define(unit, "callback", LLVMFunctionType(result, types, (unsigned)callback->field_count, false), &builder);
    LLVMValueRef frame = LLVMBuildAlloca(builder, LLVMArrayType2(unit->i64, callback->field_count), "frame");
    for (unsigned i = 0; i < callback->field_count; i++) {
        LLVMValueRef at = unit_int(unit, callback->fields[i].offset);
        LLVMBuildStore(builder, LLVMGetParam(function, i), LLVMBuildInBoundsGEP2(builder, unit->i8, frame, &at, 1, ""));
    }
    LLVMValueRef runtime = unit_runtime(unit, RT_fl_foreign_callback);
    LLVMBuildCall2(builder, unit->runtime_type[RT_fl_foreign_callback], runtime, (LLVMValueRef[]){descriptor, frame}, 2,
                   "");
    if (callback->result)
        LLVMBuildRet(builder, LLVMConstNull(result));
    else
        LLVMBuildRetVoid(builder);
    LLVMDisposeBuilder(builder);
    return function;
}
