// Links, monitors, exits: the side of the process that asks for them. A reference means its present process.
#include "runtime/process/names.h"
#include "runtime/process/reference.h"
#include "runtime/process/side.h"
#include "runtime/process/signals.h"

static Peer *peer_of(FlProcess *self, FlPid pid) {
    FlSide *side = process_side(self);
    Peer *peer = side ? peers_make(&side->peers, pid) : NULL;
    if (!peer)
        process_out_of_memory(self);
    return peer;
}

static void send_or_end(FlProcess *self, uint32_t kind, FlPid to) {
    if (!signal_send(kind, self->head.pid, to))
        process_out_of_memory(self);
}

void fl_link(FlProcess *self, FlPid pid) {
    pid = reference_process(pid);
    if (pid == self->head.pid || pid == 0)
        return;
    Peer *peer = peer_of(self, pid);
    if (peer->linked)
        return;
    peer->linked = true;
    send_or_end(self, SIGNAL_LINK, pid);
}

void fl_unlink(FlProcess *self, FlPid pid) {
    pid = reference_process(pid);
    process_drain(self);
    Peer *peer = self->side ? peers_find(&self->side->peers, pid) : NULL;
    if (!peer || !peer->linked)
        return;
    peer->linked = false;
    peer->unlinking++;
    send_or_end(self, SIGNAL_UNLINK, pid);
}

void fl_monitor(FlProcess *self, FlPid pid) {
    pid = reference_process(pid);
    if (pid == self->head.pid || pid == 0)
        return;
    peer_of(self, pid)->monitoring++;
    send_or_end(self, SIGNAL_MONITOR, pid);
}

// Takes so many reports of a process's end, all that there are, out of the private list, but not the message that a
// receive is just testing. How many stay.
static uint32_t drop_reports(FlProcess *self, FlPid pid, uint32_t count) {
    uint32_t stay = 0;
    for (FlMessage **link = &self->first; count > 0;) {
        FlMessage *message = *link;
        bool tested = (self->flags & FLAG_TESTING) && link == self->scan;
        bool reports = message->from == pid && message->flags & MESSAGE_REPORT;
        count -= reports;
        stay += reports && tested;
        if (tested || !reports) {
            link = &message->head.next;
            continue;
        }
        *link = message->head.next;
        if (self->last == &message->head.next)
            self->last = link;
        if (self->scan == &message->head.next)
            self->scan = link;
        self->mail_count--;
        message_free(message);
    }
    return stay;
}

// What has not been drained is dropped when it is.
void fl_demonitor(FlProcess *self, FlPid pid) {
    pid = reference_process(pid);
    Peer *peer = self->side ? peers_find(&self->side->peers, pid) : NULL;
    if (!peer)
        return;
    bool stands = peer->monitoring > 0;
    peer->reports = drop_reports(self, pid, peer->reports);
    peer->monitoring = 0;
    peers_trim(&self->side->peers, peer);
    if (stands)
        send_or_end(self, SIGNAL_DEMONITOR, pid);
}

void fl_exit(FlProcess *self, FlPid pid, FlString *reason) {
    pid = reference_process(pid);
    if (!signal_send_reason(SIGNAL_EXIT, self->head.pid, pid, reason))
        process_out_of_memory(self);
    if (pid == self->head.pid)
        process_drain(self);
}

void fl_stop(FlProcess *self, FlPid pid) { fl_exit(self, pid, (FlString *)(uintptr_t)reason_shutdown); }

void fl_register(FlProcess *self, FlString *name, FlPid pid, const FlSite *site) {
    NamesResult result = names_register(name, reference_process(pid));
    if (result == NAMES_NO_MEMORY)
        process_out_of_memory(self);
    if (result == NAMES_TAKEN)
        process_panic_name(self, name, site);
}
