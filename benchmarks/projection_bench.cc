// How long maps of handwritten digits take, how good they are, and how much memory is used.
//
//   projection_bench FOLDER [ROWS] [THREADS] [REPETITIONS] [METHOD,...] [PREFIX]
//
// FOLDER holds MNIST's four files; its 10,000 test digits come first, then its training
// digits. Methods: pca (3-D), graph (15 neighbours by pixels), umap3, umap2, tsne3, tsne2,
// kmeans (k = 10). UMAP's time includes its neighbours by pixels, t-SNE's the reduction to 50
// principal components and the 90 neighbours there. Quality is always measured against the
// pixels, k = 15. Prints the median of the repetitions and their spread. With PREFIX the maps are
// written to PREFIXmethod.npy, and quality is left to whoever reads them.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "benchmarks/arguments.h"
#include "benchmarks/measure.h"
#include "kindred/base/byte_source.h"
#include "kindred/base/rng.h"
#include "kindred/data/idx.h"
#include "kindred/data/labels.h"
#include "kindred/data/npy.h"
#include "kindred/projection/pca.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/tsne.h"
#include "kindred/projection/umap.h"
#include "kindred/search/kmeans.h"

using namespace kindred;

namespace {

struct Digits {
  std::vector<float> pixels;
  data::Labels labels;
  std::size_t columns = 0;

  MatrixView images() const { return {pixels.data(), labels.of_row.size(), columns}; }
};

data::IdxArray read_idx(const std::string& path) {
  ByteSource source(path);
  std::string bytes;
  std::vector<char> block(1 << 20);
  while (const std::size_t count = source.read(block)) bytes.append(block.data(), count);
  return data::parse_idx(bytes, path);
}

void append(const std::string& folder, const std::string& part, std::size_t rows, Digits& digits) {
  const data::IdxArray images = read_idx(folder + "/" + part + "-images-idx3-ubyte.gz");
  const data::IdxArray labels = read_idx(folder + "/" + part + "-labels-idx1-ubyte.gz");
  digits.columns = images.shape[1] * images.shape[2];
  const std::size_t count = std::min(rows - digits.labels.of_row.size(), images.shape[0]);
  for (std::size_t i = 0; i < count * digits.columns; ++i) {
    digits.pixels.push_back(static_cast<float>(images.values[i]) / 255.0F);
  }
  for (std::size_t i = 0; i < count; ++i) digits.labels.of_row.push_back(labels.values[i]);
}

Digits read_digits(const std::string& folder, std::size_t rows) {
  Digits digits;
  for (int digit = 0; digit < 10; ++digit) digits.labels.names.push_back(std::to_string(digit));
  append(folder, "t10k", rows, digits);
  if (rows > digits.labels.of_row.size()) append(folder, "train", rows, digits);
  return digits;
}

using Method = std::function<Matrix(const Digits&, ThreadPool&)>;

Matrix copy_of(MatrixView view) {
  return {view.rows, view.cols, std::vector<float>(view.data, view.data + view.rows * view.cols)};
}

Matrix umap(const Digits& digits, int components, ThreadPool& pool) {
  projection::UmapOptions options;
  options.components = components;
  const auto graph = search::neighbor_graph(digits.images(), {}, pool);
  projection::Umap engine(digits.images(), graph, options, pool);
  projection::run_to_end(engine, pool);
  return copy_of(engine.coordinates());
}

Matrix tsne(const Digits& digits, int components, ThreadPool& pool) {
  projection::TsneOptions options;
  options.components = components;
  const Matrix few = projection::reduced(digits.images(), projection::kTsneColumns, pool);
  const auto graph = search::neighbor_graph(few, {.neighbors = 90}, pool);
  projection::Tsne engine(few, graph, options, pool);
  projection::run_to_end(engine, pool);
  return copy_of(engine.coordinates());
}

Method method_named(const std::string& name) {
  if (name == "pca") {
    return [](const Digits& digits, ThreadPool& pool) {
      return projection::fit_pca(digits.images(), 3, pool).transform(digits.images(), pool);
    };
  }
  if (name == "graph") {
    return [](const Digits& digits, ThreadPool& pool) {
      search::neighbor_graph(digits.images(), {}, pool);
      return Matrix();
    };
  }
  if (name == "kmeans") {
    return [](const Digits& digits, ThreadPool& pool) {
      search::kmeans(digits.images(), {.clusters = 10}, pool);
      return Matrix();
    };
  }
  const int components = name.ends_with("2") ? 2 : 3;
  if (name.starts_with("umap")) {
    return [=](const Digits& digits, ThreadPool& pool) { return umap(digits, components, pool); };
  }
  return [=](const Digits& digits, ThreadPool& pool) { return tsne(digits, components, pool); };
}

void print_quality(const Digits& digits, const Matrix& map, const search::NeighborGraph& graph,
                   ThreadPool& pool) {
  const auto quality =
      projection::map_quality(digits.images(), graph, map, digits.labels, {}, pool);
  std::printf("  kNN %.4f  trust %.4f  cont %.4f  kept %.4f  triplets %.3f  silhouette %.3f",
              quality.label_accuracy.value_or(0.0), quality.trustworthiness, quality.continuity,
              quality.neighbor_preservation, quality.triplet_accuracy,
              quality.silhouette.value_or(0.0));
}

double peak_megabytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024.0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr,
                 "projection_bench FOLDER [ROWS] [THREADS] [REPETITIONS] [METHOD,...] [PREFIX]\n");
    return 2;
  }
  const auto number = [&](int i, std::size_t otherwise) {
    return argc > i ? static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)) : otherwise;
  };
  const Digits digits = read_digits(argv[1], number(2, 10000));
  ThreadPool pool(static_cast<int>(number(3, 0)));
  const std::size_t repetitions = std::max<std::size_t>(1, number(4, 3));
  const std::string methods = argc > 5 ? argv[5] : "pca,graph,umap3,umap2,tsne3,tsne2,kmeans";
  std::printf("%s, %d thread(s), BLAS %s; %zu digits\n", benchmarks::processor_name().c_str(),
              pool.thread_count(), linalg::blas_core().c_str(), digits.images().rows);
  search::NeighborGraph graph;
  for (const std::string& name : benchmarks::split(methods)) {
    const Method method = method_named(name);
    std::vector<double> wall;
    std::vector<double> processor;
    Matrix map;
    for (std::size_t i = 0; i < repetitions; ++i) {
      const double wall_begin = benchmarks::wall_seconds();
      const double processor_begin = benchmarks::processor_seconds();
      map = method(digits, pool);
      wall.push_back(benchmarks::wall_seconds() - wall_begin);
      processor.push_back(benchmarks::processor_seconds() - processor_begin);
    }
    std::ranges::sort(wall);
    std::ranges::sort(processor);
    std::printf("%-7s %8.2f s (%.2f to %.2f), processor %8.2f s (%.2f to %.2f), peak %5.0f MB",
                name.c_str(), wall[wall.size() / 2], wall.front(), wall.back(),
                processor[processor.size() / 2], processor.front(), processor.back(),
                peak_megabytes());
    if (map.rows() > 0 && argc > 6) {
      data::NpyWriter file(argv[6] + name + ".npy", map.cols());
      file.append(map.values());
      file.commit();
    } else if (map.rows() > 0) {
      if (graph.rows == 0) graph = search::neighbor_graph(digits.images(), {}, pool);
      print_quality(digits, map, graph, pool);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}
