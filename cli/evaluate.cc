// kindred evaluate: how good a model is, or would be, on pairs it has not seen.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/evaluate_rating.h"
#include "cli/evaluate_report.h"
#include "cli/flags/command.h"
#include "cli/ials_flags.h"
#include "cli/model_text.h"
#include "cli/rating_model_flags.h"
#include "cli/ratings_flags.h"
#include "cli/table_verbs.h"
#include "cli/verbs.h"
#include "kindred/base/error.h"
#include "kindred/base/progress.h"
#include "kindred/data/split.h"
#include "kindred/model/file_kind.h"
#include "kindred/model/io.h"
#include "kindred/model/table_model.h"
#include "kindred/recommendation/protocol.h"

namespace kindred::cli {
namespace {

// Those of the first k alone: mrr, map and auc over the whole ranking must score every
// pair, which takes a minute where these take a second.
const std::vector<std::string> kRankingMetrics = {"ndcg@10",       "hr@10",       "recall@20",
                                                  "recall_all@20", "ndcg@100",    "map@10",
                                                  "mrr@10",        "coverage@10", "gini@10"};
const std::vector<std::string> kSampledMetrics = {"hr@10", "ndcg@10", "mrr", "auc"};
constexpr double kShareDefault = 0.2;

// What describes a training, and so means nothing for a model that is trained already.
constexpr std::array<const char*, 15> kTrainingFlags = {
    "--protocol",       "--dim",
    "--epochs",         "--unobserved-weight",
    "--regularization", "--regularization-exponent",
    "--init-stddev",    "--solver",
    "--positive-from",  "--weight-per-value",
    "--seeds",          "--write-split",
    "--model",          "--neighbors",
    "--shrinkage"};

struct EvaluateFlags {
  CommonOptions common;
  RatingsFlags ratings;
  IalsFlags ials;
  RatingModelFlags rating_model;
  std::filesystem::path input;
  std::string protocol;  // "" where --test is given.
  std::filesystem::path test;
  std::filesystem::path fold_in;
  std::filesystem::path negatives;
  std::size_t held_out_count = 0;
  std::string part = "test";
  double share = kShareDefault;
  int fold_count = 5;
  std::vector<std::string> metrics;
  int seed_count = 1;
  std::filesystem::path split_folder;
  std::vector<std::string> training_flags;  // Those that were given.
};

// Any container but ratings: what cannot judge pairs says so when it is opened.
bool is_model_file(const std::filesystem::path& path) {
  const model::KindOfFile found = model::kind_of_file(path);
  return found.is_container() && found.kind != model::FileKind::ratings_store;
}

data::Interactions read_pairs(const std::filesystem::path& path, const EvaluateFlags& flags,
                              ThreadPool& pool) {
  return load_pairs(path, flags.ratings, flags.common, pool).interactions;
}

data::Split split_by_protocol(const data::Interactions& ratings, const data::PositiveRule& rule,
                              const EvaluateFlags& flags) {
  const std::uint64_t seed = flags.common.seed;
  if (flags.protocol == "strong") {
    const auto part =
        flags.part == "test" ? data::HeldOutPart::test : data::HeldOutPart::validation;
    return data::split_strong(ratings, rule,
                              {.held_out_count = flags.held_out_count,
                               .part = part,
                               .target_share = flags.share,
                               .seed = seed});
  }
  if (flags.protocol == "ratio") return data::split_ratio(ratings, rule, flags.share, seed);
  if (flags.protocol == "temporal") return data::split_temporal(ratings, rule, flags.share);
  return data::split_leave_one_out(ratings, rule, seed);
}

data::Split split_by_files(data::Interactions train, const data::PositiveRule& rule,
                           const EvaluateFlags& flags, ThreadPool& pool) {
  const data::Interactions test = read_pairs(flags.test, flags, pool);
  if (flags.fold_in.empty()) return data::split_given(std::move(train), rule, test);
  return data::split_given_new_people(std::move(train), rule,
                                      read_pairs(flags.fold_in, flags, pool), test);
}

void add_negatives(const EvaluateFlags& flags, data::Split& split) {
  if (flags.negatives.empty()) return;
  const data::NegativesUse use = data::use_negatives(split, data::read_negatives(flags.negatives));
  const std::string text = data::to_text(use);
  if (!text.empty()) note(flags.common, fmt::format("{}: {}", flags.negatives.string(), text));
}

std::vector<evaluation::Metric> parse_metrics(const EvaluateFlags& flags) {
  const auto& fallback = flags.negatives.empty() ? kRankingMetrics : kSampledMetrics;
  std::vector<evaluation::Metric> metrics;
  for (const std::string& name : flags.metrics.empty() ? fallback : flags.metrics) {
    metrics.push_back(evaluation::parse_metric(name));
  }
  return metrics;
}

void note_split(const EvaluateFlags& flags, const data::Split& split) {
  note(flags.common, split.description);
  const std::string left_out = data::to_text(split.left_out);
  if (!left_out.empty()) note(flags.common, fmt::format("left out: {}", left_out));
}

void print(const EvaluateFlags& flags, const data::Split& split,
           const recommendation::Comparison& comparison) {
  if (comparison.people_without_history > 0) {
    note(flags.common, fmt::format("people without a positive to learn from: {}; for them the "
                                   "model scores all items alike",
                                   format_count(comparison.people_without_history)));
  }
  note(flags.common,
       fmt::format("training took {}, ranking {}", format_duration(comparison.training_seconds),
                   format_duration(comparison.ranking_seconds)));
  if (flags.common.json) {
    fmt::print("{}\n", with_guesses(flags.common, to_json(split, comparison)).dump(2));
  } else {
    fmt::print("{}", to_text(split, comparison));
  }
}

void evaluate_model(const EvaluateFlags& flags, ThreadPool& pool) {
  if (!flags.training_flags.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is for ratings; {} is a model that is trained already",
                            flags.training_flags.front(), flags.input.string()));
  }
  if (flags.test.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is a model: --test names the pairs to judge it by; give the "
                            "ratings file instead to split, train and judge in one go",
                            flags.input.string()));
  }
  recommendation::ProtocolOptions options;
  options.metrics = parse_metrics(flags);
  model::Model model = load_model(flags.common, flags.input);
  options.family = model::fold_in_options(model);
  options.seed = model::fold_in_options(model).seed;
  options.rule = model.positive_rule;
  std::unique_ptr<learning::Ranker> ranker;
  if (!model.has_vectors()) {
    ranker = learning::make_ranker(model, {.only_learned = false, .many_people = true}, pool);
  }
  data::Interactions train;
  train.users = std::move(model.users.labels);
  train.items = std::move(model.items.labels);
  train.by_user = std::move(model.seen);
  train.has_values = model.has_values;
  data::Split split = split_by_files(std::move(train), options.rule, flags, pool);
  add_negatives(flags, split);
  note_split(flags, split);
  print(flags, split,
        ranker ? recommendation::evaluate_ranker(split, *ranker, options, pool)
               : recommendation::evaluate_vectors(split, model.users.vectors, model.items.vectors,
                                                  options, pool));
}

