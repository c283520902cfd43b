#include "cli/demo_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace kindred::cli {
namespace {

constexpr int kAgeMin = 12;
constexpr int kAgeMax = 48;
constexpr std::size_t kColumnsPerYear = 2;
constexpr std::size_t kAxisColumns = (kAgeMax - kAgeMin) * kColumnsPerYear + 1;
constexpr std::size_t kMargin = 9;  // Columns left of an axis.

constexpr int kRowsPerDecade = 7;
constexpr double kTicketsMax = 400.0;
constexpr double kTicketsMin = 1.0;

std::size_t column_of(double age) {
  const double inside = std::clamp(age, double{kAgeMin}, double{kAgeMax}) - kAgeMin;
  return static_cast<std::size_t>(std::lround(inside * kColumnsPerYear));
}

// Rows count from the top.
std::size_t row_of(double tickets) {
  const double inside = std::clamp(tickets, kTicketsMin, kTicketsMax);
  return static_cast<std::size_t>(std::lround(kRowsPerDecade * std::log10(kTicketsMax / inside)));
}

std::string age_ruler() {
  std::string ruler(kAxisColumns, '-');
  for (int age = kAgeMin; age <= kAgeMax; age += 4) ruler[column_of(age)] = '+';
  return std::string(kMargin, ' ') + ruler;
}

std::string age_numbers() {
  std::string line(kMargin, ' ');
  for (int age = kAgeMin; age <= kAgeMax; age += 4) {
    line.resize(kMargin + column_of(age) - 1, ' ');
    line += fmt::format("{}", age);
  }
  return line;
}

// A cell of the scatter plot: a character and the pair that colours it.
struct Cell {
  char character = ' ';
  Pair pair = Pair::none;
  bool marked = false;
};

using Grid = std::vector<std::vector<Cell>>;

bool is_free(const Grid& grid, std::size_t row, std::size_t begin, std::size_t end) {
  return row < grid.size() && end <= grid[row].size() &&
         std::none_of(grid[row].begin() + static_cast<std::ptrdiff_t>(begin),
                      grid[row].begin() + static_cast<std::ptrdiff_t>(end),
                      [](const Cell& cell) { return cell.marked; });
}

// Writes the marker and its label on the movie's row, or on the next free one where two
// names would collide.
void place(Grid& grid, const MarkedMovie& marked) {
  const data::Movie& movie = data::movies()[data::movie_row(marked.title)];
  const std::string text = fmt::format("{} {}", letter(marked.pair), marked.label);
  const std::size_t column = column_of(movie.audience_age);
  std::size_t row = row_of(movie.tickets);
  while (row + 1 < grid.size() && !is_free(grid, row, column, column + text.size())) ++row;
  for (std::size_t i = 0; i < text.size(); ++i) {
    grid[row][column + i] = {text[i], marked.pair, true};
  }
}

std::string painted(const std::vector<Cell>& cells, const Paint& paint) {
  std::string line;
  // Up to the last cell that shows anything.
  const auto last = std::find_if(cells.rbegin(), cells.rend(),
                                 [](const Cell& cell) { return cell.character != ' '; });
  const auto shown = static_cast<std::size_t>(cells.rend() - last);
  for (std::size_t begin = 0; begin < shown;) {
    std::size_t end = begin;
    std::string run;
    while (end < shown && cells[end].marked == cells[begin].marked &&
           cells[end].pair == cells[begin].pair) {
      run += cells[end++].character;
    }
    line += cells[begin].marked ? paint.pair(cells[begin].pair, run) : paint.faint(run);
    begin = end;
  }
  return line;
}

}  // namespace

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  return on_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string Paint::pair(Pair which, std::string_view text) const {
  switch (which) {
    case Pair::cartoons:
      return wrap("1;33", text);
    case Pair::art_house:
      return wrap("1;35", text);
    case Pair::blockbusters:
      return wrap("1;34", text);
    case Pair::none:
      break;
  }
  return wrap("1;32", text);
}

