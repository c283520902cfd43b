// The ways to lay points out, behind one face: what a request asks for, and an engine for it.
//
// Thread safety: pure functions and values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor_graph.h"
#include "kindred/serving/parameters.h"

namespace kindred::serving {

// An axis of one's own: from the mean of some rows to the mean of others.
struct GroupAxis {
  std::vector<std::uint32_t> from;
  std::vector<std::uint32_t> to;
};

struct MapRequest {
  std::string method = "pca";  // pca, umap, tsne, axes
  std::size_t dimensions = 3;  // Of the map: 2 or 3.
  search::Metric metric = search::Metric::euclidean;
  std::vector<std::size_t> components;  // pca: which; as many as dimensions.
  std::vector<GroupAxis> axes;          // axes: as many as dimensions.
  std::size_t neighbors = 15;           // umap
  double min_distance = 0.1;            // umap
  double perplexity = 30.0;             // tsne
  int iterations = 1000;                // tsne
  std::uint64_t seed = 1;
};

// Reads and checks the parameters of a call; throws as Parameters does.
MapRequest read_map_request(Parameters& parameters, std::size_t row_count, search::Metric metric);

// The methods that make_engine() knows, and "columns", which the page lays out by itself.
Json map_methods();

// What was asked for, for the page to show and to ask for again.
Json to_json(const MapRequest& request);

// Where vectors lie in a finished map whose axes are directions of the data.
using Placer = std::function<Matrix(MatrixView vectors, ThreadPool& pool)>;

// Any engine of kindred/projection.
class MapEngine {
 public:
  virtual ~MapEngine() = default;
  virtual void step(ThreadPool& pool) = 0;  // Requires: !is_done().
  virtual bool is_done() const = 0;
  virtual int step_count() const = 0;
  virtual int steps_total() const = 0;
  virtual MatrixView coordinates() const = 0;
  // Empty where new points are placed by their neighbours alone. Requires: is_done().
  virtual Placer placer() const { return {}; }
  // What there is to say of the result; an object.
  virtual Json facts() const { return Json(Json::Object{}); }
};

// Where an engine that starts from neighbours gets them: they are shared between runs.
using GraphSource =
    std::function<const search::NeighborGraph&(search::Metric metric, std::size_t neighbors)>;

// The graph of other vectors than the data's own, for one engine alone.
using GraphMaker = std::function<search::NeighborGraph(MatrixView vectors, search::Metric metric,
                                                       std::size_t neighbors)>;

// Throws Error(invalid_argument) where the data does not allow what is asked for.
std::unique_ptr<MapEngine> make_engine(const MapRequest& request, MatrixView vectors,
                                       const GraphSource& graph, const GraphMaker& make_graph,
                                       ThreadPool& pool);

}  // namespace kindred::serving
