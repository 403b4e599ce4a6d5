// One line each, whatever the reason contains: it is quoted.
#include <stdio.h>

#include "runtime/report/outlet.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/text.h"

enum { NOTE_BYTES = 1024, QUOTED_BYTES = 300 };

static void write_note(const char *note, int length) {
    if (length > 0)
        outlet_write(note, length < NOTE_BYTES ? (size_t)length : NOTE_BYTES - 1);
}

// "supervisor <0.2>"
static int write_name(const Supervisor *supervisor, char *note) {
    char pid[TEXT_PID_MAX];
    return snprintf(note, NOTE_BYTES, "supervisor %.*s", (int)text_pid(supervisor->process->head.pid, pid), pid);
}

static void note_child(const Supervisor *supervisor, const char *before, const Child *child, const char *between,
                       const FlString *reason, const char *after) {
    char note[NOTE_BYTES], id[QUOTED_BYTES], why[QUOTED_BYTES], place[128] = "";
    text_cut_word((FlWord)child->id, id, sizeof id);
    text_cut_word((FlWord)reason, why, sizeof why);
    const FlSite *site = child->site;
    if (site)
        snprintf(place, sizeof place, " (%.80s:%u:%u)", site->file, site->line, site->column);
    int length = write_name(supervisor, note);
    length += snprintf(note + length, (size_t)(NOTE_BYTES - length), "%s %s %s %s%s%s\n", before, id, between, why,
                       after, place);
    write_note(note, length);
}

static int64_t milliseconds(int64_t nanoseconds) { return nanoseconds / 1000000; }

void note_restart(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    char count[120];
    snprintf(count, sizeof count, ": restart %llu of %lld within %lld ms", (unsigned long long)supervisor->time_count,
             (long long)supervisor->restarts, (long long)milliseconds(supervisor->within));
    note_child(supervisor, ": child", child, "ended with", reason, count);
}

void note_give_up(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    char count[120];
    snprintf(count, sizeof count, ", more than %lld restart%s within %lld ms", (long long)supervisor->restarts,
             supervisor->restarts == 1 ? "" : "s", (long long)milliseconds(supervisor->within));
    note_child(supervisor, " gives up: child", child, "ended with", reason, count);
}

void note_failed(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    note_child(supervisor, " ends: child", child, "failed to start:", reason, "");
}

void note_program_end(const Supervisor *supervisor) {
    char note[NOTE_BYTES];
    int length = write_name(supervisor, note);
    length += snprintf(note + length, (size_t)(NOTE_BYTES - length),
                       " is at the top and no process monitors it: the program ends\n");
    write_note(note, length);
}
