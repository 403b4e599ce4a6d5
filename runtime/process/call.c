#include "runtime/process/call.h"

#include "runtime/memory/object.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

FlPid fl_call_begin(FlProcess *self, FlPid to) {
    process_refuse_wait(self, self->site);
    FlSide *side = process_side(self);
    FlProcess *alias = side ? process_allocate(&((ProcessWorker *)self->worker)->slots) : NULL;
    if (!alias)
        process_out_of_memory(self);
    atomic_store_explicit(&alias->mailbox, MAILBOX_CLOSED, memory_order_relaxed);
    atomic_store_explicit(&alias->alias_of, self->head.pid, memory_order_relaxed);
    alias->queue_next = side->calls;
    side->calls = alias;
    if (!signal_send(SIGNAL_MONITOR, process_pid(alias), to))
        process_out_of_memory(self);
    return process_pid(alias);
}

static void release(ProcessWorker *worker, FlProcess *alias) {
    atomic_store_explicit(&alias->alias_of, 0, memory_order_relaxed);
    process_release(&worker->slots, alias);
}

// Takes the call out of the list of those in progress.
static FlProcess *end_call(FlProcess *self, FlPid reply_address) {
    FlProcess **link = &self->side->calls;
    while (process_pid(*link) != reply_address)
        link = &(*link)->queue_next;
    FlProcess *alias = *link;
    *link = alias->queue_next;
    return alias;
}

static FlProcess *find_call(const FlProcess *self, FlPid reply_address) {
    FlProcess *alias = self->side->calls;
    while (process_pid(alias) != reply_address)
        alias = alias->queue_next;
    return alias;
}

int64_t fl_call_wait(FlProcess *self, FlPid reply_address, FlPid to, int64_t timeout, FlWord *root,
                     const FlSite *site) {
    enum { REPLY, TIMEOUT, DOWN };
    FlProcess *alias = find_call(self, reply_address);
    self->site = site;
    self->deadline = process_deadline(timeout);
    self->side->called = to;
    process_drain(self);
    while (!alias->first && !process_expired(self))
        process_wait(self);
    self->side->called = 0;
    self->deadline = INT64_MAX;
    FlMessage *message = end_call(self, reply_address)->first;
    release((ProcessWorker *)self->worker, alias);
    bool down = message && message->kind == SIGNAL_DOWN;
    // Out of memory here only leaves an entry with the other process.
    if (!down)
        signal_send(SIGNAL_DEMONITOR, reply_address, to);
    if (!message)
        return TIMEOUT;
    *root = message->head.root;
    message_adopt(message, &self->arena);
    if (down)
        *root = object_words((const FlObject *)*root)[1];
    process_check_memory(self);
    return down ? DOWN : REPLY;
}

void calls_free(ProcessWorker *worker, FlProcess *process) {
    while (process->side && process->side->calls) {
        FlProcess *alias = process->side->calls;
        process->side->calls = alias->queue_next;
        if (alias->first)
            message_free(alias->first);
        release(worker, alias);
    }
}
