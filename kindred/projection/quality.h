// How much of the data a map keeps: numbers to stand beside every picture.
//
//   trustworthiness        are neighbours in the map neighbours in the data? 1: all are
//   continuity             are neighbours in the data neighbours in the map? 1: all are
//   neighbor_preservation  the share of the k nearest in the data that are among the k
//                          nearest in the map
//   triplet_accuracy       of random triplets (i, j, k), how often both agree on which of j
//                          and k is nearer to i: the global structure; 0.5 is chance
//   label_accuracy         how often the vote of a point's k nearest in the map gives its own
//                          label, the point itself left out
//   silhouette             how much nearer a point is to its own label's points in the map
//                          than to those of the nearest other label, in [-1, 1]
//
// Trustworthiness, continuity and silhouette need all distances between points, so beyond
// `sample` points they are taken on a random sample, with neighbours within the sample.
// PCA tends to win triplets, UMAP and t-SNE win neighbours: show both.
//
// Cost: O(n^2 components) for the neighbours in the map, O(sample^2 d) for the ranks.
// Thread safety: pure functions; the same bytes for any number of threads.
//
// Source: Venna and Kaski, "Neighborhood preservation in nonlinear projection methods",
// ICANN 2001; Rousseeuw, "Silhouettes", 1987.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/labels.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::projection {

struct QualityOptions {
  std::size_t neighbors = 15;  // k.
  std::size_t sample = 3000;   // Points for ranks and silhouettes; 0: all.
  std::size_t triplets = 5;    // Of each point.
  std::uint64_t seed = 1;
};

struct MapQuality {
  double trustworthiness = 0.0;
  double continuity = 0.0;
  double neighbor_preservation = 0.0;
  double triplet_accuracy = 0.0;
  std::optional<double> label_accuracy;  // Only with labels of two classes or more.
  std::optional<double> silhouette;
  std::size_t neighbors = 0;  // k, less where there are too few points.
};

// `vectors` is the data, `original` its neighbours by the metric that is meant, `map` the
// coordinates. Labels may be empty (of no rows).
// Requires: as many rows in all of them; original.degree >= options.neighbors, or all
// others. Throws Error(invalid_argument) for fewer than five points.
MapQuality map_quality(MatrixView vectors, const search::NeighborGraph& original, MatrixView map,
                       const data::Labels& labels, const QualityOptions& options, ThreadPool& pool);

// The parts that are of use alone.

// Requires: a and b have the same rows and degree.
double neighbor_preservation(const search::NeighborGraph& a, const search::NeighborGraph& b);

// How often search::label_vote of a row's neighbours is its own label. Rows without a label
// are not asked, neighbours without one do not vote; nothing where no row has both.
std::optional<double> label_accuracy(const search::NeighborGraph& graph,
                                     const data::Labels& labels);

// Mean over the labelled rows; a label with one member counts 0. Nothing for fewer than two
// labels. O(n^2 d).
std::optional<double> silhouette(MatrixView points, const data::Labels& labels, ThreadPool& pool);

// All six as {"trustworthiness": ..., ...}; what is absent is null.
Json to_json(const MapQuality& quality);

}  // namespace kindred::projection
