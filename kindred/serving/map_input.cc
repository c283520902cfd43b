#include "kindred/serving/map_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/base/size.h"
#include "kindred/data/idx.h"
#include "kindred/data/labels.h"
#include "kindred/embedding/import.h"
#include "kindred/embedding/projector_config.h"
#include "kindred/embedding/row_metadata.h"
#include "kindred/model/file_kind.h"
#include "kindred/model/io.h"
#include "kindred/serving/label_edits.h"

namespace kindred::serving {
namespace {

namespace fs = std::filesystem;

void add_metadata(MapData& map, const fs::path& file, const std::string& encoding = "") {
  const data::Table more = embedding::read_row_metadata(file, map.size(), encoding, &map.written);
  data::Table joined(map.size());
  // What was given by hand comes first, and replaces a column of the same name.
  for (const data::Column& column : more.columns()) joined.add(column);
  for (const data::Column& column : map.things.metadata.columns()) {
    if (joined.find(column.name) == nullptr) joined.add(column);
  }
  map.things.metadata = std::move(joined);
}

void add_images(MapData& map, const fs::path& file) {
  ByteSource source(file);
  const std::string bytes = read_to_end(source);
  map.images = data::images_of_idx(data::parse_idx(bytes, source.name()), source.name());
  if (map.images.count != map.size()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: {} images for {} rows", source.name(),
                                                         map.images.count, map.size()));
  }
}

constexpr double kSumTolerance = 0.02;  // Probabilities may have been written with two digits.

void check_probabilities(const Matrix& probabilities, const std::string& file) {
  for (std::size_t row = 0; row < probabilities.rows(); ++row) {
    double sum = 0.0;
    for (const float value : probabilities.row(row)) {
      if (!(value >= 0.0F && value <= 1.0F + static_cast<float>(kSumTolerance))) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("{}: row {}: {} is no probability; these lie between 0 and 1", file,
                                row + 1, value));
      }
      sum += static_cast<double>(value);
    }
    if (std::abs(sum - 1.0) <= kSumTolerance) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: row {}: its probabilities add up to {:.4g}, not to 1", file,
                            row + 1, sum));
  }
}

// For each label the column that is of it, where all columns have a name.
std::vector<std::size_t> columns_by_name(const std::vector<std::string>& labels,
                                         const MapInput& input, std::size_t column_count) {
  if (input.classes.size() != column_count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} names of classes are given for {} columns",
                            input.probabilities.string(), input.classes.size(), column_count));
  }
  std::vector<std::size_t> columns;
  for (const std::string& label : labels) {
    const auto found = std::ranges::find(input.classes, label);
    if (found == input.classes.end()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: no column is called '{}', as some rows are labelled",
                              input.probabilities.string(), printable(label)));
    }
    columns.push_back(static_cast<std::size_t>(found - input.classes.begin()));
  }
  return columns;
}

// Without names: ascending columns, one for each label, in which the rows' own labels have the
// largest sum. best[l][c] is that of the first l labels within the first c columns.
std::vector<std::size_t> likeliest_columns(const Matrix& probabilities,
                                           const data::Labels& labels) {
  const std::size_t label_count = labels.class_count();
  const std::size_t column_count = probabilities.cols();
  std::vector<std::vector<double>> own(label_count, std::vector<double>(column_count, 0.0));
  for (std::size_t row = 0; row < probabilities.rows(); ++row) {
    if (labels.of_row[row] == data::kNoLabel) continue;
    for (std::size_t c = 0; c < column_count; ++c) {
      own[labels.of_row[row]][c] += static_cast<double>(probabilities.row(row)[c]);
    }
  }
  const double none = -std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> best(label_count + 1,
                                        std::vector<double>(column_count + 1, none));
  best[0].assign(column_count + 1, 0.0);
  for (std::size_t l = 1; l <= label_count; ++l) {
    for (std::size_t c = l; c <= column_count; ++c) {
      best[l][c] = std::max(best[l][c - 1], best[l - 1][c - 1] + own[l - 1][c - 1]);
    }
  }
  std::vector<std::size_t> columns(label_count);
  std::size_t c = column_count;
  for (std::size_t l = label_count; l > 0; --l) {
    while (best[l][c - 1] == best[l][c]) --c;
    columns[l - 1] = --c;
  }
  return columns;
}

// The columns in the order of the labels.
Matrix label_columns_of(const Matrix& from, const std::vector<std::size_t>& columns) {
  Matrix to(from.rows(), columns.size());
  for (std::size_t row = 0; row < from.rows(); ++row) {
    for (std::size_t c = 0; c < columns.size(); ++c) to.row(row)[c] = from.row(row)[columns[c]];
  }
  return to;
}

