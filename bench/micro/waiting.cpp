#include <caf/all.hpp>
#include <iostream>
#include <unistd.h>

caf::behavior waiter(caf::event_based_actor *) {
    return {[](int64_t) {}};
}

int main(int, char **argv) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    std::vector<caf::actor> actors;
    for (int64_t i = std::stoll(argv[1]); i > 0; i--)
        actors.push_back(system.spawn(waiter));
    std::cout << "ready" << std::endl;
    pause();
}
