// Standard output: whole lines in one buffer under a lock.
//
// Written when the buffer is full, when the program has nothing to do, before reports and at the end; at once for each
// line if it is a terminal. A reader that has gone away (EPIPE) ends the program quietly with status 141, as SIGPIPE
// would; another failure ends it with a message and status 1.
//
// Nobody holds the lock while a slow reader is waited for. What standard output does not take at once is left to a
// thread that is made then, the writer: it waits, writes, and wakes the processes that wait for room. A process that
// prints while more than half of the buffer is occupied and its text does not fit waits so: it is linked to the list of
// waiting ones by a Waiter on its own stack, parks like in a receive (messages wake it for a moment, exits end it), and
// tries again. Reports, the end of the program, and processes where `parks` is false block their thread instead.
#ifndef FLUFFY_RUNTIME_REPORT_OUTPUT_H
#define FLUFFY_RUNTIME_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/process/process.h"

// When the runtime starts. `parks`: processes that print may park; else they keep their worker.
void output_init(bool parks);
// When it stops: nobody is woken from now on.
void output_stop(void);

// Appends text; `line`: and a newline. Waits for room. false: standard output has failed, the text is lost. Any thread.
bool output_write(const char *text, size_t length, bool line);

// Writes what is buffered: all of what was there when it was called, or what is taken at once. Cheap when there is
// nothing. Any thread.
void output_flush(void);
void output_flush_ready(void);

// The status that a failure of standard output ends the program with; 0: it has not failed.
int output_failure(void);

// Whether something is buffered. Any thread.
bool output_pending(void);

// ---- for the scheduler

// A process has left with PROCESS_PRINTING. true: it still has to wait; it is to be parked, then output_await_end
// called: the lock is held in between, so whoever makes room comes before or finds it parked.
bool output_await_begin(const FlProcess *process);
void output_await_end(void);

// Whether any process waits for room, which the writer will wake.
bool output_awaited(void);

#endif
