// How well a way to learn finds what people liked: split, train, rank, measure, and the same for
// popularity and for chance (recommendation/protocol.h).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kindred/api/ratings.h"
#include "kindred/data/positives.h"
#include "kindred/data/split.h"
#include "kindred/learning/families.h"
#include "kindred/recommendation/protocol.h"

namespace kindred::api {

enum class Protocol { leave_one_out, ratio, temporal, strong };

struct EvaluateOptions {
  Protocol protocol = Protocol::leave_one_out;
  double share = 0.2;              // Of targets: ratio, temporal, strong. In (0, 1).
  std::size_t held_out_count = 0;  // strong: people in each part; 0: a tenth, at most 10,000.
  data::HeldOutPart part = data::HeldOutPart::test;  // strong.
  std::vector<std::string> metrics = {"ndcg@10", "hr@10", "recall@20"};
  learning::WatchOptions watching = factorization::IalsOptions{};
  std::optional<data::PositiveRule> positives = {};  // None: by the values.
  std::uint64_t seed = 1;                            // Of the split and of chance.
  int seed_count = 1;                                // Trainings, whose results are averaged.
};

struct Evaluation {
  data::Split split;
  recommendation::Comparison comparison;
};

// Throws Error(invalid_argument) for ratings and options that cannot be, and where nobody has a
// target.
Evaluation evaluate(const Ratings& ratings, const EvaluateOptions& options, ThreadPool& pool);

// The split alone.
data::Split split(const data::Interactions& ratings, const data::PositiveRule& rule,
                  const EvaluateOptions& options);

}  // namespace kindred::api
