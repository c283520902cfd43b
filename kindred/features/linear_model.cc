#include "kindred/features/linear_model.h"

#include <algorithm>

#include "kindred/features/pooling.h"

namespace kindred::features {
namespace {

// Adds what a part gives to the outputs of its row.
void add_dense(std::span<const float> values, const Matrix& kernel, std::span<float> out) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::span<const float> weights = kernel.row(i);
    for (std::size_t unit = 0; unit < out.size(); ++unit) out[unit] += values[i] * weights[unit];
  }
}

}  // namespace

LinearModel make_linear_model(const FeatureLayout& layout, std::size_t units) {
  LinearModel model;
  for (const FeaturePart& part : layout.parts) model.kernels.emplace_back(part.width, units);
  model.bias.assign(units, 0.0F);
  return model;
}

void predict(const LinearModel& model, const FeatureLayout& layout, const FeatureBlock& block,
             std::span<const Matrix> tables, Matrix& out) {
  std::vector<float> pooled(std::max(layout.width, model.bias.size()));
  for (std::size_t row = 0; row < block.row_count; ++row) {
    const std::span<float> outputs = out.row(row);
    std::ranges::copy(model.bias, outputs.begin());
    for (std::size_t i = 0; i < layout.parts.size(); ++i) {
      const FeaturePart& part = layout.parts[i];
      if (part.kind == PartKind::dense) {
        const float* const values = &block.dense[row * layout.dense_width + part.dense_offset];
        add_dense({values, part.width}, model.kernels[i], outputs);
      } else if (part.kind == PartKind::embedding) {
        const std::span<float> vector = std::span(pooled).first(part.width);
        pool_row(block.bags[part.bag], row, tables[part.table],
                 {.combiner = part.combiner, .max_norm = part.max_norm}, vector);
        add_dense(vector, model.kernels[i], outputs);
      } else {
        const std::span<float> sum = std::span(pooled).first(outputs.size());
        pool_row(block.bags[part.bag], row, model.kernels[i], {.combiner = model.combiner}, sum);
        for (std::size_t unit = 0; unit < sum.size(); ++unit) outputs[unit] += sum[unit];
      }
    }
  }
}

}  // namespace kindred::features
