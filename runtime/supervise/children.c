#include <stdio.h>
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/memory/object.h"
#include "runtime/process/death.h"
#include "runtime/process/names.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/process/table.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/builder.h"

// A child that computes says itself after START_MILLISECONDS that it counts as started. PATIENCE is for one that can't:
// it is in foreign code.
enum { START_MILLISECONDS = 100, PATIENCE_MILLISECONDS = 10000, SHUTDOWN_MILLISECONDS = 5000 };
enum { PATH_BYTES = 300 }; // of a path in reports, cut

static bool has_process(const Child *child) {
    return child->state == CHILD_STARTING || child->state == CHILD_RUNNING || child->state == CHILD_STOPPING;
}

bool supervisor_is_own(const Supervisor *supervisor, FlPid pid) {
    return index_find(&supervisor->by_pid, pid, NULL) != NULL;
}

Child *supervisor_child(const Supervisor *supervisor, FlPid pid) {
    Child *child = index_find(&supervisor->by_pid, pid, NULL);
    return child && child->pid == pid ? child : NULL;
}

void child_set_pid(Supervisor *supervisor, Child *child, FlPid pid, FlPid maker) {
    FlPid before[] = {child->pid, child->maker}, now[] = {pid, maker};
    for (int i = 0; i < 2; i++) {
        if (before[i] != 0)
            index_remove(&supervisor->by_pid, before[i], child);
    }
    for (int i = 0; i < 2; i++) {
        if (now[i] != 0)
            index_add(&supervisor->by_pid, supervisor->process, supervisor->process, now[i], child);
    }
    child->pid = pid;
    child->maker = maker;
    if (pid != 0)
        child->last_pid = pid;
}

void mark_stop(Supervisor *supervisor, Child *child) {
    if ((child->state != CHILD_STARTING && child->state != CHILD_RUNNING) || child->must_stop)
        return;
    child->must_stop = true;
    supervisor->stops++;
    if (child->index + 1 > supervisor->stop_below)
        supervisor->stop_below = child->index + 1;
}

void unmark_stop(Supervisor *supervisor, Child *child) {
    supervisor->stops -= child->must_stop;
    child->must_stop = false;
}

void mark_start(Supervisor *supervisor, Child *child) {
    supervisor->starts += !child->must_start;
    child->must_start = true;
    if (child->index < supervisor->start_from)
        supervisor->start_from = child->index;
}

void unmark_start(Supervisor *supervisor, Child *child) {
    supervisor->starts -= child->must_start;
    child->must_start = false;
}

// The bounds of the marks stay bounds.
static void take_out(Supervisor *supervisor, uint32_t index) {
    Child **children = supervisor->children;
    uint32_t last = --supervisor->count;
    if (supervisor->dynamic) {
        children[index] = children[last];
        children[index]->index = index;
        if (index < supervisor->start_from && children[index]->must_start)
            supervisor->start_from = index;
        if (index + 1 > supervisor->stop_below && children[index]->must_stop)
            supervisor->stop_below = index + 1;
    } else {
        for (uint32_t i = index; i < last; i++) {
            children[i] = children[i + 1];
            children[i]->index = i;
        }
        supervisor->start_from -= supervisor->start_from > index;
    }
    if (supervisor->stop_below > last)
        supervisor->stop_below = last;
}

void child_forget(Supervisor *supervisor, Child *child) {
    unmark_start(supervisor, child);
    child_lose(supervisor, child);
    if (child->id)
        index_remove(&supervisor->by_id, index_key(child->id), child);
    take_out(supervisor, child->index);
    FlProcess *store = process_find(child->store);
    if (store)
        death_drop((ProcessWorker *)supervisor->process->worker, store);
}

// ---- start

static int64_t deadline_in(const Supervisor *supervisor, int64_t milliseconds) {
    bool far = milliseconds > (INT64_MAX - supervisor->now) / 1000000;
    return far ? INT64_MAX : supervisor->now + milliseconds * 1000000;
}

