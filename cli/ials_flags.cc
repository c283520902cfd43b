#include "cli/ials_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "cli/flags/command.h"
#include "kindred/base/progress.h"
#include "kindred/embedding/dimension_rule.h"

namespace kindred::cli {
namespace {

constexpr int kDimensionsMax = 16384;

// The number that is the whole of `text`, if it is one.
template <typename T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return value;
}

// A Check's contract: an empty text accepts, any other is the message of the usage error.
std::string check_dimensions(const std::string& text) {
  const auto dimensions = parse_number<int>(text);
  const bool fits = dimensions && *dimensions >= 1 && *dimensions <= kDimensionsMax;
  if (text == "auto" || fits) return "";
  return fmt::format("'{}' is neither a number from 1 to {} nor 'auto'", text, kDimensionsMax);
}

std::string check_positive_from(const std::string& text) {
  const auto threshold = parse_number<float>(text);
  if (text == "all" || (threshold && std::isfinite(*threshold))) return "";
  return fmt::format("'{}' is neither a number nor 'all'", text);
}

factorization::IalsSolver parse_solver(const std::string& text) {
  if (text == "primal") return factorization::IalsSolver::primal;
  if (text == "dual") return factorization::IalsSolver::dual;
  return factorization::IalsSolver::automatic;
}

// Of a flag that the verb need not have.
bool is_given(const Command& verb, const std::string& flag) {
  return std::ranges::any_of(verb.get_options(), [&](const Option& option) {
    return option.check_name(flag) && option.count() > 0;
  });
}

}  // namespace

void add_ials_options(Command& verb, IalsFlags& flags) {
  const std::string group = "Model";
  auto& options = flags.options;
  verb.add_option("--dim", flags.dimensions,
                  fmt::format("Dimensions of the embedding, or auto for the fourth root of the "
                              "number of items; default {}, less for fewer than 1,024 items",
                              options.dimensions))
      ->check(Check(check_dimensions, "N|auto"))
      ->group(group);
  verb.add_option("--epochs", options.epochs, "Passes over the data")
      ->check(range(1, 1000000))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--unobserved-weight", options.unobserved_weight,
                  "How hard pairs that are not in the file are pulled to 0")
      ->check(non_negative_number())
      ->capture_default_str()
      ->group(group);
  verb.add_option("--regularization", options.regularization,
                  "How hard vectors are kept short; tune this one first")
      ->check(positive_number())
      ->capture_default_str()
      ->group(group);
  add_regularization_exponent_option(verb, options.regularization_exponent);
  verb.add_option("--init-stddev", options.init_stddev,
                  "Spread of the first random vectors, before division by the root of --dim")
      ->check(positive_number())
      ->capture_default_str()
      ->group(group);
  verb.add_option("--solver", flags.solver, "How rows are solved; all three are exact")
      ->check(one_of({"automatic", "primal", "dual"}))
      ->capture_default_str()
      ->group(group);
  add_item_item_options(verb, flags.item_item);
  add_positive_options(verb, flags);
}

void add_item_item_options(Command& verb, learning::ItemItemOptions& options) {
  const std::string group = "Model";
  verb.add_option("--neighbors", options.neighbors,
                  "item-item: how many of the items nearest to it each item keeps")
      ->check(range(1, 1000000))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--shrinkage", options.shrinkage,
                  "item-item: how little a pair counts that few people liked")
      ->check(non_negative_number())
      ->capture_default_str()
      ->group(group);
}

void require_family_flags(const Command& verb, const std::string& model) {
  const auto refuse = [&](std::initializer_list<const char*> flags, const std::string& why) {
    for (const char* flag : flags) {
      if (is_given(verb, flag)) throw UsageError(flag, why);
    }
  };
  if (model == "item-item") {
    refuse({"--dim", "--epochs", "--unobserved-weight", "--regularization",
            "--regularization-exponent", "--init-stddev", "--solver", "--patience", "--dim-max",
            "--no-warm-starts", "--rules", "--steps"},
           "has no meaning with --model item-item, which learns no vectors and in one pass");
  } else {
    refuse({"--neighbors", "--shrinkage"}, "goes with --model item-item");
  }
}

void add_regularization_exponent_option(Command& verb, float& exponent) {
  verb.add_option("--regularization-exponent", exponent,
                  "0 regularizes all users and items alike, 1 the frequent ones more")
      ->check(range(0.0, 1.0))
      ->capture_default_str()
      ->group("Model");
}

void add_positive_options(Command& verb, IalsFlags& flags) {
  const std::string group = "Model";
  verb.add_option("--positive-from", flags.positive_from,
                  "Values from here up count as liked, or all: every pair; default: by the scale "
                  "of the values (4 for stars to 5, 7 to 10, above 0 for counts, ...); all with "
                  "--objective both")
      ->check(Check(check_positive_from, "X|all"))
      ->group(group);
  verb.add_option("--weight-per-value", flags.weight_per_value,
                  "c in the weight 1 + c * value of a liked pair; 0 weighs all alike")
      ->check(non_negative_number())
      ->capture_default_str()
      ->group(group);
}

factorization::IalsOptions ials_options(const IalsFlags& flags, std::size_t item_count,
                                        std::uint64_t seed) {
  factorization::IalsOptions options = flags.options;
  options.seed = seed;
  options.solver = parse_solver(flags.solver);
  if (flags.dimensions == "auto") {
    options.dimensions = embedding::starting_dimensions(item_count);
  } else if (const auto dimensions = parse_number<int>(flags.dimensions)) {
    options.dimensions = *dimensions;
  } else {
    options.dimensions = embedding::default_dimensions(item_count, options.dimensions);
  }
  factorization::validate(options);
  return options;
}

data::PositiveRule positive_rule(const CommonOptions& common, const IalsFlags& flags,
                                 const data::ValueScale& scale, bool with_ratings) {
  data::PositiveRule rule;
  std::string why;
  if (!flags.positive_from.empty()) {
    rule.threshold = parse_number<float>(flags.positive_from);
  } else if (!with_ratings || scale.is_of_events()) {
    rule = data::rule_of(scale);
    if (!scale.evidence.empty()) {
      why = fmt::format(" ({}: {}; --positive-from says otherwise)", scale.description,
                        scale.evidence);
      const Guess guess{"the ratings", "liked", data::describe(rule),
                        fmt::format("{}: {}", scale.description, scale.evidence),
                        "--positive-from"};
      if (common.strict) refuse_guesses({guess});
      common.guesses->push_back(guess);
    }
  }
  rule.weight_per_value = flags.weight_per_value;
  note(common, fmt::format("positives: {}{}", data::describe(rule), why));
  return rule;
}

data::PositiveRule positive_rule(const CommonOptions& common, const IalsFlags& flags,
                                 const data::Interactions& interactions, bool with_ratings) {
  const bool asked = flags.positive_from.empty();
  return positive_rule(common, flags,
                       asked ? data::scale_of_values(interactions) : data::ValueScale(),
                       with_ratings);
}

std::string dimension_hint(std::size_t item_count) {
  return fmt::format("{} items: fourth root {:.1f}, starting point {}", format_count(item_count),
                     embedding::fourth_root(item_count),
                     embedding::starting_dimensions(item_count));
}

}  // namespace kindred::cli
