// Quantiles of a stream in little memory, the same for the same order of values.
//
// Values fill a buffer of 8192; a full one is sorted and every other value moves to the
// next level, where it stands for twice as many, beginning with the first and the second by
// turns. So up to 8192 values the answers are exact, and beyond that the rank of an answer
// is off by at most levels / 8192 of the number of values (0.1 % at a million), usually
// far less. Nothing is random.
//
// Cost: amortised O(log 8192) a value; 64 kB a level, one level for each doubling.
// Thread safety: one thread at a time.
//
// After Manku, Rajagopalan and Lindsay, "Approximate medians and other quantiles in one
// pass and with limited memory", SIGMOD 1998.

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kindred::features {

class QuantileSummary {
 public:
  // Requires: value is not NaN.
  void add(double value);

  std::uint64_t count() const noexcept { return count_; }

  // The values that cut what was added into `bucket_count` parts of about equal size, in
  // ascending order and each once; between two values that were added they are interpolated.
  // No part is empty: where one would be, because many values are equal, the next part begins
  // behind them, at the value that follows. Fewer than bucket_count - 1 boundaries are left then.
  // Requires: count() > 0.
  std::vector<double> boundaries(std::size_t bucket_count) const;

  // A value that was added, which at least `share` of them do not exceed. Requires: count() > 0,
  // share in [0, 1].
  double value_at(double share) const;

 private:
  static constexpr std::size_t kLevelSize = 8192;

  struct Level {
    std::vector<double> values;
    bool second_first = false;  // Which of two neighbours the next compaction keeps.
  };
  void compact(std::size_t level);
  // The values in order, and how many each stands for with all before it.
  std::vector<std::pair<double, std::uint64_t>> cumulated() const;

  std::vector<Level> levels_;  // A value of level h stands for 2^h.
  std::uint64_t count_ = 0;
};

}  // namespace kindred::features
