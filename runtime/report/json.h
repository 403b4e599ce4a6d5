// Reports as JSON: one object on a line. Keys are the runtime's own; texts of the program are escaped and cut at `most`
// bytes ("…" at the end), and every report is bounded by that, so a page holds it whole. NULL for a key: in a list.
#ifndef FLUFFY_RUNTIME_REPORT_JSON_H
#define FLUFFY_RUNTIME_REPORT_JSON_H

#include "runtime/report/page.h"
#include "runtime/trace/trace.h"

// {"report":"crash","time":"2026-01-31T12:34:56.789Z"  The time is left out in the seeded schedule.
void json_report(Page *page, const char *report);
// The end of it, and of the line.
void json_close(Page *page);

// '{' and '}', or '[' and ']'.
void json_begin(Page *page, const char *key, char bracket);
void json_end(Page *page, char bracket);

void json_text(Page *page, const char *key, const char *text, size_t length, size_t most);
void json_number(Page *page, const char *key, uint64_t number);
void json_true(Page *page, const char *key);
void json_pid(Page *page, const char *key, FlPid pid);
void json_site(Page *page, const char *key, const FlSite *site);
// "process", "kind" and, if it has one, "name".
void json_process(Page *page, FlProcess *process);

// Whether json_report tells the time; false in the seeded schedule.
void json_init(bool tells_time);

#endif
