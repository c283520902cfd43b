// What this process may use of the machine: cores and memory, as its container sees them.
//
// A control group (systemd unit, container) often grants less than the machine has, and
// says so only in files: both versions of control groups are read, at every level from
// the process's own group up to the root, and the tightest limit counts.
//
// Thread safety: functions of the system's state alone.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace kindred {

struct MachineLimits {
  int core_count = 1;                // Cores that this process may run on (its affinity).
  std::optional<double> core_quota;  // Cores' worth of time that its control group grants.
  std::size_t memory_bytes = 0;      // What the machine has.
  std::size_t available_bytes = 0;   // What it could hand out now without swapping.
  std::optional<std::size_t> memory_quota_bytes;  // What the control group grants.

  // The memory to plan with: the machine's, or the quota where that is less.
  std::size_t usable_memory_bytes() const noexcept;
};

// What one part of some work will take, for an estimate that says where memory goes.
struct MemoryPart {
  std::string what;  // "the matrix by user".
  std::uint64_t bytes = 0;
};

MachineLimits machine_limits();

// The same from the files of another root folder: proc/ and sys/fs/cgroup/ lie in it.
// What a missing or unreadable file would say stays at its default. For tests.
MachineLimits machine_limits(const std::filesystem::path& root);

// The most memory that this process has held since the last reset; 0 where the system does
// not say. A system that allows no reset tells the most since the process began.
std::size_t peak_memory_bytes();
void reset_peak_memory();

}  // namespace kindred
