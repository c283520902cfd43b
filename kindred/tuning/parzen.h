// A density over settings: one product kernel for each of some settings and a wide one.
//
// tpe.h says what it is for. Positions are those of space.h. Thread safety: const members
// from any number of threads.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/tuning/setting.h"
#include "kindred/tuning/space.h"

namespace kindred::tuning {

class Parzen {
 public:
  // Looks at `space`, which must outlive *this.
  Parzen(const Space& space, std::span<const Setting* const> settings);

  // One draw. Positions are rounded to values that are allowed.
  Setting draw(Rng& rng) const;

  // Logarithm of the density at a setting of the space, over its active parameters.
  double log_density(const Setting& setting) const;

 private:
  // One parameter of one kernel.
  struct Axis {
    bool any = true;         // The kernel says nothing about it: uniform.
    double centre = 0.0;     // Position of the setting's value.
    double log_scale = 0.0;  // Logarithm of what the exponential is divided by.
  };

  double draw_position(std::size_t parameter, const Axis& axis, Rng& rng) const;
  double log_kernel(std::size_t parameter, const Axis& axis, double position) const;

  const Space& space_;
  std::size_t kernel_count_;  // Settings, and the wide one.
  double width_;              // Standard deviation of a numeric kernel.
  std::vector<Axis> axes_;    // kernel_count_ x parameters, row-major.
};

}  // namespace kindred::tuning
