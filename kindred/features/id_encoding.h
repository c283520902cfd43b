// Categorical columns at work: tensors of values → bags of ids.
//
// An IdEncoder is a column with what it needs to answer fast: the table of its words. It
// encodes all kinds but crosses, which combine what others gave (encoder.cc).
//
// Ids of values that have none are -1 here: a cross counts them, and the encoder takes
// them out of the bags that a network reads.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kindred/data/batch.h"
#include "kindred/data/vocabulary.h"
#include "kindred/features/column.h"
#include "kindred/features/feature_block.h"

namespace kindred::features {

class IdEncoder {
 public:
  // Requires: check_column() passes, is_learned(), and no cross.
  explicit IdEncoder(CategoricalColumn column);

  const CategoricalColumn& column() const noexcept { return column_; }

  // Replaces the bag by the ids of the rows, and their weights where there are any.
  // Throws Error as Encoder::encode() does.
  void encode(const data::Batch& batch, IdBag& bag) const;

 private:
  std::int64_t id_of_unlisted(const VocabularyColumn& kind, std::uint64_t fingerprint) const;
  std::int64_t id_of(const VocabularyColumn& kind, std::string_view word) const;
  std::int64_t id_of(const VocabularyColumn& kind, std::int64_t number) const;
  void encode_buckets(const BucketizedColumn& kind, const data::Tensor& tensor, IdBag& bag) const;
  void encode_values(const data::Tensor& tensor, IdBag& bag) const;

  CategoricalColumn column_;
  data::Vocabulary words_;                                  // Of a vocabulary,
  std::unordered_map<std::int64_t, std::int64_t> numbers_;  // and those that are whole numbers.
};

// Whether the column gives all values of a dense tensor, "" and -1 among them: a RawKey, and
// hashes with a mask.
bool keeps_all_values(const CategoricalColumn& column) noexcept;

}  // namespace kindred::features
