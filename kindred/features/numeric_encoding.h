// Numeric columns at work: tensors of numbers → normalized floats.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "kindred/data/tensor.h"
#include "kindred/features/column.h"

namespace kindred::features {

// Where the numbers of a batch go: element e of row r to values[r * stride + e].
struct NumberSink {
  float* values = nullptr;
  std::size_t stride = 0;
};

// The elements of each row, normalized. Throws Error(invalid_argument) that names the column
// and the row as Encoder::encode() says.
void encode_numbers(const NumericColumn& column, const data::Tensor& tensor, NumberSink sink);

// The steps of each row, normalized and pooled; zeros for a row without steps.
void encode_number_sequence(const SequenceNumericColumn& column, const data::Tensor& tensor,
                            NumberSink sink);

// The value after the normalizers; `element` chooses among their statistics. Throws
// Error(invalid_argument) for the logarithm of what has none.
// Requires: the column is learned.
double normalize(const NumericColumn& column, std::size_t element, double value);

// The bucket of a value: how many boundaries are not above it. NaN has the last one.
// Requires: boundaries ascend.
std::size_t bucket_of(std::span<const float> boundaries, float value) noexcept;

// The numbers of a dense or ragged tensor of any number type, as doubles: NaN where a float is
// NaN. Throws Error(invalid_argument), naming the feature, for a tensor of texts.
class NumberReader {
 public:
  NumberReader(const data::Tensor& tensor, const std::string& key);
  double operator[](std::size_t index) const noexcept {
    if (floats_ != nullptr) return static_cast<double>(floats_[index]);
    if (doubles_ != nullptr) return doubles_[index];
    return static_cast<double>(integers_[index]);
  }

 private:
  const float* floats_ = nullptr;
  const double* doubles_ = nullptr;
  const std::int64_t* integers_ = nullptr;
};

// Where the elements of row `row` begin, or nothing when the row is missing (an empty list).
// Throws Error(invalid_argument) when the row has neither width() elements nor none.
std::optional<std::size_t> elements_begin(const NumericColumn& column, const data::Tensor& tensor,
                                          std::size_t row);

}  // namespace kindred::features
