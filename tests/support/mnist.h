// Handwritten digits for tests: MNIST's images as vectors of pixels / 255, where the data is.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "kindred/base/byte_source.h"
#include "kindred/data/idx.h"
#include "kindred/data/labels.h"
#include "kindred/linalg/matrix.h"
#include "tests/support/data_path.h"

namespace kindred::test {

struct Digits {
  Matrix images;  // n x 784, from 0 to 1.
  data::Labels labels;
};

inline data::IdxArray read_idx(const std::filesystem::path& path) {
  ByteSource source(path);
  return data::parse_idx(read_to_end(source), source.name());
}

// The first `count` of the 10,000 test digits ("t10k") or of the 60,000 training digits
// ("train"); nothing where the data is absent.
inline std::optional<Digits> mnist(std::size_t count, const std::string& part = "t10k") {
  const auto images = data_file("mnist/" + part + "-images-idx3-ubyte.gz");
  const auto labels = data_file("mnist/" + part + "-labels-idx1-ubyte.gz");
  if (!images || !labels) return std::nullopt;
  constexpr std::size_t kPixels = 784;
  Digits digits{Matrix(count, kPixels), {}};
  const data::IdxArray pixels = read_idx(*images);
  for (std::size_t i = 0; i < count * kPixels; ++i) {
    digits.images.values()[i] = static_cast<float>(pixels.values.at(i)) / 255.0F;
  }
  const data::IdxArray given = read_idx(*labels);
  for (std::size_t i = 0; i < count; ++i) digits.labels.of_row.push_back(given.values.at(i));
  for (int digit = 0; digit < 10; ++digit) digits.labels.names.push_back(std::to_string(digit));
  return digits;
}

}  // namespace kindred::test
