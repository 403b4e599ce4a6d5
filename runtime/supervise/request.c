// The supervisor's side of requests: messages of the kind SIGNAL_SERVICE from a reply address. What is asked for is in
// the flags (Request), an id in the root, a pid in `detail`. Answers are a pid, boxed, or a text: why not, or what was
// asked for in bytes.
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"
#include "runtime/process/call.h"
#include "runtime/process/death.h"
#include "runtime/process/names.h"
#include "runtime/process/reference.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/supervise/supervisor.h"

#define WHY_NOT(name, text)                                                                                            \
    static const struct {                                                                                              \
        FlObject header;                                                                                               \
        uint32_t length, points;                                                                                       \
        char bytes[(sizeof(text) + 7) & ~(size_t)7];                                                                   \
    } name##_text = {{FL_TYPE_STRING, FL_OBJECT_STATIC}, sizeof(text) - 1, sizeof(text) - 1, text};                    \
    static const FlString *const name = (const FlString *)&name##_text;

WHY_NOT(why_not_found, "not found")
WHY_NOT(why_exists, "exists")
WHY_NOT(why_taken, "its name is taken")
WHY_NOT(why_running, "running")
WHY_NOT(why_restarting, "restarting")
WHY_NOT(why_starting, "the supervisor is starting")
WHY_NOT(why_no_model, "the supervisor has no template")
WHY_NOT(why_model, "the supervisor's children are of its template")
WHY_NOT(why_significant, "a significant child needs auto_shutdown")

// ---- answers

static void give_answer(Supervisor *supervisor, FlPid reply_address, FlMessage *message) {
    if (!message)
        process_out_of_memory(supervisor->process);
    message->to = reply_address;
    message->from = supervisor->process->head.pid;
    signal_route(message);
}

static void answer(Supervisor *supervisor, FlPid reply_address, FlPid pid) {
    FlMessage *message = message_begin(fl_program.types[FL_TYPE_PID]);
    if (!message || !message_complete(message))
        process_out_of_memory(supervisor->process);
    object_words((FlObject *)message->head.root)[0] = pid;
    give_answer(supervisor, reply_address, message);
}

static void answer_text(Supervisor *supervisor, FlPid reply_address, const FlString *text) {
    give_answer(supervisor, reply_address, message_copy((FlWord)text));
}

void answer_starter(Supervisor *supervisor) {
    if (supervisor->complete)
        return;
    supervisor->complete = true;
    answer(supervisor, supervisor->starter, supervisor->process->head.pid);
}

void answer_process(Supervisor *supervisor, Child *child, FlPid pid) {
    if (child->start_asker != 0)
        answer(supervisor, child->start_asker, pid);
    child->start_asker = 0;
}

void answer_started(Supervisor *supervisor, Child *child) { answer_process(supervisor, child, child->pid); }

void answer_failed(Supervisor *supervisor, Child *child, const FlString *reason) {
    if (child->start_asker != 0)
        answer_text(supervisor, child->start_asker, reason);
    child->start_asker = 0;
}

void answer_stopped(Supervisor *supervisor, Child *child) {
    if (child->stop_asker != 0)
        answer(supervisor, child->stop_asker, child->last_pid);
    child->stop_asker = 0;
}

// ---- which child

static Child *child_by_id(const Supervisor *supervisor, const FlString *id) {
    return index_find(&supervisor->by_id, index_key(id), id);
}

static Request request_of(const FlMessage *message) { return (Request)(message->flags >> ASK_SHIFT); }

static Child *child_of(const Supervisor *supervisor, const FlMessage *message) {
    if (message->head.root != 0)
        return child_by_id(supervisor, (const FlString *)message->head.root);
    Child *child = supervisor_child(supervisor, message_detail(message));
    return child && supervisor->dynamic ? child : NULL;
}

static bool is_made(const Child *child) { return child->starts_supervisor && child->state == CHILD_STARTING; }

// ---- what has to wait

// A start function that asks while it makes its supervisor would wait for itself: it is answered at once.
static bool is_asked_by_maker(const Supervisor *supervisor, const FlMessage *message) {
    const Child *child = supervisor->starting;
    return child && is_made(child) && call_owner(message->from) == child->pid;
}

