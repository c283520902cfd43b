// kindred fit: a table and a label to a trained network.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/table_flags.h"
#include "cli/table_recipe_flag.h"
#include "cli/table_text.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/model/table_fit.h"
#include "kindred/nn/epoch_logs.h"

namespace kindred::cli {
namespace {

struct FitFlags {
  CommonOptions common;
  TableFlags table;
  std::filesystem::path config;
  std::filesystem::path output;
  std::string objective = "auto";
  std::string optimizer = "adam";
  std::optional<float> learning_rate;
  model::TableFitOptions fit;
  bool resume = false;
  std::filesystem::path csv_log;
  std::filesystem::path curves;
  std::filesystem::path tensorboard;
};

std::filesystem::path checkpoint_of(std::filesystem::path output) {
  return output += ".checkpoint";
}

void refuse_overwriting(const FitFlags& flags) {
  for (const auto& output : {flags.output, flags.csv_log, flags.curves}) {
    if (output.empty()) continue;
    for (const auto& file : flags.table.files) refuse_to_overwrite(output, file);
    refuse_to_overwrite(output, flags.config);
  }
  require_writable(flags.output);
}

void tell_about_checkpoint(const FitFlags& flags) {
  const std::filesystem::path checkpoint = checkpoint_of(flags.output);
  const bool exists = std::filesystem::exists(checkpoint);
  if (flags.resume && !exists) {
    note(flags.common,
         fmt::format("no checkpoint {}: starting from the beginning", checkpoint.string()));
  } else if (!flags.resume && exists) {
    note(flags.common, fmt::format("replacing the checkpoint {} of a run cut short; --resume "
                                   "would have continued it",
                                   checkpoint.string()));
  }
}

// What people should know again at the end: what was left out, and what looks wrong.
using Remarks = std::vector<std::string>;

model::TableFitOptions fit_options(const FitFlags& flags, std::optional<Interrupt>& interrupt,
                                   Remarks& remarks) {
  model::TableFitOptions options = flags.fit;
  if (flags.objective != "auto") options.objective = model::parse_objective(flags.objective);
  options.optimizer = nn::parse_optimizer(flags.optimizer);
  if (flags.learning_rate) nn::set_learning_rate(options.optimizer, *flags.learning_rate);
  options.seed = flags.common.seed;
  options.checkpoint = checkpoint_of(flags.output);
  options.resumes = flags.resume;
  options.progress = stderr;
  options.progress_style = progress_style(flags.common);
  options.cancelled = &Interrupt::flag();
  const std::string title = title_of(flags.table);
  if (!flags.csv_log.empty()) options.callbacks.push_back(nn::csv_log(flags.csv_log));
  if (!flags.curves.empty()) options.callbacks.push_back(nn::curve_log(flags.curves, title));
  if (!flags.tensorboard.empty()) {
    options.callbacks.push_back(nn::tensorboard_log(flags.tensorboard));
  }
  options.warn = [&flags, &remarks](const std::string& message) {
    note(flags.common, "warning: " + message);
    remarks.push_back(message);
  };
  options.begin = [&flags, &interrupt](const model::TableModel& model, std::size_t train_rows,
                                       std::size_t validation_rows) {
    interrupt.emplace("\nstopping; again to stop at once\n");
    note(flags.common, fmt::format("label: {}, {} ({})", model.label.name, label_text(model.label),
                                   name_of(model.label.objective)));
    for (const std::string& line : column_lines(model)) note(flags.common, "  " + line);
    note(flags.common, fmt::format("network: {}", network_line(model)));
    note(flags.common,
         fmt::format("{} rows to train on, {} to validate, {} parameters", format_count(train_rows),
                     format_count(validation_rows),
                     format_count(model.network.network().parameters->trainable_value_count())));
  };
  return options;
}

model::TableModel train(const FitFlags& flags, data::Batch rows, features::TableRecipe recipe,
                        Remarks& remarks) {
  std::optional<Interrupt> interrupt;  // Until training begins a signal ends the process.
  const model::TableFitOptions options = fit_options(flags, interrupt, remarks);
  ThreadPool pool(flags.common.threads);
  try {
    return model::fit_table(std::move(rows), std::move(recipe), options, pool);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled) throw;
    throw Error(ErrorCode::cancelled,
                std::filesystem::exists(options.checkpoint)
                    ? fmt::format("{}; the same command with --resume continues", error.what())
                    : error.what());
  }
}

// Of the epoch whose parameters were kept.
const nn::EpochLog& kept_log(const model::TableModel& model, const FitFlags& flags) {
  const int kept = model::kept_epoch(model, flags.fit);
  for (const nn::EpochLog& log : model.history.epochs) {
    if (log.epoch == kept) return log;
  }
  return model.history.epochs.back();
}

// Columns and rows that were left out, whether by a proposal or in training.
std::vector<std::string> left_out_of(const Remarks& remarks) {
  std::vector<std::string> found;
  for (const std::string& remark : remarks) {
    if (remark.find("left out") != std::string::npos) found.push_back(remark);
  }
  return found;
}

Json text_list(const std::vector<std::string>& texts) {
  Json list{Json::Array{}};
  for (const std::string& text : texts) list.push(text);
  return list;
}

void report(const FitFlags& flags, const model::TableModel& model, const Remarks& remarks) {
  const bool keeps_best = flags.fit.patience > 0 && flags.fit.validation_split > 0.0;
  const nn::EpochLog& kept = kept_log(model, flags);
  if (flags.common.json) {
    Json json;
    json.set("model", flags.output.string());
    json.set("objective", name_of(model.label.objective));
    json.set("epochs", std::uint64_t{model.history.epochs.size()});
    json.set("kept_epoch", kept.epoch);
    json.set("metrics", scores_json(kept.scores));
    json.set("remarks", text_list(remarks));
    fmt::print("{}\n", with_guesses(flags.common, std::move(json)).dump(2));
  }
  std::string scores;
  for (const auto& [name, value] : kept.scores) {
    if (!keeps_best || name.starts_with("val_")) scores += fmt::format("  {} {:.4f}", name, value);
  }
  for (const std::string& sentence : left_out_of(remarks)) note(flags.common, sentence);
  note(flags.common,
       fmt::format("kept epoch {} of {}:{}", kept.epoch, model.history.epochs.size(), scores));
  note(flags.common, fmt::format("wrote {}; next: kindred predict {} FILE.csv -o out.csv",
                                 flags.output.string(), flags.output.string()));
}

void run(const FitFlags& flags) {
  refuse_overwriting(flags);
  FoundRecipe found = find_recipe(flags.table, flags.config, flags.common);
  features::TableRecipe recipe = require_label(std::move(found.recipe));
  Remarks remarks = std::move(found.left_out);
  data::CsvOptions reading = features::reading_options(recipe, true);
  reading.required = features::required_fields(recipe);
  const data::CsvSchema schema = data::infer_csv_schema(flags.table.files, reading);
  tell_about_reading(flags.common, schema);
  recipe = features::with_types(std::move(recipe), schema);
  tell_about_checkpoint(flags);
  data::Batch rows = open_table(flags.table, flags.common, schema).collect();
  model::TableModel model = train(flags, std::move(rows), std::move(recipe), remarks);
  model.facts.set("table", title_of(flags.table));
  model.facts.set("optimizer", flags.optimizer);
  model.facts.set("batch_size", std::uint64_t{flags.fit.batch_size});
  model.facts.set("program", "kindred " KINDRED_VERSION);
  model::save(model, flags.output);
  std::filesystem::remove(checkpoint_of(flags.output));
  report(flags, model, remarks);
}

void add_training_options(Command& verb, FitFlags& flags) {
  const std::string group = "Training";
  verb.add_option("--objective", flags.objective,
                  "What is predicted; auto: classes for text and for two numbers, else a number")
      ->check(one_of({"auto", "regression", "binary", "multiclass"}))
      ->capture_default_str()
      ->group(group);
  verb.add_option("--hidden", flags.fit.hidden,
                  "Units of the hidden layers, separated by commas; 0 for none: a linear model")
      ->type_name("N,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str("64,32")
      ->group(group);
  verb.add_option("--dropout", flags.fit.dropout, "Share of hidden units left out in each step")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--epochs", flags.fit.epochs, "Passes over the rows, at most")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--patience", flags.fit.patience,
                  "Epochs without a better validation loss before stopping; 0: all epochs")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--validation-split", flags.fit.validation_split,
                  "Share of the rows set aside to judge epochs, chosen by the seed; 0: none")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--batch-size", flags.fit.batch_size, "Rows of a step")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--optimizer", flags.optimizer,
                  "sgd, adagrad, adam, adamw, rmsprop, ftrl, lazy_adam or rowwise_adagrad")
      ->capture_default_str()
      ->group(group);
  verb.add_option("--learning-rate", flags.learning_rate, "Default: that of the optimizer")
      ->type_name("RATE")
      ->group(group);
  verb.add_flag("--resume", flags.resume, "Continue from the checkpoint of a run cut short")
      ->group(group);
}

