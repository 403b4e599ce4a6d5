// The stages of code generation in order.
#include "compiler/codegen/lower.h"

static void lower_program(Unit *unit) {
    TreeStart start = {.body = unit->program->main};
    debug_init(unit);
    poll_analyse(unit);
    process_start_thunk(unit, &start); // the root of the work list
    function_lower_all(unit);
    table_emit(unit);
    debug_finish(unit);
}

bool codegen_emit(const TypedProgram *program, const CodegenOptions *options, Diagnostics *diagnostics) {
    LLVMTargetMachineRef machine = emit_target(options, diagnostics);
    if (!machine)
        return false;
    Unit unit;
    unit_init(&unit, program, options, diagnostics);
    lower_program(&unit);
    bool done = emit_module(&unit, machine);
    LLVMDisposeModule(unit.module);
    LLVMContextDispose(unit.context);
    LLVMDisposeTargetMachine(machine);
    return done;
}