// Vectors of both sides and one copy of each, and three copies of the pairs.
std::size_t memory_bytes(const data::Interactions& ratings, int dimensions) {
  const std::size_t rows = ratings.users.size() + ratings.items.size();
  return 2 * sizeof(float) * rows * static_cast<std::size_t>(dimensions) +
         3 * 16 * ratings.by_user.entry_count();
}

void evaluate_ratings(const Command& verb, const EvaluateFlags& flags, ThreadPool& pool) {
  recommendation::ProtocolOptions options;
  options.metrics = parse_metrics(flags);
  data::Interactions ratings = read_pairs(flags.input, flags, pool);
  options.rule = positive_rule(flags.ials, ratings);
  note(flags.common, fmt::format("positives: {}", data::describe(options.rule)));
  data::Split split = flags.test.empty()
                          ? split_by_protocol(ratings, options.rule, flags)
                          : split_by_files(std::move(ratings), options.rule, flags, pool);
  add_negatives(flags, split);
  note_split(flags, split);
  if (!flags.split_folder.empty()) {
    data::write_split(split, flags.split_folder);
    note(flags.common, fmt::format("wrote the split to {}", flags.split_folder.string()));
  }
  options.family = watch_options(verb, flags.rating_model, flags.ials, split.train.items.size(),
                                 flags.common.seed);
  options.seed = flags.common.seed;
  options.seed_count = flags.seed_count;
  const auto* ials = std::get_if<factorization::IalsOptions>(&options.family);
  require_memory(flags.common, memory_bytes(split.train, ials == nullptr ? 0 : ials->dimensions),
                 "evaluation");
  if (ials != nullptr) note(flags.common, dimension_hint(split.train.items.size()));

  const auto epochs =
      static_cast<std::size_t>((ials == nullptr ? 1 : ials->epochs) * options.seed_count);
  std::optional<Progress> progress;
  progress.emplace(stderr, progress_style(flags.common), "training", epochs, "epochs");
  options.observe = [&](int, const training::Epoch&) { progress->advance(1); };
  const auto comparison = recommendation::run_protocol(split, options, pool);
  progress.reset();
  print(flags, split, comparison);
}

