// kindred train: a ratings file becomes a model file.

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/common.h"
#include "cli/flags/command.h"
#include "cli/ials_flags.h"
#include "cli/rating_model_flags.h"
#include "cli/ratings_flags.h"
#include "cli/train_rating.h"
#include "cli/verbs.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/io.h"
#include "kindred/model/rating_checkpoint.h"
#include "kindred/model/ratings_store.h"
#include "kindred/recommendation/train.h"
#include "kindred/recommendation/train_blocks.h"
#include "kindred/recommendation/validation.h"

namespace kindred::cli {
namespace {

struct TrainFlags {
  CommonOptions common;
  std::filesystem::path ratings_file;
  RatingsFlags ratings;
  IalsFlags ials;
  RatingModelFlags rating_model;
  std::filesystem::path output;
  std::string validation = "auto";  // "auto", "none" or how many users.
  int patience = 3;
  bool resume = false;
  bool out_of_core = false;
};

std::size_t validation_users(const TrainFlags& flags, std::size_t user_count) {
  if (flags.validation == "none") return 0;
  if (flags.validation == "auto") return recommendation::default_validation_users(user_count);
  return std::stoul(flags.validation);
}

// A Check's contract: an empty text accepts, any other is the message of the usage error.
std::string check_validation(const std::string& text) {
  const bool digits = !text.empty() && text.size() < 10 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return text == "auto" || text == "none" || digits
             ? ""
             : fmt::format("'{}' is neither auto, none nor a number of users", text);
}

// One line an epoch under a header, so that a log of it is a table.
class EpochTable {
 public:
  EpochTable(const CommonOptions& common, int epoch_count, int epochs_done)
      : common_(common), epoch_count_(epoch_count), epochs_done_(epochs_done) {}

  void print(const training::EpochRecord& record) {
    seconds_ += record.seconds;
    if (!headed_) print_header(record);
    std::string line =
        fmt::format("{:>5}/{:<4} {:>8.2f} s", record.epoch, epoch_count_, record.seconds);
    for (const auto& [name, value] : record.losses) line += fmt::format(" {:>14.2f}", value);
    if (record.validation) line += fmt::format(" {:>10.4f}", *record.validation);
    const int ran = record.epoch - epochs_done_;
    const double left = seconds_ / ran * (epoch_count_ - record.epoch);
    line += record.epoch < epoch_count_ ? fmt::format("   {} left", format_duration(left)) : "";
    note(common_, line);
  }

 private:
  void print_header(const training::EpochRecord& record) {
    headed_ = true;
    std::string line = fmt::format("{:>10} {:>10}", "epoch", "time");
    for (const auto& [name, value] : record.losses) line += fmt::format(" {:>14}", name);
    if (record.validation) line += fmt::format(" {:>10}", recommendation::kValidationMetric);
    note(common_, line);
  }

