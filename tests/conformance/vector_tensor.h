// Tensors as the vectors write them: nested lists, {"dense": lists}, or
// {"sparse": {"indices", "values", "dense_shape"}}, and answers in the same forms.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/tensor.h"
#include "kindred/features/feature_block.h"
#include "kindred/linalg/matrix.h"

namespace kindred::conformance {

struct VectorTensor {
  // Rows are all axes but the last: a sparse tensor of shape {4, 2, 5} has 8 rows.
  data::Tensor tensor;
  std::vector<std::size_t> shape;                 // As written.
  std::vector<std::vector<std::size_t>> present;  // Indices of the values that are there: all of
                                                  // a sparse one, those not "" or -1 of a dense.
  bool is_sparse = false;
};

// Whole numbers become int64, others float64. Throws Error(invalid_argument) for a scalar.
VectorTensor read_tensor(const Json& json);

// Sparse positions without a value become `fill`; rows stay rows of the first axis.
VectorTensor densified(const VectorTensor& sparse, double fill);

// Nested lists of this shape.
Json nested(std::span<const float> values, std::span<const std::size_t> shape);
Json nested(const Matrix& matrix);
Json nested(std::span<const std::int64_t> values, std::span<const std::size_t> shape);

Json list_of(std::span<const std::size_t> values);

// {"sparse": ...} with these values at the places of `present`.
Json sparse(const VectorTensor& places, const Json::Array& values);
Json::Array json_values(std::span<const std::int64_t> values);
Json::Array json_values(std::span<const float> values);

// The rows of a bag as lists, and the longest of them.
Json rows_of(const features::IdBag& bag);
std::size_t longest_row(const features::IdBag& bag);
// {"sparse": ...} with the ids of each row at 0, 1, ....
Json sparse_rows(const features::IdBag& bag);

}  // namespace kindred::conformance
