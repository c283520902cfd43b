// Ranking metrics: their names, their definitions, their value for one person.
//
// A person has targets (what they went on to watch) among candidates (whatever may be
// recommended to them). A ranking of the candidates gives each target a position,
// counted from 0, and every metric is a function of those positions. The same word
// means different things in different papers, most of all Recall@k, so each metric
// carries its definition, which is printed beside every number.
//
// Cost: O(targets) a metric and person. Thread safety: pure functions.
//
// Sources: Recall@k and NDCG@k as in Liang et al., "Variational Autoencoders for
// Collaborative Filtering", 2018 (recall divided by min(k, targets)); Recall@k over all
// targets as in He et al., "LightGCN", 2020; HR@k as in He et al., "NCF", 2017.

#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::evaluation {

enum class MetricKind {
  recall,
  recall_all,
  precision,
  ndcg,
  hit_rate,
  average_precision,
  reciprocal_rank,
  auc,
  coverage,  // This and gini judge all lists together, not one person's.
  gini,
};

struct Metric {
  MetricKind kind = MetricKind::ndcg;
  std::size_t k = 0;  // Length of the list; 0 where the metric looks at the whole ranking.

  bool operator==(const Metric&) const = default;
};

// "ndcg@10", "recall_all@20", "auc". Throws Error(invalid_argument), listing the names
// there are, for anything else; `map` and `mrr` may go without @k, `auc` must.
Metric parse_metric(std::string_view name);

std::string name(const Metric& metric);

// One line: "share of the targets that are in the first 20".
std::string definition(const Metric& metric);

// Whether the metric judges all lists together (coverage, gini).
constexpr bool is_aggregate(const Metric& metric) noexcept {
  return metric.kind == MetricKind::coverage || metric.kind == MetricKind::gini;
}

// Whether positions beyond the first k matter: the whole ranking must be known.
constexpr bool needs_full_ranking(const Metric& metric) noexcept { return metric.k == 0; }

// The position of a target that is known only to lie beyond the end of the list.
inline constexpr double kBeyondList = std::numeric_limits<double>::infinity();

// Where one person's targets lie.
struct RankedPerson {
  // One for each target, counted from 0, each at least 1 after the one before. A
  // fraction where tied candidates count half.
  std::vector<double> positions;
  // Of all pairs of a target and another candidate, the share in which the target has
  // the higher score; ties count half. NaN where the whole ranking is not known or
  // there is no other candidate.
  double auc = std::numeric_limits<double>::quiet_NaN();
};

// The metric for one person. NaN where it is not defined for them (AUC when every
// candidate is a target). Requires: positions not empty, !is_aggregate(metric).
double person_value(const Metric& metric, const RankedPerson& person);

// How unevenly things share in the total: 0 when all have the same count, towards 1 when one
// has it all. 0 where the counts are all 0.
double gini_coefficient(std::vector<std::size_t> counts);

}  // namespace kindred::evaluation
