// Rows of cells written down as text in one of the many ways in which people do it.
//
// A Style says how: separator, quoting, line ends, a mark at the beginning, spaces around
// cells. render() writes cells so that the style's own rules give them back: a cell that holds
// the separator, a quote or a line end is quoted where the style quotes, and fits() says
// whether a style without quotes can hold it at all.
//
// Thread safety: pure functions and plain values.

#pragma once

#include <string>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::generated {

enum class Quoting { none, where_needed, text, all };

struct Style {
  std::string separator = ",";
  Quoting quoting = Quoting::where_needed;
  bool padded = false;  // A space on each side of a separator.
  bool byte_order_mark = false;
  bool carriage_returns = false;
  bool last_line_end = true;
  bool blank_last_line = false;

  std::string describe() const;
};

using Row = std::vector<std::string>;

// Whether the style gives the cell back.
bool fits(const Style& style, const std::string& cell);

std::string render(const std::vector<Row>& rows, const Style& style);

// A style in which people write files of rows: mostly commas.
Style draw_style(Rng& rng);

// ---- Draws that kinds share.

bool chance(Rng& rng, double share);
// Requires: not empty.
template <typename T>
const T& pick(Rng& rng, const std::vector<T>& values) {
  return values[static_cast<std::size_t>(rng.below(values.size()))];
}
// Between `low` and `high`, both possible.
std::int64_t between(Rng& rng, std::int64_t low, std::int64_t high);

}  // namespace kindred::generated
