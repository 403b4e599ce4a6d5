#include "runtime/report/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/process/names.h"
#include "runtime/value/text.h"

static const char cut_note[] = "\n(the report is cut here)\n";

void page_text(Page *page, const char *text, size_t length) {
    size_t room = page->size - sizeof cut_note - page->length;
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

// A control character of ASCII, or of Latin-1 as UTF-8 has it. *bytes: how long it is.
static bool is_control(const unsigned char *at, size_t left, size_t *bytes) {
    bool latin = left > 1 && at[0] == 0xc2 && at[1] < 0xa0;
    *bytes = latin ? 2 : 1;
    return at[0] < 0x20 || at[0] == 0x7f || latin;
}

void page_escaped(Page *page, const char *text, size_t length, size_t most) {
    size_t end = length;
    if (end > most) {
        end = most;
        while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
            end--;
    }
    size_t start = 0, bytes;
    for (size_t at = 0; at < end; at += bytes) {
        const unsigned char *c = (const unsigned char *)text + at;
        if (!is_control(c, end - at, &bytes))
            continue;
        page_text(page, text + start, at - start);
        start = at + bytes;
        if (*c == '\n' || *c == '\t' || *c == '\r')
            page_add(page, "\\%c", *c == '\n' ? 'n' : *c == '\t' ? 't' : 'r');
        else
            page_add(page, "\\u{%x}", bytes == 2 ? c[1] : c[0]);
    }
    page_text(page, text + start, end - start);
    if (end == length)
        return;
    page_add(page, "… (");
    page_count(page, length);
    page_add(page, " bytes)");
}

void page_count(Page *page, uint64_t count) {
    char digits[32], grouped[48];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count), written = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            grouped[written++] = ',';
        grouped[written++] = digits[i];
    }
    page_text(page, grouped, (size_t)written);
}

void page_site(Page *page, const FlSite *site) {
    if (!site)
        page_add(page, "an unknown place");
    else if (site->line == 0)
        page_add(page, "%s in %s", site->file, site->function);
    else
        page_add(page, "%s:%u:%u in %s", site->file, site->line, site->column, site->function);
}

static bool add_name(Page *page, FlPid pid, const char *before) {
    char name[PAGE_NAME];
    if (!names_of(pid, name, sizeof name))
        return false;
    page_add(page, "%s\"", before);
    page_escaped(page, name, strlen(name), sizeof name);
    page_add(page, "\"");
    return true;
}

void page_process(Page *page, FlProcess *process) {
    char pid[TEXT_PID_MAX];
    page_add(page, "process %.*s (%s", (int)text_pid(process->head.pid, pid), pid, process->kind_name);
    add_name(page, process->head.pid, ", named ");
    page_add(page, ")");
}

void page_pid(Page *page, FlPid process) {
    char pid[TEXT_PID_MAX];
    page_add(page, "process %.*s", (int)text_pid(process, pid), pid);
    if (add_name(page, process, " (named "))
        page_add(page, ")");
}
