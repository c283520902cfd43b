#include "kindred/nn/training_checkpoint.h"

#include <fmt/format.h>

#include "kindred/base/error.h"
#include "kindred/features/column_json.h"
#include "kindred/features/fingerprint.h"
#include "kindred/storage/container.h"
#include "kindred/storage/named_errors.h"

namespace kindred::nn {
namespace {

const storage::Format& format() {
  static const storage::Format kFormat = {"kindred training", 1};
  return kFormat;
}

std::vector<std::uint64_t> shape_of(std::size_t rows, std::size_t cols) { return {rows, cols}; }

std::string kept_name(std::size_t callback, const Parameter& parameter) {
  return fmt::format("kept/{}/{}", callback, parameter.name);
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

void save_checkpoint(const std::filesystem::path& path, const std::string& fingerprint,
                     const Model& model, Optimizer& optimizer,
                     std::span<const std::shared_ptr<Callback>> callbacks,
                     const TrainingCheckpoint& checkpoint) {
  storage::ContainerWriter writer;
  const auto& parameters = model.network().parameters->all();
  for (const Parameter& parameter : parameters) {
    writer.add<float>("parameter/" + parameter.name,
                      shape_of(parameter.value.rows(), parameter.value.cols()),
                      parameter.value.values());
  }
  for (const SlotView& slot : optimizer.slots()) {
    writer.add<float>("slot/" + slot.name, shape_of(slot.rows, slot.cols), slot.values);
  }
  Json states{Json::Array{}};
  for (std::size_t i = 0; i < callbacks.size(); ++i) {
    states.push(callbacks[i]->state());
    const std::vector<Matrix>* kept = callbacks[i]->kept_parameters();
    if (kept == nullptr || kept->empty()) continue;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      writer.add<float>(kept_name(i, parameters[p]), shape_of((*kept)[p].rows(), (*kept)[p].cols()),
                        (*kept)[p].values());
    }
  }
  Json content;
  content.set("fingerprint", fingerprint);
  content.set("epoch", checkpoint.epoch);
  content.set("step", std::uint64_t{optimizer.step()});
  content.set("batches_done", std::uint64_t{checkpoint.batches_done});
  content.set("learning_rate_factor", checkpoint.learning_rate_factor);
  content.set("stops", checkpoint.stops);
  content.set("stop_reason", checkpoint.stop_reason);
  content.set("history", to_json(checkpoint.history, true));
  content.set("callbacks", std::move(states));
  writer.write(path, format(), std::move(content));
}

TrainingCheckpoint load_checkpoint(const std::filesystem::path& path,
                                   const std::string& fingerprint, Model& model,
                                   Optimizer& optimizer,
                                   std::span<const std::shared_ptr<Callback>> callbacks) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, format());
    const Json& content = reader.content();
    if (content.at("fingerprint").as_string() != fingerprint) {
      throw Error(ErrorCode::invalid_argument,
                  "belongs to another training: rows, columns, network or options differ; "
                  "delete it to begin anew");
    }
    auto& parameters = model.network().parameters->all();
    for (Parameter& parameter : parameters) {
      reader.read_into("parameter/" + parameter.name,
                       shape_of(parameter.value.rows(), parameter.value.cols()),
                       parameter.value.values());
    }
    optimizer.resume_at(content.at("step").as_uint());
    for (const SlotView& slot : optimizer.slots()) {
      reader.read_into("slot/" + slot.name, shape_of(slot.rows, slot.cols), slot.values);
    }
    const Json::Array& states = content.at("callbacks").as_array();
    if (states.size() != callbacks.size()) {
      throw Error(ErrorCode::invalid_argument, fmt::format("was written with {} callbacks, not {}",
                                                           states.size(), callbacks.size()));
    }
    for (std::size_t i = 0; i < callbacks.size(); ++i) {
      callbacks[i]->restore(states[i]);
      std::vector<Matrix>* kept = callbacks[i]->kept_parameters();
      if (kept == nullptr) continue;
      kept->clear();
      for (const Parameter& parameter : parameters) {
        Matrix& matrix = kept->emplace_back(parameter.value.rows(), parameter.value.cols());
        reader.read_into(kept_name(i, parameter), shape_of(matrix.rows(), matrix.cols()),
                         matrix.values());
      }
    }
    reader.verify_others();
    TrainingCheckpoint checkpoint;
    checkpoint.history = history_from_json(content.at("history"));
    checkpoint.epoch = static_cast<int>(content.at("epoch").as_int());
    checkpoint.batches_done = content.at("batches_done").as_uint();
    checkpoint.learning_rate_factor = content.at("learning_rate_factor").as_double();
    checkpoint.stops = content.at("stops").as_bool();
    checkpoint.stop_reason = content.at("stop_reason").as_string();
    return checkpoint;
  });
}

}  // namespace kindred::nn
