// What must hold in a ratings store, checked whenever one is opened.
//
// Right checksums say that a file is as it was written, not that it was written well. A store
// holds its pairs twice, and each reader sees one half: so both halves are looked at, in one
// pass that also takes their checksums, and must be the same ratings. Of each half: offsets
// ascend from 0 to the number of pairs, columns ascend within a row and are in range, ratings
// are finite. Of both: an order-free sum of hashes of (user, item, rating) agrees, and so do
// all_ones, has_times, value_min and value_max of the manifest with what is there.
//
// Cost: linear, a nanosecond or two a pair beside reading them; memory: offsets and two
// megabytes. Thread safety: values with one owner.

#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "kindred/linalg/sparse.h"
#include "kindred/storage/container.h"

namespace kindred::model {

// One half as the manifest describes it, its offsets read and checked.
struct StoredSide {
  std::string name;  // "by_user" or "by_item".
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
  std::uint64_t entries = 0;
  bool all_ones = false;  // Then there are no values.
  std::vector<std::uint64_t> offsets;
};

// Both halves. Throws Error(corrupt) where they do not fit together by their numbers, or a
// tensor is not there with the right shape.
std::array<StoredSide, 2> read_stored_sides(storage::ContainerReader& reader);

// Looks at all pairs of one half, which come in any number of pieces.
class PairCheck {
 public:
  // `side` must outlive *this.
  PairCheck(const StoredSide& side, bool rows_are_users)
      : side_(side), rows_are_users_(rows_are_users) {}

  // The next pairs; no values where all are 1.
  // Throws Error(corrupt) naming the row for a column or a rating that cannot be.
  void add(std::span<const std::uint32_t> columns, std::span<const float> values);

  std::uint64_t hash() const noexcept { return hash_; }
  float low() const noexcept { return low_; }
  float high() const noexcept { return high_; }

 private:
  void add_row(std::span<const std::uint32_t> columns, std::span<const float> values);
  [[noreturn]] void name_bad_column(std::uint32_t before, std::span<const std::uint32_t> columns,
                                    bool is_first) const;

  const StoredSide& side_;
  bool rows_are_users_;
  std::uint64_t row_ = 0;
  std::uint64_t next_ = 0;         // Pairs seen.
  std::uint32_t last_column_ = 0;  // Of the row so far.
  bool row_begun_ = false;
  std::uint64_t hash_ = 0;
  float low_ = std::numeric_limits<float>::infinity();
  float high_ = -std::numeric_limits<float>::infinity();
};

// The pairs of one half, read and checked.
SparseMatrix read_stored_pairs(storage::ContainerReader& reader, StoredSide side, PairCheck& check);

// The same without keeping them.
void check_stored_pairs(storage::ContainerReader& reader, const StoredSide& side, PairCheck& check);

// Throws Error(corrupt) unless both halves hold the same, and the manifest says what they hold.
void require_agreement(storage::ContainerReader& reader, const std::array<StoredSide, 2>& sides,
                       const PairCheck& by_user, const PairCheck& by_item);

}  // namespace kindred::model
