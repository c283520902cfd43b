#include "kindred/nn/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/nn/training_checkpoint.h"

namespace kindred::nn {
namespace {

void require_fit(bool condition, const char* message) {
  if (!condition) throw Error(ErrorCode::invalid_argument, message);
}

void check_fit(const FitOptions& options, bool is_streamed) {
  require_fit(options.epochs > options.first_epoch && options.first_epoch >= 0,
              "epochs must be above first_epoch");
  require_fit(options.batch_size > 0, "the batch size must be above 0");
  require_fit(options.validation_split >= 0.0 && options.validation_split < 1.0,
              "the validation split must be in [0, 1)");
  require_fit(options.validation_frequency > 0, "the validation frequency must be above 0");
  require_fit(!is_streamed || options.validation_split == 0.0,
              "a validation split needs rows in memory; give a dataset of batches its own "
              "validation rows");
  require_fit(!options.resumes || !options.checkpoint.empty(),
              "there is no checkpoint to resume from");
}

bool is_stream(const Rows& rows) {
  const auto* dataset = std::get_if<data::Dataset>(&rows);
  return dataset != nullptr && dataset->is_batched();
}

data::Dataset as_dataset(const Rows& rows) {
  if (const auto* batch = std::get_if<data::Batch>(&rows)) return data::Dataset::from_batch(*batch);
  return std::get<data::Dataset>(rows);
}

std::string score_text(const Scores& scores) {
  std::string text;
  for (const auto& [name, value] : scores) {
    text += std::abs(value) > 1e-3 || value == 0.0 ? fmt::format("  {} {:.4f}", name, value)
                                                   : fmt::format("  {} {:.4e}", name, value);
  }
  return text;
}

}  // namespace

Training::Training(Model& model, const FitOptions& options, ThreadPool& pool, bool is_streamed)
    : model_(model),
      options_(options),
      pool_(pool),
      encoder_(model.inputs_),
      train_scores_(model.compiled()),
      tape_(&pool),
      epoch_(options.first_epoch) {
  check_fit(options_, is_streamed);
  std::size_t number = 0;
  for (Parameter& parameter : model_.network_.parameters->all()) {
    if (parameter.options.trainable) trained_.emplace_back(&parameter, number++);
  }
  before_read_ = [this](Parameter& table) {
    const auto found =
        std::ranges::find(trained_, &table, [](const auto& entry) { return entry.first; });
    model_.optimizer().catch_up_rows(found->second, table.value.values(), table.gradient.row_ids(),
                                     &pool_);
  };
}

Training::Training(Model& model, const Rows& rows, const FitOptions& options, ThreadPool& pool)
    : Training(model, options, pool, is_stream(rows)) {
  open_streams(rows);
  begin();
}

Training::Training(Model& model, std::shared_ptr<BatchStream> batches, const FitOptions& options,
                   ThreadPool& pool)
    : Training(model, options, pool, true) {
  train_ = std::move(batches);
  begin();
}

// Rows are there: a checkpoint must be of the same.
void Training::begin() {
  fingerprint_ = training_fingerprint(model_, options_, first_targets_);
  if (!options_.checkpoint.empty()) first_step_ = model_.optimizer().step();
  if (options_.resumes && std::filesystem::exists(options_.checkpoint)) read_checkpoint();
}

Training::~Training() = default;

void Training::open_streams(const Rows& rows) {
  if (is_stream(rows)) {
    continues_ = options_.steps_per_epoch > 0;
    train_rows_ = std::get<data::Dataset>(rows);
    if (!continues_ && train_rows_->cardinality() == data::kInfiniteCardinality) {
      throw Error(ErrorCode::invalid_argument,
                  "the dataset has no end: say how many steps an epoch has");
    }
  } else {
    const auto encoded =
        std::make_shared<const EncodedRows>(encoder_, as_dataset(rows), Targets::required, &pool_);
    require_fit(encoded->size() > 0, "there are no rows to train on");
    first_targets_ = encoded->all().targets;
    std::size_t train_count = encoded->size();
    const std::size_t eval_batch = std::max(options_.batch_size, PredictOptions{}.batch_size);
    if (options_.validation_split > 0.0 && !options_.validation) {
      train_count = data::train_row_count(encoded->size(), options_.validation_split);
      validation_ = memory_stream(
          encoded, {.batch_size = eval_batch, .begin = train_count, .end = encoded->size()});
    }
    train_ = memory_stream(encoded, {.batch_size = options_.batch_size,
                                     .shuffles = options_.shuffles,
                                     .seed = options_.seed,
                                     .begin = 0,
                                     .end = train_count});
  }
  if (!options_.validation) return;
  if (is_stream(*options_.validation)) {
    validation_ = dataset_stream(encoder_, as_dataset(*options_.validation), {}, &pool_);
  } else {
    const auto encoded = std::make_shared<const EncodedRows>(
        encoder_, as_dataset(*options_.validation), Targets::required, &pool_);
    validation_ = memory_stream(
        encoded, {.batch_size = PredictOptions{}.batch_size, .begin = 0, .end = encoded->size()});
  }
}

TrainingView Training::view() {
  return {*model_.network_.parameters, history_, learning_rate_factor_, stops_, stop_reason_};
}

float Training::next_rate() const {
  const CompileOptions& compiled = *model_.compiled_;
  const float rate = compiled.schedule ? rate_at(*compiled.schedule, model_.optimizer().step())
                                       : learning_rate_of(compiled.optimizer);
  return static_cast<float>(static_cast<double>(rate) * learning_rate_factor_);
}

void Training::run_epoch() {
  require_fit(!is_finished(), "training has ended");
  const auto start = std::chrono::steady_clock::now();
  EpochLog log;
  log.epoch = epoch_ + 1;
  try {
    log.scores = train_epoch(log.row_count);
    catch_up();
    if (was_cancelled_) return;
    log.learning_rate = static_cast<double>(last_rate_);
    if (validation_ && log.epoch % options_.validation_frequency == 0) validate(log);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled || options_.cancelled == nullptr) throw;
    return note_cancelled();
  }
  require_finite_parameters();
  log.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  history_.epochs.push_back(log);
  ++epoch_;
  report(log);
  for (const auto& callback : options_.callbacks) {
    TrainingView now = view();
    callback->on_epoch_end(now);
  }
  if (!options_.checkpoint.empty() && checkpoint_is_due()) write_checkpoint();
}

