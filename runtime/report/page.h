// A report being written: text of bounded size, cut at the end with a note.
#ifndef FLUFFY_RUNTIME_REPORT_PAGE_H
#define FLUFFY_RUNTIME_REPORT_PAGE_H

#include "runtime/process/process.h"

typedef struct Page {
    size_t length;
    bool cut;
    char text[16384];
} Page;

void page_add(Page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void page_text(Page *page, const char *text, size_t length);
// "file.fl:3:9 in f"; "an unknown place" without a site.
void page_site(Page *page, const FlSite *site);
// "process <0.1> (worker, named "db")"
void page_process(Page *page, FlProcess *process);
// The same of another process than one's own, which may have ended: "process <0.1>", with its name if it has one.
void page_pid(Page *page, FlPid pid);
// Writes the page to standard error.
void page_write(Page *page);

#endif
