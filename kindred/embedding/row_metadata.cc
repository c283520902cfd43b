#include "kindred/embedding/row_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
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
#include "kindred/data/idx.h"
#include "kindred/data/npy.h"
#include "kindred/data/number_text.h"

namespace kindred::embedding {
namespace {

// A text that is not UTF-8 would not survive the way to a page.
void check_text(std::string_view bytes, const std::string& name) {
  const std::size_t bad = find_invalid_utf8(bytes);
  if (bad == std::string_view::npos) return;
  const auto line = 1 + std::ranges::count(bytes.substr(0, bad), '\n');
  throw Error(ErrorCode::invalid_argument, fmt::format("{}:{}: not UTF-8 text", name, line));
}

struct Records {
  std::vector<data::TextColumn> columns;
  std::size_t count = 0;
};

// Tabs where the first line has one, or where nothing else says that there are commas.
data::Dialect dialect_of(std::string_view bytes, const std::filesystem::path& path) {
  const std::string_view first = bytes.substr(0, bytes.find('\n'));
  const bool is_csv = path.string().find(".csv") != std::string::npos;
  const bool has_tab = first.find('\t') != std::string_view::npos;
  // The projector's TSV knows no quotes: a title may begin with one.
  return is_csv && !has_tab ? data::dialect_for(",") : data::Dialect{"\t", false};
}

Records split(std::string_view bytes, const std::filesystem::path& path) {
  const data::Dialect dialect = dialect_of(bytes, path);
  data::FieldSplitter fields(dialect);
  Records records;
  std::size_t line = 1;
  while (!bytes.empty()) {
    const std::size_t end = std::min(data::find_record_end(bytes, dialect), bytes.size());
    const std::string_view record = bytes.substr(0, end);
    const bool whole = fields.split(data::without_line_end(record));
    if (records.columns.empty()) records.columns.resize(fields.field_count());
    if (!whole || fields.field_count() != records.columns.size()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}:{}: {} fields, where the first line has {}", path.string(), line,
                              fields.field_count(), records.columns.size()));
    }
    for (std::size_t i = 0; i < fields.field_count(); ++i) {
      records.columns[i].emplace_back(fields[i]);
    }
    ++records.count;
    line += static_cast<std::size_t>(std::ranges::count(record, '\n'));
    bytes.remove_prefix(end);
  }
  return records;
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

// Whole numbers that doubles would round.
bool has_long_integers(const data::Tensor& tensor) {
  if (tensor.type() != data::ElementType::int64) return false;
  constexpr std::int64_t kExactMax = std::int64_t{1} << 53U;
  return std::ranges::any_of(tensor.integers(), [](std::int64_t value) {
    return value > kExactMax || value < -kExactMax;
  });
}

data::Table table_of_npy(std::string_view bytes, const std::string& name, std::size_t row_count) {
  const data::Tensor tensor = data::parse_npy(bytes, name);
  if (tensor.row_width() != 1) {
    throw Error(ErrorCode::unsupported, fmt::format("{}: labels of more than one axis", name));
  }
  data::Column column{"label", data::NumberColumn{}};
  if (tensor.is_text()) {
    data::TextColumn texts;
    for (std::size_t i = 0; i < tensor.texts().size(); ++i) texts.emplace_back(tensor.texts()[i]);
    column.values = std::move(texts);
  } else if (has_long_integers(tensor)) {
    data::TextColumn texts;
    for (const std::int64_t value : tensor.integers()) texts.push_back(std::to_string(value));
    column.values = std::move(texts);
  } else {
    auto& numbers = std::get<data::NumberColumn>(column.values);
    std::visit(
        [&](const auto& values) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(values)>, data::TextList>) {
            for (const auto value : values) numbers.push_back(static_cast<double>(value));
          }
        },
        tensor.values);
  }
  return one_column(row_count, tensor.row_count(), name, std::move(column));
}

}  // namespace

data::Column typed_column(std::string name, data::TextColumn cells) {
  const data::MissingWords missing;
  data::ColumnVotes votes(missing);
  for (const std::string& cell : cells) votes.add(cell);
  if (!votes.fits_double()) return {std::move(name), std::move(cells)};
  data::NumberColumn numbers(cells.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (!missing.contains(data::trimmed(cells[row]))) data::parse_number(cells[row], numbers[row]);
  }
  return {std::move(name), std::move(numbers)};
}

data::Table read_row_metadata(const std::filesystem::path& path, std::size_t row_count) {
  ByteSource source(path);
  const std::string bytes = read_to_end(source);
  const std::string& name = source.name();
  if (data::is_idx(bytes)) {
    const data::IdxArray array = data::parse_idx(bytes, name);
    return one_column(row_count, array.shape.size() == 1 ? array.shape[0] : 0, name,
                      {"label", data::NumberColumn(array.values.begin(), array.values.end())});
  }
  if (bytes.starts_with("\x93NUMPY")) return table_of_npy(bytes, name, row_count);
  check_text(bytes, name);
  std::string_view text = bytes;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  // Blank lines at the end are no rows.
  while (text.ends_with("\n\n") || text.ends_with("\n\r\n")) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  Records records = split(text, path);
  const bool has_header = records.count == row_count + 1;
  if (!has_header && records.count != row_count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} lines for {} rows", name, records.count, row_count));
  }
  data::Table table(row_count);
  for (std::size_t i = 0; i < records.columns.size(); ++i) {
    data::TextColumn& cells = records.columns[i];
    std::string title = records.columns.size() == 1 ? "label" : fmt::format("column_{}", i + 1);
    if (has_header) {
      if (!cells.front().empty()) title = cells.front();
      cells.erase(cells.begin());
    }
    table.add(typed_column(std::move(title), std::move(cells)));
  }
  return table;
}

}  // namespace kindred::embedding
