#include "tests/fault/system_faults.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <new>

namespace kindred::test {
namespace {

constexpr std::size_t kCallsMax = 100000;

// Plain data: the functions below run before and after every constructor, and may not
// allocate.
struct State {
  bool active = false;
  std::array<char, 16> fail_call = {};
  int fail_at = 0;
  int error = 0;
  bool interrupt_first = false;
  std::size_t bytes_max = 0;
  int kill_at = 0;
  std::uint64_t fail_allocation = 0;

  int matching_calls = 0;
  bool interrupted = false;
  bool failed = false;
  std::uint64_t allocations = 0;
  std::size_t largest_allocation = 0;
  std::size_t call_count = 0;
  std::array<const char*, kCallsMax> calls = {};
};

State state;

// Counts a call; true if it is to fail, with errno set.
bool intercept(const char* name, const char* shown, bool interruptible) {
  if (!state.active) return false;
  if (state.call_count < kCallsMax) state.calls[state.call_count] = shown;
  ++state.call_count;
  if (static_cast<int>(state.call_count) == state.kill_at) {
    ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
  }
  if (state.interrupt_first && interruptible) {
    state.interrupted = !state.interrupted;
    if (state.interrupted) {
      errno = EINTR;
      return true;
    }
  }
  if (std::strcmp(name, state.fail_call.data()) != 0) return false;
  if (++state.matching_calls != state.fail_at) return false;
  state.failed = true;
  errno = state.error;
  return true;
}

std::size_t limited(std::size_t size) {
  return state.active && state.bytes_max > 0 ? std::min(size, state.bytes_max) : size;
}

bool is_folder(int file) {
  struct stat status = {};
  return ::fstat(file, &status) == 0 && S_ISDIR(status.st_mode);
}

void* allocate(std::size_t size, std::size_t alignment) {
  if (state.active) {
    state.largest_allocation = std::max(state.largest_allocation, size);
    if (++state.allocations == state.fail_allocation) {
      state.failed = true;
      throw std::bad_alloc();
    }
  }
  const std::size_t rounded =
      (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

FaultPlan::FaultPlan(const Faults& faults) {
  state = State();
  faults.fail_call.copy(state.fail_call.data(), state.fail_call.size() - 1);
  state.fail_at = faults.fail_at;
  state.error = faults.error;
  state.interrupt_first = faults.interrupt_first;
  state.bytes_max = faults.bytes_max;
  state.kill_at = faults.kill_at;
  state.fail_allocation = faults.fail_allocation;
  state.active = true;
}

FaultPlan::~FaultPlan() { state.active = false; }

std::vector<std::string> FaultPlan::calls() {
  const bool was_active = state.active;
  state.active = false;
  std::vector<std::string> names(
      state.calls.begin(),
      state.calls.begin() + static_cast<std::ptrdiff_t>(std::min(state.call_count, kCallsMax)));
  state.active = was_active;
  return names;
}

bool FaultPlan::has_failed() { return state.failed; }

std::size_t FaultPlan::largest_allocation() { return state.largest_allocation; }

}  // namespace kindred::test

using kindred::test::intercept;
using kindred::test::is_folder;
using kindred::test::limited;

// The C library's own functions are reached by system call, as they are the ones replaced.
extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (intercept("open", "open", true)) return -1;
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int openat(int folder, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const char* shown = (flags & O_CREAT) != 0 ? "create" : "openat";
  if (intercept("openat", shown, true)) return -1;
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

ssize_t read(int file, void* buffer, size_t size) {
  if (intercept("read", "read", true)) return -1;
  return ::syscall(SYS_read, file, buffer, limited(size));
}

ssize_t pread(int file, void* buffer, size_t size, off_t position) {
  if (intercept("pread", "pread", true)) return -1;
  return ::syscall(SYS_pread64, file, buffer, limited(size), position);
}

ssize_t write(int file, const void* buffer, size_t size) {
  if (intercept("write", "write", true)) return -1;
  return ::syscall(SYS_write, file, buffer, limited(size));
}

int fsync(int file) {
  if (intercept("fsync", is_folder(file) ? "fsync folder" : "fsync file", true)) return -1;
  return static_cast<int>(::syscall(SYS_fsync, file));
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  if (intercept("renameat", "renameat", false)) return -1;
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  if (intercept("unlinkat", "unlinkat", false)) return -1;
  return static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
}

int close(int file) {
  if (intercept("close", "close", false)) return -1;
  return static_cast<int>(::syscall(SYS_close, file));
}

}  // extern "C"

void* operator new(std::size_t size) {
  return kindred::test::allocate(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
  return kindred::test::allocate(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return kindred::test::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return kindred::test::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
