// kindred tune: which dimension, which regularisation, and why.

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "cli/flags/command.h"
#include "cli/tune_flags.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/size.h"
#include "kindred/evaluation/metrics.h"
#include "kindred/learning/validation.h"
#include "kindred/learning/watching.h"
#include "kindred/model/io.h"
#include "kindred/tuning/ratings_finals.h"
#include "kindred/tuning/ratings_tuning.h"

namespace kindred::cli {
namespace {

constexpr int kEpochs = 16;
constexpr int kPatience = 3;

tuning::RatingsTuningOptions tuning_options(const TuneFlags& flags,
                                            const data::Interactions& ratings) {
  tuning::RatingsTuningOptions options;
  options.ials = flags.ials.options;
  options.ials.epochs = flags.epochs.value_or(kEpochs);
  options.ials.seed = flags.common.seed;
  options.rule = positive_rule(flags.common, flags.ials, ratings);
  options.metric =
      evaluation::parse_metric(flags.metric.empty() ? learning::kValidationMetric : flags.metric);
  if (options.metric.k == 0 || evaluation::is_aggregate(options.metric)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--metric {} is none of one person's first k: ndcg@20, recall@10, ...",
                            flags.metric));
  }
  const std::size_t usual = tuning::default_held_out_users(ratings.users.size());
  options.validation_users =
      check_size(flags.held_out.value_or(usual), "--held-out", 0, ratings.users.size());
  options.test_users = check_size(flags.test_users.value_or(options.validation_users), "--test", 0,
                                  ratings.users.size());
  options.patience = flags.patience.value_or(kPatience);
  options.steps = tuning::parse_trial_steps(flags.steps);
  options.dimensions_max = flags.dimensions_max;
  if (flags.model == "item-item") options.item_item = flags.ials.item_item;
  return options;
}

// The start and, with its other values, both ends of the range: is it the right one?
std::vector<tuning::Setting> first_settings(const tuning::Space& space, const std::string& search) {
  const tuning::Setting start = starting_setting(space);
  std::vector<tuning::Setting> first = {start};
  const tuning::Parameter* dim = space.find("dim");
  if (dim == nullptr || !tuning::is_numeric(*dim) || search != "tpe") return first;
  for (const double side : {1.0, 0.0}) {
    tuning::Setting setting = start;
    setting.set("dim", tuning::value_at(*dim, side));
    if (setting != start) first.push_back(std::move(setting));
  }
  return first;
}

// The command line that trains this setting.
std::string train_command(const TuneFlags& flags, const tuning::RatingsTuningOptions& options,
                          const tuning::Trial& trial) {
  std::string command = fmt::format("kindred train {} -o model.kindred", flags.data.string());
  for (const auto& [name, value] : trial.setting.values()) {
    command += fmt::format(" --{} {}", name, tuning::to_text(value));
  }
  if (options.item_item) return command + " --model item-item";
  if (trial.setting.find("regularization-exponent") == nullptr) {
    command += fmt::format(" --regularization-exponent {:g}", options.ials.regularization_exponent);
  }
  return command;
}

tuning::Report report_of(const TuneFlags& flags, const data::Interactions& ratings,
                         const tuning::RatingsTuningOptions& options,
                         const tuning::RatingsTuning& tuned, const tuning::Study& study) {
  tuning::Report report = begin_report(flags, study, options.item_item ? "neighbors" : "dim");
  report.facts.insert(report.facts.begin(),
                      {{"users", format_count(ratings.users.size())},
                       {"items", format_count(ratings.items.size())},
                       {"positives", data::describe(options.rule)},
                       {"people to validate on", format_count(tuned.validation_user_count())},
                       {"people to test on", format_count(tuned.test_user_count())}});
  report.metric = evaluation::name(options.metric);
  report.metric_definition = evaluation::definition(options.metric);
  if (!options.item_item) report.prior = tuning::dimension_prior(ratings.items.size());
  if (report.verdict.best) {
    report.command = train_command(flags, options, *report.verdict.best);
  }
  return report;
}

void train_winner(const TuneFlags& flags, LoadedRatings& data,
                  const tuning::RatingsTuningOptions& options, const tuning::Report& report,
                  ThreadPool& pool) {
  if (flags.output.empty() || !report.verdict.best) return;
  learning::WatchTraining training;
  const factorization::IalsOptions ials =
      options.item_item ? options.ials : tuning::final_options(*report.verdict.best, options.ials);
  training.family = ials;
  if (options.item_item) {
    training.family =
        tuning::item_item_options_of(report.verdict.best->setting, *options.item_item);
  }
  training.positive_rule = options.rule;
  training.test_users = options.test_users;
  training.seed = ials.seed;
  note(flags.common, fmt::format("training the best on train and validation people: {}{}",
                                 to_text(report.verdict.best->setting),
                                 options.item_item ? "" : fmt::format(", {} epochs", ials.epochs)));
  model::Model model = learning::train_watching(data.interactions, training, {.pool = pool}).model;
  model.items.metadata = std::move(data.items);
  model.users.metadata = std::move(data.users);
  model.facts.set("program", "kindred " KINDRED_VERSION);
  model.facts.set("ratings", data::to_json(data.summary));
  model.facts.set("tuned", tuning::to_json(*report.verdict.best));
  model::save(model, flags.output);
  note(flags.common, fmt::format("wrote {}", flags.output.string()));
}

