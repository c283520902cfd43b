// Where to begin to look for the number of dimensions: the fourth root, and either side.
//
//    500,000 things: 26.6, so 25, so 15 to 35
//
// A range to begin in: it widens by itself when the best lies on its edge (widening.h).
// The other rules that are in use, to compare with, disagree by a factor of 28 at 10,000
// things.
//
// For a column of a table the count that matters is not how many categories there are but
// how many there are in effect, exp(entropy), and how many rows there are to learn each
// from: 2 min(effective, rows / 200)^(1/4), from 1 to 32, and never as many dimensions as
// categories. Eight categories and fewer need no embedding: an indicator says it all.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kindred::tuning {

struct DimensionPrior {
  double fourth_root = 0.0;
  int start = 1;  // Rounded: to 5 above 10.
  int low = 1;    // 0.6 of the start.
  int high = 1;   // 1.4 of it.

  bool operator==(const DimensionPrior&) const = default;
};

DimensionPrior dimension_prior(std::size_t count) noexcept;

// "500,000 things: fourth root 26.6, start at 25, search 15 to 35".
std::string describe(const DimensionPrior& prior, std::size_t count, const std::string& things);

struct DimensionRule {
  std::string name;
  int dimensions = 1;
};

// What the usual rules say for so many things: n^(1/4), 6 n^(1/4), log2 n, 1.6 n^0.56 up to 600.
std::vector<DimensionRule> dimension_rules(std::size_t count);

// What the rule of that name says. Requires: there is one.
int dimensions_by_rule(const std::string& name, std::size_t count);

// For a categorical column; 0: an indicator. `effective` is exp(entropy) of its values.
int column_dimensions(std::size_t categories, double effective, std::size_t rows) noexcept;

}  // namespace kindred::tuning
