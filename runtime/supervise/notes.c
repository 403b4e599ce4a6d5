// One line each, whatever the reason contains: it is quoted. As JSON, the same in fields.
#include <stdio.h>
#include <string.h>

#include "runtime/process/side.h"
#include "runtime/report/line.h"
#include "runtime/supervise/supervisor.h"
#include "runtime/value/text.h"

enum { NOTE_BYTES = 1536, QUOTED_BYTES = 300, PATH_BYTES = 300, PLACE_BYTES = 128 };

// Where the supervisor stands: its pid, or of one in a tree the root's with the ids that lead to it.
static const char *path_of(const Supervisor *supervisor, char *path) {
    const FlSide *side = supervisor->process->side;
    int length = snprintf(path, PATH_BYTES, "%.*s", PATH_BYTES - 1, side->path ? side->path : "");
    if (length == 0)
        path[text_pid(supervisor->process->head.pid, path)] = 0;
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

// `before` and `between` stand around the child, `after` behind the reason, if there is one.
static void note(const Supervisor *supervisor, const char *report, const char *before, const Child *child,
                 const char *between, const FlString *reason, const char *after) {
    char line[NOTE_BYTES], id[QUOTED_BYTES], why[QUOTED_BYTES] = "", path[PATH_BYTES], place[PLACE_BYTES] = "";
    const FlSite *site = child->site;
    path_of(supervisor, path);
    child_words(child, id, sizeof id);
    if (reason)
        text_cut_word((FlWord)reason, why, sizeof why);
    if (site)
        snprintf(place, sizeof place, " (%.80s:%u:%u)", site->file, site->line, site->column);
    int length =
        snprintf(line, sizeof line, "supervisor %s%s %s %s%s%s%s", path, before, id, between, why, after, place);
    ReportField fields[] = {
        pid_field("supervisor", supervisor->process->head.pid),
        text_field("path", path, strlen(path)),
        child->id ? text_field("child", child->id->bytes, child->id->length) : text_field("child", "", 0),
        pid_field("process", child->last_pid),
        number_field("restarts", (int64_t)supervisor->time_count),
        number_field("allowed", supervisor->restarts),
        number_field("within", milliseconds(supervisor->within)),
        {.key = "at", .kind = FIELD_PLACE, .place = site},
        reason ? text_field("reason", reason->bytes, reason->length) : text_field("reason", "", 0),
    };
    LimitKey key = {report, site, reason ? reason->bytes : "", reason ? reason->length : 0};
    report_line(report, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1, fields,
                sizeof fields / sizeof *fields, &key);
}

void note_restart(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    char count[120];
    snprintf(count, sizeof count, ": restart %llu of %lld within %lld ms", (unsigned long long)supervisor->time_count,
             (long long)supervisor->restarts, (long long)milliseconds(supervisor->within));
    note(supervisor, "restart", ": child", child, "ended with ", reason, count);
}

void note_not_restarted(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    note(supervisor, "not restarted", ": child", child, "ended with ", reason, ": not restarted");
}

void note_give_up(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    char count[120];
    snprintf(count, sizeof count, ", more than %lld restart%s within %lld ms", (long long)supervisor->restarts,
             supervisor->restarts == 1 ? "" : "s", (long long)milliseconds(supervisor->within));
    note(supervisor, "gives up", " gives up: child", child, "ended with ", reason, count);
}

void note_failed(const Supervisor *supervisor, const Child *child, const FlString *reason) {
    note(supervisor, "failed to start", " ends: child", child, "failed to start: ", reason, "");
}

void note_killed(const Supervisor *supervisor, const Child *child) {
    note(supervisor, "killed", ": child", child, "did not stop in time and is killed", NULL, "");
}

void note_program_end(const Supervisor *supervisor) {
    char line[NOTE_BYTES], path[PATH_BYTES];
    path_of(supervisor, path);
    int length =
        snprintf(line, sizeof line, "supervisor %s is at the top and no process monitors it: the program ends", path);
    ReportField fields[] = {pid_field("supervisor", supervisor->process->head.pid),
                            text_field("path", path, strlen(path))};
    report_line("program end", line, (size_t)length, fields, 2, NULL);
}
