// The two profiles and the output file. Everything that LLVM can fail at ends in a diagnostic.
#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"
#include "compiler/places/places.h"

static const char triple[] = "x86_64-unknown-linux-gnu";

static bool internal_error(Diagnostics *diagnostics, const char *what, const char *message) {
    Diag *diag = diag_error(diagnostics, DIAG_INTERNAL, (Span){0}, "internal error while %s", what);
    diag_note(diag, "%s", message ? message : "no reason given");
    return false;
}

// LLVM calls this where it can't go on; it must not return.
static void on_fatal_error(const char *reason) {
    fprintf(stderr, "fluffyc: internal error in code generation: %s\n", reason);
    fflush(stderr);
    _exit(70);
}

LLVMTargetMachineRef emit_target(const CodegenOptions *options, Diagnostics *diagnostics) {
    LLVMInstallFatalErrorHandler(on_fatal_error);
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMTargetRef target;
    char *message = NULL;
    if (LLVMGetTargetFromTriple(triple, &target, &message)) {
        internal_error(diagnostics, "choosing the target", message);
        return NULL;
    }
    LLVMCodeGenOptLevel level = options->debug ? LLVMCodeGenLevelNone : LLVMCodeGenLevelDefault;
    LLVMTargetMachineRef machine =
        LLVMCreateTargetMachine(target, triple, "x86-64", "", level, LLVMRelocPIC, LLVMCodeModelDefault);
    LLVMSetTargetMachineAsmVerbosity(machine, true);
    return machine;
}

static bool apply(Unit *unit, LLVMTargetMachineRef machine, const char *passes) {
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(unit->module, passes, machine, options);
    LLVMDisposePassBuilderOptions(options);
    return !error || internal_error(unit->diagnostics, "optimising", LLVMGetErrorMessage(error));
}

// LLVM inlines an internal function that has one call whatever its size, and optimises the caller anew each time: where
// each function calls the next one that takes half of the time, for nothing that a program would notice. A function
// that may have other callers is inlined for its size alone, so all but small ones look as if they had. What is small
// counts with what it takes in by its own such calls, or a chain of small functions becomes one large one, step by
// step.
enum { INLINED_AT_ONE_CALL = 60 }; // instructions, before they are optimised
enum { GROWN_DEPTH = 100 };        // calls in calls that are looked at: a chain may be as long as the program

static uintptr_t grown_size(Map *sizes, LLVMValueRef function, unsigned depth);

static bool has_one_call(LLVMValueRef function) {
    LLVMUseRef use = LLVMGetFirstUse(function);
    return LLVMGetLinkage(function) == LLVMInternalLinkage && use && !LLVMGetNextUse(use);
}

// What the instruction adds to the function that it is in.
static uintptr_t added_size(Map *sizes, LLVMValueRef instruction, unsigned depth) {
    LLVMValueRef callee = LLVMIsACallInst(instruction) ? LLVMIsAFunction(LLVMGetCalledValue(instruction)) : NULL;
    bool counts = callee && depth < GROWN_DEPTH && has_one_call(callee);
    uintptr_t size = counts ? grown_size(sizes, callee, depth + 1) : 0;
    return size < INLINED_AT_ONE_CALL ? size + 1 : 1;
}

static uintptr_t grown_size(Map *sizes, LLVMValueRef function, unsigned depth) {
    uintptr_t size = (uintptr_t)map_get(sizes, function);
    if (size)
        return size;
    map_set(sizes, function, (void *)INLINED_AT_ONE_CALL); // for functions that call each other in a ring
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at))
            size += added_size(sizes, at, depth);
    map_set(sizes, function, (void *)(size + !size));
    return size;
}

static void pretend_callers(Unit *unit, Map *changed) {
    Map sizes = {0};
    for (LLVMValueRef f = LLVMGetFirstFunction(unit->module); f; f = LLVMGetNextFunction(f))
        if (LLVMGetLinkage(f) == LLVMInternalLinkage && grown_size(&sizes, f, 0) >= INLINED_AT_ONE_CALL)
            map_set(changed, f, f);
    for (size_t i = 0; i < changed->len; i++) {
        LLVMSetLinkage(changed->entries[i].value, LLVMExternalLinkage);
        LLVMSetVisibility(changed->entries[i].value, LLVMHiddenVisibility);
    }
}

