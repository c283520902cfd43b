#include "kindred/nn/training_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/features/column_json.h"
#include "kindred/features/fingerprint.h"
#include "kindred/storage/container.h"
#include "kindred/storage/named_errors.h"

namespace kindred::nn {
namespace {

constexpr std::array<std::string_view, 3> kTrainingTensors = {"parameter/", "slot/", "kept/"};
// Rows count the steps that they have seen in 32 bits.
constexpr std::uint64_t kStepMax = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kFingerprintDigits = 16;

const storage::Format& format() {
  static const storage::Format kFormat = {"kindred training", 1};
  return kFormat;
}

std::vector<std::uint64_t> shape_of(std::size_t rows, std::size_t cols) { return {rows, cols}; }

std::string kept_name(std::size_t callback, const Parameter& parameter) {
  return fmt::format("kept/{}/{}", callback, parameter.name);
}

[[noreturn]] void refuse_checkpoint(const std::string& problem) {
  throw Error(ErrorCode::corrupt, problem);
}

// Sums of squares, by the names of optimizer_steps.cc.
bool is_never_negative(std::string_view tensor) {
  return tensor.starts_with("slot/") &&
         (tensor.ends_with("/square") || tensor.ends_with("/square_max") ||
          tensor.ends_with("/accumulator"));
}

// What is wrong with the numbers of that tensor, or "".
std::string number_problem(std::string_view tensor, std::span<const float> values) {
  const bool may_be_negative = !is_never_negative(tensor);
  for (const float value : values) {
    if (std::isfinite(value) && (may_be_negative || value >= 0.0F)) continue;
    return fmt::format("'{}' holds {}", printable(tensor), value);
  }
  return "";
}

void read_numbers(storage::ContainerReader& reader, const std::string& tensor,
                  const std::vector<std::uint64_t>& shape, std::span<float> values) {
  reader.read_into(tensor, shape, values);
  if (const std::string problem = number_problem(tensor, values); !problem.empty()) {
    refuse_checkpoint(problem);
  }
}

void add_numbers(storage::ContainerWriter& writer, const std::string& tensor,
                 const std::vector<std::uint64_t>& shape, std::span<const float> values) {
  if (const std::string problem = number_problem(tensor, values); !problem.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("training diverged: {}; a smaller learning rate or clipped gradients "
                            "may help",
                            problem));
  }
  writer.add<float>(tensor, shape, values);
}

// All but parameters, slots and callbacks, checked for itself.
TrainingCheckpoint read_state(const Json& content) {
  TrainingCheckpoint checkpoint;
  checkpoint.history = history_from_json(content.at("history"));
  checkpoint.epoch =
      static_cast<int>(read_size(content, "epoch", "epoch", std::numeric_limits<int>::max()));
  checkpoint.step = read_size(content, "step", "step", kStepMax);
  checkpoint.batches_done = read_size(content, "batches_done", "batches_done", kStepMax);
  checkpoint.learning_rate_factor = content.at("learning_rate_factor").as_double();
  checkpoint.stops = content.at("stops").as_bool();
  checkpoint.stop_reason = content.at("stop_reason").as_string();
  check(checkpoint);
  return checkpoint;
}

void restore_callbacks(storage::ContainerReader& reader, const Json::Array& states,
                       std::span<const std::shared_ptr<Callback>> callbacks,
                       const TrainingCheckpoint& checkpoint,
                       const std::deque<Parameter>& parameters) {
  if (states.size() != callbacks.size()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("was written with {} callbacks, not {}",
                                                         states.size(), callbacks.size()));
  }
  bool may_have_stopped = false;
  for (std::size_t i = 0; i < callbacks.size(); ++i) {
    callbacks[i]->restore(states[i]);
    callbacks[i]->check_against(checkpoint.history);
    may_have_stopped = may_have_stopped || callbacks[i]->may_have_stopped();
    std::vector<Matrix>* kept = callbacks[i]->kept_parameters();
    if (kept == nullptr) continue;
    kept->clear();
    for (const Parameter& parameter : parameters) {
      Matrix& matrix = kept->emplace_back(parameter.value.rows(), parameter.value.cols());
      read_numbers(reader, kept_name(i, parameter), shape_of(matrix.rows(), matrix.cols()),
                   matrix.values());
    }
  }
  if (checkpoint.stops && !may_have_stopped) {
    refuse_checkpoint("stops is true, but nothing in it asks for the end");
  }
}