void add_probabilities(MapData& map, const MapInput& input) {
  const std::string file = input.probabilities.string();
  embedding::ImportOptions coordinates;
  coordinates.label_columns = "none";
  map.probabilities = embedding::import_vectors(file, coordinates).embeddings.vectors;
  // Edited labels may be others than those that the classifier knew.
  const data::Column& now = map.things.metadata.at(map.color_column);
  const auto edited = map.edited.find(map.color_column);
  const data::Column column =
      edited == map.edited.end() ? now : embedding::typed_column(now.name, edited->second.before);
  const data::Labels labels = data::labels_of(map.things.metadata, column);
  map.classes = labels.names;
  const std::size_t found = map.probabilities.cols();
  if (map.probabilities.rows() != map.size() || found < map.classes.size()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} x {} probabilities for {} rows and the {} labels of '{}'", file,
                            map.probabilities.rows(), found, map.size(), map.classes.size(),
                            map.color_column));
  }
  check_probabilities(map.probabilities, file);
  if (found == map.classes.size() && input.classes.empty()) return;
  const std::vector<std::size_t> columns = input.classes.empty()
                                               ? likeliest_columns(map.probabilities, labels)
                                               : columns_by_name(map.classes, input, found);
  map.probabilities = label_columns_of(map.probabilities, columns);
  if (!input.classes.empty()) return;
  map.remark =
      fmt::format("{}: {} columns for {} labels; taken, as they suit the labels best:", file, found,
                  map.classes.size());
  for (std::size_t l = 0; l < std::min<std::size_t>(columns.size(), 10); ++l) {
    map.remark += fmt::format("{} column {} for '{}'", l == 0 ? "" : ",", columns[l] + 1,
                              printable(map.classes[l]));
  }
  map.remark += "; --classes names all of them";
}

MapData of_model(const MapInput& input) {
  model::Model model = model::load(input.file);
  model::require_vectors(model, "a map");
  MapData map;
  map.metric = search::Metric::cosine;
  map.things = std::move(input.users ? model.users : model.items);
  map.about = fmt::format("{} {} in {} dimensions", format_count(map.size()),
                          input.users ? "users" : "items", map.things.dimensions());
  return map;
}

// A path of the config, beside it: the folder in which it lies, or one named there.
fs::path beside(const fs::path& config, const std::string& named) {
  const fs::path path = config.parent_path() / named;
  std::error_code ignored;
  if (fs::exists(path, ignored)) return path;
  return config.parent_path() / fs::path(named).filename();
}

using embedding::ProjectorTensor;

const ProjectorTensor& chosen_tensor(const std::vector<ProjectorTensor>& tensors,
                                     const MapInput& input) {
  std::string names;
  bool in_checkpoint = false;
  for (const ProjectorTensor& tensor : tensors) {
    names += (names.empty() ? "" : ", ") + tensor.name;
    in_checkpoint = in_checkpoint || tensor.path.empty();
    std::error_code ignored;
    const bool is_there =
        !tensor.path.empty() && fs::is_regular_file(beside(input.file, tensor.path), ignored);
    if (input.tensor.empty() ? is_there : tensor.name == input.tensor) return tensor;
  }
  const std::string file = input.file.string();
  if (!input.tensor.empty()) {
    throw Error(ErrorCode::not_found, fmt::format("{}: it has no tensor '{}'; it has: {}", file,
                                                  input.tensor, names.empty() ? "none" : names));
  }
  throw Error(ErrorCode::not_found,
              in_checkpoint
                  ? fmt::format("{}: none of its tensors' files is here, and those without a path "
                                "lie in a TensorFlow checkpoint, which is not read: write the "
                                "vectors as .npy or TSV and name that file",
                                file)
                  : fmt::format("{}: none of its tensors' files is here", file));
}

embedding::Embeddings vectors_of(const ProjectorTensor& tensor, const fs::path& file,
                                 const MapInput& input, MapData& map) {
  if (tensor.path.empty()) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: tensor '{}' has no path: it lies in a TensorFlow checkpoint, "
                            "which is not read; write its vectors as .npy or TSV",
                            input.file.string(), tensor.name));
  }
  if (file.extension() == ".bytes") {
    if (!tensor.shape) {
      throw Error(ErrorCode::corrupt, fmt::format("{}: tensor '{}' has no shape, and {} says none",
                                                  input.file.string(), tensor.name, file.string()));
    }
    return embedding::import_raw(file, tensor.shape->first, tensor.shape->second);
  }
  // The projector's TSV is of numbers alone.
  embedding::ImportOptions reading = input.reading;
  if (file.extension() == ".tsv") {
    reading.format = "table";
    if (!reading.header) reading.header = false;
    if (reading.label_columns.empty()) reading.label_columns = "none";
  }
  embedding::Imported imported = embedding::import_vectors(file, reading);
  map.guesses = std::move(imported.guesses);
  map.written = std::move(imported.written);
  return std::move(imported.embeddings);
}

