// Handwritten digits for tests: MNIST's images as vectors of pixels / 255, where the data is.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/byte_source.h"
#include "kindred/data/labels.h"
#include "kindred/linalg/matrix.h"
#include "tests/support/data_path.h"

namespace kindred::test {

struct Digits {
  Matrix images;  // n x 784, from 0 to 1.
  data::Labels labels;
};

inline std::vector<unsigned char> read_idx(const std::filesystem::path& path, std::size_t header,
                                           std::size_t bytes) {
  ByteSource source(path);
  std::string text(header + bytes, '\0');
  if (source.read(text) != text.size()) ADD_FAILURE() << path << " is too short";
  return {text.begin() + static_cast<std::ptrdiff_t>(header), text.end()};
}

// The first `count` of the 10,000 test digits ("t10k") or of the 60,000 training digits
// ("train"); nothing where the data is absent.
inline std::optional<Digits> mnist(std::size_t count, const std::string& part = "t10k") {
  const auto images = data_file("mnist/" + part + "-images-idx3-ubyte.gz");
  const auto labels = data_file("mnist/" + part + "-labels-idx1-ubyte.gz");
  if (!images || !labels) return std::nullopt;
  constexpr std::size_t kPixels = 784;
  Digits digits{Matrix(count, kPixels), {}};
  const auto pixels = read_idx(*images, 16, count * kPixels);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    digits.images.values()[i] = static_cast<float>(pixels[i]) / 255.0F;
  }
  for (const unsigned char label : read_idx(*labels, 8, count)) {
    digits.labels.of_row.push_back(label);
  }
  for (int digit = 0; digit < 10; ++digit) digits.labels.names.push_back(std::to_string(digit));
  return digits;
}

}  // namespace kindred::test