void Training::validate(EpochLog& log) {
  const CancelScope scope(pool_, options_.cancelled);
  ScoreKeeper keeper(*model_.compiled_);
  evaluate_stream(model_, *validation_, tape_, keeper);
  const Scores scores = keeper.scores("val_");
  log.scores.insert(log.scores.end(), scores.begin(), scores.end());
}

void Training::note_cancelled() {
  was_cancelled_ = stops_ = true;
  stop_reason_ = "cancelled";
}

Scores Training::train_epoch(std::size_t& row_count) {
  if (train_rows_ && (!train_ || !continues_)) {
    train_ = dataset_stream(encoder_, *train_rows_,
                            {.continues = continues_, .skipped_batches = batches_done_}, &pool_);
  }
  train_scores_.reset();
  train_->begin_epoch(epoch_);
  Progress bar(options_.progress == nullptr ? stderr : options_.progress,
               options_.progress == nullptr ? ProgressStyle::silent : options_.progress_style,
               fmt::format("epoch {}/{}", epoch_ + 1, options_.epochs), train_->row_count(),
               "rows");
  std::size_t step = 0;
  while (options_.steps_per_epoch == 0 || step < options_.steps_per_epoch) {
    if (options_.cancelled != nullptr && options_.cancelled->load()) {
      note_cancelled();
      break;
    }
    EncodedBatch* batch = train_->next();
    if (batch == nullptr) {
      if (options_.steps_per_epoch > 0 && options_.warn) {
        options_.warn(fmt::format("the rows ran out after {} of {} steps of epoch {}", step,
                                  options_.steps_per_epoch, epoch_ + 1));
      }
      break;
    }
    weigh_classes(*batch);
    const double loss = train_batch(*batch);
    require_finite(loss, ++step);
    if (continues_) ++batches_done_;
    bar.set_note(fmt::format("loss {:.4f}", train_scores_.loss()));
    bar.advance(batch->row_count);
  }
  if (step == 0 && !was_cancelled_) {
    throw Error(ErrorCode::invalid_argument, "there are no rows to train on");
  }
  row_count = train_scores_.row_count();
  return train_scores_.scores("");
}

