// How many rows a second a network learns from, on one thread.
//
//   fit_bench [--repeats 5] [--only NAME]
//   fit_bench --memory 1000000
//
// Prints one line a task: its name, the batch size, the median rows a second over the
// repeats with the least and the most. Rows are encoded once and gathered for each batch, as
// fit() does with rows in memory; what is timed is the epoch: gather, forward, loss,
// backward and the optimizer. rivals/fit_rivals.py runs the same tasks in PyTorch and Keras,
// each beside this program.
//
// --memory trains a table of so many rows in 64 dimensions by Adagrad, and sets the memory
// that it took at most beside that of the table and its accumulators: in training, with a
// checkpoint that is written and taken up again, and with the best epoch kept.
//
//   adult       8 categories embedded in 8 dimensions, 5 numbers, layers of 100 and 50, Adam
//   wide_deep   the same beside a linear part on 10 of 1,000,000 hashed ids, Adagrad
//   table       one of 500,000 ids in 32 dimensions and a layer of one output, Adagrad
//   table_lazy  the same by LazyAdam, which moves the rows of a batch alone
//   table_adam  the same by Adam itself, which moves all rows in every step

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/measure.h"
#include "kindred/base/machine.h"
#include "kindred/base/rng.h"
#include "kindred/nn/model.h"
#include "kindred/nn/training.h"

namespace kindred {
namespace {

using features::Column;

constexpr std::size_t kWideIds = 1'000'000;
constexpr std::size_t kWideActive = 10;
constexpr std::size_t kTableIds = 500'000;

std::vector<std::int64_t> drawn_ids(Rng& rng, std::size_t count, std::size_t below) {
  std::vector<std::int64_t> drawn(count);
  for (std::int64_t& id : drawn) id = static_cast<std::int64_t>(rng.below(below));
  return drawn;
}

void add_label(data::Batch& rows, Rng& rng) {
  std::vector<float> label(rows.row_count);
  for (float& value : label) value = rng.uniform() < 0.25 ? 1.0F : 0.0F;
  rows.label = data::column(std::move(label));
}

data::Batch table_rows(std::size_t count, std::size_t ids) {
  Rng rng(1);
  data::Batch rows;
  rows.add("id", data::column(drawn_ids(rng, count, ids)));
  add_label(rows, rng);
  return rows;
}

data::Batch adult_rows(std::size_t count, bool is_wide) {
  Rng rng(1);
  data::Batch rows;
  const std::vector<std::size_t> sizes = {9, 16, 7, 15, 6, 5, 2, 42};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    rows.add("c" + std::to_string(i), data::column(drawn_ids(rng, count, sizes[i])));
  }
  std::vector<float> numbers(count * 5);
  for (float& value : numbers) value = static_cast<float>(rng.normal());
  rows.add("numbers", data::matrix(std::move(numbers), 5));
  if (is_wide) {
    rows.add("wide", data::matrix(drawn_ids(rng, count * kWideActive, kWideIds), kWideActive));
  }
  add_label(rows, rng);
  return rows;
}

std::vector<Column> adult_columns() {
  const std::vector<std::int64_t> sizes = {9, 16, 7, 15, 6, 5, 2, 42};
  std::vector<Column> columns;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    columns.emplace_back(
        features::embedding(features::identity("c" + std::to_string(i), sizes[i]), 8));
  }
  features::NumericColumn numbers = features::numeric("numbers");
  numbers.shape = {5};
  columns.emplace_back(numbers);
  return columns;
}

const std::vector<nn::LayerSpec> kLayers = {nn::dense(100, nn::Activation::relu),
                                            nn::dense(50, nn::Activation::relu), nn::dense(1)};

nn::Model wide_and_deep() {
  std::vector<features::Encoder> inputs;
  inputs.emplace_back(
      std::vector<Column>{features::indicator(features::identity("wide", kWideIds))});
  inputs.emplace_back(adult_columns());
  nn::Network network;
  nn::ParameterSet& parameters = *network.parameters;
  struct Layers {
    nn::FeatureInput wide_input;
    nn::DenseLayer wide;
    nn::FeatureInput deep_input;
    nn::Sequential deep;
    Layers(nn::ParameterSet& set, std::span<const features::Encoder> from)
        : wide_input(set, "wide", from[0].layout(), 1),
          wide(set, "wide/dense", wide_input, 1, {.has_bias = false, .starts_at_zero = true}),
          deep_input(set, "deep", from[1].layout(), 1),
          deep(set, "deep", deep_input, kLayers, 1) {}
  };
  const auto layers = std::make_shared<Layers>(parameters, inputs);
  network.forward = [layers](nn::Pass& pass, std::span<const features::FeatureBlock> blocks) {
    return nn::add(pass.tape(), layers->wide(pass, layers->wide_input(pass, blocks[0])),
                   layers->deep(pass, layers->deep_input(pass, blocks[1])));
  };
  network.outputs = 1;
  return {std::move(inputs), std::move(network)};
}

struct Task {
  std::string name;
  std::size_t batch;
  std::size_t rows;
};

constexpr nn::Loss kLoss{.kind = nn::LossKind::binary_crossentropy, .from_logits = true};

