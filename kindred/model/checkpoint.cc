#include "kindred/model/checkpoint.h"

#include <fmt/format.h>

#include <cstdint>
#include <span>

#include "kindred/base/error.h"
#include "kindred/model/parts.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/named_errors.h"

namespace kindred::model {
namespace {

const storage::Format& checkpoint_format() {
  static const storage::Format kFormat = {"kindred checkpoint", 1};
  return kFormat;
}

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

Checkpoint read_checkpoint(storage::ContainerReader& reader) {
  const Json& content = reader.content();
  Checkpoint checkpoint;
  checkpoint.options = options_from_json(content.at("options"));
  checkpoint.fingerprint = content.at("fingerprint").as_string();
  checkpoint.settings = content.at("settings");
  checkpoint.epoch = epoch_from_json(content.at("epoch"));
  checkpoint.user_vectors = read_shaped(reader, "user.vectors", content.at("user_vectors"));
  checkpoint.item_vectors = read_shaped(reader, "item.vectors", content.at("item_vectors"));
  checkpoint.history = history_from_json(content.at("history"));
  if (const Json& best = content.at("best"); !best.is_null()) {
    checkpoint.best = BestVectors{
        epoch_from_json(best.at("epoch")),
        read_shaped(reader, "best.user.vectors", best.at("user_vectors")),
        read_shaped(reader, "best.item.vectors", best.at("item_vectors")),
    };
  }
  reader.verify_others();
  return checkpoint;
}

}  // namespace

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

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  PartWriter parts;
  parts.add_matrix("user.vectors", checkpoint.user_vectors);
  parts.add_matrix("item.vectors", checkpoint.item_vectors);
  Json best;
  if (checkpoint.best) {
    parts.add_matrix("best.user.vectors", checkpoint.best->user_vectors);
    parts.add_matrix("best.item.vectors", checkpoint.best->item_vectors);
    best.set("epoch", checkpoint.best->epoch);
    best.set("user_vectors", shape_of(checkpoint.best->user_vectors));
    best.set("item_vectors", shape_of(checkpoint.best->item_vectors));
  }
  Json content;
  content.set("options", to_json(checkpoint.options));
  content.set("fingerprint", checkpoint.fingerprint);
  content.set("settings", checkpoint.settings);
  content.set("epoch", checkpoint.epoch);
  content.set("user_vectors", shape_of(checkpoint.user_vectors));
  content.set("item_vectors", shape_of(checkpoint.item_vectors));
  content.set("history", to_json(checkpoint.history, KeepSeconds::yes));
  content.set("best", std::move(best));
  parts.writer().write(path, checkpoint_format(), std::move(content));
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  return storage::with_file_name(path, [&] {
    storage::ContainerReader reader(path, checkpoint_format());
    return read_checkpoint(reader);
  });
}

void require_same_training(const Checkpoint& checkpoint, const factorization::IalsOptions& options,
                           const std::string& fingerprint, const Json& settings) {
  factorization::IalsOptions old_options = checkpoint.options;
  old_options.epochs = options.epochs;
  std::string found = differences(to_json(old_options), to_json(options));
  const auto add = [&](const std::string& text) {
    if (!text.empty()) found += (found.empty() ? "" : "; ") + text;
  };
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
}

}  // namespace kindred::model
