#include "../common/bench.hpp"
#include <random>

using Actors = std::vector<caf::actor>;

struct State {
    std::minstd_rand random;
    int64_t left = 0;
};

caf::behavior node(caf::stateful_actor<State> *self, const Actors *peers, caf::actor done, int64_t pings, int seed) {
    State &state = self->state;
    state.random.seed(seed + 1);
    state.left = pings;
    auto ping = [=] {
        if (self->state.left-- > 0)
            self->send((*peers)[self->state.random() % peers->size()], caf::ping_atom_v);
        else
            self->send(done, caf::ok_atom_v);
    };
    return {
        [=](caf::ok_atom) { ping(); },
        [=](caf::pong_atom) { ping(); },
        [=](caf::ping_atom) { self->send(caf::actor_cast<caf::actor>(self->current_sender()), caf::pong_atom_v); },
    };
}

caf::behavior counter(caf::event_based_actor *self, int64_t count, int64_t pings) {
    auto left = std::make_shared<int64_t>(count);
    Clock::time_point start = Clock::now();
    return {[=](caf::ok_atom) {
        if (--*left > 0)
            return;
        report(count * pings, start, count * pings, "ns/round trip");
        std::_Exit(0);
    }};
}

int main(int, char **argv) {
    int64_t count = std::stoll(argv[1]), pings = std::stoll(argv[2]);
    caf::actor_system_config config;
    caf::actor_system system{config};
    Actors peers;
    caf::actor done = system.spawn(counter, count, pings);
    for (int i = 0; i < count; i++)
        peers.push_back(system.spawn(node, &peers, done, pings, i));
    for (const caf::actor &peer : peers)
        caf::anon_send(peer, caf::ok_atom_v);
    system.await_all_actors_done();
}
