#include "kindred/model/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"

namespace kindred::model {
namespace {

constexpr std::string_view kText = "text";
constexpr std::string_view kNumber = "number";

// NaN has many bit patterns; equal models are to give equal bytes.
double canonical(double value) {
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}

std::string column_tensor(const std::string& prefix, std::size_t index) {
  return fmt::format("{}.column.{}", prefix, index);
}

// The texts that PartWriter::add_texts has laid out.
class Texts {
 public:
  Texts(storage::ContainerReader& reader, const std::string& name, std::uint64_t row_count)
      : offsets_(reader.read_offsets(name + ".offsets", row_count, reader.length_of(name))),
        bytes_(reader.read<std::uint8_t>(name, {reader.length_of(name)})) {}

  std::size_t row_count() const noexcept { return offsets_.size() - 1; }
  std::string_view row(std::size_t index) const {
    const auto* begin = reinterpret_cast<const char*>(bytes_.data());
    return {begin + offsets_[index], offsets_[index + 1] - offsets_[index]};
  }

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint8_t> bytes_;
};

data::Column read_column(storage::ContainerReader& reader, const std::string& tensor,
                         const Json& description, std::uint64_t count) {
  const std::string& type = description.at("type").as_string();
  data::Column column;
  column.name = description.at("name").as_string();
  if (type == kNumber) {
    column.values = reader.read<double>(tensor, {count});
    return column;
  }
  if (type != kText) {
    throw Error(ErrorCode::unsupported, fmt::format("column '{}' has the type '{}', which is not "
                                                    "known here",
                                                    column.name, type));
  }
  const Texts texts(reader, tensor, count);
  data::TextColumn values(texts.row_count());
  for (std::size_t row = 0; row < values.size(); ++row) {
    values[row] = texts.row(row);
    if (find_invalid_utf8(values[row]) == std::string_view::npos) continue;
    throw Error(ErrorCode::corrupt,
                fmt::format("'{}', the column '{}', row {}: '{}' is not UTF-8", tensor,
                            printable(column.name), row, printable(values[row])));
  }
  column.values = std::move(values);
  return column;
}

data::Table read_table(storage::ContainerReader& reader, const std::string& prefix,
                       const Json::Array& columns, std::uint64_t count) {
  data::Table table(count);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    data::Column column = read_column(reader, column_tensor(prefix, i), columns[i], count);
    if (table.find(column.name) != nullptr) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("the column '{}' of '{}' appears twice", column.name, prefix));
    }
    table.add(std::move(column));
  }
  return table;
}

std::string_view name(factorization::IalsSolver solver) {
  switch (solver) {
    case factorization::IalsSolver::primal:
      return "primal";
    case factorization::IalsSolver::dual:
      return "dual";
    case factorization::IalsSolver::automatic:
      break;
  }
  return "automatic";
}

factorization::IalsSolver solver_from(const std::string& text) {
  using factorization::IalsSolver;
  for (const IalsSolver solver : {IalsSolver::automatic, IalsSolver::primal, IalsSolver::dual}) {
    if (text == name(solver)) return solver;
  }
  throw Error(ErrorCode::corrupt, fmt::format("there is no solver '{}'", text));
}

}  // namespace

double short_double(float value) {
  const std::string digits = fmt::format("{}", value);
  double shortest = 0.0;
  std::from_chars(digits.data(), digits.data() + digits.size(), shortest);
  return static_cast<float>(shortest) == value ? shortest : static_cast<double>(value);
}

float as_float(const Json& json) {
  const double value = json.as_double();
  // Beyond the range of a float the conversion would be undefined.
  if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    throw Error(ErrorCode::corrupt, fmt::format("{} is too large for a 32-bit number", value));
  }
  return static_cast<float>(value);
}

