#include "kindred/api/evaluate.h"

#include <fmt/format.h>

#include <utility>

#include "kindred/base/error.h"
#include "kindred/evaluation/metrics.h"

namespace kindred::api {

data::Split split(const data::Interactions& ratings, const data::PositiveRule& rule,
                  const EvaluateOptions& options) {
  if (!(options.share > 0.0 && options.share < 1.0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the share of targets is {}, not between 0 and 1", options.share));
  }
  switch (options.protocol) {
    case Protocol::strong:
      return data::split_strong(ratings, rule,
                                {.held_out_count = options.held_out_count,
                                 .part = options.part,
                                 .target_share = options.share,
                                 .seed = options.seed});
    case Protocol::ratio:
      return data::split_ratio(ratings, rule, options.share, options.seed);
    case Protocol::temporal:
      return data::split_temporal(ratings, rule, options.share);
    case Protocol::leave_one_out:
      break;
  }
  return data::split_leave_one_out(ratings, rule, options.seed);
}

Evaluation evaluate(const Ratings& ratings, const EvaluateOptions& options, ThreadPool& pool) {
  check(ratings);
  learning::validate(options.watching);
  if (options.seed_count < 1 || options.metrics.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} trainings and {} metrics: one of each is the least",
                            options.seed_count, options.metrics.size()));
  }
  recommendation::ProtocolOptions protocol;
  protocol.family = options.watching;
  protocol.rule =
      options.positives ? *options.positives : data::default_positive_rule(ratings.interactions);
  protocol.seed = options.seed;
  protocol.seed_count = options.seed_count;
  for (const std::string& name : options.metrics) {
    protocol.metrics.push_back(evaluation::parse_metric(name));
  }
  Evaluation evaluation;
  evaluation.split = split(ratings.interactions, protocol.rule, options);
  evaluation.comparison = recommendation::run_protocol(evaluation.split, protocol, pool);
  return evaluation;
}

}  // namespace kindred::api
