#include "kindred/evaluation/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::evaluation {
namespace {

enum class Cutoff { required, optional, none };

struct MetricName {
  MetricKind kind;
  std::string_view name;
  Cutoff cutoff;
};

constexpr std::array<MetricName, 10> kMetricNames = {{
    {MetricKind::recall, "recall", Cutoff::required},
    {MetricKind::recall_all, "recall_all", Cutoff::required},
    {MetricKind::precision, "precision", Cutoff::required},
    {MetricKind::ndcg, "ndcg", Cutoff::required},
    {MetricKind::hit_rate, "hr", Cutoff::required},
    {MetricKind::average_precision, "map", Cutoff::optional},
    {MetricKind::reciprocal_rank, "mrr", Cutoff::optional},
    {MetricKind::auc, "auc", Cutoff::none},
    {MetricKind::coverage, "coverage", Cutoff::required},
    {MetricKind::gini, "gini", Cutoff::required},
}};

[[noreturn]] void fail_unknown(std::string_view name) {
  std::string known;
  for (const MetricName& entry : kMetricNames) {
    const char* suffix = entry.cutoff == Cutoff::required   ? "@k"
                         : entry.cutoff == Cutoff::optional ? "[@k]"
                                                            : "";
    known += fmt::format("{}{}{}", known.empty() ? "" : ", ", entry.name, suffix);
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is not a metric; there are {}", name, known));
}

// The number after the @; 0 where it is none that could be a list's length.
std::size_t parse_cutoff(std::string_view text) {
  std::uint32_t k = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), k);
  return failure == std::errc() && stop == text.data() + text.size() ? k : 0;
}

std::size_t hit_count(const Metric& metric, const RankedPerson& person) {
  const auto limit = static_cast<double>(metric.k);
  return static_cast<std::size_t>(std::count_if(person.positions.begin(), person.positions.end(),
                                                [&](double position) { return position < limit; }));
}

double gain(double position) { return 1.0 / std::log2(position + 2.0); }

double ndcg(const Metric& metric, const RankedPerson& person) {
  double sum = 0.0;
  for (const double position : person.positions) {
    if (position < static_cast<double>(metric.k)) sum += gain(position);
  }
  double ideal = 0.0;
  for (std::size_t i = 0; i < std::min(metric.k, person.positions.size()); ++i) {
    ideal += gain(static_cast<double>(i));
  }
  return sum / ideal;
}

double average_precision(const Metric& metric, const RankedPerson& person) {
  double sum = 0.0;
  for (std::size_t i = 0; i < person.positions.size(); ++i) {
    const double position = person.positions[i];
    const bool listed = metric.k == 0 || position < static_cast<double>(metric.k);
    if (listed) sum += static_cast<double>(i + 1) / (position + 1.0);
  }
  const std::size_t target_count = person.positions.size();
  const std::size_t findable = metric.k == 0 ? target_count : std::min(metric.k, target_count);
  return sum / static_cast<double>(findable);
}

double reciprocal_rank(const Metric& metric, const RankedPerson& person) {
  const double first = person.positions.front();
  const bool listed = metric.k == 0 || first < static_cast<double>(metric.k);
  return listed ? 1.0 / (first + 1.0) : 0.0;
}

}  // namespace

Metric parse_metric(std::string_view name) {
  const std::size_t at = name.find('@');
  const std::string_view word = name.substr(0, at);
  const auto* entry = std::find_if(kMetricNames.begin(), kMetricNames.end(),
                                   [&](const MetricName& known) { return known.name == word; });
  if (entry == kMetricNames.end()) fail_unknown(name);
  if (at == std::string_view::npos) {
    if (entry->cutoff == Cutoff::required) fail_unknown(name);
    return {entry->kind, 0};
  }
  const std::size_t k = parse_cutoff(name.substr(at + 1));
  if (k == 0 || entry->cutoff == Cutoff::none) fail_unknown(name);
  return {entry->kind, k};
}

std::string name(const Metric& metric) {
  for (const MetricName& entry : kMetricNames) {
    if (entry.kind != metric.kind) continue;
    return metric.k == 0 ? std::string(entry.name) : fmt::format("{}@{}", entry.name, metric.k);
  }
  return "?";
}

std::string definition(const Metric& metric) {
  const std::size_t k = metric.k;
  switch (metric.kind) {
    case MetricKind::recall:
      return fmt::format("targets in the first {0}, divided by min({0}, targets)", k);
    case MetricKind::recall_all:
      return fmt::format("targets in the first {}, divided by all targets", k);
    case MetricKind::precision:
      return fmt::format("targets in the first {0}, divided by {0}", k);
    case MetricKind::ndcg:
      return fmt::format(
          "sum of 1/log2(1 + rank) over targets in the first {0}, divided by the best possible "
          "for min({0}, targets)",
          k);
    case MetricKind::hit_rate:
      return fmt::format("share of people with a target in the first {}", k);
    case MetricKind::average_precision:
      return k == 0 ? "precision at each target's rank, averaged over the targets"
                    : fmt::format(
                          "precision at the rank of each target in the first {0}, summed, "
                          "divided by min({0}, targets)",
                          k);
    case MetricKind::reciprocal_rank:
      return k == 0 ? "1 / rank of the first target"
                    : fmt::format("1 / rank of the first target, 0 beyond the first {}", k);
    case MetricKind::auc:
      return "share of (target, other candidate) pairs in which the target scores higher; ties "
             "count half";
    case MetricKind::coverage:
      return fmt::format("share of all items that are in anybody's first {}", k);
    case MetricKind::gini:
      return fmt::format(
          "inequality of how often items are in the first {}: 0 all alike, 1 one has all", k);
  }
  return "";
}

double person_value(const Metric& metric, const RankedPerson& person) {
  KINDRED_DCHECK(!person.positions.empty());
  const auto target_count = person.positions.size();
  switch (metric.kind) {
    case MetricKind::recall:
      return static_cast<double>(hit_count(metric, person)) /
             static_cast<double>(std::min(metric.k, target_count));
    case MetricKind::recall_all:
      return static_cast<double>(hit_count(metric, person)) / static_cast<double>(target_count);
    case MetricKind::precision:
      return static_cast<double>(hit_count(metric, person)) / static_cast<double>(metric.k);
    case MetricKind::ndcg:
      return ndcg(metric, person);
    case MetricKind::hit_rate:
      return person.positions.front() < static_cast<double>(metric.k) ? 1.0 : 0.0;
    case MetricKind::average_precision:
      return average_precision(metric, person);
    case MetricKind::reciprocal_rank:
      return reciprocal_rank(metric, person);
    case MetricKind::auc:
      return person.auc;
    case MetricKind::coverage:
    case MetricKind::gini:
      break;
  }
  KINDRED_CHECK(false && "coverage and gini have no value for one person");
  return 0.0;
}

double gini_coefficient(std::vector<std::size_t> counts) {
  std::sort(counts.begin(), counts.end());
  const auto n = static_cast<double>(counts.size());
  double total = 0.0;
  double weighted = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = static_cast<double>(counts[i]);
    total += count;
    weighted += (2.0 * static_cast<double>(i + 1) - n - 1.0) * count;
  }
  return total > 0.0 ? weighted / (n * total) : 0.0;
}

}  // namespace kindred::evaluation