// While the supervisor ends, whoever wants to change something hears of its end.
bool request_postponed(Supervisor *supervisor, const FlMessage *message) {
    if (message->kind != SIGNAL_SERVICE)
        return false;
    Request request = request_of(message);
    bool changes = request >= ASK_ADD && request <= ASK_REMOVE;
    if (request == ASK_ADOPT || is_asked_by_maker(supervisor, message))
        return false;
    if (changes && (supervisor->cause != END_NONE || !supervisor->complete))
        return true;
    if (request == ASK_ADD || request > ASK_REMOVE || supervisor->cause != END_NONE)
        return false;
    const Child *child = child_of(supervisor, message);
    if (!child)
        return false;
    if (request == ASK_FIND)
        return child->must_start || is_made(child);
    return child->state == CHILD_STOPPING || (child->state == CHILD_STARTING && child->start_asker != 0);
}

// ---- acting

// From now on the child's process is the supervisor it made; the start function is of no more interest.
static void adopt(Supervisor *supervisor, FlPid maker, FlPid made) {
    Child *child = supervisor->starting;
    if (!child || !is_made(child) || child->pid != maker || maker == 0)
        return;
    FlProcess *self = supervisor->process;
    fl_demonitor(self, maker);
    fl_unlink(self, maker);
    fl_link(self, made);
    fl_monitor(self, made);
    child_set_pid(supervisor, child, made, maker);
    if (child->name && names_register(child->name, made) == NAMES_TAKEN)
        fl_exit(self, made, (FlString *)(uintptr_t)why_taken);
    child_started(supervisor, child);
    child_follow(supervisor, child);
}

static FlPid present_process(const Child *child) {
    if (!child || is_made(child) || child->state == CHILD_STOPPING)
        return 0;
    return child->pid;
}

static const FlString *why_not_add(const Supervisor *supervisor, const Child *child) {
    if (!child->id != supervisor->dynamic)
        return supervisor->dynamic ? why_model : why_no_model;
    if (child->significant && supervisor->auto_shutdown == AUTO_NEVER)
        return why_significant;
    return child->id && child_by_id(supervisor, child->id) ? why_exists : NULL;
}

// The store is the supervisor's from now on.
static void add(Supervisor *supervisor, FlPid store, FlPid asker) {
    FlProcess *process = process_find(store);
    if (!process)
        return; // whoever asked has taken it back
    Child *child = ((const Supervisor *)process->side->service)->children[0];
    const FlString *why = why_not_add(supervisor, child);
    if (why) {
        answer_text(supervisor, asker, why);
        death_drop((ProcessWorker *)supervisor->process->worker, process);
        return;
    }
    ((Supervisor *)process->side->service)->count = 0;
    if (supervisor->dynamic) {
        child->kind = supervisor->model.kind;
        child->shutdown = supervisor->model.shutdown;
        child->significant = supervisor->model.significant;
    }
    child->must_start = false;
    child->added = true;
    child->start_asker = asker;
    supervisor_append(supervisor->process, supervisor, child, store);
}

static void stop_child(Supervisor *supervisor, Child *child, FlPid asker) {
    if (!child) {
        answer_text(supervisor, asker, why_not_found);
        return;
    }
    child->stop_asker = asker;
    unmark_start(supervisor, child);
    if (child->state != CHILD_DOWN) {
        mark_stop(supervisor, child);
        return;
    }
    answer_stopped(supervisor, child);
    child_follow(supervisor, child);
    if (child->kind == RESTART_TEMPORARY)
        child_forget(supervisor, child);
}

static bool is_restarting(const Child *child) {
    return child->must_start || (child->state == CHILD_STARTING && child->again);
}

static const FlString *why_not_idle(const Child *child) {
    if (!child)
        return why_not_found;
    if (is_restarting(child))
        return why_restarting;
    return child->state != CHILD_DOWN ? why_running : NULL;
}

