#include "../common/bench.hpp"

caf::behavior consumer(caf::event_based_actor *self, int64_t count, Clock::time_point start) {
    auto left = std::make_shared<int64_t>(count);
    auto sum = std::make_shared<int64_t>(0);
    return {[=](int64_t n) {
        *sum += n;
        if (--*left > 0)
            return;
        report(*sum, start, count, "ns/message");
        self->quit();
    }};
}

int main(int, char **argv) {
    int64_t count = std::stoll(argv[1]);
    caf::actor_system_config config;
    caf::actor_system system{config};
    caf::actor to = system.spawn(consumer, count, Clock::now());
    system.spawn([=](caf::event_based_actor *self) {
        for (int64_t i = count; i > 0; i--)
            self->send(to, i);
    });
}
