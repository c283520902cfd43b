#include "kindred/data/csv_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/number_text.h"
#include "kindred/data/record_walker.h"

namespace kindred::data {
namespace {

constexpr std::size_t kSchemaHeadBytes = std::size_t{256} << 10U;
constexpr std::size_t kSchemaChunkBytes = std::size_t{1} << 20U;
constexpr std::array<CsvType, 5> kTypes = {CsvType::int32, CsvType::int64, CsvType::float32,
                                           CsvType::float64, CsvType::text};

[[noreturn]] void fail_schema(const std::string& file, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: {}", file, problem));
}

// Zip codes and the like: digits that are not a quantity.
bool has_leading_zero(std::string_view text) {
  return text.size() >= 2 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

// The narrowest type that holds the value.
CsvType type_of(std::string_view cell) {
  if (has_leading_zero(cell)) return CsvType::text;
  if (const auto whole = parse_whole(cell)) {
    return std::in_range<std::int32_t>(*whole) ? CsvType::int32 : CsvType::int64;
  }
  double value = 0.0;
  if (parse_number(cell, value) != NumberFault::none) return CsvType::text;
  return std::abs(value) <= std::numeric_limits<float>::max() ? CsvType::float32 : CsvType::float64;
}

// A name is not a number.
bool may_be_header(const Sample& sample) {
  return std::ranges::none_of(sample.records.front(), [](const std::string& field) {
    double value = 0.0;
    return parse_number(field, value) == NumberFault::none;
  });
}

std::vector<std::string> trimmed_all(const std::vector<std::string>& fields) {
  std::vector<std::string> out;
  for (const std::string& field : fields) out.emplace_back(trimmed(field));
  return out;
}

// What the rows say about one column.
struct ColumnVotes {
  std::optional<CsvType> type;
  std::size_t number_count = 0;
  std::size_t text_count = 0;
  std::string padded;        // The first text with spaces around it.
  std::string text_example;  // The first value that is not a number.
};

// Looks at the first rows of the files.
class SchemaReader {
 public:
  SchemaReader(const std::vector<std::filesystem::path>& files, const CsvOptions& options)
      : files_(files), options_(options) {}

  CsvSchema run();

 private:
  void recognize(TextReader& reader);
  void read_names(const Sample& sample, const std::string& file);
  void apply_options(const std::string& file);
  void vote(const std::filesystem::path& file);
  void vote_cell(std::size_t column, std::string_view cell);
  void decide();
  CsvColumn& column(const std::string& name, const char* flag, const std::string& file);

  const std::vector<std::filesystem::path>& files_;
  const CsvOptions& options_;
  CsvSchema schema_;
  std::vector<ColumnVotes> votes_;
};

void SchemaReader::recognize(TextReader& reader) {
  const std::string_view head = reader.head(kSchemaHeadBytes);
  if (head.empty()) fail_schema(reader.name(), "the file is empty");
  check_line_ends(head, reader.name());
  const Sample sample = take_sample(head, reader.head_is_all(), options_.separator);
  if (sample.records.empty()) fail_schema(reader.name(), "there are no rows, only blank lines");
  schema_.dialect = sample.dialect;
  schema_.encoding = options_.encoding;
  schema_.trim = options_.trim;
  schema_.missing_words = options_.missing_words;
  schema_.header = options_.header.value_or(options_.names.empty() && may_be_header(sample));
  read_names(sample, reader.name());
}

void SchemaReader::read_names(const Sample& sample, const std::string& file) {
  const std::vector<std::string> first = trimmed_all(sample.records.front());
  if (schema_.header) schema_.header_names = first;
  if (!options_.names.empty() && options_.names.size() != first.size()) {
    fail_schema(file,
                fmt::format("{} column names are given, but the first row has {} field{}: '{}'",
                            options_.names.size(), first.size(), first.size() == 1 ? "" : "s",
                            printable(fmt::format("{}", fmt::join(first, ",")))));
  }
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::string name;
    if (!options_.names.empty()) {
      name = options_.names[i];
    } else if (schema_.header) {
      name = first[i];
    }
    if (name.empty()) name = fmt::format("column_{}", i + 1);
    if (schema_.find(name) != nullptr) {
      fail_schema(file, fmt::format("two columns are called '{}'; give names of your own (--names)",
                                    printable(name)));
    }
    schema_.columns.push_back({.name = std::move(name), .fallback = {}, .list_separator = {}});
  }
}

CsvColumn& SchemaReader::column(const std::string& name, const char* flag,
                                const std::string& file) {
  const auto found = std::ranges::find(schema_.columns, name, &CsvColumn::name);
  if (found != schema_.columns.end()) return *found;
  std::vector<std::string> names;
  for (const CsvColumn& other : schema_.columns) names.push_back(printable(other.name));
  throw Error(ErrorCode::not_found,
              fmt::format("{}: {} names column '{}'; the columns are: {}", file, flag,
                          printable(name), fmt::join(names, ", ")));
}

void SchemaReader::apply_options(const std::string& file) {
  for (CsvColumn& one : schema_.columns) {
    one.used = options_.select.empty();
    one.keeps_missing = options_.keep_missing;
  }
  for (const std::string& name : options_.select) {
    if (name == options_.label) {
      fail_schema(file, fmt::format("column '{}' is the label; it cannot be a feature too",
                                    printable(name)));
    }
    column(name, "the selection", file).used = true;
  }
  for (const auto& [name, type] : options_.types) column(name, "a type", file).type = type;
  for (const auto& [name, value] : options_.defaults) {
    column(name, "a default", file).fallback = value;
  }
  for (const auto& [name, separator] : options_.list_separators) {
    column(name, "a list separator", file).list_separator = separator;
  }
  for (const auto& [role, name] :
       {std::pair("the label", &options_.label), std::pair("the weight", &options_.weight)}) {
    if (name->empty()) continue;
    CsvColumn& one = column(*name, role, file);
    one.used = true;
    one.keeps_missing = false;  // Nobody can learn from an answer that is not there.
  }
  schema_.label = options_.label;
  schema_.weight = options_.weight;
  if (!schema_.label.empty() && schema_.label == schema_.weight) {
    fail_schema(file, fmt::format("column '{}' is both the label and the weight",
                                  printable(schema_.label)));
  }
}

void SchemaReader::vote_cell(std::size_t index, std::string_view cell) {
  const CsvColumn& column = schema_.columns[index];
  ColumnVotes& votes = votes_[index];
  if (trimmed(cell) != cell && votes.padded.empty()) votes.padded = cell;
  cell = trimmed(cell);
  CsvColumn as_number = column;
  as_number.type = CsvType::float64;
  if (is_missing(schema_, as_number, cell)) return;
  const CsvType type = type_of(cell);
  votes.type = std::max(votes.type.value_or(type), type);
  ++(type == CsvType::text ? votes.text_count : votes.number_count);
  if (type == CsvType::text && votes.text_example.empty()) votes.text_example = cell;
}

void SchemaReader::vote(const std::filesystem::path& file) {
  OpenCsv open = open_csv(file, schema_);
  while (schema_.inferred_rows < options_.inference_rows) {
    const std::optional<TextChunk> chunk =
        open.reader.next_chunk(schema_.dialect, kSchemaChunkBytes);
    if (!chunk) return;
    RecordWalker walker(*chunk, schema_.dialect);
    while (schema_.inferred_rows < options_.inference_rows && walker.next()) {
      const FieldSplitter& fields = walker.fields();
      // What is wrong with a row is for the reader of the rows to say.
      if (walker.is_bad() || fields.field_count() != schema_.columns.size()) continue;
      ++schema_.inferred_rows;
      for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
        const std::string& separator = schema_.columns[i].list_separator;
        std::string_view rest = fields[i];
        for (std::size_t at = 0; !separator.empty() && (at = rest.find(separator)) != rest.npos;) {
          vote_cell(i, rest.substr(0, at));
          rest.remove_prefix(at + separator.size());
        }
        vote_cell(i, rest);
      }
    }
  }
}

void SchemaReader::decide() {
  for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
    CsvColumn& column = schema_.columns[i];
    const ColumnVotes& votes = votes_[i];
    if (!options_.types.contains(column.name)) column.type = votes.type.value_or(CsvType::text);
    if (!column.used || column.type != CsvType::text) continue;
    if (!votes.padded.empty() && !schema_.trim) {
      schema_.warnings.push_back(fmt::format(
          "column '{}': spaces around text count, so '{}' is not '{}'; trim takes "
          "them away",
          printable(column.name), printable(votes.padded), printable(trimmed(votes.padded))));
    }
    if (votes.number_count > 9 * votes.text_count && votes.text_count > 0) {
      schema_.warnings.push_back(
          fmt::format("column '{}' is text because of '{}', but nearly all its values are numbers; "
                      "does that word mean a missing value?",
                      printable(column.name), printable(votes.text_example)));
    }
  }
}

