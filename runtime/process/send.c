#include "runtime/memory/object.h"
#include "runtime/process/mailbox.h"
#include "runtime/process/process.h"
#include "runtime/process/run.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

// Whether something sent to this pid may arrive. A reply address has a closed mailbox of its own.
static bool reachable(FlPid to) {
    FlProcess *process = process_slot(to);
    if (!process || process_pid(process) != to)
        return false;
    return !process_closed(process) || atomic_load_explicit(&process->alias_of, memory_order_relaxed) != 0;
}

// Bytes of an arena from which on what is given away may take long to promote.
enum { AHEAD = 1 << 20, PINS = 64 };

// Between two steps others run, and the process may be collected, but not end.
static void breathe(FlProcess *self) {
    if (__atomic_load_n(&self->head.stack_limit, __ATOMIC_RELAXED) != UINTPTR_MAX)
        return;
    if (arena_due(&self->arena) && process_collectable(self))
        self->head.frame = NULL; // loaded long ago
    process_pause(self, PROCESS_YIELDED);
}

void process_give_ahead(FlProcess *self, FlWord root) {
    volatile FlWord pin = root; // on the stack, which a collection looks at
    if (__builtin_expect(self->arena.bytes <= AHEAD, 1))
        return;
    while (message_ahead(&self->arena, pin) == PROMOTE_MORE)
        breathe(self);
}

void process_give_words_ahead(FlProcess *self, FlObject *object) {
    volatile FlWord pins[PINS];
    if (__builtin_expect(self->arena.bytes <= AHEAD, 1))
        return;
    uint64_t words = object_bytes(object) / sizeof(FlWord);
    if (words > PINS)
        return;
    for (uint64_t i = 0; i < words; i++)
        pins[i] = ((const FlWord *)object)[i];
    while (message_ahead_words(&self->arena, object) == PROMOTE_MORE)
        breathe(self);
    __asm__ volatile("" : : "r"(pins) : "memory");
}

void fl_send(FlProcess *self, FlPid to, FlWord root, const FlSite *site) {
    if (!reachable(to))
        return;
    process_give_ahead(self, root);
    FlMessage *message = message_give(&self->arena, root);
    if (!message)
        process_out_of_memory(self);
    message->to = to;
    message->from = self->head.pid;
    signal_route_sent(self, message, site);
}

FlMessage *fl_send_begin(FlProcess *self, FlPid to, const FlType *type) {
    if (!reachable(to))
        return NULL;
    FlMessage *message = message_begin(type);
    if (!message)
        process_out_of_memory(self);
    return message;
}

void fl_send_end(FlProcess *self, FlPid to, FlMessage *message, const FlSite *site) {
    process_give_words_ahead(self, (FlObject *)message->head.root);
    if (!message_complete_from(&self->arena, message)) {
        message_free(message);
        process_out_of_memory(self);
    }
    message->to = to;
    message->from = self->head.pid;
    signal_route_sent(self, message, site);
}

bool fl_alive(FlProcess *self, FlPid pid) {
    (void)self;
    return process_find(pid) != NULL;
}
