// One line each, whatever the reason contains: it is quoted. As JSON, the same in fields.
#include <stdio.h>
#include <string.h>

#include "runtime/process/names.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"
#include "runtime/report/limit.h"
#include "runtime/report/line.h"
#include "runtime/report/settings.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/text.h"

enum { NOTE_BYTES = 1536, QUOTED_BYTES = 300, PATH_BYTES = 300, PLACE_BYTES = 128, COUNT_BYTES = 120 };

const char *supervisor_path(const Supervisor *supervisor, char *path, size_t size) {
    const FlProcess *process = supervisor->process;
    char pid[TEXT_PID_MAX];
    if (process->side->path)
        snprintf(path, size, "%s", process->side->path);
    else if (!names_of(process->head.pid, path, size))
        snprintf(path, size, "%.*s", (int)text_pid(process->head.pid, pid), pid);
    return path;
}

static ReportField text_field(const char *key, const char *text, size_t length) {
    return (ReportField){.key = key, .kind = FIELD_TEXT, .text = text, .length = length};
}

static ReportField number_field(const char *key, int64_t number) {
    return (ReportField){.key = key, .kind = FIELD_NUMBER, .number = (uint64_t)number};
}

static ReportField pid_field(const char *key, FlPid pid) {
    return (ReportField){.key = key, .kind = FIELD_PID, .number = pid};
}

// The name of a child: its id, or of a dynamic one its process.
static void child_words(const Child *child, char *words, size_t size) {
    char pid[TEXT_PID_MAX];
    if (child->id)
        text_cut_word((FlWord)child->id, words, size);
    else
        snprintf(words, size, "%.*s", (int)text_pid(child->last_pid, pid), pid);
}

static int64_t milliseconds(int64_t nanoseconds) { return nanoseconds / 1000000; }

static void add_field(ReportField *fields, unsigned *count, ReportField field) { fields[(*count)++] = field; }

// What it is about. `child` NULL: the supervisor itself. `before` and `between` stand around the child, `after` behind
// the reason, if there is one.
typedef struct Note {
    const char *report, *before;
    const Child *child;
    const char *between;
    const FlString *reason;
    const char *after;
} Note;

static void write_note(const Supervisor *supervisor, const Note *note, const char *line, size_t length,
                       const char *path, const FlSite *site) {
    const Child *child = note->child;
    const FlString *reason = note->reason;
    ReportField fields[9];
    unsigned count = 0;
    add_field(fields, &count, pid_field("supervisor", supervisor->process->head.pid));
    add_field(fields, &count, text_field("path", path, strlen(path)));
    if (child) {
        bool has_id = child->id != NULL;
        add_field(fields, &count, text_field("child", has_id ? child->id->bytes : "", has_id ? child->id->length : 0));
        add_field(fields, &count, pid_field("process", child->last_pid));
    }
    add_field(fields, &count, number_field("restarts", (int64_t)supervisor->time_count));
    add_field(fields, &count, number_field("allowed", supervisor->restarts));
    add_field(fields, &count, number_field("within", milliseconds(supervisor->within)));
    add_field(fields, &count, (ReportField){.key = "at", .kind = FIELD_PLACE, .place = site});
    add_field(fields, &count, text_field("reason", reason ? reason->bytes : "", reason ? reason->length : 0));
    report_line(note->report, line, length, fields, count);
}

static void note(const Supervisor *supervisor, Note about) {
    char line[NOTE_BYTES], id[QUOTED_BYTES] = "", why[QUOTED_BYTES] = "", path[PATH_BYTES], place[PLACE_BYTES] = "";
    const FlSite *site = about.child ? about.child->site : supervisor->site;
    supervisor_path(supervisor, path, sizeof path);
    if (about.child)
        child_words(about.child, id, sizeof id);
    if (about.reason)
        text_cut_word((FlWord)about.reason, why, sizeof why);
    if (site)
        snprintf(place, sizeof place, " (%.80s:%u:%u)", site->file, site->line, site->column);
    int length = snprintf(line, sizeof line, "supervisor %s%s%s%s%s%s%s%s", path, about.before, about.child ? " " : "",
                          id, about.between, why, about.after, place);
    write_note(supervisor, &about, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1, path, site);
}

// Asked before anything is put into words: most reports of a storm of crashes are only counted. What is no failure is
// told only to who wants everything.
static bool is_wanted(const Supervisor *supervisor, const char *report, const Child *child, const FlString *reason) {
    bool calm = !reason || reason_is(reason, reason_normal) || reason_is(reason, reason_shutdown);
    if (calm && report_settings.per_second != REPORTS_ALL)
        return false;
    const FlSite *site = child ? child->site : supervisor->site;
    LimitKey key = {report, site, reason ? reason->bytes : "", reason ? reason->length : 0};
    return limit_admit(LIMIT_SUPERVISORS, &key);
}

// The same of a failure that may have come with any reason.
static bool is_admitted(const char *report, const Child *child, const FlString *reason) {
    LimitKey key = {report, child->site, reason ? reason->bytes : "", reason ? reason->length : 0};
    return limit_admit(LIMIT_SUPERVISORS, &key);
}

void note_restart(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    char count[COUNT_BYTES];
    if (!is_wanted(supervisor, "restart", child, reason))
        return;
    snprintf(count, sizeof count, ": restart %llu of %lld within %lld ms", (unsigned long long)supervisor->time_count,
             (long long)supervisor->restarts, (long long)milliseconds(supervisor->within));
    note(supervisor, (Note){"restart", ": child", child, " ended with ", reason, count});
}

void note_not_restarted(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    if (is_wanted(supervisor, "not restarted", child, reason))
        note(supervisor, (Note){"not restarted", ": child", child, " ended with ", reason, ": not restarted"});
}

void note_give_up(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    char count[COUNT_BYTES];
    if (!is_admitted("gives up", child, reason))
        return;
    snprintf(count, sizeof count, ", more than %lld restart%s within %lld ms", (long long)supervisor->restarts,
             supervisor->restarts == 1 ? "" : "s", (long long)milliseconds(supervisor->within));
    note(supervisor, (Note){"gives up", " gives up: child", child, " ended with ", reason, count});
}

void note_failed(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    if (is_admitted("failed to start", child, reason))
        note(supervisor, (Note){"failed to start", " ends: child", child, " failed to start: ", reason, ""});
}

void note_killed(const Supervisor *supervisor, const Child *child) {
    if (is_admitted("killed", child, NULL))
        note(supervisor, (Note){"killed", ": child", child, " did not stop in time and is killed", NULL, ""});
}

void note_shutdown(const Supervisor *supervisor) {
    const FlString *reason = supervisor->cause == END_DONE ? NULL : supervisor->reason;
    if (!is_wanted(supervisor, "shutdown", NULL, reason))
        return;
    if (reason)
        note(supervisor, (Note){"shutdown", " has stopped: it was ended with ", NULL, "", reason, ""});
    else
        note(supervisor, (Note){"shutdown", " has stopped: its significant children have ended", NULL, "", NULL, ""});
}

void note_program_end(const Supervisor *supervisor) {
    char line[NOTE_BYTES], path[PATH_BYTES];
    supervisor_path(supervisor, path, sizeof path);
    int length =
        snprintf(line, sizeof line, "supervisor %s is at the top and no process monitors it: the program ends", path);
    ReportField fields[] = {pid_field("supervisor", supervisor->process->head.pid),
                            text_field("path", path, strlen(path))};
    report_line("program end", line, (size_t)length, fields, 2);
}
