#include "cli/model_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/model/io.h"
#include "kindred/recommendation/columns.h"

namespace kindred::cli {
namespace {

constexpr std::size_t kDetailsWidth = 44;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

std::string safe_and_short(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t characters = 0;
  const bool fits = character_count(text) <= width;
  for (const char byte : text) {
    if (!continues_character(byte)) ++characters;
    if (!fits && characters > width - 3) return out + "...";
    const auto code = static_cast<unsigned char>(byte);
    out += code < 0x20 || code == 0x7F ? '?' : byte;
  }
  return out;
}

}  // namespace

std::string shown_title(const embedding::Embeddings& things, std::size_t row, std::size_t width) {
  return safe_and_short(recommendation::title_of(things, row), width);
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = character_count(text);
  return used >= width ? text : text + std::string(width - used, ' ');
}

std::string details(const embedding::Embeddings& things, std::size_t row) {
  const data::Table& table = things.metadata;
  std::string out;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : ", ") + text;
  };
  const data::Column* genres = table.find("genres");
  if (genres == nullptr) genres = table.find("genre");
  if (const data::Column* year = table.find("year")) {
    const std::string text = table.cell(*year, row);
    const bool shown = recommendation::title_of(things, row).find(text) != std::string::npos;
    if (!shown) add(text);
  }
  if (genres != nullptr) {
    add(table.cell(*genres, row));
  } else if (table.find("title") == nullptr) {
    for (std::size_t i = 0; i < std::min<std::size_t>(3, table.columns().size()); ++i) {
      const data::Column& column = table.columns()[i];
      const std::string cell = table.cell(column, row);
      if (!cell.empty()) add(column.name + " " + cell);
    }
  }
  return safe_and_short(out, kDetailsWidth);
}

std::string shortest(float value) { return fmt::format("{}", value); }

Json json_number(float value) {
  const std::string text = shortest(value);
  double number = 0.0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return Json(number);
}

model::Model load_model(const CommonOptions& common, const std::filesystem::path& path) {
  std::error_code absent;
  const std::uintmax_t bytes = std::filesystem::file_size(path, absent);
  // Whatever a model needs beyond its vectors, labels and pairs is small beside them.
  if (!absent) require_memory(common, bytes, fmt::format("the model {}", path.string()));
  return model::load(path);
}

std::uint32_t user_row(const model::Model& model, std::string_view id, const std::string& before) {
  if (const auto row = model.users.labels.find(id)) return *row;
  std::string examples;
  for (std::size_t row = 0; row < std::min<std::size_t>(3, model.users.size()); ++row) {
    examples += (row == 0 ? "'" : ", '") + printable(model.users.labels.label(row)) + "'";
  }
  throw Error(ErrorCode::not_found,
              fmt::format("{}there is no user '{}' in the model; it knows {} users, such as {}",
                          before, printable(id), format_count(model.users.size()), examples));
}

}  // namespace kindred::cli
