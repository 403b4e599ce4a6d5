#include "runtime/process/whence.h"

#include "runtime/memory/alloc.h"
#include "runtime/process/death.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/trace/machine_x86_64.h"

// A large segment comes first: it is entered from the slot.
static void walk(FlProcess *process, TraceStart start, Trace *trace) {
    const FlSide *side = process->side;
    TraceRange ranges[TRACE_RANGES];
    unsigned count = 0;
    if (side && side->on_segment)
        ranges[count++] = (TraceRange){(uintptr_t)side->segment, (uintptr_t)side->segment + side->segment_bytes};
    ranges[count++] = (TraceRange){(uintptr_t)process->stack, (uintptr_t)process->stack + STACK_BYTES};
    trace_walk(trace, start, ranges, count);
}

static bool will_be_reported(const FlProcess *self) {
    if (self->flags & FLAG_MAIN)
        return self->flags & FLAG_REPORT || !reason_is(death_reason(self), reason_normal);
    return self->flags & FLAG_REPORT && (!process_hooks.traces || process_hooks.traces());
}

void whence_note(FlProcess *self) {
    FlSide *side = self->side;
    if (!side || side == &side_of_last_resort || !will_be_reported(self))
        return;
    side->trace = memory_allocate(sizeof *side->trace);
    if (!side->trace)
        return;
    TraceStart start = {0};
    machine_here(&start);
    walk(self, start, side->trace);
}

bool whence_waits(FlProcess *process, Trace *trace) {
    if (!process->stack)
        return false;
    walk(process, machine_suspended(process->context), trace);
    return true;
}
