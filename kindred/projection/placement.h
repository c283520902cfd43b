// New points dropped into a finished map, which itself does not move.
//
// A new point goes to the mean of its nearest neighbours' places, weighted by how strongly
// it belongs to each (fuzzy_graph.h). How far it is from anything known is said beside it:
// a map has a place for everything, even for what it has never seen the like of.
//
// Cost: that of finding the neighbours. Thread safety: a pure function.

#pragma once

#include <vector>

#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::projection {

struct Placement {
  Matrix coordinates;          // queries x components.
  std::vector<float> novelty;  // Of each query: its mean distance to its neighbours, in the data.
};

// `found` are the neighbours of the new points among the rows of the map
// (search::neighbors_among). Requires: every id is a row of `map`.
Placement place(const search::NeighborGraph& found, MatrixView map);

}  // namespace kindred::projection
