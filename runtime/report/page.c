#include "runtime/report/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/process/names.h"
#include "runtime/report/output.h"
#include "runtime/value/text.h"

static const char cut_note[] = "\n(the report is cut here)\n";

void page_text(Page *page, const char *text, size_t length) {
    size_t room = sizeof page->text - sizeof cut_note - page->length;
    if (page->cut)
        return;
    if (length > room) {
        page->cut = true;
        length = room;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(page->text + page->length, text, length);
    page->length += length;
    if (!page->cut)
        return;
    memcpy(page->text + page->length, cut_note, sizeof cut_note - 1);
    page->length += sizeof cut_note - 1;
}

void page_add(Page *page, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        page_text(page, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

void page_site(Page *page, const FlSite *site) {
    if (!site) {
        page_add(page, "an unknown place");
        return;
    }
    page_add(page, "%s:%u:%u in %s", site->file, site->line, site->column, site->function);
}

void page_process(Page *page, FlProcess *process) {
    char pid[TEXT_PID_MAX], name[128];
    page_add(page, "process %.*s (%s", (int)text_pid(process->head.pid, pid), pid, process->kind_name);
    if (names_of(process->head.pid, name, sizeof name))
        page_add(page, ", named \"%s\"", name);
    page_add(page, ")");
}

void page_pid(Page *page, FlPid process) {
    char pid[TEXT_PID_MAX], name[128];
    page_add(page, "process %.*s", (int)text_pid(process, pid), pid);
    if (names_of(process, name, sizeof name))
        page_add(page, " (named \"%s\")", name);
}

void page_write(Page *page) { output_report(page->text, page->length); }
