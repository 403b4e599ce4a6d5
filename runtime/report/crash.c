#include "runtime/process/death.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/report/calls.h"
#include "runtime/report/json.h"
#include "runtime/report/limit.h"
#include "runtime/report/outlet.h"
#include "runtime/report/report.h"
#include "runtime/report/settings.h"

enum { SHOWN_MESSAGES = 3 };

// What a report of a crash says.
typedef struct Crash {
    FlProcess *process;
    const FlString *reason;
    bool crashed; // else it was ended by another
    Calls calls;
    const FlSite *spawned_at; // NULL: main
    FlPid supervisor;         // whose child it is; 0: none
    uint32_t messages;
    uint64_t memory;
} Crash;

static const FlString *reason_of(const FlProcess *process) {
    const FlSide *side = process->side;
    return side && side->report ? side->report : death_reason(process);
}

static void crash_read(Crash *crash, FlProcess *process) {
    const FlSide *side = process->side;
    const FlSite *site = side ? side->report_site : NULL;
    const Trace *trace = side ? side->trace : NULL;
    // A process that never got a stack to go on with.
    if (!site && !trace)
        site = process->site;
    *crash = (Crash){
        .process = process,
        .reason = reason_of(process),
        .crashed = process->flags & FLAG_REPORT,
        .spawned_at = process->flags & FLAG_MAIN ? NULL : process->spawned_at,
        .supervisor = side ? side->supervisor : 0,
        .messages = process_mail_count(process),
        .memory = process->arena.bytes,
    };
    calls_read(&crash->calls, trace, site, CALLS_MAX);
}

static void text_place(Page *page, const char *label, const FlSite *site) {
    page_add(page, "    %s ", label);
    page_site(page, site);
    page_add(page, "\n");
}

static void crash_text(Page *page, const Crash *crash) {
    page_process(page, crash->process);
    page_add(page, crash->crashed ? " crashed: " : " was ended: ");
    page_escaped(page, crash->reason->bytes, crash->reason->length, PAGE_REASON);
    page_add(page, "\n");
    if (crash->calls.at.file)
        text_place(page, "at", &crash->calls.at);
    calls_text(page, &crash->calls, "    ");
    if (crash->spawned_at)
        text_place(page, "spawned at", crash->spawned_at);
    if (crash->supervisor != 0) {
        page_add(page, "    supervised by ");
        page_pid(page, crash->supervisor);
        page_add(page, "\n");
    }
    if (crash->memory > 0) {
        page_add(page, "    ");
        page_count(page, crash->memory);
        page_add(page, " bytes of memory\n");
    }
    if (crash->messages == 0)
        return;
    page_add(page, "    ");
    page_count(page, crash->messages);
    page_add(page, " message%s in its mailbox\n", crash->messages == 1 ? "" : "s");
    messages_text(page, crash->process, crash->messages, SHOWN_MESSAGES, "        ", "");
}

static void crash_json(Page *page, const Crash *crash) {
    json_report(page, crash->crashed ? "crash" : "end");
    json_process(page, crash->process);
    json_text(page, "reason", crash->reason->bytes, crash->reason->length, PAGE_REASON);
    calls_json(page, &crash->calls);
    if (crash->spawned_at)
        json_site(page, "spawned_at", crash->spawned_at);
    if (crash->supervisor != 0)
        json_pid(page, "supervisor", crash->supervisor);
    json_number(page, "memory", crash->memory);
    messages_json(page, crash->process, crash->messages, SHOWN_MESSAGES);
    json_close(page);
}

// What ends the program is always reported.
static bool admitted(FlProcess *process) {
    if (process->flags & FLAG_MAIN)
        return true;
    const FlString *reason = reason_of(process);
    LimitKey key = {process->kind_name, process->side ? process->side->report_site : NULL, reason->bytes,
                    reason->length};
    return limit_admit(LIMIT_CRASHES, &key);
}

void report_crash(FlProcess *process) {
    if (!admitted(process))
        return;
    char bytes[PAGE_BYTES];
    Page page = page_on(bytes, sizeof bytes);
    Crash crash;
    crash_read(&crash, process);
    if (report_settings.json)
        crash_json(&page, &crash);
    else
        crash_text(&page, &crash);
    outlet_write(page.text, page.length);
}
