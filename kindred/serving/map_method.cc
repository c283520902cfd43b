#include "kindred/serving/map_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/projection/affinities.h"
#include "kindred/projection/axes.h"
#include "kindred/projection/engine.h"
#include "kindred/projection/pca.h"
#include "kindred/projection/tsne.h"
#include "kindred/projection/umap.h"

namespace kindred::serving {
namespace {

constexpr std::size_t kComponentsMax = 10;  // Of which the page chooses.

Matrix columns_of(MatrixView all, const std::vector<std::size_t>& columns) {
  Matrix chosen(all.rows, columns.size());
  for (std::size_t row = 0; row < all.rows; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      // Data of fewer dimensions is flat along the others.
      chosen.row(row)[i] = columns[i] < all.cols ? all.row(row)[columns[i]] : 0.0F;
    }
  }
  return chosen;
}

// An engine whose first step is the last.
class OneStep : public MapEngine {
 public:
  void step(ThreadPool& pool) final {
    coordinates_ = compute(pool);
    is_done_ = true;
  }
  bool is_done() const final { return is_done_; }
  int step_count() const final { return is_done_ ? 1 : 0; }
  int steps_total() const final { return 1; }
  MatrixView coordinates() const final { return coordinates_; }

 private:
  virtual Matrix compute(ThreadPool& pool) = 0;

  Matrix coordinates_;
  bool is_done_ = false;
};

class PcaEngine final : public OneStep {
 public:
  PcaEngine(MapRequest request, MatrixView vectors)
      : request_(std::move(request)), vectors_(vectors) {}

  Placer placer() const override {
    return [pca = pca_, components = request_.components](MatrixView vectors, ThreadPool& pool) {
      return columns_of(pca.transform(vectors, pool), components);
    };
  }

  Json facts() const override {
    Json variances = Json(Json::Array());
    for (std::size_t i = 0; i < pca_.component_count(); ++i) variances.push(pca_.explained(i));
    double total = 0.0;
    for (const std::size_t component : request_.components) {
      if (component < pca_.component_count()) total += pca_.explained(component);
    }
    Json facts;
    facts.set("variances", std::move(variances));
    facts.set("variance_shown", total);
    return facts;
  }

 private:
  Matrix compute(ThreadPool& pool) override {
    pca_ = projection::fit_pca(vectors_, std::min(kComponentsMax, vectors_.cols), pool);
    return columns_of(pca_.transform(vectors_, pool), request_.components);
  }

  MapRequest request_;
  MatrixView vectors_;
  projection::Pca pca_;
};

class AxesEngine final : public OneStep {
 public:
  AxesEngine(MapRequest request, MatrixView vectors)
      : request_(std::move(request)), vectors_(vectors) {}

 private:
  Matrix compute(ThreadPool& /*pool*/) override {
    Matrix coordinates(vectors_.rows, request_.axes.size());
    for (std::size_t axis = 0; axis < request_.axes.size(); ++axis) {
      const std::vector<float> places =
          projection::group_axis(vectors_, request_.axes[axis].to, request_.axes[axis].from);
      for (std::size_t row = 0; row < places.size(); ++row)
        coordinates.row(row)[axis] = places[row];
    }
    return coordinates;
  }

  MapRequest request_;
  MatrixView vectors_;
};

// An engine of kindred/projection as it is.
template <projection::Engine T>
class Stepped final : public MapEngine {
 public:
  explicit Stepped(T engine) : engine_(std::move(engine)) {}

  void step(ThreadPool& pool) override { engine_.step(pool); }
  bool is_done() const override { return engine_.is_done(); }
  int step_count() const override { return engine_.step_count(); }
  int steps_total() const override { return engine_.steps_total(); }
  MatrixView coordinates() const override { return engine_.coordinates(); }

