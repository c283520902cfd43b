// What is in a cluster: its medoid, its typical members, and what they have more of than
// others.
//
// The medoid is the member nearest to the mean, which is also the member with the least sum
// of squared distances to the others. An attribute is over-represented when more members
// have it than chance would give: for a text value (a cell may hold several, as in
// "Action|Comedy") the standard score of its count under drawing without replacement, for a
// number the standard score of the members' mean. Scores below 3 are not told.
//
// Cost: O(n x columns). Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kindred/data/table.h"
#include "kindred/linalg/matrix.h"

namespace kindred::insight {

struct Attribute {
  std::string column;
  std::string value;     // Of a text column; "" for numbers.
  double here = 0.0;     // The share of the members that have the value, or their mean.
  double overall = 0.0;  // The same over all rows.
  double score = 0.0;    // Standard score; negative where numbers are below the overall mean.
};

// The attributes of some rows among all of the table, the most telling first: at most
// `count`, at most `count_of_column` of one column. Columns of text in which hardly any value
// comes twice (titles, ids) say nothing and are left out.
struct AttributeLimits {
  std::size_t count = 5;
  std::size_t count_of_column = 3;
};
std::vector<Attribute> over_represented(const data::Table& table,
                                        std::span<const std::uint32_t> rows,
                                        const AttributeLimits& limits);

// The rows nearest to the mean of them all, nearest first, at most `count`: the medoid, then
// the most typical members. Requires: rows are not empty.
std::vector<std::uint32_t> typical_rows(MatrixView vectors, std::span<const std::uint32_t> rows,
                                        std::size_t count);

struct Cluster {
  std::vector<std::uint32_t> rows;     // Ascending.
  std::vector<std::uint32_t> typical;  // The medoid first.
  std::vector<Attribute> attributes;

  std::uint32_t medoid() const { return typical.front(); }
};

// Every cluster, by number. `table` may have no columns. cluster_of[r] may be data::kNoLabel.
// Requires: as many rows in all; every cluster number below `clusters`.
struct ClusterDetail {
  std::size_t typical = 5;
  AttributeLimits attributes = {};
};
std::vector<Cluster> describe_clusters(MatrixView vectors, const data::Table& table,
                                       std::span<const std::uint32_t> cluster_of,
                                       const ClusterDetail& detail);

}  // namespace kindred::insight
