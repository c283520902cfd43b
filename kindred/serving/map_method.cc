#include "kindred/serving/map_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/projection/pca.h"

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

std::vector<double> mean_of(MatrixView vectors, const std::vector<std::uint32_t>& rows) {
  std::vector<double> mean(vectors.cols, 0.0);
  for (const std::uint32_t row : rows) {
    for (std::size_t i = 0; i < vectors.cols; ++i)
      mean[i] += static_cast<double>(vectors.row(row)[i]);
  }
  for (double& value : mean) value /= static_cast<double>(rows.size());
  return mean;
}

class AxesEngine final : public OneStep {
 public:
  AxesEngine(MapRequest request, MatrixView vectors)
      : request_(std::move(request)), vectors_(vectors) {}

 private:
  Matrix compute(ThreadPool& pool) override {
    Matrix axes(request_.axes.size(), vectors_.cols);
    for (std::size_t i = 0; i < axes.rows(); ++i) {
      const auto from = mean_of(vectors_, request_.axes[i].from);
      const auto to = mean_of(vectors_, request_.axes[i].to);
      double norm = 0.0;
      for (std::size_t j = 0; j < vectors_.cols; ++j) norm += (to[j] - from[j]) * (to[j] - from[j]);
      if (norm == 0.0) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("axis {}: both groups have the same mean", i + 1));
      }
      for (std::size_t j = 0; j < vectors_.cols; ++j) {
        axes.row(i)[j] = static_cast<float>((to[j] - from[j]) / std::sqrt(norm));
      }
    }
    Matrix coordinates(vectors_.rows, axes.rows());
    pool.parallel_for(vectors_.rows, [&](std::size_t row, int) {
      for (std::size_t i = 0; i < axes.rows(); ++i) {
        coordinates.row(row)[i] = linalg::dot(vectors_.row(row), axes.row(i));
      }
    });
    return coordinates;
  }

  MapRequest request_;
  MatrixView vectors_;
};

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
  request.method = parameters.word_or("method", "pca", {"pca", "axes"});
  request.dimensions = static_cast<std::size_t>(parameters.integer_or("dimensions", 3, 2, 3));
  request.metric = search::parse_metric(parameters.word_or(
      "metric", std::string(search::name_of(metric)), {"euclidean", "cosine", "dot"}));
  request.seed = static_cast<std::uint64_t>(parameters.integer_or("seed", 1, 0, INT64_MAX));
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

Json map_methods() { return Json(Json::Array{"pca", "axes", "columns"}); }

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
  return json;
}

std::unique_ptr<MapEngine> make_engine(const MapRequest& request, MatrixView vectors,
                                       const GraphSource& /*graph*/, ThreadPool& /*pool*/) {
  if (request.method == "axes") return std::make_unique<AxesEngine>(request, vectors);
  return std::make_unique<PcaEngine>(request, vectors);
}

}  // namespace kindred::serving
