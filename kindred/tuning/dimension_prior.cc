#include "kindred/tuning/dimension_prior.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/progress.h"
#include "kindred/embedding/dimension_rule.h"

namespace kindred::tuning {
namespace {

constexpr std::size_t kIndicatorMax = 8;
constexpr double kRowsPerCategory = 200.0;
constexpr int kColumnDimensionsMax = 32;

int rounded(double value) { return std::max(1, static_cast<int>(std::lround(value))); }

}  // namespace

DimensionPrior dimension_prior(std::size_t count) noexcept {
  DimensionPrior prior;
  prior.fourth_root = embedding::fourth_root(count);
  prior.start = embedding::starting_dimensions(count);
  prior.low = rounded(0.6 * prior.start);
  prior.high = rounded(1.4 * prior.start);
  return prior;
}

std::string describe(const DimensionPrior& prior, std::size_t count, const std::string& things) {
  return fmt::format("{} {}: fourth root {:.1f}, start at {}, search {} to {}", format_count(count),
                     things, prior.fourth_root, prior.start, prior.low, prior.high);
}

std::vector<DimensionRule> dimension_rules(std::size_t count) {
  const auto n = static_cast<double>(std::max<std::size_t>(count, 1));
  const double root = embedding::fourth_root(count);
  return {{"fourth root", rounded(root)},
          {"6 x fourth root", rounded(6.0 * root)},
          {"log2", rounded(std::log2(n))},
          {"fastai", std::min(600, rounded(1.6 * std::pow(n, 0.56)))}};
}

int dimensions_by_rule(const std::string& name, std::size_t count) {
  const std::vector<DimensionRule> rules = dimension_rules(count);
  const auto rule = std::ranges::find(rules, name, &DimensionRule::name);
  KINDRED_CHECK(rule != rules.end());
  return rule->dimensions;
}

int column_dimensions(std::size_t categories, double effective, std::size_t rows) noexcept {
  if (categories <= kIndicatorMax) return 0;
  const double learnable =
      std::min(std::max(effective, 1.0), static_cast<double>(rows) / kRowsPerCategory);
  const double root = std::pow(std::max(learnable, 1.0), 0.25);
  return std::clamp(rounded(2.0 * root), 1, kColumnDimensionsMax);
}

}  // namespace kindred::tuning
