#include "kindred/features/numeric_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"

namespace kindred::features {
namespace {

[[noreturn]] void refuse_row(const NumericColumn& column, std::size_t row,
                             const std::string& problem) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("column '{}', row {}: {}", printable(column.key), row, problem));
}

double at(const std::vector<double>& statistic, std::size_t element) {
  return statistic.size() == 1 ? statistic.front() : statistic[element];
}

// The number, or the default where it is missing; normalized, as a finite float.
float encoded(const NumericColumn& column, std::size_t row, std::size_t element, double value) {
  if (std::isnan(value)) {
    if (column.default_value.empty()) {
      refuse_row(column, row, "the value is missing and the column has no default");
    }
    value = at(column.default_value, element);
  }
  double normalized = 0.0;
  try {
    normalized = normalize(column, element, value);
  } catch (const Error& error) {
    refuse_row(column, row, error.what());
  }
  const auto number = static_cast<float>(normalized);
  if (!std::isfinite(number)) {
    refuse_row(column, row, fmt::format("{} is not a finite number once it is normalized", value));
  }
  return number;
}

}  // namespace

double normalize(const NumericColumn& column, std::size_t element, double value) {
  for (const Normalizer& normalizer : column.normalizers) {
    value = std::visit(
        Overloaded{[&](const ZScore& z) {
                     const double stddev = at(z.stddev, element);
                     return stddev == 0.0 ? 0.0 : (value - at(z.mean, element)) / stddev;
                   },
                   [&](const MinMax& m) {
                     const double range = at(m.maximum, element) - at(m.minimum, element);
                     return range == 0.0 ? 0.0 : (value - at(m.minimum, element)) / range;
                   },
                   [&](const Log1p&) {
                     if (value > -1.0) return std::log1p(value);
                     throw Error(ErrorCode::invalid_argument,
                                 fmt::format("log(1 + {}) does not exist", value));
                   },
                   [&](const Clip& clip) { return std::clamp(value, clip.low, clip.high); },
                   [&](const Affine& affine) { return value * affine.scale + affine.offset; }},
        normalizer);
  }
  return value;
}

std::size_t bucket_of(std::span<const float> boundaries, float value) noexcept {
  const auto after = std::upper_bound(boundaries.begin(), boundaries.end(), value,
                                      [](float x, float boundary) { return x < boundary; });
  return std::isnan(value) ? boundaries.size()
                           : static_cast<std::size_t>(after - boundaries.begin());
}

NumberReader::NumberReader(const data::Tensor& tensor, const std::string& key) {
  switch (tensor.type()) {
    case data::ElementType::float32:
      floats_ = tensor.floats().data();
      return;
    case data::ElementType::float64:
      doubles_ = tensor.doubles().data();
      return;
    case data::ElementType::int64:
      integers_ = tensor.integers().data();
      return;
    case data::ElementType::text:
      break;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("column '{}' needs numbers, but the feature holds text", printable(key)));
}

std::optional<std::size_t> elements_begin(const NumericColumn& column, const data::Tensor& tensor,
                                          std::size_t row) {
  const std::size_t begin = tensor.row_begin(row);
  const std::size_t count = tensor.row_begin(row + 1) - begin;
  if (count == column.width()) return begin;
  if (count == 0) return std::nullopt;
  refuse_row(column, row,
             fmt::format("{} values where the column's shape needs {}", count, column.width()));
}

void encode_numbers(const NumericColumn& column, const data::Tensor& tensor, NumberSink sink) {
  const NumberReader numbers(tensor, column.key);
  const std::size_t width = column.width();
  const bool is_plain = !tensor.is_ragged() && tensor.row_width() == width;
  for (std::size_t row = 0; row < tensor.row_count(); ++row) {
    const std::optional<std::size_t> begin =
        is_plain ? row * width : elements_begin(column, tensor, row);
    float* const out = sink.values + row * sink.stride;
    for (std::size_t i = 0; i < width; ++i) {
      const double value = begin ? numbers[*begin + i] : std::numeric_limits<double>::quiet_NaN();
      out[i] = encoded(column, row, i, value);
    }
  }
}

void encode_number_sequence(const SequenceNumericColumn& column, const data::Tensor& tensor,
                            NumberSink sink) {
  const NumericColumn& numeric = column.numeric;
  const NumberReader numbers(tensor, numeric.key);
  const std::size_t width = numeric.width();
  for (std::size_t row = 0; row < tensor.row_count(); ++row) {
    float* const out = sink.values + row * sink.stride;
    std::fill_n(out, width, 0.0F);
    const std::size_t begin = tensor.row_begin(row);
    const std::size_t count = tensor.row_begin(row + 1) - begin;
    if (count % width != 0) {
      refuse_row(numeric, row, fmt::format("{} values cannot be steps of {}", count, width));
    }
    const std::size_t step_count = count / width;
    for (std::size_t step = 0; step < step_count; ++step) {
      for (std::size_t i = 0; i < width; ++i) {
        const float value = encoded(numeric, row, i, numbers[begin + step * width + i]);
        const bool replace = column.pooling == Combiner::last || step == 0;
        if (column.pooling == Combiner::max && !replace) {
          out[i] = std::max(out[i], value);
        } else {
          out[i] = replace ? value : out[i] + value;
        }
      }
    }
    if (column.pooling != Combiner::mean || step_count == 0) continue;
    for (std::size_t i = 0; i < width; ++i) out[i] /= static_cast<float>(step_count);
  }
}

}  // namespace kindred::features
