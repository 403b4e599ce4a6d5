#include "runtime/process/mail.h"

#include "runtime/process/side.h"

static FlSide *writable_side(const FlProcess *process) {
    return process->side == &side_of_last_resort ? NULL : process->side;
}

void mail_charge(FlProcess *self, const FlMessage *message) {
    FlSide *side = writable_side(self);
    if (side)
        side->mail_bytes += message_bytes(message);
}

void mail_discharge(FlProcess *self, const FlMessage *message) {
    FlSide *side = writable_side(self);
    uint64_t bytes = message_bytes(message);
    if (side)
        side->mail_bytes -= bytes < side->mail_bytes ? bytes : side->mail_bytes;
}

uint64_t mail_bytes(const FlProcess *process) { return process->side ? process->side->mail_bytes : 0; }

static uint64_t count(const FlProcess *self) {
    uint64_t bytes = 0;
    for (const FlMessage *message = self->first; message; message = message->head.next)
        bytes += message_bytes(message);
    return bytes;
}

static bool is_over(const FlProcess *self) {
    const FlArena *arena = &self->arena;
    return arena_used(arena, &self->head.bump) + mail_bytes(self) > arena->limit + arena->limit / 8;
}

void mail_check(FlProcess *self) {
    FlSide *side = writable_side(self);
    if (!side || self->flags & FLAG_DYING || arena_due(&self->arena) || !is_over(self))
        return;
    side->mail_bytes = count(self);
    if (!is_over(self))
        return;
    self->arena.threshold = 0;
    __atomic_store_n(&self->head.stack_limit, UINTPTR_MAX, __ATOMIC_RELAXED); // the next poll is taken
}