static void restart_or_remove(Supervisor *supervisor, Child *child, Request request, FlPid asker) {
    const FlString *why = why_not_idle(child);
    if (why) {
        answer_text(supervisor, asker, why);
    } else if (request == ASK_RESTART) {
        child->start_asker = asker;
        mark_start(supervisor, child);
        child_follow(supervisor, child);
    } else {
        answer(supervisor, asker, child->last_pid);
        child_forget(supervisor, child);
    }
}

// ---- looking around

static FlString *bytes_text(Supervisor *supervisor, uint64_t length) {
    uint64_t bytes = object_round(sizeof(FlString) + length + 1);
    FlString *text = length < UINT32_MAX ? memory_allocate(bytes) : NULL;
    if (!text)
        process_out_of_memory(supervisor->process);
    memset(text, 0, bytes);
    text->header = (FlObject){.type = FL_TYPE_STRING};
    text->length = text->points = (uint32_t)length;
    return text;
}

static void answer_bytes(Supervisor *supervisor, FlPid asker, FlString *text) {
    FlMessage *message = message_copy((FlWord)text);
    memory_free(text);
    give_answer(supervisor, asker, message);
}

static uint64_t entry_bytes(const Child *child) {
    return sizeof(ListEntry) + (child->id ? object_round(child->id->length) : 0);
}

static ListEntry list_entry(const Child *child) {
    ListEntry entry = {child->last_pid, child->state, child->id ? child->id->length : UINT32_MAX};
    if (is_restarting(child))
        entry.state = LIST_RESTARTING;
    return entry;
}

static void list(Supervisor *supervisor, FlPid asker) {
    uint64_t length = 0;
    for (uint32_t i = 0; i < supervisor->count; i++)
        length += entry_bytes(supervisor->children[i]);
    FlString *text = bytes_text(supervisor, length);
    char *place = text->bytes;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        const Child *child = supervisor->children[i];
        ListEntry entry = list_entry(child);
        memcpy(place, &entry, sizeof entry);
        if (child->id)
            memcpy(place + sizeof entry, child->id->bytes, child->id->length);
        place += entry_bytes(child);
    }
    answer_bytes(supervisor, asker, text);
}

static void count(Supervisor *supervisor, FlPid asker) {
    ChildCount counted = {0};
    for (uint32_t i = 0; i < supervisor->count; i++) {
        const Child *child = supervisor->children[i];
        counted.active += child->state != CHILD_DOWN && !is_made(child);
        counted.supervisors += child->starts_supervisor;
        counted.workers += !child->starts_supervisor;
    }
    FlString *text = bytes_text(supervisor, sizeof counted);
    memcpy(text->bytes, &counted, sizeof counted);
    answer_bytes(supervisor, asker, text);
}

static void refer(Supervisor *supervisor, Child *child, FlPid asker) {
    answer(supervisor, asker, child ? child_reference(supervisor, child) : REFERENCE_NOBODY);
}

// ---- requests

void request_answer(Supervisor *supervisor, const FlMessage *message) {
    FlPid asker = message->from;
    Request request = request_of(message);
    if (request >= ASK_ADD && request <= ASK_REMOVE && is_asked_by_maker(supervisor, message)) {
        answer_text(supervisor, asker, why_starting);
        return;
    }
    switch (request) {
    case ASK_ADOPT:
        adopt(supervisor, call_owner(asker), message_detail(message));
        answer(supervisor, asker, message_detail(message));
        break;
    case ASK_FIND:
        answer(supervisor, asker, present_process(child_of(supervisor, message)));
        break;
    case ASK_ADD:
        add(supervisor, message_detail(message), asker);
        break;
    case ASK_STOP:
        stop_child(supervisor, child_of(supervisor, message), asker);
        break;
    case ASK_RESTART:
    case ASK_REMOVE:
        restart_or_remove(supervisor, child_of(supervisor, message), request, asker);
        break;
    case ASK_LIST:
        list(supervisor, asker);
        break;
    case ASK_COUNT:
        count(supervisor, asker);
        break;
    case ASK_REFER:
        refer(supervisor, child_of(supervisor, message), asker);
        break;
    }
}
