// Handwritten digits: a network on 60,000 of them, and what its last hidden layer makes of
// 10,000 others, as vectors for the map.
//
//    mnist_example [FOLDER] [--seed N] [--epochs N] [--vectors FILE.npy] [--json]
//
// The folder holds the four idx files, .gz or not. With --vectors the 64 values of the last
// hidden layer are written for each test digit. Without a folder: made-up patterns.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "examples/digits.h"
#include "kindred/base/error.h"
#include "kindred/data/npy.h"
#include "kindred/nn/model.h"

int main(int count, char** values) {
  using namespace kindred;
  std::string folder;
  std::string vectors;
  std::uint64_t seed = 1;
  int epochs = 20;
  bool json = false;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    const bool has_next = i + 1 < count;
    if (word == "--json") {
      json = true;
    } else if (word == "--seed" && has_next) {
      seed = static_cast<std::uint64_t>(std::atoll(values[++i]));
    } else if (word == "--epochs" && has_next) {
      epochs = std::max(1, std::atoi(values[++i]));
    } else if (word == "--vectors" && has_next) {
      vectors = values[++i];
    } else {
      folder = word;
    }
  }
  try {
    const bool is_real = !folder.empty();
    const data::Batch train =
        is_real ? examples::read_digits(folder, "train") : examples::made_up_digits(3000, seed);
    const data::Batch test =
        is_real ? examples::read_digits(folder, "t10k") : examples::made_up_digits(500, seed + 1);
    auto [model, hidden] = examples::digit_network(train, {.epochs = epochs, .seed = seed});
    ThreadPool pool;
    nn::FitOptions options{.epochs = epochs, .batch_size = examples::kBatch, .seed = seed};
    options.progress = stderr;
    options.progress_style = json ? ProgressStyle::silent : progress_style_for(stderr);
    model.fit(train, options, pool);
    const double accuracy =
        *nn::find_score(model.evaluate(test, {}, pool), "sparse_categorical_accuracy");
    if (!vectors.empty()) {
      const Matrix embedded = model.predict(test, hidden, {}, pool);
      data::NpyWriter file(vectors, embedded.cols());
      file.append(embedded.values());
      file.commit();
    }
    std::printf(json ? "{\"accuracy\":%.6f}\n" : "%.4f of the test digits are read right\n",
                accuracy);
    return accuracy > 0.95 ? 0 : 1;
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
