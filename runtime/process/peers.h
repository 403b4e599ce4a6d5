// What a process has to do with others: links, monitors. A hash table by pid; owner only.
#ifndef FLUFFY_RUNTIME_PROCESS_PEERS_H
#define FLUFFY_RUNTIME_PROCESS_PEERS_H

#include "runtime/abi/abi.h"

typedef struct Peer {
    FlPid pid; // 0: an empty place
    uint32_t linked : 1;
    uint32_t unlinking : 31; // unlinks not yet acknowledged: links that the peer sent before it saw them don't count
    uint32_t monitoring;     // monitors of the process on this peer that have not fired
    uint32_t watching;       // monitors of this peer on the process
    uint32_t reports;        // of monitors of the process on this peer that have fired, in its private list
} Peer;

typedef struct Peers {
    Peer *places;      // capacity of them, a power of two; owned
    uint32_t capacity; // 0: nothing allocated
    uint32_t count;
} Peers;

// The entry of a pid, or NULL. Valid until the next call that is not peers_find.
Peer *peers_find(const Peers *peers, FlPid pid);
// The entry of a pid, not 0, made if there is none; NULL: memory is out.
Peer *peers_make(Peers *peers, FlPid pid);
// One of its `reports` has left the private list.
void peers_report_left(Peers *peers, FlPid pid);
// Removes the entry if nothing connects the two any more.
void peers_trim(Peers *peers, Peer *peer);
void peers_deinit(Peers *peers);

#endif
