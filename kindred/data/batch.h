// Rows as named tensors: what a dataset hands to feature columns and networks.
//
// Each feature is a tensor with one row for each row of the batch; the label and the
// weight of the rows, where there are any, are kept apart from the features, so that no
// model can learn from the answer. Features keep the order in which they were added,
// which for a CSV file is the order of its columns; names are unique.
//
// A plain value. Looking a name up is O(features).

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/tensor.h"

namespace kindred::data {

struct NamedTensor {
  std::string name;
  Tensor tensor;

  bool operator==(const NamedTensor&) const = default;
};

struct Batch {
  std::size_t row_count = 0;
  std::vector<NamedTensor> features;
  std::optional<Tensor> label;
  std::optional<Tensor> weight;  // How much each row counts.

  // The feature, or null. Names compare byte for byte.
  const Tensor* find(std::string_view name) const noexcept;
  Tensor* find(std::string_view name) noexcept;

  // Throws Error(not_found) that lists the features there are.
  const Tensor& at(std::string_view name) const;

  // Throws Error(invalid_argument) when the name is taken, or the tensor is not sound
  // (check_tensor) or has another number of rows. The first tensor of an empty batch
  // decides that number.
  void add(std::string name, Tensor tensor);

  // Takes the feature out and returns it. Throws Error(not_found) as at() does.
  Tensor remove(std::string_view name);

  bool operator==(const Batch&) const = default;
};

// Throws Error(invalid_argument) for names that appear twice, tensors that are not sound,
// and tensors, the label's and the weight's included, with another number of rows.
void check_batch(const Batch& batch);

// Calls visit(name, tensor) for the features, then the label, then the weight.
template <typename BatchType, typename Visit>
void for_each_tensor(BatchType& batch, Visit&& visit) {
  for (auto& feature : batch.features) visit(std::string_view(feature.name), feature.tensor);
  if (batch.label) visit(std::string_view("label"), *batch.label);
  if (batch.weight) visit(std::string_view("weight"), *batch.weight);
}

// A batch of no rows with the names, types and shapes of `like`.
Batch empty_like(const Batch& like);

// Rows [begin, end) of `from`, at the end of `to`.
// Requires: begin <= end <= from.row_count; `from` is not `to`.
// Throws Error(invalid_argument) that names the feature whose type or shape differs, or
// that one of the two lacks.
void append_rows(Batch& to, const Batch& from, std::size_t begin, std::size_t end);

// The same for chosen rows, in the order of `rows`.
void append_chosen_rows(Batch& to, const Batch& from, std::span<const std::size_t> rows);

// Rows [begin, end) as a batch of their own.
Batch slice(const Batch& batch, std::size_t begin, std::size_t end);

// Takes away all rows and keeps the capacity.
void clear_rows(Batch& batch);

}  // namespace kindred::data
