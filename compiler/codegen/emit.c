// The two profiles and the output file. Everything that LLVM can fail at ends in a diagnostic.
#include <errno.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
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

static bool run_passes(Unit *unit, LLVMTargetMachineRef machine) {
    StringBuilder passes = {0};
    sb_add(&passes, unit->options->debug ? "function(sroa,early-cse,simplifycfg)" : "default<O2>");
    if (unit->options->sanitize == CODEGEN_SANITIZE_ADDRESS)
        sb_add(&passes, ",asan");
    if (unit->options->sanitize == CODEGEN_SANITIZE_THREAD)
        sb_add(&passes, ",tsan-module,function(tsan)");
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(unit->module, sb_text(&passes), machine, options);
    LLVMDisposePassBuilderOptions(options);
    return !error || internal_error(unit->diagnostics, "optimising", LLVMGetErrorMessage(error));
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

bool emit_module(Unit *unit, LLVMTargetMachineRef machine) {
    char *message = NULL;
    LLVMSetTarget(unit->module, triple);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(unit->module, layout);
    LLVMDisposeTargetData(layout);
#ifndef NDEBUG
    if (LLVMVerifyModule(unit->module, LLVMReturnStatusAction, &message))
        return internal_error(unit->diagnostics, "checking the generated code", message);
    LLVMDisposeMessage(message);
#endif
    return run_passes(unit, machine) && write_file(unit, machine);
}