CsvSchema SchemaReader::run() {
  if (files_.empty()) throw Error(ErrorCode::invalid_argument, "no CSV file is given");
  {
    TextReader reader(files_.front(), options_.encoding);
    recognize(reader);
    apply_options(reader.name());
  }
  votes_.resize(schema_.columns.size());
  for (const std::filesystem::path& file : files_) vote(file);
  decide();
  return std::move(schema_);
}

}  // namespace

std::string_view name_of(CsvType type) noexcept {
  static constexpr std::array<std::string_view, 5> kNames = {"int32", "int64", "float32", "float64",
                                                             "text"};
  return kNames[static_cast<std::size_t>(type)];
}

CsvType csv_type(std::string_view name) {
  for (const CsvType type : kTypes) {
    if (name_of(type) == name) return type;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("there is no type '{}'; the types are int32, int64, float32, float64 and "
                          "text",
                          printable(name)));
}

ElementType element_type(CsvType type) noexcept {
  switch (type) {
    case CsvType::int32:
    case CsvType::int64:
      return ElementType::int64;
    case CsvType::float32:
      return ElementType::float32;
    case CsvType::float64:
      return ElementType::float64;
    case CsvType::text:
      break;
  }
  return ElementType::text;
}

const CsvColumn* CsvSchema::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(columns, name, &CsvColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

CsvSchema infer_csv_schema(const std::vector<std::filesystem::path>& files,
                           const CsvOptions& options) {
  return SchemaReader(files, options).run();
}

bool is_missing(const CsvSchema& schema, const CsvColumn& column, std::string_view cell) noexcept {
  if (cell.empty()) return true;
  if (!schema.missing_words.empty() &&
      std::ranges::find(schema.missing_words, cell) != schema.missing_words.end()) {
    return true;
  }
  return column.type != CsvType::text &&
         std::ranges::find(kMissingWords, cell) != kMissingWords.end();
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> parse_whole(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

OpenCsv open_csv(const std::filesystem::path& file, const CsvSchema& schema) {
  OpenCsv open{TextReader(file, schema.encoding)};
  const std::string& name = open.reader.name();
  const std::string_view head = open.reader.head(kSchemaHeadBytes);
  if (head.empty()) fail_schema(name, "the file is empty");
  if (!schema.header) return open;
  const Sample sample = take_sample(head, open.reader.head_is_all(), schema.dialect.separator);
  if (sample.records.empty()) fail_schema(name, "there are no rows, only blank lines");
  const std::vector<std::string> names = trimmed_all(sample.records.front());
  if (names != schema.header_names) {
    fail_schema(name,
                fmt::format("the header is '{}' where '{}' is expected",
                            printable(fmt::format("{}", fmt::join(names, ","))),
                            printable(fmt::format("{}", fmt::join(schema.header_names, ",")))));
  }
  open.reader.drop(sample.header_bytes);
  open.first_line += sample.header_lines;
  return open;
}

}  // namespace kindred::data
