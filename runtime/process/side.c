#include "runtime/process/side.h"

#include <string.h>

#include "runtime/memory/alloc.h"

FlSide side_of_last_resort;

FlSide *process_side(FlProcess *process) {
    if (process->side == &side_of_last_resort)
        return NULL;
    if (!process->side) {
        process->side = memory_allocate(sizeof(FlSide));
        if (process->side)
            memset(process->side, 0, sizeof(FlSide));
    }
    return process->side;
}

void side_give_segment(FlSide *side) {
    if (!side->segment)
        return;
    segment_give(side->segment, side->segment_bytes);
    segment_ungrant(side->segment_granted);
    side->segment = NULL;
    side->segment_granted = 0;
}

void side_free(FlProcess *process) {
    FlSide *side = process->side;
    process->side = NULL;
    if (!side || side == &side_of_last_resort)
        return;
    peers_deinit(&side->peers);
    side_give_segment(side);
    if (side->reason_message)
        message_free(side->reason_message);
    if (side->started)
        message_free(side->started);
    memory_free(side->bound);
    memory_free(side->path);
    memory_free(side->trace);
    memory_free(side);
}
