// The two profiles and the output file. Everything that LLVM can fail at ends in a diagnostic.
#include <llvm-c/Analysis.h>
#include <llvm-c/Error.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
#include <unistd.h>

#include "compiler/base/sb.h"
#include "compiler/codegen/lower.h"

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

static bool write_file(Unit *unit, LLVMTargetMachineRef machine) {
    const CodegenOptions *options = unit->options;
    char *message = NULL;
    LLVMCodeGenFileType type = options->output == CODEGEN_ASSEMBLY ? LLVMAssemblyFile : LLVMObjectFile;
    LLVMBool failed = options->output == CODEGEN_LLVM
                          ? LLVMPrintModuleToFile(unit->module, options->path, &message)
                          : LLVMTargetMachineEmitToFile(machine, unit->module, options->path, type, &message);
    if (failed) {
        Diag *diag = diag_error(unit->diagnostics, DIAG_CANNOT_WRITE, (Span){0}, "cannot write `%s`", options->path);
        diag_note(diag, "%s", message);
    }
    return !failed;
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
