#include "kindred/features/sequence_features.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/features/encoder.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/pooling.h"

namespace kindred::features {
namespace {

SequenceTensor make_tensor(std::vector<std::size_t> lengths, std::size_t width,
                           std::size_t step_count_min) {
  SequenceTensor out;
  out.row_count = lengths.size();
  out.width = width;
  out.step_count = step_count_min;
  for (const std::size_t length : lengths) out.step_count = std::max(out.step_count, length);
  out.values.assign(out.row_count * out.step_count * width, 0.0F);
  out.lengths = std::move(lengths);
  return out;
}

std::vector<std::size_t> lengths_of(const NumericColumn& column, const data::Tensor& tensor) {
  std::vector<std::size_t> lengths;
  for (std::size_t row = 0; row < tensor.row_count(); ++row) {
    const std::size_t count = tensor.row_begin(row + 1) - tensor.row_begin(row);
    if (count % column.width() != 0) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("column '{}', row {}: {} values cannot be steps of {}",
                              printable(column.key), row, count, column.width()));
    }
    lengths.push_back(count / column.width());
  }
  return lengths;
}

SequenceTensor padded_numbers(const SequenceNumericColumn& column, const data::Batch& batch,
                              std::size_t step_count_min) {
  const NumericColumn& numeric = column.numeric;
  const data::Tensor& tensor = batch.at(numeric.key);
  const std::size_t width = numeric.width();
  SequenceTensor out = make_tensor(lengths_of(numeric, tensor), width, step_count_min);
  // Each step is a row of its own to the column.
  data::Tensor steps = tensor;
  steps.row_offsets.clear();
  steps.shape = {tensor.value_count() / width, width};
  std::vector<float> values(tensor.value_count());
  encode_numbers(numeric, steps, {values.data(), width});
  const float* from = values.data();
  for (std::size_t row = 0; row < out.row_count; ++row) {
    const std::size_t count = out.lengths[row] * width;
    std::copy_n(from, count, &out.values[row * out.step_count * width]);
    from += count;
  }
  return out;
}

}  // namespace

SequenceTensor padded_sequence(const Column& column, const data::Batch& batch,
                               std::span<const Matrix> tables, std::size_t step_count_min) {
  if (const auto* numbers = std::get_if<SequenceNumericColumn>(&column)) {
    return padded_numbers(*numbers, batch, step_count_min);
  }
  const Encoder encoder({column});
  const auto& parts = encoder.layout().parts;
  FeatureBlock block;
  encoder.encode(batch, block);
  if (parts.front().kind == PartKind::dense) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("column '{}' is no sequence", printable(parts.front().name)));
  }
  // Each id is a row of its own.
  const IdBag& bag = block.bags[parts.front().bag];
  std::vector<std::size_t> lengths;
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    lengths.push_back(bag.row_offsets[row + 1] - bag.row_offsets[row]);
  }
  FeatureBlock steps;
  steps.row_count = bag.ids.size();
  steps.bags.resize(block.bags.size());
  IdBag& step_bag = steps.bags[parts.front().bag];
  step_bag.ids = bag.ids;
  step_bag.weights = bag.weights;
  for (std::size_t i = 0; i < bag.ids.size(); ++i) step_bag.row_offsets.push_back(i + 1);
  Matrix vectors(bag.ids.size(), encoder.layout().width);
  dense_features(encoder.layout(), steps, tables, vectors);

  SequenceTensor out = make_tensor(std::move(lengths), vectors.cols(), step_count_min);
  std::size_t step = 0;
  for (std::size_t row = 0; row < out.row_count; ++row) {
    for (std::size_t t = 0; t < out.lengths[row]; ++t, ++step) {
      std::ranges::copy(vectors.row(step), &out.values[(row * out.step_count + t) * out.width]);
    }
  }
  return out;
}

SequenceTensor with_context(const SequenceTensor& steps, MatrixView context) {
  if (context.rows != steps.row_count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} rows of context for {} sequences", context.rows, steps.row_count));
  }
  SequenceTensor out = make_tensor(steps.lengths, steps.width + context.cols, steps.step_count);
  for (std::size_t row = 0; row < out.row_count; ++row) {
    for (std::size_t t = 0; t < out.step_count; ++t) {
      float* const to = &out.values[(row * out.step_count + t) * out.width];
      std::copy_n(&steps.values[(row * steps.step_count + t) * steps.width], steps.width, to);
      std::ranges::copy(context.row(row), to + steps.width);
    }
  }
  return out;
}

}  // namespace kindred::features
