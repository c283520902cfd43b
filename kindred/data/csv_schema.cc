#include "kindred/data/csv_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/column_votes.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/number_text.h"
#include "kindred/data/record_walker.h"

namespace kindred::data {
namespace {

constexpr std::size_t kSchemaHeadBytes = std::size_t{256} << 10U;
constexpr std::size_t kSchemaChunkBytes = std::size_t{1} << 20U;
constexpr std::size_t kNamesShownMax = 100;
[[noreturn]] void fail_schema(const std::string& file, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: {}", file, problem));
}

// The first records, the first of which is whole however many columns it names.
template <typename Take>
Sample whole_first_record(TextReader& reader, const Take& take) {
  std::size_t bytes = kSchemaHeadBytes;
  while (true) {
    const std::string_view head = reader.head(bytes);
    const bool is_all = reader.head_is_all();
    // A line that goes on beyond the head; only quotes can end it later still.
    if (!is_all && head.find('\n') == std::string_view::npos && bytes < kRecordBytesMax) {
      bytes *= 2;
      continue;
    }
    Sample sample = take(head, is_all);
    if (is_all || sample.records.empty() || sample.header_bytes < head.size() ||
        bytes >= kRecordBytesMax) {
      return sample;
    }
    bytes *= 2;
  }
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
  void decide();
  void decide_words(CsvColumn& column, const ColumnVotes& votes);
  CsvColumn& column(const std::string& name, const char* flag, const std::string& file);

  const std::vector<std::filesystem::path>& files_;
  const CsvOptions& options_;
  CsvSchema schema_;
  std::unordered_map<std::string, std::size_t> places_;  // Of the columns by their names.
  std::vector<ColumnVotes> votes_;                       // Look at the schema's words.
};

void SchemaReader::recognize(TextReader& reader) {
  if (reader.head(kSchemaHeadBytes).empty()) fail_schema(reader.name(), "the file is empty");
  check_line_ends(reader.head(kSchemaHeadBytes), reader.name());
  const DialectOptions said = {.separator = options_.separator,
                               .quotes = options_.quotes,
                               .may_be_one_column = true,
                               .spaces_count = true};
  const Sample sample = whole_first_record(reader, [&](std::string_view head, bool is_all) {
    return take_sample(head, is_all, said, reader.name());
  });
  if (sample.records.empty()) fail_schema(reader.name(), "there are no rows, only blank lines");
  schema_.dialect = sample.dialect;
  schema_.format_guesses = sample.guesses;
  schema_.encoding = options_.encoding;
  schema_.trim = options_.trim;
  schema_.missing = MissingWords(options_.missing_words);
  schema_.header = options_.header.value_or(options_.names.empty() && may_be_header(sample));
  if (!options_.header && options_.names.empty()) {
    schema_.format_guesses.push_back(
        {reader.name(), "header", schema_.header ? "line 1" : "none",
         schema_.header ? "no field of line 1 is a number" : "line 1 holds a number",
         schema_.header ? "--header false" : "--header true"});
  }
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
    if (!places_.emplace(name, i).second) {
      fail_schema(file, fmt::format("two columns are called '{}'; give names of your own (--names)",
                                    printable(name)));
    }
    schema_.columns.push_back({.name = std::move(name), .fallback = {}, .list_separator = {}});
  }
}

CsvColumn& SchemaReader::column(const std::string& name, const char* flag,
                                const std::string& file) {
  const auto found = places_.find(name);
  if (found != places_.end()) return schema_.columns[found->second];
  std::vector<std::string> names;
  for (const CsvColumn& other : schema_.columns) {
    names.push_back(names.size() == kNamesShownMax ? "..." : printable(other.name));
    if (names.size() > kNamesShownMax) break;
  }
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
  for (const auto& [name, type] : options_.types) {
    CsvColumn& one = column(name, "a type", file);
    one.type = type;
    one.type_is_given = true;
  }
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
  }
  // A row without an answer teaches nothing and is left out by whoever learns; how much a row
  // counts must be said.
  if (!options_.weight.empty()) column(options_.weight, "the weight", file).keeps_missing = false;
  for (const std::string& name : options_.required) {
    column(name, "what is required", file).keeps_missing = false;
  }
  schema_.label = options_.label;
  schema_.weight = options_.weight;
  if (!schema_.label.empty() && schema_.label == schema_.weight) {
    fail_schema(file, fmt::format("column '{}' is both the label and the weight",
                                  printable(schema_.label)));
  }
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
          votes_[i].add(rest.substr(0, at));
          rest.remove_prefix(at + separator.size());
        }
        votes_[i].add(rest);
      }
    }
  }
}

