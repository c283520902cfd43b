#include "kindred/model/table_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/base/rng.h"
#include "kindred/features/adapt.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/model/training_judge.h"

namespace kindred::model {
namespace {

// Streams of the generator.
enum class Draw : std::uint32_t { validation_rows = 0x76616c };

// Epochs of small tables take less time than bringing a file to the disk.
constexpr double kCheckpointSeconds = 1.0;

struct Split {
  data::Batch train;
  data::Batch validation;  // Of no rows where nothing is set aside.
};

void warn(const TableFitOptions& options, const std::string& message) {
  if (options.warn) options.warn(message);
}

data::Batch chosen(const data::Batch& rows, std::span<const std::size_t> numbers) {
  data::Batch out = data::empty_like(rows);
  data::append_chosen_rows(out, rows, numbers);
  return out;
}

// Rows with a label, which becomes numbers.
data::Batch with_targets(data::Batch rows, LabelCoding& coding, const std::string& name,
                         const TableFitOptions& options) {
  if (!rows.label) throw Error(ErrorCode::invalid_argument, "there is no label to learn");
  const std::vector<std::size_t> labelled = labelled_rows(*rows.label);
  if (labelled.empty()) {
    throw Error(ErrorCode::invalid_argument,
                rows.row_count == 0 ? "there are no rows to train on"
                                    : fmt::format("no row has a value for the label '{}'", name));
  }
  if (labelled.size() < rows.row_count) {
    const std::size_t without = rows.row_count - labelled.size();
    warn(options, without == 1 ? fmt::format("1 row has no '{}' and is left out", name)
                               : fmt::format("{} rows have no '{}' and are left out",
                                             format_count(without), name));
    rows = chosen(rows, labelled);
  }
  coding = learn_label(name, *rows.label, options.objective);
  rows.label = data::column(encode_label(coding, *rows.label));
  return rows;
}

// The last rows of a random order validate; both parts keep the order of the table.
Split set_aside(const data::Batch& rows, const TableFitOptions& options) {
  if (options.validation_split == 0.0) return {.train = rows, .validation = {}};
  const std::size_t train_count = data::train_row_count(rows.row_count, options.validation_split);
  std::vector<std::size_t> order(rows.row_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng(options.seed, static_cast<std::uint32_t>(Draw::validation_rows)).shuffle(std::span(order));
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(train_count);
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  return {.train = chosen(rows, std::span(order).first(train_count)),
          .validation = chosen(rows, std::span(order).subspan(train_count))};
}

features::TableRecipe learned(features::TableRecipe recipe, const data::Batch& train,
                              const TableFitOptions& options) {
  if (std::ranges::all_of(recipe.columns, [](const auto& one) { return is_learned(one); })) {
    return recipe;
  }
  features::Adapted adapted = features::adapt(
      std::move(recipe.columns), data::Dataset::from_batch(train), {.leaves_out_empty = true});
  for (const std::string& warning : adapted.warnings) warn(options, warning);
  recipe.columns = std::move(adapted.columns);
  if (recipe.columns.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "no column is left to learn from: in the training rows all values are missing");
  }
  return recipe;
}

std::vector<nn::LayerSpec> hidden_layers(const TableFitOptions& options) {
  std::vector<nn::LayerSpec> layers;
  for (const std::size_t units : options.hidden) {
    layers.emplace_back(nn::dense(units, nn::Activation::relu));
    if (options.dropout > 0.0) layers.emplace_back(nn::dropout(options.dropout));
  }
  return layers;
}

nn::EarlyStoppingOptions stopping_options(const TableFitOptions& options, Objective objective) {
  nn::EarlyStoppingOptions stopping;
  stopping.patience = options.patience;
  // Squared errors may be those of two rows; absolute ones are not.
  if (objective == Objective::regression) stopping.second_opinion = "val_mae";
  return stopping;
}

nn::FitOptions fit_options(const TableFitOptions& options, Split& split, Objective objective) {
  nn::FitOptions fit;
  fit.epochs = options.epochs;
  fit.batch_size = options.batch_size;
  fit.seed = options.seed;
  fit.checkpoint = options.checkpoint;
  fit.checkpoint_seconds = kCheckpointSeconds;
  fit.resumes = options.resumes;
  fit.progress = options.progress;
  fit.progress_style = options.progress_style;
  fit.cancelled = options.cancelled;
  fit.warn = options.warn;
  if (split.validation.row_count > 0) {
    fit.validation = std::move(split.validation);
    if (options.patience > 0) {
      fit.callbacks.push_back(nn::early_stopping(stopping_options(options, objective)));
    }
  }
  fit.callbacks.insert(fit.callbacks.end(), options.callbacks.begin(), options.callbacks.end());
  return fit;
}

// Rows that count, and answers that differ, or nothing can be learned and judged.
void check_parts(const Split& split, const std::string& label) {
  const auto count_of = [](const data::Batch& rows) {
    double sum = 0.0;
    const features::NumberReader weights(*rows.weight, "weight");
    for (std::size_t row = 0; row < rows.row_count; ++row) sum += weights[row];
    return sum;
  };
  for (const data::Batch* rows : {&split.train, &split.validation}) {
    if (rows->row_count == 0 || !rows->weight || count_of(*rows) > 0.0) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the weights of all {} rows {} are 0: nothing counts",
                            format_count(rows->row_count),
                            rows == &split.train ? "to train on" : "to validate on"));
  }
  const auto targets = split.train.label->floats();
  const auto differs = [&](float target) { return target != targets.front(); };
  if (std::ranges::any_of(targets, differs)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("all {} rows to train on have the same '{}'; there is nothing to learn",
                          format_count(targets.size()), printable(label)));
}

