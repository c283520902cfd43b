#include "kindred/embedding/row_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/column_votes.h"
#include "kindred/data/csv_schema.h"
#include "kindred/data/delimited.h"
#include "kindred/data/foreign_format.h"
#include "kindred/data/idx.h"
#include "kindred/data/npy.h"
#include "kindred/data/number_text.h"
#include "kindred/data/unique_names.h"
#include "kindred/embedding/table_header.h"
#include "kindred/embedding/word_texts.h"

namespace kindred::embedding {
namespace {

constexpr double kExactWhole = 9007199254740992.0;  // 2^53.

struct Records {
  std::vector<data::TextColumn> columns;
  std::size_t count = 0;
  std::size_t blank_at_end = 0;  // Records at the end that are empty.
  std::string problem;           // Of the first record that does not fit: "F:3: 2 fields, ...".
  bool needs_quotes = true;      // Each field in quotes has something that needs them.
  bool has_quotes = false;       // Some field is in quotes.
};

// Whether the record has fields in quotes, and all of them need them.
void look_at_quotes(std::string_view record, const data::FieldSplitter& fields, char separator,
                    Records& records) {
  if (record.find('"') == std::string_view::npos) return;
  std::size_t at = 0;
  for (std::size_t i = 0; i < fields.field_count(); ++i) {
    if (at < record.size() && record[at] == '"') {
      records.has_quotes = true;
      const bool needs = fields[i].find_first_of("\"\n\r") != std::string_view::npos ||
                         fields[i].find(separator) != std::string_view::npos;
      records.needs_quotes = records.needs_quotes && needs;
      at += 2 + static_cast<std::size_t>(std::ranges::count(fields[i], '"'));
    }
    at += fields[i].size() + 1;
  }
}

// All records, blank ones too; `problem` says where they stop fitting each other.
Records split_records(std::string_view bytes, const data::Dialect& dialect,
                      const std::string& name) {
  data::FieldSplitter fields(dialect);
  Records records;
  std::size_t line = 1;
  while (!bytes.empty()) {
    const std::size_t end = std::min(data::find_record_end(bytes, dialect), bytes.size());
    const std::string_view whole = bytes.substr(0, end);
    const std::string_view record = data::without_line_end(whole);
    bytes.remove_prefix(end);
    const bool sound = fields.split(record);
    if (records.columns.empty()) records.columns.resize(fields.field_count());
    if (record.empty() && records.columns.size() > 1) {
      ++records.blank_at_end;
      line += 1;
      continue;
    }
    const bool fits = sound && fields.field_count() == records.columns.size() &&
                      (records.columns.size() == 1 || records.blank_at_end == 0);
    if (!fits) {
      records.problem =
          records.blank_at_end > 0 ? fmt::format("{}:{}: an empty line before it", name, line)
          : sound ? fmt::format("{}:{}: {} fields, where the first line has {}", name, line,
                                fields.field_count(), records.columns.size())
                  : fmt::format("{}:{}: a quote is not where a field begins or ends", name, line);
      return records;
    }
    if (dialect.quotes) look_at_quotes(record, fields, dialect.separator.front(), records);
    records.blank_at_end = record.empty() ? records.blank_at_end + 1 : 0;
    for (std::size_t i = 0; i < fields.field_count(); ++i) {
      records.columns[i].emplace_back(fields[i]);
    }
    ++records.count;
    line += static_cast<std::size_t>(std::ranges::count(whole, '\n'));
  }
  return records;
}

// How many of the records are meant, and whether the first of them is a header.
struct Extent {
  std::size_t records = 0;
  bool has_header = false;
};

std::optional<Extent> extent_of(const Records& records, std::size_t row_count) {
  if (!records.problem.empty()) return std::nullopt;
  const bool single = records.columns.size() == 1;
  const std::size_t least = single ? records.count - records.blank_at_end : records.count;
  const auto may_be = [&](std::size_t count) { return least <= count && count <= records.count; };
  if (records.count == row_count) return Extent{row_count, false};
  const bool bare = may_be(row_count);
  if (may_be(row_count + 1) && (!bare || is_label_name(records.columns[0][0]))) {
    return Extent{row_count + 1, true};
  }
  if (bare) return Extent{row_count, false};
  return std::nullopt;
}

bool is_csv(const std::filesystem::path& path) {
  return path.string().find(".csv") != std::string::npos;
}

// The reading under which there is a record for each row.
std::pair<Records, Extent> fitting_records(std::string_view text, const std::string& name,
                                           bool commas, std::size_t row_count) {
  const std::string_view first = text.substr(0, text.find('\n'));
  std::string separator = "\t";
  if (commas && first.find('\t') == std::string_view::npos) {
    const bool semicolons =
        first.find(';') != std::string_view::npos && first.find(',') == std::string_view::npos;
    separator = semicolons ? ";" : ",";
  }
  const bool has_quotes = text.find('"') != std::string_view::npos;
  Records plain = split_records(text, {separator, separator != "\t"}, name);
  auto extent = extent_of(plain, row_count);
  if (separator == "\t" && has_quotes) {
    Records quoted = split_records(text, {separator, true}, name);
    const auto quoted_extent = extent_of(quoted, row_count);
    const bool surely = quoted.has_quotes && quoted.needs_quotes;
    if (quoted_extent && (!extent || surely)) return {std::move(quoted), *quoted_extent};
  }
  if (extent) return {std::move(plain), *extent};
  throw Error(ErrorCode::invalid_argument,
              !plain.problem.empty()
                  ? plain.problem
                  : fmt::format("{}: {} lines for {} rows", name, plain.count, row_count));
}

data::Table one_column(std::size_t row_count, std::size_t found, const std::string& name,
                       data::Column column) {
  if (found != row_count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} labels for {} rows", name, found, row_count));
  }
  data::Table table(row_count);
  table.add(std::move(column));
  return table;
}

data::Table table_of_npy(std::string_view bytes, const std::string& name, std::size_t row_count) {
  const data::Tensor tensor = data::parse_npy(bytes, name);
  if (tensor.row_width() != 1) {
    throw Error(ErrorCode::unsupported, fmt::format("{}: labels of more than one axis", name));
  }
  return one_column(row_count, tensor.row_count(), name, column_of_tensor("label", tensor));
}

// A text that is not UTF-8 would not survive the way to a page.
void require_utf8(std::string_view bytes, const std::string& name) {
  const std::size_t bad = find_invalid_utf8(bytes);
  if (bad == std::string_view::npos) return;
  const auto line = 1 + std::ranges::count(bytes.substr(0, bad), '\n');
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("{}:{}: not UTF-8 text; if it is Latin-1, say --encoding latin-1", name, line));
}

