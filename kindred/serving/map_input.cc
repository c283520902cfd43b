#include "kindred/serving/map_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
#include "kindred/embedding/row_metadata.h"
#include "kindred/model/io.h"
#include "kindred/serving/label_edits.h"

namespace kindred::serving {
namespace {

namespace fs = std::filesystem;

void add_metadata(MapData& map, const fs::path& file) {
  const data::Table more = embedding::read_row_metadata(file, map.size());
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
  map.probabilities = embedding::import_vectors(input.probabilities).embeddings.vectors;
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

const Json* find_tensor(const Json& config, const MapInput& input) {
  for (const Json& embedding : config.at("embeddings").as_array()) {
    const std::string& name = embedding.at("tensorName").as_string();
    std::error_code ignored;
    const bool is_there =
        fs::exists(beside(input.file, embedding.at("tensorPath").as_string()), ignored);
    if (input.tensor.empty() ? is_there : name == input.tensor) return &embedding;
  }
  return nullptr;
}

MapData of_config(const MapInput& input, const std::string& text) {
  const Json config = Json::parse(text);
  const Json* tensor = find_tensor(config, input);
  if (tensor == nullptr) {
    throw Error(ErrorCode::not_found,
                fmt::format("{}: {}", input.file.string(),
                            input.tensor.empty() ? "none of its tensors' files is here"
                                                 : "it has no tensor '" + input.tensor + "'"));
  }
  const fs::path file = beside(input.file, tensor->at("tensorPath").as_string());
  MapData map;
  if (const Json* shape = tensor->find("tensorShape"); shape && file.extension() == ".bytes") {
    const auto& sizes = shape->as_array();
    if (sizes.size() != 2) throw Error(ErrorCode::unsupported, "a tensorShape that is not [n, d]");
    const std::string what = input.file.string() + ": 'tensorShape'";
    map.things = embedding::import_raw(file, read_size(sizes[0], what), read_size(sizes[1], what));
  } else {
    map.things = embedding::import_vectors(file).embeddings;
  }
  if (const Json* metadata = tensor->find("metadataPath")) {
    add_metadata(map, beside(input.file, metadata->as_string()));
  }
  if (const Json* sprite = tensor->find("sprite")) {
    const fs::path sheet = beside(input.file, sprite->at("imagePath").as_string());
    const auto& size = sprite->at("singleImageDim").as_array();
    if (size.size() != 2)
      throw Error(ErrorCode::unsupported, "a singleImageDim that is not [w, h]");
    const std::string what = input.file.string() + ": 'singleImageDim'";
    ByteSource source(sheet);
    map.images =
        data::images_of_sheet(data::decode_png(read_to_end(source), sheet.string()), map.size(),
                              read_size(size[0], what), read_size(size[1], what), sheet.string());
  }
  map.about = fmt::format("{}: {} rows in {} dimensions", tensor->at("tensorName").as_string(),
                          format_count(map.size()), map.things.dimensions());
  return map;
}

MapData of_vectors(const MapInput& input) {
  embedding::Imported imported = embedding::import_vectors(input.file);
  MapData map;
  map.things = std::move(imported.embeddings);
  map.images = std::move(imported.images);
  map.metric = imported.format == "word2vec" ? search::Metric::cosine : search::Metric::euclidean;
  map.about = map.images.empty()
                  ? fmt::format("{} rows in {} dimensions", format_count(map.size()),
                                map.things.dimensions())
                  : fmt::format("{} images of {} x {} pixels", format_count(map.size()),
                                map.images.width, map.images.height);
  return map;
}

// The first bytes, unpacked; the file may be a pipe, which can be read only once, so that only
// regular files are looked at.
std::string head_of(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return "";
  ByteSource source(file);
  std::array<char, 64> bytes;
  return {bytes.data(), source.read(bytes)};
}

bool is_config(const std::string& head) {
  const auto first = head.find_first_not_of(" \t\r\n");
  return first != std::string::npos && head[first] == '{';
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
  const std::string head = head_of(input.file);
  const bool is_model = input.file.extension() == ".kindred";
  MapData map;
  if (is_model) {
    map = of_model(input);
  } else if (is_config(head)) {
    ByteSource source(input.file);
    map = of_config(input, read_to_end(source));
  } else {
    map = of_vectors(input);
  }
  map.name = input.file.filename().string();
  if (!input.labels.empty()) {
    add_metadata(map, input.labels);
  } else if (const auto found = is_model ? std::nullopt : labels_beside(input.file)) {
    add_metadata(map, *found);
  }
  if (!input.images.empty()) add_images(map, input.images);
  map.label_file = input.label_file.empty() ? default_label_file(input) : input.label_file;
  map.edited = read_label_file(map.label_file, map.size());
  map.things.metadata = with_columns(map.things.metadata, map.edited);
  if (!input.color.empty()) map.color_column = map.things.metadata.at(input.color).name;
  prepare(map);
  if (!input.probabilities.empty()) add_probabilities(map, input);
  return map;
}

}  // namespace kindred::serving