  const CommonOptions& common_;
  int epoch_count_;
  int epochs_done_;
  double seconds_ = 0.0;
  bool headed_ = false;
};

std::string describe_training(const factorization::IalsOptions& options) {
  return fmt::format(
      "iALS with {} dimensions, {} epochs, unobserved weight {:g}, "
      "regularization {:g} (exponent {:g}), seed {}",
      options.dimensions, options.epochs, options.unobserved_weight, options.regularization,
      options.regularization_exponent, options.seed);
}

Json facts_of(const TrainFlags& flags, const LoadedRatings& data) {
  Json facts;
  facts.set("program", "kindred " KINDRED_VERSION);
  facts.set("ratings", data::to_json(data.summary));
  if (!flags.ratings.items_file.empty()) facts.set("items_file", flags.ratings.items_file.string());
  if (!flags.ratings.users_file.empty()) facts.set("users_file", flags.ratings.users_file.string());
  return facts;
}

void explain_end(const TrainFlags& flags, const recommendation::TrainResult& result) {
  if (result.reason == training::StopReason::no_improvement) {
    note(flags.common, fmt::format("stopped early: {} has not risen for {} epochs",
                                   recommendation::kValidationMetric, flags.patience));
  }
  if (!result.model.history.empty() && result.best_epoch != result.model.history.back().epoch) {
    note(flags.common, fmt::format("kept the items of epoch {}, the best", result.best_epoch));
  }
}

void print_result(const TrainFlags& flags, const recommendation::TrainResult& result,
                  double seconds) {
  const model::Model& model = result.model;
  if (flags.common.json) {
    Json json;
    json.set("model", flags.output.string());
    json.set("users", std::uint64_t{model.users.size()});
    json.set("items", std::uint64_t{model.items.size()});
    json.set("dimensions", model.options.dimensions);
    json.set("epochs", std::uint64_t{model.history.size()});
    json.set("best_epoch", result.best_epoch);
    json.set("objective", flags.rating_model.objective);
    json.set("seconds", seconds);
    fmt::print("{}\n", json.dump(2));
    return;
  }
  const auto bytes = std::filesystem::file_size(flags.output);
  note(flags.common,
       fmt::format("wrote {} ({:.1f} MB) in {}: {} users and {} items in {} dimensions",
                   flags.output.string(), static_cast<double>(bytes) / 1e6,
                   format_duration(seconds), format_count(model.users.size()),
                   format_count(model.items.size()), model.options.dimensions));
  note(flags.common,
       fmt::format("next: kindred recommend {0} --user '{1}'    kindred similar {0} '{2}'",
                   flags.output.string(), printable(model.users.labels.label(0)),
                   printable(model.items.labels.label(0))));
}

void tell_about_checkpoint(const TrainFlags& flags, const std::filesystem::path& checkpoint) {
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

// Learns what people will watch.
recommendation::TrainResult train_watch(const TrainFlags& flags, const LoadedRatings& data,
                                        const Interrupt& interrupt, ThreadPool& pool) {
  note(flags.common, dimension_hint(data.interactions.items.size()));
  recommendation::TrainOptions options;
  options.ials = ials_options(flags.ials, data.interactions.items.size(), flags.common.seed);
  const bool both = flags.rating_model.predicts_ratings();
  options.positive_rule =
      positive_rule(both ? with_all_positive(flags.ials) : flags.ials, data.interactions);
  options.validation_users = validation_users(flags, data.interactions.users.size());
  options.patience = flags.patience;
  options.checkpoint = model::checkpoint_path(flags.output);
  tell_about_checkpoint(flags, options.checkpoint);
  options.resume = flags.resume;
  require_memory(flags.common, recommendation::training_memory(data.interactions, options),
                 "training");
  note(flags.common, fmt::format("positives: {}", data::describe(options.positive_rule)));
  note(flags.common, describe_training(options.ials));

  options.cancelled = &interrupt.requested();
  std::optional<EpochTable> table;
  recommendation::TrainResult result = recommendation::train(
      data.interactions, options, pool, [&](const training::EpochRecord& record) {
        if (!table) table.emplace(flags.common, options.ials.epochs, record.epoch - 1);
        table->print(record);
      });
  if (result.reason == training::StopReason::cancelled) {
    throw_stopped("epoch", result.model.history.size());
  }
  explain_end(flags, result);
  if (data.interactions.has_values && !flags.rating_model.predicts_ratings()) {
    note(flags.common, "the file has ratings: --objective both learns what people would rate too");
  }
  return result;
}

// Learns what people will watch from ratings that stay on the disk.
recommendation::TrainResult train_out_of_core(const TrainFlags& flags, const Interrupt& interrupt,
                                              ThreadPool& pool) {
  const model::RatingsBlocks ratings(flags.ratings_file);
  note(flags.common,
       fmt::format("{}: {} users, {} items, {} ratings", flags.ratings_file.string(),
                   format_count(ratings.users().size()), format_count(ratings.items().size()),
                   format_count(ratings.entry_count())));
  recommendation::BlockTrainOptions options;
  options.ials = ials_options(flags.ials, ratings.items().size(), flags.common.seed);
  options.positive_rule = positive_rule(
      flags.ials, ratings.has_values()
                      ? data::default_positive_rule(ratings.value_min(), ratings.value_max())
                      : data::PositiveRule{});
  options.checkpoint = model::checkpoint_path(flags.output);
  tell_about_checkpoint(flags, options.checkpoint);
  options.resume = flags.resume;
  options.cancelled = &interrupt.requested();
  require_memory(flags.common, recommendation::block_training_memory(ratings, options), "training");
  note(flags.common, fmt::format("positives: {}", data::describe(options.positive_rule)));
  note(flags.common, describe_training(options.ials));
  std::optional<EpochTable> table;
  recommendation::TrainResult result = recommendation::train_blocks(
      ratings, options, pool, [&](const training::EpochRecord& record) {
        if (!table) table.emplace(flags.common, options.ials.epochs, record.epoch - 1);
        table->print(record);
      });
  if (result.reason == training::StopReason::cancelled) {
    throw_stopped("epoch", result.model.history.size());
  }
  return result;
}

void require_used(const Command& verb, const TrainFlags& flags) {
  if (!flags.out_of_core) return;
  for (const char* name : {"--items", "--users", "--validate", "--patience"}) {
    if (verb.count(name) > 0) {
      throw UsageError(name, "has no meaning with --out-of-core");
    }
  }
  if (flags.rating_model.objective != "watch") {
    throw UsageError("--objective", "--out-of-core learns what people watch alone");
  }
  if (!model::is_ratings_store(flags.ratings_file)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: --out-of-core reads what 'kindred import' writes",
                            flags.ratings_file.string()));
  }
}

// Trains from the disk and saves the model.
void run_out_of_core(const TrainFlags& flags, ThreadPool& pool) {
  const auto start = std::chrono::steady_clock::now();
  std::optional<Interrupt> interrupt("\nstopping; again to stop at once\n");
  recommendation::TrainResult result = train_out_of_core(flags, *interrupt, pool);
  interrupt.reset();
  Json facts;
  facts.set("program", "kindred " KINDRED_VERSION);
  facts.set("ratings_file", flags.ratings_file.string());
  result.model.facts = std::move(facts);
  model::save(result.model, flags.output);
  std::filesystem::remove(model::checkpoint_path(flags.output));
  print_result(flags, result,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

void run(const Command& verb, const TrainFlags& flags) {
  const auto start = std::chrono::steady_clock::now();
  require_used(verb, flags);
  for (const auto& input :
       {flags.ratings_file, flags.ratings.items_file, flags.ratings.users_file}) {
    refuse_to_overwrite(flags.output, input);
  }
  require_writable(flags.output);  // Known before an hour of training, not after.
  ThreadPool pool(flags.common.threads);
  if (flags.out_of_core) return run_out_of_core(flags, pool);
  LoadedRatings data = load_ratings(flags.ratings_file, flags.ratings, flags.common, pool);
  std::optional<Interrupt> interrupt("\nstopping; again to stop at once\n");
  recommendation::TrainResult result;
  if (flags.rating_model.objective != "rate") result = train_watch(flags, data, *interrupt, pool);
  model::Model& model = result.model;
  if (flags.rating_model.predicts_ratings()) {
    const RatingTraining training = {.verb = verb,
                                     .common = flags.common,
                                     .flags = flags.rating_model,
                                     .ials = flags.ials,
                                     .checkpoint = model::rating_checkpoint_path(flags.output),
                                     .resume = flags.resume,
                                     .cancelled = &interrupt->requested()};
    train_rating(training, data, model, pool);
  }
  interrupt.reset();  // From here on a signal ends the process; the checkpoint stays.
  model.items.metadata = std::move(data.items);
  model.users.metadata = std::move(data.users);
  model.facts = facts_of(flags, data);
  model::save(model, flags.output);
  std::filesystem::remove(model::checkpoint_path(flags.output));
  std::filesystem::remove(model::rating_checkpoint_path(flags.output));
  print_result(flags, result,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace

void add_train(Command& app) {
  auto flags = std::make_shared<TrainFlags>();
  Command* verb = app.add_subcommand("train", "Learn a model from a ratings file");
  verb->add_option("ratings", flags->ratings_file, "The ratings file")->required();
  add_ratings_options(*verb, flags->ratings);
  verb->add_option("-o,--output", flags->output, "The model file to write")->required();
  add_ials_options(*verb, flags->ials);
  add_rating_model_options(*verb, flags->rating_model, "watch|rate|both");
  add_keep_samples_option(*verb, flags->rating_model);
  const std::string group = "Training";
  verb->add_option("--validate", flags->validation,
                   "Users held out to judge each epoch: auto, none or how many")
      ->check(Check(check_validation, "auto|none|N"))
      ->capture_default_str()
      ->group(group);
  verb->add_option("--patience", flags->patience,
                   "Stop when validation has not risen for so many epochs; 0: never")
      ->check(range(0, 1000000))
      ->capture_default_str()
      ->group(group);
  verb->add_flag("--resume", flags->resume, "Continue from the checkpoint of a run cut short")
      ->group(group);
  verb->add_flag("--out-of-core", flags->out_of_core,
                 "Leave the ratings, which 'kindred import' wrote, on the disk and read them block "
                 "by block")
      ->group(group);
  add_common_options(*verb, flags->common);
  verb->footer(
      "Examples:\n"
      "  kindred train ratings.csv -o movies.kindred --items movies.csv --dim 64\n"
      "  kindred train ratings.csv -o movies.kindred --objective both --model bayesian\n\n"
      "A checkpoint is kept beside the model while training runs (movies.kindred.checkpoint).");
  verb->callback([flags, verb] { run(*verb, *flags); });
}

}  // namespace kindred::cli