constexpr const char* kVectorsName = "vectors";

// Whether trials begin with each other's vectors. Those of a grid stand for themselves.
bool warm_starts(const TuneFlags& flags, const tuning::Space& space) {
  return flags.model != "item-item" && !flags.no_warm_starts && flags.search != "grid" &&
         tuning::allows_warm_starts(space);
}

// A trial that begins well can be judged after its first epoch.
tuning::StudyOptions study_options(const TuneFlags& flags, const tuning::Space& space,
                                   const tuning::RatingsTuning& tuned, int epochs) {
  const bool warm = warm_starts(flags, space);
  Json subject = tuned.subject();
  if (warm) subject.set("warm_starts", true);
  tuning::StudyOptions options = study_options(flags, space, std::move(subject), epochs);
  options.first = first_settings(space, flags.search);
  options.scores = tuning::ScoreRange{0.0, 1.0};  // Every metric of a ranking.
  if (warm) options.stopping.steps_min = 1;
  return options;
}

void tune_ratings(const TuneFlags& flags) {
  if (!flags.output.empty()) {
    refuse_to_overwrite(flags.output, flags.data);
    require_writable(flags.output);
  }
  ThreadPool pool(flags.common.threads);
  LoadedRatings data = load_ratings(flags.data, flags.ratings, flags.common, pool);
  const data::Interactions& ratings = data.interactions;
  const tuning::RatingsTuningOptions options = tuning_options(flags, ratings);
  tuning::RatingsTuning tuned(ratings, options, pool);
  if (!options.item_item) {
    note(flags.common,
         describe(tuning::dimension_prior(ratings.items.size()), ratings.items.size(), "items"));
  }
  note(flags.common, fmt::format("{} people to validate on, {} to test on",
                                 format_count(tuned.validation_user_count()),
                                 format_count(tuned.test_user_count())));
  const tuning::Space space = space_of(
      flags, options.item_item ? tuning::item_item_space(ratings.items.size())
                               : tuning::ratings_space(ratings.items.size(), flags.dimensions_max));
  // A parameter that the model does not have is known now, not in the first trial.
  if (options.item_item) {
    tuning::item_item_options_of(starting_setting(space), *options.item_item);
  } else {
    tuning::ials_options_of(starting_setting(space), options.ials);
  }
  const int epochs = options.item_item ? 1 : options.ials.epochs;
  tuning::Study study(journal_path(flags), study_options(flags, space, tuned, epochs));
  if (const std::string about = study.about_file(); !about.empty()) note(flags.common, about);
  std::optional<tuning::WarmStarts> starts;
  if (warm_starts(flags, space)) {
    starts.emplace(flags.study.empty() ? "" : flags.study / kVectorsName);
  }
  std::optional<Interrupt> interrupt("\nstopping; again to stop at once\n");
  std::optional<CancelScope> scope(std::in_place, pool, &interrupt->requested());
  run_trials(
      flags, study,
      [&](const tuning::Trial& trial, const tuning::TrialHooks& hooks) {
        return starts ? tuned.run(trial, hooks, *starts, study.trials()) : tuned.run(trial, hooks);
      },
      {.name = evaluation::name(options.metric)}, *interrupt);
  scope.reset();

  tuning::Report report = report_of(flags, ratings, options, tuned, study);
  tuning::FinalsOptions finals;
  finals.base = options.ials;
  finals.seed_count = flags.seed_count;
  finals.rules = flags.rules;
  finals.cancelled = &interrupt->requested();
  finals.observe = [&](const std::string& what) { note(flags.common, "testing " + what); };
  scope.emplace(pool, &interrupt->requested());
  unless_interrupted(*interrupt, [&] { tuning::run_finals(tuned, finals, report); });
  scope.reset();
  finish_report(flags, report, *interrupt);
  interrupt.reset();  // From here on there is nothing to keep.
  train_winner(flags, data, options, report, pool);
}