MapData of_config(const MapInput& input, const std::string& text) {
  const std::vector<ProjectorTensor> tensors =
      embedding::parse_projector_config(text, input.file.string());
  const ProjectorTensor& tensor = chosen_tensor(tensors, input);
  MapData map;
  map.things = vectors_of(tensor, beside(input.file, tensor.path), input, map);
  if (tensor.shape && *tensor.shape != std::pair(map.size(), map.things.dimensions())) {
    throw Error(
        ErrorCode::corrupt,
        fmt::format("{}: tensor '{}' has the shape {} x {}, and {} holds {} x {}",
                    input.file.string(), tensor.name, tensor.shape->first, tensor.shape->second,
                    tensor.path, map.size(), map.things.dimensions()));
  }
  if (!tensor.metadata_path.empty()) {
    add_metadata(map, beside(input.file, tensor.metadata_path), input.reading.encoding);
  }
  if (!tensor.sprite_path.empty()) {
    const fs::path sheet = beside(input.file, tensor.sprite_path);
    ByteSource source(sheet);
    map.images =
        data::images_of_sheet(data::decode_png(read_to_end(source), sheet.string()), map.size(),
                              tensor.image.first, tensor.image.second, sheet.string());
  }
  map.about = fmt::format("{}: {} rows in {} dimensions", tensor.name, format_count(map.size()),
                          map.things.dimensions());
  return map;
}

MapData of_vectors(const MapInput& input) {
  embedding::ImportOptions reading = input.reading;
  reading.tensor = input.tensor;
  embedding::Imported imported = embedding::import_vectors(input.file, reading);
  MapData map;
  map.things = std::move(imported.embeddings);
  map.images = std::move(imported.images);
  map.guesses = std::move(imported.guesses);
  map.written = std::move(imported.written);
  map.metric = imported.format == "word2vec" ? search::Metric::cosine : search::Metric::euclidean;
  map.about = map.images.empty()
                  ? fmt::format("{} rows in {} dimensions", format_count(map.size()),
                                map.things.dimensions())
                  : fmt::format("{} images of {} x {} pixels", format_count(map.size()),
                                map.images.width, map.images.height);
  return map;
}

// The file of labels that MNIST and its kin have beside their images, where nothing was named.
std::optional<fs::path> labels_beside(const fs::path& images) {
  std::string name = images.filename().string();
  const auto at = name.find("images-idx3");
  if (at == std::string::npos) return std::nullopt;
  name.replace(at, 11, "labels-idx1");
  std::error_code ignored;
  const fs::path path = images.parent_path() / name;
  return fs::exists(path, ignored) ? std::optional(path) : std::nullopt;
}

// What has no vectors of people or items, with what to do.
[[noreturn]] void refuse_container(const fs::path& file, const model::KindOfFile& found) {
  const std::string name = file.string();
  std::string advice = "write its vectors as .npy first";
  if (found.kind == model::FileKind::table_model) {
    advice = fmt::format(
        "write the vectors of a column first, kindred export {} --what NAME -o "
        "vectors.npy, and view those",
        name);
  } else if (found.kind == model::FileKind::ratings_store) {
    advice = fmt::format("it has no vectors: kindred train {} learns them", name);
  } else if (found.kind == model::FileKind::lists) {
    advice = "it has no vectors: view the model that the lists are from";
  } else if (found.kind == model::FileKind::checkpoint) {
    advice = "finish the training with --resume and view its model";
  }
  throw Error(ErrorCode::unsupported, fmt::format("{} is {}: {}", name, found.what, advice));
}

}  // namespace

fs::path default_label_file(const MapInput& input) {
  std::error_code ignored;
  if (!fs::is_regular_file(input.file, ignored)) return {};
  fs::path name = input.file.filename();
  while (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  std::string text = name.stem().string();
  if (input.users) text += ".users";
  if (!input.tensor.empty()) text += '.';
  // A tensor may be called "a/b:0".
  for (const char c : input.tensor) text += c == '/' ? '_' : c;
  return input.file.parent_path() / (text + ".edited.csv");
}

MapData read_map(const MapInput& input) {
  const model::KindOfFile kind = model::kind_of_file(input.file);
  const bool is_model = kind.is_container();
  MapData map;
  if (kind.kind == model::FileKind::model || kind.kind == model::FileKind::other_container) {
    map = of_model(input);
  } else if (is_model) {
    refuse_container(input.file, kind);
  } else if (kind.kind == model::FileKind::projector_config) {
    ByteSource source(input.file);
    map = of_config(input, read_to_end(source));
  } else {
    map = of_vectors(input);
  }
  map.name = input.file.filename().string();
  if (!input.labels.empty()) {
    add_metadata(map, input.labels, input.reading.encoding);
  } else if (const auto found = is_model ? std::nullopt : labels_beside(input.file)) {
    add_metadata(map, *found);
  }
  if (!input.images.empty()) add_images(map, input.images);
  map.label_file = input.label_file.empty() ? default_label_file(input) : input.label_file;
  map.edited = read_label_file(map.label_file, map.size());
  map.things.metadata = with_columns(map.things.metadata, map.edited);
  for (const auto& [name, column] : map.edited) map.written[name] = column.now;
  if (!input.color.empty()) map.color_column = map.things.metadata.at(input.color).name;
  prepare(map);
  if (!input.probabilities.empty()) add_probabilities(map, input);
  return map;
}

}  // namespace kindred::serving
