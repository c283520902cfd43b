// Ratings in Kindred's own file: what training reads without parsing, whole or in blocks.
//
// A container (storage/container.h) of the format "kindred ratings" with the pairs twice,
// by user and by item, so that either half of an epoch reads its own from front to back.
// Reading it whole costs less than parsing the text does. RatingsBlocks reads it
// block by block instead: training then needs memory for the vectors and two blocks,
// however many ratings there are.
//
// Whoever opens a store checks it as a whole first (ratings_check.h): in memory, in blocks, and
// `kindred inspect`.
//
// Blocks are read, not mapped: a file that shrinks meanwhile is an error and no signal, and
// one that is replaced stays what it was for whoever has it open. docs/format/ratings.md
// draws the file.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/interactions.h"
#include "kindred/linalg/sparse.h"
#include "kindred/storage/safetensors.h"

namespace kindred::model {

// Whether a file is of this format: by its first bytes and its manifest, not by its name.
bool is_ratings_store(const std::filesystem::path& path);

// `by_item` is the transpose of interactions.by_user; `facts`, an object, says where they
// came from. Throws as model::save() does.
void save_ratings(const std::filesystem::path& path, const data::Interactions& interactions,
                  const SparseMatrix& by_item, const Json& facts);

// Everything but the pairs by item. Throws as model::load() does.
struct StoredRatings {
  data::Interactions interactions;
  Json facts;
};
StoredRatings load_ratings(const std::filesystem::path& path);

// Throws what opening it would throw.
void check_ratings_store(const std::filesystem::path& path);

enum class RatingsSide { by_user, by_item };

// The same file, open: labels and row offsets in memory, pairs in blocks.
// Thread safety: const members from any number of threads.
class RatingsBlocks {
 public:
  // Checks everything, each block too: once through the file.
  explicit RatingsBlocks(const std::filesystem::path& path);
  RatingsBlocks(const RatingsBlocks&) = delete;
  RatingsBlocks& operator=(const RatingsBlocks&) = delete;

  const data::Vocabulary& users() const noexcept { return users_; }
  const data::Vocabulary& items() const noexcept { return items_; }
  bool has_values() const noexcept { return has_values_; }
  float value_min() const noexcept { return value_min_; }
  float value_max() const noexcept { return value_max_; }
  // The scale of the values: once through the file.
  data::ValueScale value_scale() const;
  std::uint64_t entry_count() const noexcept { return sides_[0].offsets.back(); }
  const std::string& fingerprint() const noexcept { return fingerprint_; }

  // Rows [first, end) of one side that hold about so many pairs; at least one row.
  struct Range {
    std::size_t first = 0;
    std::size_t end = 0;
  };
  std::vector<Range> ranges(RatingsSide side, std::uint64_t pairs) const;

  // The rows of a range, as a matrix of their own. Throws Error(corrupt), naming the file,
  // when it has shrunk or its columns do not ascend.
  SparseMatrix read(RatingsSide side, Range range) const;

  // All pairs by user. Memory: 8 bytes a pair.
  SparseMatrix read_all() const;

 private:
  struct Side {
    std::string name;
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::vector<std::uint64_t> offsets;
    storage::TensorInfo columns;
    storage::TensorInfo values;  // No bytes where all values are 1.
  };
  const Side& side(RatingsSide which) const {
    return sides_[which == RatingsSide::by_user ? 0 : 1];
  }

  std::filesystem::path path_;
  storage::SafetensorsFile file_;
  std::vector<Side> sides_;
  data::Vocabulary users_;
  data::Vocabulary items_;
  bool has_values_ = false;
  data::ValueMeaning meaning_ = data::ValueMeaning::unknown;
  float value_min_ = 0.0F;
  float value_max_ = 0.0F;
  std::string fingerprint_;
};

}  // namespace kindred::model