static void forget_callers(Unit *unit, const Map *changed) {
    for (LLVMValueRef f = LLVMGetFirstFunction(unit->module); f; f = LLVMGetNextFunction(f)) {
        if (!map_get(changed, f))
            continue;
        LLVMSetVisibility(f, LLVMDefaultVisibility);
        LLVMSetLinkage(f, LLVMInternalLinkage);
    }
}

static bool optimise(Unit *unit, LLVMTargetMachineRef machine) {
    Map changed = {0};
    pretend_callers(unit, &changed);
    bool done = apply(unit, machine, "default<O2>");
    forget_callers(unit, &changed);
    return done && apply(unit, machine, "globaldce");
}

static bool run_passes(Unit *unit, LLVMTargetMachineRef machine) {
    const CodegenOptions *options = unit->options;
    if (options->debug ? !apply(unit, machine, "function(sroa,early-cse,simplifycfg)") : !optimise(unit, machine))
        return false;
    if (options->sanitize == CODEGEN_SANITIZE_ADDRESS)
        return apply(unit, machine, "asan");
    return options->sanitize != CODEGEN_SANITIZE_THREAD || apply(unit, machine, "tsan-module,function(tsan)");
}

static bool cannot_write(Unit *unit, const char *message) {
    Diag *diag = diag_error(unit->diagnostics, DIAG_CANNOT_WRITE, (Span){0}, "cannot write `%s`", unit->options->path);
    diag_note(diag, "%s", message);
    return false;
}

static bool write_bytes(Unit *unit, Bytes bytes) {
    FILE *file = fopen(unit->options->path, "wb");
    bool done = file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len;
    int error = errno;
    if (file && fclose(file) != 0 && done) {
        error = errno;
        done = false;
    }
    return done || cannot_write(unit, strerror(error));
}

// The object file, with the table of places that reports use.
static bool write_object(Unit *unit, LLVMTargetMachineRef machine) {
    char *message = NULL;
    LLVMMemoryBufferRef buffer;
    if (LLVMTargetMachineEmitToMemoryBuffer(machine, unit->module, LLVMObjectFile, &message, &buffer))
        return internal_error(unit->diagnostics, "writing the object file", message);
    Bytes object = {(const unsigned char *)LLVMGetBufferStart(buffer), LLVMGetBufferSize(buffer)}, whole;
    bool done = places_add(object, debug_shown(unit), &whole)
                    ? write_bytes(unit, whole)
                    : internal_error(unit->diagnostics, "reading the line tables", NULL);
    LLVMDisposeMemoryBuffer(buffer);
    return done;
}

static bool write_file(Unit *unit, LLVMTargetMachineRef machine) {
    const CodegenOptions *options = unit->options;
    if (options->output == CODEGEN_OBJECT)
        return write_object(unit, machine);
    char *message = NULL;
    LLVMBool failed =
        options->output == CODEGEN_LLVM
            ? LLVMPrintModuleToFile(unit->module, options->path, &message)
            : LLVMTargetMachineEmitToFile(machine, unit->module, options->path, LLVMAssemblyFile, &message);
    return !failed || cannot_write(unit, message);
}

// The tests ask for it. It takes a twentieth of the compiler's time.
static bool wants_verifier(void) {
    const char *wish = getenv("FLUFFY_VERIFY");
    return wish && strcmp(wish, "1") == 0;
}

bool emit_module(Unit *unit, LLVMTargetMachineRef machine) {
    char *message = NULL;
    LLVMSetTarget(unit->module, triple);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(unit->module, layout);
    LLVMDisposeTargetData(layout);
    if (wants_verifier() && LLVMVerifyModule(unit->module, LLVMReturnStatusAction, &message))
        return internal_error(unit->diagnostics, "checking the generated code", message);
    LLVMDisposeMessage(message);
    return run_passes(unit, machine) && write_file(unit, machine);
}
