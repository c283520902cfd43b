#include "kindred/data/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::data {
namespace {

// "float32 of {rows, 3}", "text, a list a row".
std::string describe_rows(const Tensor& tensor) {
  const std::string type(name_of(tensor.type()));
  if (tensor.is_ragged()) return type + ", a list a row";
  std::string axes = "rows";
  for (std::size_t axis = 1; axis < tensor.shape.size(); ++axis) {
    axes += fmt::format(", {}", tensor.shape[axis]);
  }
  return fmt::format("{} of {{{}}}", type, axes);
}

void check_same_rows(const Tensor& to, const Tensor& from, std::string_view name) {
  if (has_same_rows(to, from)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is {} in some rows and {} in others", name, describe_rows(to),
                          describe_rows(from)));
}

void check_same_features(const Batch& to, const Batch& from) {
  for (std::size_t i = 0; i < std::max(to.features.size(), from.features.size()); ++i) {
    const bool missing_here = i >= to.features.size();
    const bool missing_there = i >= from.features.size();
    if (missing_here || missing_there || to.features[i].name != from.features[i].name) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("rows have different features: number {} is '{}' in some and '{}' "
                              "in others",
                              i + 1, missing_here ? "" : to.features[i].name,
                              missing_there ? "" : from.features[i].name));
    }
    check_same_rows(to.features[i].tensor, from.features[i].tensor, to.features[i].name);
  }
  const auto check_extra = [](const std::optional<Tensor>& a, const std::optional<Tensor>& b,
                              std::string_view name) {
    if (a.has_value() != b.has_value()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("some rows have a {} and others have none", name));
    }
    if (a) check_same_rows(*a, *b, name);
  };
  check_extra(to.label, from.label, "label");
  check_extra(to.weight, from.weight, "weight");
}

// Calls append(to, from) for every pair of tensors.
template <typename Append>
void append_each(Batch& to, const Batch& from, const Append& append) {
  KINDRED_DCHECK(&to != &from);
  check_same_features(to, from);
  for (std::size_t i = 0; i < to.features.size(); ++i) {
    append(to.features[i].tensor, from.features[i].tensor);
  }
  if (to.label) append(*to.label, *from.label);
  if (to.weight) append(*to.weight, *from.weight);
}

}  // namespace

const Tensor* Batch::find(std::string_view name) const noexcept {
  for (const NamedTensor& feature : features) {
    if (feature.name == name) return &feature.tensor;
  }
  return nullptr;
}

Tensor* Batch::find(std::string_view name) noexcept {
  return const_cast<Tensor*>(std::as_const(*this).find(name));
}

const Tensor& Batch::at(std::string_view name) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  std::string known;
  for (const NamedTensor& feature : features) known += (known.empty() ? "" : ", ") + feature.name;
  throw Error(ErrorCode::not_found,
              fmt::format("no feature '{}'; there are: {}", name, known.empty() ? "none" : known));
}

void Batch::add(std::string name, Tensor tensor) {
  if (find(name) != nullptr) {
    throw Error(ErrorCode::invalid_argument, fmt::format("feature '{}' appears twice", name));
  }
  check_tensor(tensor, name);
  const bool first = features.empty() && !label && !weight && row_count == 0;
  if (!first && tensor.row_count() != row_count) {
    throw Error(ErrorCode::invalid_argument, fmt::format("feature '{}' has {} rows, the batch {}",
                                                         name, tensor.row_count(), row_count));
  }
  row_count = tensor.row_count();
  features.push_back({std::move(name), std::move(tensor)});
}

Tensor Batch::remove(std::string_view name) {
  static_cast<void>(at(name));
  const auto found = std::find_if(features.begin(), features.end(),
                                  [&](const NamedTensor& feature) { return feature.name == name; });
  Tensor tensor = std::move(found->tensor);
  features.erase(found);
  return tensor;
}

void check_batch(const Batch& batch) {
  std::unordered_set<std::string_view> names;
  for (const NamedTensor& feature : batch.features) {
    if (names.insert(feature.name).second) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("feature '{}' appears twice", feature.name));
  }
  for_each_tensor(batch, [&](std::string_view name, const Tensor& tensor) {
    check_tensor(tensor, name);
    if (tensor.row_count() != batch.row_count) {
      throw Error(ErrorCode::invalid_argument, fmt::format("'{}' has {} rows, the batch {}", name,
                                                           tensor.row_count(), batch.row_count));
    }
  });
}

Batch empty_like(const Batch& like) {
  Batch batch;
  batch.features.reserve(like.features.size());
  for (const NamedTensor& feature : like.features) {
    batch.features.push_back({feature.name, empty_like(feature.tensor)});
  }
  if (like.label) batch.label = empty_like(*like.label);
  if (like.weight) batch.weight = empty_like(*like.weight);
  return batch;
}

void append_rows(Batch& to, const Batch& from, std::size_t begin, std::size_t end) {
  append_each(to, from, [&](Tensor& tensor, const Tensor& source) {
    append_rows(tensor, source, begin, end);
  });
  to.row_count += end - begin;
}

void append_chosen_rows(Batch& to, const Batch& from, std::span<const std::size_t> rows) {
  append_each(to, from, [&](Tensor& tensor, const Tensor& source) {
    append_chosen_rows(tensor, source, rows);
  });
  to.row_count += rows.size();
}

Batch slice(const Batch& batch, std::size_t begin, std::size_t end) {
  Batch rows = empty_like(batch);
  append_rows(rows, batch, begin, end);
  return rows;
}

void clear_rows(Batch& batch) {
  for_each_tensor(batch, [](std::string_view, Tensor& tensor) { clear_rows(tensor); });
  batch.row_count = 0;
}

}  // namespace kindred::data
