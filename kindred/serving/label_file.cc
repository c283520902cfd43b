#include "kindred/serving/label_file.h"

#include <fmt/format.h>

#include <cmath>
#include <system_error>

#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/data/csv_writer.h"
#include "kindred/embedding/row_metadata.h"

namespace kindred::serving {
namespace {

constexpr const char* kBefore = " before";

}  // namespace

data::TextColumn texts_of(const data::Column& column) {
  if (column.is_text()) return column.text();
  data::TextColumn texts;
  texts.reserve(column.size());
  for (const double number : column.numbers()) {
    texts.push_back(std::isnan(number) ? std::string() : fmt::format("{}", number));
  }
  return texts;
}

EditedColumns read_label_file(const std::filesystem::path& file, std::size_t row_count) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  const data::Table table = embedding::read_row_metadata(file, row_count);
  const auto& columns = table.columns();
  EditedColumns edited;
  for (std::size_t i = 0; i < columns.size(); i += 2) {
    if (i + 1 == columns.size() || columns[i + 1].name != columns[i].name + kBefore) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: not a file of edited labels, which has a column '{}{}' after "
                              "'{}'; move it, or name another file for them",
                              file.string(), columns[i].name, kBefore, columns[i].name));
    }
    edited[columns[i].name] = {texts_of(columns[i]), texts_of(columns[i + 1])};
  }
  return edited;
}

void write_label_file(const std::filesystem::path& file, const EditedColumns& columns) {
  std::string text;
  const auto add_line = [&](const auto& cells_of) {
    for (const auto& [name, column] : columns) {
      const auto [now, before] = cells_of(name, column);
      text += (text.empty() || text.back() == '\n' ? "" : ",") + data::csv_field(now) + "," +
              data::csv_field(before);
    }
    text += '\n';
  };
  add_line(
      [](const std::string& name, const EditedColumn&) { return std::pair(name, name + kBefore); });
  const std::size_t row_count = columns.empty() ? 0 : columns.begin()->second.now.size();
  for (std::size_t row = 0; row < row_count; ++row) {
    add_line([row](const std::string&, const EditedColumn& column) {
      return std::pair(column.now[row], column.before[row]);
    });
  }
  write_file_atomically(file, text);
}

}  // namespace kindred::serving
