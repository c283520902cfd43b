#include "kindred/nn/encoded_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/base/error.h"
#include "kindred/features/numeric_encoding.h"

namespace kindred::nn {
namespace {

using features::FeatureBlock;
using features::IdBag;

constexpr std::size_t kRowsPerBatch = 4096;

// The values of a label or weight, row after row.
void read_numbers(const data::Tensor& tensor, const char* what, std::vector<float>& out) {
  if (tensor.is_text() || tensor.is_ragged()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the {} holds {}; a network learns from numbers, one or the same "
                            "few for each row",
                            what, tensor.is_text() ? "text" : "lists of different lengths"));
  }
  const features::NumberReader numbers(tensor, what);
  const std::size_t width = tensor.row_width();
  out.resize(tensor.row_count() * width);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(numbers[i]);
    if (!std::isfinite(out[i])) {
      throw Error(ErrorCode::invalid_argument, fmt::format("the {} of row {} is {}, not a number",
                                                           what, i / width + 1, numbers[i]));
    }
  }
}

// Below 0 a row would be unlearned, and where none counts nothing would be learned.
void check_weights(std::span<const float> weights) {
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (weights[row] >= 0.0F) continue;
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("the weight of row {} is {}; rows count 0 or more", row + 1, weights[row]));
  }
}

void append_row(IdBag& to, const IdBag& from, std::size_t row) {
  const std::size_t begin = from.row_offsets[row];
  const std::size_t end = from.row_offsets[row + 1];
  for (std::size_t i = begin; i < end; ++i) to.ids.push_back(from.ids[i]);
  if (!from.weights.empty()) {
    to.weights.insert(to.weights.end(), from.weights.begin() + static_cast<std::ptrdiff_t>(begin),
                      from.weights.begin() + static_cast<std::ptrdiff_t>(end));
  }
  to.row_offsets.push_back(to.ids.size());
}

void append_block(FeatureBlock& to, const FeatureBlock& from, std::size_t bag_count) {
  to.row_count += from.row_count;
  to.dense.insert(to.dense.end(), from.dense.begin(), from.dense.end());
  to.bags.resize(bag_count);
  for (std::size_t bag = 0; bag < bag_count; ++bag) {
    for (std::size_t row = 0; row < from.row_count; ++row) {
      append_row(to.bags[bag], from.bags[bag], row);
    }
  }
}

void clear(EncodedBatch& batch, std::size_t input_count) {
  batch.row_count = 0;
  batch.inputs.resize(input_count);
  for (FeatureBlock& block : batch.inputs) {
    block.row_count = 0;
    block.dense.clear();
    for (IdBag& bag : block.bags) {
      bag.ids.clear();
      bag.weights.clear();
      bag.row_offsets.assign(1, 0);
    }
  }
  batch.targets.clear();
  batch.weights.clear();
}

// One value of each row. Rows come in random order: asked for early.
template <typename T>
void pick(std::span<const T> from, std::span<const std::uint32_t> rows, std::span<T> to) {
  constexpr std::size_t kAhead = 24;
  const std::size_t asked = rows.size() - std::min(rows.size(), kAhead);
  for (std::size_t i = 0; i < asked; ++i) {
    __builtin_prefetch(&from[rows[i + kAhead]]);
    to[i] = from[rows[i]];
  }
  for (std::size_t i = asked; i < rows.size(); ++i) to[i] = from[rows[i]];
}

// Rows of `width` values.
void gather_values(std::span<const float> from, std::size_t width,
                   std::span<const std::uint32_t> rows, std::vector<float>& to) {
  to.resize(rows.size() * width);
  if (width == 1) return pick<float>(from, rows, to);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(from.data() + rows[i] * width, width, to.data() + i * width);
  }
}

// Rows of a bag in which every row has `width` ids: no offsets to follow.
void gather_uniform(const IdBag& from, std::size_t width, std::span<const std::uint32_t> rows,
                    IdBag& to) {
  to.ids.resize(rows.size() * width);
  to.row_offsets.resize(rows.size() + 1);
  for (std::size_t row = 0; row <= rows.size(); ++row) to.row_offsets[row] = row * width;
  if (width == 1) return pick<std::int64_t>(from.ids, rows, to.ids);
  std::int64_t* id = to.ids.data();
  for (const std::uint32_t row : rows) {
    for (std::size_t i = 0; i < width; ++i) *id++ = from.ids[row * width + i];
  }
}

