// What the examples on handwritten digits share: the four idx files of MNIST, patterns that are
// made up where there are none, and the network that learns either.

#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/base/rng.h"
#include "kindred/data/idx.h"
#include "kindred/nn/model.h"

namespace kindred::examples {

inline constexpr std::size_t kClasses = 10;
inline constexpr std::size_t kHidden = 64;
inline constexpr std::size_t kBatch = 128;

// FOLDER/NAME, or FOLDER/NAME.gz.
inline data::IdxArray read_idx(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path plain = folder / name;
  ByteSource source(std::filesystem::exists(plain) ? plain : folder / (name + ".gz"));
  const std::string bytes = read_to_end(source);
  return data::parse_idx(bytes, source.name());
}

// The rows of one part, "train" or "t10k": pixels from 0 to 1, and the digit as label.
inline data::Batch read_digits(const std::filesystem::path& folder, const std::string& part) {
  const data::IdxArray images = read_idx(folder, part + "-images-idx3-ubyte");
  const data::IdxArray labels = read_idx(folder, part + "-labels-idx1-ubyte");
  std::vector<float> pixels(images.values.size());
  std::ranges::transform(images.values, pixels.begin(),
                         [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
  data::Batch rows;
  rows.add("pixels", data::matrix(std::move(pixels), images.values.size() / labels.values.size()));
  rows.label = data::column(std::vector<float>(labels.values.begin(), labels.values.end()));
  return rows;
}

// Ten random patterns of 8 x 8, each drawn many times with noise.
inline data::Batch made_up_digits(std::size_t count, std::uint64_t seed) {
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

struct DigitOptions {
  int epochs = 20;  // That the training is to have.
  std::uint64_t seed = 1;
};

struct DigitLayers {
  nn::FeatureInput input;
  nn::Sequential hidden;
  nn::DenseLayer classes;

  DigitLayers(nn::ParameterSet& parameters, const features::FeatureLayout& layout,
              const DigitOptions& options)
      : input(parameters, "digits", layout, options.seed),
        hidden(parameters, "digits", input,
               {nn::dense(512, nn::Activation::relu), nn::dropout(0.3),
                nn::dense(256, nn::Activation::relu), nn::dropout(0.3),
                nn::dense(kHidden, nn::Activation::relu)},
               options.seed),
        classes(parameters, "classes", kHidden, kClasses, {.seed = options.seed}) {}
};

struct DigitNetwork {
  nn::Model model;
  nn::Network::Forward hidden;  // The last hidden layer: kHidden values of each row.
};

// Compiled to be fitted to rows like these.
inline DigitNetwork digit_network(const data::Batch& rows, const DigitOptions& options) {
  features::NumericColumn pixels = features::numeric("pixels");
  pixels.shape = {rows.at("pixels").row_width()};
  std::vector<features::Encoder> inputs;
  inputs.emplace_back(std::vector<features::Column>{pixels});

  nn::Network network;
  const auto layers =
      std::make_shared<DigitLayers>(*network.parameters, inputs[0].layout(), options);
  const nn::Network::Forward hidden = [layers](nn::Pass& pass, auto blocks) {
    return layers->hidden(pass, layers->input(pass, blocks[0]));
  };
  network.forward = [layers, hidden](nn::Pass& pass, auto blocks) {
    return layers->classes(pass, hidden(pass, blocks));
  };
  network.outputs = kClasses;
  nn::Model model(std::move(inputs), std::move(network));

  const std::uint64_t steps =
      static_cast<std::uint64_t>(options.epochs) * (rows.row_count / kBatch + 1);
  model.compile(
      {.optimizer = nn::AdamW{.learning_rate = 0.001F, .weight_decay = 0.01F},
       .loss = {.kind = nn::LossKind::sparse_categorical_crossentropy, .from_logits = true},
       .metrics = {"sparse_categorical_accuracy"},
       .schedule = nn::Schedule{nn::CosineDecay{.rate = 0.001F, .decay_steps = steps}, 0}});
  return {std::move(model), hidden};
}

}  // namespace kindred::examples
