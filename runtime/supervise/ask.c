// The asker's side of requests: whoever calls child, add_child, stop_child and the like waits for the answer, or for
// the end of the supervisor.
#include <string.h>

#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/reference.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/heap.h"

// The answer, an object; NULL: the supervisor has ended, *reason tells why.
static const FlObject *ask(FlProcess *self, FlPid supervisor, Request request, FlWord root, uint64_t detail,
                           const FlString **reason) {
    FlPid reply_address = fl_call_begin(self, supervisor);
    FlMessage *message = message_copy_with(root, detail);
    if (!message)
        process_out_of_memory(self);
    message->kind = SIGNAL_SERVICE;
    message->flags = (uint8_t)(request << ASK_SHIFT);
    message->to = supervisor;
    message->from = reply_address;
    signal_route(message);
    FlWord reply;
    if (fl_call_wait(self, reply_address, supervisor, -1, &reply, self->site) == 0)
        return (const FlObject *)reply;
    *reason = (const FlString *)reply;
    return NULL;
}

static FlPid pid_of(const FlObject *answer) {
    return answer && answer->type == FL_TYPE_PID ? object_words(answer)[0] : 0;
}

FlPid fl_supervisor_find(FlProcess *self, FlPid supervisor, FlString *id) {
    const FlString *reason;
    return pid_of(ask(self, supervisor, ASK_FIND, (FlWord)id, 0, &reason));
}

FlPid fl_supervisor_refer(FlProcess *self, FlPid supervisor, FlString *id) {
    const FlString *reason;
    FlPid reference = pid_of(ask(self, supervisor, ASK_REFER, (FlWord)id, 0, &reason));
    return reference ? reference : REFERENCE_NOBODY;
}

FlPid fl_supervisor_refer_pid(FlProcess *self, FlPid supervisor, FlPid child) {
    const FlString *reason;
    FlPid reference = pid_of(ask(self, supervisor, ASK_REFER, 0, reference_process(child), &reason));
    return reference ? reference : REFERENCE_NOBODY;
}

void fl_supervisor_started(FlProcess *self, FlPid supervisor) {
    if (!self->side || !self->side->makes_supervisor)
        return; // a start function that was called as a plain function
    // Nobody to hand it over to any more: what would have ended it there ends it here.
    supervisor = reference_process(supervisor);
    const FlString *reason;
    if (pid_of(ask(self, self->side->supervisor, ASK_ADOPT, 0, supervisor, &reason)) == 0)
        fl_stop(self, supervisor);
}

// true: *out is a pid; false: a text that says why not.
static bool outcome(const FlObject *answer, const FlString *reason, FlWord *out) {
    if (answer && answer->type == FL_TYPE_PID) {
        *out = object_words(answer)[0];
        return true;
    }
    *out = (FlWord)(answer ? (const FlString *)answer : reason);
    return false;
}

bool fl_supervisor_add(FlProcess *self, FlPid supervisor, void *spec, FlWord *out) {
    FlPid store = supervisor_seal(self, spec);
    const FlString *reason = NULL;
    const FlObject *answer = ask(self, supervisor, ASK_ADD, 0, store, &reason);
    // Nobody has taken it: the supervisor ended before.
    FlProcess *left = answer ? NULL : process_find(store);
    if (left)
        death_drop((ProcessWorker *)self->worker, left);
    return outcome(answer, reason, out);
}

static bool change(FlProcess *self, FlPid supervisor, Request request, FlWord id, FlPid pid, FlWord *out) {
    const FlString *reason = NULL;
    const FlObject *answer = ask(self, supervisor, request, id, pid, &reason);
    return outcome(answer, reason, out);
}

bool fl_supervisor_stop(FlProcess *self, FlPid supervisor, FlString *id, FlWord *out) {
    return change(self, supervisor, ASK_STOP, (FlWord)id, 0, out);
}

bool fl_supervisor_stop_pid(FlProcess *self, FlPid supervisor, FlPid child, FlWord *out) {
    return change(self, supervisor, ASK_STOP, 0, reference_process(child), out);
}

bool fl_supervisor_restart(FlProcess *self, FlPid supervisor, FlString *id, FlWord *out) {
    return change(self, supervisor, ASK_RESTART, (FlWord)id, 0, out);
}

bool fl_supervisor_remove(FlProcess *self, FlPid supervisor, FlString *id, FlWord *out) {
    return change(self, supervisor, ASK_REMOVE, (FlWord)id, 0, out);
}

// ---- looking around

static VALUE_STATIC_STRING(text_running, "running");
static VALUE_STATIC_STRING(text_starting, "starting");
static VALUE_STATIC_STRING(text_restarting, "restarting");
static VALUE_STATIC_STRING(text_stopping, "stopping");
static VALUE_STATIC_STRING(text_stopped, "stopped");

static FlString *state_text(uint32_t state) {
    switch (state) {
    case CHILD_STARTING:
        return &text_starting;
    case CHILD_RUNNING:
        return &text_running;
    case CHILD_STOPPING:
        return &text_stopping;
    case LIST_RESTARTING:
        return &text_restarting;
    default:
        return &text_stopped;
    }
}

static uint64_t points_in(const char *bytes, uint64_t length) {
    uint64_t points = 0;
    for (uint64_t i = 0; i < length; i++)
        points += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    return points;
}

static FlString *id_text(FlProcess *self, const char *bytes, uint32_t length) {
    if (length == UINT32_MAX)
        return &value_empty_string;
    FlString *id = value_string(self, length, points_in(bytes, length));
    memcpy(id->bytes, bytes, length);
    return id;
}

static const char *next_entry(const char *place, const ListEntry *entry) {
    return place + sizeof *entry + (entry->length == UINT32_MAX ? 0 : object_round(entry->length));
}

// An answer whose bytes are no text: the heap is not to keep it as one.
static void forget(const FlString *answer) {
    if (answer)
        object_fill((void *)answer, object_bytes(&answer->header));
}

// Elements are the words of {id: string, pid: pid, state: string}, in this order. Nothing here polls, so the answer
// stays where it is.
FlList fl_supervisor_children(FlProcess *self, const FlType *type, FlPid supervisor) {
    const FlString *reason, *answer = (const FlString *)ask(self, supervisor, ASK_LIST, 0, 0, &reason);
    uint64_t count = 0;
    const char *end = answer ? answer->bytes + answer->length : NULL;
    for (const char *place = answer ? answer->bytes : NULL; place < end; count++)
        place = next_entry(place, (const ListEntry *)place);
    FlBuffer *list = fl_buffer_new(self, type, count);
    const char *place = answer ? answer->bytes : NULL;
    for (uint64_t i = 0; i < count; i++) {
        const ListEntry *entry = (const ListEntry *)place;
        FlWord *words = &list->elements[3 * i];
        words[0] = (FlWord)id_text(self, place + sizeof *entry, entry->length);
        words[1] = entry->pid;
        words[2] = (FlWord)state_text(entry->state);
        list->used++;
        place = next_entry(place, entry);
    }
    forget(answer);
    return (FlList){list, count};
}

void fl_supervisor_count(FlProcess *self, FlPid supervisor, int64_t *counted) {
    const FlString *reason, *answer = (const FlString *)ask(self, supervisor, ASK_COUNT, 0, 0, &reason);
    ChildCount none = {0};
    memcpy(counted, answer ? (const void *)answer->bytes : &none, sizeof none);
    forget(answer);
}
