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
#include "cli/verbs.h"
#include "kindred/api/train.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/learning/validation.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/io.h"
#include "kindred/model/ratings_store.h"
#include "kindred/recommendation/train_blocks.h"

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

  void print(const training::Epoch& record) {
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
  void print_header(const training::Epoch& record) {
    headed_ = true;
    std::string line = fmt::format("{:>10} {:>10}", "epoch", "time");
    for (const auto& [name, value] : record.losses) line += fmt::format(" {:>14}", name);
    if (record.validation) line += fmt::format(" {:>10}", learning::kValidationMetric);
    note(common_, line);
  }

  const CommonOptions& common_;
  int epoch_count_;
  int epochs_done_;
  double seconds_ = 0.0;
  bool headed_ = false;
};

Json facts_of(const TrainFlags& flags, const LoadedRatings& data) {
  Json facts;
  facts.set("program", "kindred " KINDRED_VERSION);
  facts.set("ratings", data::to_json(data.summary));
  if (!flags.ratings.items_file.empty()) facts.set("items_file", flags.ratings.items_file.string());
  if (!flags.ratings.users_file.empty()) facts.set("users_file", flags.ratings.users_file.string());
  return facts;
}

void explain_end(const TrainFlags& flags, const api::Trained& result) {
  if (result.ended == training::Ended::no_improvement) {
    note(flags.common, fmt::format("stopped early: {} has not risen for {} epochs",
                                   learning::kValidationMetric, flags.patience));
  }
  if (result.epochs_done > 0 && result.best_epoch != result.epochs_done) {
    note(flags.common, fmt::format("kept the items of epoch {}, the best", result.best_epoch));
  }
}

