#include "kindred/tuning/searcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/tuning/sobol.h"
#include "kindred/tuning/tpe.h"

namespace kindred::tuning {
namespace {

constexpr std::uint32_t kRandomStream = 0x74756E31;

std::vector<double> random_positions(std::size_t count, Rng& rng) {
  std::vector<double> positions(count);
  for (double& position : positions) position = rng.uniform();
  return positions;
}

// Draws until the setting is new.
std::optional<Setting> draw_new(const Space& space, std::span<const Observation> tried, Rng& rng) {
  for (int draw = 0; draw < kDrawsMax; ++draw) {
    Setting setting = setting_at(space, random_positions(space.parameters.size(), rng));
    if (!was_tried(setting, tried)) return setting;
  }
  return std::nullopt;
}

}  // namespace

bool was_tried(const Setting& setting, std::span<const Observation> tried) {
  return std::ranges::any_of(
      tried, [&](const Observation& observation) { return observation.setting == setting; });
}

std::unique_ptr<Searcher> make_searcher(std::string_view kind, std::uint64_t seed) {
  if (kind == "grid") return std::make_unique<GridSearch>();
  if (kind == "random") return std::make_unique<RandomSearch>(seed);
  if (kind == "sobol") return std::make_unique<SobolSearch>(seed);
  if (kind == "tpe") return std::make_unique<Tpe>(TpeOptions{.seed = seed});
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is no searcher: grid, random, sobol or tpe", kind));
}

std::optional<Setting> GridSearch::propose(const Space& space, std::span<const Observation> tried,
                                           std::size_t number) const {
  const auto settings = all_settings(space);
  if (!settings) {
    throw Error(ErrorCode::invalid_argument,
                "a grid needs a step for every fraction, or a list of choices");
  }
  // Settings that came from elsewhere (a start, a range that was widened) are not repeated.
  for (std::size_t i = 0; i < settings->size(); ++i) {
    const Setting& setting = (*settings)[(number + i) % settings->size()];
    if (!was_tried(setting, tried)) return setting;
  }
  return std::nullopt;
}

std::optional<Setting> RandomSearch::propose(const Space& space, std::span<const Observation> tried,
                                             std::size_t number) const {
  Rng rng(seed_, kRandomStream, number);
  return draw_new(space, tried, rng);
}

std::optional<Setting> SobolSearch::propose(const Space& space, std::span<const Observation> tried,
                                            std::size_t number) const {
  Setting setting = setting_at(space, sobol_point(number, space.parameters.size(), seed_));
  if (!was_tried(setting, tried)) return setting;
  Rng rng(seed_, kRandomStream, number);
  return draw_new(space, tried, rng);
}

}  // namespace kindred::tuning
