#include "../common/bench.hpp"

caf::behavior child(caf::event_based_actor *self, caf::actor parent) {
    return {[=](int64_t n) {
        self->send(parent, n, true);
        self->quit();
    }};
}

struct State {
    int64_t next = 1, arrived = 0, sum = 0;
};

// A thousand at a time: each gets one number and passes it on at its end.
caf::behavior parent(caf::stateful_actor<State> *self, int64_t count, Clock::time_point start) {
    auto batch = [=] {
        for (int64_t last = self->state.next + 1000; self->state.next < last; self->state.next++)
            self->send(self->spawn(child, caf::actor{self}), self->state.next);
    };
    batch();
    return {[=](int64_t n, bool) {
        State &state = self->state;
        state.sum += n;
        if (++state.arrived % 1000 != 0)
            return;
        if (state.arrived < count) {
            batch();
            return;
        }
        report(state.sum, start, count, "ns/process");
        self->quit();
    }};
}

int main(int, char **argv) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    system.spawn(parent, std::stoll(argv[1]), Clock::now());
}
