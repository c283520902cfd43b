// TPE: proposes where good trials lie densely and bad ones do not.
//
// The trials so far are split by their values into a few good ones and the rest. Each
// group becomes a density over the unit cube, l (good) and g (bad): one kernel for each
// trial and a wide one for what nobody has tried. A proposal is, of some candidates drawn
// from l, the one with the largest l/g, which orders them as expected improvement does.
//
//    kernel of a numeric parameter   a normal distribution cut to [0, 1] along its scale
//    kernel of choices               mostly the trial's own, a little of every other
//    kernel of a trial               the product over parameters: they interact, as the
//                                    regularisation with the weight of the unobserved does
//
// A trial that lacks a conditional parameter counts as undecided there. Finished trials
// rank before stopped ones, and these by how far they came. Pending and failed trials are
// among the bad, so that several workers do not all go to the same place, and nobody goes
// back to where it failed.
//
// Cost: O(trials x candidates x parameters) a proposal. Thread safety: propose() from any
// number of threads.
//
// Source: Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011; the
// product kernels after Falkner et al., "BOHB", ICML 2018.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "kindred/tuning/searcher.h"

namespace kindred::tuning {

struct TpeOptions {
  std::uint64_t seed = 1;
  std::size_t startup_trials = 10;  // Sobol points before the first density.
  double good_share = 0.1;          // Of the trials, rounded up, at most good_max.
  std::size_t good_max = 25;
  std::size_t candidates = 32;  // More is greedier.
};

class Tpe final : public Searcher {
 public:
  // Throws Error(invalid_argument) unless 0 < good_share < 1 and candidates > 0.
  explicit Tpe(const TpeOptions& options);

  std::optional<Setting> propose(const Space& space, std::span<const Observation> tried,
                                 std::size_t number) const override;

 private:
  TpeOptions options_;
};

}  // namespace kindred::tuning
