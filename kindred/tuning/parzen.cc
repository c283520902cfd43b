#include "kindred/tuning/parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace kindred::tuning {
namespace {

// Scott's rule in the unit cube, where 0.2 is less than the spread of uniform points (0.29)
// because good trials lie closer together; never below the distance of as many points in a row.
double kernel_width(std::size_t count, std::size_t axes) {
  const auto n = static_cast<double>(std::max<std::size_t>(count, 1));
  const double scott = 0.2 * std::pow(n, -1.0 / (static_cast<double>(axes) + 4.0));
  return std::max(scott, 1.0 / std::min(100.0, n + 1.0) * 0.25);
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// Logarithm of what a normal density that is cut to [0, 1] is divided by.
double log_cut_scale(double mean, double stddev) {
  const double inside = normal_cdf((1.0 - mean) / stddev) - normal_cdf(-mean / stddev);
  return std::log(stddev * std::sqrt(2.0 * std::numbers::pi) * inside);
}

double draw_cut_normal(double mean, double stddev, Rng& rng) {
  // The mean is inside, so at least four draws in ten of a narrow kernel are too.
  for (int attempt = 0; attempt < 64; ++attempt) {
    const double x = mean + stddev * rng.normal();
    if (x >= 0.0 && x <= 1.0) return x;
  }
  return mean;
}

}  // namespace

Parzen::Parzen(const Space& space, std::span<const Setting* const> settings)
    : space_(space),
      kernel_count_(settings.size() + 1),
      width_(kernel_width(settings.size(), space.parameters.size())),
      axes_(kernel_count_ * space.parameters.size()) {
  auto axis = axes_.begin();
  for (const Setting* setting : settings) {
    for (const Parameter& parameter : space.parameters) {
      if (const Value* value = setting->find(parameter.name)) {
        axis->any = false;
        axis->centre = unit_position(parameter, *value);
        axis->log_scale = log_cut_scale(axis->centre, width_);
      }
      ++axis;
    }
  }
}

double Parzen::draw_position(std::size_t parameter, const Axis& axis, Rng& rng) const {
  if (axis.any) return rng.uniform();
  if (is_numeric(space_.parameters[parameter])) return draw_cut_normal(axis.centre, width_, rng);
  // One share of the wide kernel's weight goes to any of the choices.
  const bool any = rng.uniform() * static_cast<double>(kernel_count_) < 1.0;
  return any ? rng.uniform() : axis.centre;
}

Setting Parzen::draw(Rng& rng) const {
  const std::size_t count = space_.parameters.size();
  const Axis* kernel = axes_.data() + rng.below(kernel_count_) * count;
  std::vector<double> positions(count);
  for (std::size_t p = 0; p < count; ++p) positions[p] = draw_position(p, kernel[p], rng);
  return setting_at(space_, positions);
}

double Parzen::log_kernel(std::size_t parameter, const Axis& axis, double position) const {
  const Parameter& rule = space_.parameters[parameter];
  if (is_numeric(rule)) {
    if (axis.any) return 0.0;  // The density of uniform positions.
    const double z = (position - axis.centre) / width_;
    return -0.5 * z * z - axis.log_scale;
  }
  const auto choices = static_cast<double>(std::get<Choices>(rule.range).values.size());
  if (axis.any) return -std::log(choices);
  const double any = 1.0 / static_cast<double>(kernel_count_);
  return std::log(any / choices + (axis.centre == position ? 1.0 - any : 0.0));
}

double Parzen::log_density(const Setting& setting) const {
  const std::size_t count = space_.parameters.size();
  std::vector<std::optional<double>> positions(count);
  for (std::size_t p = 0; p < count; ++p) {
    const Value* value = setting.find(space_.parameters[p].name);
    if (value != nullptr) positions[p] = unit_position(space_.parameters[p], *value);
  }
  std::vector<double> terms(kernel_count_, 0.0);
  for (std::size_t kernel = 0; kernel < kernel_count_; ++kernel) {
    for (std::size_t p = 0; p < count; ++p) {
      if (positions[p]) terms[kernel] += log_kernel(p, axes_[kernel * count + p], *positions[p]);
    }
  }
  const double largest = *std::ranges::max_element(terms);
  double total = 0.0;
  for (const double term : terms) total += std::exp(term - largest);
  return largest + std::log(total / static_cast<double>(terms.size()));
}

}  // namespace kindred::tuning
