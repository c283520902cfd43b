#include "tests/conformance/vector_tensor.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "kindred/base/error.h"

namespace kindred::conformance {
namespace {

std::size_t product(std::span<const std::size_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

// The leaves of nested lists, and the shape they have in the first of each.
void flatten_tensor(const Json& json, std::size_t depth, std::vector<std::size_t>& shape,
                    Json::Array& leaves) {
  if (!json.is_array()) {
    leaves.push_back(json);
    return;
  }
  if (shape.size() == depth) shape.push_back(json.as_array().size());
  for (const Json& element : json.as_array()) flatten_tensor(element, depth + 1, shape, leaves);
}

data::Tensor::Values values_of(const Json::Array& leaves) {
  if (std::ranges::any_of(leaves, &Json::is_string)) {
    data::TextList texts;
    for (const Json& leaf : leaves) texts.push_back(leaf.as_string());
    return texts;
  }
  if (std::ranges::all_of(leaves, &Json::is_integer)) {
    std::vector<std::int64_t> numbers;
    for (const Json& leaf : leaves) numbers.push_back(leaf.as_int());
    return numbers;
  }
  std::vector<double> numbers;
  for (const Json& leaf : leaves) numbers.push_back(leaf.as_double());
  return numbers;
}

bool is_missing(const Json& leaf) {
  return leaf.is_string() ? leaf.as_string().empty() : leaf.is_integer() && leaf.as_int() == -1;
}

std::vector<std::size_t> index_of(std::size_t flat, std::span<const std::size_t> shape) {
  std::vector<std::size_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis]) {
    index[axis] = flat % shape[axis];
  }
  return index;
}

std::size_t flat_of(std::span<const std::size_t> index, std::span<const std::size_t> shape) {
  std::size_t flat = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) flat = flat * shape[axis] + index[axis];
  return flat;
}

VectorTensor read_dense(const Json& json) {
  VectorTensor out;
  Json::Array leaves;
  flatten_tensor(json, 0, out.shape, leaves);
  if (out.shape.empty()) throw Error(ErrorCode::invalid_argument, "a feature cannot have rank 0");
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!is_missing(leaves[i])) out.present.push_back(index_of(i, out.shape));
  }
  out.tensor.values = values_of(leaves);
  out.tensor.shape = out.shape;
  data::check_tensor(out.tensor, "the input");
  return out;
}

VectorTensor read_sparse(const Json& json) {
  VectorTensor out;
  out.is_sparse = true;
  for (const Json& axis : json.at("dense_shape").as_array()) out.shape.push_back(axis.as_uint());
  const std::span<const std::size_t> rows_shape(out.shape.data(), out.shape.size() - 1);
  const std::size_t row_count = product(rows_shape);
  std::vector<std::size_t> offsets(row_count + 1, 0);
  for (const Json& entry : json.at("indices").as_array()) {
    std::vector<std::size_t> index;
    for (const Json& place : entry.as_array()) index.push_back(place.as_uint());
    ++offsets.at(flat_of(std::span(index).first(rows_shape.size()), rows_shape) + 1);
    out.present.push_back(std::move(index));
  }
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  out.tensor = data::ragged(values_of(json.at("values").as_array()), std::move(offsets));
  return out;
}

template <typename Value>
Json nest_tensor(std::span<const Value> values, std::span<const std::size_t> shape) {
  if (shape.empty()) {
    if constexpr (std::is_same_v<Value, float>) {
      return static_cast<double>(values.front());
    } else {
      return values.front();
    }
  }
  Json out{Json::Array{}};
  const std::size_t stride = shape.front() == 0 ? 0 : values.size() / shape.front();
  for (std::size_t i = 0; i < shape.front(); ++i) {
    out.push(nest_tensor(values.subspan(i * stride, stride), shape.subspan(1)));
  }
  return out;
}

Json sparse_json(Json indices, Json values, Json shape) {
  Json inner;
  inner.set("indices", std::move(indices));
  inner.set("values", std::move(values));
  inner.set("dense_shape", std::move(shape));
  Json out;
  out.set("sparse", std::move(inner));
  return out;
}

}  // namespace

VectorTensor read_tensor(const Json& json) {
  if (const Json* sparse = json.find("sparse")) return read_sparse(*sparse);
  if (const Json* dense = json.find("dense")) return read_dense(*dense);
  return read_dense(json);
}

VectorTensor densified(const VectorTensor& sparse, double fill) {
  std::vector<double> values(product(sparse.shape), fill);
  for (std::size_t i = 0; i < sparse.present.size(); ++i) {
    const auto at = flat_of(sparse.present[i], sparse.shape);
    values[at] = sparse.tensor.type() == data::ElementType::int64
                     ? static_cast<double>(sparse.tensor.integers()[i])
                     : sparse.tensor.doubles()[i];
  }
  VectorTensor out;
  out.shape = sparse.shape;
  out.tensor.values = std::move(values);
  out.tensor.shape = sparse.shape;
  return out;
}

Json nested(std::span<const float> values, std::span<const std::size_t> shape) {
  return nest_tensor(values, shape);
}

Json nested(std::span<const std::int64_t> values, std::span<const std::size_t> shape) {
  return nest_tensor(values, shape);
}

Json nested(const Matrix& matrix) {
  const std::vector<std::size_t> shape = {matrix.rows(), matrix.cols()};
  return nest_tensor(matrix.values(), std::span(shape));
}

Json list_of(std::span<const std::size_t> values) {
  Json out{Json::Array{}};
  for (const std::size_t value : values) out.push(std::uint64_t{value});
  return out;
}

Json sparse(const VectorTensor& places, const Json::Array& values) {
  Json indices{Json::Array{}};
  for (const auto& place : places.present) indices.push(list_of(place));
  return sparse_json(std::move(indices), values, list_of(places.shape));
}

Json::Array json_values(std::span<const std::int64_t> values) {
  return {values.begin(), values.end()};
}

Json::Array json_values(std::span<const float> values) {
  Json::Array out;
  for (const float value : values) out.emplace_back(static_cast<double>(value));
  return out;
}

Json rows_of(const features::IdBag& bag) {
  Json out{Json::Array{}};
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    const auto begin = bag.ids.begin() + static_cast<std::ptrdiff_t>(bag.row_offsets[row]);
    const auto end = bag.ids.begin() + static_cast<std::ptrdiff_t>(bag.row_offsets[row + 1]);
    out.push(Json::Array(begin, end));
  }
  return out;
}

std::size_t longest_row(const features::IdBag& bag) {
  std::size_t longest = 0;
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    longest = std::max(longest, bag.row_offsets[row + 1] - bag.row_offsets[row]);
  }
  return longest;
}

Json sparse_rows(const features::IdBag& bag) {
  Json indices{Json::Array{}};
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    for (std::size_t i = bag.row_offsets[row]; i < bag.row_offsets[row + 1]; ++i) {
      indices.push(list_of(std::vector{row, i - bag.row_offsets[row]}));
    }
  }
  return sparse_json(std::move(indices), json_values(bag.ids),
                     list_of(std::vector{bag.row_count(), longest_row(bag)}));
}

}  // namespace kindred::conformance
