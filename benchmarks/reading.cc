#include "benchmarks/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace kindred::benchmarks {

void report(const std::string& what, std::size_t count, const std::vector<Seconds>& times) {
  const auto speeds = [&](double Seconds::*kind) {
    std::vector<double> found;
    for (const Seconds& time : times) {
      found.push_back(static_cast<double>(count) / kMegabyte / (time.*kind));
    }
    std::sort(found.begin(), found.end());
    return fmt::format("{:6.0f}  ({:4.0f} .. {:4.0f})", found[found.size() / 2], found.front(),
                       found.back());
  };
  fmt::print("{:<44} {}   {}\n", what, speeds(&Seconds::elapsed), speeds(&Seconds::processor));
  std::fflush(stdout);
}

}  // namespace kindred::benchmarks
