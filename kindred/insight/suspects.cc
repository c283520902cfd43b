#include "kindred/insight/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::insight {
namespace {

constexpr double kVoiceDecay = 3.0;

void require_probabilities(MatrixView probabilities, const data::Labels& labels) {
  if (probabilities.rows != labels.of_row.size() || probabilities.cols != labels.class_count()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{} x {} probabilities do not fit {} rows of {} labels", probabilities.rows,
                    probabilities.cols, labels.of_row.size(), labels.class_count()));
  }
  for (std::size_t row = 0; row < probabilities.rows; ++row) {
    for (const float value : probabilities.row(row)) {
      if (std::isfinite(value) && value >= 0.0F) continue;
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("row {} holds {}, which is no probability", row, value));
    }
  }
}

// What rows that were given a label get for it on average; infinite where nobody was.
std::vector<double> mean_of_own(MatrixView probabilities, const data::Labels& labels) {
  std::vector<double> sums(labels.class_count(), 0.0);
  std::vector<double> counts(labels.class_count(), 0.0);
  for (std::size_t row = 0; row < probabilities.rows; ++row) {
    const std::uint32_t given = labels.of_row[row];
    if (given == data::kNoLabel) continue;
    sums[given] += probabilities.row(row)[given];
    counts[given] += 1.0;
  }
  for (std::size_t label = 0; label < sums.size(); ++label) {
    sums[label] =
        counts[label] > 0.0 ? sums[label] / counts[label] : std::numeric_limits<double>::infinity();
  }
  return sums;
}

// The most probable of the labels that reach their threshold, or none.
std::uint32_t confident_label(std::span<const float> row, std::span<const double> thresholds) {
  std::uint32_t best = data::kNoLabel;
  for (std::uint32_t label = 0; label < row.size(); ++label) {
    if (row[label] < thresholds[label]) continue;
    if (best == data::kNoLabel || row[label] > row[best]) best = label;
  }
  return best;
}

std::uint32_t best_other(std::span<const float> row, std::uint32_t given) {
  std::uint32_t best = data::kNoLabel;
  for (std::uint32_t label = 0; label < row.size(); ++label) {
    if (label != given && (best == data::kNoLabel || row[label] > row[best])) best = label;
  }
  return best;
}

}  // namespace

Matrix vote_probabilities(const search::NeighborGraph& graph, const data::Labels& labels) {
  Matrix out(graph.rows, labels.class_count());
  for (std::size_t row = 0; row < graph.rows; ++row) {
    const std::span<const float> distances = graph.distances_of(row);
    const double nearest = distances.front();
    const double range = distances.back() - nearest;
    std::vector<double> votes(labels.class_count(), 0.0);
    double total = 0.0;
    for (std::size_t i = 0; i < graph.degree; ++i) {
      const std::uint32_t id = graph.ids_of(row)[i];
      KINDRED_CHECK(id < labels.of_row.size());
      const std::uint32_t label = labels.of_row[id];
      if (label == data::kNoLabel) continue;
      const double voice =
          range > 0.0 ? std::exp(-kVoiceDecay * (distances[i] - nearest) / range) : 1.0;
      votes[label] += voice;
      total += voice;
    }
    if (!(total > 0.0)) continue;
    for (std::size_t label = 0; label < votes.size(); ++label) {
      out.row(row)[label] = static_cast<float>(votes[label] / total);
    }
  }
  return out;
}

std::vector<bool> judgeable_labels(const data::Labels& labels, std::size_t voters) {
  std::vector<std::size_t> counts(labels.class_count(), 0);
  for (const std::uint32_t label : labels.of_row) {
    if (label != data::kNoLabel) ++counts[label];
  }
  std::vector<bool> judged(counts.size());
  for (std::size_t label = 0; label < counts.size(); ++label) {
    judged[label] = counts[label] > voters / 2;
  }
  return judged;
}

std::vector<Suspect> suspects(MatrixView probabilities, const data::Labels& labels,
                              SuspectOrder order, const std::vector<bool>& judged) {
  require_probabilities(probabilities, labels);
  const std::vector<double> thresholds = mean_of_own(probabilities, labels);
  std::vector<Suspect> found;
  for (std::uint32_t row = 0; row < probabilities.rows; ++row) {
    const std::uint32_t given = labels.of_row[row];
    if (given == data::kNoLabel || labels.class_count() < 2) continue;
    if (!judged.empty() && !judged[given]) continue;
    const std::span<const float> values = probabilities.row(row);
    const std::uint32_t suggested = best_other(values, given);
    if (!(values[suggested] > values[given])) continue;
    const std::uint32_t confident = confident_label(values, thresholds);
    found.push_back({row, given, suggested, values[given], values[suggested],
                     confident != data::kNoLabel && confident != given});
  }
  const auto key = [order](const Suspect& suspect) {
    return order == SuspectOrder::given_probability
               ? suspect.given_probability
               : suspect.given_probability - suspect.suggested_probability;
  };
  std::ranges::stable_sort(found,
                           [&](const Suspect& a, const Suspect& b) { return key(a) < key(b); });
  return found;
}

std::vector<Confusion> confusions(const std::vector<Suspect>& suspects) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> counts;
  for (const Suspect& suspect : suspects) ++counts[{suspect.given, suspect.suggested}];
  std::vector<Confusion> table;
  for (const auto& [pair, count] : counts) table.push_back({pair.first, pair.second, count});
  std::ranges::stable_sort(
      table, [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  return table;
}

}  // namespace kindred::insight
