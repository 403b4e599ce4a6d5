// The stages of code generation in order.
#include "compiler/codegen/lower.h"

static void lower_program(Unit *unit) {
    TreeStart start = {.body = unit->program->main};
    debug_init(unit);
    poll_analyse(unit);
    if (start.body)
        process_start_thunk(unit, &start); // the root of the work list
    export_thunks(unit);                   // others
    function_lower_all(unit);
    table_emit(unit);
    debug_finish(unit);
}

static bool attempt(FrameSizes *frames, const TypedProgram *program, const CodegenOptions *options,
                    LLVMTargetMachineRef machine, Diagnostics *diagnostics, unsigned *parts) {
    Unit unit;
    unit_init(&unit, program, options, diagnostics);
    unit.frames = frames;
    frame_listen(&unit);
    lower_program(&unit);
    *parts = split_parts(&unit);
    bool done = *parts > 1 && split_emit(&unit, machine, *parts);
    if (!done) {
        *parts = 1;
        done = emit_module(&unit, machine);
    }
    unit_free(&unit);
    return done;
}

enum { MAX_ATTEMPTS = 3 }; // the second knows all large frames; a third if inlining made others

bool codegen_emit(const TypedProgram *program, const CodegenOptions *options, Diagnostics *diagnostics,
                  unsigned *parts) {
    LLVMTargetMachineRef machine = emit_target(options, diagnostics);
    if (!machine)
        return false;
    FrameSizes frames = {0};
    bool done = true;
    for (int i = 0; i < MAX_ATTEMPTS && done && (i == 0 || frames.grown); i++) {
        frames.grown = false;
        done = attempt(&frames, program, options, machine, diagnostics, parts);
    }
    LLVMDisposeTargetMachine(machine);
    return done;
}