int as_int32(const Json& json, std::string_view name) {
  return static_cast<int>(
      read_integer(json, name, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

Json shape_of(const Matrix& matrix) {
  return Json(Json::Array{Json(std::uint64_t{matrix.rows()}), Json(std::uint64_t{matrix.cols()})});
}

Matrix read_shaped(storage::ContainerReader& reader, const std::string& name, const Json& shape) {
  const Json::Array& sizes = shape.as_array();
  if (sizes.size() != 2) {
    throw Error(ErrorCode::corrupt, fmt::format("'{}' needs two dimensions", name));
  }
  Matrix matrix = read_matrix(reader, name, read_size(sizes[0], fmt::format("'{}': rows", name)),
                              read_size(sizes[1], fmt::format("'{}': columns", name)));
  for (const float value : matrix.values()) {
    if (std::isfinite(value)) continue;
    throw Error(ErrorCode::corrupt, fmt::format("'{}' holds {}", name, value));
  }
  return matrix;
}

void require_moderate(MatrixView matrix, std::string_view name) {
  for (const float value : matrix.values()) {
    if (std::abs(value) <= kVectorValueMax) continue;
    throw Error(ErrorCode::corrupt, fmt::format("'{}' holds {}; numbers of vectors are at most {}",
                                                name, value, kVectorValueMax));
  }
}

std::string differences(const Json& there, const Json& here) {
  std::string text;
  const auto note = [&](const std::string& key, const Json* old_value, const Json* new_value) {
    text += fmt::format("{}{} is {} there and {} here", text.empty() ? "" : "; ", key,
                        old_value == nullptr ? "absent" : old_value->dump(),
                        new_value == nullptr ? "absent" : new_value->dump());
  };
  if (there.is_object()) {
    for (const auto& [key, value] : there.as_object()) {
      const Json* other = here.find(key);
      if (other == nullptr || !(*other == value)) note(key, &value, other);
    }
  }
  if (here.is_object()) {
    for (const auto& [key, value] : here.as_object()) {
      if (there.find(key) == nullptr) note(key, nullptr, &value);
    }
  }
  return text;
}

template <typename TextOfRow>
void PartWriter::add_texts(const std::string& name, std::size_t row_count, TextOfRow text_of_row) {
  std::vector<std::uint64_t>& offsets = offsets_.emplace_back(1, 0);
  std::vector<std::uint8_t>& bytes = bytes_.emplace_back();
  offsets.reserve(row_count + 1);
  for (std::size_t row = 0; row < row_count; ++row) {
    const std::string_view text = text_of_row(row);
    bytes.insert(bytes.end(), text.begin(), text.end());
    offsets.push_back(bytes.size());
  }
  writer_.add(name, {bytes.size()}, std::span<const std::uint8_t>(bytes));
  writer_.add(name + ".offsets", {offsets.size()}, std::span<const std::uint64_t>(offsets));
}

void PartWriter::add_labels(const std::string& prefix, const data::Vocabulary& labels) {
  add_texts(prefix + ".labels", labels.size(), [&](std::size_t row) { return labels.label(row); });
}

void PartWriter::add_labels(const std::string& prefix, const data::Vocabulary& labels,
                            std::span<const std::uint32_t> rows) {
  add_texts(prefix + ".labels", rows.size(),
            [&](std::size_t index) { return labels.label(rows[index]); });
}

void PartWriter::add_matrix(const std::string& name, MatrixView matrix) {
  writer_.add(name, {matrix.rows, matrix.cols}, matrix.values());
}

Json PartWriter::add_embeddings(const std::string& prefix,
                                const embedding::Embeddings& embeddings) {
  add_matrix(prefix + ".vectors", embeddings.vectors);
  add_labels(prefix, embeddings.labels);
  Json columns = Json(Json::Array());
  for (const data::Column& column : embeddings.metadata.columns()) {
    const std::string tensor = column_tensor(prefix, columns.as_array().size());
    if (column.is_text()) {
      add_texts(tensor, column.size(),
                [&](std::size_t row) { return std::string_view(column.text()[row]); });
    } else {
      std::vector<double>& numbers = numbers_.emplace_back(column.numbers());
      std::transform(numbers.begin(), numbers.end(), numbers.begin(), canonical);
      writer_.add(tensor, {numbers.size()}, std::span<const double>(numbers));
    }
    Json description;
    description.set("name", column.name);
    description.set("type", column.is_text() ? kText : kNumber);
    columns.push(std::move(description));
  }
  Json json;
  json.set("count", std::uint64_t{embeddings.size()});
  json.set("dimensions", std::uint64_t{embeddings.dimensions()});
  json.set("columns", std::move(columns));
  return json;
}

Json PartWriter::add_sparse(const std::string& prefix, const SparseMatrix& matrix) {
  writer_.add(prefix + ".offsets", {matrix.offsets.size()},
              std::span<const std::uint64_t>(matrix.offsets));
  writer_.add(prefix + ".columns", {matrix.columns.size()},
              std::span<const std::uint32_t>(matrix.columns));
  // A third of the part, and most often it would hold nothing but ones.
  const bool all_ones = std::all_of(matrix.values.begin(), matrix.values.end(),
                                    [](float value) { return value == 1.0F; });
  if (!all_ones) {
    writer_.add(prefix + ".values", {matrix.values.size()}, std::span<const float>(matrix.values));
  }
  Json json;
  json.set("rows", std::uint64_t{matrix.rows});
  json.set("cols", std::uint64_t{matrix.cols});
  json.set("entries", std::uint64_t{matrix.entry_count()});
  json.set("all_ones", all_ones);
  return json;
}

Matrix read_matrix(storage::ContainerReader& reader, const std::string& name, std::uint64_t rows,
                   std::uint64_t cols) {
  return Matrix(rows, cols, reader.read<float>(name, {rows, cols}));
}

void check_texts(storage::ContainerReader& reader, const std::string& name, std::uint64_t count) {
  const Texts texts(reader, name, count);
}

data::Vocabulary read_labels(storage::ContainerReader& reader, const std::string& name,
                             std::uint64_t count) {
  const Texts texts(reader, name, count);
  data::Vocabulary labels;
  for (std::size_t row = 0; row < texts.row_count(); ++row) {
    if (labels.insert(texts.row(row)) != row) {
      throw Error(ErrorCode::corrupt, fmt::format("the label '{}' appears twice in '{}'",
                                                  printable(texts.row(row)), name));
    }
  }
  return labels;
}

embedding::Embeddings read_embeddings(storage::ContainerReader& reader, const std::string& prefix,
                                      const Json& description) {
  const std::uint64_t count = read_size(description, "count", prefix + ": count");
  embedding::Embeddings embeddings;
  embeddings.vectors = read_matrix(reader, prefix + ".vectors", count,
                                   read_size(description, "dimensions", prefix + ": dimensions"));
  embeddings.labels = read_labels(reader, prefix + ".labels", count);
  embeddings.metadata = read_table(reader, prefix, description.at("columns").as_array(), count);
  return embeddings;
}

SparseMatrix read_sparse(storage::ContainerReader& reader, const std::string& prefix,
                         const Json& description) {
  SparseMatrix matrix;
  matrix.rows = read_size(description, "rows", prefix + ": rows");
  matrix.cols = read_size(description, "cols", prefix + ": cols");
  const std::uint64_t entries =
      read_size(description, "entries", prefix + ": entries", kEntriesMax);
  matrix.offsets = reader.read_offsets(prefix + ".offsets", matrix.rows, entries);
  matrix.columns = reader.read<std::uint32_t>(prefix + ".columns", {entries});
  matrix.values = description.at("all_ones").as_bool()
                      ? std::vector<float>(matrix.columns.size(), 1.0F)
                      : reader.read<float>(prefix + ".values", {entries});
  kindred::validate(matrix, prefix.c_str());
  return matrix;
}

Json to_json(const factorization::IalsOptions& options) {
  Json json;
  json.set("dimensions", options.dimensions);
  json.set("epochs", options.epochs);
  json.set("unobserved_weight", short_double(options.unobserved_weight));
  json.set("regularization", short_double(options.regularization));
  json.set("regularization_exponent", short_double(options.regularization_exponent));
  json.set("init_stddev", short_double(options.init_stddev));
  json.set("seed", options.seed);
  json.set("solver", name(options.solver));
  return json;
}

Json settings_of(const factorization::IalsOptions& options) {
  const Json all = to_json(options);
  Json settings;
  for (const auto& [name, value] : all.as_object()) {
    if (name != "epochs") settings.set(name, value);
  }
  return settings;
}

factorization::IalsOptions options_from_json(const Json& json) {
  factorization::IalsOptions options;
  options.dimensions = as_int32(json.at("dimensions"), "dimensions");
  options.epochs = as_int32(json.at("epochs"), "epochs");
  options.unobserved_weight = as_float(json.at("unobserved_weight"));
  options.regularization = as_float(json.at("regularization"));
  options.regularization_exponent = as_float(json.at("regularization_exponent"));
  options.init_stddev = as_float(json.at("init_stddev"));
  options.seed = read_word(json.at("seed"), "seed");
  options.solver = solver_from(json.at("solver").as_string());
  try {
    factorization::validate(options);
  } catch (const Error& error) {
    throw Error(ErrorCode::corrupt, error.what());
  }
  return options;
}

Json to_json(const data::PositiveRule& rule) {
  Json json;
  json.set("threshold", rule.threshold ? Json(short_double(*rule.threshold)) : Json());
  json.set("weight_per_value", short_double(rule.weight_per_value));
  return json;
}

data::PositiveRule rule_from_json(const Json& json) {
  data::PositiveRule rule;
  if (const Json& threshold = json.at("threshold"); !threshold.is_null()) {
    rule.threshold = as_float(threshold);
  }
  rule.weight_per_value = as_float(json.at("weight_per_value"));
  return rule;
}

Json to_json(const std::vector<training::Epoch>& history, KeepSeconds keep) {
  Json json = Json(Json::Array());
  for (const training::Epoch& record : history) {
    Json entry;
    entry.set("epoch", record.epoch);
    if (keep == KeepSeconds::yes) entry.set("seconds", record.seconds);
    Json losses = Json(Json::Object());
    for (const auto& [term, value] : record.losses) losses.set(term, value);
    entry.set("losses", std::move(losses));
    entry.set("validation", record.validation ? Json(*record.validation) : Json());
    json.push(std::move(entry));
  }
  return json;
}

std::vector<training::Epoch> history_from_json(const Json& json) {
  std::vector<training::Epoch> history;
  for (const Json& entry : json.as_array()) {
    training::Epoch& record = history.emplace_back();
    record.epoch = epoch_from_json(entry.at("epoch"));
    if (const Json* seconds = entry.find("seconds")) record.seconds = seconds->as_double();
    for (const auto& [term, value] : entry.at("losses").as_object()) {
      record.losses.emplace_back(term, value.as_double());
    }
    if (const Json& validation = entry.at("validation"); !validation.is_null()) {
      record.validation = validation.as_double();
    }
  }
  return history;
}

int epoch_from_json(const Json& json) {
  return static_cast<int>(read_size(json, "epoch", std::numeric_limits<int>::max()));
}

void check_history(const std::vector<training::Epoch>& history) {
  int last = 0;
  for (const training::Epoch& record : history) {
    if (record.epoch <= last) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("history: epoch {} comes after epoch {}", record.epoch, last));
    }
    last = record.epoch;
    if (record.seconds >= 0.0 && std::isfinite(record.seconds)) continue;
    throw Error(ErrorCode::corrupt,
                fmt::format("history: epoch {} took {} seconds", last, record.seconds));
  }
}

void check_history(const std::vector<training::Epoch>& history, int epoch) {
  check_history(history);
  const int last = history.empty() ? 0 : history.back().epoch;
  if (history.size() == static_cast<std::size_t>(epoch) && last == epoch) return;
  throw Error(ErrorCode::corrupt,
              fmt::format("epoch is {}, but the history has {} entries and ends with epoch {}",
                          epoch, history.size(), last));
}

void check_fingerprint(const std::string& fingerprint) {
  const bool is_hex = std::ranges::all_of(fingerprint, [](char digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
  });
  if (is_hex && fingerprint.size() == 16) return;
  throw Error(ErrorCode::corrupt, fmt::format("fingerprint is '{}', not 16 hexadecimal digits",
                                              printable(fingerprint)));
}

}  // namespace kindred::model
