// Standard output: whole lines in one locked buffer.
//
// Written when it is full, when the program has nothing to do, before reports and at the end; at once for each line if
// it is a terminal. Any thread. A reader that has gone away (EPIPE) ends the program quietly with status 141, as
// SIGPIPE would; another failure ends it with a message and status 1.
#ifndef FLUFFY_RUNTIME_REPORT_OUTPUT_H
#define FLUFFY_RUNTIME_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

// When the runtime starts.
void output_init(void);

// Appends text; `line`: and a newline. false: standard output has failed, the text is lost.
bool output_write(const char *text, size_t length, bool line);

// Writes what is buffered. Cheap when there is nothing.
void output_flush(void);

// The status that a failure of standard output ends the program with; 0: it has not failed.
int output_failure(void);

// Writes text to standard error, after what is buffered for standard output.
void output_report(const char *text, size_t length);

#endif
