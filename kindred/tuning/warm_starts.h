// Warm starts: a trial begins with the vectors of the best trial so far, grown to its size.
//
// The item vectors of a finished trial are a good place to begin from for any setting with at
// least as many dimensions: those it has beyond are drawn anew, small, and training goes on.
// The first epoch solves every user against the items, whatever the regularisation and the
// weights are now, so nothing else is inherited. Alternating least squares makes this sound:
// after one epoch such a trial is about where it would be after five of its own, and settings
// that rise slowly from random vectors can be told from those that never will.
//
// The vectors of few trials are kept: of those that would be begun with at some number of
// dimensions, at most kKept. They lie in a folder beside the journal, so that a study that was
// killed goes on with the same trials, and the workers of one share them; or in memory.
//
// Cost: a copy of the items for each trial kept, |I| x d floats. Thread safety: one thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/tuning/trial.h"

namespace kindred::tuning {

// The finished trial to begin with at so many dimensions: the best of those that have no
// more, the earlier one of equals; null where there is none.
const Trial* warm_parent(const std::vector<Trial>& trials, std::int64_t dimensions);

// The vectors with options.dimensions columns: those given and, beyond, the ones that training
// would draw. Requires: items.cols() <= options.dimensions.
Matrix grown(const Matrix& items, const factorization::IalsOptions& options);

class WarmStarts {
 public:
  static constexpr std::size_t kKept = 6;

  // In this folder, which is made; in memory where it is "".
  explicit WarmStarts(std::filesystem::path folder);

  // The item vectors of a trial; nothing where they are not kept.
  // Throws Error(corrupt) naming the file.
  std::optional<Matrix> find(std::int64_t trial) const;

  // Keeps those of `trial`, which is about to finish, if a later one may begin with them, and
  // drops what `known` and it have made useless. Throws Error(io).
  void keep(const Trial& trial, const Matrix& items, const std::vector<Trial>& known);

 private:
  std::filesystem::path path_of(std::int64_t trial) const;
  void drop_all_but(const std::vector<std::int64_t>& trials);

  std::filesystem::path folder_;
  std::map<std::int64_t, Matrix> memory_;
};

}  // namespace kindred::tuning
