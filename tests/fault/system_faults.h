// Makes the operating system misbehave, on purpose and repeatably.
//
// A test program that links system_faults.cc has its own open, openat, read, pread,
// write, fsync, renameat, unlinkat and close in front of the C library's, and its own
// operator new. Each call is counted and recorded; a plan says which one fails, is cut
// short, or kills the process. Nothing in Kindred itself knows of it.
//
//    const FaultPlan plan({.fail_call = "write", .fail_at = 3, .error = ENOSPC});
//    ... the third write from here on fails ...
//
// One plan at a time; it ends with its scope. Not thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kindred::test {

struct Faults {
  // The fail_at-th call of this name fails with errno `error`; 1 is the first.
  std::string fail_call = {};
  int fail_at = 0;  // 0: never.
  int error = 0;
  // Every call that may be interrupted is, once, before it goes through (EINTR).
  bool interrupt_first = false;
  // read, pread and write move at most so many bytes; 0: no limit.
  std::size_t bytes_max = 0;
  // The process kills itself (SIGKILL) before the kill_at-th call of any name; 0: never.
  int kill_at = 0;
  // The allocation of this number fails; 0: never.
  std::uint64_t fail_allocation = 0;
};

class FaultPlan {
 public:
  explicit FaultPlan(const Faults& faults);
  ~FaultPlan();
  FaultPlan(const FaultPlan&) = delete;
  FaultPlan& operator=(const FaultPlan&) = delete;

  // The names of the calls since the plan began: "openat", "write", "fsync file",
  // "fsync folder", "renameat", ....
  static std::vector<std::string> calls();
  // Whether the planned call or allocation has failed.
  static bool has_failed();
  // The largest single allocation since the plan began.
  static std::size_t largest_allocation();
};

}  // namespace kindred::test
