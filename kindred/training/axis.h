// An axis of a chart: a range of numbers, where its ticks are, and where a number falls.
//
// Ticks lie at 1, 2 or 5 times a power of ten; a range of several decades above 0 is
// logarithmic, with its ticks at 1, 2 and 5 of each decade, or fewer.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <span>
#include <string>
#include <vector>

namespace kindred::training {

enum class Scale { linear, logarithmic };

class Axis {
 public:
  // Covers all values that are finite, with ticks at both ends or beyond them; about
  // `tick_count` ticks. Without values it is 0 to 1.
  static Axis covering(std::span<const double> values, int tick_count);

  // The same on a given scale; a logarithmic one must be asked for by positive values.
  static Axis covering(std::span<const double> values, int tick_count, Scale scale);

  // From `low` to `high` exactly, with ticks at whole numbers. Requires: low <= high.
  static Axis of_counts(int low, int high, int tick_count);

  Scale scale() const noexcept { return scale_; }
  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }
  const std::vector<double>& ticks() const noexcept { return ticks_; }

  // 0 at low(), 1 at high(). Requires: value > 0 where logarithmic.
  double position(double value) const;

  // As few digits as tell the ticks apart: "0.25", "1,000", "1e-05".
  std::string label(double tick) const;

 private:
  static Axis linear(double low, double high, int tick_count);
  static Axis logarithmic(double low, double high, int tick_count);

  Scale scale_ = Scale::linear;
  double low_ = 0.0;
  double high_ = 1.0;
  double step_ = 1.0;  // Between ticks of a linear axis.
  std::vector<double> ticks_;
};

// Four significant digits, or all before the point: "0.4543", "181,734", "1.2e+12".
std::string short_number(double value);

}  // namespace kindred::training
