// kindred evaluate --objective rate: how well ratings are predicted; and --objective both:
// whether people watch what is recommended and rate it highly.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "cli/common.h"
#include "cli/ials_flags.h"
#include "cli/ratings_flags.h"
#include "kindred/base/thread_pool.h"
#include "kindred/recommendation/rating_options.h"

namespace kindred::cli {

struct RatingEvaluation {
  CommonOptions common;
  RatingsFlags ratings;
  std::filesystem::path input;
  std::filesystem::path test;  // Empty: split by `protocol`.
  std::string protocol;        // "ratio" or "k-fold".
  double share = 0.1;
  int fold_count = 5;
  int seed_count = 1;
  std::filesystem::path split_folder;  // Where the split is written; empty: nowhere.
  recommendation::RatingModelOptions options;
  IalsFlags ials;  // For both: the model of watching.
};

// Splits, trains, predicts and prints the table, or JSON.
void evaluate_rating(const RatingEvaluation& evaluation, ThreadPool& pool);

// The same with both models: lists by watch, rate and both beside each other.
void evaluate_both(const RatingEvaluation& evaluation, ThreadPool& pool);

}  // namespace kindred::cli