std::size_t text_width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::string fitted(std::string_view text, std::size_t width) {
  std::string out(text);
  if (text_width(out) > width) {
    while (text_width(out) + 2 > width) {
      // A character's continuation bytes go with its first byte.
      while ((static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
      out.pop_back();
    }
    while (!out.empty() && (out.back() == ' ' || out.back() == ':' || out.back() == ',')) {
      out.pop_back();
    }
    out += "..";
  }
  return out + std::string(width - text_width(out), ' ');
}

std::string fitted_title(std::string_view title, std::size_t width) {
  if (text_width(title) <= width) return fitted(title, width);
  const std::string_view name = without_year(title);
  const std::string_view year = title.substr(name.size());
  std::string cut = fitted(name, width - text_width(year));
  cut.erase(cut.find_last_not_of(' ') + 1);
  return fitted(cut + std::string(year), width);
}

std::string bar(double share, std::size_t width) {
  const double filled = std::clamp(share, 0.0, 1.0) * static_cast<double>(width);
  return std::string(static_cast<std::size_t>(std::lround(filled)), '#');
}

char letter(Pair pair) noexcept {
  switch (pair) {
    case Pair::cartoons:
      return 'C';
    case Pair::art_house:
      return 'A';
    case Pair::blockbusters:
      return 'B';
    case Pair::none:
      break;
  }
  return 'o';
}

std::vector<std::string> age_axis(const Paint& paint) {
  // One line of the picture for each age.
  std::map<double, std::vector<const MarkedMovie*>> by_age;
  for (const MarkedMovie& marked : kMarkedMovies) {
    by_age[data::movies()[data::movie_row(marked.title)].audience_age].push_back(&marked);
  }
  std::vector<std::string> lines;
  for (const auto& [age, marked] : by_age) {
    std::string plain;
    std::string names;
    for (const MarkedMovie* movie : marked) {
      const std::string_view comma = names.empty() ? "" : ", ";
      plain += fmt::format("{}{}", comma, movie->label);
      names += fmt::format("{}{}", comma, paint.pair(movie->pair, movie->label));
    }
    if (marked.front()->label == "Star Wars") {
      names += paint.faint(", The Notebook, Dirty Dancing, The Conjuring");
    }
    const Pair pair = marked.front()->pair;
    const std::string mark = paint.pair(pair, std::string(1, letter(pair)));
    const std::size_t column = kMargin + column_of(age);
    // Names stand right of the mark, or left of it where the line would get too long.
    const bool right = column + 2 + text_width(plain) <= kPlotWidth - 10;
    lines.push_back(right ? std::string(column, ' ') + mark + " " + names
                          : std::string(column - text_width(plain) - 1, ' ') + names + " " + mark);
  }
  lines.push_back(age_ruler());
  lines.push_back(age_numbers() + "  years");
  return lines;
}

std::vector<std::string> age_and_tickets(const Paint& paint) {
  Grid grid(row_of(kTicketsMin) + 1, std::vector<Cell>(kAxisColumns));
  for (const data::Movie& movie : data::movies()) {
    grid[row_of(movie.tickets)][column_of(movie.audience_age)].character = '.';
  }
  for (const MarkedMovie& marked : kMarkedMovies) place(grid, marked);

  std::map<std::size_t, std::string> numbers;
  for (const double tickets : {1.0, 3.0, 10.0, 30.0, 100.0, 300.0}) {
    numbers[row_of(tickets)] = fmt::format("{:g}", tickets);
  }
  std::vector<std::string> lines = {"tickets, millions (logarithmic)"};
  for (std::size_t row = 0; row < grid.size(); ++row) {
    lines.push_back(fmt::format("{:>{}} {}{}", numbers[row], kMargin - 2,
                                numbers[row].empty() ? '|' : '+', painted(grid[row], paint)));
  }
  lines.push_back(age_ruler());
  lines.push_back(age_numbers() + "  years");
  return lines;
}

}  // namespace kindred::cli
