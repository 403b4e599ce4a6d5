#include <string.h>

#include "runtime/process/bound.h"
#include "runtime/process/side.h"
#include "runtime/process/table.h"
#include "runtime/report/page.h"
#include "runtime/report/report.h"
#include "runtime/value/text.h"

enum {
    LISTED = 20,         // processes in full
    LISTED_MESSAGES = 5, // of each
    PLACES = 32,         // places of the others that are told apart
};

typedef struct Deadlock {
    Page page;
    uint32_t waiting;
    uint32_t place_count;
    struct {
        const FlSite *site;
        uint32_t processes;
    } places[PLACES + 1]; // the last one counts all further places
} Deadlock;

static void list_messages(Page *page, FlProcess *process) {
    uint32_t listed = 0;
    for (FlMessage *message = process->first; message && listed < LISTED_MESSAGES; message = message->head.next) {
        char text[200];
        size_t length = text_cut_word(message->head.root, text, sizeof text);
        page_add(page, "        unmatched message: ");
        page_text(page, text, length);
        page_add(page, "\n");
        listed++;
    }
    if (process->mail_count > listed)
        page_add(page, "        and %u more messages\n", process->mail_count - listed);
}

static void list_process(Deadlock *deadlock, FlProcess *process) {
    Page *page = &deadlock->page;
    page_add(page, "    ");
    page_process(page, process);
    page_add(page, " waits at ");
    page_site(page, process->site);
    if (process->side && process->side->blocked) {
        page_add(page, " for room in the mailbox of ");
        page_pid(page, process->side->blocked->to);
    }
    page_add(page, "\n");
    list_messages(page, process);
}

static void count_place(Deadlock *deadlock, const FlSite *site) {
    uint32_t i = 0;
    while (i < deadlock->place_count && deadlock->places[i].site != site)
        i++;
    if (i == deadlock->place_count && i < PLACES)
        deadlock->places[deadlock->place_count++].site = site;
    deadlock->places[i].processes++;
}

static void visit(void *context, FlProcess *process) {
    Deadlock *deadlock = context;
    // Acquire: what the process wrote before it parked.
    if (atomic_load_explicit(&process->mailbox, memory_order_acquire) == MAILBOX_CLOSED)
        return;
    if (deadlock->waiting++ < LISTED) {
        list_process(deadlock, process);
    } else {
        count_place(deadlock, process->site);
    }
}

void report_deadlock(void) {
    static Deadlock deadlock;
    memset(&deadlock, 0, sizeof deadlock);
    Page *page = &deadlock.page;
    page_add(page, "deadlock: main waits and nothing can wake it\n");
    processes_each(visit, &deadlock);
    for (uint32_t i = 0; i <= PLACES; i++) {
        uint32_t processes = deadlock.places[i].processes;
        if (processes == 0)
            continue;
        page_add(page, "    and %u more wait%s at ", processes, processes == 1 ? "s" : "");
        if (i < PLACES)
            page_site(page, deadlock.places[i].site);
        if (i == PLACES)
            page_add(page, "other places");
        page_add(page, "\n");
    }
    page_write(page);
}