// What belongs to another protocol is a mistake, not a wish to pass over.
void require_used(const Command& verb, const EvaluateFlags& flags) {
  const std::string chosen = !flags.test.empty()      ? "--test"
                             : flags.protocol.empty() ? "leave-one-out"
                                                      : flags.protocol;
  const auto require = [&](const char* flag, std::initializer_list<const char*> users) {
    if (verb.count(flag) == 0 || std::ranges::find(users, chosen) != users.end()) return;
    throw UsageError(flag, fmt::format("has no meaning for {}; it goes with --protocol {}", chosen,
                                       fmt::join(users, " or ")));
  };
  require("--share", {"ratio", "strong", "temporal"});
  require("--folds", {"k-fold"});
  require("--held-out", {"strong"});
  require("--part", {"strong"});
}

void run(const Command& verb, const EvaluateFlags& flags) {
  for (const char* name : {"train.csv", "test.csv", "fold_in.csv"}) {
    if (flags.split_folder.empty()) break;
    for (const auto& input : {flags.input, flags.test, flags.fold_in}) {
      refuse_to_overwrite(flags.split_folder / name, input);
    }
  }
  ThreadPool pool(flags.common.threads);
  if (is_model_file(flags.input)) {
    evaluate_model(flags, pool);
  } else {
    evaluate_ratings(verb, flags, pool);
  }
}

// --objective rate: the flags that speak of rankings have no meaning there.
void run_rating(const Command& verb, const EvaluateFlags& flags) {
  for (const char* name :
       {"--fold-in", "--negatives", "--held-out", "--part", "--metrics", "--write-split"}) {
    if (verb.count(name) > 0) {
      throw UsageError(name, "has no meaning where ratings are predicted");
    }
  }
  const bool both = flags.rating_model.objective == "both";
  for (const char* name : {"--unobserved-weight", "--init-stddev", "--solver", "--positive-from",
                           "--weight-per-value"}) {
    if (verb.count(name) > 0 && !both) {
      throw UsageError(name, "has no meaning with --objective rate");
    }
  }
  if (is_model_file(flags.input)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is a model: --objective rate splits and trains on a ratings file; "
                            "'kindred predict' asks a model",
                            flags.input.string()));
  }
  RatingEvaluation evaluation;
  evaluation.common = flags.common;
  evaluation.ratings = flags.ratings;
  evaluation.input = flags.input;
  evaluation.test = flags.test;
  evaluation.protocol = flags.protocol.empty() ? "ratio" : flags.protocol;
  if (evaluation.protocol != "ratio" && evaluation.protocol != "k-fold") {
    throw UsageError("--protocol", evaluation.protocol +
                                       " asks what people choose; ratings are "
                                       "predicted by ratio or k-fold");
  }
  if (verb.count("--share") > 0) evaluation.share = flags.share;
  evaluation.fold_count = flags.fold_count;
  evaluation.seed_count = flags.seed_count;
  evaluation.options = rating_options(verb, flags.rating_model, flags.ials, flags.common.seed);
  ThreadPool pool(flags.common.threads);
  if (both) {
    evaluation.ials = flags.ials;
    evaluate_both(evaluation, pool);
  } else {
    evaluate_rating(evaluation, pool);
  }
}

