// What the data says of its own labels and axes, as JSON for the page.
//
// Everything is measured in the original space unless said otherwise, with cosine on vectors of
// length one. kindred/insight has the definitions.
//
// Cost: that of the neighbour graph when it is new, else O(n d). Thread safety: pure functions
// of what they are given.

#pragma once

#include <cstddef>
#include <string>

#include "kindred/base/json.h"
#include "kindred/data/labels.h"
#include "kindred/serving/map_data.h"
#include "kindred/serving/map_runs.h"

namespace kindred::serving {

// The labels in a column. Throws Error(not_found) when there is no such column and
// Error(invalid_argument) when it has fewer than two or more than 1,000 distinct values.
data::Labels labels_in(const data::Table& table, const std::string& column);

// {"spreads": [{"label", "count", "rms", "nearest"}, ...]}, widest first. Of the map's own
// coordinates where there is one, without `nearest`: to show how a map distorts sizes.
Json spread_insight(const MapData& data, const data::Labels& labels, const Coordinates* map,
                    const MapRuns::Workshop& workshop);

// {"from", "total", "suspects": [{"row", "given", "suggested", "given_probability",
// "suggested_probability", "confident"}, ...], "confusions": [{"given", "suggested", "count"}]}.
// From data.probabilities where the labels are those of data.color_column and there are any, else
// from the vote of neighbours. Rows whose label is none of data.classes are no suspects then.
Json suspects_insight(const MapData& data, const std::string& column, const data::Labels& labels,
                      std::size_t count, const MapRuns::Workshop& workshop);

// {"outliers": [{"row", "distance", "ratio"}, ...]}.
Json outliers_insight(const MapData& data, const data::Labels& labels, std::size_t count,
                      const MapRuns::Workshop& workshop);

// {"kinds": [{"medoid", "count", "rms", "rows": the most typical}, ...]} of one label.
// Throws Error(not_found) when there is no such label.
Json kinds_insight(const MapData& data, const data::Labels& labels, const std::string& label,
                   const MapRuns::Workshop& workshop);

// {"columns": [{"column", "correlation"}, ...], "low": [rows], "high": [rows]} of one axis.
// Requires: axis < map.dimensions.
Json axis_insight(const data::Table& table, const Coordinates& map, std::size_t axis);

}  // namespace kindred::serving