bool was_cut_short(const TableFitOptions& options, const nn::History& history) {
  return options.cancelled != nullptr && options.cancelled->load() &&
         static_cast<int>(history.epochs.size()) < options.epochs;
}

}  // namespace

int kept_epoch(const TableModel& model, const TableFitOptions& options) {
  const int last = model.history.epochs.back().epoch;
  if (options.patience == 0 || options.validation_split == 0.0) return last;
  const int kept = nn::kept_epoch(model.history, stopping_options(options, model.label.objective));
  return kept == 0 ? last : kept;
}

TableModel fit_table(data::Batch rows, features::TableRecipe recipe, const TableFitOptions& options,
                     ThreadPool& pool) {
  if (!(options.dropout >= 0.0 && options.dropout < 1.0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a dropout rate of {} is not in [0, 1)", options.dropout));
  }
  if (!(options.validation_split >= 0.0 && options.validation_split < 1.0)) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("the validation split is {}; it must be in [0, 1)", options.validation_split));
  }
  LabelCoding coding;
  rows = with_targets(std::move(rows), coding, recipe.reading.label, options);
  Split split = set_aside(rows, options);
  rows = {};
  check_parts(split, recipe.reading.label);
  const auto targets = split.train.label->floats();
  learn_scale(coding, {targets.begin(), targets.end()});
  recipe = learned(std::move(recipe), split.train, options);
  TableModel model = make_table_model(std::move(recipe), std::move(coding), hidden_layers(options),
                                      options.seed, options.optimizer);
  if (options.begin) options.begin(model, split.train.row_count, split.validation.row_count);
  const nn::FitOptions fit = fit_options(options, split, model.label.objective);
  model.history = model.network.fit(split.train, fit, pool);
  const auto* judged = fit.validation ? std::get_if<data::Batch>(&*fit.validation) : &split.train;
  if (was_cut_short(options, model.history)) {
    throw Error(ErrorCode::cancelled,
                fmt::format("stopped after epoch {}", model.history.epochs.size()));
  }
  judge_training(model, split.train, *judged, options, pool);
  return model;
}

}  // namespace kindred::model
