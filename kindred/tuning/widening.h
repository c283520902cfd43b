// Ranges that grow: when the best trial lies on an edge, the answer may lie beyond it.
//
// A rule of thumb gives a range to begin in, not to end in. Once some trials have ended in
// the present range and the best of them lies in the outermost eighth of it (along the
// parameter's scale), the range grows on that side by the parameter's factor, and the first
// trial after that is the best setting moved to the new edge. If that one is the best now,
// the range grows again at once: so a study climbs as far as it pays, at the cost of a few
// trials.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <vector>

#include "kindred/tuning/journal.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/trial.h"

namespace kindred::tuning {

struct WideningOptions {
  int trials_min = 3;        // Trials that end in a range before it may grow.
  double gain_min_se = 0.5;  // Standard errors by which a trial at a new edge must be better
                             // than all others for the range to grow again.

  bool operator==(const WideningOptions&) const = default;
};

// The space with these changes made, in order. Throws Error(corrupt) for a change of a
// parameter that it does not have.
Space widened(Space space, const std::vector<RangeChange>& changes);

// The change that is due, if any: of the first parameter, in the order of the space, for
// which the best finished trial lies on an edge that may move.
// Requires: `space` has the changes made.
std::optional<RangeChange> due_change(const Space& space, const std::vector<Trial>& trials,
                                      const std::vector<RangeChange>& changes,
                                      const WideningOptions& options);

// The best setting moved to the new edge; nothing where there is no best trial.
std::optional<Setting> probe_setting(const RangeChange& change, const Space& space,
                                     const std::vector<Trial>& trials);

}  // namespace kindred::tuning
