#include "kindred/data/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::data {
namespace {

template <typename T>
void append_values(std::vector<T>& to, const std::vector<T>& from, std::size_t begin,
                   std::size_t end) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

void append_values(TextList& to, const TextList& from, std::size_t begin, std::size_t end) {
  to.append(from, begin, end);
}

template <typename List>
void append_value(List& to, const List& from, std::size_t value) {
  to.push_back(from[value]);
}

}  // namespace

void TextList::append(const TextList& from, std::size_t begin, std::size_t end) {
  KINDRED_DCHECK(&from != this && begin <= end && end <= from.size());
  const std::size_t bytes_before = bytes_.size();
  const std::size_t from_begin = from.offsets_[begin];
  bytes_.append(from.bytes_, from_begin, from.offsets_[end] - from_begin);
  for (std::size_t text = begin; text < end; ++text) {
    offsets_.push_back(bytes_before + from.offsets_[text + 1] - from_begin);
  }
}

std::string_view name_of(ElementType type) noexcept {
  switch (type) {
    case ElementType::float32:
      return "float32";
    case ElementType::float64:
      return "float64";
    case ElementType::int64:
      return "int64";
    case ElementType::text:
      return "text";
  }
  return "";
}

std::size_t Tensor::value_count() const noexcept {
  return std::visit([](const auto& list) { return list.size(); }, values);
}

std::size_t Tensor::row_width() const noexcept {
  std::size_t width = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) width *= shape[axis];
  return width;
}

Tensor column(Tensor::Values values) {
  Tensor tensor{.values = std::move(values), .shape = {}, .row_offsets = {}};
  tensor.shape = {tensor.value_count()};
  return tensor;
}

Tensor matrix(Tensor::Values values, std::size_t width) {
  Tensor tensor = column(std::move(values));
  KINDRED_CHECK(width > 0 && tensor.shape[0] % width == 0);
  tensor.shape = {tensor.shape[0] / width, width};
  return tensor;
}

Tensor ragged(Tensor::Values values, std::vector<std::size_t> row_offsets) {
  KINDRED_CHECK(!row_offsets.empty());
  const std::size_t row_count = row_offsets.size() - 1;
  return {.values = std::move(values), .shape = {row_count}, .row_offsets = std::move(row_offsets)};
}

void check_tensor(const Tensor& tensor, std::string_view name) {
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorCode::invalid_argument, fmt::format("tensor '{}': {}", name, problem));
  };
  const std::size_t value_count = tensor.value_count();
  if (tensor.shape.empty()) fail("it has no axis of rows");
  if (tensor.is_ragged()) {
    const std::vector<std::size_t>& offsets = tensor.row_offsets;
    if (tensor.shape.size() != 1) fail("its rows are lists, so its shape can only be {rows}");
    if (offsets.size() - 1 != tensor.shape[0]) {
      fail(fmt::format("{} rows, but offsets of {}", tensor.shape[0], offsets.size() - 1));
    }
    if (offsets.front() != 0 || offsets.back() != value_count) {
      fail(fmt::format("its offsets run from {} to {}, its values from 0 to {}", offsets.front(),
                       offsets.back(), value_count));
    }
    for (std::size_t row = 0; row + 1 < offsets.size(); ++row) {
      if (offsets[row] > offsets[row + 1]) fail(fmt::format("row {} ends before it begins", row));
    }
    return;
  }
  std::size_t expected = 1;
  for (const std::size_t axis : tensor.shape) {
    if (__builtin_mul_overflow(expected, axis, &expected)) fail("its shape is too large");
  }
  if (expected != value_count) {
    fail(fmt::format("its shape holds {} values, there are {}", expected, value_count));
  }
}

Tensor empty_like(const Tensor& like) {
  Tensor tensor;
  std::visit([&](const auto& list) { tensor.values = std::decay_t<decltype(list)>(); },
             like.values);
  tensor.shape = like.shape;
  if (!tensor.shape.empty()) tensor.shape.front() = 0;
  if (like.is_ragged()) tensor.row_offsets = {0};
  return tensor;
}

bool has_same_rows(const Tensor& a, const Tensor& b) noexcept {
  return a.values.index() == b.values.index() && a.is_ragged() == b.is_ragged() &&
         a.shape.size() == b.shape.size() && !a.shape.empty() &&
         std::equal(a.shape.begin() + 1, a.shape.end(), b.shape.begin() + 1);
}

void append_rows(Tensor& to, const Tensor& from, std::size_t begin, std::size_t end) {
  KINDRED_DCHECK(&to != &from && has_same_rows(to, from));
  KINDRED_DCHECK(begin <= end && end <= from.row_count());
  const std::size_t value_begin = from.row_begin(begin);
  const std::size_t value_end = from.row_begin(end);
  const std::size_t values_before = to.value_count();
  std::visit(
      [&](auto& list) {
        using List = std::decay_t<decltype(list)>;
        append_values(list, std::get<List>(from.values), value_begin, value_end);
      },
      to.values);
  if (from.is_ragged()) {
    for (std::size_t row = begin; row < end; ++row) {
      to.row_offsets.push_back(values_before + from.row_offsets[row + 1] - value_begin);
    }
  }
  to.shape.front() += end - begin;
}

void append_chosen_rows(Tensor& to, const Tensor& from, std::span<const std::size_t> rows) {
  KINDRED_DCHECK(&to != &from && has_same_rows(to, from));
  const bool one_value_a_row = !from.is_ragged() && from.row_width() == 1;
  std::visit(
      [&](auto& list) {
        using List = std::decay_t<decltype(list)>;
        const List& source = std::get<List>(from.values);
        list.reserve(list.size() + rows.size());
        for (const std::size_t row : rows) {
          KINDRED_DCHECK(row < from.row_count());
          if (one_value_a_row) {
            append_value(list, source, row);
          } else {
            append_values(list, source, from.row_begin(row), from.row_begin(row + 1));
          }
          if (from.is_ragged()) to.row_offsets.push_back(list.size());
        }
      },
      to.values);
  to.shape.front() += rows.size();
}

void clear_rows(Tensor& tensor) {
  std::visit([](auto& list) { list.clear(); }, tensor.values);
  if (!tensor.shape.empty()) tensor.shape.front() = 0;
  if (tensor.is_ragged()) tensor.row_offsets.assign(1, 0);
}

}  // namespace kindred::data
