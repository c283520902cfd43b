#include "kindred/data/png.h"

#include <fmt/format.h>
#include <png.h>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::data {
namespace {

constexpr std::size_t kPixelsMax = std::size_t{1} << 28U;

png_uint_32 format_of(std::size_t channels) noexcept {
  return channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGBA;
}

// libpng's image, freed however the function is left.
struct PngImage : png_image {
  PngImage() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(this); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

}  // namespace

Image decode_png(std::string_view bytes, const std::string& name) {
  PngImage png;
  const auto fail = [&](std::string_view problem) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: {}", name, problem));
  };
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) fail(png.message);
  Image image;
  image.width = png.width;
  image.height = png.height;
  if (image.width > kPixelsMax / image.height) fail("an image of more than 2^28 pixels");
  image.channels =
      (png.format & PNG_FORMAT_FLAG_COLOR) != 0 || (png.format & PNG_FORMAT_FLAG_ALPHA) != 0 ? 4
                                                                                             : 1;
  png.format = format_of(image.channels);
  image.pixels.resize(image.width * image.height * image.channels);
  if (png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) == 0) fail(png.message);
  return image;
}

std::string encode_png(std::size_t width, std::size_t height, std::size_t channels,
                       std::span<const std::uint8_t> pixels) {
  KINDRED_CHECK(pixels.size() == width * height * channels && (channels == 1 || channels == 4));
  PngImage png;
  png.width = static_cast<png_uint_32>(width);
  png.height = static_cast<png_uint_32>(height);
  png.format = format_of(channels);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&png, bytes.data(), &size, 0, pixels.data(), 0, nullptr) == 0) {
    throw Error(ErrorCode::io, fmt::format("cannot write an image as PNG: {}", png.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace kindred::data
