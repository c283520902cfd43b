// One small image for each row, all of one size, and the sheets that carry many at once.
//
// A browser fetches ten thousand digits as a few PNG sheets, not as ten thousand files. A
// sheet is a grid filled row by row; image i of the whole stands on sheet i / per_sheet(), at
// place i % per_sheet(). All sheets but the last are full, none is wider or higher than
// kSheetSide.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kindred/data/idx.h"
#include "kindred/data/png.h"

namespace kindred::data {

inline constexpr std::size_t kSheetSide = 2048;  // What every graphics card can hold.

struct PointImages {
  std::size_t count = 0;
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;          // 1 or 4.
  std::vector<std::uint8_t> pixels;  // count x height x width x channels.

  bool empty() const noexcept { return count == 0; }
  std::size_t columns() const noexcept { return kSheetSide / width; }
  std::size_t per_sheet() const noexcept { return columns() * (kSheetSide / height); }
  std::size_t sheet_count() const noexcept;

  // Images [begin, begin + count) as a grid of `columns` columns; places without one are zero.
  // Requires: they exist.
  Image sheet(std::size_t begin, std::size_t image_count, std::size_t columns) const;
  // As the class comment says. Requires: page < sheet_count().
  Image sheet(std::size_t page) const;
};

// An array of three axes (gray), or four whose last is 4 (colour).
// Throws Error(unsupported), naming the file, for others and for images beyond kSheetSide.
PointImages images_of_idx(IdxArray array, const std::string& name);

// The first `count` images of a sheet of others' making, row by row, each width x height.
// Throws Error(invalid_argument) when it has not so many.
PointImages images_of_sheet(const Image& sheet, std::size_t count, std::size_t width,
                            std::size_t height, const std::string& name);

}  // namespace kindred::data
