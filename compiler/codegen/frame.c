// Functions whose frame is larger than what a check of the stack leaves room for. The size of a frame is only known
// when there is machine code: LLVM warns of large ones ("warn-stack-size"). Then the module is made once more, and such
// a function checks before it takes its frame: the function with its name is only the check, its body is a function of
// its own.
#include <stdio.h>
#include <string.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

// Bytes. A loop version begins on an empty stack, others anywhere above the limit.
#define WATCH_NORMAL "2048"
#define WATCH_LOOP "16384"
#define BODY ".body"

void frame_watch(Unit *unit, LLVMValueRef function, Mode mode) {
    if (unit->options->sanitize == CODEGEN_SANITIZE_NONE) // sanitized builds have large frames and large stacks
        unit_attribute_text(unit, function, "warn-stack-size", mode == MODE_LOOP ? WATCH_LOOP : WATCH_NORMAL);
}

void frame_found(FrameSizes *frames, Name function, size_t bytes) {
    if ((uintptr_t)map_get(&frames->large, function) >= bytes)
        return;
    map_set(&frames->large, function, (void *)bytes);
    frames->grown = true;
}

// "stack frame size (12345) exceeds limit (2048) in function 'name'"
static void on_message(LLVMDiagnosticInfoRef info, void *context) {
    FrameSizes *frames = context;
    char *text = LLVMGetDiagInfoDescription(info);
    const char *size_at = strstr(text, "frame size ("), *name_at = strstr(text, "in function '");
    unsigned size;
    if (size_at && name_at && sscanf(size_at, "frame size (%u)", &size) == 1) {
        name_at += strlen("in function '");
        size_t len = strcspn(name_at, "'");
        size_t body = strlen(BODY);
        bool guarded = len > body && memcmp(name_at + len - body, BODY, body) == 0;
        frame_found(frames, name_of_bytes(name_at, guarded ? len - body : len), size);
    }
    LLVMDisposeMessage(text);
}

void frame_listen(Unit *unit) { LLVMContextSetDiagnosticHandler(unit->context, on_message, unit->frames); }

static LLVMValueRef declare_body(Function *f, const char *name) {
    LLVMTypeRef type = LLVMGlobalGetValueType(f->function);
    unsigned count = LLVMCountParams(f->function);
    LLVMTypeRef *types = mem_alloc(count * sizeof *types);
    LLVMGetParamTypes(type, types);
    LLVMValueRef body =
        function_declare(f->unit, text_format("%s" BODY, name), LLVMGetReturnType(type), types + 1, count - 1);
    LLVMSetFunctionCallConv(body, LLVMGetFunctionCallConv(f->function)); // which calls it last
    unit_attribute(f->unit, body, LLVMAttributeFunctionIndex, "noinline", 0);
    frame_watch(f->unit, body, f->mode);
    return body;
}

void frame_guard(Function *f) {
    size_t len;
    const char *symbol = LLVMGetValueName2(f->function, &len);
    uintptr_t bytes = (uintptr_t)map_get(&f->unit->frames->large, name_of_bytes(symbol, len));
    if (!bytes)
        return;
    LLVMValueRef body = declare_body(f, mem_copy_text(symbol, len));
    poll_stack(f, poll_below_limit(f, bytes), bytes, function_block(f, "go"));
    Words words = {0};
    for (unsigned i = 1; i < LLVMCountParams(f->function); i++)
        vec_push(&words, LLVMGetParam(f->function, i));
    function_tail_call(f, body, words.data, words.len);
    Function guard = *f;
    function_begin(f, guard.unit, body, guard.instance, guard.mode, guard.result, guard.span);
    function_end(&guard);
}
