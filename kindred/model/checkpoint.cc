#include "kindred/model/checkpoint.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/model/parts.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

// Up to version 1 there were two formats, one for each wing of training.
const storage::Format& checkpoint_format() {
  static const storage::Format kFormat = {"kindred checkpoint", 2};
  return kFormat;
}
constexpr const char* kOldRatingName = "kindred rating checkpoint";

void add_number(storage::Checksum& checksum, std::uint64_t number) {
  checksum.update(std::as_bytes(std::span(&number, 1)));
}

// With its length, so that "ab", "c" differs from "a", "bc".
template <typename T>
void add_values(storage::Checksum& checksum, std::span<const T> values) {
  add_number(checksum, values.size());
  checksum.update(std::as_bytes(values));
}

void add_labels(storage::Checksum& checksum, const data::Vocabulary& labels) {
  add_number(checksum, labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::string_view label = labels.label(row);
    add_values(checksum, std::span(label.data(), label.size()));
  }
}

// Draws travel as the draws of a model that holds nothing else.
RatingModel model_of_draws(std::vector<RatingDraw> draws) {
  RatingModel model;
  model.draws = std::move(draws);
  return model;
}

// What the tensors of these versions are called; later ones have other names.
constexpr std::array<std::string_view, 2> kCheckpointTensors = {"state.", "rating."};
constexpr std::array<std::string_view, 3> kOldTensors = {"user.", "item.", "best.item."};

Checkpoint read_common(const Json& content) {
  Checkpoint checkpoint;
  checkpoint.fingerprint = content.at("fingerprint").as_string();
  checkpoint.settings = content.at("settings");
  checkpoint.epoch = epoch_from_json(content.at("epoch"));
  checkpoint.history = history_from_json(content.at("history"));
  return checkpoint;
}

void read_matrices(storage::ContainerReader& reader, Checkpoint& checkpoint) {
  for (const auto& [name, shape] : reader.content().at("matrices").as_object()) {
    checkpoint.matrices[name] = read_shaped(reader, "state." + name, shape);
  }
}

Checkpoint read_current(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  Checkpoint checkpoint = read_common(content);
  checkpoint.family = content.at("family").as_string();
  read_matrices(reader, checkpoint);
  for (const auto& [name, number] : content.at("numbers").as_object()) {
    checkpoint.numbers[name] = number.as_double();
  }
  if (const Json* kept = content.find("kept")) {
    checkpoint.draws = read_rating_model(reader, *kept).draws;
  }
  return checkpoint;
}

// Version 1 of trainings of watching: its options stood apart from the other settings.
Checkpoint read_old_watching(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  Checkpoint checkpoint = read_common(content);
  checkpoint.family = "ials";
  Json settings = settings_of(options_from_json(content.at("options")));
  if (checkpoint.settings.is_object()) {
    for (const auto& [name, value] : checkpoint.settings.as_object()) settings.set(name, value);
  }
  checkpoint.settings = std::move(settings);
  const auto read_vectors = [&](const std::string& tensor, const Json& shape) {
    checkpoint.matrices[tensor] = read_shaped(reader, tensor, shape);
  };
  read_vectors("user.vectors", content.at("user_vectors"));
  read_vectors("item.vectors", content.at("item_vectors"));
  if (const Json& best = content.at("best"); !best.is_null()) {
    checkpoint.numbers["best.epoch"] = epoch_from_json(best.at("epoch"));
    read_vectors("best.item.vectors", best.at("item_vectors"));
  }
  return checkpoint;
}

// Version 1 of trainings of ratings: numbers stood in the order of the matrices; the first
// two belonged to the noise, where the matrices begin with the two sides' vectors.
Checkpoint read_old_ratings(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  Checkpoint checkpoint = read_common(content);
  checkpoint.family = checkpoint.settings.find("als") != nullptr ? "als" : "bayesian";
  read_matrices(reader, checkpoint);
  const Json::Object& matrices = content.at("matrices").as_object();
  const Json::Array& numbers = content.at("numbers").as_array();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i >= matrices.size()) throw Error(ErrorCode::corrupt, "more numbers than matrices");
    const std::string& matrix = matrices[i].first;
    const std::string name = i == 0   ? "noise.precision"
                             : i == 1 ? "noise.variance"
                                      : matrix + ".precision";
    checkpoint.numbers[name] = numbers[i].as_double();
  }
  checkpoint.draws = read_rating_model(reader, content.at("kept")).draws;
  return checkpoint;
}

