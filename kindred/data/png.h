// PNG images: bytes to pixels and back.
//
// Pixels are rows from the top, `channels` bytes each: 1 (gray) or 4 (red, green, blue, alpha).
// Reading turns every other kind of PNG into one of these. An image is hostile: its size is
// bounded before memory is taken for it.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

struct Image {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;
  std::vector<std::uint8_t> pixels;  // height x width x channels.
};

// Throws Error(corrupt), naming the file, for anything but a whole PNG of at most 2^28 pixels.
Image decode_png(std::string_view bytes, const std::string& name);

// Requires: pixels.size() == width * height * channels; channels 1 or 4.
std::string encode_png(std::size_t width, std::size_t height, std::size_t channels,
                       std::span<const std::uint8_t> pixels);

}  // namespace kindred::data