double Training::train_batch(const EncodedBatch& batch) {
  const CancelScope scope(pool_, options_.cancelled);  // A step of a large network takes seconds.
  ParameterSet& parameters = *model_.network_.parameters;
  Optimizer& optimizer = model_.optimizer();
  tape_.clear();
  parameters.clear_gradients();
  // Draws of a step are keyed by its number, so that a resumed training makes the same.
  const std::uint64_t step_seed = options_.seed * 0x9E3779B97F4A7C15U + optimizer.step();
  Pass pass(tape_, step_seed, before_read_);
  const Var output = model_.network_.forward(pass, batch.inputs);
  const Var loss = batch_loss(tape_, *model_.compiled_, output, batch);
  const auto value = static_cast<double>(tape_.values(loss)[0]);
  const Var shown =
      train_scores_.reads_predictions() ? activate(tape_, model_.link(), output) : output;
  train_scores_.add(batch, tape_.values(shown), tape_.cols(shown), value);
  if (!std::isfinite(value)) return value;
  tape_.backward(loss);
  apply_gradients();
  return value;
}

void Training::apply_gradients() {
  Optimizer& optimizer = model_.optimizer();
  std::vector<std::span<float>> gradients;
  const bool clips = !std::holds_alternative<NoClipping>(model_.compiled_->clipping);
  for (const auto& [parameter, number] : trained_) {
    Gradient<float>& gradient = parameter->gradient;
    if (!clips || gradient.is_zero()) continue;
    gradients.push_back(gradient.kind() == GradientKind::dense ? gradient.values()
                                                               : gradient.row_values());
  }
  if (clips) clip(model_.compiled_->clipping, gradients);
  last_rate_ = next_rate();
  optimizer.begin_step(last_rate_);
  for (const auto& [parameter, number] : trained_) {
    Gradient<float>& gradient = parameter->gradient;
    if (gradient.is_zero()) continue;
    const std::span<float> values = parameter->value.values();
    if (gradient.kind() == GradientKind::dense) {
      optimizer.update(number, values, gradient.values(), &pool_);
    } else {
      optimizer.update_rows(number, values, gradient.row_ids(), gradient.row_values(), &pool_);
    }
  }
}

// Brings tables whose rows lag behind to the present, before anybody looks at all of them.
void Training::catch_up() {
  for (const auto& [parameter, number] : trained_) {
    if (parameter->gradient.kind() == GradientKind::dense) continue;
    model_.optimizer().catch_up(number, parameter->value.values(), &pool_);
  }
}

void Training::weigh_classes(EncodedBatch& batch) const {
  if (options_.class_weights.empty()) return;
  if (batch.weights.empty()) batch.weights.assign(batch.row_count, 1.0F);
  for (std::size_t row = 0; row < batch.row_count; ++row) {
    const auto targets =
        std::span(batch.targets).subspan(row * batch.target_width, batch.target_width);
    const auto label = batch.target_width == 1
                           ? static_cast<std::int64_t>(std::lround(targets[0]))
                           : std::ranges::max_element(targets) - targets.begin();
    const auto found = options_.class_weights.find(label);
    if (found != options_.class_weights.end()) batch.weights[row] *= found->second;
  }
}

void Training::require_finite(double loss, std::size_t step) const {
  if (std::isfinite(loss)) return;
  fail_diverged(fmt::format("the loss is {} in step {}", loss, step));
}

