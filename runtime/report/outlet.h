// Standard error: whole reports, each after what was printed before it. Nobody's worker waits for who reads it.
//
// A report is written at once where standard output has taken everything and standard error takes it. Otherwise it lies
// in a buffer of at most OUTLET_BYTES that a thread, made then, writes out. A report for which there is no room is
// lost, and that is said; if all reports are asked for, the caller waits. So it does in the seeded schedule, and where
// no thread can be made.
//
// The same thread calls back when a time has come (outlet_at).
#ifndef FLUFFY_RUNTIME_REPORT_OUTLET_H
#define FLUFFY_RUNTIME_REPORT_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTLET_BYTES = 1 << 20 };

// When the runtime starts. `waits`: whoever writes waits for the readers; `keeps`: if else the report were lost. `due`
// is what outlet_at calls.
void outlet_init(bool waits, bool keeps, void (*due)(void));

// Any thread.
void outlet_write(const char *text, size_t length);

// Waits until all of what was written before is out. Any thread.
void outlet_flush(void);

// Ends the thread, after everything is out. When the runtime has stopped.
void outlet_stop(void);

// Gives every report to `sink` instead of standard error; NULL: not any more. Before the runtime starts. `sink` may be
// called by any thread of the runtime, by several at once.
void outlet_set_sink(void (*sink)(void *context, const char *text, size_t length), void *context);

// Calls `due` on the thread once clock_now() has reached this, if that is earlier than what was asked for before.
// Nothing where `waits` was said: virtual time is looked at by the scheduler. Any thread.
void outlet_at(int64_t nanoseconds);

#endif
