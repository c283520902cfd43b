#include "cli/rating_model_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/flags/command.h"
#include "kindred/recommendation/train_rating.h"

namespace kindred::cli {
namespace {

using recommendation::RatingModelKind;
using recommendation::RatingModelOptions;

std::vector<std::string> words_of(const std::string& words) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find('|', at), words.size());
    out.push_back(words.substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(out);
  return out;
}

// A flag of this model, else the one of the same meaning that both objectives share.
template <typename T>
void choose(const Command& verb, const char* own, T own_value, const char* shared, T shared_value,
            bool shared_counts, T& option) {
  if (verb.count(own) > 0) {
    option = own_value;
  } else if (shared_counts && verb.count(shared) > 0) {
    option = shared_value;
  }
}

}  // namespace

void add_rating_model_options(Command& verb, RatingModelFlags& flags,
                              const std::string& objectives) {
  const std::string group = "Rating model";
  verb.add_option("--objective", flags.objective,
                  "What to learn: watch (what people choose), rate (what they would rate)" +
                      std::string(objectives.find("both") == std::string::npos ? "" : " or both"))
      ->check(one_of(words_of(objectives)))
      ->type_name(objectives)
      ->capture_default_str()
      ->group(group);
  verb.add_option("--model", flags.model,
                  "What predicts ratings: als, or bayesian (slower, better, and it knows how "
                  "sure it is); item-item: what people watch, from which items the same people "
                  "liked, a baseline")
      ->check(one_of({"als", "bayesian", "item-item"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--rate-dim", flags.dimensions, "Dimensions of the rating model; default 32")
      ->check(range(1, 1024))
      ->group(group);
  verb.add_option("--rate-epochs", flags.epochs, "als: passes over the data; default 15")
      ->check(range(1, 1000000))
      ->group(group);
  verb.add_option("--rate-regularization", flags.regularization,
                  "als: how hard vectors are kept short")
      ->check(positive_number())
      ->group(group);
  verb.add_option("--rate-regularization-exponent", flags.regularization_exponent,
                  "als: 0 regularizes all alike, 1 the frequent ones more")
      ->check(range(0.0, 1.0))
      ->group(group);
  verb.add_option("--implicit-weight", flags.implicit_weight,
                  "als: how much who rated what counts, 0 for not at all")
      ->check(non_negative_number())
      ->group(group);
  verb.add_option("--burn-in", flags.burn_in, "bayesian: first sweeps, which are dropped")
      ->check(range(0, 1000000))
      ->group(group);
  verb.add_option("--samples", flags.samples, "bayesian: sweeps that are averaged")
      ->check(range(1, 1000000))
      ->group(group);
  verb.add_flag("--no-implicit-sets", flags.no_implicit_sets,
                "bayesian: do not learn from who rated what")
      ->group(group);
  verb.add_flag("--no-attributes", flags.no_attributes,
                "bayesian: do not learn from the columns of the items and users files")
      ->group(group);
  verb.add_option("--time-periods", flags.period_count,
                  "bayesian: so many periods in each of which people and movies have a bias of "
                  "their own; 0 for none")
      ->check(range(0, 10000))
      ->capture_default_str()
      ->group(group);
}

void add_keep_samples_option(Command& verb, RatingModelFlags& flags) {
  verb.add_option("--keep-samples", flags.keep_samples,
                  "bayesian: how many samples the model keeps for predictions; 0 keeps their mean "
                  "and variances")
      ->check(range(0, recommendation::kKeptDrawsMax))
      ->capture_default_str()
      ->group("Rating model");
}

learning::WatchOptions watch_options(const Command& verb, const RatingModelFlags& flags,
                                     const IalsFlags& ials, std::size_t item_count,
                                     std::uint64_t seed) {
  require_family_flags(verb, flags.model);
  if (flags.model != "item-item") return ials_options(ials, item_count, seed);
  learning::validate(ials.item_item);
  return ials.item_item;
}

RatingModelOptions rating_options(const Command& verb, const RatingModelFlags& flags,
                                  const IalsFlags& ials, std::uint64_t seed) {
  if (flags.model == "item-item") {
    throw UsageError("--model", "item-item learns what people watch, not what they would rate");
  }
  const bool alone = flags.objective == "rate";
  RatingModelOptions options;
  options.kind = flags.model == "als" ? RatingModelKind::als : RatingModelKind::bayesian;
  int dimensions = options.als.dimensions;
  int shared_dimensions = dimensions;
  if (alone && !ials.dimensions.empty() && ials.dimensions != "auto") {
    shared_dimensions = std::stoi(ials.dimensions);
  }
  choose(verb, "--rate-dim", flags.dimensions, "--dim", shared_dimensions, alone, dimensions);
  options.als.dimensions = options.bayesian.dimensions = dimensions;
  choose(verb, "--rate-epochs", flags.epochs, "--epochs", ials.options.epochs, alone,
         options.als.epochs);
  choose(verb, "--rate-regularization", flags.regularization, "--regularization",
         ials.options.regularization, alone, options.als.regularization);
  choose(verb, "--rate-regularization-exponent", flags.regularization_exponent,
         "--regularization-exponent", ials.options.regularization_exponent, alone,
         options.als.regularization_exponent);
  if (verb.count("--implicit-weight") > 0) options.als.implicit_weight = flags.implicit_weight;
  if (verb.count("--burn-in") > 0) options.bayesian.burn_in = flags.burn_in;
  if (verb.count("--samples") > 0) options.bayesian.samples = flags.samples;
  options.implicit_sets = !flags.no_implicit_sets;
  options.attributes = !flags.no_attributes;
  options.period_count = flags.period_count;
  options.als.seed = options.bayesian.seed = seed;
  factorization::validate(options.als);
  factorization::validate(options.bayesian);
  return options;
}

std::string describe(const RatingModelOptions& options) {
  if (options.kind == RatingModelKind::als) {
    const auto& als = options.als;
    return fmt::format(
        "ALS with {} dimensions, {} epochs, regularization {:g} (exponent {:g}), implicit weight "
        "{:g}, seed {}",
        als.dimensions, als.epochs, als.regularization, als.regularization_exponent,
        als.implicit_weight, als.seed);
  }
  const auto& bayesian = options.bayesian;
  return fmt::format(
      "Bayesian with {} dimensions, {} sweeps after {} of burn-in{}{}{}, seed {}",
      bayesian.dimensions, bayesian.samples, bayesian.burn_in,
      options.implicit_sets ? ", implicit sets" : "", options.attributes ? ", attributes" : "",
      options.period_count > 0 ? fmt::format(", {} periods", options.period_count) : "",
      bayesian.seed);
}

}  // namespace kindred::cli
