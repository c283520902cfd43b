// CSV files as datasets.

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "kindred/base/error.h"
#include "kindred/data/csv_dataset.h"
#include "tests/conformance/operations.h"

namespace kindred::conformance {
namespace {

// The files' own name, which is none of ours.
constexpr const char* kEpochs =
    "num"
    "_epochs";

// Files that hold the texts of a vector for as long as it runs.
class TextFiles {
 public:
  explicit TextFiles(const Json& texts) {
    std::string pattern = std::filesystem::temp_directory_path() / "conformance-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw Error(ErrorCode::io, "no temporary folder for CSV files");
    }
    folder_ = pattern;
    for (const Json& text : texts.as_array()) {
      paths_.push_back(folder_ / fmt::format("{}.csv", paths_.size()));
      std::ofstream(paths_.back(), std::ios::binary) << text.as_string();
    }
  }
  ~TextFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TextFiles(const TextFiles&) = delete;
  TextFiles& operator=(const TextFiles&) = delete;

  const std::vector<std::filesystem::path>& paths() const noexcept { return paths_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> paths_;
};

bool csv_is_true(const Json& arguments, const char* name, bool otherwise) {
  const Json* found = find_argument(arguments, name);
  return found == nullptr ? otherwise : found->as_bool();
}

// A column as the vectors name it: by its name or its place from 0.
std::string csv_column_name(const Json& json, const data::CsvSchema& all) {
  return json.is_string() ? json.as_string() : all.columns.at(json.as_uint()).name;
}

data::CsvType read_csv_type(const std::string& name) {
  return data::csv_type(name == "string" ? "text" : name);
}

data::CsvOptions read_csv_options(const Json& arguments) {
  data::CsvOptions options;
  options.header = csv_is_true(arguments, "header", true);
  const Json* separator = find_argument(arguments, "field_delim");
  options.separator = separator == nullptr ? "," : separator->as_string();
  if (const Json* names = find_argument(arguments, "column_names")) {
    for (const Json& name : names->as_array()) options.names.push_back(name.as_string());
  }
  if (const Json* word = find_argument(arguments, "na_value"); word && !word->as_string().empty()) {
    options.missing_words = {word->as_string()};
  }
  if (const Json* label = find_argument(arguments, "label_name")) {
    options.label = label->as_string();
  }
  return options;
}

// The types and defaults that a vector gives, by the order of the columns that are read.
void read_csv_columns(const Json& arguments, const data::CsvSchema& all,
                      data::CsvOptions& options) {
  std::vector<std::string> names;
  for (const data::CsvColumn& column : all.columns) names.push_back(column.name);
  if (const Json* select = find_argument(arguments, "select_columns")) {
    names.clear();
    for (const Json& column : select->as_array()) names.push_back(csv_column_name(column, all));
    options.select = names;
    std::erase(options.select, options.label);
  }
  if (const Json* types = find_argument(arguments, "column_types")) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      options.types[names[i]] = read_csv_type(types->as_array().at(i).as_string());
    }
  }
  const Json* defaults = find_argument(arguments, "column_defaults");
  if (defaults == nullptr) {
    // Where that system infers the types it fills in zeros; here somebody has to ask for it.
    for (const data::CsvColumn& column : all.columns) {
      if (column.type == data::CsvType::text) {
        options.defaults[column.name] = std::string();
      } else {
        options.defaults[column.name] = 0.0;
      }
    }
    return;
  }
  if (defaults->as_array().size() != names.size()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{} defaults for {} columns", defaults->as_array().size(), names.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Json& value = defaults->as_array()[i];
    if (value.is_number()) {
      options.defaults[names[i]] = value.as_double();
      if (!value.is_integer()) options.types[names[i]] = data::CsvType::float32;
      continue;
    }
    try {
      options.types[names[i]] = read_csv_type(value.as_string());
    } catch (const Error&) {
      options.defaults[names[i]] = value.as_string();
      options.types[names[i]] = data::CsvType::text;
    }
  }
}

Json csv_value_json(const data::Tensor& tensor, std::size_t row) {
  if (tensor.is_text()) return tensor.texts()[row];
  if (tensor.type() == data::ElementType::int64) return tensor.integers()[row];
  if (tensor.type() == data::ElementType::float32) {
    return static_cast<double>(tensor.floats()[row]);
  }
  return tensor.doubles()[row];
}

// The rows with the label where the file has it.
void add_rows(const data::CsvSchema& schema, const data::Batch& batch, Json& rows) {
  for (std::size_t row = 0; row < batch.row_count; ++row) {
    Json values{Json::Array{}};
    for (const data::CsvColumn& column : schema.columns) {
      if (!column.used) continue;
      const bool is_label = column.name == schema.label;
      values.push(csv_value_json(is_label ? *batch.label : batch.at(column.name), row));
    }
    rows.push(std::move(values));
  }
}

Json make_csv_dataset(const Question& question) {
  const bool error_expected = question.expected.find("error") != nullptr;
  if (!error_expected && csv_is_true(question.arguments, "shuffle", true)) {
    throw Skip("the order of a shuffle is each system's own");
  }
  const TextFiles files(question.input);
  data::CsvOptions options = read_csv_options(question.arguments);
  data::CsvOptions plain = options;
  plain.label.clear();
  const data::CsvSchema all = data::infer_csv_schema(files.paths(), plain);
  read_csv_columns(question.arguments, all, options);
  const data::CsvSchema schema = data::infer_csv_schema(files.paths(), options);

  const Json* epochs = find_argument(question.arguments, kEpochs);
  const Json* size = find_argument(question.arguments, "batch_size");
  const data::Dataset batches =
      data::csv_dataset(files.paths(), schema)
          .repeat(epochs == nullptr ? 1 : epochs->as_int())
          .batch(size == nullptr ? 1 : size->as_uint(), {.drop_remainder = epochs == nullptr});
  Json rows{Json::Array{}};
  data::DatasetIterator iterator = batches.start();
  for (data::Batch batch; iterator.next(batch);) add_rows(schema, batch, rows);

  Json columns{Json::Array{}};
  Json types{Json::Array{}};
  for (const data::CsvColumn& column : schema.columns) {
    if (!column.used) continue;
    columns.push(column.name);
    types.push(column.type == data::CsvType::text ? "string" : std::string(name_of(column.type)));
  }
  Json out;
  out.set("rows", std::move(rows));
  out.set("columns", std::move(columns));
  out.set("types", std::move(types));
  out.set("label", schema.label);
  return out;
}

}  // namespace

void add_csv_operations(Operations& operations) {
  operations["make_csv_dataset"] = make_csv_dataset;
}

}  // namespace kindred::conformance
