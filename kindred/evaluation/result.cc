#include "kindred/evaluation/result.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/evaluation/share_interval.h"

namespace kindred::evaluation {
namespace {

constexpr double kNormal975 = 1.959963984540054;  // 97.5% quantile of the standard normal.
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

struct Moments {
  std::size_t count = 0;
  double mean = kUndefined;
  double deviation = 0.0;  // Sample standard deviation; 0 for fewer than 2 values.
};

// Two passes in order, so that the result is the same whatever threads did before.
Moments moments_of(std::span<const double> values) {
  Moments moments;
  double sum = 0.0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++moments.count;
  }
  if (moments.count == 0) return moments;
  moments.mean = sum / static_cast<double>(moments.count);
  if (moments.count < 2) return moments;
  double squares = 0.0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - moments.mean) * (value - moments.mean);
  }
  moments.deviation = std::sqrt(squares / static_cast<double>(moments.count - 1));
  return moments;
}

// The 97.5% quantile of Student's t; beyond the table Fisher's expansion, right to .001.
double student975(std::size_t freedom) {
  constexpr std::array kFirst = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706};
  if (freedom <= kFirst.size()) return kFirst[freedom - 1];
  const auto n = static_cast<double>(freedom);
  const double z = kNormal975;
  const double z3 = z * z * z;
  const double z5 = z3 * z * z;
  return z + (z3 + z) / (4.0 * n) + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * n * n) +
         (3.0 * z5 * z * z + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * n * n * n);
}

}  // namespace

Interval mean_interval(std::span<const double> values) {
  const Moments moments = moments_of(values);
  if (moments.count < 2) return {moments.mean, moments.mean};
  const double half = student975(moments.count - 1) * moments.deviation /
                      std::sqrt(static_cast<double>(moments.count));
  return {moments.mean - half, moments.mean + half};
}

MetricResult summarise(const Metric& metric, std::vector<double> per_person) {
  MetricResult result;
  result.metric = metric;
  const Moments moments = moments_of(per_person);
  result.value = moments.mean;
  if (moments.count >= 2) {
    const double half =
        kNormal975 * moments.deviation / std::sqrt(static_cast<double>(moments.count));
    result.interval =
        Interval{std::max(0.0, moments.mean - half), std::min(1.0, moments.mean + half)};
    // Each person a hit or a miss: a share, which is sure of nothing where all are alike.
    if (std::ranges::all_of(per_person,
                            [](double value) { return value == 0.0 || value == 1.0; })) {
      result.interval = share_interval(moments.mean, static_cast<double>(moments.count));
    }
  }
  result.per_person = std::move(per_person);
  return result;
}

MetricResult mean_over_seeds(std::span<const MetricResult> runs) {
  KINDRED_CHECK(!runs.empty());
  if (runs.size() == 1) return runs.front();
  std::vector<double> values;
  std::vector<double> per_person(runs.front().per_person.size(), 0.0);
  for (const MetricResult& run : runs) {
    KINDRED_CHECK(run.metric == runs.front().metric && run.per_person.size() == per_person.size());
    values.push_back(run.value);
    for (std::size_t i = 0; i < per_person.size(); ++i) {
      per_person[i] += run.per_person[i] / static_cast<double>(runs.size());
    }
  }
  MetricResult result = summarise(runs.front().metric, std::move(per_person));
  const Moments over_seeds = moments_of(values);
  result.value = over_seeds.mean;
  result.seed_spread = over_seeds.deviation;
  return result;
}

RankingScores::RankingScores(std::vector<Metric> metrics, std::size_t person_count,
                             std::size_t item_count, int worker_count)
    : metrics_(std::move(metrics)), item_count_(item_count) {
  for (const Metric& metric : metrics_) {
    values_.emplace_back(is_aggregate(metric) ? 0 : person_count, kUndefined);
    if (is_aggregate(metric)) cutoffs_.push_back(metric.k);
  }
  std::sort(cutoffs_.begin(), cutoffs_.end());
  cutoffs_.erase(std::unique(cutoffs_.begin(), cutoffs_.end()), cutoffs_.end());
  const std::vector<std::vector<std::uint32_t>> none(cutoffs_.size(),
                                                     std::vector<std::uint32_t>(item_count));
  listed_.assign(static_cast<std::size_t>(worker_count), none);
}

std::size_t RankingScores::longest_list() const noexcept {
  std::size_t longest = 1;
  for (const Metric& metric : metrics_) longest = std::max(longest, metric.k);
  return longest;
}

bool RankingScores::needs_lists() const noexcept { return !cutoffs_.empty(); }

bool RankingScores::needs_full_ranking() const noexcept {
  return std::any_of(metrics_.begin(), metrics_.end(),
                     [](const Metric& metric) { return evaluation::needs_full_ranking(metric); });
}

void RankingScores::add(std::size_t person, const RankedPerson& ranked,
                        std::span<const std::uint32_t> list, int worker) {
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    if (!is_aggregate(metrics_[m])) values_[m][person] = person_value(metrics_[m], ranked);
  }
  auto& counts = listed_[static_cast<std::size_t>(worker)];
  for (std::size_t c = 0; c < cutoffs_.size(); ++c) {
    for (const std::uint32_t item : list.first(std::min(cutoffs_[c], list.size()))) {
      ++counts[c][item];
    }
  }
}

std::vector<std::size_t> RankingScores::listed_counts(std::size_t k) const {
  const auto c = static_cast<std::size_t>(std::lower_bound(cutoffs_.begin(), cutoffs_.end(), k) -
                                          cutoffs_.begin());
  std::vector<std::size_t> counts(item_count_);
  for (const auto& worker : listed_) {
    for (std::size_t item = 0; item < item_count_; ++item) counts[item] += worker[c][item];
  }
  return counts;
}

std::vector<MetricResult> RankingScores::results() const {
  std::vector<MetricResult> results;
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    const Metric& metric = metrics_[m];
    if (!is_aggregate(metric)) {
      results.push_back(summarise(metric, values_[m]));
      continue;
    }
    auto counts = listed_counts(metric.k);
    MetricResult result;
    result.metric = metric;
    if (metric.kind == MetricKind::gini) {
      result.value = gini_coefficient(std::move(counts));
    } else {
      const auto listed = counts.size() - static_cast<std::size_t>(std::count(
                                              counts.begin(), counts.end(), std::size_t{0}));
      result.value = static_cast<double>(listed) / static_cast<double>(item_count_);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace kindred::evaluation
