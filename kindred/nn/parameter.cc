#include "kindred/nn/parameter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/memory_budget.h"
#include "kindred/base/rng.h"
#include "kindred/base/size.h"
#include "kindred/features/fingerprint.h"

namespace kindred::nn {
namespace {

// Of a wide row: some milliseconds.
constexpr std::size_t kDrawsPerLook = std::size_t{1} << 16U;

}  // namespace

Parameter& ParameterSet::add(std::string name, const Beginning& beginning,
                             const ParameterOptions& options) {
  checked_product(beginning.rows, beginning.cols, fmt::format("the numbers of '{}'", name));
  if (!source_) return add(std::move(name), beginning.draw(), options);
  Matrix value = source_(name, beginning.rows, beginning.cols);
  return insert(std::move(name), std::move(value), options);
}

Parameter& ParameterSet::add(std::string name, Matrix value, const ParameterOptions& options) {
  if (source_) value = source_(name, value.rows(), value.cols());
  return insert(std::move(name), std::move(value), options);
}

Parameter& ParameterSet::insert(std::string name, Matrix value, const ParameterOptions& options) {
  KINDRED_CHECK(find(name) == nullptr);
  const bool by_rows = options.is_table && value.values().size() > kDenseTableValuesMax;
  Gradient<float> gradient(options.trainable ? value.rows() : 0, value.cols(),
                           by_rows ? GradientKind::by_rows : GradientKind::dense);
  return parameters_.emplace_back(
      Parameter{std::move(name), std::move(value), options, std::move(gradient)});
}

Parameter* ParameterSet::find(std::string_view name) noexcept {
  const auto found = std::ranges::find(parameters_, name, &Parameter::name);
  return found == parameters_.end() ? nullptr : &*found;
}

std::size_t ParameterSet::trainable_value_count() const noexcept {
  std::size_t count = 0;
  for (const Parameter& parameter : parameters_) {
    if (parameter.options.trainable) count += parameter.value.values().size();
  }
  return count;
}

void ParameterSet::clear_gradients() noexcept {
  for (Parameter& parameter : parameters_) parameter.gradient.clear();
}

Matrix uniform(std::size_t rows, std::size_t cols, float limit, std::uint64_t seed,
               std::string_view name) {
  const auto stream = static_cast<std::uint32_t>(features::fingerprint64(name));
  const std::string what = fmt::format("the parameter '{}'", name);
  process_memory().take(checked_product(rows, cols, what) * sizeof(float), what);
  Matrix matrix(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(seed, stream, row);
    std::size_t drawn = 0;
    for (float& value : matrix.row(row)) {
      if (drawn++ % kDrawsPerLook == 0) throw_if_interrupted();
      value = limit * static_cast<float>(2.0 * rng.uniform() - 1.0);
    }
  }
  return matrix;
}

Matrix glorot_uniform(std::size_t rows, std::size_t cols, std::size_t fan_in, std::size_t fan_out,
                      std::uint64_t seed, std::string_view name) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  return uniform(rows, cols, static_cast<float>(limit), seed, name);
}

Matrix filled(std::size_t rows, std::size_t cols, float value) {
  const std::uint64_t cells = checked_product(rows, cols, "a parameter");
  process_memory().take(cells * sizeof(float), "a parameter");
  return {rows, cols, std::vector<float>(cells, value)};
}

}  // namespace kindred::nn
