// A report being written: text of bounded size, cut at the end with a note.
//
// What comes from the program (reasons, names, messages) is escaped, so that it is one line and can't look like a
// report, and cut at a sensible length. Ownership: the memory is the caller's.
#ifndef FLUFFY_RUNTIME_REPORT_PAGE_H
#define FLUFFY_RUNTIME_REPORT_PAGE_H

#include "runtime/process/process.h"

enum {
    PAGE_BYTES = 32 << 10, // of a report, on the stack of who writes it
    PAGE_REASON = 1000,    // bytes of a reason
    PAGE_NAME = 128,
    PAGE_VALUE = 200, // of a message
};

typedef struct Page {
    char *text;
    size_t size, length;
    bool cut;
} Page;

static inline Page page_on(char *text, size_t size) { return (Page){text, size, 0, false}; }

void page_add(Page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void page_text(Page *page, const char *text, size_t length);
// Text of the program: control characters are written \n, \t, \u{1b}; at most `most` bytes of it, then "…" and how
// many there are.
void page_escaped(Page *page, const char *text, size_t length, size_t most);
// 1,234,567
void page_count(Page *page, uint64_t count);
// "file.fl:3:9 in f"; "file.fl in f" without a line; "an unknown place" without a site.
void page_site(Page *page, const FlSite *site);
// "process <0.1> (worker, named "db")"
void page_process(Page *page, FlProcess *process);
// The same of another process than one's own, which may have ended: "process <0.1>", with its name if it has one.
void page_pid(Page *page, FlPid pid);

#endif