std::string text_of_file(std::string bytes, const std::string& name, const std::string& encoding) {
  data::refuse_foreign(std::string_view(bytes).substr(0, data::kForeignHeadBytes), name);
  if (encoding == "latin-1") bytes = WordTexts(name, encoding).to_utf8(bytes);
  require_utf8(bytes, name);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  return bytes;
}

}  // namespace

data::Column typed_column(std::string name, data::TextColumn cells, data::WrittenCells* written) {
  const data::MissingWords missing;
  data::ColumnVotes votes(missing);
  for (const std::string& cell : cells) votes.add(cell);
  if (!votes.fits_double()) return {std::move(name), std::move(cells)};
  data::NumberColumn numbers(cells.size(), std::numeric_limits<double>::quiet_NaN());
  bool as_written = true;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (!missing.contains(data::trimmed(cells[row]))) data::parse_number(cells[row], numbers[row]);
    as_written =
        as_written &&
        cells[row] == (std::isnan(numbers[row]) ? std::string() : data::exact_number(numbers[row]));
  }
  if (!as_written && written != nullptr) (*written)[name] = std::move(cells);
  return {std::move(name), std::move(numbers)};
}

data::Column column_of_tensor(std::string name, const data::Tensor& tensor) {
  if (tensor.is_text()) {
    data::TextColumn texts;
    for (std::size_t i = 0; i < tensor.texts().size(); ++i) texts.emplace_back(tensor.texts()[i]);
    return {std::move(name), std::move(texts)};
  }
  data::NumberColumn numbers;
  data::TextColumn exact;
  std::visit(
      [&](const auto& values) {
        using Values = std::decay_t<decltype(values)>;
        if constexpr (!std::is_same_v<Values, data::TextList>) {
          for (const auto value : values) numbers.push_back(static_cast<double>(value));
        }
        if constexpr (std::is_same_v<Values, std::vector<std::int64_t>>) {
          if (std::ranges::none_of(numbers, [](double n) { return std::abs(n) >= kExactWhole; })) {
            return;
          }
          for (const std::int64_t value : values) exact.push_back(std::to_string(value));
        }
      },
      tensor.values);
  if (!exact.empty()) return {std::move(name), std::move(exact)};
  return {std::move(name), std::move(numbers)};
}

data::Table read_row_metadata(const std::filesystem::path& path, std::size_t row_count,
                              const std::string& encoding, data::WrittenCells* written) {
  ByteSource source(path);
  std::string bytes = read_to_end(source);
  const std::string& name = source.name();
  if (data::is_idx(bytes)) {
    const data::IdxArray array = data::parse_idx(bytes, name);
    return one_column(row_count, array.shape.size() == 1 ? array.shape[0] : 0, name,
                      {"label", data::NumberColumn(array.values.begin(), array.values.end())});
  }
  if (bytes.starts_with("\x93NUMPY")) return table_of_npy(bytes, name, row_count);
  const std::string text = text_of_file(std::move(bytes), name, encoding);
  auto [records, extent] = fitting_records(text, name, is_csv(path), row_count);
  data::Table table(row_count);
  for (std::size_t i = 0; i < records.columns.size(); ++i) {
    data::TextColumn& cells = records.columns[i];
    cells.resize(extent.records);
    std::string title = records.columns.size() == 1 ? "label" : fmt::format("column_{}", i + 1);
    if (extent.has_header) {
      if (!cells.front().empty()) title = cells.front();
      cells.erase(cells.begin());
    }
    title = data::free_name(title,
                            [&](const std::string& taken) { return table.find(taken) != nullptr; });
    table.add(typed_column(std::move(title), std::move(cells), written));
  }
  return table;
}

NamedCells read_csv_cells(const std::filesystem::path& path, std::size_t row_count) {
  ByteSource source(path);
  const std::string& name = source.name();
  const std::string text = text_of_file(read_to_end(source), name, "");
  Records records = split_records(text, {",", true}, name);
  if (!records.problem.empty()) throw Error(ErrorCode::invalid_argument, records.problem);
  if (records.count != row_count + 1) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: {} lines for a header and {} rows",
                                                         name, records.count, row_count));
  }
  NamedCells cells;
  for (data::TextColumn& column : records.columns) {
    cells.names.push_back(std::move(column.front()));
    column.erase(column.begin());
    cells.columns.push_back(std::move(column));
  }
  return cells;
}

}  // namespace kindred::embedding
