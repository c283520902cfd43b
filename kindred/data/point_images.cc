#include "kindred/data/point_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::data {
namespace {

void check_size(std::size_t width, std::size_t height, const std::string& name) {
  if (width > 0 && height > 0 && width <= kSheetSide && height <= kSheetSide) return;
  throw Error(ErrorCode::unsupported, fmt::format("{}: images of {} x {} pixels; at most {} x {}",
                                                  name, width, height, kSheetSide, kSheetSide));
}

}  // namespace

std::size_t PointImages::sheet_count() const noexcept {
  return empty() ? 0 : (count + per_sheet() - 1) / per_sheet();
}

Image PointImages::sheet(std::size_t begin, std::size_t image_count, std::size_t columns) const {
  KINDRED_CHECK(begin + image_count <= count && columns > 0);
  Image sheet;
  sheet.channels = channels;
  sheet.width = columns * width;
  sheet.height = (image_count + columns - 1) / columns * height;
  sheet.pixels.resize(sheet.width * sheet.height * channels);
  const std::size_t row_bytes = width * channels;
  for (std::size_t i = 0; i < image_count; ++i) {
    const std::size_t left = i % columns * width;
    const std::size_t top = i / columns * height;
    for (std::size_t y = 0; y < height; ++y) {
      const auto from =
          pixels.begin() + static_cast<std::ptrdiff_t>(((begin + i) * height + y) * row_bytes);
      const auto to = sheet.pixels.begin() +
                      static_cast<std::ptrdiff_t>(((top + y) * sheet.width + left) * channels);
      std::copy_n(from, row_bytes, to);
    }
  }
  return sheet;
}

Image PointImages::sheet(std::size_t page) const {
  KINDRED_CHECK(page < sheet_count());
  const std::size_t begin = page * per_sheet();
  return sheet(begin, std::min(per_sheet(), count - begin), columns());
}

PointImages images_of_idx(IdxArray array, const std::string& name) {
  const bool is_gray = array.shape.size() == 3;
  const bool is_color = array.shape.size() == 4 && array.shape[3] == 4;
  if (!is_gray && !is_color) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: not images: an array of {} axes", name, array.shape.size()));
  }
  check_size(array.shape[2], array.shape[1], name);
  PointImages images;
  images.count = array.shape[0];
  images.height = array.shape[1];
  images.width = array.shape[2];
  images.channels = is_gray ? 1 : 4;
  images.pixels = std::move(array.values);
  return images;
}

PointImages images_of_sheet(const Image& sheet, std::size_t count, std::size_t width,
                            std::size_t height, const std::string& name) {
  check_size(width, height, name);
  const std::size_t columns = sheet.width / width;
  const std::size_t places = columns * (sheet.height / height);
  if (places < count) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: holds {} images of {} x {}, and there are {} rows", name, places,
                            width, height, count));
  }
  PointImages images;
  images.count = count;
  images.width = width;
  images.height = height;
  images.channels = sheet.channels;
  const std::size_t row_bytes = width * sheet.channels;
  images.pixels.resize(count * height * row_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t y = 0; y < height; ++y) {
      const std::size_t line = i / columns * height + y;
      const auto from =
          sheet.pixels.begin() +
          static_cast<std::ptrdiff_t>((line * sheet.width + i % columns * width) * sheet.channels);
      std::copy_n(
          from, row_bytes,
          images.pixels.begin() + static_cast<std::ptrdiff_t>((i * height + y) * row_bytes));
    }
  }
  return images;
}

}  // namespace kindred::data