// Parameters come with the slots and the kept copies that have their names.
void require_partner(const storage::ContainerReader& reader, const storage::TensorInfo& tensor) {
  std::string_view name = tensor.name;
  bool one_a_row = false;
  if (name.starts_with("slot/")) {
    name.remove_prefix(std::string_view("slot/").size());
    name = name.substr(0, name.rfind('/'));
    one_a_row = true;
  } else if (name.starts_with("kept/")) {
    name.remove_prefix(std::string_view("kept/").size());
    const std::size_t slash = name.find('/');
    name = slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1);
  } else {
    return;
  }
  const std::string partner = fmt::format("parameter/{}", name);
  const auto found = std::ranges::find(reader.tensors(), partner, &storage::TensorInfo::name);
  const bool fits = found != reader.tensors().end() &&
                    (found->shape == tensor.shape ||
                     (one_a_row && tensor.shape == shape_of(found->shape.front(), 1)));
  if (fits) return;
  refuse_checkpoint(fmt::format("tensor '{}' has no '{}' of its shape", printable(tensor.name),
                                printable(partner)));
}

}  // namespace

std::string training_fingerprint(const Model& model, const FitOptions& options,
                                 std::span<const float> targets) {
  const CompileOptions& compiled = model.compiled();
  std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {}", name_of(compiled.optimizer),
                  learning_rate_of(compiled.optimizer), name_of(compiled.loss.kind),
                  options.batch_size, options.shuffles, options.validation_split,
                  options.steps_per_epoch, options.seed, fmt::join(compiled.metrics, ","));
  for (const auto& [label, weight] : options.class_weights) {
    text += fmt::format(" {}={}", label, weight);
  }
  for (const Parameter& parameter : model.network().parameters->all()) {
    text +=
        fmt::format("\n{} {} {}", parameter.name, parameter.value.rows(), parameter.value.cols());
  }
  for (const features::Encoder& input : model.inputs()) {
    text += "\n" + features::to_json(input.columns()).dump();
  }
  const std::uint64_t of_text = features::fingerprint64(text);
  const auto bytes = std::as_bytes(targets);
  const std::uint64_t of_targets = features::fingerprint64(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  return fmt::format("{:016x}", features::fingerprint_cat(of_text, of_targets));
}

void check(const TrainingCheckpoint& checkpoint) {
  check_history(checkpoint.history);
  const std::vector<EpochLog>& epochs = checkpoint.history.epochs;
  if (epochs.empty() || epochs.back().epoch != checkpoint.epoch) {
    refuse_checkpoint(
        fmt::format("epoch is {}, but the history has {} entries and ends with "
                    "epoch {}",
                    checkpoint.epoch, epochs.size(), epochs.empty() ? 0 : epochs.back().epoch));
  }
  if (checkpoint.step < epochs.size()) {
    refuse_checkpoint(fmt::format("step is {} after {} epochs", checkpoint.step, epochs.size()));
  }
  const double factor = checkpoint.learning_rate_factor;
  if (!(factor > 0.0) || !std::isfinite(factor)) {
    refuse_checkpoint(fmt::format("learning_rate_factor is {}, not above 0", factor));
  }
}

void check(const TrainingCheckpoint& checkpoint, const CheckpointLimits& limits) {
  check(checkpoint);
  if (checkpoint.epoch > limits.epochs) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot resume: epoch is {}, only {} are asked for", checkpoint.epoch,
                            limits.epochs));
  }
  const std::size_t done = checkpoint.history.epochs.size();
  if (checkpoint.history.epochs.front().epoch != limits.first_epoch + 1) {
    refuse_checkpoint(fmt::format("the history begins with epoch {}, not {}",
                                  checkpoint.history.epochs.front().epoch, limits.first_epoch + 1));
  }
  const std::uint64_t steps = limits.batches * done;
  if (checkpoint.step < limits.first_step ||
      (limits.batches > 0 && checkpoint.step - limits.first_step != steps)) {
    refuse_checkpoint(fmt::format("step is {}, but {} epochs of {} batches after step {} make {}",
                                  checkpoint.step, done, limits.batches, limits.first_step,
                                  limits.first_step + steps));
  }
  const std::uint64_t batches = limits.continues ? checkpoint.step - limits.first_step : 0;
  if (checkpoint.batches_done != batches) {
    refuse_checkpoint(fmt::format("batches_done is {}, not {}", checkpoint.batches_done, batches));
  }
}