void add_search_options(Command& verb, TuneFlags& flags) {
  const std::string group = "Search";
  verb.add_option("--trials", flags.trials, "Settings to try, by all processes of the study")
      ->check(range(1, 1000000))
      ->capture_default_str()
      ->group(group);
  verb.add_option(
          "--study", flags.study,
          "Folder of the study and its report; run again to continue, or beside it to share")
      ->type_name("DIR")
      ->group(group);
  verb.add_flag("--trust-study", flags.trust_study,
                "Go on with a study of an earlier version, which has no checksums, though a score "
                "in it looks damaged")
      ->group(group);
  verb.add_option("--search", flags.search, "What to try next: tpe, random, sobol or grid")
      ->check(one_of({"tpe", "random", "sobol", "grid"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--stopping", flags.stopping, "Which trials to end early: halving, median, none")
      ->check(one_of({"halving", "median", "none"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--steps", flags.steps,
                  "What trials are compared after: epochs, or trainings on parts of the data, a "
                  "ninth, a third and all of it")
      ->check(one_of({"epochs", "parts"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--set", flags.parameters,
                  "A parameter's range: dim=16..128:log, unobserved-weight=0.1|0.3, ...; may be "
                  "repeated")
      ->type_name("NAME=RANGE")
      ->allow_extra_args(false)
      ->group(group);
  verb.add_option("--space", flags.space_file, "The whole search space as TOML")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--dim-max", flags.dimensions_max, "As far as the dimensions may widen")
      ->check(range(1, 16384))
      ->capture_default_str()
      ->group(group);
  verb.add_flag("--no-warm-starts", flags.no_warm_starts,
                "Ratings: begin every trial with random vectors, not with those of the best so "
                "far; a grid does so anyway")
      ->group(group);
  verb.add_option("--trial-timeout", flags.trial_timeout, "Seconds that a trial may take")
      ->check(positive_number())
      ->capture_default_str()
      ->group(group);
}

void add_table_options(Command& verb, TuneFlags& flags) {
  const std::string group = "Table";
  verb.add_option("--label", flags.label, "The column of a table to be predicted")
      ->type_name("COLUMN")
      ->group(group);
  verb.add_option("--config", flags.config,
                  "Columns as TOML or JSON, as for 'kindred fit'; may name the label")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--test-table", flags.test_table,
                  "Rows to test the finalists on; default: a tenth of the table")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--parameters-max", flags.parameters_max,
                  "A network with more parameters is no choice; 0: any")
      ->capture_default_str()
      ->group(group);
}

void add_training_options(Command& verb, TuneFlags& flags) {
  const std::string group = "Training";
  verb.add_option("--model", flags.model, "Ratings: what to tune, ials or item-item")
      ->check(one_of({"ials", "item-item"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("-o,--output", flags.output,
                  "Train the best on train and validation people, and write the model")
      ->group(group);
  verb.add_option("--epochs", flags.epochs, "Epochs of a trial; default 16, of tables 40")
      ->check(range(1, 1000000))
      ->group(group);
  verb.add_option("--patience", flags.patience,
                  "End a trial when validation has not risen for so many epochs; 0: never; "
                  "default 3, of tables 5")
      ->check(range(0, 1000000))
      ->group(group);
  verb.add_option("--metric", flags.metric,
                  "What to choose by: ndcg@20 (the default), recall@10, hr@10, ...")
      ->group(group);
  verb.add_option("--held-out", flags.held_out,
                  "Users to validate on; default a tenth, at most 1,000")
      ->check(positive_number())
      ->group(group);
  verb.add_option("--test", flags.test_users,
                  "Users kept apart to test the finalists; default as many; 0: none")
      ->check(non_negative_number())
      ->group(group);
  verb.add_flag("--rules", flags.rules,
                "Also test the dimensions that the usual rules of thumb say, with the rest of the "
                "best setting")
      ->group(group);
  verb.add_option("--seeds", flags.seed_count, "Trainings of each finalist")
      ->check(range(1, 1000))
      ->capture_default_str()
      ->group(group);
}

}  // namespace

void add_tune(Command& app) {
  auto flags = std::make_shared<TuneFlags>();
  // As published: the ranges of the space are those of this exponent.
  flags->ials.options.regularization_exponent = 1.0F;
  Command* verb =
      app.add_subcommand("tune", "Choose the dimension and the regularisation, with the evidence");
  verb->add_option("DATA", flags->data, "A ratings file, or a table with --label")->required();
  add_table_options(*verb, *flags);
  add_search_options(*verb, *flags);
  add_training_options(*verb, *flags);
  add_regularization_exponent_option(*verb, flags->ials.options.regularization_exponent);
  add_positive_options(*verb, flags->ials);
  add_ratings_options(*verb, flags->ratings);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred tune ratings.csv --study movies -o movies.kindred\n"
      "  kindred tune homes.csv --label price --study homes -o homes.kindred\n"
      "  kindred tune ratings.csv --set dim=16..256:log --trials 60\n"
      "  kindred tune ratings.csv --search grid --stopping none --set 'dim=16|32|64' \\\n"
      "      --set 'regularization=0.003|0.01' --set unobserved-weight=0.1\n\n"
      "Begins at the fourth root of the number of items and leaves that range where the edge "
      "wins.");
  verb->callback([flags, verb] {
    if (flags->label.empty() && flags->config.empty()) {
      for (const char* name : {"--test-table", "--parameters-max"}) {
        if (verb->count(name) > 0) throw UsageError(name, "has no meaning for ratings");
      }
      require_family_flags(*verb, flags->model);
      tune_ratings(*flags);
      return;
    }
    for (const char* name : {"--dim-max", "--metric", "--held-out", "--test", "--positive-from",
                             "--regularization-exponent", "--no-warm-starts", "--model"}) {
      if (verb->count(name) > 0) throw UsageError(name, "has no meaning for a table");
    }
    tune_table(*flags);
  });
}

}  // namespace kindred::cli
