// The flags of models that predict ratings: what train and evaluate share.

#pragma once

#include <cstdint>
#include <string>

#include "cli/ials_flags.h"
#include "kindred/learning/families.h"
#include "kindred/recommendation/rating_options.h"

namespace kindred::cli {

class Command;

struct RatingModelFlags {
  std::string objective = "watch";
  std::string model = "als";  // Or "bayesian"; "item-item" where watching is learned.
  int dimensions = 0;         // 0: the model's default, as are the next ones where not given.
  int epochs = 0;
  float regularization = 0.0F;
  float regularization_exponent = -1.0F;
  float implicit_weight = -1.0F;
  int burn_in = -1;
  int samples = 0;
  bool no_implicit_sets = false;
  bool no_attributes = false;
  std::size_t period_count = 0;
  int keep_samples = 32;  // Of a Bayesian model that is to be saved.

  bool predicts_ratings() const { return objective != "watch"; }
};

// Adds --objective with these words, --model, --rate-dim, --rate-epochs,
// --rate-regularization, --rate-regularization-exponent, --implicit-weight, --burn-in,
// --samples, --no-implicit-sets and --no-attributes. `flags` must outlive the parsing.
void add_rating_model_options(Command& verb, RatingModelFlags& flags,
                              const std::string& objectives);

// How to learn what people will watch, for data with so many items; validated.
// Throws UsageError for flags that do not go together.
learning::WatchOptions watch_options(const Command& verb, const RatingModelFlags& flags,
                                     const IalsFlags& ials, std::size_t item_count,
                                     std::uint64_t seed);

// Adds --keep-samples, for verbs that save a model.
void add_keep_samples_option(Command& verb, RatingModelFlags& flags);

// The options of the chosen model, validated. With the objective "rate" alone, --dim,
// --epochs, --regularization and its exponent speak of this model, where given.
recommendation::RatingModelOptions rating_options(const Command& verb,
                                                  const RatingModelFlags& flags,
                                                  const IalsFlags& ials, std::uint64_t seed);

// "ALS with 32 dimensions, 15 epochs, ...".
std::string describe(const recommendation::RatingModelOptions& options);

}  // namespace kindred::cli
