// Call traces and mailboxes in reports.
#ifndef FLUFFY_RUNTIME_REPORT_CALLS_H
#define FLUFFY_RUNTIME_REPORT_CALLS_H

#include "runtime/report/page.h"
#include "runtime/trace/trace.h"

enum { CALLS_MAX = 2 * (TRACE_FIRST + TRACE_LAST) + 1 };

// The calls of a process that reports tell, the innermost first.
typedef struct Calls {
    FlSite at; // where the process was; file NULL: not known
    unsigned count;
    TraceCall calls[CALLS_MAX]; // those around it
} Calls;

// `site`: where the process was, if that is known better than from the trace. Both may be NULL. At most `most` calls.
void calls_read(Calls *calls, const Trace *trace, const FlSite *site, unsigned most);

// A line for each call, "called at …" behind `indent`.
void calls_text(Page *page, const Calls *calls, const char *indent);
// "place", if there is one, and "calls".
void calls_json(Page *page, const Calls *calls);

// The oldest messages, at most `most`, a line for each behind `indent` and `label`; then how many more of `count`. By
// the last owner, or when no process runs.
void messages_text(Page *page, FlProcess *process, uint32_t count, unsigned most, const char *indent,
                   const char *label);
// "messages", how many, and "mailbox", the oldest.
void messages_json(Page *page, FlProcess *process, uint32_t count, unsigned most);

#endif
