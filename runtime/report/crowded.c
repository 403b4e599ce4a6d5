#include "runtime/report/page.h"
#include "runtime/report/report.h"

void report_crowded(FlProcess *process, FlPid sender) {
    Page page = {0};
    page_add(&page, "warning: ");
    page_process(&page, process);
    page_add(&page, " has %u messages in its mailbox", process->mail_count);
    if (sender != 0) {
        page_add(&page, ", the newest from ");
        page_pid(&page, sender);
    }
    page_add(&page, "\n");
    page_write(&page);
}
