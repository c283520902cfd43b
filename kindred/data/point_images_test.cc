#include "kindred/data/point_images.h"

#include <gtest/gtest.h>

#include <numeric>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

PointImages counted(std::size_t count, std::size_t width, std::size_t height,
                    std::size_t channels) {
  PointImages images{count, width, height, channels, {}};
  images.pixels.resize(count * width * height * channels);
  std::iota(images.pixels.begin(), images.pixels.end(), std::uint8_t{0});
  return images;
}

TEST(PointImages, GoThroughASheetAndBack) {
  for (const std::size_t channels : {1U, 4U}) {
    const PointImages images = counted(7, 3, 2, channels);
    const Image sheet = images.sheet(0, 7, 3);
    EXPECT_EQ(sheet.width, 9U);
    EXPECT_EQ(sheet.height, 6U);
    const std::string png = encode_png(sheet.width, sheet.height, sheet.channels, sheet.pixels);
    const Image decoded = decode_png(png, "x");
    EXPECT_EQ(decoded.channels, channels);
    EXPECT_EQ(decoded.pixels, sheet.pixels);
    EXPECT_EQ(images_of_sheet(decoded, 7, 3, 2, "x").pixels, images.pixels);
    EXPECT_THROW(images_of_sheet(decoded, 10, 3, 2, "x"), Error);
  }
}

TEST(PointImages, FillSeveralSheets) {
  const PointImages images = counted(5, 1000, 1000, 1);
  EXPECT_EQ(images.per_sheet(), 4U);
  EXPECT_EQ(images.sheet_count(), 2U);
  EXPECT_EQ(images.sheet(1).height, 1000U);
  EXPECT_EQ(images.sheet(1).pixels[0], images.pixels[4'000'000]);
}

TEST(Png, RefusesWhatIsNone) {
  EXPECT_THROW(decode_png("", "x"), Error);
  EXPECT_THROW(decode_png("not a picture", "x"), Error);
  const Image image = counted(1, 20, 20, 4).sheet(0, 1, 1);
  const std::string png = encode_png(20, 20, 4, image.pixels);
  EXPECT_THROW(decode_png(png.substr(0, png.size() / 2), "x"), Error);
}

}  // namespace
}  // namespace kindred::data
