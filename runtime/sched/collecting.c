#include "runtime/sched/collecting.h"

#include "runtime/collect/collect.h"
#include "runtime/memory/alloc.h"
#include "runtime/memory/outside.h"
#include "runtime/process/receive.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/sched/compact.h"

typedef struct Collecting {
    Collection *rest;
    uint8_t status; // of the process, before
    Outside outside;
} Collecting;

// Roots are head.frame and, if it has one, its stack: of a segment, the slot below it too.
static uint32_t find_ranges(const FlProcess *process, CollectRange *ranges) {
    if (!process->stack)
        return 0;
    const FlSide *side = process->side;
    bool on_segment = side && side->on_segment;
    const char *slot = on_segment ? side->slot_pointer : process->context;
    ranges[0] = (CollectRange){slot, stack_top(process->stack)};
    if (on_segment)
        ranges[1] = (CollectRange){process->context, side->segment + side->segment_bytes};
    return on_segment ? 2 : 1;
}

static void begin_outside(Outside *outside, FlProcess *process, CollectRoots *roots) {
    outside_begin(outside, &process->arena);
    for (uint32_t i = 0; i < roots->range_count; i++)
        outside_scan(outside, roots->ranges[i].from, roots->ranges[i].to);
    roots->outside = outside_visit;
    roots->context = outside;
}

static void end_outside(Outside *outside, FlProcess *process, bool collected) {
    if (collected)
        outside_commit(outside);
    else
        outside_abandon(outside);
    process->verified = 0;
    if (!collected)
        return;
    process_check_memory(process);
    compact_note(process);
}

// In one step.
static void collect_now(FlProcess *process, CollectRoots *roots) {
    Outside outside;
    begin_outside(&outside, process, roots);
    bool collected = collect(&process->arena, &process->head.bump, roots);
    end_outside(&outside, process, collected);
}

static CollectingResult go_on(FlProcess *process, Collecting *state, CollectResult result) {
    if (result == COLLECT_MORE)
        return COLLECTING_ON;
    end_outside(&state->outside, process, result == COLLECT_DONE);
    process->status = state->status;
    process->side->collecting = NULL;
    memory_free(state);
    return COLLECTING_DONE;
}

CollectingResult collecting_begin(FlProcess *process) {
    if (!arena_due(&process->arena) || !process_collectable(process))
        return COLLECTING_NOTHING;
    CollectRange ranges[2];
    CollectRoots roots = {.frame = &process->head.frame, .owner = process->head.pid, .ranges = ranges};
    roots.range_count = find_ranges(process, ranges);
    FlSide *side = collect_takes_long(&process->arena) ? process_side(process) : NULL;
    Collecting *state = side ? memory_allocate(sizeof *state) : NULL;
    if (!state) {
        collect_now(process, &roots);
        return COLLECTING_DONE;
    }
    side->collecting = state;
    state->status = process->status;
    process->status = PROCESS_COLLECTING;
    begin_outside(&state->outside, process, &roots);
    return go_on(process, state, collect_begin(&process->arena, &process->head.bump, &roots, &state->rest));
}

CollectingResult collecting_step(FlProcess *process) {
    Collecting *state = process->side->collecting;
    return go_on(process, state, collect_step(state->rest));
}
