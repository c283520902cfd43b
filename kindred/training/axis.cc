#include "kindred/training/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::training {
namespace {

// Above this ratio of largest to smallest, a linear axis would hide the small ones.
constexpr double kDecadesFrom = 100.0;

// 1, 2 or 5 times a power of ten, nearest above `value`.
double round_step(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= value * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

int decimals_of(double step) {
  return std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
}

// "1234567" as "1,234,567".
std::string with_separators(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

// The lowest and the highest of the finite values; the wrong way round where there is none.
std::pair<double, double> extent_of(std::span<const double> values) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return {low, high};
}

}  // namespace

Axis Axis::linear(double low, double high, int tick_count) {
  if (low == high) {
    const double margin = low == 0.0 ? 0.5 : std::abs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  Axis axis;
  axis.step_ = round_step((high - low) / tick_count);
  const double first = std::floor(low / axis.step_ + 1e-9);
  const double last = std::ceil(high / axis.step_ - 1e-9);
  axis.low_ = first * axis.step_;
  axis.high_ = last * axis.step_;
  for (double i = first; i <= last; ++i) axis.ticks_.push_back(i * axis.step_);
  return axis;
}

Axis Axis::logarithmic(double low, double high, int tick_count) {
  Axis axis;
  axis.scale_ = Scale::logarithmic;
  const double decades = std::log10(high / low);
  const std::vector<double> factors =
      decades > tick_count / 2.0 ? std::vector<double>{1.0} : std::vector<double>{1.0, 2.0, 5.0};
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / tick_count)));
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  for (int power = first; power <= last; power += stride) {
    for (const double factor : factors) axis.ticks_.push_back(factor * std::pow(10.0, power));
  }
  axis.ticks_.push_back(std::pow(10.0, last + 1));
  // The ends: the last tick that is not above the lowest value, the first that is not below
  // the highest.
  const auto above = std::ranges::upper_bound(axis.ticks_, low * (1.0 + 1e-9));
  axis.ticks_.erase(axis.ticks_.begin(), above == axis.ticks_.begin() ? above : above - 1);
  const auto end = std::ranges::lower_bound(axis.ticks_, high * (1.0 - 1e-9));
  if (end != axis.ticks_.end()) axis.ticks_.erase(end + 1, axis.ticks_.end());
  axis.low_ = axis.ticks_.front();
  axis.high_ = axis.ticks_.back();
  return axis;
}

Axis Axis::covering(std::span<const double> values, int tick_count) {
  const auto [low, high] = extent_of(values);
  const bool decades = low > 0.0 && high / low >= kDecadesFrom;
  return covering(values, tick_count, decades ? Scale::logarithmic : Scale::linear);
}

Axis Axis::covering(std::span<const double> values, int tick_count, Scale scale) {
  KINDRED_CHECK(tick_count > 0);
  const auto [low, high] = extent_of(values);
  if (!(low <= high)) return linear(0.0, 1.0, tick_count);
  if (scale == Scale::linear) return linear(low, high, tick_count);
  KINDRED_CHECK(low > 0.0);
  return logarithmic(low, high, tick_count);
}

Axis Axis::of_counts(int low, int high, int tick_count) {
  KINDRED_CHECK(low <= high && tick_count > 0);
  Axis axis;
  axis.low_ = low;
  axis.high_ = high;
  axis.step_ = std::max(1.0, round_step(std::max(1.0, (high - low) / double(tick_count))));
  for (double tick = std::ceil(low / axis.step_) * axis.step_; tick <= high; tick += axis.step_) {
    axis.ticks_.push_back(tick);
  }
  return axis;
}

double Axis::position(double value) const {
  if (low_ == high_) return 0.5;
  if (scale_ == Scale::logarithmic) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

std::string Axis::label(double tick) const {
  if (scale_ == Scale::logarithmic) return fmt::format("{:.6g}", tick);
  const double largest = std::max(std::abs(low_), std::abs(high_));
  const int decimals = decimals_of(step_);
  if (largest >= 1e7 || (largest > 0.0 && largest < 1e-3)) return fmt::format("{:.4g}", tick);
  if (std::abs(tick) < step_ / 2) tick = 0.0;  // No "-0".
  const std::string digits = fmt::format("{:.{}f}", tick, decimals);
  return decimals == 0 ? with_separators(digits) : digits;
}

std::string short_number(double value) {
  const double size = std::abs(value);
  if (size >= 1e4 && size < 1e9) return with_separators(fmt::format("{:.0f}", value));
  return fmt::format("{:.4g}", value);
}

}  // namespace kindred::training