[[noreturn]] void refuse_checkpoint(const std::string& problem) {
  throw Error(ErrorCode::corrupt, problem);
}

const Matrix* find_matrix(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.matrices.find(name);
  return found == checkpoint.matrices.end() ? nullptr : &found->second;
}

void require_finite_state(const std::string& name, MatrixView matrix) {
  for (const float value : matrix.values()) {
    if (std::isfinite(value)) continue;
    refuse_checkpoint(fmt::format("'{}' holds {}", name, value));
  }
}

void require_state_number(const std::string& name, double value) {
  const bool is_positive = name.ends_with("precision");
  if (std::isfinite(value) && (is_positive ? value > 0.0 : value >= 0.0)) return;
  refuse_checkpoint(
      fmt::format("'{}' is {}, not a number {} 0", name, value, is_positive ? "above" : "from"));
}

// As the vectors of the state, and usable.
void require_kept_draw(const RatingDraw& draw, std::size_t number, const Matrix& users,
                       const Matrix& items) {
  const std::size_t width = users.cols();
  const auto fits = [](const Matrix& matrix, std::size_t rows, std::size_t cols) {
    return matrix.rows() == rows && matrix.cols() == cols;
  };
  if (!fits(draw.users, users.rows(), width) || !fits(draw.items, items.rows(), width) ||
      !fits(draw.prior_precision, width, width) || !fits(draw.prior_mean, 1, width) ||
      (draw.rated.rows() > 0 && !fits(draw.rated, items.rows(), width))) {
    refuse_checkpoint(fmt::format(
        "the kept draw {} is of other users, items or dimensions than the state", number));
  }
  require_state_number(fmt::format("noise_precision of the kept draw {}", number),
                       draw.noise_precision > 0.0 ? draw.noise_precision : -1.0);
}

// The best of the epochs that were validated, the first of equal ones. Only checkpoints of an
// earlier version say which that was; the history knows it. History is checked.
void require_best(const Checkpoint& checkpoint) {
  const Matrix* best = find_matrix(checkpoint, "best.item.vectors");
  const auto epoch = checkpoint.numbers.find("best.epoch");
  if (best == nullptr && epoch == checkpoint.numbers.end()) return;
  const Matrix* items = find_matrix(checkpoint, "item.vectors");
  if (best == nullptr || items == nullptr || best->rows() != items->rows() ||
      best->cols() != items->cols()) {
    refuse_checkpoint("the best vectors are missing, or of another shape");
  }
  const training::Epoch* found = nullptr;
  for (const training::Epoch& record : checkpoint.history) {
    if (record.validation && (found == nullptr || *record.validation > *found->validation)) {
      found = &record;
    }
  }
  if (found == nullptr) refuse_checkpoint("there are best vectors, but no epoch was validated");
  if (epoch == checkpoint.numbers.end() || epoch->second == static_cast<double>(found->epoch)) {
    return;
  }
  refuse_checkpoint(fmt::format("best.epoch is {}, but the history says that epoch {} was",
                                epoch->second, found->epoch));
}

std::string format_name_of(const std::filesystem::path& path) {
  const Json manifest = storage::read_manifest(storage::SafetensorsFile(path));
  const Json* name = manifest.find("format");
  return name == nullptr ? "" : name->as_string();
}

}  // namespace

Matrix Checkpoint::take_matrix(const std::string& name) {
  const auto found = matrices.find(name);
  if (found == matrices.end()) {
    throw Error(ErrorCode::corrupt, fmt::format("the checkpoint has no matrix '{}'", name));
  }
  return std::move(found->second);
}

double Checkpoint::number(const std::string& name) const {
  const auto found = numbers.find(name);
  if (found == numbers.end()) {
    throw Error(ErrorCode::corrupt, fmt::format("the checkpoint has no number '{}'", name));
  }
  return found->second;
}

std::string training_fingerprint(const SparseMatrix& positives, const data::Vocabulary& users,
                                 const data::Vocabulary& items) {
  storage::Checksum checksum;
  add_number(checksum, positives.rows);
  add_number(checksum, positives.cols);
  add_values(checksum, std::span<const std::uint64_t>(positives.offsets));
  add_values(checksum, std::span<const std::uint32_t>(positives.columns));
  add_values(checksum, std::span<const float>(positives.values));
  add_labels(checksum, users);
  add_labels(checksum, items);
  return storage::to_hex(checksum.value());
}