// Before it runs. false: somebody else has the name.
static bool take_name(FlProcess *self, const Child *child, FlPid pid) {
    if (!child->name || child->starts_supervisor) // the supervisor that is made has it (request.c)
        return true;
    NamesResult result = names_register(child->name, pid);
    if (result == NAMES_NO_MEMORY)
        process_out_of_memory(self);
    return result != NAMES_TAKEN;
}

// It ends before it does anything, like one that crashes at once.
static void refuse_name(FlProcess *self, const Child *child) {
    Builder text;
    builder_begin(&text, self);
    builder_add_text(&text, "the name \"");
    builder_add(&text, child->name->bytes, child->name->length);
    builder_add_text(&text, "\" is taken");
    if (!signal_send_reason(SIGNAL_EXIT, self->head.pid, child->pid, builder_finish(&text)))
        process_out_of_memory(self);
}

// Where a supervisor that is this child stands in the tree; NULL: memory is out, and it will be told by its pid.
static char *path_below(const Supervisor *supervisor, const Child *child) {
    char path[PATH_BYTES];
    supervisor_path(supervisor, path, sizeof path);
    size_t length = strlen(path), id = child->id ? child->id->length : 1;
    char *text = memory_allocate(length + id + 2);
    if (text)
        snprintf(text, length + id + 2, "%s/%s", path, child->id ? child->id->bytes : "*");
    return text;
}

// Nothing waits for the start to be complete: a worker is started again alone. It need not tell.
static bool is_alone(const Supervisor *supervisor, const Child *child) {
    return child->again && !child->starts_supervisor && child->start_asker == 0 && supervisor->starts == 0 &&
           supervisor->strategy == STRATEGY_ONE_FOR_ONE;
}

// It says itself when its start is complete. false: memory is out.
static bool make_tell(const Supervisor *supervisor, FlProcess *process) {
    FlSide *side = process->side;
    side->started = message_signal(SIGNAL_STARTED);
    side->start_deadline = deadline_in(supervisor, START_MILLISECONDS);
    process->flags |= FLAG_STARTING;
    return side->started != NULL;
}

static FlProcess *make_process(Supervisor *supervisor, Child *child, bool tells) {
    FlProcess *self = supervisor->process;
    const FlType *type = object_type(child->frame);
    FlProcess *process = fl_spawn_begin(self, child->resume, type, child->kind_name, child->site);
    FlSide *side = process_side(process);
    if (!side || (tells && !make_tell(supervisor, process))) {
        death_drop((ProcessWorker *)self->worker, process);
        process_out_of_memory(self);
    }
    side->supervisor = self->head.pid;
    side->makes_supervisor = child->starts_supervisor;
    if (child->starts_supervisor) {
        side->path = path_below(supervisor, child);
        side->places = child_below(supervisor, child);
    }
    memcpy(object_words(process->head.frame), object_words(child->frame), type->object_words * sizeof(FlWord));
    return process;
}

static void start(Supervisor *supervisor, Child *child) {
    FlProcess *self = supervisor->process;
    unmark_start(supervisor, child);
    bool alone = is_alone(supervisor, child), tells = !alone && !child->starts_supervisor;
    FlProcess *process = make_process(supervisor, child, tells);
    child->state = CHILD_STARTING;
    child->deadline = tells ? deadline_in(supervisor, PATIENCE_MILLISECONDS) : INT64_MAX;
    supervisor->starting = child;
    FlPid pid = process->head.pid;
    bool named = take_name(self, child, pid);
    child_set_pid(supervisor, child, pid, 0);
    child_follow(supervisor, child);
    if (!named)
        refuse_name(self, child);
    fl_spawn_end(self, process, &(FlSpawnOptions){.link = true, .monitor = true});
    if (alone)
        child_started(supervisor, child);
}

void child_started(Supervisor *supervisor, Child *child) {
    child->state = CHILD_RUNNING;
    child->again = child->added = false;
    child->deadline = INT64_MAX;
    supervisor->starting = NULL;
    answer_started(supervisor, child);
}

// ---- stop

static void ask_to_end(Supervisor *supervisor, Child *child, const FlString *reason) {
    FlProcess *self = supervisor->process;
    if (!signal_send_reason(SIGNAL_EXIT, self->head.pid, child->pid, reason))
        process_out_of_memory(self);
}

