#include "kindred/model/rating_checkpoint.h"

#include <fmt/format.h>

#include "kindred/base/error.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

const storage::Format& rating_checkpoint_format() {
  static const storage::Format kFormat = {"kindred rating checkpoint", 1};
  return kFormat;
}

// Draws travel as the draws of a model that holds nothing else.
RatingModel shell(std::vector<RatingDraw> draws) {
  RatingModel model;
  model.draws = std::move(draws);
  return model;
}

RatingCheckpoint read_rating_checkpoint(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  RatingCheckpoint checkpoint;
  checkpoint.settings = content.at("settings");
  checkpoint.fingerprint = content.at("fingerprint").as_string();
  checkpoint.epoch = epoch_from_json(content.at("epoch"));
  for (const auto& [name, shape] : content.at("matrices").as_object()) {
    checkpoint.matrices.emplace_back(name, read_shaped(reader, "state." + name, shape));
  }
  for (const Json& number : content.at("numbers").as_array()) {
    checkpoint.numbers.push_back(number.as_double());
  }
  checkpoint.draws = read_rating_model(reader, content.at("kept")).draws;
  checkpoint.history = history_from_json(content.at("history"));
  reader.verify_others();
  return checkpoint;
}

}  // namespace

std::filesystem::path rating_checkpoint_path(const std::filesystem::path& model_path) {
  std::filesystem::path path = model_path;
  path += ".rating-checkpoint";
  return path;
}

void save_rating_checkpoint(const std::filesystem::path& path, const RatingCheckpoint& checkpoint) {
  PartWriter parts;
  Json matrices{Json::Object{}};
  for (const auto& [name, matrix] : checkpoint.matrices) {
    parts.add_matrix("state." + name, matrix);
    matrices.set(name, shape_of(matrix));
  }
  Json numbers{Json::Array{}};
  for (const double number : checkpoint.numbers) numbers.push(number);
  const RatingModel kept = shell(checkpoint.draws);
  Json content;
  content.set("settings", checkpoint.settings);
  content.set("fingerprint", checkpoint.fingerprint);
  content.set("epoch", checkpoint.epoch);
  content.set("matrices", std::move(matrices));
  content.set("numbers", std::move(numbers));
  content.set("kept", add_rating_model(parts, kept));
  content.set("history", to_json(checkpoint.history, KeepSeconds::yes));
  parts.writer().write(path, rating_checkpoint_format(), std::move(content));
}

RatingCheckpoint load_rating_checkpoint(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, rating_checkpoint_format());
    return read_rating_checkpoint(reader);
  });
}

void require_same_training(const RatingCheckpoint& checkpoint, const Json& settings,
                           const std::string& fingerprint) {
  std::string found = differences(checkpoint.settings, settings);
  if (checkpoint.fingerprint != fingerprint) {
    found += fmt::format("{}the training data differ (fingerprint {} there and {} here)",
                         found.empty() ? "" : "; ", checkpoint.fingerprint, fingerprint);
  }
  if (found.empty()) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("cannot resume: the rating checkpoint belongs to another training: {}", found));
}

}  // namespace kindred::model
