// Pictures of the movie world for a terminal: an axis, a scatter plot, bars, in ASCII.
//
// Each function returns lines of at most kPlotWidth columns. Colour is only added to
// what would also be understood without it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/demo_lesson.h"

namespace kindred::cli {

inline constexpr std::size_t kPlotWidth = 92;

// ANSI colours, or nothing.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}

  std::string bold(std::string_view text) const { return wrap("1", text); }
  std::string faint(std::string_view text) const { return wrap("2", text); }
  std::string heading(std::string_view text) const { return wrap("1;36", text); }
  // The colour of a pair of movies.
  std::string pair(Pair which, std::string_view text) const;

 private:
  std::string wrap(std::string_view code, std::string_view text) const;

  bool on_;
};

// Columns that UTF-8 `text` takes on a terminal.
std::size_t text_width(std::string_view text) noexcept;

// `text` in exactly `width` columns: padded with spaces, or cut with "..".
std::string fitted(std::string_view text, std::size_t width);

// A movie's title in exactly `width` columns; where it is cut, its year stays.
std::string fitted_title(std::string_view title, std::size_t width);

// '#' for each 1 / width of `share`, which is in [0, 1].
std::string bar(double share, std::size_t width);

// The letter that marks a movie of this pair.
char letter(Pair pair) noexcept;

// The marked movies, and some others of Star Wars' age, along the age of the audience.
std::vector<std::string> age_axis(const Paint& paint);

// All movies by age of the audience and tickets sold (logarithmic), the marked ones by
// name.
std::vector<std::string> age_and_tickets(const Paint& paint);

}  // namespace kindred::cli