void save_checkpoint(const std::filesystem::path& path, const std::string& fingerprint,
                     const Model& model, Optimizer& optimizer,
                     std::span<const std::shared_ptr<Callback>> callbacks,
                     const TrainingCheckpoint& checkpoint) {
  check(checkpoint);
  storage::ContainerWriter writer;
  const auto& parameters = model.network().parameters->all();
  for (const Parameter& parameter : parameters) {
    add_numbers(writer, "parameter/" + parameter.name,
                shape_of(parameter.value.rows(), parameter.value.cols()), parameter.value.values());
  }
  for (const SlotView& slot : optimizer.slots()) {
    add_numbers(writer, "slot/" + slot.name, shape_of(slot.rows, slot.cols), slot.values);
  }
  Json states{Json::Array{}};
  for (std::size_t i = 0; i < callbacks.size(); ++i) {
    states.push(callbacks[i]->state());
    const std::vector<Matrix>* kept = callbacks[i]->kept_parameters();
    if (kept == nullptr || kept->empty()) continue;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      add_numbers(writer, kept_name(i, parameters[p]),
                  shape_of((*kept)[p].rows(), (*kept)[p].cols()), (*kept)[p].values());
    }
  }
  Json content;
  content.set("fingerprint", fingerprint);
  content.set("epoch", checkpoint.epoch);
  content.set("step", std::uint64_t{checkpoint.step});
  content.set("batches_done", std::uint64_t{checkpoint.batches_done});
  content.set("learning_rate_factor", checkpoint.learning_rate_factor);
  content.set("stops", checkpoint.stops);
  content.set("stop_reason", checkpoint.stop_reason);
  content.set("history", to_json(checkpoint.history, true));
  content.set("callbacks", std::move(states));
  writer.write(path, format(), std::move(content));
}

TrainingCheckpoint load_checkpoint(const std::filesystem::path& path,
                                   const std::string& fingerprint, const CheckpointLimits& limits,
                                   Model& model, Optimizer& optimizer,
                                   std::span<const std::shared_ptr<Callback>> callbacks) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, format());
    const Json& content = reader.content();
    if (content.at("fingerprint").as_string() != fingerprint) {
      throw Error(ErrorCode::invalid_argument,
                  "belongs to another training: rows, columns, network or options differ; "
                  "delete it to begin anew");
    }
    TrainingCheckpoint checkpoint = read_state(content);
    check(checkpoint, limits);
    auto& parameters = model.network().parameters->all();
    for (Parameter& parameter : parameters) {
      read_numbers(reader, "parameter/" + parameter.name,
                   shape_of(parameter.value.rows(), parameter.value.cols()),
                   parameter.value.values());
    }
    optimizer.resume_at(checkpoint.step);
    for (const SlotView& slot : optimizer.slots()) {
      read_numbers(reader, "slot/" + slot.name, shape_of(slot.rows, slot.cols), slot.values);
    }
    restore_callbacks(reader, content.at("callbacks").as_array(), callbacks, checkpoint,
                      parameters);
    reader.verify_others(kTrainingTensors);
    return checkpoint;
  });
}

void verify_checkpoint(const std::filesystem::path& path) {
  storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, format());
    if (reader.content().at("fingerprint").as_string().size() != kFingerprintDigits) {
      refuse_checkpoint("fingerprint is not of 16 digits");
    }
    const TrainingCheckpoint checkpoint = read_state(reader.content());
    const Json::Array& states = reader.content().at("callbacks").as_array();
    if (checkpoint.stops && states.empty()) {
      refuse_checkpoint("stops is true, but nothing in it asks for the end");
    }
    for (const storage::TensorInfo& tensor : reader.tensors()) {
      if (tensor.type != storage::DataType::F32 || tensor.shape.size() != 2) {
        refuse_checkpoint(fmt::format("tensor '{}' is no matrix", printable(tensor.name)));
      }
      require_partner(reader, tensor);
      const std::string problem =
          number_problem(tensor.name, reader.read<float>(tensor.name, tensor.shape));
      if (!problem.empty()) refuse_checkpoint(problem);
    }
  });
}

}  // namespace kindred::nn
