#include <stdlib.h>
#include <string.h>

#include "runtime/memory/alloc.h"
#include "runtime/process/bound.h"
#include "runtime/process/receive.h"
#include "runtime/process/side.h"
#include "runtime/process/table.h"
#include "runtime/process/whence.h"
#include "runtime/report/calls.h"
#include "runtime/report/json.h"
#include "runtime/report/outlet.h"
#include "runtime/report/report.h"
#include "runtime/report/settings.h"

enum {
    LISTED = 20,         // processes in full
    LISTED_MESSAGES = 5, // of each
    LISTED_CALLS = 8,    // of each
    LISTED_PLACES = 20,  // of the others
    PLACES = 1 << 12,    // that are told apart; a power of two
};

// Where processes wait that are not listed.
typedef struct WaitPlace {
    const FlSite *site;
    uint64_t processes; // 0: free
    uint64_t messages;
} WaitPlace;

typedef struct Deadlock {
    uint64_t waiting;
    FlProcess *listed[LISTED];
    WaitPlace *places; // hashed by site; owned; NULL: no memory for them
    uint32_t place_count;
    WaitPlace rest; // of those for which there was no room
} Deadlock;

// ---- what there is

static WaitPlace *place_of(Deadlock *deadlock, const FlSite *site) {
    if (!deadlock->places)
        return &deadlock->rest;
    uint32_t at = (uint32_t)((uintptr_t)site / sizeof *site * 2654435761u) % PLACES;
    while (deadlock->places[at].processes > 0 && deadlock->places[at].site != site)
        at = (at + 1) % PLACES;
    if (deadlock->places[at].processes > 0)
        return &deadlock->places[at];
    if (deadlock->place_count == PLACES / 2)
        return &deadlock->rest;
    deadlock->place_count++;
    deadlock->places[at].site = site;
    return &deadlock->places[at];
}

static void visit(void *context, FlProcess *process) {
    Deadlock *deadlock = context;
    // Acquire: what the process wrote before it parked.
    if (atomic_load_explicit(&process->mailbox, memory_order_acquire) == MAILBOX_CLOSED)
        return;
    if (deadlock->waiting++ < LISTED) {
        deadlock->listed[deadlock->waiting - 1] = process;
        return;
    }
    WaitPlace *place = place_of(deadlock, process->site);
    place->processes++;
    place->messages += process->mail_count;
}

static int by_processes(const void *a, const void *b) {
    const WaitPlace *x = a, *y = b;
    return (x->processes < y->processes) - (x->processes > y->processes);
}

// The most frequent places first, what is not shown counted in `rest`; how many are shown.
static uint32_t sort_places(Deadlock *deadlock) {
    if (!deadlock->places)
        return 0;
    qsort(deadlock->places, PLACES, sizeof *deadlock->places, by_processes);
    for (uint32_t i = LISTED_PLACES; i < deadlock->place_count; i++) {
        deadlock->rest.processes += deadlock->places[i].processes;
        deadlock->rest.messages += deadlock->places[i].messages;
    }
    return deadlock->place_count < LISTED_PLACES ? deadlock->place_count : LISTED_PLACES;
}

static void deadlock_read(Deadlock *deadlock) {
    memset(deadlock, 0, sizeof *deadlock);
    deadlock->places = memory_allocate(PLACES * sizeof *deadlock->places);
    if (deadlock->places)
        memset(deadlock->places, 0, PLACES * sizeof *deadlock->places);
    processes_each(visit, deadlock);
}

static void calls_of(FlProcess *process, Calls *calls) {
    Trace trace;
    bool has = whence_waits(process, &trace);
    calls_read(calls, has ? &trace : NULL, process->site, LISTED_CALLS);
}

// ---- for people

static void text_process(Page *page, FlProcess *process) {
    const FlSide *side = process->side;
    Calls calls;
    calls_of(process, &calls);
    page_add(page, "    ");
    page_process(page, process);
    page_add(page, " waits at ");
    page_site(page, process->site);
    if (side && side->blocked) {
        page_add(page, " for room in the mailbox of ");
        page_pid(page, side->blocked->to);
    } else if (side && side->called) {
        page_add(page, " for a reply from ");
        page_pid(page, side->called);
    }
    page_add(page, "\n");
    calls_text(page, &calls, "        ");
    messages_text(page, process, process_mail_count(process), LISTED_MESSAGES, "        ", "unmatched message: ");
}

static void text_place(Page *page, const WaitPlace *place, bool known) {
    page_add(page, "    and ");
    page_count(page, place->processes);
    page_add(page, " more wait%s at ", place->processes == 1 ? "s" : "");
    if (known)
        page_site(page, place->site);
    else
        page_add(page, "other places");
    if (place->messages > 0) {
        page_add(page, ", with ");
        page_count(page, place->messages);
        page_add(page, " unmatched message%s", place->messages == 1 ? "" : "s");
    }
    page_add(page, "\n");
}

static void deadlock_text(Page *page, Deadlock *deadlock) {
    page_add(page, "deadlock: main waits and nothing can wake it\n");
    for (uint64_t i = 0; i < deadlock->waiting && i < LISTED; i++)
        text_process(page, deadlock->listed[i]);
    uint32_t shown = sort_places(deadlock);
    for (uint32_t i = 0; i < shown; i++)
        text_place(page, &deadlock->places[i], true);
    if (deadlock->rest.processes > 0)
        text_place(page, &deadlock->rest, false);
}

// ---- JSON

static void json_waiting(Page *page, FlProcess *process) {
    const FlSide *side = process->side;
    Calls calls;
    calls_of(process, &calls);
    json_begin(page, NULL, '{');
    json_process(page, process);
    calls_json(page, &calls);
    if (side && side->blocked)
        json_pid(page, "waits_for_room", side->blocked->to);
    else if (side && side->called)
        json_pid(page, "waits_for_reply", side->called);
    messages_json(page, process, process_mail_count(process), LISTED_MESSAGES);
    json_end(page, '}');
}

static void json_place(Page *page, const WaitPlace *place) {
    json_begin(page, NULL, '{');
    if (place->site)
        json_site(page, "place", place->site);
    json_number(page, "processes", place->processes);
    json_number(page, "messages", place->messages);
    json_end(page, '}');
}

static void deadlock_json(Page *page, Deadlock *deadlock) {
    json_report(page, "deadlock");
    json_number(page, "waiting", deadlock->waiting);
    json_begin(page, "processes", '[');
    for (uint64_t i = 0; i < deadlock->waiting && i < LISTED; i++)
        json_waiting(page, deadlock->listed[i]);
    json_end(page, ']');
    json_begin(page, "others", '[');
    uint32_t shown = sort_places(deadlock);
    for (uint32_t i = 0; i < shown; i++)
        json_place(page, &deadlock->places[i]);
    if (deadlock->rest.processes > 0)
        json_place(page, &deadlock->rest);
    json_end(page, ']');
    json_close(page);
}

void report_deadlock(void) {
    static char bytes[8 * PAGE_BYTES]; // no process runs, and it is written once
    Page page = page_on(bytes, sizeof bytes);
    Deadlock deadlock;
    deadlock_read(&deadlock);
    if (report_settings.json)
        deadlock_json(&page, &deadlock);
    else
        deadlock_text(&page, &deadlock);
    memory_free(deadlock.places);
    outlet_write(page.text, page.length);
}
