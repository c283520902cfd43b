#include "kindred/base/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

namespace kindred {
namespace {

// Version 1 writes "no limit" as the largest multiple of a page.
constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 60U;

int affinity_core_count() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::size_t pages_in_bytes(int which) {
  const long pages = ::sysconf(which);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0
             ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page_bytes)
             : 0;
}

void read_memory(const std::filesystem::path& root, MachineLimits& limits) {
  std::ifstream file(root / "proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::size_t kibibytes = 0;
    if (!(words >> name >> kibibytes)) continue;
    if (name == "MemTotal:") limits.memory_bytes = kibibytes * 1024;
    if (name == "MemAvailable:") limits.available_bytes = kibibytes * 1024;
  }
}

template <typename T>
void keep_smaller(std::optional<T>& slot, T value) {
  slot = slot ? std::min(*slot, value) : value;
}

void keep_memory_limit(const std::filesystem::path& file, MachineLimits& limits) {
  std::uint64_t bytes = 0;
  // Version 2 writes the word "max" where there is no limit.
  if (std::ifstream(file) >> bytes && bytes < kUnlimited) {
    keep_smaller(limits.memory_quota_bytes, std::size_t{bytes});
  }
}

void keep_core_limit(double quota, double period, MachineLimits& limits) {
  if (quota > 0.0 && period > 0.0) keep_smaller(limits.core_quota, quota / period);
}

void read_version_2(const std::filesystem::path& group, MachineLimits& limits) {
  keep_memory_limit(group / "memory.max", limits);
  double quota = 0.0;
  double period = 0.0;
  if (std::ifstream(group / "cpu.max") >> quota >> period) keep_core_limit(quota, period, limits);
}

void read_version_1_memory(const std::filesystem::path& group, MachineLimits& limits) {
  keep_memory_limit(group / "memory.limit_in_bytes", limits);
}

void read_version_1_cores(const std::filesystem::path& group, MachineLimits& limits) {
  double quota = 0.0;
  double period = 0.0;
  std::ifstream(group / "cpu.cfs_quota_us") >> quota;
  std::ifstream(group / "cpu.cfs_period_us") >> period;
  keep_core_limit(quota, period, limits);
}

// Calls read(folder) for the group at `path` below `base` and for every group around it.
// Inside a container the path may be one of the host's, of which only the root is seen.
template <typename Read>
void for_each_level(const std::filesystem::path& base, std::string_view path, Read read) {
  std::filesystem::path group = std::filesystem::path(path).relative_path();
  for (;;) {
    read(base / group);
    if (group.empty()) return;
    group = group.parent_path();
  }
}

bool names_controller(std::string_view controllers, std::string_view wanted) {
  const std::string list = "," + std::string(controllers) + ",";
  return list.find("," + std::string(wanted) + ",") != std::string::npos;
}

// Each line of /proc/self/cgroup is "NUMBER:CONTROLLERS:PATH"; version 2 names no controllers.
void read_control_groups(const std::filesystem::path& root, MachineLimits& limits) {
  const std::filesystem::path base = root / "sys/fs/cgroup";
  std::ifstream file(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      for_each_level(base, path, [&](const auto& group) { read_version_2(group, limits); });
    }
    if (names_controller(controllers, "memory")) {
      for_each_level(base / "memory", path,
                     [&](const auto& group) { read_version_1_memory(group, limits); });
    }
    if (names_controller(controllers, "cpu")) {
      for_each_level(base / "cpu", path,
                     [&](const auto& group) { read_version_1_cores(group, limits); });
    }
  }
}

}  // namespace

std::size_t MachineLimits::usable_memory_bytes() const noexcept {
  return memory_quota_bytes ? std::min(memory_bytes, *memory_quota_bytes) : memory_bytes;
}

MachineLimits machine_limits() {
  MachineLimits limits = machine_limits("/");
  if (limits.memory_bytes == 0) {  // No /proc, as in a bare change of root.
    limits.memory_bytes = pages_in_bytes(_SC_PHYS_PAGES);
    limits.available_bytes = pages_in_bytes(_SC_AVPHYS_PAGES);
  }
  return limits;
}

MachineLimits machine_limits(const std::filesystem::path& root) {
  MachineLimits limits;
  limits.core_count = affinity_core_count();
  read_memory(root, limits);
  read_control_groups(root, limits);
  return limits;
}

std::size_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  constexpr std::string_view kKey = "VmHWM:";
  while (std::getline(status, line)) {
    if (line.compare(0, kKey.size(), kKey) != 0) continue;
    return static_cast<std::size_t>(std::strtoull(line.c_str() + kKey.size(), nullptr, 10)) * 1024;
  }
  return 0;
}

void reset_peak_memory() {
  constexpr const char* kResetPeak = "5";
  std::ofstream("/proc/self/clear_refs") << kResetPeak;
}

}  // namespace kindred
