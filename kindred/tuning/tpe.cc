#include "kindred/tuning/tpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/tuning/parzen.h"

namespace kindred::tuning {
namespace {

constexpr std::uint32_t kCandidateStream = 0x74756E34;

// Best first: finished trials by value, then stopped ones by how far they came and value.
std::vector<const Observation*> ranked(std::span<const Observation> tried) {
  std::vector<const Observation*> out;
  for (const Observation& observation : tried) {
    if (observation.value && !observation.failed) out.push_back(&observation);
  }
  std::ranges::stable_sort(out, [](const Observation* a, const Observation* b) {
    if (a->finished != b->finished) return a->finished;
    if (!a->finished && a->last_step != b->last_step) return a->last_step > b->last_step;
    return *a->value > *b->value;
  });
  return out;
}

std::size_t finished_or_stopped(std::span<const Observation> tried) {
  return static_cast<std::size_t>(
      std::ranges::count_if(tried, [](const Observation& o) { return o.value && !o.failed; }));
}

}  // namespace

Tpe::Tpe(const TpeOptions& options) : options_(options) {
  if (!(options.good_share > 0.0 && options.good_share < 1.0) || options.candidates == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a good share of {} and {} candidates leave nothing to compare",
                            options.good_share, options.candidates));
  }
}

std::optional<Setting> Tpe::propose(const Space& space, std::span<const Observation> tried,
                                    std::size_t number) const {
  if (number < options_.startup_trials || finished_or_stopped(tried) < 2) {
    return SobolSearch(options_.seed).propose(space, tried, number);
  }
  const std::vector<const Observation*> best_first = ranked(tried);
  const double share = options_.good_share * static_cast<double>(best_first.size());
  const std::size_t good_count =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(share)), 1, options_.good_max);
  std::vector<const Setting*> good;
  for (std::size_t i = 0; i < good_count; ++i) good.push_back(&best_first[i]->setting);
  std::vector<const Setting*> bad;
  for (const Observation& observation : tried) {
    if (std::ranges::find(good, &observation.setting) == good.end()) {
      bad.push_back(&observation.setting);
    }
  }
  const Parzen where_good(space, good);
  const Parzen where_bad(space, bad);

  Rng rng(options_.seed, kCandidateStream, number);
  std::optional<Setting> best;
  double best_ratio = 0.0;
  for (std::size_t draw = 0; draw < options_.candidates; ++draw) {
    Setting candidate = where_good.draw(rng);
    if (was_tried(candidate, tried)) continue;
    const double ratio = where_good.log_density(candidate) - where_bad.log_density(candidate);
    if (best && ratio <= best_ratio) continue;
    best = std::move(candidate);
    best_ratio = ratio;
  }
  // All candidates were tried before: the good region of a finite space is exhausted.
  return best ? best : RandomSearch(options_.seed).propose(space, tried, number);
}

}  // namespace kindred::tuning