void SchemaReader::decide() {
  for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
    CsvColumn& column = schema_.columns[i];
    const ColumnVotes& votes = votes_[i];
    if (!column.type_is_given) column.type = votes.type();
    if (!column.used || column.type != CsvType::text) continue;
    decide_words(column, votes);
    if (!votes.padded().empty() && !schema_.trim) {
      schema_.warnings.push_back(fmt::format(
          "column '{}': spaces around text count, so '{}' is not '{}'; trim takes "
          "them away",
          printable(column.name), printable(votes.padded()), printable(trimmed(votes.padded()))));
    }
    if (votes.number_count() > 9 * votes.text_count() && votes.text_count() > 0 &&
        !column.type_is_given) {
      schema_.warnings.push_back(
          fmt::format("column '{}' is text because of '{}', but nearly all its values are numbers; "
                      "does that word mean a missing value?",
                      printable(column.name), printable(votes.text_example())));
    }
    if (votes.has_numbers_too_long() && !column.type_is_given) {
      schema_.warnings.push_back(
          fmt::format("column '{}' is text: some of its whole numbers are too long to stand beside "
                      "decimals without losing digits; --type {}=float64 rounds them",
                      printable(column.name), printable(column.name)));
    }
  }
}

// Which words of the list are missing values in a column of words.
void SchemaReader::decide_words(CsvColumn& column, const ColumnVotes& votes) {
  if (options_.missing_in) {
    const auto given = options_.missing_in->find(column.name);
    if (given != options_.missing_in->end()) column.missing_words = given->second;
    return;
  }
  const std::vector<WordOfList> words = votes.words_of_list();
  for (const WordOfList& word : words) {
    if (word.is_missing) column.missing_words.push_back(word.word);
  }
  for (Guess& guess : guesses_about(words, fmt::format("column '{}'", printable(column.name)))) {
    schema_.format_guesses.push_back(std::move(guess));
  }
}

CsvSchema SchemaReader::run() {
  if (files_.empty()) throw Error(ErrorCode::invalid_argument, "no CSV file is given");
  {
    TextReader reader(files_.front(), options_.encoding);
    recognize(reader);
    apply_options(reader.name());
  }
  votes_.assign(schema_.columns.size(), ColumnVotes(schema_.missing));
  for (const std::filesystem::path& file : files_) vote(file);
  decide();
  return std::move(schema_);
}

}  // namespace

const CsvColumn* CsvSchema::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(columns, name, &CsvColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

CsvSchema infer_csv_schema(const std::vector<std::filesystem::path>& files,
                           const CsvOptions& options) {
  return SchemaReader(files, options).run();
}

bool is_missing(const CsvSchema& schema, const CsvColumn& column, std::string_view cell) noexcept {
  if (column.type != CsvType::text) return schema.missing.contains(cell);
  if (cell.empty() || schema.missing.is_given(cell)) return true;
  return !column.missing_words.empty() &&
         std::ranges::find(column.missing_words, cell) != column.missing_words.end();
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
  if (open.reader.head(kSchemaHeadBytes).empty()) fail_schema(name, "the file is empty");
  if (!schema.header) return open;
  const Sample sample = whole_first_record(open.reader, [&](std::string_view head, bool is_all) {
    return sample_of(schema.dialect, head, is_all);
  });
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
