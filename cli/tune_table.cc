// kindred tune TABLE --label C: the size of embeddings, buckets, the network.

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "cli/table_flags.h"
#include "cli/table_recipe_flag.h"
#include "cli/tune_flags.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/features/propose.h"
#include "kindred/tuning/table_tuning.h"

namespace kindred::cli {
namespace {

constexpr int kTableEpochs = 40;
constexpr int kTablePatience = 5;

// The rows, what is known of the columns, and the columns: those of --config, or proposed.
tuning::TunedTable load_tuned_table(const TuneFlags& flags) {
  TableFlags table;
  table.files = {flags.data};
  tuning::TunedTable loaded;
  features::TableRecipe recipe;
  if (!flags.config.empty()) recipe = features::read_recipe(flags.config);
  if (!flags.label.empty()) recipe.reading.label = flags.label;
  recipe = require_label(std::move(recipe));
  data::CsvOptions all = recipe.reading;
  all.keep_missing = true;
  const data::CsvSchema fields = data::infer_csv_schema(table.files, all);
  loaded.facts = features::gather_facts(fields, open_table(table, flags.common, fields));
  loaded.facts.label = recipe.reading.label;
  if (flags.config.empty()) {
    note(flags.common, "no --config: columns as 'kindred columns' proposes them, embedded anew");
    const features::Proposal proposal = features::propose(loaded.facts, recipe.reading);
    for (const std::string& sentence : proposal.left_out()) note(flags.common, sentence);
    recipe = proposal.recipe();
  }
  data::CsvOptions reading = features::reading_options(recipe, true);
  reading.required = features::required_fields(recipe);
  const data::CsvSchema schema = data::infer_csv_schema(table.files, reading);
  tell_about_reading(flags.common, schema);
  loaded.recipe = features::with_types(std::move(recipe), schema);
  loaded.rows = open_table(table, flags.common, schema).collect();
  if (flags.test_table.empty()) return loaded;
  table.files = {flags.test_table};
  const data::CsvSchema test =
      data::infer_csv_schema(table.files, features::reading_options(loaded.recipe, true));
  loaded.test = open_table(table, flags.common, test).collect();
  return loaded;
}

tuning::TableTuningOptions table_tuning_options(const TuneFlags& flags) {
  tuning::TableTuningOptions options;
  options.fit.epochs = flags.epochs.value_or(kTableEpochs);
  options.fit.patience = flags.patience.value_or(kTablePatience);
  options.fit.seed = flags.common.seed;
  options.parameters_max = flags.parameters_max;
  options.steps = tuning::parse_trial_steps(flags.steps);
  options.seed_count = flags.seed_count;
  options.rules = flags.rules;
  return options;
}

void train_table_winner(const TuneFlags& flags, const tuning::TableTuning& tuned,
                        const tuning::Report& report) {
  if (flags.output.empty() || !report.verdict.best) return;
  const tuning::Trial& best = *report.verdict.best;
  note(flags.common,
       fmt::format("training the best on train and validation rows: {}", to_text(best.setting)));
  model::TableModel model = tuned.train(best, best.seed);
  model.facts.set("table", report.title);
  model.facts.set("tuned", to_json(best));
  model.facts.set("program", "kindred " KINDRED_VERSION);
  model::save(model, flags.output);
  note(flags.common, fmt::format("wrote {}; next: kindred predict {} FILE.csv -o out.csv",
                                 flags.output.string(), flags.output.string()));
}

}  // namespace

void tune_table(const TuneFlags& flags) {
  if (!flags.output.empty()) {
    refuse_to_overwrite(flags.output, flags.data);
    require_writable(flags.output);
  }
  ThreadPool pool(flags.common.threads);
  tuning::TunedTable table = load_tuned_table(flags);
  const std::string label = table.recipe.reading.label;
  const tuning::TableTuningOptions options = table_tuning_options(flags);
  tuning::TableTuning tuned(std::move(table), options, pool);
  note(flags.common,
       fmt::format("{} rows to train and validate on, {} to test on",
                   format_count(tuned.known_row_count()), format_count(tuned.test_row_count())));
  const tuning::Space space = space_of(flags, tuned.space());
  tuned.fit_options_of(starting_setting(space));  // Unknown parameters are known now.
  tuning::Study study(journal_path(flags),
                      study_options(flags, space, tuned.subject(), options.fit.epochs));
  if (const std::string about = study.about_file(); !about.empty()) note(flags.common, about);
  std::optional<Interrupt> interrupt("\nstopping; again to stop at once\n");
  std::optional<CancelScope> scope(std::in_place, pool, &interrupt->requested());
  run_trials(
      flags, study,
      [&](const tuning::Trial& trial, const tuning::TrialHooks& hooks) {
        return tuned.run(trial, hooks);
      },
      {.name = tuned.metric(), .lower_is_better = tuned.lower_is_better()}, *interrupt);
  scope.reset();
  const bool embeds = space.find("embedding-scale") != nullptr;
  tuning::Report report = begin_report(flags, study, embeds ? "embedding-scale" : "buckets");
  report.metric = tuned.metric();
  report.lower_is_better = tuned.lower_is_better();
  report.metric_definition = "of the rows set aside to validate on";
  report.facts.insert(report.facts.begin(),
                      {{"label", label},
                       {"rows to train and validate on", format_count(tuned.known_row_count())},
                       {"rows to test on", format_count(tuned.test_row_count())}});
  scope.emplace(pool, &interrupt->requested());
  unless_interrupted(*interrupt, [&] {
    tuning::Report whole = report;  // Half of the finals would say nothing.
    tuned.run_finals(whole);
    report = std::move(whole);
  });
  scope.reset();
  finish_report(flags, report, *interrupt);
  interrupt.reset();  // From here on there is nothing to keep.
  train_table_winner(flags, tuned, report);
}

}  // namespace kindred::cli