 private:
  T engine_;
};

std::unique_ptr<MapEngine> make_umap(const MapRequest& request, MatrixView vectors,
                                     const GraphSource& graph, ThreadPool& pool) {
  projection::UmapOptions options;
  options.components = static_cast<int>(request.dimensions);
  options.neighbors = static_cast<int>(request.neighbors);
  options.min_dist = request.min_distance;
  options.seed = request.seed;
  const search::NeighborGraph& near = graph(request.metric, request.neighbors);
  return std::make_unique<Stepped<projection::Umap>>(
      projection::Umap(vectors, near, options, pool));
}

std::unique_ptr<MapEngine> make_tsne(const MapRequest& request, MatrixView vectors,
                                     const GraphSource& graph, const GraphMaker& make_graph,
                                     ThreadPool& pool) {
  projection::TsneOptions options;
  options.components = static_cast<int>(request.dimensions);
  options.perplexity = request.perplexity;
  options.iterations = request.iterations;
  options.seed = request.seed;
  const std::size_t neighbors = projection::neighbors_for(request.perplexity, vectors.rows);
  const bool is_wide = vectors.cols > projection::kTsneColumns;
  if (request.metric != search::Metric::euclidean || !is_wide) {
    const search::NeighborGraph& near = graph(request.metric, neighbors);
    return std::make_unique<Stepped<projection::Tsne>>(
        projection::Tsne(vectors, near, options, pool));
  }
  const Matrix few = projection::reduced(vectors, projection::kTsneColumns, pool);
  const search::NeighborGraph near = make_graph(few, request.metric, neighbors);
  return std::make_unique<Stepped<projection::Tsne>>(projection::Tsne(few, near, options, pool));
}

std::vector<GroupAxis> read_axes(Parameters& parameters, std::size_t row_count) {
  std::vector<GroupAxis> axes;
  for (const char* name : {"x", "y", "z"}) {
    GroupAxis axis;
    axis.from = parameters.rows(std::string(name) + "_from", row_count);
    axis.to = parameters.rows(std::string(name) + "_to", row_count);
    if (axis.from.empty() != axis.to.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("axis {} has one group; it needs two", name));
    }
    if (!axis.from.empty()) axes.push_back(std::move(axis));
  }
  return axes;
}

}  // namespace

MapRequest read_map_request(Parameters& parameters, std::size_t row_count, search::Metric metric) {
  MapRequest request;
  request.method = parameters.word_or("method", "pca", {"pca", "umap", "tsne", "axes"});
  request.dimensions = static_cast<std::size_t>(parameters.integer_or("dimensions", 3, 2, 3));
  request.metric = search::parse_metric(parameters.word_or(
      "metric", std::string(search::name_of(metric)), {"euclidean", "cosine", "dot"}));
  request.seed = static_cast<std::uint64_t>(parameters.integer_or("seed", 1, 0, INT64_MAX));
  request.neighbors = static_cast<std::size_t>(parameters.integer_or("neighbors", 15, 2, 200));
  request.min_distance = parameters.number_or("min_distance", 0.1, 0.0, 0.99);
  request.perplexity = parameters.number_or("perplexity", 30.0, 2.0, 200.0);
  request.iterations = static_cast<int>(parameters.integer_or("iterations", 1000, 100, 10'000));
  const auto components = parameters.rows("components", kComponentsMax);
  request.components.assign(components.begin(), components.end());
  request.axes = read_axes(parameters, row_count);
  parameters.finish();
  if (request.method == "pca" && request.components.empty()) {
    for (std::size_t i = 0; i < request.dimensions; ++i) request.components.push_back(i);
  }
  if (request.method == "pca" && request.components.size() != request.dimensions) {
    throw Error(ErrorCode::invalid_argument, "'components' has not as many as 'dimensions'");
  }
  if (request.method == "axes" && request.axes.size() != request.dimensions) {
    throw Error(ErrorCode::invalid_argument, "there are not as many axes as 'dimensions'");
  }
  return request;
}

Json map_methods() { return Json(Json::Array{"pca", "umap", "tsne", "axes", "columns"}); }

Json to_json(const MapRequest& request) {
  Json json;
  json.set("method", request.method);
  json.set("dimensions", std::uint64_t{request.dimensions});
  json.set("seed", request.seed);
  if (request.method == "pca") {
    Json components = Json(Json::Array());
    for (const std::size_t component : request.components)
      components.push(std::uint64_t{component});
    json.set("components", std::move(components));
  }
  if (request.method == "tsne") {
    json.set("metric", search::name_of(request.metric));
    json.set("perplexity", request.perplexity);
    json.set("iterations", request.iterations);
  }
  if (request.method == "umap") {
    json.set("metric", search::name_of(request.metric));
    json.set("neighbors", std::uint64_t{request.neighbors});
    json.set("min_distance", request.min_distance);
  }
  return json;
}

std::unique_ptr<MapEngine> make_engine(const MapRequest& request, MatrixView vectors,
                                       const GraphSource& graph, const GraphMaker& make_graph,
                                       ThreadPool& pool) {
  if (request.method == "tsne") return make_tsne(request, vectors, graph, make_graph, pool);
  if (request.method == "umap") return make_umap(request, vectors, graph, pool);
  if (request.method == "axes") return std::make_unique<AxesEngine>(request, vectors);
  return std::make_unique<PcaEngine>(request, vectors);
}

}  // namespace kindred::serving
