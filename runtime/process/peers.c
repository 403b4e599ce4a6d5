// Open addressing with linear probing; removal moves later entries back, so there are no tombstones.
#include "runtime/process/peers.h"

#include <string.h>

#include "runtime/memory/alloc.h"

static uint32_t place_of(const Peers *peers, FlPid pid) {
    return (uint32_t)((pid * 0x9e3779b97f4a7c15u) >> 32) & (peers->capacity - 1);
}

Peer *peers_find(const Peers *peers, FlPid pid) {
    if (peers->capacity == 0 || pid == 0)
        return NULL;
    for (uint32_t i = place_of(peers, pid);; i = (i + 1) & (peers->capacity - 1)) {
        if (peers->places[i].pid == pid)
            return &peers->places[i];
        if (peers->places[i].pid == 0)
            return NULL;
    }
}

static Peer *insert(Peers *peers, Peer peer) {
    uint32_t i = place_of(peers, peer.pid);
    while (peers->places[i].pid != 0)
        i = (i + 1) & (peers->capacity - 1);
    peers->places[i] = peer;
    peers->count++;
    return &peers->places[i];
}

static bool grow(Peers *peers) {
    Peers larger = {.capacity = peers->capacity ? peers->capacity * 2 : 4};
    larger.places = memory_allocate(larger.capacity * sizeof(Peer));
    if (!larger.places)
        return false;
    memset(larger.places, 0, larger.capacity * sizeof(Peer));
    for (uint32_t i = 0; i < peers->capacity; i++) {
        if (peers->places[i].pid != 0)
            insert(&larger, peers->places[i]);
    }
    memory_free(peers->places);
    *peers = larger;
    return true;
}

Peer *peers_make(Peers *peers, FlPid pid) {
    Peer *found = peers_find(peers, pid);
    if (found)
        return found;
    if (peers->count * 4 >= peers->capacity * 3 && !grow(peers))
        return NULL;
    return insert(peers, (Peer){.pid = pid});
}

void peers_trim(Peers *peers, Peer *peer) {
    if (peer->linked || peer->unlinking || peer->monitoring || peer->watching || peer->reports)
        return;
    uint32_t mask = peers->capacity - 1;
    uint32_t hole = (uint32_t)(peer - peers->places);
    for (uint32_t i = (hole + 1) & mask; peers->places[i].pid != 0; i = (i + 1) & mask) {
        // An entry may move back to the hole if its own place is not after it.
        if (((i - place_of(peers, peers->places[i].pid)) & mask) < ((i - hole) & mask))
            continue;
        peers->places[hole] = peers->places[i];
        hole = i;
    }
    peers->places[hole] = (Peer){0};
    peers->count--;
}

void peers_report_left(Peers *peers, FlPid pid) {
    Peer *peer = peers_find(peers, pid);
    peer->reports--;
    peers_trim(peers, peer);
}

void peers_deinit(Peers *peers) {
    memory_free(peers->places);
    *peers = (Peers){0};
}
