// Random numbers that depend on a key alone, never on who drew before.
//
// An Rng is Philox 4x32-10, a counter-based generator: its stream is a pure function
// of (seed, stream, row). Give every row of a parallel loop its own Rng and the
// numbers are the same for any number of threads, any order and any restart, with no
// state to save. Construction is free; a draw costs about 5 ns.
//
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace kindred {

class Rng {
 public:
  // `stream` tells purposes apart (an epoch, "init of the users"), `row` the rows
  // within one. At most 2^34 32-bit draws per key.
  explicit Rng(std::uint64_t seed, std::uint32_t stream = 0, std::uint64_t row = 0) noexcept
      : seed_(seed), row_(row), stream_(stream) {}

  std::uint32_t next_u32() noexcept;
  std::uint64_t next_u64() noexcept;

  // Uniform in [0, 1), with 53 random bits.
  double uniform() noexcept;

  // Uniform in [0, count), without bias. Requires: count > 0.
  std::uint64_t below(std::uint64_t count) noexcept;

  // Standard normal, by Box-Muller.
  double normal() noexcept;

  // Fisher-Yates.
  template <typename T>
  void shuffle(std::span<T> values) noexcept {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(i)]);
    }
  }

 private:
  void refill() noexcept;

  std::uint64_t seed_;
  std::uint64_t row_;
  std::uint32_t stream_;
  std::uint32_t block_ = 0;               // Counter of the next four words.
  std::array<std::uint32_t, 4> words_{};  // The words drawn last.
  unsigned used_ = 4;                     // How many of words_ are spent.
  bool has_spare_normal_ = false;
  double spare_normal_ = 0.0;  // The second half of the last Box-Muller pair.
};

}  // namespace kindred
