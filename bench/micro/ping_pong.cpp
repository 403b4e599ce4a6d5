#include "../common/bench.hpp"

caf::behavior ponger(caf::event_based_actor *self) {
    return {[self](int64_t n) { self->send(caf::actor_cast<caf::actor>(self->current_sender()), n); }};
}

caf::behavior player(caf::event_based_actor *self, caf::actor pong, int64_t rounds, Clock::time_point start) {
    self->send(pong, rounds);
    return {[=](int64_t left) {
        if (left > 1) {
            self->send(pong, left - 1);
            return;
        }
        report(rounds, start, 2 * rounds, "ns/message");
        self->send_exit(pong, caf::exit_reason::user_shutdown);
        self->quit();
    }};
}

int main(int, char **argv) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    system.spawn(player, system.spawn(ponger), std::stoll(argv[1]), Clock::now());
}
