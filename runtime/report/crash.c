#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/report/page.h"
#include "runtime/report/report.h"

static void add_reason(Page *page, FlProcess *process) {
    const FlSide *side = process->side;
    const FlString *text = side && side->report ? side->report : death_reason(process);
    page_add(page, process->flags & FLAG_REPORT ? " crashed: " : " was ended: ");
    page_text(page, text->bytes, text->length);
    page_add(page, "\n");
}

void report_crash(FlProcess *process) {
    const FlSide *side = process->side;
    Page page = {0};
    page_process(&page, process);
    add_reason(&page, process);
    if (side && side->report_site) {
        page_add(&page, "    at ");
        page_site(&page, side->report_site);
        page_add(&page, "\n");
    }
    if (!(process->flags & FLAG_MAIN) && process->spawned_at) {
        page_add(&page, "    spawned at ");
        page_site(&page, process->spawned_at);
        page_add(&page, "\n");
    }
    uint32_t waiting = process_mail_count(process);
    if (waiting > 0)
        page_add(&page, "    %u message%s in its mailbox\n", waiting, waiting == 1 ? "" : "s");
    page_write(&page);
}
