// What every benchmark with CAF needs: the clock, and its two lines of output.
#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <iostream>

using Clock = std::chrono::steady_clock;

// Prints the result and the time since start over a count of things done, in a unit.
inline void report(int64_t result, Clock::time_point start, int64_t count, const char *unit) {
    std::chrono::duration<double, std::nano> took = Clock::now() - start;
    std::cout << "result " << result << "\n" << took.count() / count << " " << unit << std::endl;
}