void add_log_options(Command& verb, FitFlags& flags) {
  const std::string group = "Logs";
  verb.add_option("--curves", flags.curves, "Training curves as a picture (.svg) or page (.html)")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--log", flags.csv_log, "Scores of every epoch as CSV")
      ->type_name("FILE")
      ->group(group);
  verb.add_option("--tensorboard", flags.tensorboard, "TensorBoard event files go here")
      ->type_name("FOLDER")
      ->group(group);
}

}  // namespace

void add_fit(Command& app) {
  auto flags = std::make_shared<FitFlags>();
  Command* verb = app.add_subcommand("fit", "Train a network on a table to predict a column");
  add_table_options(*verb, flags->table);
  verb->add_option("--config", flags->config,
                   "Columns as TOML or JSON; default: as 'kindred columns' proposes")
      ->type_name("FILE");
  verb->add_option("-o,--output", flags->output, "The model to write")
      ->type_name("FILE")
      ->required();
  add_training_options(*verb, *flags);
  add_log_options(*verb, *flags);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred fit homes.csv --label price -o homes.kindred\n"
      "  kindred fit homes.csv --label price --hidden 128,64 --curves curves.html -o m.kindred\n"
      "  kindred columns homes.csv --label price -o columns.toml     edit it, then:\n"
      "  kindred fit homes.csv --config columns.toml -o homes.kindred\n\n"
      "Then: kindred evaluate M --test F, predict M F, inspect M, export M --what TABLE.\n"
      "A checkpoint is kept beside the model while training runs.");
  verb->callback([flags] {
    if (flags->fit.hidden == std::vector<std::size_t>{0}) flags->fit.hidden.clear();
    run(*flags);
  });
}

}  // namespace kindred::cli
