#include "../common/bench.hpp"
using Ended = std::function<void(int)>;

caf::behavior node(caf::event_based_actor *self, caf::actor next, int number, Ended ended) {
    return {[=](int64_t n) {
        if (n > 0)
            self->send(next, n - 1);
        else
            ended(number);
    }};
}

// The first node makes the others, so that the ring closes.
caf::behavior first(caf::event_based_actor *self, Ended ended) {
    caf::actor next = self;
    for (int number = 502; number > 0; number--)
        next = self->spawn(node, next, number, ended);
    return node(self, next, 0, ended);
}

int main(int, char **argv) {
    int64_t hops = std::stoll(argv[1]);
    caf::actor_system_config config;
    caf::actor_system system{config};
    Clock::time_point start;
    Ended ended = [&](int number) {
        report(number, start, hops, "ns/hop");
        std::_Exit(0);
    };
    caf::actor ring = system.spawn(first, ended);
    start = Clock::now();
    caf::anon_send(ring, hops);
    system.await_all_actors_done();
}