void print_result(const TrainFlags& flags, const model::Model& model, int best_epoch,
                  double seconds) {
  if (flags.common.json) {
    Json json;
    json.set("model", flags.output.string());
    json.set("users", std::uint64_t{model.users.size()});
    json.set("items", std::uint64_t{model.items.size()});
    json.set("dimensions", std::uint64_t{model.items.dimensions()});
    json.set("epochs", std::uint64_t{model.history.size()});
    json.set("best_epoch", best_epoch);
    json.set("objective", flags.rating_model.objective);
    json.set("seconds", seconds);
    fmt::print("{}\n", with_guesses(flags.common, std::move(json)).dump(2));
    return;
  }
  const auto bytes = std::filesystem::file_size(flags.output);
  note(flags.common,
       fmt::format("wrote {} ({:.1f} MB) in {}: {} users and {} items {}", flags.output.string(),
                   static_cast<double>(bytes) / 1e6, format_duration(seconds),
                   format_count(model.users.size()), format_count(model.items.size()),
                   model.has_vectors() ? fmt::format("in {} dimensions", model.items.dimensions())
                                       : "item by item"));
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

// How either of these is run: an epoch is a line of `table`.
training::Run run_of(const TrainFlags& flags, int epochs, std::optional<EpochTable>& table,
                     const Interrupt& interrupt, ThreadPool& pool) {
  return {.pool = pool,
          .cancelled = &interrupt.requested(),
          .checkpoint = {.path = model::checkpoint_path(flags.output), .resume = flags.resume},
          .observe = [&flags, &table, epochs](const training::Epoch& epoch) {
            if (!table) table.emplace(flags.common, epochs, epoch.epoch - 1);
            table->print(epoch);
          }};
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
  options.positive_rule =
      positive_rule(flags.common, flags.ials,
                    flags.ials.positive_from.empty() ? ratings.value_scale() : data::ValueScale());
  tell_about_checkpoint(flags, model::checkpoint_path(flags.output));
  require_memory(flags.common, recommendation::block_training_memory(ratings, options), "training");
  note(flags.common, learning::describe(options.ials));
  std::optional<EpochTable> table;
  recommendation::TrainResult result = recommendation::train_blocks(
      ratings, options, run_of(flags, options.ials.epochs, table, interrupt, pool));
  if (result.ended == training::Ended::cancelled) {
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
  if (flags.rating_model.model == "item-item") {
    throw UsageError("--model", "item-item has no form that leaves the ratings on disk");
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
  print_result(flags, result.model, result.best_epoch,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

api::TrainOptions train_options(const Command& verb, const TrainFlags& flags,
                                const data::Interactions& ratings) {
  const std::string& objective = flags.rating_model.objective;
  api::TrainOptions options;
  options.objective = objective == "watch"  ? api::Objective::watch
                      : objective == "rate" ? api::Objective::rate
                                            : api::Objective::both;
  options.seed = flags.common.seed;
  options.patience = flags.patience;
  if (flags.validation == "none")
    options.validation_users = 0;
  else if (flags.validation != "auto")
    options.validation_users = std::stoul(flags.validation);
  if (objective != "rate") {
    options.watching = watch_options(verb, flags.rating_model, flags.ials, ratings.items.size(),
                                     flags.common.seed);
    options.positives = positive_rule(flags.common, flags.ials, ratings, objective == "both");
  }
  if (objective != "watch") {
    options.rating.model = rating_options(verb, flags.rating_model, flags.ials, flags.common.seed);
    options.rating.kept_draws = flags.rating_model.keep_samples;
  }
  return options;
}

int epochs_of(const learning::WatchOptions& watching) {
  const auto* ials = std::get_if<factorization::IalsOptions>(&watching);
  return ials == nullptr ? 1 : ials->epochs;
}

// What is shown of a training while it runs: a table of epochs, then a bar of the rating model.
class TrainDisplay {
 public:
  TrainDisplay(const TrainFlags& flags, const api::TrainOptions& options)
      : flags_(flags), options_(options) {}

  void begin(api::Stage stage, const std::vector<MemoryPart>& parts) {
    if (stage == api::Stage::watching) {
      require_memory(flags_.common, parts, "training");
      return;
    }
    note(flags_.common, describe(options_.rating.model));
    require_memory(flags_.common, parts.front().bytes, parts.front().what);
  }
  void show(api::Stage stage, const training::Epoch& epoch) {
    if (stage == api::Stage::watching) {
      if (!table_) table_.emplace(flags_.common, epochs_of(options_.watching), epoch.epoch - 1);
      table_->print(epoch);
      return;
    }
    if (!bar_) {
      bar_.emplace(stderr, progress_style(flags_.common), is_bayesian() ? "sampling" : "training",
                   static_cast<std::size_t>(options_.rating.model.step_count()),
                   is_bayesian() ? "sweeps" : "epochs");
    }
    bar_->advance(static_cast<std::size_t>(epoch.epoch - shown_));
    shown_ = epoch.epoch;
  }
  void end(const api::Trained& trained, bool has_values) {
    bar_.reset();
    if (trained.ended == training::Ended::cancelled) tell_to_resume(trained);
    if (trained.stage == api::Stage::watching) {
      explain_end(flags_, trained);
      if (!has_values || options_.objective != api::Objective::watch) return;
      note(flags_.common,
           "the file has ratings: --objective both learns what people would rate too");
      return;
    }
    note(flags_.common,
         fmt::format("ratings: rmse {:.4f} on what it learned from; 'kindred evaluate "
                     "--objective rate' measures it on what it did not",
                     trained.rating_error.value_or(0.0)));
  }

 private:
  bool is_bayesian() const {
    return options_.rating.model.kind == recommendation::RatingModelKind::bayesian;
  }
  [[noreturn]] void tell_to_resume(const api::Trained& trained) const {
    const auto saved_count = static_cast<std::size_t>(trained.epochs_done);
    if (trained.stage == api::Stage::watching) throw_stopped("epoch", saved_count);
    throw_stopped(is_bayesian() ? "sweep" : "epoch", saved_count, " of the rating model");
  }

  const TrainFlags& flags_;
  const api::TrainOptions& options_;
  std::optional<EpochTable> table_;
  std::optional<Progress> bar_;
  int shown_ = 0;
};

api::Trained train(const Command& verb, const TrainFlags& flags, const api::Ratings& ratings,
                   ThreadPool& pool) {
  const api::TrainOptions options = train_options(verb, flags, ratings.interactions);
  if (options.objective != api::Objective::rate) {
    if (std::holds_alternative<factorization::IalsOptions>(options.watching)) {
      note(flags.common, dimension_hint(ratings.interactions.items.size()));
    }
    tell_about_checkpoint(flags, model::checkpoint_path(flags.output));
  }
  const Interrupt interrupt("\nstopping; again to stop at once\n");
  TrainDisplay display(flags, options);
  const bool has_ratings = ratings.interactions.has_values &&
                           !data::scale_of_values(ratings.interactions).is_of_events();
  return api::train(
      ratings, options,
      {.pool = pool,
       .cancelled = &interrupt.requested(),
       .checkpoints_of = flags.output,
       .resume = flags.resume,
       .observe = [&](api::Stage stage, const auto& epoch) { display.show(stage, epoch); },
       .note = [&](const std::string& line) { note(flags.common, line); },
       .begin = [&](api::Stage stage, const auto& parts) { display.begin(stage, parts); },
       .end = [&](const auto& now) { display.end(now, has_ratings); },
       .memory_limit = memory_limit_bytes(flags.common)});
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
  const api::Ratings ratings{.interactions = std::move(data.interactions),
                             .items = std::move(data.items),
                             .users = std::move(data.users)};
  api::Trained trained = train(verb, flags, ratings, pool);
  trained.model.facts = facts_of(flags, data);
  model::save(trained.model, flags.output);
  std::filesystem::remove(model::checkpoint_path(flags.output));
  std::filesystem::remove(model::rating_checkpoint_path(flags.output));
  print_result(flags, trained.model, trained.best_epoch,
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
