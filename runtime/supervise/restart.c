// The one algorithm behind all strategies: the set of children to restart is marked, to stop (who runs) and to
// start (who is to run again).
#include <string.h>

#include "runtime/process/process.h"
#include "runtime/process/signals.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/builder.h"

// Whether a child that ended like this is started again by its kind.
static bool wants_restart(const Child *child, const FlString *reason) {
    switch (child->kind) {
    case RESTART_PERMANENT:
        return true;
    case RESTART_TRANSIENT:
        return !reason_is(reason, reason_normal) && !reason_is(reason, reason_shutdown);
    default:
        return false;
    }
}

// ---- intensity

static void forget_old(Supervisor *supervisor, int64_t now) {
    uint64_t old = 0;
    while (old < supervisor->time_count && now - supervisor->times[old] > supervisor->within)
        old++;
    supervisor->time_count -= old;
    memmove(supervisor->times, supervisor->times + old, supervisor->time_count * sizeof(int64_t));
}

static void grow_times(Supervisor *supervisor) {
    uint64_t capacity = supervisor->time_capacity ? 2 * supervisor->time_capacity : 4;
    int64_t *times = supervisor_memory(supervisor->process, capacity * sizeof(int64_t));
    if (!times)
        process_out_of_memory(supervisor->process);
    if (supervisor->time_count > 0)
        memcpy(times, supervisor->times, supervisor->time_count * sizeof(int64_t));
    supervisor->times = times;
    supervisor->time_capacity = capacity;
}

// Counts a restart now; false: that is one too many.
static bool count_restart(Supervisor *supervisor) {
    int64_t now = process_hooks.now();
    if (supervisor->time_count > 0)
        forget_old(supervisor, now);
    if (supervisor->time_count >= (uint64_t)supervisor->restarts)
        return false;
    if (supervisor->time_count == supervisor->time_capacity)
        grow_times(supervisor);
    supervisor->times[supervisor->time_count++] = now;
    return true;
}

// ---- the set to restart

static void mark_restart(Supervisor *supervisor, Child *child, bool failed) {
    mark_stop(supervisor, child);
    // A temporary sibling stopped on the way is not started again; one not started at all yet keeps its mark.
    if (child->kind == RESTART_TEMPORARY && !failed)
        return;
    child->again = true;
    mark_start(supervisor, child);
}

// A restart that fails goes on from the child that failed: those after it are still marked.
static void mark_set(Supervisor *supervisor, Child *ended, bool failed_restart) {
    uint32_t own = (uint32_t)(ended - supervisor->children);
    uint32_t first = own, end = own + 1;
    if (!failed_restart && supervisor->strategy != STRATEGY_ONE_FOR_ONE)
        end = supervisor->count;
    if (!failed_restart && supervisor->strategy == STRATEGY_ONE_FOR_ALL)
        first = 0;
    for (uint32_t i = first; i < end; i++) {
        if (supervisor->children[i].state != CHILD_GONE)
            mark_restart(supervisor, &supervisor->children[i], i == own);
    }
}

// ---- the end of the supervisor

void supervisor_end(Supervisor *supervisor, EndCause cause, const FlString *reason) {
    if (supervisor->cause != END_NONE)
        return;
    supervisor->cause = cause;
    supervisor->reason = reason;
    for (uint32_t i = 0; i < supervisor->count; i++) {
        supervisor->children[i].must_start = false;
        mark_stop(supervisor, &supervisor->children[i]);
    }
}

static void fail_to_start(Supervisor *supervisor, const Child *child, const FlString *reason) {
    note_failed(supervisor, child, reason);
    Builder text;
    builder_begin(&text, supervisor->process);
    builder_add_text(&text, "child \"");
    builder_add(&text, child->id->bytes, child->id->length);
    builder_add_text(&text, "\" failed to start: ");
    builder_add(&text, reason->bytes, reason->length);
    supervisor_end(supervisor, END_FAILED, builder_finish(&text));
}

// ---- the end of a child

// It was asked to end, or was about to be: not its own doing, nothing to decide.
static void stopped(Child *child) {
    child->must_stop = false;
    if (child->kind == RESTART_TEMPORARY) {
        child->state = CHILD_GONE;
        child->must_start = false;
    }
}

static void leave_state(Supervisor *supervisor, Child *child) {
    if (supervisor->starting == child)
        supervisor->starting = NULL;
    if (supervisor->stopping == child)
        supervisor->stopping = NULL;
    child->state = CHILD_DOWN;
    child->pid = 0;
    child->deadline = INT64_MAX;
}

void child_ended(Supervisor *supervisor, Child *child, const FlString *reason) {
    ChildState before = child->state;
    leave_state(supervisor, child);
    if (before == CHILD_STOPPING || child->must_stop || supervisor->cause != END_NONE) {
        stopped(child);
        return;
    }
    bool failed_start = before == CHILD_STARTING && child->starts_supervisor;
    if (failed_start && !supervisor->complete && !child->again) {
        fail_to_start(supervisor, child, reason);
        return;
    }
    if (!failed_start && !wants_restart(child, reason)) {
        if (child->kind == RESTART_TEMPORARY)
            child->state = CHILD_GONE;
        return;
    }
    if (!count_restart(supervisor)) {
        note_give_up(supervisor, child, reason);
        supervisor_end(supervisor, END_GIVE_UP, reason_shutdown);
        return;
    }
    if (!reason_is(reason, reason_normal) && !reason_is(reason, reason_shutdown))
        note_restart(supervisor, child, reason);
    mark_set(supervisor, child, before == CHILD_STARTING && child->again);
}
