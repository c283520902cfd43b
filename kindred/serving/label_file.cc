#include "kindred/serving/label_file.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/data/csv_writer.h"
#include "kindred/data/unique_names.h"
#include "kindred/embedding/row_metadata.h"

namespace kindred::serving {
namespace {

constexpr const char* kBefore = " before";

// "mine before", which is another's name where a column is called so.
std::string name_of_before(const std::string& name, const EditedColumns& columns,
                           const std::set<std::string>& used) {
  return data::free_name(name + kBefore, [&](const std::string& taken) {
    return columns.contains(taken) || used.contains(taken);
  });
}

bool is_before(std::string_view name, const std::string& of) {
  const std::string expected = of + kBefore;
  if (!name.starts_with(expected)) return false;
  name.remove_prefix(expected.size());
  return name.empty() || (name.starts_with(" (") && name.ends_with(")"));
}

}  // namespace

EditedColumns read_label_file(const std::filesystem::path& file, std::size_t row_count) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  embedding::NamedCells cells = embedding::read_csv_cells(file, row_count);
  EditedColumns edited;
  for (std::size_t i = 0; i < cells.names.size(); i += 2) {
    const std::string& name = cells.names[i];
    const bool is_pair = i + 1 < cells.names.size() && is_before(cells.names[i + 1], name);
    if (!is_pair || edited.contains(name)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: not a file of edited labels, which has a column '{}{}' after "
                              "'{}'; move it, or name another file for them",
                              file.string(), name, kBefore, name));
    }
    edited[name] = {std::move(cells.columns[i]), std::move(cells.columns[i + 1])};
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
  std::set<std::string> used;
  add_line([&](const std::string& name, const EditedColumn&) {
    std::string before = name_of_before(name, columns, used);
    used.insert(before);
    return std::pair(name, std::move(before));
  });
  const std::size_t row_count = columns.empty() ? 0 : columns.begin()->second.now.size();
  for (std::size_t row = 0; row < row_count; ++row) {
    add_line([row](const std::string&, const EditedColumn& column) {
      return std::pair(column.now[row], column.before[row]);
    });
  }
  write_file_atomically(file, text);
}

}  // namespace kindred::serving
