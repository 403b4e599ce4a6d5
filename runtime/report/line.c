#include "runtime/report/line.h"

#include "runtime/report/json.h"
#include "runtime/report/outlet.h"
#include "runtime/report/settings.h"

enum { LINE_BYTES = 4096 };

static void add_field(Page *page, const ReportField *field) {
    switch (field->kind) {
    case FIELD_TEXT:
        json_text(page, field->key, field->text, field->length, PAGE_REASON);
        break;
    case FIELD_NUMBER:
        json_number(page, field->key, field->number);
        break;
    case FIELD_PID:
        json_pid(page, field->key, field->number);
        break;
    case FIELD_PLACE:
        json_site(page, field->key, field->place);
        break;
    }
}

void report_line(const char *report, const char *line, size_t length, const ReportField *fields, unsigned count) {
    char bytes[PAGE_BYTES / 2]; // a supervisor writes on a stack of 64 KB
    Page page = page_on(bytes, sizeof bytes);
    if (report_settings.json) {
        json_report(&page, report);
        for (unsigned i = 0; i < count; i++)
            add_field(&page, &fields[i]);
        json_close(&page);
    } else {
        page_escaped(&page, line, length, LINE_BYTES);
        page_add(&page, "\n");
    }
    outlet_write(page.text, page.length);
}