static int64_t stop_deadline(const Supervisor *supervisor, const Child *child) {
    if (child->shutdown >= 0)
        return deadline_in(supervisor, child->shutdown);
    if (child->shutdown == SHUTDOWN_DEFAULT && !child->starts_supervisor)
        return deadline_in(supervisor, SHUTDOWN_MILLISECONDS);
    return INT64_MAX;
}

static void stop(Supervisor *supervisor, Child *child) {
    if (supervisor->starting == child)
        supervisor->starting = NULL;
    unmark_stop(supervisor, child);
    child->state = CHILD_STOPPING;
    bool kill = child->shutdown == SHUTDOWN_KILL || child->shutdown == 0;
    child->deadline = kill ? INT64_MAX : stop_deadline(supervisor, child);
    if (supervisor->dynamic) {
        supervisor->stopping_all++;
        if (child->deadline < supervisor->stop_deadline)
            supervisor->stop_deadline = child->deadline;
    } else {
        supervisor->stopping = child;
    }
    ask_to_end(supervisor, child, kill ? reason_kill : reason_shutdown);
}

// ---- deadlines and marks

static bool is_due(const Supervisor *supervisor, const Child *child) {
    return child && child->deadline != INT64_MAX && supervisor->now >= child->deadline;
}

int64_t supervisor_deadline(const Supervisor *supervisor) {
    int64_t earliest = supervisor->stop_deadline;
    if (supervisor->starting && supervisor->starting->deadline < earliest)
        earliest = supervisor->starting->deadline;
    if (supervisor->stopping && supervisor->stopping->deadline < earliest)
        earliest = supervisor->stopping->deadline;
    return earliest;
}

static void kill_late(Supervisor *supervisor, Child *child) {
    child->deadline = INT64_MAX;
    note_killed(supervisor, child);
    ask_to_end(supervisor, child, reason_kill);
}

// Dynamic children: kills those that are late.
static void meet_stop_deadline(Supervisor *supervisor) {
    if (supervisor->now < supervisor->stop_deadline)
        return;
    supervisor->stop_deadline = INT64_MAX;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        Child *child = supervisor->children[i];
        if (child->state != CHILD_STOPPING)
            continue;
        if (is_due(supervisor, child))
            kill_late(supervisor, child);
        else if (child->deadline < supervisor->stop_deadline)
            supervisor->stop_deadline = child->deadline;
    }
}

static void meet_deadlines(Supervisor *supervisor) {
    if (is_due(supervisor, supervisor->starting))
        child_started(supervisor, supervisor->starting);
    if (is_due(supervisor, supervisor->stopping))
        kill_late(supervisor, supervisor->stopping);
    if (supervisor->stop_deadline != INT64_MAX)
        meet_stop_deadline(supervisor);
}

// The last child that must stop, or NULL.
static Child *next_to_stop(Supervisor *supervisor) {
    if (supervisor->stops == 0)
        supervisor->stop_below = 0;
    for (; supervisor->stop_below > 0; supervisor->stop_below--) {
        Child *child = supervisor->children[supervisor->stop_below - 1];
        if (child->must_stop)
            return child;
    }
    return NULL;
}

// The first child that must start, or NULL. A child that is marked and still stops is passed by: it is marked anew when
// it has ended.
static Child *next_to_start(Supervisor *supervisor) {
    if (supervisor->starts == 0)
        supervisor->start_from = supervisor->count;
    for (; supervisor->start_from < supervisor->count; supervisor->start_from++) {
        Child *child = supervisor->children[supervisor->start_from];
        if (child->must_start && !has_process(child))
            return child;
    }
    return NULL;
}

void supervisor_advance(Supervisor *supervisor) {
    meet_deadlines(supervisor);
    while (!supervisor->stopping) {
        Child *child = next_to_stop(supervisor);
        if (child) {
            stop(supervisor, child);
            continue;
        }
        if (supervisor->starting || supervisor->cause != END_NONE)
            return;
        child = next_to_start(supervisor);
        if (!child) {
            answer_starter(supervisor);
            return;
        }
        start(supervisor, child);
    }
}
