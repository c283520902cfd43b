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
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/data/idx.h"
#include "kindred/data/npy.h"
#include "kindred/nn/model.h"

namespace {

using namespace kindred;

constexpr std::size_t kClasses = 10;
constexpr std::size_t kHidden = 64;

data::IdxArray read_idx(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path plain = folder / name;
  ByteSource source(std::filesystem::exists(plain) ? plain : folder / (name + ".gz"));
  const std::string bytes = read_to_end(source);
  return data::parse_idx(bytes, source.name());
}

data::Batch digits(const data::IdxArray& images, const data::IdxArray& labels) {
  std::vector<float> pixels(images.values.size());
  std::ranges::transform(images.values, pixels.begin(),
                         [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
  data::Batch rows;
  rows.add("pixels", data::matrix(std::move(pixels), images.values.size() / labels.values.size()));
  rows.label = data::column(std::vector<float>(labels.values.begin(), labels.values.end()));
  return rows;
}

// Ten random patterns of 8 x 8, each drawn many times with noise.
data::Batch made_up_digits(std::size_t count, std::uint64_t seed) {
  constexpr std::size_t kPixels = 64;
  Rng patterns(1);
  std::vector<float> pattern(kClasses * kPixels);
  for (float& value : pattern) value = patterns.uniform() < 0.4 ? 1.0F : 0.0F;
  Rng rng(seed);
  std::vector<float> pixels;
  std::vector<float> labels;
  for (std::size_t row = 0; row < count; ++row) {
    const std::size_t digit = rng.below(kClasses);
    labels.push_back(static_cast<float>(digit));
    for (std::size_t i = 0; i < kPixels; ++i) {
      pixels.push_back(pattern[digit * kPixels + i] + 0.4F * static_cast<float>(rng.normal()));
    }
  }
  data::Batch rows;
  rows.add("pixels", data::matrix(std::move(pixels), kPixels));
  rows.label = data::column(std::move(labels));
  return rows;
}

struct Layers {
  nn::FeatureInput input;
  nn::Sequential hidden;
  nn::DenseLayer classes;

  Layers(nn::ParameterSet& parameters, const features::FeatureLayout& layout, std::uint64_t seed)
      : input(parameters, "digits", layout, seed),
        hidden(parameters, "digits", input,
               {nn::dense(512, nn::Activation::relu), nn::dropout(0.3),
                nn::dense(256, nn::Activation::relu), nn::dropout(0.3),
                nn::dense(kHidden, nn::Activation::relu)},
               seed),
        classes(parameters, "classes", kHidden, kClasses, {.seed = seed}) {}
};

}  // namespace

int main(int count, char** values) {
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
    const data::Batch train = is_real ? digits(read_idx(folder, "train-images-idx3-ubyte"),
                                               read_idx(folder, "train-labels-idx1-ubyte"))
                                      : made_up_digits(3000, seed);
    const data::Batch test = is_real ? digits(read_idx(folder, "t10k-images-idx3-ubyte"),
                                              read_idx(folder, "t10k-labels-idx1-ubyte"))
                                     : made_up_digits(500, seed + 1);
    features::NumericColumn pixels = features::numeric("pixels");
    pixels.shape = {train.at("pixels").row_width()};
    std::vector<features::Encoder> inputs;
    inputs.emplace_back(std::vector<features::Column>{pixels});

    nn::Network network;
    const auto layers = std::make_shared<Layers>(*network.parameters, inputs[0].layout(), seed);
    const nn::Network::Forward hidden = [layers](nn::Pass& pass, auto blocks) {
      return layers->hidden(pass, layers->input(pass, blocks[0]));
    };
    network.forward = [layers, hidden](nn::Pass& pass, auto blocks) {
      return layers->classes(pass, hidden(pass, blocks));
    };
    network.outputs = kClasses;
    nn::Model model(std::move(inputs), std::move(network));

    constexpr std::size_t kBatch = 128;
    const std::uint64_t steps = static_cast<std::uint64_t>(epochs) * (train.row_count / kBatch + 1);
    model.compile(
        {.optimizer = nn::AdamW{.learning_rate = 0.001F, .weight_decay = 0.01F},
         .loss = {.kind = nn::LossKind::sparse_categorical_crossentropy, .from_logits = true},
         .metrics = {"sparse_categorical_accuracy"},
         .schedule = nn::Schedule{nn::CosineDecay{.rate = 0.001F, .decay_steps = steps}, 0}});
    ThreadPool pool;
    nn::FitOptions options{.epochs = epochs, .batch_size = kBatch, .seed = seed};
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
