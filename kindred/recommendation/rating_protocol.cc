#include "kindred/recommendation/rating_protocol.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "kindred/base/error.h"
#include "kindred/data/time_periods.h"
#include "kindred/recommendation/rating_baselines.h"
#include "kindred/recommendation/rating_features.h"

namespace kindred::recommendation {
namespace {

using data::RatedPair;
using evaluation::RatingPredictions;

constexpr std::size_t kBlockPairs = 4096;

// The mean and the spread of many predictions of the same pairs.
class RunningPredictions {
 public:
  explicit RunningPredictions(std::span<const RatedPair> pairs)
      : pairs_(pairs), sums_(pairs.size(), 0.0), squares_(pairs.size(), 0.0) {}

  template <typename Predict>
  void add(Predict predict, double noise_variance, ThreadPool& pool) {
    pool.parallel_for((pairs_.size() + kBlockPairs - 1) / kBlockPairs, [&](std::size_t block, int) {
      const std::size_t end = std::min(pairs_.size(), (block + 1) * kBlockPairs);
      for (std::size_t i = block * kBlockPairs; i < end; ++i) {
        const double value = double{predict(pairs_[i])};
        sums_[i] += value;
        squares_[i] += value * value;
      }
    });
    noise_variances_ += noise_variance;
    ++count_;
  }

  // Cut to the scale, and with deviations where there are several.
  RatingPredictions result(const factorization::RatingScale& scale) const {
    RatingPredictions out;
    const auto count = static_cast<double>(count_);
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const double mean = sums_[i] / count;
      out.centres.push_back(static_cast<float>(mean));
      out.values.push_back(scale.clip(static_cast<float>(mean)));
      const double variance =
          std::max(0.0, squares_[i] / count - mean * mean) + noise_variances_ / count;
      if (noise_variances_ > 0.0) out.deviations.push_back(static_cast<float>(std::sqrt(variance)));
    }
    return out;
  }

  double rmse(const factorization::RatingScale& scale) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const auto mean = static_cast<float>(sums_[i] / static_cast<double>(count_));
      const double error = double{scale.clip(mean)} - double{pairs_[i].rating};
      sum += error * error;
    }
    return std::sqrt(sum / static_cast<double>(pairs_.size()));
  }

 private:
  std::span<const RatedPair> pairs_;
  std::vector<double> sums_;
  std::vector<double> squares_;
  double noise_variances_ = 0.0;
  std::size_t count_ = 0;
};

RatingPredictions run_als(const data::RatingSplit& split, const RatingProtocolOptions& options,
                          ThreadPool& pool) {
  factorization::Als als(split.train.by_user, options.model.als);
  const auto predictions = [&] {
    RunningPredictions running(split.test);
    running.add([&](const RatedPair& pair) { return als.predict(pair.user, pair.item); }, 0.0,
                pool);
    return running;
  };
  for (int epoch = 1; epoch <= options.model.als.epochs; ++epoch) {
    als.run_epoch(pool);
    if (options.observe) options.observe(epoch, predictions().rmse(als.scale()));
  }
  return predictions().result(als.scale());
}

RatingPredictions run_bayesian(const data::RatingSplit& split, const data::Table& users,
                               const data::Table& items, const RatingProtocolOptions& options,
                               ThreadPool& pool) {
  factorization::Bayesian sampler(
      split.train.by_user, side_features(split.train.by_user, users, items, options.model),
      options.model.bayesian, rating_times(split.train, options.model.period_count));
  std::optional<data::TimePeriods> periods;
  if (options.model.period_count > 0)
    periods.emplace(split.train.timestamps, options.model.period_count);
  const auto predict = [&](const RatedPair& pair) {
    return periods ? sampler.predict(pair.user, pair.item, periods->period(pair.time))
                   : sampler.predict(pair.user, pair.item);
  };
  RunningPredictions running(split.test);
  const int sweeps = options.model.bayesian.burn_in + options.model.bayesian.samples;
  for (int sweep = 1; sweep <= sweeps; ++sweep) {
    sampler.run_sweep(pool);
    if (sampler.is_burnt_in()) {
      running.add(predict, 1.0 / sampler.state().noise_precision, pool);
    }
    if (options.observe) {
      options.observe(sweep, sampler.is_burnt_in() ? running.rmse(sampler.scale()) : -1.0);
    }
  }
  return running.result(sampler.scale());
}

std::vector<float> ratings_of(std::span<const RatedPair> pairs) {
  std::vector<float> ratings(pairs.size());
  std::ranges::transform(pairs, ratings.begin(), &RatedPair::rating);
  return ratings;
}

}  // namespace

factorization::RatingTimes rating_times(const data::Interactions& interactions,
                                        std::size_t period_count) {
  if (period_count == 0) return {};
  if (interactions.timestamps.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "biases by time need ratings with timestamps, and these have none");
  }
  const data::TimePeriods periods(interactions.timestamps, period_count);
  return {.periods = periods.periods(interactions.timestamps), .period_count = periods.count()};
}

factorization::SideFeatures side_features(const SparseMatrix& ratings, const data::Table& users,
                                          const data::Table& items,
                                          const RatingModelOptions& options) {
  factorization::SideFeatures features;
  if (options.attributes) {
    features.users = attribute_features(users);
    features.items = attribute_features(items);
  }
  if (options.implicit_sets) {
    features.users.push_back(implicit_features(ratings));
    features.items.push_back(implicit_features(transpose(ratings)));
  }
  return features;
}

RatingComparison evaluate_ratings(const data::RatingSplit& split, const data::Table& users,
                                  const data::Table& items, const RatingProtocolOptions& options,
                                  ThreadPool& pool) {
  RatingComparison comparison;
  const std::vector<float> truth = ratings_of(split.test);
  const auto start = std::chrono::steady_clock::now();
  const RatingPredictions predictions = options.model.kind == RatingModelKind::als
                                            ? run_als(split, options, pool)
                                            : run_bayesian(split, users, items, options, pool);
  comparison.training_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  comparison.model = evaluation::rating_metrics(truth, predictions);

  const RatingBaselines baselines(split.train.by_user);
  const factorization::RatingScale scale = factorization::rating_scale(split.train.by_user);
  for (const RatingBaseline baseline : kRatingBaselines) {
    RatingPredictions plain;
    for (const RatedPair& pair : split.test) {
      plain.values.push_back(scale.clip(baselines.predict(baseline, pair.user, pair.item)));
    }
    comparison.baselines.emplace_back(name(baseline), evaluation::rating_metrics(truth, plain));
  }
  return comparison;
}

}  // namespace kindred::recommendation