void gather_block(const FeatureBlock& from, std::span<const std::size_t> id_counts,
                  std::span<const std::uint32_t> rows, FeatureBlock& to) {
  to.row_count = rows.size();
  gather_values(from.dense, from.row_count == 0 ? 0 : from.dense.size() / from.row_count, rows,
                to.dense);
  to.bags.resize(from.bags.size());
  for (std::size_t bag = 0; bag < from.bags.size(); ++bag) {
    if (id_counts[bag] > 0) {
      gather_uniform(from.bags[bag], id_counts[bag], rows, to.bags[bag]);
    } else {
      for (const std::uint32_t row : rows) append_row(to.bags[bag], from.bags[bag], row);
    }
  }
}

// The number of ids that every row of the bag has, if it is the same for all and none has a
// weight; else 0.
std::size_t uniform_id_count(const IdBag& bag) {
  if (!bag.weights.empty() || bag.row_count() == 0) return 0;
  const std::size_t width = bag.row_offsets[1];
  for (std::size_t row = 0; row <= bag.row_count(); ++row) {
    if (bag.row_offsets[row] != row * width) return 0;
  }
  return width;
}

}  // namespace

void BatchEncoder::encode(const data::Batch& batch, Targets targets, EncodedBatch& out,
                          ThreadPool* pool) const {
  out.row_count = batch.row_count;
  out.inputs.resize(inputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i].encode(batch, out.inputs[i], pool);
  out.target_width = 0;
  out.targets.clear();
  out.weights.clear();
  if (targets == Targets::none) return;
  if (!batch.label) throw Error(ErrorCode::invalid_argument, "the rows have no label");
  read_numbers(*batch.label, "label", out.targets);
  out.target_width = batch.label->row_width();
  if (batch.weight) {
    read_numbers(*batch.weight, "weight", out.weights);
    check_weights(out.weights);
  }
}

EncodedRows::EncodedRows(const BatchEncoder& encoder, const data::Dataset& rows, Targets targets,
                         ThreadPool* pool) {
  if (rows.cardinality() == data::kInfiniteCardinality) {
    throw Error(ErrorCode::invalid_argument, "the rows have no end");
  }
  const std::size_t input_count = encoder.inputs().size();
  clear(rows_, input_count);
  data::DatasetIterator iterator = (rows.is_batched() ? rows : rows.batch(kRowsPerBatch)).start();
  EncodedBatch encoded;
  for (data::Batch batch; iterator.next(batch);) {
    encoder.encode(batch, targets, encoded, pool);
    if (rows_.row_count > 0 && encoded.weights.empty() != rows_.weights.empty()) {
      throw Error(ErrorCode::invalid_argument, "some batches have weights and others have none");
    }
    for (std::size_t i = 0; i < input_count; ++i) {
      append_block(rows_.inputs[i], encoded.inputs[i], encoder.inputs()[i].layout().bag_count);
    }
    rows_.row_count += encoded.row_count;
    rows_.target_width = encoded.target_width;
    rows_.targets.insert(rows_.targets.end(), encoded.targets.begin(), encoded.targets.end());
    rows_.weights.insert(rows_.weights.end(), encoded.weights.begin(), encoded.weights.end());
  }
  if (rows_.row_count > 0xFFFFFFFEU) {
    throw Error(ErrorCode::unsupported, "more than 4,294,967,294 rows in memory");
  }
  count_ids();
}

void EncodedRows::count_ids() {
  id_counts_.resize(rows_.inputs.size());
  for (std::size_t i = 0; i < id_counts_.size(); ++i) {
    id_counts_[i].clear();
    for (const IdBag& bag : rows_.inputs[i].bags) id_counts_[i].push_back(uniform_id_count(bag));
  }
}

EncodedRows EncodedRows::slice(std::size_t begin, std::size_t end) const {
  std::vector<std::uint32_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
  EncodedRows part;
  gather(rows, part.rows_);
  part.count_ids();
  return part;
}

void EncodedRows::gather(std::span<const std::uint32_t> rows, EncodedBatch& out) const {
  clear(out, rows_.inputs.size());
  out.row_count = rows.size();
  for (std::size_t i = 0; i < rows_.inputs.size(); ++i) {
    gather_block(rows_.inputs[i], id_counts_[i], rows, out.inputs[i]);
  }
  out.target_width = rows_.target_width;
  gather_values(rows_.targets, rows_.target_width, rows, out.targets);
  gather_values(rows_.weights, rows_.weights.empty() ? 0 : 1, rows, out.weights);
}

}  // namespace kindred::nn
