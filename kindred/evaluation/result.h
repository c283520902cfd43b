// Metrics of many people: one value each, their mean, and how sure it is.
//
// The interval is the normal approximation: mean +- 1.96 standard errors over people,
// cut to [0, 1]. It speaks of other people from the same crowd, not of other random
// starts of the training; for those train with several seeds and look at the spread.
// Coverage and Gini are one number for all lists together and have no interval.
//
// Thread safety: RankingScores::add from several threads at once, for different people
// and with different workers.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "kindred/evaluation/metrics.h"

namespace kindred::evaluation {

struct Interval {
  double low = 0.0;
  double high = 0.0;

  bool operator==(const Interval&) const = default;
};

struct MetricResult {
  Metric metric;
  double value = 0.0;                // NaN where it is defined for nobody.
  std::optional<Interval> interval;  // 95%; none for aggregates and for fewer than 2 people.
  // Standard deviation of `value` over seeds; none for a single one.
  std::optional<double> seed_spread;
  std::vector<double> per_person;  // In the order of the people; empty for aggregates.
};

// The 95% interval of a mean of few values, such as one a seed: Student's t, cut nowhere.
// All of one width 0 where there are fewer than two. Requires: values not empty.
Interval mean_interval(std::span<const double> values);

// The mean of per-person values that are not NaN, with its interval.
MetricResult summarise(const Metric& metric, std::vector<double> per_person);

// The mean over runs with different seeds on the same people. The interval is that of
// each person's mean. Requires: runs not empty, of one metric.
MetricResult mean_over_seeds(std::span<const MetricResult> runs);

// Collects one value for each person and metric, and who was listed how often.
class RankingScores {
 public:
  RankingScores(std::vector<Metric> metrics, std::size_t person_count, std::size_t item_count,
                int worker_count);

  const std::vector<Metric>& metrics() const noexcept { return metrics_; }
  std::size_t longest_list() const noexcept;  // The largest k of the metrics; at least 1.
  bool needs_lists() const noexcept;          // Whether any metric is an aggregate.
  bool needs_full_ranking() const noexcept;   // Whether any looks beyond the first k.

  // `list` is best first and holds longest_list() items, or fewer where fewer remain; it
  // may be empty unless needs_lists(). Requires: person < person_count, once each.
  void add(std::size_t person, const RankedPerson& ranked, std::span<const std::uint32_t> list,
           int worker);

  // In the order of the metrics.
  std::vector<MetricResult> results() const;

 private:
  std::vector<std::size_t> listed_counts(std::size_t k) const;

  std::vector<Metric> metrics_;
  std::size_t item_count_;
  std::vector<std::vector<double>> values_;  // Of each metric, one for each person.
  std::vector<std::size_t> cutoffs_;         // The k of the aggregates, distinct.
  // Of each worker and cutoff: how often each item was in the first k. Sums of whole
  // numbers, so it does not matter which worker counted what.
  std::vector<std::vector<std::vector<std::uint32_t>>> listed_;
};

}  // namespace kindred::evaluation
