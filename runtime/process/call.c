#include "runtime/process/call.h"

#include <string.h>

#include "runtime/memory/object.h"
#include "runtime/process/receive.h"
#include "runtime/process/run.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"

// ---- the caller

FlPid fl_call_open(FlProcess *self) {
    process_refuse_wait(self, self->site);
    FlSide *side = process_side(self);
    FlProcess *alias = side ? process_allocate_alias(&process_worker(self)->slots, self->head.pid) : NULL;
    if (!alias)
        process_out_of_memory(self);
    alias->queue_next = side->calls;
    side->calls = alias;
    return process_pid(alias);
}

FlPid fl_call_begin(FlProcess *self, FlPid to) {
    FlPid reply_address = fl_call_open(self);
    if (!signal_send(SIGNAL_MONITOR, reply_address, to))
        process_out_of_memory(self);
    process_slot(reply_address)->called = to;
    return reply_address;
}

void call_request(FlProcess *self, FlPid to, FlMessage *message, FlPid reply_address, const FlSite *site) {
    FlProcess *process = process_slot(to);
    FlPid alias = process ? atomic_load_explicit(&process->alias_of, memory_order_relaxed) : 0;
    message->to = to;
    process_slot(reply_address)->called = to;
    if (__builtin_expect(alias == ALIAS_BOUNDED, 0)) {
        message->from = self->head.pid;
        if (!signal_send(SIGNAL_MONITOR, reply_address, to)) {
            message_free(message);
            process_out_of_memory(self);
        }
    } else {
        message->from = reply_address;
        message->flags |= MESSAGE_REQUEST;
    }
    if (__builtin_expect(process && process_pid(process) == to && alias == 0, 1))
        signal_give(self, process, message);
    else
        signal_route_sent(self, message, site);
}

// The link to the call in the list of those in progress.
static FlProcess **find_call(const FlProcess *self, FlPid reply_address) {
    FlProcess **link = &self->side->calls;
    while (process_pid(*link) != reply_address)
        link = &(*link)->queue_next;
    return link;
}

static FlMessage *end_call(FlProcess *self, FlPid reply_address) {
    FlProcess **link = find_call(self, reply_address), *alias = *link;
    FlMessage *message = alias->first;
    *link = alias->queue_next;
    process_release_alias(&process_worker(self)->slots, alias);
    return message;
}

// The value of a reply, which becomes self's. What is small and flat is copied out, so that its message goes back to a
// cache at once: blocks of the arena would have to be found again by a collection.
// Not inlined: cache.h.
static __attribute__((noinline)) FlWord take_reply(FlProcess *self, FlMessage *message) {
    enum { SMALL = 64 };
    FlWord root = message->head.root;
    const FlObject *object = (const FlObject *)root;
    const FlType *type = object_is_pointer(root) && !object_is_static(object) ? object_type(object) : NULL;
    if (type && !message->more && !type->references) {
        bool record = type->kind == FL_KIND_RECORD;
        uint64_t bytes = record ? (1 + (uint64_t)type->object_words) * sizeof(FlWord) : object_bytes(object);
        FlObject *copy = bytes <= SMALL ? arena_allocate(&self->arena, &self->head.bump, bytes) : NULL;
        if (copy) {
            memcpy(copy, object, bytes);
            message_free_quickly(message);
            return (FlWord)copy;
        }
    }
    message_adopt(message, &self->arena);
    return root;
}

int64_t fl_call_wait(FlProcess *self, FlPid reply_address, FlPid to, int64_t timeout, FlWord *root,
                     const FlSite *site) {
    enum { REPLY, TIMEOUT, DOWN };
    FlProcess *alias = *find_call(self, reply_address);
    self->site = site;
    self->side->called = to;
    process_drain(self);
    if (!alias->first) {
        // The largest int is for ever.
        self->deadline = timeout == INT64_MAX ? INT64_MAX : process_deadline_of_call(timeout);
        while (!alias->first && self->deadline != 0) {
            process_wait(self);
            if (!alias->first && process_expired(self))
                break;
        }
        self->deadline = INT64_MAX;
    }
    self->side->called = 0;
    FlMessage *message = end_call(self, reply_address);
    bool down = message && message->kind == SIGNAL_DOWN;
    // Out of memory here only leaves an entry with the other process.
    if (!down && !(message && message->flags & MESSAGE_ANSWERED))
        signal_send(SIGNAL_DEMONITOR, reply_address, to);
    if (!message)
        return TIMEOUT;
    *root = take_reply(self, message);
    if (down)
        *root = object_words((const FlObject *)*root)[1];
    return down ? DOWN : REPLY;
}

// Its request may be lying anywhere: the reply address becomes invalid before the callee is told.
static void abandon_call(ProcessWorker *worker, FlProcess *alias, bool tell) {
    FlPid reply_address = process_pid(alias), called = alias->called;
    FlMessage *answer = alias->first;
    process_release_alias(&worker->slots, alias);
    // Out of memory here only leaves an entry with the other process.
    if (tell && called != 0 && !answer)
        signal_send(SIGNAL_DEMONITOR, reply_address, called);
    if (answer)
        message_free(answer);
}

void calls_end(ProcessWorker *worker, FlProcess *process, bool tell) {
    FlSide *side = process->side;
    while (side && side->calls) {
        FlProcess *alias = side->calls;
        side->calls = alias->queue_next;
        abandon_call(worker, alias, tell);
    }
}

// ---- the callee

FlPid call_owner(FlPid reply_address) {
    FlProcess *alias = process_slot(reply_address);
    bool same = alias && process_pid(alias) == reply_address;
    return same ? atomic_load_explicit(&alias->alias_of, memory_order_relaxed) : 0;
}

FlProcess *call_caller(FlPid reply_address) {
    FlPid owner = call_owner(reply_address);
    return owner > ALIAS_REFERENCE ? process_slot(owner) : NULL;
}

bool call_received(FlProcess *self, const FlMessage *request) {
    FlPid reply_address = request->from;
    FlSide *side = process_side(self);
    if (!side)
        return false;
    if (!call_owner(reply_address))
        return true;
    if (side->caller == 0 || !call_owner(side->caller)) {
        side->caller = reply_address;
        return true;
    }
    Peer *peer = peers_make(&side->peers, reply_address);
    if (peer)
        peer->watching = 1;
    return peer != NULL;
}

bool call_forget(FlProcess *self, FlPid reply_address) {
    FlSide *side = self->side;
    if (!side || side == &side_of_last_resort)
        return false;
    if (side->caller == reply_address) {
        side->caller = 0;
        return true;
    }
    Peer *peer = peers_find(&side->peers, reply_address);
    if (!peer)
        return false;
    peer->watching = 0;
    peers_trim(&side->peers, peer);
    return true;
}

void call_answer(FlProcess *self, FlMessage *reply) {
    if (call_forget(self, reply->to))
        reply->flags |= MESSAGE_ANSWERED;
}

void calls_note(FlProcess *process, const FlMessage *first) {
    for (const FlMessage *message = first; message; message = message->head.next) {
        if (message->flags & MESSAGE_REQUEST && !call_received(process, message))
            process_abandon(message->from);
    }
}
