#include "runtime/process/mailbox.h"
#include "runtime/process/process.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

// Whether something sent to this pid may arrive. A reply address has a closed mailbox of its own.
static bool reachable(FlPid to) {
    FlProcess *process = process_slot(to);
    if (!process || process_pid(process) != to)
        return false;
    return !process_closed(process) || atomic_load_explicit(&process->alias_of, memory_order_relaxed) != 0;
}

void fl_send(FlProcess *self, FlPid to, FlWord root, const FlSite *site) {
    if (!reachable(to))
        return;
    FlMessage *message = message_copy(root);
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
    if (!message_complete(message)) {
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
