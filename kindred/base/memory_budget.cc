#include "kindred/base/memory_budget.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/progress.h"

namespace kindred {

MemoryBudget::MemoryBudget(std::uint64_t limit_bytes, std::function<std::uint64_t()> held)
    : held_(std::move(held)), limit_(kNoLimit) {
  if (limit_bytes != kNoLimit) set_limit(limit_bytes);
}

void MemoryBudget::set_limit(std::uint64_t bytes) {
  before_ = held_ ? held_() : held_memory_bytes();
  limit_ = bytes;
}

void MemoryBudget::require(std::uint64_t bytes, std::string_view what) const {
  const std::uint64_t held = held_ ? held_() : held_memory_bytes();
  const std::uint64_t before = before_;
  const std::uint64_t used = held > before ? held - before : 0;
  const std::uint64_t limit = limit_;
  if (used <= limit && bytes <= limit - used) return;
  // What is in use matters only where the rest alone would have fitted.
  const std::string in_use =
      bytes <= limit ? fmt::format(" beside {} in use", bytes_text(used)) : std::string();
  throw Error(ErrorCode::out_of_memory,
              fmt::format("{} needs {}{}, the limit is {} (--memory-limit)", what,
                          bytes_text(bytes), in_use, bytes_text(limit)));
}

MemoryBudget& process_memory() noexcept {
  static MemoryBudget budget;
  return budget;
}

std::uint64_t held_memory_bytes() noexcept {
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 128> text{};
  const ssize_t got = ::read(file, text.data(), text.size());
  ::close(file);
  if (got <= 0) return 0;
  // Pages: all, resident, and of these those that belong to files.
  std::array<std::uint64_t, 3> pages{};
  const char* at = text.data();
  const char* const end = at + got;
  for (std::uint64_t& count : pages) {
    const auto [stop, error] = std::from_chars(at, end, count);
    if (error != std::errc() || stop == end) return 0;
    at = stop + 1;
  }
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return pages[1] > pages[2] ? (pages[1] - pages[2]) * page_bytes : 0;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr double kStep = 1024.0;
  if (bytes < 10'000) return format_count(bytes) + " bytes";
  const auto value = static_cast<double>(bytes) / kStep;
  if (value < kStep) return fmt::format("{:.1f} KiB", value);
  if (value < kStep * kStep) return fmt::format("{:.1f} MiB", value / kStep);
  if (value < kStep * kStep * kStep) return fmt::format("{:.1f} GiB", value / kStep / kStep);
  return fmt::format("{:.1f} TiB", value / kStep / kStep / kStep);
}

}  // namespace kindred