nn::Model table_model(std::size_t ids, std::size_t dimensions,
                      const nn::OptimizerOptions& optimizer) {
  const auto id = features::identity("id", static_cast<std::int64_t>(ids));
  nn::Model model(features::Encoder({features::embedding(id, dimensions)}), {nn::dense(1)});
  model.compile({.optimizer = optimizer, .loss = kLoss});
  return model;
}

bool is_table(const Task& task) { return task.name.starts_with("table"); }

nn::Model model_of(const Task& task) {
  if (task.name == "wide_deep") {
    nn::Model model = wide_and_deep();
    model.compile({.optimizer = nn::Adagrad{}, .loss = kLoss});
    return model;
  }
  if (is_table(task)) {
    if (task.name == "table_lazy") return table_model(kTableIds, 32, nn::LazyAdam{});
    if (task.name == "table_adam") return table_model(kTableIds, 32, nn::Adam{});
    return table_model(kTableIds, 32, nn::Adagrad{});
  }
  nn::Model model(features::Encoder(adult_columns()), kLayers);
  model.compile({.optimizer = nn::Adam{}, .loss = kLoss});
  return model;
}

struct MemoryUse {
  const char* what;
  bool keeps_best = false;
  bool resumes = false;
};

// Memory in bytes that a training took at most, beside what there was before.
std::size_t memory_of(const MemoryUse& use, std::size_t row_count,
                      const std::filesystem::path& checkpoint, ThreadPool& pool) {
  constexpr std::size_t kBatch = 1024;
  const data::Batch rows = table_rows(64 * kBatch, row_count);
  reset_peak_memory();
  const std::size_t before = peak_memory_bytes();
  nn::Model model = table_model(row_count, 64, nn::Adagrad{});
  nn::FitOptions fit{.epochs = use.resumes ? 4 : 3,
                     .batch_size = kBatch,
                     .checkpoint = checkpoint,
                     .resumes = use.resumes};
  if (use.keeps_best) {
    fit.checkpoint.clear();
    fit.callbacks.push_back(nn::early_stopping({.monitor = "loss", .patience = 3}));
  }
  model.fit(rows, fit, pool);
  return peak_memory_bytes() - before;
}

void measure_memory(std::size_t row_count, ThreadPool& pool) {
  constexpr double kMegabyte = 1e6;
  const double table = static_cast<double>(row_count) * 64 * sizeof(float) / kMegabyte;
  const auto checkpoint = std::filesystem::temp_directory_path() / "fit_bench.checkpoint";
  std::printf("a table of %zu x 64: %.0f MB, and as much of accumulators\n", row_count, table);
  for (const MemoryUse& use : {MemoryUse{"trained"}, MemoryUse{"resumed", false, true},
                               MemoryUse{"with the best epoch kept", true}}) {
    const double taken =
        static_cast<double>(memory_of(use, row_count, checkpoint, pool)) / kMegabyte;
    std::printf("%-26s %8.1f MB  %.3f times table and state\n", use.what, taken,
                taken / (2.0 * table));
    std::fflush(stdout);
  }
  std::filesystem::remove(checkpoint);
}

void measure(const Task& task, int repeats, ThreadPool& pool) {
  nn::Model model = model_of(task);
  const data::Batch rows = is_table(task) ? table_rows(task.rows, kTableIds)
                                          : adult_rows(task.rows, task.name == "wide_deep");
  nn::Training training(model, rows, {.epochs = repeats + 1, .batch_size = task.batch}, pool);
  training.run_epoch();  // Memory grows in the first one.
  std::vector<double> speeds;
  for (int i = 0; i < repeats; ++i) {
    const double start = benchmarks::processor_seconds();
    training.run_epoch();
    speeds.push_back(static_cast<double>(task.rows) / (benchmarks::processor_seconds() - start));
  }
  std::ranges::sort(speeds);
  std::printf("%-10s batch %6zu  %10.0f rows a processor second (%.0f to %.0f)\n",
              task.name.c_str(), task.batch, speeds[speeds.size() / 2], speeds.front(),
              speeds.back());
  std::fflush(stdout);
}

}  // namespace
}  // namespace kindred

int main(int count, char** values) {
  using namespace kindred;
  int repeats = 5;
  std::string only;
  std::size_t memory_rows = 0;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = values[i];
    if (name == "--repeats") repeats = std::max(1, std::atoi(values[i + 1]));
    if (name == "--only") only = values[i + 1];
    if (name == "--memory") memory_rows = static_cast<std::size_t>(std::atoll(values[i + 1]));
  }
  std::printf("%s, one thread\n", benchmarks::processor_name().c_str());
  ThreadPool pool(1);
  if (memory_rows > 0) {
    measure_memory(memory_rows, pool);
    return 0;
  }
  const std::vector<Task> tasks = {{"adult", 32, 20'000},         {"adult", 256, 60'000},
                                   {"adult", 1024, 120'000},      {"adult", 16384, 163'840},
                                   {"wide_deep", 256, 60'000},    {"table", 1024, 200'000},
                                   {"table_lazy", 1024, 200'000}, {"table_adam", 1024, 51'200}};
  for (const Task& task : tasks) {
    if (only.empty() || only == task.name) measure(task, repeats, pool);
  }
  return 0;
}