void add_protocol_options(Command& verb, EvaluateFlags& flags) {
  const std::string group = "Protocol";
  auto* protocol =
      verb.add_option("--protocol", flags.protocol,
                      "How to split: leave-one-out, ratio, temporal or strong (people held out "
                      "whole), default leave-one-out; to predict ratings: ratio (the default "
                      "then) or k-fold")
          ->check(one_of({"leave-one-out", "ratio", "temporal", "strong", "k-fold"}))
          ->group(group);
  auto* test = verb.add_option("--test", flags.test, "File of the pairs to be found, no split")
                   ->type_name("FILE")
                   ->excludes(protocol)
                   ->group(group);
  verb.add_option("--fold-in", flags.fold_in,
                  "With --test: what is known of its users, who are new to the model")
      ->type_name("FILE")
      ->needs(test)
      ->group(group);
  verb.add_option("--negatives", flags.negatives,
                  "Rank targets among these items only; lines '(user,item) negative ...'")
      ->type_name("FILE")
      ->needs(test)
      ->group(group);
  verb.add_option("--share", flags.share,
                  "ratio, strong: share of a person's positives that are targets; temporal: "
                  "share of all pairs; ratings: share of all ratings; default 0.2, for ratings 0.1")
      ->check(range(0.001, 0.999))
      ->group(group);
  verb.add_option("--folds", flags.fold_count, "k-fold: how many parts")
      ->check(range(2, 1000))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--held-out", flags.held_out_count,
                  "strong: people to validate on and as many to test on; default a tenth, at most "
                  "10,000")
      ->check(positive_number())
      ->group(group);
  verb.add_option("--part", flags.part, "strong: which of them are scored")
      ->check(one_of({"test", "validation"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--metrics", flags.metrics,
                  "Metrics, such as ndcg@10,recall@20,recall_all@20,precision@5,hr@10,map,mrr,auc,"
                  "coverage@10,gini@10")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->group(group);
  verb.add_option("--seeds", flags.seed_count, "Train with so many seeds and average")
      ->check(range(1, 1000))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--write-split", flags.split_folder,
                  "Write train.csv, test.csv (and fold_in.csv) into this folder")
      ->type_name("FOLDER")
      ->group(group);
}

}  // namespace

void add_evaluate(Command& app) {
  auto flags = std::make_shared<EvaluateFlags>();
  Command* verb = app.add_subcommand("evaluate", "Measure how well targets are found");
  verb->add_option("DATA", flags->input, "A model file, or ratings to split and train on")
      ->required();
  add_protocol_options(*verb, *flags);
  add_ials_options(*verb, flags->ials);
  add_rating_model_options(*verb, flags->rating_model, "watch|rate|both");
  add_ratings_options(*verb, flags->ratings);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred evaluate ratings.csv                          split, train, measure\n"
      "  kindred evaluate ratings.csv --protocol strong --metrics recall@20,ndcg@100\n"
      "  kindred evaluate train.csv --test test.csv            given files\n"
      "  kindred evaluate movies.kindred --test test.csv       a model\n"
      "  kindred evaluate homes.kindred --test homes.csv       a model of a table\n\n"
      "Popularity and chance stand beside every result.");
  verb->callback([flags, verb] {
    if (model::is_table_model_file(flags->input)) {
      require_table_flags(*verb, {"DATA", "--test"});
      evaluate_table(flags->common, flags->input, flags->test);
      return;
    }
    if (flags->protocol == "k-fold") flags->rating_model.objective = "rate";
    if (flags->rating_model.predicts_ratings()) {
      run_rating(*verb, *flags);
      return;
    }
    require_used(*verb, *flags);
    for (const char* name : kTrainingFlags) {
      if (verb->count(name) > 0) flags->training_flags.emplace_back(name);
    }
    run(*verb, *flags);
  });
}

}  // namespace kindred::cli
