#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/data/attributes.h"
#include "kindred/data/delimited.h"
#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

char lower_byte(char byte) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_byte(x) == lower_byte(y); });
}

NumberColumn popularity(const SparseMatrix& by_user) {
  NumberColumn counts(by_user.cols, 0.0);
  for (const std::uint32_t item : by_user.columns) counts[item] += 1.0;
  return counts;
}

// Users without an age do not count; an item that none of the others rated has no mean.
NumberColumn mean_age(const SparseMatrix& by_user, const NumberColumn& ages) {
  NumberColumn totals(by_user.cols, 0.0);
  NumberColumn counts(by_user.cols, 0.0);
  for (std::size_t user = 0; user < by_user.rows; ++user) {
    if (std::isnan(ages[user])) continue;
    for (const std::uint32_t item : by_user.row_columns(user)) {
      totals[item] += ages[user];
      counts[item] += 1.0;
    }
  }
  for (std::size_t item = 0; item < totals.size(); ++item) {
    totals[item] = counts[item] == 0.0 ? kMissing : totals[item] / counts[item];
  }
  return totals;
}

NumberColumn years(const TextColumn& titles) {
  NumberColumn out;
  out.reserve(titles.size());
  for (const std::string& title : titles) {
    const std::optional<int> year = year_of_title(title);
    out.push_back(year ? static_cast<double>(*year) : kMissing);
  }
  return out;
}

const Column* find_ignoring_case(const Table& table, std::string_view name) {
  for (const Column& column : table.columns()) {
    if (same_word(column.name, name)) return &column;
  }
  return nullptr;
}

}  // namespace

void add_derived_attributes(const Interactions& interactions, const Table& users, Table& items) {
  KINDRED_CHECK(items.row_count() == interactions.items.size());
  const SparseMatrix& by_user = interactions.by_user;
  if (items.find("popularity") == nullptr) {
    items.add({.name = "popularity", .values = popularity(by_user)});
  }
  const Column* ages = find_ignoring_case(users, "age");
  if (ages != nullptr && !ages->is_text() && items.find("audience_age") == nullptr) {
    KINDRED_CHECK(users.row_count() == interactions.users.size());
    items.add({.name = "audience_age", .values = mean_age(by_user, ages->numbers())});
  }
  const Column* titles = find_title(items);
  if (titles != nullptr && find_ignoring_case(items, "year") == nullptr) {
    NumberColumn found = years(titles->text());
    const bool any =
        std::any_of(found.begin(), found.end(), [](double year) { return !std::isnan(year); });
    if (any) items.add({.name = "year", .values = std::move(found)});
  }
}

const Column* find_attribute(const Table& table, std::string_view name) {
  if (const Column* column = table.find(name)) return column;
  if (const Column* column = find_ignoring_case(table, name)) return column;
  if (const Column* column = find_ignoring_case(table, std::string(name) + "s")) return column;
  if (name.size() > 1 && lower_byte(name.back()) == 's') {
    if (const Column* column = find_ignoring_case(table, name.substr(0, name.size() - 1))) {
      return column;
    }
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOtherNames = {
      {{"tickets", "popularity"}, {"age", "audience_age"}}};
  for (const auto& [other, column] : kOtherNames) {
    if (same_word(name, other)) return table.find(column);
  }
  return nullptr;
}

const Column* find_title(const Table& table) {
  for (const std::string_view name :
       {"title", "name", "movie_title", "movie title", "item_name", "itemname", "product_name",
        "productname", "product_title", "book_title", "book-title", "track_name", "artist_name",
        "itemdescription", "item_description", "description"}) {
    const Column* column = find_ignoring_case(table, name);
    if (column != nullptr && column->is_text()) return column;
  }
  return nullptr;
}

bool has_token(std::string_view cell, std::string_view token) {
  token = without_padding(token);
  if (same_word(without_padding(cell), token)) return true;
  for (const char separator : {'|', ';', ','}) {
    if (cell.find(separator) == std::string_view::npos) continue;
    while (true) {
      const std::size_t end = cell.find(separator);
      if (same_word(without_padding(cell.substr(0, end)), token)) return true;
      if (end == std::string_view::npos) return false;
      cell.remove_prefix(end + 1);
    }
  }
  return false;
}

std::optional<int> year_of_title(std::string_view title) {
  title = without_padding(title);
  if (title.size() < 6 || !title.ends_with(')') || title[title.size() - 6] != '(') return {};
  int year = 0;
  for (const char byte : title.substr(title.size() - 5, 4)) {
    if (!is_digit(byte)) return {};
    year = 10 * year + (byte - '0');
  }
  return year;
}

}  // namespace kindred::data
