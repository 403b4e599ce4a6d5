// How many reports a second are written in full. What comes beyond that is counted by place and reason and summed up in
// one report when the second is over, at the latest when the program ends: thousands of crashes a second neither slow
// the program down to the speed of a terminal nor hide the news.
//
// A second begins with the first report after the last one was over. Its time is the scheduler's, so what is held back
// in the seeded schedule follows from the seed. Any thread; one lock.
#ifndef FLUFFY_RUNTIME_REPORT_LIMIT_H
#define FLUFFY_RUNTIME_REPORT_LIMIT_H

#include "runtime/process/process.h"

typedef enum LimitClass { LIMIT_CRASHES, LIMIT_SUPERVISORS, LIMIT_CLASSES } LimitClass;

// What a report is counted under while it is held back. The reason is copied, as far as it is told apart.
typedef struct LimitKey {
    const char *kind;   // static: of the process, or of the event
    const FlSite *site; // or NULL
    const char *reason;
    size_t length; // of reason
} LimitKey;

// When the runtime starts.
void limit_init(void);

// Whether a report is to be written now; otherwise it has been counted.
bool limit_admit(LimitClass class, const LimitKey *key);

// Whether the next report of a crash would be written. A guess, without the lock.
bool limit_open(void);

// Sums up seconds that are over. limit_due: by the outlet's thread. limit_end: also those that are not over.
void limit_due(void);
void limit_tick(int64_t now);
void limit_end(void);

#endif
