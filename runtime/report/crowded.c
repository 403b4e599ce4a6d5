#include "runtime/report/json.h"
#include "runtime/report/outlet.h"
#include "runtime/report/report.h"
#include "runtime/report/settings.h"

static void crowded_text(Page *page, FlProcess *process, FlPid sender) {
    page_add(page, "warning: ");
    page_process(page, process);
    page_add(page, " has %u messages in its mailbox", process->mail_count);
    if (sender != 0) {
        page_add(page, ", the newest from ");
        page_pid(page, sender);
    }
    page_add(page, "\n");
}

static void crowded_json(Page *page, FlProcess *process, FlPid sender) {
    json_report(page, "crowded");
    json_process(page, process);
    json_number(page, "messages", process->mail_count);
    if (sender != 0)
        json_pid(page, "newest_from", sender);
    json_close(page);
}

void report_crowded(FlProcess *process, FlPid sender) {
    char bytes[PAGE_BYTES / 8];
    Page page = page_on(bytes, sizeof bytes);
    if (report_settings.json)
        crowded_json(&page, process, sender);
    else
        crowded_text(&page, process, sender);
    outlet_write(page.text, page.length);
}