// The last step of an epoch has no loss behind it that would tell.
void Training::require_finite_parameters() const {
  for (const auto& [parameter, number] : trained_) {
    const auto values = parameter->value.values();
    const auto bad = std::ranges::find_if_not(values, [](float x) { return std::isfinite(x); });
    if (bad != values.end()) {
      fail_diverged(
          fmt::format("a number of '{}' is {} after the last step", parameter->name, *bad));
    }
  }
}

void Training::fail_diverged(const std::string& what) const {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("training diverged: {} of epoch {}; a smaller learning rate or clipped "
                          "gradients may help{}",
                          what, epoch_ + 1,
                          checkpoint_epoch_ == 0
                              ? ""
                              : fmt::format(". {} holds epoch {}", options_.checkpoint.string(),
                                            checkpoint_epoch_)));
}

void Training::report(const EpochLog& log) const {
  if (options_.progress == nullptr || options_.progress_style == ProgressStyle::silent) return;
  const double rate = log.seconds > 0.0 ? static_cast<double>(log.row_count) / log.seconds : 0.0;
  fmt::print(options_.progress, "epoch {:>{}}/{}{}  {}, {} rows/s\n", log.epoch,
             std::to_string(options_.epochs).size(), options_.epochs, score_text(log.scores),
             format_duration(log.seconds), format_count(static_cast<std::size_t>(rate)));
  std::fflush(options_.progress);
}

void Training::finish() {
  // Half an epoch is nothing that could be gone on from; the checkpoint is.
  if (was_cancelled_ && checkpoint_epoch_ > options_.first_epoch) read_checkpoint();
  if (was_cancelled_ && epoch_ == options_.first_epoch) {
    throw Error(ErrorCode::cancelled, "cancelled before the first epoch was done");
  }
  for (const auto& callback : options_.callbacks) {
    TrainingView now = view();
    callback->on_train_end(now);
  }
}

void Training::read_checkpoint() {
  std::size_t batches = train_ ? train_->batch_count() : 0;
  if (options_.steps_per_epoch > 0) batches = std::min(batches, options_.steps_per_epoch);
  TrainingCheckpoint checkpoint = load_checkpoint(options_.checkpoint, fingerprint_,
                                                  {.first_epoch = options_.first_epoch,
                                                   .epochs = options_.epochs,
                                                   .first_step = first_step_,
                                                   .batches = batches,
                                                   .continues = continues_},
                                                  model_, model_.optimizer(), options_.callbacks);
  history_ = std::move(checkpoint.history);
  epoch_ = checkpoint_epoch_ = checkpoint.epoch;
  checkpoint_time_ = std::chrono::steady_clock::now();
  batches_done_ = checkpoint.batches_done;
  learning_rate_factor_ = checkpoint.learning_rate_factor;
  stops_ = checkpoint.stops;
  stop_reason_ = std::move(checkpoint.stop_reason);
}

bool Training::checkpoint_is_due() const {
  if (checkpoint_epoch_ == 0 || is_finished()) return true;
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - checkpoint_time_;
  const double wanted = options_.checkpoint_seconds;
  return wanted == 0.0 || since.count() >= std::max(wanted, 10.0 * checkpoint_cost_);
}

void Training::write_checkpoint() {
  const auto start = std::chrono::steady_clock::now();
  save_checkpoint(options_.checkpoint, fingerprint_, model_, model_.optimizer(), options_.callbacks,
                  {.history = history_,
                   .epoch = epoch_,
                   .step = model_.optimizer().step(),
                   .batches_done = batches_done_,
                   .learning_rate_factor = learning_rate_factor_,
                   .stops = stops_,
                   .stop_reason = stop_reason_});
  checkpoint_epoch_ = epoch_;
  checkpoint_time_ = std::chrono::steady_clock::now();
  checkpoint_cost_ = std::chrono::duration<double>(checkpoint_time_ - start).count();
}

}  // namespace kindred::nn
