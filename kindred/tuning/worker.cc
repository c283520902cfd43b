#include "kindred/tuning/worker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace kindred::tuning {
namespace {

// When the process began, in clock ticks since boot; nothing where there is no such process.
std::optional<std::string> start_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  // The second field is the program's name in parentheses and may hold anything.
  const auto end = text.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end + 1));
  constexpr int kStartField = 20;  // Field 22 of the file, the twentieth after the name.
  std::string field;
  std::string state;
  for (int i = 0; i < kStartField; ++i) {
    if (!(fields >> field)) return std::nullopt;
    if (i == 0) state = field;
  }
  if (state == "Z" || state == "X") return std::nullopt;  // Dead, not yet waited for.
  return field;
}

std::string machine_and_space() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  std::error_code failure;
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", failure).string();
  return fmt::format("{}/{}", host.data(), space);
}

}  // namespace

std::string this_worker() {
  return fmt::format("{}/{}/{}", machine_and_space(), ::getpid(),
                     start_of(std::to_string(::getpid())).value_or("0"));
}

bool is_gone(const std::string& worker) {
  const std::string here = machine_and_space() + "/";
  if (worker.compare(0, here.size(), here) != 0) return false;
  const auto slash = worker.find('/', here.size());
  if (slash == std::string::npos) return false;
  const auto start = start_of(worker.substr(here.size(), slash - here.size()));
  return !start || *start != worker.substr(slash + 1);
}

}  // namespace kindred::tuning
