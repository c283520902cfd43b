#include "cli/demo_files.h"

#include <fmt/format.h>

#include <iterator>
#include <system_error>

#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/model/io.h"

namespace kindred::cli {
namespace {

// As RFC 4180 has it: quoted where the text holds a comma or a quote.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char byte : text) out += byte == '"' ? std::string("\"\"") : std::string(1, byte);
  return out + "\"";
}

std::string table_text(const data::Table& table, const data::Vocabulary& labels,
                       std::string_view id_name) {
  std::string text(id_name);
  for (const data::Column& column : table.columns()) text += "," + column.name;
  text += '\n';
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    text += labels.label(row);
    for (const data::Column& column : table.columns())
      text += "," + quoted(table.cell(column, row));
    text += '\n';
  }
  return text;
}

std::string ratings_text(const data::Interactions& ratings) {
  std::string text = "user,item,rating\n";
  for (std::size_t user = 0; user < ratings.by_user.rows; ++user) {
    const auto items = ratings.by_user.row_columns(user);
    const auto values = ratings.by_user.row_values(user);
    for (std::size_t i = 0; i < items.size(); ++i) {
      fmt::format_to(std::back_inserter(text), "{},{},{:g}\n", ratings.users.label(user),
                     ratings.items.label(items[i]), values[i]);
    }
  }
  return text;
}

}  // namespace

std::vector<std::filesystem::path> write_files(const Lesson& lesson,
                                               const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw Error(ErrorCode::io,
                fmt::format("cannot make '{}': {}", folder.string(), failure.message()));
  }
  const data::Interactions& ratings = lesson.world.ratings;
  const std::vector<std::filesystem::path> paths = {folder / "ratings.csv", folder / "movies.csv",
                                                    folder / "people.csv", folder / "demo.kindred"};
  write_file_atomically(paths[0], ratings_text(ratings));
  write_file_atomically(paths[1], table_text(lesson.world.movies, ratings.items, "item"));
  write_file_atomically(paths[2], table_text(lesson.world.people, ratings.users, "user"));
  model::save(lesson.model, paths[3]);
  return paths;
}

}  // namespace kindred::cli
