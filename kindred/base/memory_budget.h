// The memory that this process may take: one account, asked before each large allocation.
//
//    process_memory().take(rows * columns * sizeof(float), "the embedding of 'city'");
//
// A limit is of use only where everybody asks. Readers ask for each block (a packed file says
// little of what it holds), containers for each tensor, networks for each parameter, and every
// large table at the least once, when it is made; the program sets the limit, from
// --memory-limit or from what the machine has.
//
// What is in use is what the system says that this process holds beyond what it held when the
// limit was set: nobody keeps books, so nothing has to be given back, and what was freed is
// free. Memory that was taken and not yet written to is not counted; large tables are written
// to as soon as they are made.
//
// Cost: nothing below kSmallBytes, above it a microsecond. Thread safety: take() from any
// number of threads.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace kindred {

class MemoryBudget {
 public:
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  // Less than this is not worth a question, and less than what an allocator keeps back.
  static constexpr std::uint64_t kSmallBytes = std::uint64_t{1} << 20U;

  // `held` says what the process holds; the system's word if empty. For tests.
  explicit MemoryBudget(std::uint64_t limit_bytes = kNoLimit,
                        std::function<std::uint64_t()> held = {});

  // From now on so many bytes, beyond what the process holds now.
  void set_limit(std::uint64_t bytes);
  std::uint64_t limit_bytes() const noexcept { return limit_; }

  // Throws Error(out_of_memory), naming `what`, the size, what is in use and the limit, where
  // so many bytes more would pass the limit.
  void take(std::uint64_t bytes, std::string_view what) const {
    if (bytes >= kSmallBytes && limit_.load(std::memory_order_relaxed) != kNoLimit) {
      require(bytes, what);
    }
  }

 private:
  void require(std::uint64_t bytes, std::string_view what) const;

  std::function<std::uint64_t()> held_;
  std::atomic<std::uint64_t> limit_;
  std::atomic<std::uint64_t> before_ = 0;  // Held when the limit was set.
};

// That of this process; without a limit until somebody sets one.
MemoryBudget& process_memory() noexcept;

// What this process holds of its own, without files that it has mapped; 0 where the system
// does not say.
std::uint64_t held_memory_bytes() noexcept;

// "1,000 bytes", "90.0 KiB", "1.5 MiB", "2.0 GiB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace kindred