std::filesystem::path checkpoint_path(const std::filesystem::path& model_path) {
  std::filesystem::path path = model_path;
  path += ".checkpoint";
  return path;
}

std::filesystem::path rating_checkpoint_path(const std::filesystem::path& model_path) {
  std::filesystem::path path = model_path;
  path += ".rating-checkpoint";
  return path;
}

void validate(const Checkpoint& checkpoint) {
  check_fingerprint(checkpoint.fingerprint);
  if (!checkpoint.settings.is_null() && !checkpoint.settings.is_object()) {
    refuse_checkpoint("settings is no object");
  }
  check_history(checkpoint.history, checkpoint.epoch);
  for (const auto& [name, matrix] : checkpoint.matrices) require_finite_state(name, matrix);
  for (const auto& [name, number] : checkpoint.numbers) require_state_number(name, number);
  const Matrix* users = find_matrix(checkpoint, "user.vectors");
  const Matrix* items = find_matrix(checkpoint, "item.vectors");
  if ((users == nullptr) != (items == nullptr) ||
      (users != nullptr && users->cols() != items->cols())) {
    refuse_checkpoint("user.vectors and item.vectors do not fit together");
  }
  if (!checkpoint.draws.empty() && users == nullptr) refuse_checkpoint("draws without vectors");
  for (std::size_t i = 0; i < checkpoint.draws.size(); ++i) {
    require_kept_draw(checkpoint.draws[i], i, *users, *items);
  }
  require_best(checkpoint);
}

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  validate(checkpoint);
  PartWriter parts;
  Json matrices{Json::Object{}};
  for (const auto& [name, matrix] : checkpoint.matrices) {
    parts.add_matrix("state." + name, matrix);
    matrices.set(name, shape_of(matrix));
  }
  Json numbers{Json::Object{}};
  for (const auto& [name, number] : checkpoint.numbers) numbers.set(name, number);
  const RatingModel kept = model_of_draws(checkpoint.draws);
  Json content;
  content.set("family", checkpoint.family);
  content.set("settings", checkpoint.settings);
  content.set("fingerprint", checkpoint.fingerprint);
  content.set("epoch", checkpoint.epoch);
  content.set("matrices", std::move(matrices));
  content.set("numbers", std::move(numbers));
  if (!checkpoint.draws.empty()) content.set("kept", add_rating_model(parts, kept));
  content.set("history", to_json(checkpoint.history, KeepSeconds::yes));
  parts.writer().write(path, checkpoint_format(), std::move(content));
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    const bool of_old_ratings = format_name_of(path) == kOldRatingName;
    storage::ContainerReader reader(
        path, of_old_ratings ? storage::Format{kOldRatingName, 1} : checkpoint_format());
    const bool of_old_watching = !of_old_ratings && reader.version() == 1;
    Checkpoint checkpoint = of_old_ratings    ? read_old_ratings(reader)
                            : of_old_watching ? read_old_watching(reader)
                                              : read_current(reader);
    reader.verify_others(of_old_watching ? std::span<const std::string_view>(kOldTensors)
                                         : kCheckpointTensors);
    validate(checkpoint);
    return checkpoint;
  });
}

void require_same_training(const Checkpoint& checkpoint, const std::string& family,
                           const Json& settings, const std::string& fingerprint, int epochs) {
  std::string found;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) found += (found.empty() ? "" : "; ") + text;
  };
  if (checkpoint.family != family) {
    add(fmt::format("what learns is {} there and {} here", checkpoint.family, family));
  }
  add(differences(checkpoint.settings, settings));
  if (checkpoint.fingerprint != fingerprint) {
    add(fmt::format("the training data differ (fingerprint {} there and {} here)",
                    checkpoint.fingerprint, fingerprint));
  }
  if (!found.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("cannot resume: the checkpoint belongs to another training: {}", found));
  }
  if (checkpoint.epoch > epochs) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot resume: the checkpoint has {} epochs behind it, only {} are "
                            "asked for",
                            checkpoint.epoch, epochs));
  }
}

}  // namespace kindred::model
